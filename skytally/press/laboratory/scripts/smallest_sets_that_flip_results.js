/* Flip sets: the smallest sets of rows or sources without which a finding or verdict changes. */
(function (lab) {
  "use strict";
  const { union, keyOf } = lab.reevaluation;
  const LARGEST = 3, BUDGET = 300, ESTIMATE_BUDGET = 25, VERDICT_BUDGET = 100, SINGLES = 500, LISTED = 12;
  const VOID = "void", OTHER_BOUND = "another bound", OTHER_ORDER = "another order",
    OTHER_SENTENCE = "another sentence", OTHER_VALUE = "another value";
  const NEUTRAL = { ratio: 1, order: 0.5, lag: 0 }, SUPERLATIVE = ["highest", "latest", "first", "only"];
  const ESTIMATES = ["estimate", "count"], COSTLY = [...ESTIMATES, "tally"];
  const NUMBER = /[-\u2212]?\d[\d,.]*/g;
  const ALIKE_KINDS = ["count", "extent", "share"];
  const NOTHING = new Set();

  function middleOf(low, high) {
    if (low === null || high === null) return low === high ? NaN : (low === null ? high : low) || 0;
    return low > 0 ? Math.sqrt(low * high) : (low + high) / 2;
  }
  const sideOf = ({ low, high }, neutral) => Number(low !== null && low > neutral)
    - Number(high !== null && high < neutral);
  /** Bound of a finding; an interval that holds an exact number is no other bound. */
  const openSides = (bound) => bound === lab.words.BETWEEN ? lab.words.EXACTLY : bound;

  /** Word for how a finding changed, empty where it stands. */
  function flipped(before, after, kind) {
    if (after.unknown !== undefined) throw new lab.words.NotRecomputed(after.unknown);
    if (after.void !== undefined) return VOID;
    if (openSides(before.bound) !== openSides(after.bound) || before.unit !== after.unit) return OTHER_BOUND;
    if (SUPERLATIVE.includes(kind) && before.text !== after.text) return OTHER_SENTENCE;
    if (kind in NEUTRAL && sideOf(before, NEUTRAL[kind]) !== sideOf(after, NEUTRAL[kind])) return OTHER_ORDER;
    if (lab.findings.DATED.includes(kind)) return "";
    const low = after.low ?? -Infinity, high = after.high ?? Infinity;
    const middle = before.value ?? middleOf(before.low, before.high);
    if (!Number.isNaN(middle) && !(low <= middle && middle <= high)) return OTHER_VALUE;
    return before.text.replace(NUMBER, "") !== after.text.replace(NUMBER, "") ? OTHER_SENTENCE : "";
  }

  /** Smallest sets whose loss flips a statement, size by size; trial gives [becomes, what is read]. */
  function smallestSets(trial, { budget = BUDGET, listed = LISTED } = {}) {
    let reads = [[NOTHING, trial(NOTHING)[1]]];
    for (let size = 1; size <= LARGEST; size += 1) {
      const candidates = new Map();
      for (const [smaller, read] of reads) {
        for (const one of read) {
          if (smaller.has(one)) continue;
          const larger = new Set([...smaller, one]);
          candidates.set(keyOf(larger), larger);
        }
      }
      if (size === 1 && candidates.size > SINGLES) {
        throw new lab.words.NotRecomputed(`${candidates.size} rows to leave out one at a time`);
      }
      if (size > 1 && candidates.size > budget) return { sets: [], listed: true, searched: size - 1 };
      budget -= candidates.size;
      const found = [];
      reads = [];
      for (const candidate of candidates.values()) {
        const [becomes, read] = trial(candidate);
        reads.push([candidate, read]);
        if (!becomes) continue;
        found.push({ without: [...candidate].sort(), becomes });
        if (candidates.size > listed) break;
      }
      if (found.length) {
        const all = candidates.size <= listed || candidates.size === found.length;
        return { sets: found, listed: all, searched: size };
      }
    }
    return { sets: [], listed: true, searched: LARGEST };
  }
  /** Trial without sources and all that was read in them. */
  function bySource(trial, sourceOf) {
    return (sources) => {
      const removed = new Set();
      for (const [row, source] of sourceOf) if (sources.has(source)) removed.add(row);
      const [becomes, read] = trial(removed);
      return [becomes, [...new Set(read.map((row) => sourceOf.get(row)))]];
    };
  }
  const asExamples = (search, every, tried) => ({
    ...search, listed: search.listed && (!search.sets.length || tried.length === every.length),
  });

  // ---- in words -----------------------------------------------------------------------------------
  function alternatives(sets) {
    const outcomes = new Map();
    for (const { without, becomes } of sets) {
      outcomes.set(becomes, [...(outcomes.get(becomes) || []), without.join(" and ")]);
    }
    return [...outcomes].map(([becomes, names]) => `${becomes} without ${names.join(" or ")}`);
  }
  const sizeOf = ({ sets }) => sets.length ? sets[0].without.length : LARGEST + 1;
  /** Flip sets as one line, such as *void without R001 or R031*. */
  function flipWords({ rows, sources, assumptions }) {
    let clauses = alternatives(rows.sets);
    if (clauses.length && !rows.listed) clauses[clauses.length - 1] += ", for example";
    if (sizeOf(sources) < sizeOf(rows)) {
      const named = alternatives(sources.sets).map((clause) => `${clause} (sources)`);
      if (!sources.listed) named[named.length - 1] += ", for example";
      clauses.push(...named);
    }
    if (!clauses.length) {
      const things = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
      clauses = [`none found up to ${things(rows.searched, "row")}`];
      if (sources.searched !== rows.searched) clauses[0] += ` or ${things(sources.searched, "source")}`;
    }
    return [...clauses, ...assumptions.map((each) => `${each.becomes} if ${each.without[0]}`)].join("; ");
  }

  // ---- findings -----------------------------------------------------------------------------------
  /** Other values of parameters, from their stated ranges, as [page, name, words, reevaluation]. */
  function assumedOf(reevaluation) {
    if (!reevaluation.known.assumed) {
      reevaluation.known.assumed = reevaluation.book.data.ranges
        .filter(({ page, name, value }) =>
          JSON.stringify(value) !== JSON.stringify(reevaluation.parameters[page][name]))
        .map(({ page, name, value, words }) =>
          [page, name, words, reevaluation.withParameter(page, name, value)]);
    }
    return reevaluation.known.assumed;
  }
  class FindingFlips {
    constructor(reevaluation) {
      this.reevaluation = reevaluation;
      this.sourceOf = new Map([...reevaluation.whole.sourceOf].filter(([row]) => !reevaluation.base.has(row)));
    }
    kindOf(key) { return this.reevaluation.declarations.get(key).kind; }
    becomes(key, other, removed) {
      const before = this.reevaluation.finding(key), kind = this.kindOf(key);
      if (before.unknown !== undefined) throw new lab.words.NotRecomputed(before.unknown);
      if (before.void !== undefined) return VOID;
      const word = flipped(before, other.finding(key, removed), kind);
      if (word || !lab.findings.DATED.includes(kind)) return word;
      const declaration = this.reevaluation.declarations.get(key);
      const [was, now] = [[this.reevaluation, NOTHING], [other, other.concerned(key, removed)]].map(
        ([from, gone]) => lab.findings.dateBracket(declaration, from.evaluation(gone)));
      const middle = was.isOpen ? was.last : (was.first + was.last) / 2;
      return now.first <= middle && middle <= now.last ? "" : OTHER_VALUE;
    }
    trial(key, removed) {
      const named = this.reevaluation.named(key);
      for (const id of removed) if (named.has(id)) return [VOID, []];
      const concerned = this.reevaluation.concerned(key, removed);
      const becomes = this.becomes(key, this.reevaluation, concerned);
      const rows = becomes ? [] : [...this.reevaluation.reads(key, concerned)];
      rows.sort((one, other) => Number(!named.has(one)) - Number(!named.has(other)) || (one < other ? -1 : 1));
      return [becomes, rows];
    }
    assumptions(key) {
      const mentioned = this.reevaluation.dependsOn(key);
      return assumedOf(this.reevaluation).flatMap(([page, name, words, other]) => {
        if (!mentioned.has(`${page}.${name}`)) return [];
        const becomes = this.becomes(key, other, NOTHING);
        return becomes ? [{ without: [`${name} = ${words}`], becomes }] : [];
      });
    }
    of(key) {
      const kind = this.kindOf(key), trial = (removed) => this.trial(key, removed);
      const search = {
        budget: ESTIMATES.includes(kind) ? ESTIMATE_BUDGET : BUDGET, listed: COSTLY.includes(kind) ? 1 : LISTED,
      };
      return {
        rows: smallestSets(trial, search), sources: smallestSets(bySource(trial, this.sourceOf), search),
        assumptions: this.assumptions(key),
      };
    }
  }

  // ---- rival explanations -------------------------------------------------------------------------
  class RivalFlips {
    constructor(known, sourceOf) {
      Object.assign(this, { known, sourceOf, made: new Map() });
    }
    findings(removed) {
      const left = lab.rivals.withoutRows(this.known, removed), key = left.items.map((item) => item.id).join(" ");
      if (!this.made.has(key)) this.made.set(key, lab.rivals.rivalFindings(left));
      return this.made.get(key);
    }
    trial(key, removed) {
      const [before, after] = [NOTHING, removed].map((each) => this.findings(each).get(key));
      if (!before || !after) return [VOID, []];
      const left = lab.rivals.withoutRows(this.known, removed).items;
      return [flipped(before, after, "estimate"), left.flatMap((item) => item.rows)];
    }
    oneOfEach(key, removed) {
      const [becomes, rows] = this.trial(key, removed);
      const first = new Set(this.known.items.map((item) => item.rows[0]));
      return [becomes, rows.filter((row) => first.has(row))];
    }
    of(key) {
      const rows = smallestSets((removed) => this.oneOfEach(key, removed));
      const every = this.trial(key, NOTHING)[1], tried = this.oneOfEach(key, NOTHING)[1];
      return {
        rows: asExamples(rows, every, tried),
        sources: smallestSets(bySource((removed) => this.trial(key, removed), this.sourceOf)), assumptions: [],
      };
    }
  }

  lab.flips = {
    FindingFlips, RivalFlips, flipped, flipWords, smallestSets, bySource, asExamples, assumedOf,
    VOID, ESTIMATES, ESTIMATE_BUDGET, VERDICT_BUDGET, ALIKE_KINDS, union,
  };
})(globalThis.skytallyLaboratory);
