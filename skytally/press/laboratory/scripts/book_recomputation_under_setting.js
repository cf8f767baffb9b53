/* The whole book as this page computes it: record, declarations and rules under one setting. */
(function (lab) {
  "use strict";
  const BLANK = { rows: "", of: "", where: "", once: "", order: "", distinct: "", part: "", estimate: "",
    arguments: "", value: "", unit: "", dates: "", sentence: "", otherwise: "" };

  class Book {
    constructor(data) {
      lab.words.setUnits(data.units);
      this.data = data;
      this.whole = new lab.record.WholeRecord(data);
      Object.assign(this.whole, { kept: data.kept, keptReads: data.keptReads, seeds: data.seeds });
      this.declarations = new Map(data.declarations.map(
        (each) => [each.key, { ...BLANK, ...each, page: each.key.split(".")[0] }]));
      const rule = { claimed: "", value: NaN, bound: "", unit: "", first: NaN, last: NaN, left: "", right: "",
        relation: "", table: "", where: "", part: "", distinct: "", about: "", sentence: "", otherwise: "" };
      this.rules = new Map(data.rules.map((each) => [each.id, { ...rule, ...each }]));
      const { words } = lab.record;
      this.ledger = new Map(data.ledger.map((each) => [each.id, {
        id: each.id, rules: words(each.rules ?? ""), later: words(each.later_rules ?? ""),
        fixed: each.fixed_verdict ?? "",
      }]));
      this.others = new Map(data.others.map((each) => [each.key, each]));
      this.graph = new lab.provenance.Graph(this.whole, data.owners);
      this.parameters = {};
      for (const each of data.parameters) {
        this.parameters[each.page] = { ...this.parameters[each.page], [each.name]: each.value };
      }
      // what one setting computed and another may read, each by all that it depends on
      this.shared = { findings: new Map(), named: new Map(), mayRead: new Map(), dependsOn: new Map(),
        outcomes: new Map(), reaches: new Map() };
    }
    /** Rival explanations under the published prior, or another one. */
    hypotheses(prior) {
      this.rivals = this.rivals || lab.rivals.hypothesesOf(this.data.rivals);
      return prior === null ? this.rivals : lab.rivals.underPrior(this.rivals, prior);
    }
    get sourceIds() { return new Set(this.whole.sourceOf.values()); }
    get counterIds() {
      const rows = Object.values(this.whole.tables).filter((table) => table.removable)
        .flatMap((table) => table.rows);
      return new Set(rows.map((row) => row.counter).filter(Boolean));
    }
    /** Rows that are left out together with some sources and counters. */
    removedRows({ sources = [], counters = [], rows = [] }) {
      const gone = new Set(rows);
      if (!sources.length && !counters.length) return gone;
      for (const table of Object.values(this.whole.tables)) {
        if (!table.removable) continue;
        for (const row of table.rows) {
          if (sources.includes(row.source_id) || (row.counter && counters.includes(row.counter))) {
            gone.add(row.id);
          }
        }
      }
      return gone;
    }
    /** Parameters of all pages, some of them changed: {"page.name": value}. */
    parametersWith(changed = {}) {
      const all = Object.fromEntries(Object.entries(this.parameters).map(([page, own]) => [page, { ...own }]));
      for (const [key, value] of Object.entries(changed)) {
        const [page, name] = key.split(".");
        all[page] = { ...all[page], [name]: value };
      }
      return all;
    }
    /** All findings and verdicts ready to be computed under one setting. */
    under(setting) {
      return new lab.reevaluation.Reevaluation(
        this, this.parametersWith(setting.parameters), this.removedRows(setting), setting.stay);
    }
  }
  lab.Book = Book;
})(globalThis.skytallyLaboratory);
