/* Trains at one track before and after a day: ratio of two levels from few uncertain numbers. */
(function (lab) {
  "use strict";
  const w = lab.words, { DataError } = w;
  const { quantityOf, limits } = lab.quantities;
  const SPACING = 7, HALF_METRE = 0.5, LEVEL = 0.9, NODES = 81, REACH = 12, SMALLEST = 0.5;
  const LARGEST = 1e9, TINY = 1e-300;
  const SPREADS = { trains: [0.5, 1, 2, 5, 15, 50], metres: [0.15, 0.25, 0.4, 0.65, 1] };

  // ---- the normal law, by Cody's rational approximations of the error function --------------------
  const P1 = [3.16112374387056560, 113.864154151050156, 377.485237685302021, 3209.37758913846947,
    0.185777706184603153];
  const Q1 = [23.6012909523441209, 244.024637934444173, 1282.61652607737228, 2844.23683343917062];
  const P2 = [0.564188496988670089, 8.88314979438837594, 66.1191906371416295, 298.635138197400131,
    881.95222124176909, 1712.04761263407058, 2051.07837782607147, 1230.33935479799725,
    2.15311535474403846e-8];
  const Q2 = [15.7449261107098347, 117.693950891312499, 537.181101862009858, 1621.38957456669019,
    3290.79923573345963, 4362.61909014324716, 3439.36767414372164, 1230.33935480374942];
  const P3 = [0.305326634961232344, 0.360344899949804439, 0.125781726111229246, 0.0160837851487422766,
    6.58749161529837803e-4, 0.0163153871373020978];
  const Q3 = [2.56852019228982242, 1.87295284992346725, 0.527905102951428412, 0.0605183413124413191,
    0.00233520497626869185];
  /** Complement of the error function; Cody 1969, Mathematics of Computation 23, 631-637. */
  function erfc(x) {
    const y = Math.abs(x);
    if (y <= 0.46875) {
      const s = y > 1.11e-16 ? y * y : 0;
      let top = P1[4] * s, base = s;
      for (let i = 0; i < 3; i += 1) {
        top = (top + P1[i]) * s;
        base = (base + Q1[i]) * s;
      }
      return 1 - x * (top + P1[3]) / (base + Q1[3]);
    }
    let found;
    if (y <= 4) {
      let top = P2[8] * y, base = y;
      for (let i = 0; i < 7; i += 1) {
        top = (top + P2[i]) * y;
        base = (base + Q2[i]) * y;
      }
      found = (top + P2[7]) / (base + Q2[7]);
    } else {
      const s = 1 / (y * y);
      let top = P3[5] * s, base = s;
      for (let i = 0; i < 4; i += 1) {
        top = (top + P3[i]) * s;
        base = (base + Q3[i]) * s;
      }
      found = s * (top + P3[4]) / (base + Q3[4]);
      found = (0.56418958354775628695 - found) / y;
    }
    const part = Math.trunc(y * 16) / 16;
    found *= Math.exp(-part * part) * Math.exp(-(y - part) * (y + part));
    return x < 0 ? 2 - found : found;
  }
  const normalShare = (x) => erfc(-x / Math.SQRT2) / 2;

  // ---- rows of observations -----------------------------------------------------------------------
  function metres(lengths, few, many) {
    const ends = lengths.map((row) => limits(quantityOf(row)));
    if (ends.length && few === many && few === ends.length) {
      return [0, 1].map((side) => ends.reduce((all, end) => all + end[side], 0));
    }
    if (ends.length !== 1) return [NaN, NaN];
    const [shortest, longest] = ends[0];
    if (Number.isNaN(lengths[0].value) && few === many && few >= 2) {
      const both = shortest + longest, others = few - 2;
      return [both + others * shortest, both + others * longest];
    }
    return [few * shortest, many * longest];
  }
  function observations(rows) {
    for (const word of ["counter", "scope"]) {
      const found = [...new Set(rows.map((row) => row[word]))];
      if (found.length > 1) throw new DataError(`${word}: ${found.sort().join(", ")}; give the rows of one`);
    }
    const counted = new Map(), lengths = new Map();
    for (const row of rows) {
      const key = `${row.date_first} ${row.date_last}`;
      const kept = row.quantity === "trains" && row.unit === "trains" ? counted
        : row.quantity === "train length" && row.unit === "m" ? lengths : null;
      if (kept && !kept.has(key)) kept.set(key, []);
      if (kept) kept.get(key).push(row);
    }
    const made = [];
    for (const [key, trains] of counted) {
      const [low, high] = limits(quantityOf(trains[0]));
      if (trains.length !== 1 || Number.isNaN(low)) continue;
      const [least, most] = metres(lengths.get(key) || [], low, high);
      made.push({
        first: trains[0].date_first, last: trains[0].date_last, trains: [low, high],
        metres: [least - HALF_METRE, most + HALF_METRE],
      });
    }
    if (!made.length) throw new DataError("observations of trains: no row gives a number of trains on known days");
    return made.sort((one, other) => one.first - other.first || one.last - other.last);
  }
  function onePerCluster(ordered) {
    const clusters = [];
    let anchor = -Infinity;
    ordered.forEach((each) => {
      if (!clusters.length || each.first - anchor >= SPACING) {
        clusters.push([]);
        anchor = each.first;
      }
      clusters[clusters.length - 1].push(each);
    });
    return clusters.map((each) => each[Math.floor((each.length - 1) / 2)]);
  }

  // ---- likelihoods of a level ---------------------------------------------------------------------
  function levelsOf(sides) {
    const ends = sides.flat(2).filter(Number.isFinite).map((end) => Math.max(end, SMALLEST));
    const low = Math.min(...ends) / REACH, high = Math.max(...ends) * REACH;
    return Array.from({ length: NODES }, (_, i) => i === 0 ? low : i === NODES - 1 ? high
      : Math.exp(Math.log(low) + i * Math.log(high / low) / (NODES - 1)));
  }
  /** Chance that a negative binomial count of some mean lies from low to high. */
  function countShare(low, high, k, mean) {
    const rest = mean / (k + mean), top = Number.isFinite(high) ? high : low - 1;
    let mass = Math.exp(k * Math.log(k / (k + mean))), below = 0, inside = 0;
    for (let n = 0; n <= top; n += 1) {
      if (n < low) below += mass; else inside += mass;
      mass *= rest * (n + k) / (n + 1);
    }
    return Number.isFinite(high) ? inside : 1 - below;
  }
  function logCounts([low, high], levels) {
    const ends = [Math.ceil(low), Math.floor(high)];
    return SPREADS.trains.map((k) => levels.map(
      (mean) => Math.log(Math.max(countShare(...ends, k, mean), TINY))));
  }
  function logLengths(ends, levels) {
    const logs = ends.map((end) => Math.log(Math.max(end, SMALLEST)));
    return SPREADS.metres.map((spread) => levels.map((level) => {
      const [low, high] = logs.map((each) => (each - Math.log(level)) / spread);
      const far = low + high > 0;
      const share = normalShare(far ? -low : high) - normalShare(far ? -high : low);
      return Math.log(Math.max(share, TINY));
    }));
  }
  const LIKELIHOODS = { trains: logCounts, metres: logLengths };
  function summed(numbers, levels, compare) {
    const each = numbers.map((ends) => LIKELIHOODS[compare](ends, levels));
    return each[0].map((row, s) => row.map((_, l) => each.reduce((all, one) => all + one[s][l], 0)));
  }

  /** Posterior over steps of the grid between two levels, over all spreads. */
  function stepWeights(before, after) {
    const tops = [before, after].map((side) => side.map((row) => Math.max(...row)));
    const scales = tops[0].map((top, s) => top + tops[1][s]), highest = Math.max(...scales);
    const steps = new Float64Array(2 * NODES - 1);
    let total = 0;
    before.forEach((row, s) => {
      const one = row.map((each) => Math.exp(each - tops[0][s]));
      const two = after[s].map((each) => Math.exp(each - tops[1][s]));
      const weight = Math.exp(scales[s] - highest);
      for (let a = 0; a < NODES; a += 1) {
        for (let b = 0; b < NODES; b += 1) {
          const mass = one[a] * two[b] * weight;
          steps[b - a + NODES - 1] += mass;
          total += mass;
        }
      }
    });
    return steps.map((each) => each / total);
  }
  function quantile(weights, values, at) {
    let under = 0, node = 0;
    while (node < weights.length - 1 && under + weights[node] < at) {
      under += weights[node];
      node += 1;
    }
    const inside = (at - under) / Math.max(weights[node], TINY);
    return values[node] + (values[1] - values[0]) * (inside - 0.5);
  }
  function checkNumbers(numbers, compare) {
    if (compare === "trains" && numbers.some(([low]) => low < 0)) throw new DataError("counts below 0");
    if (numbers.some(([, high]) => Number.isFinite(high) && high > LARGEST)) {
      throw new DataError("an upper end above 1,000,000,000");
    }
  }
  function levelRatio(before, after, compare) {
    checkNumbers(before, compare);
    checkNumbers(after, compare);
    const levels = levelsOf([before, after]);
    const steps = stepWeights(summed(before, levels, compare), summed(after, levels, compare));
    const step = Math.log(levels[1] / levels[0]);
    const ratios = Array.from({ length: 2 * NODES - 1 }, (_, i) => step * (i + 1 - NODES));
    const tail = (1 - LEVEL) / 2;
    const [low, value, high] = [tail, 0.5, 1 - tail].map((at) => Math.exp(quantile(steps, ratios, at)));
    return { ratio: { value, low, high, unit: "times", level: LEVEL }, numbers: [before.length, after.length] };
  }
  function changeOfTrains(rows, { change }) {
    const known = observations(rows), at = w.dayOf(change);
    if (Number.isNaN(at)) throw new DataError(`change: '${change}' is no day`);
    const ratios = {};
    for (const compare of Object.keys(SPREADS)) {
      const numbered = known.filter((each) => !Number.isNaN(each[compare][0]));
      const sides = [numbered.filter((each) => each.last < at), numbered.filter((each) => each.first >= at)];
      sides.forEach((side, i) => {
        if (side.length) return;
        throw new DataError(`no observation of ${compare} ${i ? "on or after" : "before"} ${w.day(at)}; `
          + "name another day");
      });
      const [before, after] = sides.map((side) => onePerCluster(side)
        .map((each) => [Math.max(each[compare][0], 0), each[compare][1]]));
      ratios[compare] = levelRatio(before, after, compare);
    }
    return { observed: known.length, ratios };
  }

  /** Railcars that would fill trains of a known length, by the length of cars of one train. */
  function railcarsByLength([cars, measured, ...trains]) {
    const number = cars.value, length = limits(quantityOf(measured));
    if (!(number > 0 && length[0] > 0)) {
      throw new DataError(`rows ${cars.id}, ${measured.id}: cars or metres are missing or 0`);
    }
    const lengths = trains.filter((row) => row.quantity === "train length");
    const counted = trains.filter((row) => row.quantity === "trains");
    const [few, many] = counted.length ? limits(quantityOf(counted[0])) : [lengths.length, lengths.length];
    const [low, high] = metres(lengths, few, many);
    if (Number.isNaN(low)) throw new DataError("no length for each train and no range for all");
    return { value: NaN, low: low * number / length[1], high: high * number / length[0], unit: "railcars", level: 1 };
  }
  lab.trains = { levelRatio, changeOfTrains, railcarsByLength };
})(globalThis.skytallyLaboratory);
