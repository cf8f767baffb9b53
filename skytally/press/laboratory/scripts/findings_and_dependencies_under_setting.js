/* Findings under one setting, without further rows on demand, and the rows that each one reads. */
(function (lab) {
  "use strict";
  const f = lab.findings;
  const FEW = 3;
  const union = (...sets) => new Set(sets.flatMap((set) => [...set]));
  const keyOf = (set) => [...set].sort().join(" ");
  const STAY = "stay";
  /** Parameters, as page.name, of which two sets have different values. */
  function changedParameters(before, after) {
    const names = Object.entries(after).flatMap(([page, own]) => Object.keys(own)
      .filter((name) => own[name] !== before[page]?.[name]
        && JSON.stringify(own[name]) !== JSON.stringify(before[page]?.[name]))
      .map((name) => [`${page}.${name}`, JSON.stringify(own[name])]));
    return new Map(names);
  }

  class Reevaluation {
    constructor(book, parameters, base = new Set(), stay = null) {
      Object.assign(this, { book, parameters, base, stay });
      this.whole = book.whole;
      this.declarations = book.declarations;
      this.known = { evaluations: new Map(), findings: new Map(), trials: new Map(), settings: new Map() };
      this.changed = changedParameters(book.parameters, parameters);
    }
    /** A finding and the values other than the published ones that it depends on: what it is known by. */
    at(key) {
      if (!this.changed.size && !this.stay) return key;
      const { settings } = this.known;
      if (!settings.has(key)) settings.set(key, [key, ...this.otherValues([key])].join("\n"));
      return settings.get(key);
    }
    /** Values that differ from the published ones, of those that some findings depend on. */
    otherValues(keys) {
      if (!this.changed.size && !this.stay) return [];
      const named = union(...keys.map((key) => this.dependsOn(key)));
      const values = [...named].filter((each) => this.changed.has(each)).sort()
        .map((each) => `${each}=${this.changed.get(each)}`);
      return this.stay && named.has(STAY) ? [...values, `${STAY}=${this.stay}`] : values;
    }
    /** Rows that stand in several pages, of which one may have copied another, as far as they are left. */
    get repeated() {
      if (!this.known.repeated) {
        const groups = Object.values(this.whole.alike).flat()
          .map((group) => group.map(([id]) => id).filter((id) => !this.base.has(id)));
        this.known.repeated = new Set(groups.filter((group) => group.length > 1).flat());
      }
      return this.known.repeated;
    }
    /** Ids, of those given, that are not left out by the setting already. */
    further(removed) { return new Set([...removed].filter((id) => !this.base.has(id))); }

    evaluation(removed) {
      const key = keyOf(removed);
      if (!this.known.evaluations.has(key)) {
        const tables = new lab.record.ReducedRecord(this.whole, union(this.base, removed));
        tables.stay = this.stay;
        this.known.evaluations.set(key, new f.Evaluation(this.declarations, tables, this.parameters));
      }
      return this.known.evaluations.get(key);
    }
    /** Rows that a finding can ever read: it is the same without any others. */
    mayRead(key) {
      const at = this.at(key), known = this.book.shared.mayRead;
      if (!known.has(at)) {
        const declaration = this.declarations.get(key), { whole } = this, name = declaration.table;
        const rows = new Set(this.named(key));
        const add = (ids) => { for (const id of ids) rows.add(id); };
        const table = whole.table(name);
        if (/@/.test(declaration.where)) add(table.removable ? table.ids : []);
        else if (!declaration.rows && !f.BETWEEN.includes(declaration.kind)) {
          let selected = [];
          try {
            const where = f.substituted(declaration.where, this.parameters[declaration.page] || {});
            selected = whole.selection(name, where).map((row) => row.id);
          } catch (error) {
            if (!(error instanceof lab.words.DataError)) throw error;
          }
          add(selected);
          const chosen = new Set(selected);
          for (const group of whole.alike[name]) {
            if (group.some(([id]) => chosen.has(id))) add(group.map(([id]) => id));
          }
        }
        const named = lab.estimates.namedOf(declaration.kind, declaration.estimate);
        for (const other of (named && named.reads) || []) {
          if (whole.table(other).removable) add(whole.table(other).ids);
        }
        for (const other of f.referred(`${declaration.of} ${declaration.where}`)) add(this.mayRead(other));
        // a quoted number may take a bound from a row that counts in the place of its own
        for (const id of [...rows]) add(whole.keptInstead.get(id) || []);
        known.set(at, rows);
      }
      return known.get(at);
    }
    concerned(key, removed) {
      if (!removed.size) return removed;
      const may = this.mayRead(key);
      return new Set([...removed].filter((id) => may.has(id)));
    }
    /** One finding without some rows more than the setting leaves out. */
    finding(key, removed = lab.record.NOTHING) {
      const concerned = this.concerned(key, removed), at = `${key}\n${keyOf(concerned)}`;
      if (!this.known.findings.has(at)) {
        this.known.findings.set(at, this.sharedFinding(key, concerned));
      }
      return this.known.findings.get(at);
    }
    /** A finding as any setting computed it that leaves out the same of the rows it may read. */
    sharedFinding(key, concerned) {
      const { findings } = this.book.shared;
      const gone = keyOf(union(this.concerned(key, this.base), concerned)), at = `${this.at(key)}\n${gone}`;
      if (!findings.has(at)) {
        findings.set(at, f.oneFinding(this.declarations.get(key), this.evaluation(concerned)));
      }
      return findings.get(at);
    }
    /** Rows that a finding, or one it refers to, names: it is void without one of them. */
    named(key) {
      const at = this.at(key), known = this.book.shared.named;
      if (!known.has(at)) {
        const declaration = this.declarations.get(key);
        const cells = `${declaration.rows} ${declaration.of.replace(f.REFERENCE, "")}`;
        const ids = lab.record.words(f.substituted(cells, this.parameters[declaration.page] || {}));
        const others = f.referred(`${declaration.of} ${declaration.where}`).map((each) => this.named(each));
        known.set(at, union(ids, ...others));
      }
      return known.get(at);
    }
    decisive(declaration, rows, evaluation) {
      if (declaration.kind in f.PICKED) return f.PICKED[declaration.kind](rows).map((row) => row.id);
      const ids = rows.map((row) => row.id);
      if (rows.length <= FEW) return ids;
      if (["tally", "only"].includes(declaration.kind)) {
        const clauses = f.clausesOf(declaration, evaluation);
        if (clauses.some((clause) => clause.startsWith("not "))) return ids;
        return f.matchingRows(rows, declaration, clauses, this.whole).map(([row]) => row.id);
      }
      if (declaration.kind === "count") {
        const [result] = f.estimateOf(declaration, evaluation);
        return result.decisive ? [...result.decisive] : ids;
      }
      return ids;
    }
    rowsRead(declaration, evaluation) {
      const rows = f.selectedRows(declaration, evaluation), { whole } = this;
      const read = new Set(this.decisive(declaration, rows, evaluation));
      for (const row of rows) {
        if (this.repeated.has(row.id)) read.add(row.id);
        if (declaration.once && whole.keptForOthers.has(row.id)) read.add(row.id);
      }
      for (const key of f.referred(`${declaration.of} ${declaration.where}`)) {
        for (const id of this.rowsRead(this.declarations.get(key), evaluation)) read.add(id);
      }
      for (const id of f.furtherRows(declaration, evaluation)) read.add(id);
      return read;
    }
    /** Rows on which a finding depends, given that some are left out already. */
    reads(key, removed = lab.record.NOTHING) {
      const found = this.finding(key, removed);
      if (found.void !== undefined || found.unknown !== undefined) return new Set();
      const evaluation = this.evaluation(this.concerned(key, removed));
      return union(this.rowsRead(this.declarations.get(key), evaluation), this.named(key));
    }
    /** Page and name of each parameter that a finding, or one it refers to, mentions; and the mean stay. */
    dependsOn(key) {
      const { dependsOn } = this.book.shared;
      if (!dependsOn.has(key)) dependsOn.set(key, this.parametersIn(key));
      return dependsOn.get(key);
    }
    parametersIn(key) {
      const declaration = this.declarations.get(key);
      const { rows, of, where, part, arguments: given, value, dates } = declaration;
      const text = [rows, of, where, part, given, value, dates].join(" ");
      const named = new Set([...text.matchAll(f.PARAMETER)].map((match) => `${declaration.page}.${match[1]}`));
      for (const other of f.referred(text)) for (const each of this.dependsOn(other)) named.add(each);
      if ((lab.estimates.namedOf(declaration.kind, declaration.estimate) || {}).ofStays) named.add(STAY);
      return named;
    }
    /** The same with another value of one parameter. */
    withParameter(page, name, value) {
      const changed = { ...this.parameters, [page]: { ...this.parameters[page], [name]: value } };
      return new Reevaluation(this.book, changed, this.base, this.stay);
    }
  }
  lab.reevaluation = { Reevaluation, union, keyOf };
})(globalThis.skytallyLaboratory);
