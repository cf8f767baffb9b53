/* Verdicts on claims under one setting, and the smallest sets of rows and sources that flip them. */
(function (lab) {
  "use strict";
  const { Evidence, judge, worst, refsOf, selections } = lab.rules;
  const { DataError, NotRecomputed } = lab.words;
  const { keyOf } = lab.reevaluation;
  const NOTHING = new Set();

  /** Outcomes of rules on whatever is left of the record, each judged once. */
  class Outcomes {
    constructor(reevaluation, graph) {
      Object.assign(this, { reevaluation, graph, known: new Map(), partsOf: new Map(), settings: new Map() });
      this.book = reevaluation.book;
    }
    declared(name) {
      const rule = this.book.rules.get(name);
      return [...new Set([...refsOf(rule, "left"), ...refsOf(rule, "right")])].filter(
        (ref) => this.reevaluation.declarations.has(ref));
    }
    /** Rows that a rule may select: what each is counted by, and whether it is in the part. */
    parts(name) {
      const rule = this.book.rules.get(name);
      if (!rule.table) return null;
      if (!this.partsOf.has(name)) {
        const { whole } = this.reevaluation, inside = whole.met(rule.table, rule.part);
        this.partsOf.set(name, new Map(whole.selection(rule.table, rule.where)
          .filter((row) => !this.reevaluation.base.has(row.id))
          .map((row) => [row.id, [rule.distinct ? String(row[rule.distinct]) : "", inside[row.at]]])));
      }
      return this.partsOf.get(name);
    }
    concerns(name) {
      const rule = this.book.rules.get(name);
      return new Set([...refsOf(rule, "left"), ...refsOf(rule, "right"), rule.claimed,
        ...(this.parts(name) || new Map()).keys()]);
    }
    /** A rule and the values other than the published ones that it depends on: what it is known by. */
    at(name) {
      if (!this.settings.has(name)) {
        this.settings.set(name, [name, ...this.reevaluation.otherValues(this.declared(name))].join("\n"));
      }
      return this.settings.get(name);
    }
    /** Rows that a rule can ever read, left out or not: its outcome is the same without any others. */
    reach(name) {
      const { reaches } = this.book.shared, at = this.at(name);
      if (!reaches.has(at)) {
        const rule = this.book.rules.get(name), { whole } = this.reevaluation;
        const read = this.declared(name).map((key) => this.reevaluation.mayRead(key));
        const selected = rule.table ? selections(rule).map((where) => whole.selection(rule.table, where)) : [];
        reaches.set(at, new Set([...this.concerns(name), ...selected.flat().map((row) => row.id),
          ...read.flatMap((each) => [...each])]));
      }
      return reaches.get(at);
    }
    /** Outcome of one rule without some rows; null where it cannot be judged. */
    outcome(name, removed = NOTHING) {
      const reach = this.reach(name), concerned = new Set([...removed].filter((id) => reach.has(id)));
      const key = `${name}\n${keyOf(concerned)}`;
      if (!this.known.has(key)) this.known.set(key, this.sharedOutcome(name, reach, concerned));
      return this.known.get(key);
    }
    /** An outcome as any setting judged it that leaves out the same of the rows that the rule can read. */
    sharedOutcome(name, reach, concerned) {
      const { outcomes } = this.book.shared, { base } = this.reevaluation;
      const left = new Set([...[...base].filter((id) => reach.has(id)), ...concerned]);
      const at = `${this.at(name)}\n${keyOf(left)}`;
      if (!outcomes.has(at)) {
        const evidence = new Evidence(this.reevaluation, this.graph, new Set([...base, ...concerned]));
        let outcome = null;
        try {
          outcome = judge(this.book.rules.get(name), evidence);
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
        }
        outcomes.set(at, outcome);
      }
      return outcomes.get(at);
    }
  }

  /** One claim, judged by its rules on whatever is left of the record. */
  class Trials {
    constructor(claim, outcomes) {
      Object.assign(this, { claim, outcomes, rules: claim.rules, known: new Map(), roles: new Map() });
      this.findings = [...new Set(this.rules.flatMap((rule) => outcomes.declared(rule)))];
      this.whole = outcomes.reevaluation.whole;
    }
    verdict(removed = NOTHING) {
      const found = this.rules.map((rule) => this.outcomes.outcome(rule, removed));
      return found.includes(null) ? lab.flips.VOID : worst(found.map((each) => each.verdict));
    }
    restsOn(removed) {
      const { reevaluation } = this.outcomes, refs = new Set();
      for (const rule of this.rules) {
        refs.add(this.outcomes.book.rules.get(rule).claimed);
        const outcome = this.outcomes.outcome(rule, removed);
        for (const ref of outcome ? outcome.refs : []) refs.add(ref);
      }
      for (const key of this.findings) for (const ref of reevaluation.reads(key, removed)) refs.add(ref);
      const left = [...refs].filter((ref) => !removed.has(ref) && !reevaluation.base.has(ref)
        && ref !== this.claim.id && this.whole.sourceOf.has(ref));
      return left.sort();
    }
    trial(removed) {
      const concerned = new Set([...removed].filter(
        (id) => this.rules.some((rule) => this.outcomes.reach(rule).has(id))));
      const key = keyOf(concerned);
      if (!this.known.has(key)) {
        const verdict = this.verdict(concerned);
        const rows = verdict === lab.flips.VOID ? [] : this.restsOn(concerned);
        this.known.set(key, [verdict === this.verdict() ? "" : verdict, rows]);
      }
      return this.known.get(key);
    }
    get alone() {
      if (!this.knownAlone) {
        this.knownAlone = new Set(this.outcomes.reevaluation.repeated);
        for (const name of this.rules) {
          const rule = this.outcomes.book.rules.get(name);
          const named = [...refsOf(rule, "left"), ...refsOf(rule, "right"), ...refsOf(rule, "claimed")];
          for (const ref of named) this.knownAlone.add(ref);
          if (lab.flips.ALIKE_KINDS.includes(rule.kind)) continue;
          for (const ref of (this.outcomes.parts(name) || new Map()).keys()) this.knownAlone.add(ref);
        }
      }
      return this.knownAlone;
    }
    /** The part of a row in every rule; its own id where it plays one of its own. */
    role(row) {
      if (!this.roles.has(row)) {
        const others = this.whole.standsFor.get(row) || [];
        const alone = this.findings.length || [row, ...others].some((each) => this.alone.has(each));
        const parts = this.rules.map((rule) => this.outcomes.parts(rule)).filter(Boolean);
        this.roles.set(row, alone ? row : JSON.stringify(parts.map((part) => [
          part.get(row) || null, others.map((other) => JSON.stringify(part.get(other) || null)).sort(),
        ])));
      }
      return this.roles.get(row);
    }
    oneOfEachKind(removed) {
      const [becomes, rows] = this.trial(removed), first = new Map();
      for (const row of rows) if (!first.has(this.role(row))) first.set(this.role(row), row);
      return [becomes, [...first.values()]];
    }
    get rolesOfSources() {
      if (!this.knownRoles) {
        const grouped = new Set([...this.whole.standsFor.keys(), ...[...this.whole.standsFor.values()].flat(),
          ...this.alone]);
        const rows = new Map();
        for (const row of new Set(this.rules.flatMap((rule) => [...this.outcomes.concerns(rule)]))) {
          if (this.outcomes.reevaluation.base.has(row)) continue;
          const source = this.whole.sourceOf.get(row) ?? "";
          rows.set(source, [...(rows.get(source) || []), row]);
        }
        this.knownRoles = new Map([...rows].filter(
          ([, members]) => !this.findings.length && !members.some((row) => grouped.has(row)))
          .map(([source, members]) => [source, JSON.stringify(members.map((row) => this.role(row)).sort())]));
      }
      return this.knownRoles;
    }
    oneSourceOfEachKind(sources, sourceOf) {
      const [becomes, read] = lab.flips.bySource((removed) => this.trial(removed), sourceOf)(sources);
      const first = new Map();
      for (const source of read) {
        const role = this.rolesOfSources.get(source) ?? source;
        if (!first.has(role)) first.set(role, source);
      }
      return [becomes, [...first.values()]];
    }
  }

  /** Verdicts on all claims under one setting. */
  class Verdicts {
    constructor(reevaluation) {
      this.reevaluation = reevaluation;
      this.book = reevaluation.book;
      this.outcomes = new Outcomes(reevaluation, this.book.graph);
    }
    /** Verdict, reasons and later reasons of one claim; void where a rule cannot be judged. */
    of(id) {
      const claim = this.book.ledger.get(id);
      try {
        const found = claim.rules.map((rule) => this.outcomes.outcome(rule));
        const later = claim.later.map((rule) => this.outcomes.outcome(rule));
        if (found.includes(null)) return { verdict: lab.flips.VOID, why: [], later: [] };
        const verdict = found.length ? worst(found.map((each) => each.verdict)) : claim.fixed;
        const differ = new Set(found.map((each) => each.verdict)).size > 1;
        const why = found.map((each) => differ ? `${each.why} On this point: ${each.verdict}.` : each.why);
        return { verdict, why, later: later.filter(Boolean).map((each) => each.why) };
      } catch (error) {
        if (error instanceof NotRecomputed) return { unknown: error.message };
        throw error;
      }
    }
    /** Smallest sets that flip the verdict on one claim; null where no rule decides. */
    flips(id) {
      const claim = this.book.ledger.get(id), { flips } = lab;
      if (!claim.rules.length) return null;
      // rules in the order of their table, as the book searches them
      const ordered = [...this.book.rules.keys()].filter((rule) => claim.rules.includes(rule));
      const trials = new Trials({ ...claim, rules: ordered }, this.outcomes);
      const kinds = trials.findings.map((key) => this.reevaluation.declarations.get(key).kind);
      const budget = kinds.some((kind) => flips.ESTIMATES.includes(kind)) ? flips.ESTIMATE_BUDGET
        : flips.VERDICT_BUDGET;
      const sourceOf = new Map([...this.reevaluation.whole.sourceOf].filter(
        ([row]) => !this.reevaluation.base.has(row)));
      const rows = flips.smallestSets((removed) => trials.oneOfEachKind(removed), { budget });
      const bySource = (sources) => trials.oneSourceOfEachKind(sources, sourceOf);
      const sources = flips.smallestSets(bySource, { budget });
      const every = trials.trial(NOTHING)[1], pages = [...new Set(every.map((row) => sourceOf.get(row)))];
      return {
        rows: flips.asExamples(rows, every, trials.oneOfEachKind(NOTHING)[1]),
        sources: flips.asExamples(sources, pages, bySource(NOTHING)[1]),
        assumptions: this.assumptions(trials),
      };
    }
    assumptions(trials) {
      const mentioned = new Set(trials.findings.flatMap((key) => [...this.reevaluation.dependsOn(key)]));
      return lab.flips.assumedOf(this.reevaluation).flatMap(([page, name, words, other]) => {
        if (!mentioned.has(`${page}.${name}`)) return [];
        const after = new Trials(trials.claim, new Outcomes(other, this.book.graph)).verdict();
        return after === trials.verdict() ? [] : [{ without: [`${name} = ${words}`], becomes: after }];
      });
    }
  }
  lab.verdicts = { Verdicts };
})(globalThis.skytallyLaboratory);
