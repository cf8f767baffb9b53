/* Quantities as sources print them: interval, words, and whose interval it is. */
(function (lab) {
  "use strict";
  const w = lab.words;
  const COUNTING_ERROR = 0.1, A_TENTH = "a tenth either way", ODD = "-odd";
  const COUNTED_BY = ["count", "estimate", "derived-sum", "reckoned", "likeness"];
  const ROUNDED = "the rounding of the printed number only, its error not stated";
  const UP_TO_NEXT = "up to the next of the last printed digit, "
    + "or the next thousand or million where that is nearer";
  const MISSING = NaN;

  function quantityOf(row) {
    return {
      value: row.value ?? MISSING, low: row.low ?? MISSING, high: row.high ?? MISSING,
      bound: row.bound, unit: row.unit, wording: row.wording ?? "",
      counted: COUNTED_BY.includes(row.method ?? ""),
      error: row.counting_error, recounts: row.recounts ?? "",
    };
  }
  function roundingInterval(value) {
    if (value === 0) return [0, 0.5];
    const digits = w.fixed(value, 6).replace(/0+$/, "").replace(/\.$/, "");
    if (digits.includes(".")) {
      const half = 0.5 * Number(`1e-${digits.split(".")[1].length}`);
      return [w.rounded(value - half, 9), w.rounded(value + half, 9)];
    }
    const half = 0.5 * Number(`1e${digits.length - digits.replace(/0+$/, "").length}`);
    return [value - half, value + half];
  }
  /** Whether a bound may be a number without its last digits, as *more than* often is. */
  function mayRound(value, bound) {
    const [low, high] = roundingInterval(bound);
    return value - bound > 0 && value - bound < high - low;
  }
  function oddInterval(value) {
    const [low, high] = roundingInterval(value);
    const digits = w.fixed(value, 0).length;
    const word = value >= 1000 ? 1000 ** Math.floor((digits - 1) / 3) : Infinity;
    return [value, value + Math.min(high - low, word)];
  }
  function countingInterval(value, low = MISSING, high = MISSING, error = COUNTING_ERROR) {
    const around = Number.isNaN(value) ? [low, high] : roundingInterval(value);
    const least = Number.isNaN(low) ? around[0] : low;
    const most = Number.isNaN(high) ? around[1] : high;
    const [lowest, highest] = Number.isNaN(value) ? [least, most] : [value, value];
    return [
      Math.min(least, Number((lowest * (1 - error)).toPrecision(12))),
      Math.max(most, Number((highest * (1 + error)).toPrecision(12))),
    ];
  }
  function limits(quantity) {
    const { value, low, high, bound, wording, counted, error } = quantity;
    if (Number.isNaN(value) || !(Number.isNaN(low) || Number.isNaN(high))) {
      const estimated = counted && bound === w.ABOUT && !Number.isNaN(low + high);
      return estimated ? countingInterval(value, low, high, error) : [low, high];
    }
    let least = Number.isNaN(low) ? value : low, most = Number.isNaN(high) ? value : high;
    if (bound === w.ABOUT && wording.startsWith(ODD)) {
      [least, most] = oddInterval(value);
    } else if (bound === w.ABOUT || wording.includes("about")) {
      const around = counted ? countingInterval(value, MISSING, MISSING, error)
        : roundingInterval(value);
      least = Number.isNaN(low) ? around[0] : Math.min(low, around[0]);
      most = Number.isNaN(high) ? around[1] : Math.max(high, around[1]);
    }
    if (w.OPEN_ABOVE.includes(bound)) return [least, Infinity];
    return bound === w.AT_MOST ? [0, most] : [least, most];
  }
  const SUMMED = "the bound of a sum by the compiler, from the bounds that the source gives";
  const SUMMED_RANGE = "the range of a sum by the compiler, from the numbers that the source gives";
  function readingOf(quantity, method = "") {
    const printed = method === "derived-sum" ? SUMMED_RANGE : "the range that the source prints";
    const [low, high] = limits(quantity);
    const { value, bound } = quantity, word = quantity.wording || w.ABOUT;
    if (Number.isNaN(low) || low === high) return "";
    if (w.OPEN_ABOVE.includes(bound) || bound === w.AT_MOST) {
      const moved = quantity.wording.includes("about");
      const whose = method === "derived-sum" ? SUMMED : "the bound that the source gives";
      return `${whose}${moved ? ", moved by its rounding" : ""}`;
    }
    if (bound !== w.ABOUT || (low === quantity.low && high === quantity.high)) return printed;
    if (quantity.wording.startsWith(ODD)) {
      return `this book's reading of “-odd”, ${UP_TO_NEXT}`;
    }
    const error = quantity.error === undefined ? A_TENTH
      : `as far as people differ who recounted it (rows ${quantity.recounts})`;
    if (Number.isNaN(value)) return `${printed}, and ${error} for counting`;
    const around = roundingInterval(value);
    const span = low === around[0] && high === around[1] ? ROUNDED : error;
    return `this book's reading of “${word}”, ${span}; the source prints no interval`;
  }
  function chanceWords(quantity, softening) {
    const known = !Number.isNaN(quantity.value);
    const ends = known ? [quantity.value, quantity.value] : [quantity.low, quantity.high];
    if (Number.isNaN(ends[0] + ends[1])) return "no number";
    let words = w.chanceText(...ends);
    if (/^\p{L}/u.test(words)) {
      const opposite = words.startsWith("under") ? w.OPEN_ABOVE : [w.AT_MOST];
      if (!opposite.includes(quantity.bound)) return words;
      words = `${w.number(100 * ends[0])} percent`;
    }
    return `${softening} ${words}`.trim();
  }
  function quantityText(quantity) {
    const { value, low, high, bound, unit, wording } = quantity;
    if (wording.startsWith(ODD) && !Number.isNaN(value)) {
      return w.withUnit(`${w.number(value)}${wording}`, value, unit);
    }
    const softening = wording || (bound === w.EXACTLY ? "" : bound);
    if (unit === w.PROBABILITY) return chanceWords(quantity, softening);
    const prefix = softening ? `${softening} ` : "";
    if (!Number.isNaN(value)) return w.withUnit(`${prefix}${w.number(value)}`, value, unit);
    if ((w.OPEN_ABOVE.includes(bound) && !Number.isNaN(low)) || low === high) {
      return w.withUnit(`${prefix}${w.number(low)}`, low, unit);
    }
    if (!Number.isNaN(low)) {
      return w.withUnit(`${prefix}${w.number(low)} to ${w.number(high)}`, high, unit);
    }
    return "no number";
  }
  /** Quantity in words; of things counted, an exact zero is *no ship* and not *0 ships*. */
  function inWords(quantity) {
    const unit = w.unitOf(quantity.unit);
    const counted = ["1", "day"].includes(unit.udunits) && unit.singular !== quantity.unit;
    if (quantity.value === 0 && quantity.bound === w.EXACTLY && counted && !quantity.wording) {
      return `no ${unit.singular}`;
    }
    return quantityText(quantity);
  }
  /** Least and greatest whole number that a row's number allows. */
  function wholeNumberLimits(row) {
    const quantity = quantityOf(row), [low, high] = limits(quantity);
    if (Number.isNaN(low) || Number.isNaN(high)) {
      throw new w.DataError(`row ${row.id} carries no number; give its number, or name another row`);
    }
    const least = Math.ceil(low), most = high === Infinity ? high : Math.floor(high);
    if (least > most) {
      throw new w.DataError(`row ${row.id}: found ${quantityText(quantity)}, which holds no whole `
        + `number of ${row.unit}; correct it, or name another row`);
    }
    return [least, most];
  }
  lab.quantities = {
    quantityOf, limits, mayRound, readingOf, quantityText, inWords, wholeNumberLimits, COUNTING_ERROR,
  };
})(globalThis.skytallyLaboratory);
