/* What a setting changes on a page: its findings, verdicts and flip sets beside the published ones. */
(function (lab) {
  "use strict";
  const FIELDS = ["value", "low", "high", "unit", "bound", "said", "when", "text"];
  const RIVALS = "rivals.";

  /** Interval of a finding in words, and whose it is. */
  function intervalWords(finding) {
    const low = finding.low ?? NaN, high = finding.high ?? Infinity, { level } = finding;
    if (Number.isNaN(low) || low === high || (low === 0 && high === Infinity)) return "";
    let whose = finding.interval_from || "";
    if (level !== null && level !== undefined) {
      whose = level < 1 ? `${lab.words.general(100 * level)} % interval of an estimate of this book`
        : "a bound that this book computed";
    }
    const { interval } = lab.words, upper = low === 0 && finding.bound === "at most";
    const above = high === Infinity && finding.bound === "more than";
    const span = upper ? `up to ${interval(high, high, finding.unit)}`
      : above ? `more than ${interval(low, low, finding.unit)}` : interval(low, high, finding.unit);
    return whose ? `${span} (${whose})` : span;
  }

  /** Findings, verdicts and flip sets under one setting, each computed when it is asked for. */
  class Answer {
    constructor(book, setting) {
      this.book = book;
      this.reevaluation = book.under(setting);
      this.verdicts = new lab.verdicts.Verdicts(this.reevaluation);
      const known = book.hypotheses(setting.prior ?? null);
      this.hypotheses = lab.rivals.withoutRows(known, this.reevaluation.base);
    }
    get rivals() {
      this.knownRivals = this.knownRivals || lab.rivals.rivalFindings(this.hypotheses);
      return this.knownRivals;
    }
    finding(key) {
      if (this.book.declarations.has(key)) return this.reevaluation.finding(key);
      if (!key.startsWith(RIVALS)) return null;
      return this.rivals.get(key) || { key, void: "no observation is left to weigh" };
    }
    claim(id) { return this.book.ledger.has(id) ? this.verdicts.of(id) : null; }
    /** What would change a finding or a verdict under this setting, as one line. */
    flipWords(what, id) {
      try {
        const found = what === "claim" ? this.verdicts.flips(id) : this.flipsOf(id);
        return found === null ? "no rule decides, so no row was compared" : lab.flips.flipWords(found);
      } catch (error) {
        if (error instanceof lab.words.NotRecomputed) return `not computed in this page: ${error.message}`;
        throw error;
      }
    }
    flipsOf(key) {
      const findings = new lab.flips.FindingFlips(this.reevaluation);
      if (!key.startsWith(RIVALS)) return findings.of(key);
      return new lab.flips.RivalFlips(this.hypotheses, findings.sourceOf).of(key);
    }
  }
  const same = (one, other) => FIELDS.every((field) => one[field] === other[field]);
  const unlike = (one, other) => one.void !== undefined || one.unknown !== undefined
    || (one !== other && !same(one, other));
  /** Findings and claims that differ from the published ones, each as [id, published, now]. */
  function differences(published, now, keys, claims) {
    const pairs = (ids, of) => ids.map((id) => [id, of(published, id), of(now, id)])
      .filter(([, before, after]) => before && after);
    const worded = (claim) => [claim.verdict, ...claim.why].join("\n");
    return {
      findings: pairs(keys, (answer, key) => answer.finding(key)).filter(
        ([, before, after]) => unlike(after, before)),
      claims: pairs(claims, (answer, id) => answer.claim(id)).filter(
        ([, before, after]) => after.unknown !== undefined
          ? before.unknown === undefined : worded(before) !== worded(after)),
    };
  }
  lab.answers = { Answer, differences, intervalWords };
})(globalThis.skytallyLaboratory);
