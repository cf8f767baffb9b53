/* Rival explanations weighed by Bayes, and the findings that say what they come to. */
(function (lab) {
  "use strict";
  const w = lab.words, { DataError } = w;
  const INDEPENDENT = "all independent", ONE_PER_ORIGIN = "one average observation an origin",
    STRONGEST = "the strongest observation of each origin";
  const MODELS = [INDEPENDENT, ONE_PER_ORIGIN, STRONGEST], READINGS = ["least", "middle", "greatest"];
  const CORRELATION = { [INDEPENDENT]: 0, [ONE_PER_ORIGIN]: 1 };
  const FROM_PRIOR = "Starting from {prior}, the probability of the explanation “{proposition}” depends on "
    + "the judge{span}: {at_ends} with every judged range at its end against it, or at its end for it, and "
    + "by the judgements of this book {number} with every range at its middle.";
  const NOTHING = 0.05, CERTAINTY = 0.95, SPAN = "anything from near nothing to near certainty";
  const RESULT = `${FROM_PRIOR} Without the observation that moves it most ({item}), the middle gives {without}.`;
  const DECIDE = "The judgements decide: starting";
  const decideAll = (proposition) => "The answer depends on the judge: the judgements of this "
    + `book, not the evidence, decide how probable the explanation “${proposition}” is, ${SPAN}. Starting`;
  const ENDS = "{decide} from {prior}, the probability of the explanation "
    + "“{proposition}” is {number}, the first with every range taken at its end against it, the "
    + "second with every range taken at its end for it. So the result holds only for readers who "
    + "roughly share the judgements.";
  const STRONGEST_RIVAL = "The strongest of the other explanations is “{rival}”. Between these two alone, "
    + "each with the same probability before any evidence and the remaining ones left out, "
    + "“{proposition}” comes to {number}.";

  /** Hypotheses, priors and observations, and what was made of them under any prior. */
  function hypothesesOf(tables) {
    const names = new Map();
    let proposition = "", reference = "";
    for (const row of tables.hypotheses) {
      names.set(row.id, row.name);
      if (row.side === "proposition") proposition = proposition || row.id;
      if (row.reference === "yes") reference = reference || row.id;
    }
    const ratios = {};
    for (const { observation, hypothesis, low, high } of tables.likelihoods) {
      ratios[observation] = { ...ratios[observation], [hypothesis]: { low, high } };
    }
    const priors = new Map();
    for (const { prior: name, hypothesis, share } of tables.priors) {
      priors.set(name, { ...priors.get(name), [hypothesis]: share });
    }
    const items = tables.weighed_observations.map((row) => ({
      id: row.id, text: row.text, origin: row.origin, rows: lab.record.words(row.rows),
      ratios: ratios[row.id] || {},
    }));
    return { names, proposition, reference, priors, items, made: new Map() };
  }
  /** Hypotheses with the reader's own starting probability. */
  const underPrior = (known, share) => ({ ...known, priors: withPrior(known, share) });
  /** Priors of which the one nearest to even is moved; the others keep their proportions. */
  function withPrior(known, share) {
    const even = evenPrior(known), shares = known.priors.get(even), moved = {};
    const rest = 1 - shares[known.proposition];
    for (const [name, each] of Object.entries(shares)) {
      moved[name] = name === known.proposition ? share : each * (1 - share) / rest;
    }
    const name = `${w.general(100 * share)} percent`;
    return new Map([...known.priors].map((each) => each[0] === even ? [name, moved] : each));
  }
  const evenPrior = ({ priors, proposition }) => [...priors.keys()].reduce((best, name) => {
    const far = (each) => Math.abs(priors.get(each)[proposition] - 0.5);
    return far(name) < far(best) ? name : best;
  });
  function logRatio(ratio, reading, underTest) {
    if (!ratio) return 0;
    if (reading === "middle") return Math.log(Math.sqrt(ratio.low * ratio.high));
    return Math.log((reading === "greatest") === underTest ? ratio.high : ratio.low);
  }
  /** Logarithms of the ratios of an observation, which no prior and no other observation changes. */
  function logsOf(item, known, reading) {
    const at = `${item.id}\n${reading}`;
    if (!known.made.has(at)) {
      known.made.set(at, [...known.names.keys()].map(
        (name) => logRatio(item.ratios[name], reading, name === known.proposition)));
    }
    return known.made.get(at);
  }
  function worthOf(items, known, model, reading) {
    const logs = items.map((item) => logsOf(item, known, reading));
    if (model === STRONGEST) {
      const spread = items.map((item) => {
        const middle = logsOf(item, known, "middle");
        return Math.max(...middle) - Math.min(...middle);
      });
      return logs[spread.indexOf(Math.max(...spread))];
    }
    const shared = 1 + (logs.length - 1) * CORRELATION[model];
    return logs[0].map((_, at) => logs.reduce((all, each) => all + each[at], 0) / shared);
  }
  function combinedRatios(known, model, reading, without = "") {
    const at = [model, reading, without, ...known.items.map((item) => item.id)].join("\n");
    if (!known.made.has(at)) known.made.set(at, ratiosTogether(known, model, reading, without));
    return known.made.get(at);
  }
  function ratiosTogether(known, model, reading, without) {
    const within = new Map();
    for (const item of known.items) {
      if (item.id === without) continue;
      if (!within.has(item.origin)) within.set(item.origin, []);
      within.get(item.origin).push(item);
    }
    if (!within.size) throw new DataError("no observation is left");
    const total = [...known.names.keys()].map(() => 0);
    for (const items of within.values()) {
      worthOf(items, known, model, reading).forEach((each, at) => { total[at] += each; });
    }
    return Object.fromEntries([...known.names.keys()].map((name, at) => [name, Math.exp(total[at])]));
  }
  function weighed(shares, ratios, name) {
    const weights = Object.keys(ratios).map((each) => shares[each] * ratios[each]);
    return shares[name] * ratios[name] / weights.reduce((a, b) => a + b, 0);
  }
  function endsOver(known, prior, reading, without = "") {
    const found = MODELS.map((model) => weighed(
      known.priors.get(prior), combinedRatios(known, model, reading, without), known.proposition));
    return [Math.min(...found), Math.max(...found)];
  }
  const odds = (probability) => probability / (1 - probability);
  function mostMoving(known) {
    if (known.items.length < 2) return "";
    const shares = known.priors.get(evenPrior(known));
    const whole = MODELS.map((model) => odds(weighed(
      shares, combinedRatios(known, model, "middle"), known.proposition)));
    const moves = known.items.map(({ id }) => [id, w.rounded(Math.max(...MODELS.map((model, at) => {
      const left = weighed(shares, combinedRatios(known, model, "middle", id), known.proposition);
      return Math.abs(Math.log(whole[at] / odds(left)));
    })), 9)]);
    moves.sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1));
    return moves[0][0];
  }

  function outwardPercent(low, high) {
    return [[low, Math.floor], [high, Math.ceil]].map(([probability, edge]) => {
      const percent = 100 * probability, whole = edge(percent);
      return whole > 0 && whole < 100 ? whole : edge(percent * 10) / 10;
    });
  }
  const inWords = (low, high) => lab.quantities.quantityText(
    { value: NaN, low, high, bound: w.EXACTLY, unit: "percent", wording: "" });
  function overModels(low, high, reading) {
    const words = new Set([low, high].map((each) => 100 * each).map(
      (each) => w.percentText(each >= 1 && each <= 99 ? w.rounded(each, 0) : each)));
    if (words.size === 1) return `${[...words][0]} percent`;
    const [least, most] = outwardPercent(low, high);
    return reading === "least" ? `at most ${Math.ceil(most)} percent` : `at least ${Math.floor(least)} percent`;
  }
  /** Findings on the rival explanations by key; none where no observation is left. */
  function rivalFindings(known) {
    const made = new Map();
    if (!known.items.length) return made;
    const rows = known.items.flatMap((item) => item.rows).map((id) => ({ id }));
    const proposition = known.names.get(known.proposition), prior = evenPrior(known);
    const add = (key, text, ends, words, said = "") => {
      const [low, high] = outwardPercent(...ends);
      made.set(key, lab.findings.computed(key, {
        value: NaN, low, high, unit: "percent", bound: w.EXACTLY, rows, text, words, said,
      }));
    };
    const endsInWords = (name) => {
      const [least, greatest] = ["least", "greatest"].map(
        (reading) => overModels(...endsOver(known, name, reading), reading));
      return `between ${least} and ${greatest}`;
    };
    const spanOf = (name) => {
      const against = Math.max(...endsOver(known, name, "least"));
      const favour = Math.min(...endsOver(known, name, "greatest"));
      return against <= NOTHING && favour >= CERTAINTY ? ` and is ${SPAN}` : "";
    };
    const moving = mostMoving(known);
    if (moving) {
      const without = inWords(...outwardPercent(...endsOver(known, prior, "middle", moving)));
      const item = known.items.find((each) => each.id === moving).text.replace(/\.+$/, "");
      add("rivals.result", RESULT, endsOver(known, prior, "middle"),
        { prior, proposition, item, without, at_ends: endsInWords(prior), span: spanOf(prior) });
    }
    for (const each of known.priors.keys()) {
      if (each === prior) continue;
      add(`rivals.from_${each.split(" ").join("_")}`, FROM_PRIOR, endsOver(known, each, "middle"),
        { prior: each, proposition, at_ends: endsInWords(each), span: spanOf(each) });
    }
    const [against, favour] = [endsOver(known, prior, "least"), endsOver(known, prior, "greatest")];
    const decide = spanOf(prior) ? decideAll(proposition) : DECIDE;
    add("rivals.ends", ENDS, [against[0], favour[1]],
      { prior, proposition, decide }, endsInWords(prior));
    strongestRival(known, prior, proposition, add);
    return made;
  }
  function strongestRival(known, prior, proposition, add) {
    const shares = known.priors.get(prior);
    const ratios = MODELS.map((model) => combinedRatios(known, model, "middle"));
    const best = (name) => Math.max(...ratios.map((each) => weighed(shares, each, name)));
    const others = [...known.names.keys()].filter((name) => name !== known.proposition);
    const rival = others.reduce((found, name) => best(name) > best(found) ? name : found);
    const alone = ratios.map((each) => each[known.proposition] / (each[known.proposition] + each[rival]));
    add("rivals.strongest_rival", STRONGEST_RIVAL, [Math.min(...alone), Math.max(...alone)],
      { proposition, rival: known.names.get(rival) });
  }
  /** The hypotheses without observations of which a row is gone. */
  const withoutRows = (known, removed) => ({
    ...known, items: known.items.filter((item) => !item.rows.some((row) => removed.has(row))),
  });
  lab.rivals = { hypothesesOf, underPrior, rivalFindings, withoutRows, evenPrior };
})(globalThis.skytallyLaboratory);
