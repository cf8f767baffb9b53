/* A reader's setting: in the address and back, checked against its limits, and as a parameter file. */
(function (lab) {
  "use strict";
  const w = lab.words;
  const MARK = "what-if";
  const LEAST_PRIOR = 0.1, MOST_PRIOR = 0.9;
  const EMPTY = () => ({ parameters: {}, sources: [], counters: [], prior: null, stay: null });
  const isEmpty = ({ parameters, sources, counters, prior, stay }) => !Object.keys(parameters).length
    && !sources.length && !counters.length && prior === null && stay === null;

  // ---- limits -----------------------------------------------------------------------------------
  const shown = (value) => Array.isArray(value) ? value.join(", ") : String(value);
  function partFault(option, value, example) {
    if (typeof example === "number") {
      if (typeof value !== "number" || Number.isNaN(value)) return `found '${value}'; write a number`;
      if (Number.isInteger(example) && !Number.isInteger(value)) return `found ${value}; write a whole number`;
    }
    const isDay = typeof example === "string" && !Number.isNaN(w.dayOf(example));
    if (isDay && Number.isNaN(w.dayOf(value))) return `found '${value}'; write a day that exists, as YYYY-MM-DD`;
    if (option.pattern) return patternFault(option, value);
    if (option.words.length && !option.words.includes(value)) {
      return isDay ? `found ${value}; no row is of that day` : `found '${value}'; name one of the list`;
    }
    const below = option.least !== "" && (isDay ? value < option.least : value < Number(option.least));
    const above = option.most !== "" && (isDay ? value > option.most : value > Number(option.most));
    if (below || above) {
      const allowed = option.most === "" ? `from ${option.least}` : `${option.least} to ${option.most}`;
      return `found ${value}; allowed is ${allowed} (${option.reason})`;
    }
    return "";
  }
  function patternFault(option, value) {
    if (value.includes(";")) return `found '${value}', a semicolon; leave it out`;
    for (const word of /[()[\]\\]/.test(value) ? [value] : value.split("|")) {
      let pattern;
      try {
        pattern = new RegExp(word, "i");
      } catch (error) {
        return `found '${value}': no pattern`;
      }
      if (!word || !option.words.some((each) => pattern.test(each))) {
        return `found '${word}', which finds none of ${option.words.join(", ")}`;
      }
    }
    return "";
  }
  /** What is wrong with a value of a parameter; empty where nothing is. */
  function valueFault(option, value) {
    const many = Array.isArray(option.default);
    if (many !== Array.isArray(value) || (many && value.length !== option.default.length)) {
      return `found '${shown(value)}'; write ${many ? `${option.default.length} values` : "one value"}`;
    }
    const parts = many ? value : [value], examples = many ? option.default : [option.default];
    for (let i = 0; i < parts.length; i += 1) {
      const fault = partFault(option, parts[i], examples[i]);
      if (fault) return fault;
    }
    const ordered = many && examples.every((each, i) => !i || examples[i - 1] <= each)
      && !(option.words.length && !option.pattern);
    if (ordered && parts.some((each, i) => i && parts[i - 1] > each)) {
      return `found ${shown(value)}; write the earlier or smaller one first`;
    }
    return "";
  }

  // ---- address ------------------------------------------------------------------------------------
  const encode = (text) => encodeURIComponent(text).replace(/%7C/g, "|");
  /** Fragment of the address for a setting; empty for the published one. */
  function toFragment(setting) {
    if (isEmpty(setting)) return "";
    const parts = Object.entries(setting.parameters).sort()
      .map(([key, value]) => `${key}=${[value].flat().map((each) => encode(String(each))).join(",")}`);
    if (setting.prior !== null) parts.push(`prior=${setting.prior}`);
    if (setting.stay !== null) parts.push(`stay=${setting.stay.join(",")}`);
    for (const name of ["sources", "counters"]) {
      if (setting[name].length) parts.push(`without-${name}=${setting[name].map(encode).join(",")}`);
    }
    return `#${[MARK, ...parts].join("&")}`;
  }
  /** Text without percent signs that stand for other letters; a broken one as it stands. */
  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch (error) {
      return text;
    }
  }
  /** Read a setting from a fragment: what of it can be used, and one message for each part that cannot. */
  function fromFragment(fragment, book) {
    const setting = EMPTY(), faults = [];
    const [mark, ...parts] = fragment.replace(/^#/, "").split("&");
    if (mark !== MARK) return { setting, faults, present: false };
    const options = new Map(book.data.parameters.map((each) => [`${each.page}.${each.name}`, each]));
    const known = { sources: book.sourceIds, counters: book.counterIds };
    for (const part of parts.filter(Boolean)) {
      const at = part.indexOf("="), name = decoded(at < 0 ? part : part.slice(0, at));
      const texts = at < 0 ? [] : part.slice(at + 1).split(",").map(decoded).filter((each) => each !== "");
      const list = { "without-sources": "sources", "without-counters": "counters" }[name];
      if (list) {
        for (const id of texts) {
          if (known[list].has(id)) setting[list].push(id);
          else faults.push(`${name}: no ${list.slice(0, -1)} '${id}' in the record`);
        }
      } else if (name === "prior") {
        const fault = priorFault(Number(texts[0]));
        if (fault) faults.push(`prior: ${fault}`); else setting.prior = Number(texts[0]);
      } else if (name === "stay") {
        const fault = stayFault(texts.map(Number));
        if (fault) faults.push(`stay: ${fault}`); else setting.stay = texts.map(Number);
      } else if (options.has(name)) {
        readParameter(options.get(name), name, texts, setting, faults);
      } else {
        faults.push(`${name}: no such parameter`);
      }
    }
    for (const list of ["sources", "counters"]) setting[list] = [...new Set(setting[list])].sort();
    return { setting, faults, present: true };
  }
  function readParameter(option, name, texts, setting, faults) {
    const example = [option.default].flat()[0];
    const read = texts.map((text) => typeof example === "number" && text.trim() !== "" ? Number(text) : text);
    const value = Array.isArray(option.default) ? read : read[0] ?? "";
    const fault = valueFault(option, value);
    if (fault) faults.push(`${name}: ${fault}`);
    else if (JSON.stringify(value) !== JSON.stringify(option.value)) setting.parameters[name] = value;
  }
  function priorFault(prior) {
    if (prior >= LEAST_PRIOR && prior <= MOST_PRIOR) return "";
    return `found ${prior}; allowed is ${LEAST_PRIOR} to ${MOST_PRIOR}, the span of the priors of the book`;
  }

  function stayFault(stay) {
    const { SHORTEST_MEAN, LONGEST_MEAN } = lab.portCalls, [low, high] = stay;
    if (stay.length === 2 && SHORTEST_MEAN <= low && low <= high && high <= LONGEST_MEAN) return "";
    return `found ${stay.join(" to ")}; give two numbers of days from ${SHORTEST_MEAN} to ${LONGEST_MEAN}, `
      + "the smaller first";
  }

  // ---- parameter files ------------------------------------------------------------------------------
  const plain = (value) => Array.isArray(value) ? `[${value.map((each) => JSON.stringify(each)).join(", ")}]`
    : JSON.stringify(value);
  /** Parameter files for a setting, by page, and what no parameter file can hold. */
  function asYaml(setting, book) {
    const files = {}, beyond = [];
    for (const option of book.data.parameters) {
      const key = `${option.page}.${option.name}`;
      const value = setting.parameters[key] ?? option.value;
      if (JSON.stringify(value) === JSON.stringify(option.default)) continue;
      files[option.page] = `${files[option.page] ?? ""}${option.name}: ${plain(value)}\n`;
    }
    if (setting.sources.length) beyond.push(`sources left out: ${setting.sources.join(" ")}`);
    if (setting.counters.length) beyond.push(`counters left out: ${setting.counters.join(" ")}`);
    const prior = setting.prior ?? book.data.prior ?? null;
    if (prior === LEAST_PRIOR || prior === MOST_PRIOR) beyond.push(`prior: ${prior} (a prior of the book already, on the page of rival explanations)`);
    else if (prior !== null) files.book = `prior: ${prior}\n`;
    if (setting.stay !== null) beyond.push(`mean stay: ${setting.stay.join(" to ")} days (the rows of port_stays set it)`);
    const comment = beyond.map((line) => `# no parameter file holds this: ${line}\n`).join("");
    const texts = Object.entries(files).map(([page, lines]) => `# notebooks/params/${page}.yml\n${lines}`);
    return { files, text: comment + (texts.join("\n") || "# no parameter differs from its notebook\n") };
  }
  lab.setting = { EMPTY, isEmpty, decoded, toFragment, fromFragment, valueFault, priorFault, stayFault, asYaml, LEAST_PRIOR, MOST_PRIOR };
})(globalThis.skytallyLaboratory);
