/* Upper limit of the chance of a count as high as a new one, given only a ceiling (METHODS 7.1). */
(function (lab) {
  "use strict";
  const w = lab.words, { DataError } = w;
  const { wholeNumberLimits } = lab.quantities;
  const SPACING = 7, GRID = 41, MIN_SCALE = 20;
  const PRIORS = [
    [[0.05, 3], [0.3, 50]], [[0.05, 3], [0.1, 50]], [[0.05, 3], [1, 50]], [[0.05, 10], [0.3, 50]],
  ];
  const geometric = (low, high) => Array.from({ length: GRID }, (_, i) =>
    Math.exp(Math.log(low) + i * Math.log(high / low) / (GRID - 1)));

  function dated(row) {
    if (Number.isNaN(row.date_first) || Number.isNaN(row.date_last)) {
      throw new DataError(`row ${row.id} is open at one end; name a row with a first and a last day`);
    }
    return [row.date_first, row.date_last];
  }
  function checkBaseline(count, baseline, closed) {
    const [begun, ended] = dated(baseline), most = wholeNumberLimits(baseline)[1];
    if (baseline.unit !== count.unit) {
      throw new DataError(`row ${baseline.id}: ${baseline.unit} against ${count.unit}; compare one unit`);
    }
    if (most === Infinity) {
      throw new DataError(`row ${baseline.id}: open above, so it bounds nothing; name a row with an upper end`);
    }
    if (most === 0) throw new DataError(`row ${baseline.id}: a bound of 0; give one above it`);
    if (closed[0] <= begun && ended <= closed[1]) {
      throw new DataError(`row ${baseline.id}: lies wholly in the closure`);
    }
    if (ended >= dated(count)[0]) {
      throw new DataError(`row ${baseline.id}: not over before the count it is compared with; name an `
        + "earlier row");
    }
  }
  function checkImages(images, baseline, closed) {
    const [begun, ended] = dated(images), [first, last] = dated(baseline);
    if (images.unit !== "images") throw new DataError(`row ${images.id}: ${images.unit}; no images`);
    if (begun < first || ended > last) {
      throw new DataError(`row ${images.id}: lies outside the years of the ceiling`);
    }
    if (begun <= closed[1] && ended >= closed[0]) {
      throw new DataError(`row ${images.id}: reaches into the closure; name another row`);
    }
  }
  function checkRise(count, rise) {
    const [begun, ended] = dated(rise), [first, last] = dated(count);
    if (!(begun <= first && first <= last && last <= ended)) {
      throw new DataError(`row ${rise.id}: does not hold the day of the count`);
    }
  }

  /** Chances under every node of one prior: at most `most`, at most one less, and `top` or more. */
  function chancesOf(prior, most, top) {
    const [[least, largest], dispersions] = prior, scale = Math.max(most, MIN_SCALE);
    const means = geometric(least * scale, largest * scale), scatters = geometric(...dispersions);
    const last = Math.max(most, top - 1), growth = new Float64Array(last + 1);
    const size = GRID * GRID, made = {
      edge: new Float64Array(size), within: new Float64Array(size), below: new Float64Array(size),
      above: new Float64Array(size),
    };
    scatters.forEach((k, j) => {
      for (let n = 0; n <= last; n += 1) growth[n] = (n + k) / (n + 1);
      means.forEach((mean, i) => {
        const at = i * GRID + j, rest = mean / (k + mean);
        let mass = Math.exp(k * Math.log(k / (k + mean))), sum = 0, under = 0;
        for (let n = 0; n <= last; n += 1) {
          sum += mass;
          if (n === most - 1) made.below[at] = sum;
          if (n === most) made.within[at] = sum;
          if (n === top - 1) under = sum;
          mass *= rest * growth[n];
        }
        made.above[at] = 1 - under;
        if (last === top - 1 && under > 0.999) made.above[at] = tailFrom(mass, rest, k, top);
        made.edge[at] = (i % (GRID - 1) ? 1 : 0.5) * (j % (GRID - 1) ? 1 : 0.5);
      });
    });
    return made;
  }
  /** Sum of the chances from a number upwards: far out, what is left of 1 has lost its digits. */
  function tailFrom(mass, rest, k, from) {
    let tail = 0;
    for (let n = from; mass > 1e-17 * tail; n += 1) {
      tail += mass;
      mass *= rest * (n + k) / (n + 1);
    }
    return tail;
  }
  function tailOf({ edge, within, below, above }, images, attained) {
    const logs = new Float64Array(GRID * GRID);
    let highest = -Infinity;
    for (let at = 0; at < logs.length; at += 1) {
      const log = Math.log(within[at]);
      const met = attained ? Math.log1p(-Math.exp(images * (Math.log(below[at]) - log))) : 0;
      logs[at] = images * log + met;
      highest = Math.max(highest, logs[at]);
    }
    let all = 0, found = 0;
    for (let at = 0; at < logs.length; at += 1) {
      const weight = edge[at] * Math.exp(logs[at] - highest);
      all += weight;
      found += weight * above[at];
    }
    return Math.min(found / all, 1);
  }
  const known = new Map();
  /** Largest chance of one observation over all priors, ceiling reached or not. */
  function largestChance(count, bounds, images) {
    const key = [count, ...bounds, images].join(" ");
    if (!known.has(key)) {
      let largest = 0;
      for (const most of new Set(bounds)) {
        for (const prior of PRIORS) {
          const made = chancesOf(prior, most, count);
          largest = Math.max(largest, tailOf(made, images, false), most > 0 ? tailOf(made, images, true) : 0);
        }
      }
      known.set(key, largest);
    }
    return known.get(key);
  }

  function surgeOfRows([count, baseline, images, rise], { closure, sites }) {
    if (!Array.isArray(closure) || closure.length !== 2) {
      throw new DataError(`argument closure: found ${closure}; give a list of two`);
    }
    const closed = closure.map(w.dayOf);
    if (closed.some(Number.isNaN)) throw new DataError(`closure: ${closure}; give both ends as days`);
    checkBaseline(count, baseline, closed);
    checkImages(images, baseline, closed);
    checkRise(count, rise);
    if (closed[0] > closed[1]) throw new DataError(`closed: ${closure[0]} is after ${closure[1]}; exchange them`);
    const ceiling = baseline.value, most = wholeNumberLimits(baseline)[1];
    const bounds = [Number.isNaN(ceiling) ? most : Math.min(Math.ceil(ceiling), most), most];
    const number = wholeNumberLimits(images)[0] + (images.bound === "more than" ? 1 : 0);
    if (!(Number.isInteger(number) && number >= 1)) throw new DataError(`images: found ${number}`);
    const days = ([first, last]) => last - first + 1;
    const stated = Math.min(number, Math.max(1, Math.floor(days(dated(images)) / SPACING)));
    const [first, last] = dated(baseline), total = days([first, last]);
    const inside = Math.max(0, Math.min(last, closed[1]) - Math.max(first, closed[0]) + 1);
    if (total === inside) throw new DataError("period: lies whole in the closure");
    const room = Math.max(1, Math.floor((total - inside) / SPACING));
    if (stated > room) throw new DataError(`stated: ${stated} independent images, but room for ${room}`);
    const weeks = Math.ceil(days(dated(rise)) / SPACING), counted = wholeNumberLimits(count);
    if (counted[0] < 0 || counted[0] === Infinity) throw new DataError("count: give whole numbers");
    if (!(Number.isInteger(sites) && sites >= 1)) {
      throw new DataError(`sites: found ${sites}; give a whole number from 1 up`);
    }
    return { count: counted[0], bounds, images: [1, stated, room], weeks, sites };
  }
  function surgeLimit({ count, bounds, images, weeks, sites }) {
    const limit = Math.min(1, weeks * sites * largestChance(count, bounds, images[1]));
    return { value: limit, low: 0, high: limit, unit: "p", level: 1 };
  }
  function imagesBehindCeiling({ images }) {
    return { value: NaN, low: images[1], high: images[2], unit: "images", level: 1 };
  }
  lab.surge = { surgeOfRows, surgeLimit, imagesBehindCeiling };
})(globalThis.skytallyLaboratory);
