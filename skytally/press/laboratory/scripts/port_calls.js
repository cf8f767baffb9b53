/* Port calls by Little's law, mean stays and missed calls, as skytally.statistics.port_calls. */
(function (lab) {
  "use strict";
  const w = lab.words, { DataError } = w;
  const { wholeNumberLimits } = lab.quantities;
  const STAY_SHAPE = 4, SHORTEST_MEAN = 0.5, LONGEST_MEAN = 10, MEANS = 400;
  const SAME_HOUR = 0.2, LEVEL = 0.9, NORMAL_95 = 1.6448536269514722, WIDEST = 5;
  const DRAWS = 4000, REACH_DAYS = 28, LENGTHS_TRIED = 7, MOST_SHIPS = 9, MAX_DAYS = 36525;
  const UNREADABLE = "unreadable days";
  const TAILS = [(1 - LEVEL) / 2, (1 + LEVEL) / 2];

  const geometric = (low, high, number) => Array.from({ length: number }, (_, i) => i === 0 ? low
    : i === number - 1 ? high : Math.exp(Math.log(low) + i * Math.log(high / low) / (number - 1)));
  const evenly = (low, high, number) => Array.from({ length: number }, (_, i) => i === number - 1
    ? high : low + i * ((high - low) / (number - 1)));

  /** Distribution function of a gamma law of whole shape and scale 1. */
  function gammaShare(shape, x) {
    if (x === Infinity) return 1;
    if (x <= 0) return 0;
    let term = 1, sum = 1;
    for (let k = 1; k < shape; k += 1) {
      term *= x / k;
      sum += term;
    }
    if (x > 1) return 1 - Math.exp(-x) * sum;
    let tail = term * x / shape, all = 0;
    for (let k = shape + 1; tail > 1e-18 * all; k += 1) {
      all += tail;
      tail *= x / k;
    }
    return Math.exp(-x) * all;
  }
  function gammaQuantile(shape, share) {
    let low = 0, high = 100;
    for (let i = 0; i < 200 && high - low > 1e-15 * high; i += 1) {
      const middle = (low + high) / 2;
      if (gammaShare(shape, middle) < share) low = middle; else high = middle;
    }
    return (low + high) / 2;
  }
  const meanGrid = geometric(SHORTEST_MEAN, LONGEST_MEAN, MEANS);
  const stayShape = Array.from({ length: 24 },
    (_, i) => gammaQuantile(STAY_SHAPE, (i + 0.5) / 24) / STAY_SHAPE);

  // ---- mean stay --------------------------------------------------------------------------------
  function stayLimits(stays) {
    for (const row of stays) {
      const known = ["absent_before", "seen_first", "seen_last", "absent_after"]
        .map((day) => row[day]).filter((day) => !Number.isNaN(day));
      const sorted = known.every((day, i) => i === 0 || known[i - 1] <= day);
      if (!sorted || Number.isNaN(row.seen_first) || Number.isNaN(row.seen_last)) {
        throw new DataError(`row ${row.id}: give the days in their order`);
      }
    }
    return stays.map((row) => {
      const high = row.absent_after - row.absent_before + SAME_HOUR;
      return [Math.max(row.seen_last - row.seen_first - SAME_HOUR, 0),
        Number.isNaN(high) ? Infinity : high];
    });
  }
  function posterior(limits, shape) {
    const chance = meanGrid.map((mean) => {
      const scale = mean / STAY_SHAPE;
      return limits.reduce((product, [low, high]) =>
        product * (gammaShare(shape, high / scale) - gammaShare(shape, low / scale)), 1);
    });
    const sum = chance.reduce((a, b) => a + b, 0);
    if (!(sum > 0)) throw new DataError("mean stay: no mean allows these stays together; check the dates");
    return chance.map((each) => each / sum);
  }
  function meanStay(stays) {
    const whole = stayLimits(stays).filter(([, high]) => Number.isFinite(high));
    if (!whole.length) {
      throw new DataError(`mean stay: none of ${stays.length} stays has an absence on both sides; `
        + "give one that has");
    }
    const [one, other] = [STAY_SHAPE, STAY_SHAPE + 1].map((shape) => posterior(whole, shape));
    let held = 0;
    const sums = one.map((each, i) => (held += (each + other[i]) / 2));
    const [low, high] = TAILS.map((tail) => {
      const at = sums.findIndex((sum) => sum >= tail);
      return meanGrid[at < 0 ? MEANS - 1 : at];
    });
    return { value: NaN, low, high, unit: "days", level: LEVEL };
  }
  function dwellBetween(low, high) {
    if (!(low > 0 && low <= high && high < Infinity)) {
      throw new DataError(`stay between ${low} and ${high} days; give two positive ends, the lower first`);
    }
    const spread = Math.log(high / low) / (2 * NORMAL_95);
    if (spread > WIDEST) throw new DataError(`spread ${spread}; give one up to ${WIDEST}`);
    return { median: Math.sqrt(low * high), spread };
  }

  // ---- rows that count days ---------------------------------------------------------------------
  function ends(date, precision) {
    if (precision === "day") return [date, date];
    return precision === "month" ? [w.monthStart(date), w.monthEnd(date)] : null;
  }
  function checkRow(row) {
    const known = [ends(row.date_first, row.precision_first), ends(row.date_last, row.precision_last)];
    if (known.includes(null) || !(row.date_first <= row.date_last)) {
      throw new DataError(`row ${row.id}: give a row whose ends are known to the day or the month`);
    }
    if (!(Number.isNaN(row.value) || (row.value >= 0 && row.value <= MAX_DAYS))) {
      throw new DataError(`row ${row.id}: ${row.value} days; give a number from 0 to 36,525`);
    }
    return known;
  }
  function periodLengths(row) {
    const [first, last] = checkRow(row);
    return [Math.max(last[0] - first[1] + 1, 1), last[1] - first[0] + 1];
  }
  function imagedDays(row) {
    const [least, most] = wholeNumberLimits(row), room = periodLengths(row)[0];
    if (most === Infinity || least < 1) {
      throw new DataError(`row ${row.id}: a share needs a known whole, give one`);
    }
    if (most > room) throw new DataError(`row ${row.id}: ${most} days of ${room}; give fewer`);
    return [least, most];
  }
  function corners(seen, imaged) {
    checkRow(seen);
    checkRow(imaged);
    for (const word of ["date_first", "date_last", "scope", "counter"]) {
      if (seen[word] !== imaged[word]) {
        throw new DataError(`rows ${seen.id} and ${imaged.id} differ in ${word}; take a share of the `
          + "days that were imaged, not of others");
      }
    }
    const [few, many] = wholeNumberLimits(seen), [least, most] = imagedDays(imaged);
    if (few > most) throw new DataError(`rows ${seen.id} and ${imaged.id}: a part is no larger`);
    const pairs = new Map();
    for (const part of [few, Math.min(many, most)]) {
      for (const whole of [least, most]) {
        const pair = [Math.min(part, whole), whole];
        pairs.set(pair.join(" "), pair);
      }
    }
    return [...pairs.values()].sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  }
  function checkShips(ships) {
    const whole = Array.isArray(ships) && ships.length === 2
      && ships.every((each) => Number.isInteger(each) && each >= 1 && each <= MOST_SHIPS);
    if (!whole || ships[0] > ships[1]) {
      throw new DataError(`ships at once: found ${ships}; give the fewest and the most, from 1 to 9`);
    }
  }

  // ---- Little's law -----------------------------------------------------------------------------
  /** Move the number of a place in the order to that place; those before it are no greater. */
  function select(numbers, place) {
    let low = 0, high = numbers.length - 1;
    while (low < high) {
      const pivot = numbers[(low + high) >> 1];
      let i = low, j = high;
      while (i <= j) {
        while (numbers[i] < pivot) i += 1;
        while (numbers[j] > pivot) j -= 1;
        if (i <= j) {
          const one = numbers[i];
          numbers[i] = numbers[j];
          numbers[j] = one;
          i += 1;
          j -= 1;
        }
      }
      if (place <= j) high = j; else if (place >= i) low = i; else return;
    }
  }
  /** Quantile of numbers, which are put into another order, as numpy interpolates it. */
  function quantile(numbers, at) {
    const place = (numbers.length - 1) * at, low = Math.floor(place), part = place - low;
    select(numbers, low);
    let next = numbers[low];
    if (low + 1 < numbers.length) {
      next = Infinity;
      for (let i = low + 1; i < numbers.length; i += 1) if (numbers[i] < next) next = numbers[i];
    }
    const step = next - numbers[low];
    return part >= 0.5 ? next - step * (1 - part) : numbers[low] + step * part;
  }
  function spacingEffect(usable, length, share, dwell) {
    const rho = Math.exp(-(length / usable) / (dwell * Math.max(1 - share, 0.1)));
    return rho === 1 ? usable : Math.min((1 + rho) / (1 - rho), usable);
  }
  const drawn = new Map(), used = [];
  /** Room for numbers until its place is asked for again: fresh memory costs more than the numbers. */
  function room(place, number) {
    if (!used[place] || used[place].length < number) used[place] = new Float64Array(number);
    return used[place].subarray(0, number);
  }
  function copied(numbers) {
    const copy = room(0, numbers.length);
    copy.set(numbers);
    return copy;
  }
  /** Draws of presence and stays for one period, which every number of berths shares. */
  function presenceDraws([seen, usable], length, dwell, seed, seeds) {
    const key = [seen, usable, length, dwell.median, dwell.spread, seed].join(" ");
    if (drawn.has(key)) return drawn.get(key);
    const share = seen / usable, effect = spacingEffect(usable, length, share, dwell.median);
    const effective = usable / Math.max(effect, 1), hits = share * effective;
    const covered = Math.min(2 * REACH_DAYS * usable / length, 1);
    const rng = new lab.random.Generator(String(seed), seeds);
    const low = new Float64Array(DRAWS), stays = new Float64Array(DRAWS);
    for (let i = 0; i < DRAWS; i += 1) {
      low[i] = covered * Math.min(Math.max(rng.beta(hits + 0.5, effective - hits + 0.5), 0), 1);
    }
    const high = covered < 1 ? low.map((each) => Math.min(each + (1 - covered), 1)) : low;
    for (let i = 0; i < DRAWS; i += 1) stays[i] = dwell.median * Math.exp(dwell.spread * rng.normal());
    const ends = [quantile(copied(low), TAILS[0]), quantile(copied(high), TAILS[1])];
    if (drawn.size > 60) drawn.clear();
    drawn.set(key, { low, high, stays, share, covered, ends });
    return drawn.get(key);
  }
  /** Calls in each draw, if the berths are taken each on its own. */
  function callsInto(target, at, presence, stays, length, berths) {
    const each = length * berths;
    for (let i = 0; i < DRAWS; i += 1) {
      const empty = 1 - presence[i];
      const root = berths === 1 ? empty : berths === 2 ? Math.sqrt(empty) : berths === 3 ? Math.cbrt(empty)
        : Math.pow(empty, 1 / berths);
      target[at + i] = each * (1 - root) / stays[i];
    }
  }
  function oneCorner(corner, lengths, ships, dwell, seed, seeds) {
    const tried = lengths[0] < lengths[1] ? evenly(...lengths, LENGTHS_TRIED) : [lengths[0]];
    const draws = tried.map((length) => presenceDraws(corner, length, dwell, seed, seeds));
    const number = tried.length * ships.length * DRAWS, open = draws.some(({ covered }) => covered < 1);
    const least = room(1, number), most = open ? room(2, number) : least;
    let at = 0;
    draws.forEach(({ low, high, stays }, i) => ships.forEach((berths) => {
      callsInto(least, at, low, stays, tried[i], berths);
      if (open) callsInto(most, at, high, stays, tried[i], berths);
      at += DRAWS;
    }));
    return {
      calls: [quantile(least, TAILS[0]), quantile(most, TAILS[1])],
      presence: [
        Math.min(...draws.map(({ ends, share }) => Math.min(ends[0], share))),
        Math.max(...draws.map(({ ends, share }) => Math.max(ends[1], share))),
      ],
      share: tried.length * ships.length === 1 ? corner[0] / corner[1] : NaN,
    };
  }
  const counted = new Map();
  /** Calls and presence of a berth, computed once for whatever rows and stays give the same numbers. */
  function callsByShare(seen, imaged, stay, ships, seed, seeds) {
    const pairs = corners(seen, imaged);
    checkShips(ships);
    const lengths = periodLengths(imaged), dwell = dwellBetween(stay.low, stay.high);
    const tried = evenlyWhole(ships);
    const found = pairs.map((pair) => {
      const at = [pair, lengths, tried, dwell.median, dwell.spread, seed].join(" ");
      if (!counted.has(at)) counted.set(at, oneCorner(pair, lengths, tried, dwell, seed, seeds));
      return counted.get(at);
    });
    const hull = (name) => [Math.min(...found.map((each) => each[name][0])),
      Math.max(...found.map((each) => each[name][1]))];
    const [low, high] = hull("calls"), [least, most] = hull("presence");
    return {
      calls: { value: NaN, low, high, unit: "calls", level: LEVEL },
      presence: {
        value: found.length === 1 ? found[0].share : NaN, low: least, high: most, unit: "p", level: LEVEL,
      },
    };
  }
  const evenlyWhole = ([fewest, most]) =>
    Array.from({ length: most - fewest + 1 }, (_, i) => fewest + i);

  // ---- missed calls -----------------------------------------------------------------------------
  function daysWithImage(row, stated) {
    const known = [...periodLengths(row), ...(stated ? wholeNumberLimits(stated) : [])];
    const lengths = [Math.min(...known), Math.max(...known)];
    if (row.quantity === UNREADABLE) {
      const limits = wholeNumberLimits(row);
      const pairs = limits.flatMap((days) => lengths.map((length) => [length - days, length]));
      if (!pairs.every(([images, length]) => images >= 1 && images <= length)) {
        throw new DataError(`row ${row.id}: ${limits[1]} days of ${lengths[0]}; none is left, give fewer`);
      }
      return pairs;
    }
    return imagedDays(row).flatMap((images) => lengths.map((length) => [images, length]));
  }
  function shareImaged(row, stated) {
    const shares = daysWithImage(row, stated).map(([images, length]) => 100 * images / length);
    return { value: NaN, low: Math.min(...shares), high: Math.max(...shares), unit: "percent", level: 1 };
  }
  function schedules(images, length) {
    const number = Math.trunc(images);
    const spread = Array.from({ length: number }, (_, i) => Math.floor((i + 0.5) * length / number));
    const together = Array.from({ length: number }, (_, i) => i);
    return [spread, together].map((days) => [-length, 0, length].flatMap(
      (shift) => days.map((day) => day + shift)));
  }
  /** Share of calls of one length that fall between images, arriving evenly from 0 to length. */
  function shareMissed(dwell, days, length) {
    let missed = 0;
    for (let i = 0; i + 1 < days.length; i += 1) {
      const start = Math.max(days[i], 0), end = Math.min(days[i + 1] - dwell, length);
      if (end > start) missed += end - start;
    }
    return missed / length;
  }
  function meanShareMissed(means, days, length) {
    const least = Math.min(...means), most = Math.max(...means);
    const grid = geometric(stayShape[0] * least, stayShape[23] * most, 64);
    const table = grid.map((each) => shareMissed(each, days, length));
    const logs = grid.map(Math.log);
    return means.map((mean) => {
      const sum = stayShape.reduce((all, shape) => all + interpolated(Math.log(mean * shape), logs, table), 0);
      return Math.min(Math.max(sum / 24, 0), 1);
    });
  }
  function interpolated(x, xs, ys) {
    if (x <= xs[0]) return ys[0];
    if (x >= xs[xs.length - 1]) return ys[ys.length - 1];
    const above = xs.findIndex((each) => each > x);
    const slope = (ys[above] - ys[above - 1]) / (xs[above] - xs[above - 1]);
    return slope * (x - xs[above - 1]) + ys[above - 1];
  }
  const missed = new Map();
  /** Shares missed over mean stays and spreads of the images. */
  function extremeShares(images, length, stay) {
    const key = [images, length, stay.low, stay.high].join(" ");
    if (!missed.has(key)) {
      missed.set(key, schedules(images, length)
        .flatMap((days) => meanShareMissed([stay.low, stay.high], days, length)));
    }
    return missed.get(key);
  }
  function chanceMissed(row, stay, stated) {
    const shares = daysWithImage(row, stated).flatMap(([images, length]) => extremeShares(images, length, stay));
    return { value: NaN, low: Math.min(...shares), high: Math.max(...shares), unit: "p", level: stay.level };
  }
  lab.portCalls = { LEVEL, SHORTEST_MEAN, LONGEST_MEAN, meanStay, callsByShare, shareImaged, chanceMissed };
})(globalThis.skytallyLaboratory);
