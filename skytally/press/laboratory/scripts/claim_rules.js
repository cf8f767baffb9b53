/* Rules of claims: what each kind compares in the evidence, its verdict and the words of its reason. */
(function (lab) {
  "use strict";
  const w = lab.words, { DataError, NotRecomputed } = w;
  const q = lab.quantities;
  const HOLDS = "holds", BOUND = "holds as a bound", FAITHFUL = "faithful copy", IN_PART = "holds in part",
    DIFFERS = "differs from its source", CONTRADICTED = "contradicted", UNTESTED = "not yet tested";
  const WORST_FIRST = [CONTRADICTED, DIFFERS, IN_PART, UNTESTED, FAITHFUL, BOUND, HOLDS];
  const GOOD = [HOLDS, BOUND, FAITHFUL];
  const NOMINAL_DAYS = 15, PRESENT = ["counted", "seen"], NOTHING_SEEN = "nothing-seen";
  const worst = (verdicts) => WORST_FIRST.find((verdict) => verdicts.includes(verdict));
  const mixed = (verdicts) => verdicts.includes(CONTRADICTED) && new Set(verdicts).size > 1;

  /** What rules are judged on: findings, rows and sites that are left. */
  class Evidence {
    constructor(reevaluation, graph, removed = lab.record.NOTHING) {
      Object.assign(this, { reevaluation, graph, removed });
      this.whole = reevaluation.whole;
    }
    /** A finding by key: null where there is none, or it is void. */
    finding(key) {
      const other = this.reevaluation.book.others.get(key);
      if (other) return other;
      if (!this.reevaluation.declarations.has(key)) return null;
      const found = this.reevaluation.finding(key, this.reevaluation.further(this.removed));
      if (found.unknown !== undefined) throw new NotRecomputed(`${key}: ${found.unknown}`);
      return found.void === undefined ? found : null;
    }
    row(id) {
      const table = this.whole.tableOfRow.get(id);
      if (!table || table === "sites" || this.removed.has(id)) return null;
      return this.whole.table(table).rows[this.whole.table(table).places.get(id)];
    }
    site(id) {
      const table = this.whole.table("sites");
      return table.places.has(id) && !this.removed.has(id) ? table.rows[table.places.get(id)] : null;
    }
    knownRow(id) {
      const row = this.row(id);
      if (!row) throw new DataError(`'${id}' is no row; it was left out`);
      return row;
    }
  }

  // ---- numbers ------------------------------------------------------------------------------------
  function comparable(bounded) {
    const unit = w.unitOf(bounded.unit), by = (end) => unit.factor * end;
    const { value, low, high } = bounded;
    return { ...bounded, value: by(value), low: by(low), high: by(high), unit: unit.compared_in };
  }
  function numberOfRow(row) {
    const quantity = q.quantityOf({ bound: "", unit: "", ...row }), [low, high] = q.limits(quantity);
    const { value, bound, unit } = quantity;
    return comparable({ value, low, high, bound, unit, words: q.quantityText(quantity) });
  }
  function numberOf(ref, evidence) {
    const found = evidence.finding(ref);
    if (!found) return numberOfRow(evidence.knownRow(ref));
    const { bound, unit, said: words } = found;
    return comparable({
      value: found.value ?? NaN, low: found.low ?? -Infinity, high: found.high ?? Infinity, bound, unit, words,
    });
  }
  function countedNumber(value, unit, exact) {
    const [bound, high] = exact ? [w.EXACTLY, value] : [w.AT_LEAST, Infinity];
    return { value, low: value, high, bound, unit, words: w.withUnit(w.number(value), value, unit) };
  }
  const intervalNumber = (low, high, unit) => ({
    value: NaN, low, high, bound: w.ABOUT, unit, words: w.interval(low, high, unit),
  });
  const openSide = ({ bound }) => w.OPEN_ABOVE.includes(bound) ? "up" : bound === w.AT_MOST ? "down" : "";
  function apart(one, other) {
    const low = Math.max(one.low, other.low), high = Math.min(one.high, other.high);
    const strict = [one, other].some((side) => side.bound === w.MORE_THAN && side.low === low);
    return low > high || (low === high && strict);
  }
  function compare(claimed, found) {
    if (Number.isNaN(claimed.low)) throw new DataError("the claim carries no number");
    if (Number.isNaN(found.low)) return UNTESTED;
    if (claimed.unit !== found.unit) throw new DataError("two units; compare one");
    if (apart(claimed, found)) return CONTRADICTED;
    if (!openSide(claimed)) {
      if (openSide(found)) return claimed.value === found.value ? IN_PART : UNTESTED;
      const inside = (claimed.low <= found.value && found.value <= claimed.high) || Number.isNaN(found.value);
      return inside || (found.low <= claimed.value && claimed.value <= found.high) ? HOLDS : IN_PART;
    }
    const sameLimit = openSide(claimed) === openSide(found) && claimed.value === found.value;
    return sameLimit || (claimed.low <= found.low && found.high <= claimed.high) ? BOUND : UNTESTED;
  }
  const claimedNumber = (rule, evidence) => rule.claimed ? numberOf(rule.claimed, evidence) : numberOfRow(rule);

  // ---- rows and dates -----------------------------------------------------------------------------
  function rowsOf(rule, evidence) {
    const { whole, removed } = evidence, found = whole.selection(rule.table, rule.where);
    const repeated = whole.repeatedIn[rule.table];
    const present = new Set(found.map((row) => row.id).filter((id) => repeated.has(id) && !removed.has(id)));
    const gone = new Set([...removed, ...whole.copies(rule.table, present)]);
    // different words count once anyhow, and one of two reports of a sighting may have its own
    const twice = rule.distinct ? lab.record.NOTHING : whole.seenTwice(found, gone);
    return found.filter((row) => !gone.has(row.id) && !twice.has(row.id));
  }
  function sizeOfPart(rule, evidence) {
    const inside = evidence.whole.met(rule.table, rule.part);
    return rule.selected.filter((row) => inside[row.at]).length;
  }
  function datesOf(ref, evidence, stated = true) {
    const row = evidence.knownRow(ref);
    let cells;
    if (stated && "statement_first" in row) {
      cells = [row.statement_first, row.statement_last, row.statement_precision, row.statement_precision];
    } else if ("date_first" in row) {
      cells = [row.date_first, row.date_last, row.precision_first, row.precision_last];
    } else {
      cells = [row.depart_first, row.arrive_last, row.depart_precision, row.arrive_precision];
    }
    const [first, last, before, after] = cells;
    return {
      first: Number.isNaN(first) ? w.FIRST_DAY : first - (before === "nominal" ? NOMINAL_DAYS : 0),
      last: Number.isNaN(last) ? w.LAST_DAY : last + (after === "nominal" ? NOMINAL_DAYS : 0),
      words: w.when(...cells),
    };
  }
  function periodOf(refs, evidence, stated = true) {
    const found = refs.map((ref) => evidence.finding(ref));
    const dates = refs.map((ref, i) => found[i] ? found[i].when : datesOf(ref, evidence, stated).words);
    const distinct = [...new Set(dates)].filter((words) => words && !words.startsWith("no "));
    if (distinct.length < 3 || found.some(Boolean)) return w.listed(distinct.map(w.withPreposition));
    const known = refs.map((ref) => datesOf(ref, evidence, stated));
    const first = Math.min(...known.map((each) => each.first)), last = Math.max(...known.map((each) => each.last));
    return w.withPreposition(w.when(first, last, "day", "day"));
  }
  function countersOf(refs, evidence) {
    const ids = [...new Set(refs.map((ref) => evidence.knownRow(ref).counter ?? ""))].filter(Boolean);
    return w.listed(ids.map((who) => evidence.whole.nameOf("counters", who)));
  }
  const refsOf = (rule, side) => lab.record.words(rule[side]);
  const open = (days) => days === w.FIRST_DAY || days === w.LAST_DAY;

  // ---- kinds --------------------------------------------------------------------------------------
  function numberRule(rule, evidence) {
    const claimed = claimedNumber(rule, evidence), refs = refsOf(rule, "left");
    const numbers = refs.map((ref) => numberOf(ref, evidence));
    let verdicts = numbers.map((number) => compare(claimed, number));
    if (rule.about === "source") {
      verdicts = verdicts.map((verdict, i) => {
        const about = (number) => lab.record.words(number.words).includes(w.ABOUT);
        const lost = about(numbers[i]) && !about(claimed);
        return GOOD.includes(verdict) && (lost || claimed.bound !== numbers[i].bound) ? IN_PART : verdict;
      });
    }
    const words = {
      claimed: claimed.words, left: w.listed(numbers.map((number) => number.words)),
      left_when: periodOf(refs, evidence),
    };
    return [mixed(verdicts) ? IN_PART : worst(verdicts), words];
  }
  function tallied(rule, evidence) {
    const claimed = claimedNumber(rule, evidence), rows = rule.selected;
    const cells = rows.map((row) => row[rule.distinct || "id"]).filter((cell) => !Number.isNaN(cell));
    const found = countedNumber(new Set(cells).size, claimed.unit, rule.about === "record");
    const count = found.low ? w.interval(found.low, found.low, claimed.unit)
      : `no ${w.unitOf(claimed.unit).singular || claimed.unit}`;
    const seen = w.interval(rows.length, rows.length, "observations");
    return [claimed, found, { claimed: claimed.words, count, rows: seen }];
  }
  function countRule(rule, evidence) {
    const [claimed, found, words] = tallied(rule, evidence);
    return [compare(claimed, found), words];
  }
  function extentRule(rule, evidence) {
    let claimed, found, words;
    if (rule.left) {
      claimed = claimedNumber(rule, evidence);
      found = numberOf(rule.left, evidence);
      words = { claimed: claimed.words, count: found.words };
    } else {
      [claimed, found, words] = tallied(rule, evidence);
    }
    words = { ...words, whole: rule.right ? numberOf(rule.right, evidence).words : "" };
    if (found.low > claimed.high) return [IN_PART, words];
    if (found.high < claimed.low) return [CONTRADICTED, words];
    return [found.low >= claimed.low ? HOLDS : UNTESTED, words];
  }
  function statementRule(rule, evidence) {
    const refs = rule.selected.map((row) => row.id), part = sizeOfPart(rule, evidence);
    const words = {
      who: countersOf(refs, evidence), left_when: periodOf(refs, evidence), count: String(refs.length),
      part: String(part),
    };
    return [part ? HOLDS : refs.length ? IN_PART : UNTESTED, words];
  }
  function absenceRule(rule, evidence) {
    const found = sizeOfPart(rule, evidence), { length } = rule.selected;
    const words = { count: String(length), part: String(found) };
    return [found ? CONTRADICTED : length ? BOUND : UNTESTED, words];
  }
  function changeRule(rule, evidence) {
    const [left, right] = [rule.left, rule.right].map((ref) => numberOf(ref, evidence));
    const [small, large] = rule.relation === "more" ? [right, left] : [left, right];
    const words = {
      left: left.words, right: right.words, left_when: periodOf([rule.left], evidence),
      right_when: periodOf([rule.right], evidence),
    };
    if (left.unit !== right.unit) throw new DataError("two units; compare one");
    if (small.high < large.low) return [openSide(small) || openSide(large) ? BOUND : HOLDS, words];
    return [large.high <= small.low ? CONTRADICTED : UNTESTED, words];
  }
  function portionRule(rule, evidence) {
    const parts = refsOf(rule, "left").map((ref) => numberOf(ref, evidence));
    const whole = numberOf(rule.right, evidence), claimed = claimedNumber(rule, evidence);
    const sum = (end) => parts.reduce((all, part) => all + part[end], 0);
    const least = Number.isNaN(sum("low")) ? NaN : Math.max(sum("low"), 0);
    const low = whole.high ? 100 * least / whole.high : 0;
    const high = whole.low > 0 ? Math.min(100 * sum("high") / whole.low, 100) : Infinity;
    const found = intervalNumber(w.toDigits(low, 3), w.toDigits(high, 3), "percent");
    const words = { claimed: claimed.words, share: found.words, left_when: periodOf([rule.right], evidence) };
    return [compare(claimed, found), words];
  }
  function shareRule(rule, evidence) {
    const claimed = claimedNumber(rule, evidence), { length } = rule.selected;
    const part = sizeOfPart(rule, evidence);
    const words = { claimed: claimed.words, part: String(part), whole: String(length) };
    if (countsOwners(rule)) {
      words.owner_not_stated = String(rowsWithoutOwner(rule, evidence));
    }
    if (!length) return [UNTESTED, words];
    const percent = w.toDigits(100 * part / length, 3);
    return [compare(claimed, intervalNumber(percent, percent, "percent")), words];
  }
  const countsOwners = (rule) => `${rule.sentence}${rule.otherwise}`.includes("{owner_not_stated}");
  const ofAnyOwner = (rule) => rule.where.split(";").filter((each) => !each.trim().startsWith("family")).join(";");
  /** Conditions by which a rule selects rows: its own, and those of owners that are not stated. */
  const selections = (rule) => countsOwners(rule) ? [rule.where, ofAnyOwner(rule)] : [rule.where];
  function rowsWithoutOwner(rule, evidence) {
    if (!evidence.whole.table(rule.table).columns.includes("family")) return 0;
    return rowsOf({ ...rule, where: ofAnyOwner(rule) }, evidence)
      .filter((row) => lab.provenance.OWNER_NOT_STATED.includes(row.family)).length;
  }
  function gapWords(left, right) {
    let one, other, side;
    if (left.last < right.first) [one, other, side] = [left, right, "before"];
    else if (left.first > right.last) [one, other, side] = [right, left, "after"];
    else return "in a time that overlaps with";
    const least = other.first - one.last, most = other.last - one.first;
    if (open(one.first) || open(other.last)) return `${w.interval(least, least, "days")} or more ${side}`;
    if (least === 1 && most === 1) return `the day ${side}`;
    return `${w.interval(least, most, "days")} ${side}`;
  }
  function orderRule(rule, evidence) {
    const right = datesOf(rule.right, evidence), refs = refsOf(rule, "left");
    const lefts = refs.map((ref) => datesOf(ref, evidence));
    const verdicts = lefts.map((left) => {
      const [early, late] = rule.relation === "before" ? [left, right] : [right, left];
      return early.last < late.first ? HOLDS : early.first >= late.last ? CONTRADICTED : UNTESTED;
    });
    const words = {
      left_when: periodOf(refs, evidence), right_when: periodOf([rule.right], evidence),
      gap: w.listed(lefts.map((left) => gapWords(left, right))),
    };
    return [mixed(verdicts) ? IN_PART : worst(verdicts), words];
  }
  const INSIDE = { [HOLDS]: "within", [IN_PART]: "partly outside", [CONTRADICTED]: "outside" };
  function windowRule(rule, evidence) {
    const frame = rule.right ? datesOf(rule.right, evidence, false)
      : { first: rule.first, last: rule.last, words: w.when(rule.first, rule.last, "day", "day") };
    const refs = refsOf(rule, "left");
    const verdict = worst(refs.map((ref) => {
      const seen = datesOf(ref, evidence, false);
      if (seen.last < frame.first || seen.first > frame.last) return CONTRADICTED;
      return frame.first <= seen.first && seen.last <= frame.last ? HOLDS : IN_PART;
    }));
    const words = {
      left_when: periodOf(refs, evidence, false), inside: INSIDE[verdict], frame: w.withPreposition(frame.words),
    };
    return [verdict, words];
  }
  function spanRule(rule, evidence) {
    const [left, right] = [rule.left, rule.right].map((ref) => datesOf(ref, evidence));
    if ([left.first, left.last, right.first, right.last].some(open)) throw new DataError("an open date");
    const claimed = claimedNumber(rule, evidence);
    const found = intervalNumber(right.first - left.last, right.last - left.first, "days");
    const words = {
      claimed: claimed.words, span: found.words, left_when: w.withPreposition(left.words),
      right_when: w.withPreposition(right.words),
    };
    return [compare(claimed, found), words];
  }
  function peakRule(rule, evidence) {
    const top = numberOf(rule.left, evidence), day = datesOf(rule.left, evidence);
    const before = rule.selected.map((row) => [row.id, numberOf(row.id, evidence)])
      .filter(([id, number]) => !Number.isNaN(number.low) && id !== rule.left
        && datesOf(id, evidence).last < day.first).map(([, number]) => number);
    const highest = before.length
      ? before.reduce((best, each) => each.high > best.high ? each : best).words : "no number";
    const words = { left: top.words, left_when: w.withPreposition(day.words), highest };
    const verdicts = before.map((number) => number.low >= top.high ? CONTRADICTED
      : number.high >= top.low ? UNTESTED : BOUND);
    return [before.length ? worst(verdicts) : UNTESTED, words];
  }
  function stateRule(rule, evidence) {
    const refs = refsOf(rule, "left"), present = rule.relation === "seen";
    const wanted = present ? PRESENT : [rule.relation], opposite = present ? [NOTHING_SEEN] : PRESENT;
    const verdicts = refs.map((ref) => evidence.knownRow(ref).state ?? "").map(
      (state) => wanted.includes(state) ? HOLDS : opposite.includes(state) ? CONTRADICTED : UNTESTED);
    const words = { who: countersOf(refs, evidence), left_when: periodOf(refs, evidence) };
    return [worst(verdicts), words];
  }
  function distanceRule(rule, evidence) {
    const [one, other] = [rule.left, rule.right].map((id) => evidence.site(id));
    const claimed = claimedNumber(rule, evidence), key = `${rule.left} ${rule.right}`;
    const metres = evidence.reevaluation.book.data.distances[key];
    if (metres === undefined) {
      return [UNTESTED, { claimed: claimed.words, distance: "not known, for want of a position" }];
    }
    const slack = one.uncertainty_m + other.uncertainty_m;
    const [low, high] = [Math.max(0, metres - slack), metres + slack].map((end) => w.rounded(end / 1000, 1));
    const found = intervalNumber(low, high, "km");
    return [compare(claimed, found), { claimed: claimed.words, distance: found.words }];
  }
  function independenceRule(rule, evidence) {
    const claimed = claimedNumber(rule, evidence);
    const facts = evidence.graph.support(refsOf(rule, "left").map((ref) => evidence.knownRow(ref)));
    let [least, most] = facts ? [facts.originsAtLeast, facts.namedOrigins] : [0, 0];
    const who = facts ? facts.origins.map((origin) => evidence.whole.nameOf("counters", origin)) : [];
    if (rule.relation === "owners" && facts) {
      least = facts.imageOwners.length;
      most = least + facts.rowsWithoutOwner + facts.rowsUnrecorded;
    }
    const found = intervalNumber(least, most, claimed.unit);
    const words = {
      count: least === most ? String(least) : `${least} to ${most}`, who: w.listed(who),
      owners: facts ? evidence.graph.ownerWords(facts) : "none",
    };
    return [compare(claimed, found), words];
  }
  const NUMBERS = "numbers", ROWS = "rows", SITES = "sites";
  const KINDS = {
    number: [numberRule, NUMBERS], count: [countRule, NUMBERS], extent: [extentRule, NUMBERS],
    statement: [statementRule, NUMBERS], absence: [absenceRule, NUMBERS], change: [changeRule, NUMBERS],
    portion: [portionRule, NUMBERS], share: [shareRule, NUMBERS], order: [orderRule, ROWS],
    window: [windowRule, ROWS], span: [spanRule, ROWS], peak: [peakRule, ROWS], state: [stateRule, ROWS],
    distance: [distanceRule, SITES], independence: [independenceRule, ROWS],
  };

  function checkRefs(rule, evidence) {
    if (rule.claimed) {
      if (Number.isNaN(numberOfRow(evidence.knownRow(rule.claimed)).low)) {
        throw new DataError(`claimed '${rule.claimed}' carries no number`);
      }
    }
    const refs = KINDS[rule.kind][1];
    for (const ref of [...refsOf(rule, "left"), ...refsOf(rule, "right")]) {
      const known = refs === SITES ? evidence.site(ref)
        : refs === ROWS ? evidence.row(ref) : evidence.finding(ref) || evidence.row(ref);
      if (!known) throw new DataError(`no '${ref}'; it was left out, or cannot be computed`);
    }
  }
  function asCopy(verdict, partly) {
    if (verdict === IN_PART) return partly;
    return GOOD.includes(verdict) ? FAITHFUL : verdict === CONTRADICTED ? DIFFERS : verdict;
  }
  /** How many of some rows do something: a pronoun and the verb in its number. */
  function doing(count, part, one, many) {
    if (count === "1") return part === "1" ? `it ${one}` : `it does not ${many}`;
    if (part === "0" || part === "1") return `${part === "1" ? "one" : "none"} of them ${one}`;
    return `${part === count ? "all" : part} of them ${many}`;
  }
  /** Reason of a rule, with nouns and verbs in the right number. */
  function reasonInWords(sentence, words) {
    const numbered = sentence.replace(/\{(\w+):([^{}|]+)\|([^{}|]+)\}/g, (_, name, one, many) => {
      if (name === "part") return doing(words.count, words.part, one, many);
      return words[name] === "1" ? `one ${one}` : `${words[name]} ${many}`;
    });
    return w.braced(numbered, words);
  }
  /** Judge one rule: verdict, reason, and what it was computed from; a DataError where it cannot be. */
  function judge(given, evidence) {
    checkRefs(given, evidence);
    const rule = { ...given, selected: given.table ? rowsOf(given, evidence) : [] };
    let [verdict, words] = KINDS[rule.kind][0](rule, evidence);
    if (rule.about === "source") verdict = asCopy(verdict, rule.kind === "window" ? DIFFERS : IN_PART);
    const nothing = rule.table ? !rule.selected.length : !GOOD.includes(verdict);
    const why = reasonInWords((nothing && rule.otherwise) || rule.sentence, words);
    const refs = [...refsOf(rule, "left"), ...refsOf(rule, "right"), ...rule.selected.map((row) => row.id)];
    return { verdict, why: why.slice(0, 1).toUpperCase() + why.slice(1), refs: [...new Set(refs)] };
  }
  lab.rules = { Evidence, judge, worst, refsOf, selections };
})(globalThis.skytallyLaboratory);
