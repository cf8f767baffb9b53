/* Days on which something began or ended, bracketed by observations, and the order of two such. */
(function (lab) {
  "use strict";
  const w = lab.words, { DataError } = w;
  const NOMINAL_DAYS = 15;
  const SHOWN = { counted: true, seen: true, "nothing-seen": false, unclear: null };
  const STATED_DAYS = ["first", "within"];

  /** First and last day on which a change may have happened; first is -Infinity where open. */
  class Bracket {
    constructor(first, last, rows) {
      if (!Number.isFinite(last) || !(first <= last)) {
        throw new DataError(`rows ${rows.join(" ")}: days ${first} to ${last}; give whole days, the `
          + "first no later than the last, of which only the first may be open");
      }
      Object.assign(this, { first, last, rows });
    }
    get isOpen() { return this.first === -Infinity; }
    get days() { return this.last - this.first + 1; }
    get words() {
      const end = w.day(this.last);
      if (this.isOpen) return `on or before ${end}`;
      if (this.first === this.last) return `on ${end}`;
      if (w.monthYear(this.first) !== w.monthYear(this.last)) {
        return `between ${w.day(this.first)} and ${end}`;
      }
      if (this.first === w.monthStart(this.first) && this.last === w.monthEnd(this.last)) {
        return `in ${w.monthYear(this.last)}`;
      }
      return `between ${w.calendar(this.first).getUTCDate()} and ${end}`;
    }
  }

  function span(date, precision, opens) {
    if (precision === "open" || Number.isNaN(date)) return [opens, opens];
    if (precision === "month") return [w.monthStart(date), w.monthEnd(date)];
    if (precision === "year") return [w.yearStart(date), w.yearEnd(date)];
    const slack = precision === "nominal" ? NOMINAL_DAYS : 0;
    return [date - slack, date + slack];
  }
  const ends = (row) => [
    span(row.date_first, row.precision_first, -Infinity),
    span(row.date_last, row.precision_last, Infinity),
  ];
  function states(row, lasting, moment) {
    const [[first, firstLatest], [lastEarliest, last]] = ends(row);
    const shown = row.value === 0 ? false : SHOWN[row.state];
    if (shown ? lasting : !moment) {
      return [
        { earliest: first, latest: Math.min(firstLatest, last), shown, row: row.id },
        { earliest: Math.max(lastEarliest, first), latest: last, shown, row: row.id },
      ];
    }
    return [{ earliest: first, latest: last, shown, row: row.id }];
  }
  const leastOf = (many, by) => many.reduce((best, each) => by(each) < by(best) ? each : best);

  function changeBracket(many, begins) {
    const told = many.filter((each) => each.shown !== null);
    const before = told.filter((each) => each.shown !== begins);
    const after = told.filter((each) => each.shown === begins && Number.isFinite(each.latest));
    if (!after.length) {
      const found = told.length ? `${before.length} show the state before the change` : "all are unclear";
      throw new DataError(`no dated observation ${begins ? "shows the thing" : "finds nothing"}: `
        + `${found}; select one that does`);
    }
    if (before.some((one) => after.some((two) => one.earliest > two.latest))) {
      throw new DataError("observations contradict a single change; select the period around one");
    }
    const end = leastOf(after, (each) => each.latest);
    const start = before.length ? leastOf(before, (each) => -each.earliest) : null;
    if (start === null || start.earliest === -Infinity) {
      return new Bracket(-Infinity, end.latest, [end.row]);
    }
    return new Bracket(start.earliest, end.latest, [...new Set([start.row, end.row])]);
  }
  function bracketOfRows(rows, { begins, lasting, moment, parts }) {
    if (!rows.length) throw new DataError("no row; select observations of one thing");
    for (const column of parts ? ["counter"] : ["counter", "scope"]) {
      const found = [...new Set(rows.map((row) => row[column]))];
      if (found.length > 1) {
        throw new DataError(`rows ${rows.map((row) => row.id).join(" ")}: column ${column} has `
          + `${found.join(", ")}; select one ${column}`);
      }
    }
    for (const row of rows) {
      if (!(row.state in SHOWN)) {
        throw new DataError(`row ${row.id}: state '${row.state}' is no observation`);
      }
    }
    return changeBracket(rows.flatMap((row) => states(row, lasting, moment)), begins);
  }
  function statedBracket(rows, day) {
    if (!STATED_DAYS.includes(day)) throw new DataError(`day=${day}: use one of first, within`);
    if (rows.length !== 1) throw new DataError(`${rows.length} rows; a stated date is that of one row`);
    const [start, end] = ends(rows[0]);
    const last = day === "first" ? Math.min(start[1], end[1]) : end[1];
    if (!Number.isFinite(start[0]) || !Number.isFinite(last)) {
      throw new DataError(`row ${rows[0].id}: its date is open`);
    }
    return new Bracket(start[0], last, [rows[0].id]);
  }
  function narrowed(bracket, stated) {
    const first = Math.max(bracket.first, stated.first), last = Math.min(bracket.last, stated.last);
    if (first > last) {
      throw new DataError(`row ${stated.rows.join(" ")} puts the change ${stated.words}, but rows `
        + `${bracket.rows.join(" ")} ${bracket.words}`);
    }
    return new Bracket(first, last, [...new Set([...bracket.rows, ...stated.rows])]);
  }

  /** Chance that the first change came first, every day of a bracket as likely as another. */
  function uniformFirst(one, two) {
    let first = 0;
    for (let a = one.first; a <= one.last; a += 1) {
      for (let b = two.first; b <= two.last; b += 1) first += b > a ? 1 : b === a ? 0.5 : 0;
    }
    return Math.min(first / (one.days * two.days), 1);
  }
  const daysText = (number) => `${w.fixed(number, 0)} ${number === 1 ? "day" : "days"}`;
  function reach(most, side) {
    if (most === 0) return "on the day of";
    return most === Infinity ? `at any time ${side}` : `up to ${daysText(most)} ${side}`;
  }
  function orderWords(order) {
    if (!order.isSettled) return `${reach(-order.low, "before")} or ${reach(order.high, "after")}`;
    const [least, most] = [Math.abs(order.low), Math.abs(order.high)].sort((a, b) => a - b);
    const side = order.low > 0 ? "after" : "before";
    if (most === Infinity) return `at least ${daysText(least)} ${side}`;
    const days = least === most ? daysText(least) : `${w.fixed(least, 0)} to ${daysText(most)}`;
    return `${days} ${side}`;
  }
  function changeOrder(first, second) {
    if (first.isOpen && second.isOpen) {
      throw new DataError(`rows ${first.rows.join(" ")} and ${second.rows.join(" ")}: both are open to `
        + "the past, so any lag is possible");
    }
    const low = second.first - first.last, high = second.last - first.first;
    const order = { low, high, pFirst: NaN, pLow: 0, pHigh: 1, isSettled: low > 0 || high < 0 };
    if (order.isSettled) order.pFirst = order.pLow = order.pHigh = low > 0 ? 1 : 0;
    else if (!first.isOpen && !second.isOpen) order.pFirst = uniformFirst(first, second);
    order.words = orderWords(order);
    return order;
  }
  lab.dates = { Bracket, bracketOfRows, statedBracket, narrowed, changeOrder, NOMINAL_DAYS };
})(globalThis.skytallyLaboratory);
