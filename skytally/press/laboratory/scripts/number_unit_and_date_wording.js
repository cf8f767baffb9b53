/* Numbers, units, dates and sentences in words, letter by letter as skytally.core words them. */
(function (lab) {
  "use strict";
  const EXACTLY = "exactly", ABOUT = "about", AT_LEAST = "at least", AT_MOST = "at most",
    MORE_THAN = "more than", BETWEEN = "between";
  const OPEN_ABOVE = [AT_LEAST, MORE_THAN];
  const PROBABILITY = "p", DIMENSIONLESS = "1";
  const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December"];
  const FIRST_DAY = Date.UTC(1677, 8, 21) / 864e5, LAST_DAY = Date.UTC(2262, 3, 11) / 864e5;

  class DataError extends Error {}

  /** A number that this page cannot compute again, and why. */
  class NotRecomputed extends Error {}

  // ---- digits, rounded half to even as Python rounds ------------------------------------------
  function halfEven(up, long, kept) {
    // JavaScript rounds an exact tie up; Python to the even digit
    const point = long.indexOf(".") < 0 ? long.length : long.indexOf(".");
    const end = kept ? point + 1 + kept : point;
    const rest = long.slice(end).replace(".", "").replace(/e.*$/, "");
    if (!/^50*$/.test(rest)) return up;
    const cut = long.slice(0, end);
    return Number(cut[cut.length - 1]) % 2 ? up : cut;
  }
  function fixed(value, decimals) {
    const size = Math.abs(value);
    const words = halfEven(size.toFixed(decimals), size.toFixed(Math.min(100, decimals + 60)), decimals);
    return (value < 0 && Number(words) !== 0 ? "-" : "") + words;
  }
  function scientific(size, decimals) {
    const long = size.toExponential(Math.min(100, decimals + 60));
    const up = size.toExponential(decimals);
    const [mantissa, power] = long.split("e");
    if (!/^50*$/.test(mantissa.slice(decimals ? decimals + 2 : 1).replace(".", ""))) {
      return up.split("e");
    }
    return [halfEven(up.split("e")[0], mantissa, decimals), Number(up.split("e")[1]) === Number(power)
      ? power : up.split("e")[1]];
  }
  function thousands(words) {
    const [whole, ...rest] = words.split(".");
    return [whole.replace(/\B(?=(\d{3})+(?!\d))/g, ","), ...rest].join(".");
  }
  /** Format like Python's ``{:.<digits>g}``, with commas on demand. */
  function general(value, digits = 6, commas = false) {
    if (Number.isNaN(value)) return "nan";
    if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
    if (value === 0) return "0";
    const size = Math.abs(value), sign = value < 0 ? "-" : "";
    const [mantissa, power] = scientific(size, digits - 1);
    const exponent = Number(power);
    const bare = (words) => words.includes(".") ? words.replace(/\.?0+$/, "") : words;
    if (exponent < -4 || exponent >= digits) {
      const width = String(Math.abs(exponent)).padStart(2, "0");
      return `${sign}${bare(mantissa)}e${exponent < 0 ? "-" : "+"}${width}`;
    }
    const words = bare(fixed(size, Math.max(digits - 1 - exponent, 0)));
    return sign + (commas ? thousands(words) : words);
  }
  const toDigits = (value, digits) => Number.isFinite(value) ? Number(general(value, digits)) : value;
  const rounded = (value, decimals) => Number.isFinite(value) ? Number(fixed(value, decimals)) : value;
  /** Write a float as Python's ``str`` does. */
  function floatText(value) {
    if (Number.isNaN(value)) return "nan";
    return Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : String(value);
  }

  // ---- units ----------------------------------------------------------------------------------
  let units = {};
  function setUnits(known) { units = known; }
  function unitOf(word) {
    return units[word] || { singular: word, udunits: DIMENSIONLESS, compared_in: word, factor: 1 };
  }
  const withUnit = (words, value, unit) => `${words} ${value === 1 ? unitOf(unit).singular : unit}`;
  function ofThings(unit) {
    const known = unitOf(unit);
    return known.udunits === DIMENSIONLESS && known.singular !== unit && !unit.includes(" per ");
  }

  // ---- numbers --------------------------------------------------------------------------------
  function number(value) {
    const whole = rounded(value, 0);
    return value === whole ? thousands(fixed(value, 0)) : general(value, 6, true);
  }
  function percentText(percent) {
    if (percent > 0 && percent < 1) return "under 1";
    if (percent > 99 && percent < 100) return "more than 99";
    return number(toDigits(percent, 3));
  }
  function chanceText(low, high) {
    return `${[...new Set([low, high].map((end) => percentText(100 * end)))].join(" to ")} percent`;
  }
  /** Round an end of an interval away from its middle; side is Math.floor or Math.ceil. */
  function roundedOutwards(end, side, digits) {
    if (end === 0 || !Number.isFinite(end)) return end;
    const exponent = Number(Math.abs(end).toExponential().split("e")[1]) - digits + 1;
    const step = Number(`1e${exponent}`);
    return toDigits(side(rounded(end / step, 9)) * step, digits);
  }
  function interval(low, high, unit) {
    if (Number.isNaN(low) || Number.isNaN(high)) return "no interval";
    if (unit === PROBABILITY) return chanceText(Math.max(low, 0), Math.min(high, 1));
    if (low !== high && ofThings(unit)) {
      if (Number.isFinite(low)) low = Math.floor(rounded(low, 9));
      if (Number.isFinite(high)) high = Math.ceil(rounded(high, 9));
    }
    if (high === Infinity) return `${withUnit(number(low), low, unit)} or more`;
    if (low === high) return withUnit(number(low), low, unit);
    return withUnit(`${number(low)} to ${number(high)}`, high, unit);
  }
  function listed(parts) {
    const before = parts.slice(0, -1).join(", ");
    return [before, ...parts.slice(-1)].filter(Boolean).join(" and ");
  }

  // ---- dates, in days since 1970-01-01 ----------------------------------------------------------
  function dayOf(text) {
    const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
    if (!match) return NaN;
    const days = Date.UTC(+match[1], +match[2] - 1, +match[3]) / 864e5;
    return isoDay(days) === text ? days : NaN;
  }
  const calendar = (days) => new Date(days * 864e5);
  const isoDay = (days) => Number.isFinite(days) ? calendar(days).toISOString().slice(0, 10) : "NaT";
  const monthYear = (days) => `${MONTHS[calendar(days).getUTCMonth()]} ${calendar(days).getUTCFullYear()}`;
  const day = (days) => `${calendar(days).getUTCDate()} ${monthYear(days)}`;
  const monthStart = (days) => {
    const date = calendar(days);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / 864e5;
  };
  const monthEnd = (days) => {
    const date = calendar(days);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0) / 864e5;
  };
  const yearStart = (days) => Date.UTC(calendar(days).getUTCFullYear(), 0, 1) / 864e5;
  const yearEnd = (days) => Date.UTC(calendar(days).getUTCFullYear(), 11, 31) / 864e5;
  function endWords(date, precision) {
    if (precision === "open" || date === undefined || Number.isNaN(date)) return "";
    if (precision === "month") return monthYear(date);
    if (precision === "year") return String(calendar(date).getUTCFullYear());
    return precision === "nominal" ? `about ${day(date)}` : day(date);
  }
  function when(first, last, precisionFirst, precisionLast) {
    const start = endWords(first, precisionFirst), end = endWords(last, precisionLast);
    if (start && start === end) return start;
    if (start && end) return `${start} to ${end}`;
    if (end) return `until ${end}`;
    return start ? `from ${start}` : "no date";
  }
  /** The day on which something was said or published, or that none is known. */
  function whenStated(first, last, precisionFirst, precisionLast) {
    const words = when(first, last, precisionFirst, precisionLast);
    return [precisionFirst, precisionLast].includes("year") ? `${words}, day not known` : words;
  }
  const PLACED = ["after ", "before ", "between ", "by ", "from ", "in ", "no ", "on ", "until "];
  function withPreposition(dates) {
    if (!dates || PLACED.some((word) => dates.startsWith(word))) return dates;
    const split = dates.indexOf(" to ");
    if (split >= 0) return `between ${dates.slice(0, split)} and ${dates.slice(split + 4)}`;
    return /^(about )?\d{1,2} [A-Z]/.test(dates) ? `on ${dates}` : `in ${dates}`;
  }
  const braced = (sentence, words) => sentence.replace(/\{(\w+)\}/g, (whole, name) => {
    if (!(name in words)) throw new DataError(`the sentence names ${whole}, which is not known`);
    return words[name];
  });
  function filled(sentence, dates, words) {
    const placed = withPreposition(dates);
    const capital = placed.slice(0, 1).toUpperCase() + placed.slice(1);
    const begun = sentence.split("On {when}").join(capital).split("on {when}").join(placed);
    return braced(begun, { when: dates, ...words });
  }

  lab.words = {
    EXACTLY, ABOUT, AT_LEAST, AT_MOST, MORE_THAN, BETWEEN, OPEN_ABOVE, PROBABILITY,
    DIMENSIONLESS, FIRST_DAY, LAST_DAY, DataError, NotRecomputed, fixed, general, toDigits, rounded, floatText,
    setUnits, unitOf, withUnit, number, percentText, chanceText, roundedOutwards, interval, listed,
    dayOf, isoDay, day, monthYear, monthStart, monthEnd, yearStart, yearEnd, calendar, when,
    whenStated, withPreposition, braced, filled,
  };
})(globalThis.skytallyLaboratory = globalThis.skytallyLaboratory || {});
