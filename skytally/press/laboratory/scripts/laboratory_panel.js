/* The panel "Try it: what if …": settings, what they change, and the marks beside printed numbers. */
(function (lab) {
  "use strict";
  const box = document.querySelector(".sk-lab");
  if (!box) return;
  const page = box.dataset.page, body = box.querySelector(".sk-lab-body");
  const status = box.querySelector(".sk-lab-status"), fold = box.querySelector("details");
  const article = document.querySelector("article.bd-article") || document.body;
  const CARD = /cards\/(finding|claim)\/([^/]+)\.html$/;
  const WITH = "with your setting";

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value === true) made.setAttribute(key, "");
      else if (value !== false) made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  // ---- what the page quotes -----------------------------------------------------------------------
  function quotedLinks() {
    const links = { finding: new Map(), claim: new Map() };
    for (const link of article.querySelectorAll("a[href]")) {
      const match = CARD.exec(link.getAttribute("href"));
      if (!match || box.contains(link)) continue;
      const kind = links[match[1]], id = lab.setting.decoded(match[2]);
      kind.set(id, [...(kind.get(id) || []), link]);
    }
    return links;
  }
  const book = new lab.Book(globalThis.skytallyLaboratoryData);
  const links = quotedLinks();
  const keys = [...links.finding.keys()].filter((key) => book.declarations.has(key) || key.startsWith("rivals."));
  const claims = [...links.claim.keys()].filter((id) => book.ledger.has(id));
  const published = new lab.answers.Answer(book, lab.setting.EMPTY());
  let setting = lab.setting.EMPTY();

  /** Sources and counters of the rows that numbers and verdicts of this page may read, with counts. */
  function whatIsRead() {
    const rows = new Set();
    for (const key of keys) {
      if (book.declarations.has(key)) for (const id of published.reevaluation.mayRead(key)) rows.add(id);
    }
    for (const id of claims) {
      for (const rule of book.ledger.get(id).rules) {
        for (const row of published.verdicts.outcomes.reach(rule)) rows.add(row);
      }
    }
    if (keys.some((key) => key.startsWith("rivals."))) {
      for (const item of published.hypotheses.items) for (const row of item.rows) rows.add(row);
    }
    const counted = { sources: new Map(), counters: new Map() };
    for (const id of rows) {
      const table = book.whole.tableOfRow.get(id);
      if (!table) continue;
      const row = book.whole.table(table).rows[book.whole.table(table).places.get(id)];
      counted.sources.set(row.source_id, (counted.sources.get(row.source_id) || 0) + 1);
      if (row.counter) counted.counters.set(row.counter, (counted.counters.get(row.counter) || 0) + 1);
    }
    return counted;
  }

  // ---- controls -----------------------------------------------------------------------------------
  const controls = [];
  const rowsText = (number) => `${number} ${number === 1 ? "row" : "rows"}`;
  function sourceName(id) {
    const table = book.whole.table("sources"), row = table.rows[table.places.get(id)];
    return row ? `${row.publisher}: ${row.title}` : id;
  }
  function boxes(name, legend, counted, nameOf) {
    const list = element("div", { class: "sk-lab-list", tabindex: "0", role: "group", "aria-label": legend });
    const ids = [...counted.keys()].sort((one, other) => counted.get(other) - counted.get(one) || (one < other ? -1 : 1));
    for (const id of ids) {
      const tick = element("input", { type: "checkbox", checked: true, onchange: () => {
        setting[name] = setting[name].filter((each) => each !== id).concat(tick.checked ? [] : [id]).sort();
        changed();
      } });
      controls.push(() => { tick.checked = !setting[name].includes(id); });
      const words = `${nameOf(id)} (${rowsText(counted.get(id))})`;
      list.append(element("label", {}, tick, ` ${words}`));
    }
    const search = element("input", { type: "search", "aria-label": `Search ${legend}`, placeholder: "search",
      oninput: () => {
        const wanted = search.value.toLowerCase();
        for (const label of list.children) label.hidden = !label.textContent.toLowerCase().includes(wanted);
      } });
    return element("details", {}, element("summary", {}, `${legend} (${ids.length})`), search, list);
  }
  function optionWords(option, id) {
    const table = book.whole.tableOfRow.get(id);
    if (!table) return id;
    const row = book.whole.table(table).rows[book.whole.table(table).places.get(id)];
    const number = lab.quantities.quantityText(lab.quantities.quantityOf(row));
    const when = lab.words.when(row.date_first, row.date_last, row.precision_first, row.precision_last);
    return `${id}: ${number}, ${when}`;
  }
  function oneInput(option, example, label, write) {
    const isDay = typeof example === "string" && !Number.isNaN(lab.words.dayOf(example));
    if (option.words.length && !option.pattern && !isDay) {
      const choices = option.words.map((word) => element("option", { value: word }, optionWords(option, word)));
      return element("select", { "aria-label": label, onchange: (event) => write(event.target.value) }, ...choices);
    }
    const type = typeof example === "number" ? "number" : isDay ? "date" : "text";
    const limits = {};
    if (type !== "text" && option.least !== "") limits.min = option.least;
    if (type !== "text" && option.most !== "") limits.max = option.most;
    return element("input", { type, "aria-label": label, ...limits, onchange: (event) => {
      const text = event.target.value;
      write(type === "number" && text !== "" ? Number(text) : text);
    } });
  }
  function parameterRow(option) {
    const key = `${option.page}.${option.name}`, many = Array.isArray(option.default);
    const examples = many ? option.default : [option.default];
    const label = option.name.replace(/_/g, " ");
    const current = () => setting.parameters[key] ?? option.value;
    const fault = element("span", { class: "sk-lab-fault", role: "alert" });
    const inputs = examples.map((example, at) => oneInput(
      option, example, many ? `${label}, ${at + 1} of ${examples.length}` : label, (value) => {
        const next = many ? current().map((each, i) => i === at ? value : each) : value;
        const wrong = lab.setting.valueFault(option, next);
        fault.textContent = wrong;
        if (wrong) return;
        delete setting.parameters[key];
        if (JSON.stringify(next) !== JSON.stringify(option.value)) setting.parameters[key] = next;
        changed();
      }));
    controls.push(() => {
      fault.textContent = "";
      const values = many ? current() : [current()];
      inputs.forEach((input, i) => { input.value = String(values[i]); });
    });
    const printed = `published with ${[option.value].flat().join(" to ")}`;
    return element("p", {}, element("b", {}, label), " ", ...inputs.flatMap((input) => [input, " "]),
      element("small", {}, `${option.label || option.reason} (${printed})`), " ", fault);
  }
  function parameters() {
    const used = new Set(keys.filter((key) => book.declarations.has(key))
      .flatMap((key) => [...published.reevaluation.dependsOn(key)]));
    for (const id of claims) {
      for (const rule of book.ledger.get(id).rules) {
        for (const key of published.verdicts.outcomes.declared(rule)) {
          for (const each of published.reevaluation.dependsOn(key)) used.add(each);
        }
      }
    }
    const options = book.data.parameters.filter((each) => used.has(`${each.page}.${each.name}`));
    if (!options.length) return [];
    const rows = options.map(parameterRow);
    return [element("fieldset", {}, element("legend", {}, "What this page assumes"), ...rows)];
  }
  function priorRow() {
    if (!keys.some((key) => key.startsWith("rivals."))) return [];
    const known = book.hypotheses(null);
    const shared = known.priors.get(lab.rivals.evenPrior(known))[known.proposition];
    const fault = element("span", { class: "sk-lab-fault", role: "alert" });
    const { LEAST_PRIOR: min, MOST_PRIOR: max } = lab.setting;
    const input = element("input", { type: "number", min, max, step: "0.01", id: "sk-lab-prior", onchange: () => {
      const prior = Number(input.value);
      fault.textContent = lab.setting.priorFault(prior);
      if (fault.textContent) return;
      setting.prior = prior === shared ? null : prior;
      changed();
    } });
    controls.push(() => { input.value = String(setting.prior ?? shared); });
    const words = `Probability of “${known.names.get(known.proposition)}” before any evidence`;
    return [element("p", {}, element("label", { for: "sk-lab-prior" }, words), " ", input,
      element("small", {}, ` (published with ${shared}; the other explanations keep their proportions)`), " ", fault)];
  }

  function stayRow() {
    const ofStays = keys.filter((key) => {
      const declaration = book.declarations.get(key);
      return declaration && (lab.estimates.namedOf(declaration.kind, declaration.estimate) || {}).ofStays;
    });
    if (!ofStays.length) return [];
    const { SHORTEST_MEAN: min, LONGEST_MEAN: max } = lab.portCalls;
    const fault = element("span", { class: "sk-lab-fault", role: "alert" });
    const inputs = ["shortest", "longest"].map((word) => element("input", {
      type: "number", min, max, step: "0.1", "aria-label": `mean stay, ${word} in days`, onchange: () => {
        const blank = inputs.every((input) => input.value === "");
        if (!blank && inputs.some((input) => input.value === "")) return;
        const stay = inputs.map((input) => Number(input.value));
        fault.textContent = blank ? "" : lab.setting.stayFault(stay);
        if (fault.textContent) return;
        setting.stay = blank ? null : stay;
        changed();
      } }));
    controls.push(() => {
      fault.textContent = "";
      inputs.forEach((input, i) => { input.value = setting.stay ? String(setting.stay[i]) : ""; });
    });
    const words = "days from the shortest to the longest mean stay that you think likely; empty for the stays that the record follows";
    return [element("p", {}, element("b", {}, "length of stay"), " ", inputs[0], " to ", inputs[1], " ",
      element("small", {}, words), " ", fault)];
  }

  // ---- what changes -------------------------------------------------------------------------------
  const changes = element("div", { class: "sk-lab-changes" });
  const faultsBox = element("div", { class: "sk-lab-fault", role: "alert" });
  const yaml = element("textarea", { readonly: true, rows: "4", "aria-label": "Parameter file of this setting", spellcheck: "false" });
  const bar = element("div", { class: "sk-with-bar" });
  let marks = [];

  function numberWords(found) {
    if (found.void !== undefined) return "cannot be computed";
    if (found.unknown !== undefined) return "not computed again in this page";
    return found.said;
  }
  function flipFold(answer, what, id) {
    const words = element("p", { role: "status" });
    const details = element("details", { ontoggle: () => {
      if (!details.open || words.textContent) return;
      words.textContent = "Searching …";
      setTimeout(() => { words.textContent = answer.flipWords(what, id); });
    } }, element("summary", {}, "What would change this"), words);
    return details;
  }
  function findingItem(answer, [key, before, after]) {
    const reason = after.void ?? after.unknown;
    const sentence = reason === undefined ? after.text : `${numberWords(after)}: ${reason}`;
    const interval = reason === undefined ? lab.answers.intervalWords(after) : "";
    const item = element("li", {}, element("p", {}, element("b", {}, "published: "), before.text),
      element("p", {}, element("b", {}, `${WITH}: `), sentence,
        interval ? element("small", {}, ` Interval: ${interval}.`) : ""));
    if (reason === undefined) item.append(flipFold(answer, "finding", key));
    return item;
  }
  function claimItem(answer, [id, before, after]) {
    const now = after.unknown === undefined ? after.verdict : `not computed again in this page (${after.unknown})`;
    const verdict = now === lab.flips.VOID ? "no longer decided, for a row it needs is left out" : now;
    const item = element("li", {}, element("p", {}, element("b", {}, `${id}, published: `), before.verdict, ". ",
      before.why.join(" ")), element("p", {}, element("b", {}, `${WITH}: `), verdict, ". ", (after.why || []).join(" ")));
    if (after.unknown === undefined && now !== lab.flips.VOID) item.append(flipFold(answer, "claim", id));
    return item;
  }
  function mark(link, words) {
    const made = element("span", { class: "sk-with-setting" }, ` (${WITH}: ${words})`);
    link.after(made);
    marks.push(made);
  }
  function showMarks({ findings, claims: judged }) {
    for (const [key, before, after] of findings) {
      const same = after.said === before.said;
      const words = same ? "another sentence or interval, see the panel" : numberWords(after);
      for (const link of links.finding.get(key)) mark(link, words);
    }
    for (const [id, before, after] of judged) {
      if (after.unknown === undefined && after.verdict === before.verdict) continue;
      const words = after.unknown !== undefined ? "not computed again in this page"
        : after.verdict === lab.flips.VOID ? "no longer decided" : after.verdict;
      for (const link of links.claim.get(id)) mark(link, words);
    }
  }
  const counted = (number, one, many) => `${number} ${number === 1 ? one : many}`;
  function summary({ findings, claims: judged }) {
    const moved = findings.filter(([, , after]) => after.void === undefined && after.unknown === undefined);
    const gone = findings.filter(([, , after]) => after.void !== undefined).length;
    const unknown = findings.length - moved.length - gone + judged.filter(([, , after]) => after.unknown !== undefined).length;
    const verdicts = judged.filter(([, before, after]) => after.unknown === undefined && after.verdict !== before.verdict).length;
    return `With your setting, ${counted(moved.length, "number or sentence", "numbers or sentences")} of this page `
      + `${moved.length === 1 ? "differs" : "differ"}, ${gone} cannot be computed`
      + `${claims.length ? `, ${counted(verdicts, "verdict differs", "verdicts differ")}` : ""}`
      + `${unknown ? `, ${unknown} would have to be computed by make book` : ""}.`;
  }
  function clear() {
    for (const each of marks) each.remove();
    marks = [];
    bar.remove();
    changes.replaceChildren();
  }
  function show(faults = []) {
    clear();
    faultsBox.replaceChildren(...faults.map((fault) => element("p", {}, `Left out of the setting: ${fault}.`)));
    yaml.value = lab.setting.asYaml(setting, book).text;
    if (lab.setting.isEmpty(setting)) {
      status.textContent = "Nothing is changed: all numbers are the published ones.";
      return;
    }
    const started = performance.now();
    const answer = new lab.answers.Answer(book, setting);
    const found = lab.answers.differences(published, answer, keys, claims);
    box.dataset.milliseconds = String(performance.now() - started);
    const words = summary(found);
    status.textContent = words;
    bar.replaceChildren(element("span", {}, `${words} `), resetButton());
    article.prepend(bar);
    showMarks(found);
    changes.replaceChildren(
      ...(found.findings.length ? [element("h2", {}, "Numbers and sentences"), element("ul", {}, ...found.findings.map((each) => findingItem(answer, each)))] : []),
      ...(found.claims.length ? [element("h2", {}, "Verdicts"), element("ul", {}, ...found.claims.map((each) => claimItem(answer, each)))] : []));
  }
  function changed() {
    const fragment = lab.setting.toFragment(setting);
    history.replaceState(null, "", fragment || location.pathname + location.search);
    show();
  }
  function reset() {
    setting = lab.setting.EMPTY();
    for (const refresh of controls) refresh();
    changed();
    fold.querySelector("summary").focus();
  }
  const resetButton = () => element("button", { type: "button", onclick: reset }, "Back to the published numbers");
  function copyButton(words, textOf) {
    const button = element("button", { type: "button", onclick: () => {
      const done = () => { button.textContent = "Copied"; };
      const text = textOf();
      if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => yaml.select());
      else yaml.select();
    } }, words);
    return button;
  }
  /** Read the setting of the address; what cannot be used is said, and the rest is. */
  function arrive() {
    const read = lab.setting.fromFragment(location.hash, book);
    setting = read.setting;
    for (const refresh of controls) refresh();
    show(read.faults);
  }
  function build() {
    const read = whatIsRead();
    const keptNames = [...book.declarations.values()].filter(
      (each) => (lab.estimates.namedOf(each.kind, each.estimate) || {}).kept && keys.includes(each.key)).map((each) => each.key);
    const kept = keptNames.length
      ? [element("p", {}, element("small", {}, `Not computed in this page, and kept as published while nothing that they read is changed: ${keptNames.join(", ")}.`))] : [];
    body.replaceChildren(
      element("p", {}, "Leave out sources or counters, or change what this page assumes. Numbers, sentences and "
        + "verdicts are computed again here, by the rules of the book; nothing is sent anywhere. The printed text, "
        + `tables and charts stay: what differs is marked “${WITH}” beside it.`),
      ...parameters(), ...stayRow(), ...priorRow(),
      boxes("counters", "Counters", read.counters, (id) => book.whole.nameOf("counters", id)),
      boxes("sources", "Sources", read.sources, sourceName), ...kept, faultsBox,
      element("p", { class: "sk-lab-buttons" }, resetButton(), " ",
        copyButton("Copy link", () => location.href), " ", copyButton("Copy as YAML", () => yaml.value)),
      element("details", {}, element("summary", {}, "Parameter file for make book"), yaml), changes);
    window.addEventListener("hashchange", () => {
      if (location.hash.startsWith("#what-if")) arrive();
    });
    // what is published is computed once, so that an answer waits for nothing but itself
    keys.forEach((key) => published.finding(key));
    claims.forEach((id) => published.claim(id));
    arrive();
    box.dataset.ready = "yes";
  }
  build();
})(globalThis.skytallyLaboratory);
