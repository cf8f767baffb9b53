/* Declared findings evaluated on what is left of the record, kind by kind. */
(function (lab) {
  "use strict";
  const w = lab.words, { DataError, NotRecomputed } = w;
  const q = lab.quantities;
  const PARAMETER = /\$(\w+)(?:\[(\d+)\])?/g, REFERENCE = /@([\w-]+\.[\w-]+)(?::(\w+))?/g;
  const ROWS_PER_GROUP = /^rows>=(\d+)$/;
  const DATED = ["began", "ended", "stated"], BETWEEN = ["lag", "order"];
  const MADE_WORDS = { "derived-sum": " (a sum by the compiler of the parts that the counter printed)" };
  const DIVIDED = "each number by its own bound, its rounding or its error of counting; no sampling error";
  const WHOLE_PERCENT = 100;
  const orNone = (value) => Number.isFinite(value) ? w.toDigits(value, 6) : null;

  // ---- parameters -------------------------------------------------------------------------------
  function parameter(text, parameters) {
    const match = new RegExp(`^${PARAMETER.source}$`).exec(text);
    if (!match) {
      if (/^\d+$/.test(text)) return Number(text);
      return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
    }
    const [, name, position] = match;
    if (!(name in parameters)) throw new DataError(`no parameter '${name}'`);
    const value = parameters[name];
    if (position === undefined) return value;
    if (!Array.isArray(value) || Number(position) >= value.length) {
      throw new DataError(`parameter '${name}' has no [${position}]`);
    }
    return value[Number(position)];
  }
  const substituted = (text, parameters) => text.replace(PARAMETER, (whole) => {
    const value = parameter(whole, parameters);
    const plain = Array.isArray(value) ? value.join(" ") : String(value);
    if (plain.includes(";")) throw new DataError(`parameter ${whole}: holds a semicolon; remove it`);
    return plain;
  });
  function argumentsOf(declaration, parameters) {
    return Object.fromEntries(lab.record.words(declaration.arguments).map((each) => {
      const at = each.indexOf("=");
      return [each.slice(0, at), parameter(each.slice(at + 1), parameters)];
    }));
  }
  const referred = (text) => [...text.matchAll(REFERENCE)].map((match) => match[1]);

  /** What the findings of one evaluation share. */
  class Evaluation {
    constructor(declarations, tables, parameters) {
      Object.assign(this, { declarations, tables, parameters });
      this.brackets = new Map();
    }
    parametersOf(declaration) { return this.parameters[declaration.page] || {}; }
  }

  // ---- rows that a declaration selects ------------------------------------------------------------
  function namedRows(cell, declaration, evaluation) {
    const ids = lab.record.words(substituted(cell, evaluation.parametersOf(declaration)));
    return evaluation.tables.rows(declaration.table, ids);
  }
  function selectedRows(declaration, evaluation) {
    if (BETWEEN.includes(declaration.kind)) return [];
    if (declaration.rows) return namedRows(declaration.rows, declaration, evaluation);
    const where = substituted(declaration.where, evaluation.parametersOf(declaration))
      .replace(REFERENCE, (_, key, column) => {
        const row = oneRow(evaluation.declarations.get(key), evaluation), cell = row[column];
        const type = evaluation.tables.whole.table(row.table).types[column];
        return type === "date" ? w.isoDay(cell) : type === "number" ? w.floatText(cell) : cell;
      });
    return evaluation.tables.selected(
      declaration.table, where, declaration.once === "yes", declaration.order);
  }
  function foremost(rows, usable, ...keys) {
    const left = rows.filter(usable).map((row) => [row, keys.map((key) => key(row))]);
    const before = (one, other) => {
      for (let i = 0; i < one.length; i += 1) {
        const order = lab.record.compared(one[i], other[i]);
        if (order) return order < 0;
      }
      return false;
    };
    const best = left.reduce((found, each) => !found || before(each[1], found[1]) ? each : found, null);
    return best ? [best[0]] : [];
  }
  function datesAt(rows) {
    const statement = rows.length && "statement_first" in rows[0];
    return statement ? ["statement_first", "statement_last"] : ["date_first", "date_last"];
  }
  const PICKED = {
    first(rows) {
      const [starts, ends] = datesAt(rows);
      return foremost(rows, (row) => !Number.isNaN(row[ends]), (row) => row[ends], (row) => row[starts]);
    },
    latest(rows) {
      const [starts, ends] = datesAt(rows);
      return foremost(rows, (row) => !Number.isNaN(row[starts]), (row) => -row[starts], (row) => -row[ends]);
    },
    highest(rows) {
      const [starts] = datesAt(rows);
      const printed = (row) => Number.isNaN(row.value) ? row.low : row.value;
      const counted = (row) => row.bound !== w.AT_MOST && !Number.isNaN(printed(row));
      return foremost(rows, counted, (row) => -printed(row), (row) => row[starts]);
    },
  };
  function oneRow(declaration, evaluation) {
    let rows = selectedRows(declaration, evaluation);
    if (declaration.kind in PICKED) rows = PICKED[declaration.kind](rows);
    if (rows.length !== 1) {
      throw new DataError(rows.length ? `${rows.length} rows` : "no row meets the conditions");
    }
    return rows[0];
  }
  function datesOf(row) {
    if ("statement_first" in row) {
      const precision = row.statement_precision;
      return w.whenStated(row.statement_first, row.statement_last, precision, precision);
    }
    return w.when(row.date_first, row.date_last, row.precision_first, row.precision_last);
  }
  const periodOf = (row) => "date_first" in row && "precision_first" in row
    ? w.when(row.date_first, row.date_last, row.precision_first, row.precision_last) : "";
  function wordsOf(row, evaluation) {
    const whole = evaluation.tables.whole;
    return {
      counter: whole.nameOf("counters", row.counter ?? ""), scope: whole.nameOf("scopes", row.scope ?? ""),
      row: "bound" in row ? q.quantityText(q.quantityOf(row)) : "", text: row.text ?? "", period: periodOf(row),
      made: MADE_WORDS[row.method ?? ""] ?? "",
    };
  }

  // ---- findings -----------------------------------------------------------------------------------
  function computed(key, given) {
    const { value, low, high, unit, bound, rows, text, wording = "", dates = "", words = {}, said = "" } = given;
    if (!rows.length) throw new DataError(`finding ${key}: rests on no row; choose rows that exist`);
    const outside = !Number.isNaN(value) && !(low <= value && value <= high);
    if (Number.isNaN(low) || Number.isNaN(high) || outside) {
      throw new DataError(`finding ${key}: interval ${low} to ${high} does not hold ${value}`);
    }
    const number = said || q.inWords({ value, low, high, bound, unit, wording });
    // two ends without a softening word are not one exact number
    const worded = bound === w.EXACTLY && low < high ? w.BETWEEN : bound;
    return {
      key, value: orNone(value), low: orNone(low), high: orNone(high), unit, bound: worded, said: number,
      when: dates, text: w.filled(text, dates, { number, ...words }), inputs: rows.map((row) => row.id),
      level: null, interval_from: "", made_of: "", further: [],
    };
  }
  const tally = (key, given) => computed(key, {
    ...given, value: given.count, low: given.count, high: given.count, bound: w.EXACTLY,
  });
  function quoted(declaration, row, rows, words) {
    const quantity = q.quantityOf(row), [low, high] = q.limits(quantity);
    if (Number.isNaN(low)) throw new DataError(`finding ${declaration.key}: row ${row.id} carries no number`);
    // a printed range is quoted as printed, though its interval may be wider
    const ranged = Number.isNaN(quantity.value) && !Number.isNaN(quantity.low + quantity.high);
    const found = computed(declaration.key, {
      value: quantity.value, low, high, unit: quantity.unit, bound: quantity.bound, rows,
      text: declaration.sentence, wording: quantity.wording, dates: datesOf(row), words,
      said: ranged ? q.quantityText(quantity) : "",
    });
    found.interval_from = q.readingOf(quantity, row.method);
    return found;
  }
  function aboveBound(found, row, kept) {
    for (const other of kept) {
      if (!w.OPEN_ABOVE.includes(other.bound) || other.unit !== row.unit) continue;
      const bound = other.value;
      if (found.value === null || found.low === null || q.mayRound(found.value, bound)) continue;
      if (found.low < bound && bound <= found.value) {
        found.interval_from += `; not below the bound of row ${other.id}, of the same work`;
        found.low = bound;
      }
    }
    return found;
  }
  /** Numbers that may be as high as the highest one, within their own intervals, as a clause. */
  function asHigh(rows, top) {
    const value = Number.isNaN(top.value) ? top.low : top.value;
    const others = rows.filter((row) => row.id !== top.id && row.bound !== w.AT_MOST);
    const worded = (row) => `${q.quantityText(q.quantityOf(row))} (${periodOf(row)})`;
    const most = (row) => q.limits(q.quantityOf(row))[1];
    const unlimited = others.filter((row) => w.OPEN_ABOVE.includes(row.bound));
    const limited = others.filter((row) => !w.OPEN_ABOVE.includes(row.bound)), may = [], parts = [];
    const beyond = limited.filter((row) => most(row) > value), ends = limited.filter((row) => most(row) === value);
    const equal = ends.filter((row) => q.limits(q.quantityOf(row))[0] === value);
    const reaching = ends.filter((row) => !equal.includes(row)), all = (rows) => w.listed(rows.map(worded));
    if (beyond.length) may.push(`${all(beyond)} may be as much or more`);
    if (reaching.length) may.push(`${all(reaching)} may be as much${beyond.length ? " and no more" : ""}`);
    if (equal.length) parts.push(`${all(equal)} ${equal.length === 1 ? "is" : "are"} as much`);
    if (may.length) parts.push(`by what its words allow, ${may.join(", and ")}`);
    const have = unlimited.length === 1 ? "has" : "have";
    if (unlimited.length) parts.push(`${all(unlimited)}, which ${have} no upper end, may be more`);
    return parts.length ? `; ${parts.join("; ")}` : "";
  }
  function superlative(declaration, evaluation) {
    const row = oneRow(declaration, evaluation), words = wordsOf(row, evaluation);
    if (declaration.sentence.includes("{as_high}")) {
      words.as_high = asHigh(selectedRows(declaration, evaluation), row);
    }
    let rows = [row];
    if (declaration.of) {
      const whole = namedRows(declaration.of, declaration, evaluation);
      words.whole = q.quantityText(q.quantityOf(whole[0]));
      rows = [row, ...whole];
    }
    if (!declaration.unit) {
      const instead = evaluation.tables.whole.keptInstead.get(row.id) || new Set();
      const kept = evaluation.tables.table(declaration.table).filter((each) => instead.has(each.id));
      return aboveBound(quoted(declaration, row, rows, words), row, kept);
    }
    const dates = datesOf(row);
    return tally(declaration.key, {
      rows, count: 1, unit: declaration.unit, text: declaration.sentence, dates, words,
      said: w.withPreposition(dates),
    });
  }

  const clausesOf = (declaration, evaluation) => declaration.part.split("&").filter(Boolean)
    .map((clause) => substituted(clause.trim(), evaluation.parametersOf(declaration)));
  /** Rows to the numbers of their groups, of those that meet every clause. */
  function matchingRows(rows, declaration, clauses, whole) {
    const groups = declaration.distinct ? whole.groups(declaration.table, declaration.distinct) : null;
    let numbers = rows.map((row) => [row, groups ? groups[row.at] : row.at]);
    for (const clause of clauses) {
      const size = ROWS_PER_GROUP.exec(clause);
      if (size) {
        const sizes = new Map();
        for (const [, group] of numbers) sizes.set(group, (sizes.get(group) || 0) + 1);
        numbers = numbers.filter(([, group]) => sizes.get(group) >= Number(size[1]));
        continue;
      }
      const wanted = !clause.startsWith("not ");
      const met = whole.met(declaration.table, wanted ? clause : clause.slice(4));
      const meeting = new Set(numbers.filter(([row]) => met[row.at]).map(([, group]) => group));
      numbers = numbers.filter(([, group]) => meeting.has(group) === wanted);
    }
    return numbers;
  }
  function counted(declaration, evaluation) {
    const rows = selectedRows(declaration, evaluation), whole = evaluation.tables.whole;
    const matching = matchingRows(rows, declaration, clausesOf(declaration, evaluation), whole);
    const count = new Set(matching.map(([, group]) => group)).size;
    const total = new Set(matchingRows(rows, declaration, [], whole).map(([, group]) => group)).size;
    let text = declaration.sentence, dates = "", words = { counter: "", scope: "", row: "" };
    if (declaration.kind === "only" && count === 1) {
      words = wordsOf(matching[0][0], evaluation);
      dates = datesOf(matching[0][0]);
    } else if (declaration.kind === "only" || !count) {
      text = declaration.otherwise || text;
    }
    if (declaration.dates) {
      const [period, precision] = lab.record.words(declaration.dates);
      const [first, last] = parameter(period, evaluation.parametersOf(declaration)).map(w.dayOf);
      dates = w.when(first, last, precision, precision);
    }
    words.total = w.withUnit(String(total), total, declaration.unit);
    return tally(declaration.key, { rows, count, unit: declaration.unit, text, dates, words });
  }

  // ---- divisions ----------------------------------------------------------------------------------
  function intervalOf(key, row, whole = false) {
    const [low, high] = q.limits(q.quantityOf(row));
    if (Number.isNaN(low)) throw new DataError(`finding ${key}: row ${row.id} carries no number; name another row`);
    if (whole && high === 0) {
      throw new DataError(`finding ${key}: row ${row.id} is 0 ${row.unit}; nothing is a share of it`);
    }
    return [low, high];
  }
  function oneSide(low, high, openAbove, openBelow) {
    if (openAbove) return [low, w.AT_LEAST];
    return openBelow ? [high, w.AT_MOST] : [NaN, w.ABOUT];
  }
  /** Ends of an interval as the division that gives each, and what they take in. */
  function endsDivided([topLow, topHigh], [baseLow, baseHigh], cut = false) {
    const least = baseHigh === Infinity ? "0" : `${w.number(topLow)} / ${w.number(baseHigh)}`;
    const most = baseLow && Number.isFinite(topHigh) ? `${w.number(topHigh)} / ${w.number(baseLow)}` : "no end";
    return `${least} to ${most}${cut ? ", cut at 100 percent" : ""}: ${DIVIDED}`;
  }
  function divided(key, over, under, how, number) {
    const [top, base] = [over, under].map((rows) => rows.map(
      (row) => `${q.quantityText(q.quantityOf(row))} (${row.id})`).join(" and "));
    const found = computed(key, { rows: [...over, ...under], ...number });
    return { ...found, interval_from: how, made_of: `${top} divided by ${base}` };
  }
  function ratio(key, over, under, text) {
    const top = over[0], base = under[0];
    if (top.unit !== base.unit) throw new DataError(`finding ${key}: ${top.unit} against ${base.unit}; compare one unit`);
    const [topLow, topHigh] = intervalOf(key, top), [baseLow, baseHigh] = intervalOf(key, base, true);
    const low = w.roundedOutwards(topLow / baseHigh, Math.floor, 2);
    const high = baseLow === 0 ? Infinity : w.roundedOutwards(topHigh / baseLow, Math.ceil, 2);
    if (low === 0 && high === Infinity) throw new DataError(`finding ${key}: every multiple is possible`);
    const [value, bound] = oneSide(low, high, high === Infinity, low === 0);
    const how = endsDivided([topLow, topHigh], [baseLow, baseHigh]);
    return divided(key, over, under, how, { unit: "times", text, value, low, high, bound });
  }
  function share(key, part, whole, text) {
    const base = whole[0];
    const ends = part.map((row) => intervalOf(key, row));
    if (part.some((row) => row.unit !== base.unit)) throw new DataError(`finding ${key}: compare one unit`);
    const topLow = ends.reduce((all, end) => all + end[0], 0), topHigh = ends.reduce((all, end) => all + end[1], 0);
    const ceiling = part.some((row) => row.bound === w.AT_MOST);
    const valueOfPart = part.reduce((all, row) => all + row.value, 0);
    const [baseLow, baseHigh] = intervalOf(key, base, true);
    if (topLow > baseHigh) throw new DataError(`finding ${key}: a part is no larger than its whole`);
    const low = w.roundedOutwards(100 * topLow / baseHigh, Math.floor, 3);
    const most = baseLow === 0 ? Infinity : topHigh / baseLow;
    const high = Math.min(WHOLE_PERCENT, w.roundedOutwards(100 * most, Math.ceil, 3));
    const openAbove = most === Infinity, openBelow = ceiling || baseHigh === Infinity;
    if (openAbove && openBelow) throw new DataError(`finding ${key}: their bounds allow every share; leave it out`);
    let [value, bound] = oneSide(low, high, openAbove, openBelow);
    if (bound === w.ABOUT && !Number.isNaN(valueOfPart + base.value)) {
      value = Math.min(Math.max(w.toDigits(100 * valueOfPart / base.value, 2), low), high);
    }
    const how = endsDivided([topLow, topHigh], [baseLow, baseHigh], 100 * most > WHOLE_PERCENT);
    return divided(key, part, whole, how, { unit: "percent", text, value, low, high, bound });
  }
  function compared(declaration, evaluation) {
    const key = /^@([\w-]+\.[\w-]+)(?::(\w+))?$/.exec(declaration.of);
    const whole = key ? [oneRow(evaluation.declarations.get(key[1]), evaluation)]
      : namedRows(declaration.of, declaration, evaluation);
    const rows = selectedRows(declaration, evaluation);
    if (declaration.kind === "ratio") return ratio(declaration.key, rows, whole, declaration.sentence);
    if (!rows.length && declaration.otherwise) {
      return computed(declaration.key, {
        value: NaN, low: 0, high: 100, unit: "percent", bound: w.ABOUT, rows: whole, text: declaration.otherwise,
      });
    }
    return share(declaration.key, rows, whole, declaration.sentence);
  }

  // ---- estimates, counts, assumptions ---------------------------------------------------------------
  function estimateOf(declaration, evaluation) {
    const rows = selectedRows(declaration, evaluation);
    const given = argumentsOf(declaration, evaluation.parametersOf(declaration));
    const { kind, estimate, table } = declaration;
    return [lab.estimates.computeNamed(kind, estimate, rows, evaluation.tables, table, given), rows];
  }
  function furtherRows(declaration, evaluation) {
    const named = lab.estimates.namedOf(declaration.kind, declaration.estimate);
    if (!named || !named.reads) return [];
    if (named.further) {
      return named.further(evaluation.tables, argumentsOf(declaration, evaluation.parametersOf(declaration)));
    }
    return named.reads.flatMap((name) => evaluation.tables.whole.table(name).removable
      ? evaluation.tables.table(name).map((row) => row.id) : []);
  }
  function estimated(declaration, evaluation) {
    const [result, rows] = estimateOf(declaration, evaluation);
    if (declaration.kind === "count") {
      const text = (!result.number && declaration.otherwise) || declaration.sentence;
      return tally(declaration.key, {
        rows: result.rows, count: result.number, unit: declaration.unit, text, words: result.words,
      });
    }
    const named = lab.estimates.namedOf("estimate", declaration.estimate), digits = named.digits || 2;
    const { stay } = evaluation.tables;
    const taken = named.ofStays && stay
      ? ` (A mean stay of ${stay[0]} to ${stay[1]} days is taken here instead of the stays that the record follows.)` : "";
    const low = w.roundedOutwards(result.low, Math.floor, digits);
    const high = w.roundedOutwards(result.high, Math.ceil, digits);
    const limit = result.low === 0 && result.value === result.high;
    const found = computed(declaration.key, {
      value: limit ? high : NaN, low, high, unit: result.unit,
      bound: high === Infinity ? w.AT_LEAST : limit ? w.AT_MOST : w.EXACTLY, rows,
      text: `${declaration.sentence}${taken}`, words: result.words,
    });
    const inputs = new Set(found.inputs);
    const further = [...new Set(furtherRows(declaration, evaluation))].filter((id) => !inputs.has(id)).sort();
    return { ...found, level: result.level, further };
  }
  function assumed(declaration, evaluation) {
    const count = parameter(declaration.value, evaluation.parametersOf(declaration));
    return tally(declaration.key, {
      rows: selectedRows(declaration, evaluation), count, unit: declaration.unit, text: declaration.sentence,
    });
  }

  // ---- dates --------------------------------------------------------------------------------------
  function option(given, name) {
    const word = given[name] ?? "";
    if (!["", "yes"].includes(word)) throw new DataError(`argument ${name}=${word}: write ${name}=yes`);
    return word === "yes";
  }
  function dateBracket(declaration, evaluation) {
    if (!evaluation.brackets.has(declaration.key)) {
      const { kind } = declaration;
      const given = argumentsOf(declaration, evaluation.parametersOf(declaration));
      const rows = selectedRows(declaration, evaluation);
      let bracket = kind === "stated" ? lab.dates.statedBracket(rows, String(given.day ?? ""))
        : lab.dates.bracketOfRows(rows, {
          begins: kind === "began", lasting: option(given, "lasting"), moment: option(given, "moment"),
          parts: option(given, "parts"),
        });
      for (const other of referredBrackets(declaration, evaluation)) {
        bracket = kind === "stated" ? lab.dates.narrowed(other, bracket)
          : lab.dates.narrowed(new lab.dates.Bracket(-Infinity, other.last, other.rows), bracket);
      }
      evaluation.brackets.set(declaration.key, bracket);
    }
    return evaluation.brackets.get(declaration.key);
  }
  function referredBrackets(declaration, evaluation) {
    return referred(declaration.of).map(
      (key) => dateBracket(evaluation.declarations.get(key), evaluation));
  }
  const rowsOfBrackets = (brackets) =>
    [...new Set(brackets.flatMap((bracket) => bracket.rows))].map((id) => ({ id }));
  function onOneDate(declaration, evaluation) {
    const bracket = dateBracket(declaration, evaluation), open = bracket.isOpen;
    return computed(declaration.key, {
      value: open ? NaN : bracket.days, low: open ? 1 : bracket.days, high: bracket.days, unit: "days",
      bound: open ? w.AT_LEAST : w.EXACTLY, rows: rowsOfBrackets([bracket]),
      text: (open && declaration.otherwise) || declaration.sentence,
      dates: bracket.words, said: bracket.words,
    });
  }
  function lagFinding(declaration, order, rows) {
    const bound = order.high === Infinity ? w.AT_LEAST : order.low === -Infinity ? w.AT_MOST : w.EXACTLY;
    const value = { [w.AT_LEAST]: order.low, [w.AT_MOST]: order.high, [w.EXACTLY]: NaN }[bound];
    return computed(declaration.key, {
      value, low: order.low, high: order.high, unit: "days", bound, rows,
      text: (!order.isSettled && declaration.otherwise) || declaration.sentence,
      words: { lag: order.words }, said: order.words,
    });
  }
  function chanceWords(chance) {
    if (Number.isNaN(chance)) return "anything from 0 to 100 percent";
    const rounded = chance > 0.99 ? chance : w.toDigits(chance, 2);
    return w.chanceText(rounded, rounded);
  }
  function orderFinding(declaration, order, rows) {
    const chance = chanceWords(order.pFirst);
    return computed(declaration.key, {
      value: w.toDigits(order.pFirst, 2), low: order.pLow, high: order.pHigh, unit: w.PROBABILITY,
      bound: order.isSettled ? w.EXACTLY : w.ABOUT, rows,
      text: (!order.isSettled && declaration.otherwise) || declaration.sentence,
      words: { lag: order.words, chance }, said: order.isSettled ? order.words : `a chance of ${chance}`,
    });
  }
  function betweenDates(declaration, evaluation) {
    const brackets = referredBrackets(declaration, evaluation);
    const order = lab.dates.changeOrder(...brackets), rows = rowsOfBrackets(brackets);
    return (declaration.kind === "lag" ? lagFinding : orderFinding)(declaration, order, rows);
  }

  const EVALUATED = {
    began: onOneDate, ended: onOneDate, stated: onOneDate, lag: betweenDates, order: betweenDates,
    quote: superlative, dated: superlative, highest: superlative, latest: superlative, first: superlative,
    tally: counted, only: counted, ratio: compared, share: compared, estimate: estimated, count: estimated,
    assumption: assumed,
  };
  /** Evaluate one declaration: a finding, or {void} with why there is none, or {unknown}. */
  function oneFinding(declaration, evaluation) {
    try {
      return EVALUATED[declaration.kind](declaration, evaluation);
    } catch (error) {
      if (error instanceof DataError) return { key: declaration.key, void: error.message };
      if (error instanceof NotRecomputed) return { key: declaration.key, unknown: error.message };
      throw error;
    }
  }
  lab.findings = {
    Evaluation, oneFinding, selectedRows, matchingRows, clausesOf, estimateOf, furtherRows, dateBracket,
    substituted, referred, computed, PICKED, DATED, BETWEEN, PARAMETER, REFERENCE,
  };
})(globalThis.skytallyLaboratory);
