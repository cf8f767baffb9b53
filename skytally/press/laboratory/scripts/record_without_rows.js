/* The record without some rows: conditions, copies among pages, sightings that count once. */
(function (lab) {
  "use strict";
  const { DataError, dayOf, isoDay, floatText } = lab.words, { COUNTING_ERROR } = lab.quantities;
  const OBSERVERS = ["counter", "actors"];
  const REPORT_COLUMNS = new Set(["id", "line", "source_id", "reading", "text", "note", "wording",
    "method", "family", "precision_first", "precision_last", "ais", "imo", "converted_from", "route"]);
  const SAME_SIGHTING = ["one-sighting", "probably-one"];
  const CONDITION = /^\s*(\w+)\s*(<=|>=|!=|=|~)\s*(.*?)\s*$/s;
  const NOTHING = new Set();

  const words = (text) => text.split(/\s+/).filter(Boolean);
  function cellText(cell, type) {
    if (type === "date") return isoDay(cell);
    return type === "number" ? floatText(cell) : cell;
  }

  const T_90 = [6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812];
  const ONE_THING = ["scope", "date_first", "date_last", "quantity", "unit", "car_kind"];
  const COUNTED_BY = ["count", "estimate", "derived-sum", "reckoned", "likeness"];
  /** Share by which one of some counts of one image errs, nine times of ten. */
  function errorOf(counts) {
    // of the same things one saw none: they differ by any factor, or not at all
    if (Math.min(...counts) <= 0) return Math.max(...counts) > 0 ? 1 : 0;
    const size = counts.length, logs = counts.map(Math.log);
    const mean = logs.reduce((a, b) => a + b) / size;
    const spread = Math.sqrt(logs.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (size - 1));
    return Math.min(spread * T_90[Math.min(size - 1, T_90.length) - 1], 1);
  }

  /** Error of published counts by recounts of the same thing, as skytally.record.counting_error_from_recounts. */
  function addCountingErrors(rows) {
    const groups = new Map(), thing = (row) => JSON.stringify(ONE_THING.map((each) => row[each]));
    const isRecount = (row) => (row.source_id ?? "").startsWith("RECOUNT_");
    for (const row of rows) {
      const image = /SHA-256 ([0-9a-f]{64})/.exec(row.note ?? "");
      if (!isRecount(row) || !image || row.bound !== "exactly" || !(row.value >= 0)
        || /_[0-9A-F]{8}_\d+$/.test(row.source_id)) continue;
      const key = `${thing(row)} ${image[1]}`;
      if (!groups.has(key)) groups.set(key, new Map());
      if (!groups.get(key).has(row.counter)) groups.get(key).set(row.counter, row);
    }
    for (const key of [...groups.keys()].sort()) {
      const counts = [...groups.get(key).values()], size = counts.length;
      if (size < 2) continue;
      const error = errorOf(counts.map((row) => row.value));
      if (error <= COUNTING_ERROR) continue;
      const named = counts.map((row) => row.id).join(" ");
      for (const row of rows) {
        if (isRecount(row) || !COUNTED_BY.includes(row.method) || row.date_first !== row.date_last
          || thing(row) !== thing(counts[0]) || row.counting_error > error) continue;
        if (row.counting_error === error && row.recounts > named) continue;
        row.counting_error = error;
        row.recounts = named;
      }
    }
  }

  /** One table of the export, its rows as objects numbered by where they stand. */
  function tableOf(name, exported, siteOfScope) {
    const columns = Object.keys(exported.columns);
    const types = Object.fromEntries(columns.map((column) => [column, exported.columns[column][0]]));
    const missing = { date: NaN, number: NaN, text: "" };
    const rows = Array.from({ length: exported.rows }, (_, at) => {
      const row = { at, table: name };
      for (const column of columns) {
        const cell = exported.columns[column][1][at];
        row[column] = cell === null ? missing[types[column]] : cell;
      }
      return row;
    });
    const own = columns.slice();
    if ("scope" in types && !("site" in types)) {
      types.site = "text";
      for (const row of rows) row.site = siteOfScope[row.scope] ?? "";
    }
    if ("date_first" in types && "precision_first" in types) {
      types.one_day = "text";
      for (const row of rows) {
        const exact = row.precision_first === "day" && row.precision_last === "day"
          && row.date_first === row.date_last;
        row.one_day = exact ? "yes" : "no";
      }
    }
    addCountingErrors(rows);
    const ids = "id" in types ? rows.map((row) => row.id) : [];
    const places = new Map(ids.map((id, at) => [id, at]));
    return { name, columns: own, types, rows, ids, places, removable: "source_id" in types };
  }

  function ancestors(parents, source) {
    const reached = new Set(), waiting = [source];
    while (waiting.length) {
      const current = waiting.pop();
      if (!reached.has(current)) {
        reached.add(current);
        waiting.push(...(parents[current] || []));
      }
    }
    return reached;
  }

  /** All rows of the record, and what conditions select among them, each found once. */
  class WholeRecord {
    constructor(exported) {
      const scopes = exported.tables.scopes.columns;
      this.siteOfScope = Object.fromEntries(scopes.id[1].map((id, at) => [id, scopes.site[1][at]]));
      this.tables = {};
      for (const [name, table] of Object.entries(exported.tables)) {
        this.tables[name] = tableOf(name, table, this.siteOfScope);
      }
      this.sourceOf = new Map();
      this.tableOfRow = new Map();
      for (const table of Object.values(this.tables)) {
        if (!table.removable) continue;
        for (const row of table.rows) {
          this.sourceOf.set(row.id, row.source_id);
          this.tableOfRow.set(row.id, table.name);
        }
      }
      this.parents = Object.fromEntries(
        this.tables.sources.rows.map((row) => [row.id, words(row.derived_from)]));
      this.known = { met: new Map(), selection: new Map(), groups: new Map(), copies: new Map(),
        results: new Map() };
      this.alike = {};
      for (const [name, table] of Object.entries(this.tables)) this.alike[name] = this.alikeRows(table);
      this.repeatedIn = {};
      for (const [name, groups] of Object.entries(this.alike)) {
        this.repeatedIn[name] = new Set(groups.flat().map(([row]) => row));
      }
      this.readGroups();
    }

    table(name) {
      if (!(name in this.tables)) throw new DataError(`no table ${name}`);
      return this.tables[name];
    }

    readGroups() {
      const kept = new Map(), others = new Map();
      this.keptForOthers = new Set();
      for (const row of this.tables.same_observation.rows) {
        if (!SAME_SIGHTING.includes(row.relation)) continue;
        if (row.keep === "yes") {
          if (!kept.has(row.group)) kept.set(row.group, new Set());
          kept.get(row.group).add(row.row_id);
          this.keptForOthers.add(row.row_id);
        } else if (row.keep === "no") {
          if (!others.has(row.row_id)) others.set(row.row_id, []);
          others.get(row.row_id).push(row.group);
        }
      }
      this.keptInstead = new Map();
      for (const [row, within] of others) {
        this.keptInstead.set(row, new Set(within.flatMap((group) => [...(kept.get(group) || [])])));
      }
      this.standsFor = new Map();
      for (const [other, instead] of this.keptInstead) {
        for (const row of instead) {
          if (!this.standsFor.has(row)) this.standsFor.set(row, []);
          this.standsFor.get(row).push(other);
        }
      }
    }

    alikeRows(table) {
      if (!table.removable || !OBSERVERS.some((column) => table.columns.includes(column))) return [];
      const observed = table.columns.filter(
        (column) => !REPORT_COLUMNS.has(column) && !column.endsWith("_precision"));
      const groups = new Map();
      for (const row of table.rows) {
        const key = JSON.stringify(observed.map((column) => row[column]));
        if (!groups.has(key)) groups.set(key, []);
        groups.get(key).push([row.id, row.source_id]);
      }
      return [...groups.values()].filter((group) => group.length > 1);
    }

    parsed(table, text) {
      const match = CONDITION.exec(text);
      if (!match || !(match[1] in table.types)) {
        throw new DataError(`'${text.trim()}': write column, one of = != ~ <= >=, value`);
      }
      const [, column, sign, value] = match, type = table.types[column];
      if (sign === "<=" || sign === ">=") {
        if (type === "text") throw new DataError(`'${text.trim()}': ${column} holds words`);
        const edge = type === "date" ? dayOf(value) : value === "" ? NaN : Number(value);
        if (Number.isNaN(edge)) throw new DataError(`'${text.trim()}': '${value}' is no date or number`);
        return (row) => sign === "<=" ? row[column] <= edge : row[column] >= edge;
      }
      if (sign === "~") {
        let pattern;
        try {
          pattern = new RegExp(value, "i");
        } catch (error) {
          throw new DataError(`'${text.trim()}': no pattern (${error.message})`);
        }
        return (row) => pattern.test(cellText(row[column], type));
      }
      const wanted = new Set(value.split("|"));
      const odd = type === "date" && [...wanted].find((each) => Number.isNaN(dayOf(each)));
      if (typeof odd === "string") throw new DataError(`'${text.trim()}': '${odd}' is no date`);
      return (row) => wanted.has(cellText(row[column], type)) === (sign === "=");
    }

    /** Whether each row of a table meets every condition. */
    met(name, conditions) {
      const key = `${name}\n${conditions}`;
      if (!this.known.met.has(key)) {
        const table = this.table(name);
        const tests = conditions.split(";").map((each) => each.trim()).filter(Boolean)
          .map((each) => this.parsed(table, each));
        this.known.met.set(key, table.rows.map((row) => tests.every((test) => test(row))));
      }
      return this.known.met.get(key);
    }

    /** Rows of a table that meet every condition, copies among them. */
    selection(name, conditions, order = "") {
      const key = `${name}\n${conditions}\n${order}`;
      if (!this.known.selection.has(key)) {
        const inside = this.met(name, conditions);
        const rows = this.table(name).rows.filter((row) => inside[row.at]);
        for (const column of words(order).reverse()) {
          rows.sort((one, other) => compared(one[column], other[column]));
        }
        this.known.selection.set(key, rows);
      }
      return this.known.selection.get(key);
    }

    /** Number of the group of each row; rows of a group agree in some columns. */
    groups(name, columns) {
      const key = `${name}\n${columns}`;
      if (!this.known.groups.has(key)) {
        const numbers = new Map(), by = words(columns);
        this.known.groups.set(key, this.table(name).rows.map((row) => {
          const cells = JSON.stringify(by.map((column) => row[column]));
          if (!numbers.has(cells)) numbers.set(cells, numbers.size);
          return numbers.get(cells);
        }));
      }
      return this.known.groups.get(key);
    }

    nameOf(name, id) {
      const at = this.table(name).places.get(id);
      return at === undefined ? id : this.table(name).rows[at].name;
    }

    /** Rows, of those that are not gone, for which another one of them is counted. */
    seenTwice(rows, gone) {
      const present = new Set(rows.map((row) => row.id).filter((id) => !gone.has(id)));
      const twice = new Set();
      for (const id of present) {
        const kept = this.keptInstead.get(id);
        if (kept && [...kept].some((each) => present.has(each))) twice.add(id);
      }
      return twice;
    }

    /** Copies among some repeated rows: without its original a copy is none. */
    copies(name, present) {
      const key = `${name}\n${[...present].sort().join(" ")}`;
      if (!this.known.copies.has(key)) {
        const copies = new Set();
        for (const group of this.alike[name]) {
          const left = group.filter(([row]) => present.has(row));
          if (new Set(left.map(([, page]) => page)).size < 2) continue;
          const originals = this.originalPages(left.map(([, page]) => page));
          for (const [row, page] of left) if (!originals.has(page)) copies.add(row);
        }
        this.known.copies.set(key, copies);
      }
      return this.known.copies.get(key);
    }

    originalPages(pages) {
      const trails = [...new Set(pages)].map((page) => [page, ancestors(this.parents, page)]);
      trails.sort((one, other) => one[1].size - other[1].size);
      const kept = [];
      for (const trail of trails) {
        if (!kept.some(([, other]) => [...trail[1]].some((page) => other.has(page)))) kept.push(trail);
      }
      return new Set(kept.map(([page]) => page));
    }
  }

  function compared(one, other) {
    if (typeof one === "number") {
      if (Number.isNaN(one)) return Number.isNaN(other) ? 0 : 1;
      return Number.isNaN(other) ? -1 : one - other;
    }
    return one < other ? -1 : one > other ? 1 : 0;
  }

  /** Tables of the record without copies and some rows. */
  class ReducedRecord {
    constructor(whole, removed = NOTHING) {
      this.whole = whole;
      this.removed = removed;
      this.known = { gone: new Map(), table: new Map(), selected: new Map() };
    }

    /** Rows of a table that are left out, and those that are copies of one that is not. */
    gone(name) {
      if (!this.known.gone.has(name)) {
        const table = this.whole.table(name), here = new Set();
        if (table.removable) for (const id of this.removed) if (table.places.has(id)) here.add(id);
        const present = new Set([...this.whole.repeatedIn[name]].filter((id) => !here.has(id)));
        for (const copy of this.whole.copies(name, present)) here.add(copy);
        this.known.gone.set(name, here);
      }
      return this.known.gone.get(name);
    }

    /** Rows of a table that are left. */
    table(name) {
      if (!this.known.table.has(name)) {
        const gone = this.gone(name);
        this.known.table.set(name, this.whole.table(name).rows.filter((row) => !gone.has(row.id)));
      }
      return this.known.table.get(name);
    }

    /** Rows of a table by their ids, in this order. */
    rows(name, ids) {
      const table = this.whole.table(name), gone = this.gone(name);
      return ids.map((id) => {
        if (!table.places.has(id) || gone.has(id)) {
          throw new DataError(`no row '${id}' in ${name}; correct the parameter that names it`);
        }
        return table.rows[table.places.get(id)];
      });
    }

    /** Rows of a table that meet every condition and are left. */
    selected(name, conditions, once, order) {
      const key = `${name}\n${conditions}\n${once}\n${order}`;
      if (!this.known.selected.has(key)) {
        const candidates = this.whole.selection(name, conditions, order), gone = this.gone(name);
        const twice = once ? this.whole.seenTwice(candidates, gone) : NOTHING;
        this.known.selected.set(
          key, candidates.filter((row) => !gone.has(row.id) && !twice.has(row.id)));
      }
      return this.known.selected.get(key);
    }
  }

  lab.record = { WholeRecord, ReducedRecord, NOTHING, ancestors, words, compared };
})(globalThis.skytallyLaboratory);
