/* The estimates and counts that a declared finding may name, as skytally.findings.named_estimate_and_count_computations. */
(function (lab) {
  "use strict";
  const w = lab.words, q = lab.quantities, { DataError, NotRecomputed } = w;

  function datedStays(tables, site) {
    const stands = (id) => ["ship_sightings", "voyages"].some((name) => {
      return tables.whole.table(name).places.has(id) && !tables.gone(name).has(id);
    });
    return tables.table("port_stays").filter(
      (row) => row.site === site && lab.record.words(row.rows).every(stands));
  }
  const rowsOfStays = (tables, { site }) => datedStays(tables, site)
    .flatMap((row) => [row.id, ...lab.record.words(row.rows)]);
  /** Mean stay of the record, or the one that a reader takes instead. */
  function stayOf(tables, { site }) {
    if (!tables.stay) return lab.portCalls.meanStay(datedStays(tables, site));
    const [low, high] = tables.stay;
    return { value: NaN, low, high, unit: "days", level: lab.portCalls.LEVEL };
  }
  function callsByPresence(rows, tables, given) {
    const { ships_at_once: ships, seed } = given;
    const stay = stayOf(tables, given);
    return lab.portCalls.callsByShare(rows[0], rows[1], stay, ships, seed, tables.whole.seeds);
  }
  function callsNotBelowCount(rows, tables, given) {
    const { calls } = callsByPresence(rows, tables, given), counted = rows[2].value;
    if (!(counted <= calls.high)) {
      throw new DataError(`row ${rows[2].id}: ${counted} lies above every number of calls found`);
    }
    return { ...calls, value: NaN, low: Math.max(calls.low, counted) };
  }
  /** A result that only Python computes: the exported one where nothing that it reads has changed. */
  function kept(rows, tables, given, name) {
    const gone = (tables.whole.keptReads[name] || []).map((each) => [...tables.gone(each)].sort().join(" "));
    const sorted = Object.keys(given).sort().map((word) => [word, given[word]]);
    const key = JSON.stringify([name, rows.map((row) => row.id), sorted, gone]);
    if (key in tables.whole.kept) return tables.whole.kept[key];
    if (name === "border-distance" || name === "open-gaps") {
      throw new NotRecomputed("it needs outlines of land, which this page does not carry");
    }
    throw new NotRecomputed("it is the share of hundreds of simulations, which this page does not run");
  }
  const ofKept = (found) => ({
    value: NaN, ...Object.fromEntries(Object.entries(found).filter(([, cell]) => cell !== null)),
  });
  const idsOf = (rows, ids) => {
    const wanted = new Set(ids), found = rows.filter((row) => wanted.has(row.id));
    return { rows: found.length ? found : rows, decisive: new Set(found.map((row) => row.id)) };
  };
  const pairWords = (pairs, apart) => ({ pairs: w.withUnit(String(pairs), pairs, "pairs"), apart: String(apart) });

  function comparedCounters(pairs, rows, { answer }) {
    const apart = pairs.filter((pair) => !pair.compatible).length;
    const number = { pairs: pairs.length, apart }[answer];
    return { number, ...idsOf(rows, pairs.flatMap((pair) => pair.rows)), words: pairWords(pairs.length, apart) };
  }
  function statedPairs({ pairs, within }, rows, { answer }) {
    const apart = pairs.filter((pair) => !pair.overlap).length;
    const close = idsOf(rows, pairs.flatMap((pair) => [pair.first, pair.second]));
    const days = w.withUnit(String(within), within, "days");
    return {
      number: { pairs: pairs.length, apart, days: within }[answer], rows: close.rows,
      words: { ...pairWords(pairs.length, apart), days },
      decisive: answer === "days" ? new Set() : close.decisive,
    };
  }
  function pairedReaders(pairs, rows) {
    if (!pairs.length) return { number: 0, rows, words: { counts: "", families: "" } };
    const told = ({ value, car_kind: kind }) => value ? `${w.general(value)} (kind: ${kind})` : "none";
    const counts = pairs.map(({ more, fewer }) => `${told(more)} and ${told(fewer)}`);
    const one = pairs.every((pair) => pair.family === "yes");
    const { rows: found } = idsOf(rows, pairs.flatMap(({ more, fewer }) => [more.id, fewer.id]));
    const words = { counts: counts.join(", or "), families: one ? "of images of one company" : "of images" };
    return { number: pairs.length, rows: found, words };
  }
  function independentTrains(found, rows, { answer }) {
    const [before, after] = found.ratios[answer].numbers;
    const words = { before: String(before), after: String(after), independent: String(before + after) };
    return { number: found.observed, rows, words };
  }
  /** Shells that the containers of one row would hold, were each full of them. */
  function loadOfContainers(row, { shells: [least, most] }) {
    const [low, high] = row.unit === "containers" ? q.limits(q.quantityOf(row)) : [NaN, NaN];
    if (Number.isNaN(low)) throw new DataError(`row ${row.id}: no number of containers`);
    if (!(least > 0 && least <= most)) {
      throw new DataError(`argument shells: found ${least} and ${most}; give two numbers above 0, smaller first`);
    }
    const top = high === Infinity ? "no end" : `${w.number(Math.ceil(high))} times ${w.number(most)}`;
    const words = {
      multiplied: `${w.number(Math.floor(low))} times ${w.number(least)} to ${top}`,
      reading: q.readingOf(q.quantityOf(row)) || "the number as the source prints it",
    };
    return { value: NaN, low: low * least, high: high * most, unit: "shells", level: 1, words };
  }
  // ---- rates of calls, as skytally.statistics.port_calls_per_month ---------------------------------------
  const MONTH_DAYS = 365.25 / 12, NOMINAL_DAYS = 15, SHORTEST_DAYS = 28;
  const SERIES = ["counter", "scope", "quantity", "cargo"];
  function endsOf(day, precision) {
    if (precision === "month") return [w.monthStart(day), w.monthEnd(day)];
    const off = precision === "nominal" ? NOMINAL_DAYS : 0;
    return [day - off, day + off];
  }
  const TOTALS = {
    calls: "calls per month", ships: "calls per month",
    voyages: "voyages per month", shipments: "shipments per month",
  };
  function totalIn(units, row) {
    const [low, high] = units.includes(row.unit) ? q.limits(q.quantityOf(row)) : [NaN, NaN];
    if (Number.isNaN(low)) throw new DataError(`row ${row.id}: no number of ${units.join(" or ")}`);
    if (!Number.isFinite(row.date_last - row.date_first)) {
      throw new DataError(`row ${row.id}: an open period gives no rate`);
    }
    const [first, last] = ["first", "last"].map((end) => endsOf(row[`date_${end}`], row[`precision_${end}`]));
    return { low, high, first, last };
  }
  const rateFrom = (low, high, shortest, longest, unit = "calls per month") => ({
    value: NaN, low: low / longest * MONTH_DAYS, high: high / shortest * MONTH_DAYS,
    unit, level: 1,
  });
  function rateOfCount(row) {
    const { low, high, first, last } = totalIn(Object.keys(TOTALS), row);
    const oneMonth = row.precision_first === "month" && row.precision_last === "month"
      && w.monthStart(row.date_first) === w.monthStart(row.date_last);
    if (oneMonth) return { value: NaN, low, high, unit: TOTALS[row.unit], level: 1 };
    const [shortest, longest] = [Math.max(last[0] - first[1] + 1, 1), last[1] - first[0] + 1];
    if (!(longest >= SHORTEST_DAYS)) {
      throw new DataError(`row ${row.id}: a period below ${SHORTEST_DAYS} days gives no rate of a month`);
    }
    return rateFrom(low, high, shortest, longest, TOTALS[row.unit]);
  }
  function laterPart([earlier, later]) {
    const totals = [earlier, later].map((row) => totalIn(["calls"], row)), [before, after] = totals;
    const both = `rows ${earlier.id} and ${later.id}`;
    for (const word of SERIES) {
      if ((earlier[word] ?? "") !== (later[word] ?? "")) throw new DataError(`${both}: ${word} differs`);
    }
    if ((earlier.scope ?? "").includes("unstated")) throw new DataError(`${both}: may be two places`);
    if (Math.max(before.first[0], after.first[0]) > Math.min(before.first[1], after.first[1])) {
      throw new DataError(`${both} begin on different days`);
    }
    const days = [after.last[0] - before.last[1], after.last[1] - before.last[0]];
    if (days[0] < SHORTEST_DAYS) throw new DataError(`${both}: ${days[0]} days between their ends`);
    const low = Math.max(after.low - before.high, 0), high = after.high - before.low;
    if (high < 0) throw new DataError(`${both}: the later total is the lower`);
    if (low === 0 && high === Infinity) throw new DataError(`${both} allow every number of calls`);
    return { low, high, days };
  }
  const callsBetween = (rows) => {
    const { low, high } = laterPart(rows);
    return { value: NaN, low, high, unit: "calls", level: 1 };
  };
  const rateBetween = (rows) => {
    const { low, high, days } = laterPart(rows);
    return rateFrom(low, high, ...days);
  };
  const rateRatio = (rows) => {
    const before = rateOfCount(rows[0]), after = rateBetween(rows);
    if (!(before.low > 0)) throw new DataError(`row ${rows[0].id}: no call at all gives no ratio`);
    return { value: NaN, low: after.low / before.high, high: after.high / before.low, unit: "times", level: 1 };
  };
  const itself = (found) => found;
  const STAYS = ["port_stays", "ship_sightings", "voyages"];
  const ofStays = { reads: STAYS, further: rowsOfStays, ofStays: true };

  /** Name to the computation, the choice of an answer, further tables, and digits of its ends. */
  const ESTIMATES = {
    "mean-stay": { compute: (rows) => lab.portCalls.meanStay(rows) },
    "calls-by-presence": { compute: callsByPresence, choose: (found) => found.calls, ...ofStays },
    "calls-not-below-count": { compute: callsNotBelowCount, ...ofStays },
    presence: { compute: callsByPresence, choose: (found) => found.presence, ...ofStays },
    "missed-calls": {
      compute: ([row, stated], tables, given) => lab.portCalls.chanceMissed(row, stayOf(tables, given), stated), ...ofStays,
    },
    "imaged-share": { compute: ([row, stated]) => lab.portCalls.shareImaged(row, stated) },
    "surge-limit": {
      compute: (rows, _, given) => lab.surge.surgeOfRows(rows, given),
      choose: (found) => lab.surge.surgeLimit(found),
    },
    "images-behind-ceiling": {
      compute: (rows, _, given) => lab.surge.surgeOfRows(rows, given),
      choose: (found) => lab.surge.imagesBehindCeiling(found), digits: 3,
    },
    "trains-ratio": {
      compute: (rows, _, given) => lab.trains.changeOfTrains(rows, given),
      choose: (found, rows, { answer }) => found.ratios[answer].ratio,
    },
    "trains-rise-noticed": { kept: true },
    "railcars-by-length": { compute: (rows) => lab.trains.railcarsByLength(rows) },
    "railcars-by-range": { compute: (rows) => lab.trains.railcarsByLength(rows) },
    "load-of-containers": { compute: ([row], _, given) => loadOfContainers(row, given), digits: 3 },
    "border-distance": { kept: true, digits: 3 },
    "difference-of-counters": { compute: (rows) => lab.pairs.differenceOfRows(rows) },
    "rate-of-count": { compute: ([row]) => rateOfCount(row) },
    "calls-between-totals": { compute: (rows) => callsBetween(rows) },
    "rate-between-totals": { compute: (rows) => rateBetween(rows) },
    "rate-ratio-of-totals": { compute: (rows) => rateRatio(rows) },
  };
  const COUNTS = {
    "open-gaps": { kept: true, reads: ["sites"] },
    "trains-observed": {
      compute: (rows, _, given) => lab.trains.changeOfTrains(rows, given), choose: independentTrains,
    },
    "readers-of-one-place": { compute: (rows) => lab.pairs.readersOfOnePlace(rows), choose: pairedReaders },
    "pairs-of-counters": {
      compute: (rows, tables, _, name) => lab.pairs.pairsOfCounters(rows, tables.whole.table(name).columns),
      choose: comparedCounters,
    },
    "pairs-of-statements": {
      compute: (rows, _, { within_days: within }) => ({ pairs: lab.pairs.claimPairs(rows, within), within }),
      choose: statedPairs,
    },
    "totals-that-fall": {
      compute: (rows) => lab.pairs.fallingTotals(rows),
      choose: (pairs, rows) => ({
        number: pairs.length, words: {}, ...idsOf(rows, pairs.flatMap((pair) => [pair.first, pair.second])),
      }),
    },
  };

  function checkEstimate(found) {
    const inside = Number.isNaN(found.value) || (found.low <= found.value && found.value <= found.high);
    if (Number.isNaN(found.low) || Number.isNaN(found.high) || found.low > found.high || !inside) {
      throw new DataError(`interval ${found.low} to ${found.high} does not hold ${found.value}`);
    }
    return found;
  }
  /** Compute a named estimate or count on rows; equal questions share their computation. */
  function computeNamed(kind, name, rows, tables, tableName, given) {
    const named = (kind === "estimate" ? ESTIMATES : COUNTS)[name];
    if (!named) throw new NotRecomputed(`no estimate '${name}' in this page`);
    const { answer, ...rest } = given;
    if (named.kept) {
      const found = kept(rows, tables, given, name);
      if (kind === "estimate") return ofKept(found);
      const close = idsOf(rows, found.decisive);
      return { ...found, rows: close.rows, decisive: close.decisive };
    }
    const gone = (named.reads || []).map((each) => [...tables.gone(each)].sort().join(" "));
    const key = JSON.stringify([named.compute.name, String(named.compute), tableName,
      rows.map((row) => row.id), Object.entries(rest).sort(), gone, named.ofStays ? tables.stay : null]);
    const known = tables.whole.known.results;
    if (!known.has(key)) known.set(key, named.compute(rows, tables, rest, tableName));
    const chosen = (named.choose || itself)(known.get(key), rows, { answer });
    return kind === "estimate" ? checkEstimate(chosen) : chosen;
  }
  const namedOf = (kind, name) => (kind === "estimate" ? ESTIMATES : kind === "count" ? COUNTS : {})[name];
  lab.estimates = { computeNamed, namedOf };
})(globalThis.skytallyLaboratory);
