/* The estimates and counts that a declared finding may name, as skytally.findings.named_estimates. */
(function (lab) {
  "use strict";
  const w = lab.words, q = lab.quantities, { DataError, NotRecomputed } = w;

  function datedStays(tables, site) {
    const standing = new Set(["ship_sightings", "voyages"].flatMap(
      (name) => tables.table(name).map((row) => row.id)));
    return tables.table("port_stays").filter(
      (row) => row.site === site && lab.record.words(row.rows).every((id) => standing.has(id)));
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
  function loadOfContainers(row, { shells }) {
    const [low, high] = row.unit === "containers" ? q.limits(q.quantityOf(row)) : [NaN, NaN];
    if (Number.isNaN(low)) throw new DataError(`row ${row.id}: no number of containers`);
    if (!(shells > 0)) throw new DataError(`argument shells: found ${shells}; give a number above 0`);
    return { value: NaN, low: low * shells, high: high * shells, unit: "shells", level: 1 };
  }
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
