/* Counts of one thing or place by two counters, and statements of two claimants, pair by pair. */
(function (lab) {
  "use strict";
  const w = lab.words, { DataError } = w;
  const { quantityOf, limits } = lab.quantities;
  const KIND_COLUMNS = ["car_kind", "vessel", "sense", "cumulative"];
  const UNSTATED = "unstated", BRIEF = 7;
  const numbered = (row) => !Number.isNaN(row.value) || !Number.isNaN(row.low);
  const grouped = (rows, keyOf) => {
    const groups = new Map();
    for (const row of rows) {
      const key = keyOf(row);
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(row);
    }
    return groups;
  };
  const byText = (one, other) => one < other ? -1 : one > other ? 1 : 0;

  // ---- one thing, one place, one day --------------------------------------------------------------
  /** Several numbers of one counter on one day and place become the range they span. */
  function dayNumber(rows) {
    const ends = rows.map((row) => limits(quantityOf(row)));
    const low = Math.min(...ends.map((end) => end[0]));
    return {
      low, high: Math.max(...ends.map((end) => end[1])),
      strict: rows.every((row, i) => ends[i][0] !== low || row.bound === w.MORE_THAN),
      rows: rows.map((row) => row.id),
    };
  }
  function shareAValue(one, other) {
    const low = Math.max(one.low, other.low), high = Math.min(one.high, other.high);
    if (low !== high) return low < high;
    return !((one.strict && one.low === low) || (other.strict && other.low === low));
  }
  function checkSide(rows) {
    for (const row of rows) {
      const [low, high] = limits(quantityOf(row));
      if (Number.isNaN(low) || Number.isNaN(high)) continue;
      const inside = Number.isNaN(row.value) || (row.value >= low && row.value <= high);
      if (low > high || low < 0 || !inside) {
        throw new DataError(`row ${row.id}: bounds hold their value and no count is negative`);
      }
    }
  }
  const isDay = (row) => row.precision_first === "day" && row.precision_last === "day"
    && row.date_first === row.date_last;
  function agreement(one, other) {
    checkSide(one);
    checkSide(other);
    const [first, second] = [one, other].map((side) => {
      const told = side.filter((row) => isDay(row) && !limits(quantityOf(row)).some(Number.isNaN));
      return grouped(told, (row) => `${row.date_first}\n${row.scope ?? ""}`);
    });
    const pairs = [];
    for (const [key, rows] of first) {
      if (!second.has(key)) continue;
      const [a, b] = [dayNumber(rows), dayNumber(second.get(key))];
      pairs.push({
        rows: [...a.rows, ...b.rows], compatible: shareAValue(a, b),
        difference: [a.low - b.high, a.high - b.low],
      });
    }
    return pairs;
  }
  function pairsOfCounters(rows, columns) {
    if (columns.includes("statement_first")) {
      rows = rows.map((row) => ({
        ...row, date_first: row.statement_first, date_last: row.statement_last,
        precision_first: row.statement_precision, precision_last: row.statement_precision,
      }));
    }
    const keys = ["quantity", "unit", "scope", ...KIND_COLUMNS].filter((word) => columns.includes(word));
    const placed = (row) => !columns.includes("scope") || !row.scope.includes(UNSTATED);
    const dated = rows.filter((row) => numbered(row) && placed(row) && isDay(row));
    const pairs = [];
    for (const alike of grouped(dated, (row) => JSON.stringify(keys.map((word) => row[word]))).values()) {
      // a day that only one counter has makes no pair
      const days = grouped(alike, (row) => row.date_first);
      const shared = alike.filter(
        (row) => new Set(days.get(row.date_first).map((each) => each.counter)).size > 1);
      const sides = [...grouped(shared, (row) => row.counter).entries()]
        .sort((one, other) => byText(one[0], other[0])).map(([, side]) => side);
      sides.forEach((one, i) => sides.slice(i + 1).forEach((other) => pairs.push(...agreement(one, other))));
    }
    return pairs;
  }
  function differenceOfRows([one, other]) {
    for (const word of ["quantity", "unit", "scope"]) {
      if ((one[word] ?? "") !== (other[word] ?? "")) {
        throw new DataError(`${word}: ${one[word]} and ${other[word]}; compare like with like`);
      }
    }
    for (const row of [one, other]) {
      if ((row.scope ?? "").includes(UNSTATED)) throw new DataError("scope: may be two places");
      for (const word of ["counter", "quantity", "unit"]) {
        if (!row[word]) throw new DataError(`${word}: found none; give the rows of one ${word}`);
      }
    }
    const kinds = [one, other].map((row) => KIND_COLUMNS.map((word) => row[word]).filter(Boolean)
      .filter((word, i, all) => all.indexOf(word) === i).sort());
    if (kinds[0].length && kinds[1].length && kinds[0].join() !== kinds[1].join()) {
      throw new DataError(`kind: ${kinds[0]} and ${kinds[1]}; compare like with like`);
    }
    const pairs = agreement([one], [other]);
    if (!pairs.length) throw new DataError(`rows ${one.id} and ${other.id}: no numbers of one known day`);
    const [low, high] = pairs[0].difference;
    return {
      value: NaN, low: Math.max(low, -high, 0), high: Math.max(Math.abs(low), Math.abs(high)),
      unit: one.unit, level: 1,
    };
  }

  // ---- two readers of one place -------------------------------------------------------------------
  function sharedFamily(a, b) {
    if (![a, b].every((each) => each && !each.includes(UNSTATED) && each !== "none")) return "not known";
    const others = b.split(", ");
    return a.split(", ").some((each) => others.includes(each)) ? "yes" : "no";
  }
  function readersOfOnePlace(rows) {
    const counts = rows.filter((row) => [w.EXACTLY, w.ABOUT].includes(row.bound) && quantityOf(row).counted
      && ![row.value, row.date_first, row.date_last].some(Number.isNaN) && !row.scope.includes(UNSTATED));
    const days = (row) => row.date_last - row.date_first + 1;
    const made = new Map();
    for (const alike of grouped(counts, (row) => `${row.quantity}\n${row.unit}\n${row.scope}`).values()) {
      const counters = [...new Set(alike.map((row) => row.counter))].sort(byText);
      for (const anchor of alike) {
        for (const other of counters) {
          const meeting = alike.filter((row) => row.counter === other
            && row.date_first <= anchor.date_last && row.date_last >= anchor.date_first);
          if (anchor.counter === other || days(anchor) > BRIEF || !meeting.length) continue;
          const briefest = meeting.reduce((best, row) => days(row) < days(best) ? row : best);
          const [fewer, more] = [anchor, briefest].sort(
            (one, two) => one.value - two.value || byText(one.id, two.id));
          made.set(`${more.id} ${fewer.id}`, { more, fewer });
        }
      }
    }
    return [...made.values()].map(({ more, fewer }) => ({
      more, fewer, family: sharedFamily(more.family, fewer.family),
    }));
  }

  // ---- statements ---------------------------------------------------------------------------------
  const byDate = (rows) => rows.slice().sort((one, two) => lab.record.compared(one.statement_first, two.statement_first));
  function claimPairs(rows, withinDays) {
    const dated = byDate(rows.filter((row) => row.statement_precision === "day" && numbered(row)));
    const pairs = [];
    dated.forEach((one, i) => dated.slice(i + 1).forEach((two) => {
      const days = two.statement_first - one.statement_first;
      if (days > withinDays || one.counter === two.counter) return;
      const [small, large] = [one, two].map((row) => limits(quantityOf(row)))
        .sort((left, right) => left[0] - right[0]);
      pairs.push({ first: one.id, second: two.id, overlap: large[0] <= small[1] });
    }));
    return pairs;
  }
  function fallingTotals(rows) {
    const dated = byDate(rows.filter((row) => numbered(row)
      && !Number.isNaN(row.statement_first) && !Number.isNaN(row.statement_last)));
    const pairs = [];
    dated.forEach((one, i) => dated.slice(i + 1).forEach((two) => {
      if (one.counter !== two.counter && one.statement_last < two.statement_first
        && limits(quantityOf(two))[1] < limits(quantityOf(one))[0]) {
        pairs.push({ first: one.id, second: two.id });
      }
    }));
    return pairs;
  }
  lab.pairs = { pairsOfCounters, differenceOfRows, readersOfOnePlace, claimPairs, fallingTotals };
})(globalThis.skytallyLaboratory);
