"""Evaluate declared findings on tables of the record, with or without some rows and sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from skytally.core import (
    DERIVED_SUM,
    MADE_AS_SUM,
    DataError,
    data_registry,
    evidence_line_name_constants as n,
    files_at_once,
    quantity_of,
    quantity_text,
    read_table,
    refuse,
    side_by_side,
    when,
    with_preposition,
    with_unit,
)
from skytally.findings import date_lag_and_order_findings, quote_ratio_share_estimate_findings
from skytally.findings.finding import Finding, computed, tally
from skytally.findings.finding_declarations import (
    REFERENCE,
    ROWS_PER_GROUP,
    Declaration,
    arguments_of,
    parameter,
    read_declarations,
    substituted,
    tables_read,
)
from skytally.findings.finding_source_facts import with_support
from skytally.findings.named_estimate_and_count_computations import Count
from skytally.record import ReducedRecord, WholeRecord

if TYPE_CHECKING:
    from skytally.statistics import Bracket, Estimate

PICKED = {
    "highest": quote_ratio_share_estimate_findings.highest,
    "latest": quote_ratio_share_estimate_findings.latest,
    "first": quote_ratio_share_estimate_findings.first,
}
"""Kind of superlative to the function that picks its row."""

MADE_WORDS = {DERIVED_SUM: f" ({MADE_AS_SUM})"}
"""Word of the vocabulary *method* to what a sentence says of such a number."""
MANY = 200
"""Declarations from which on it pays to evaluate them in two processes: no page has as many."""
REFERRED_TO = ("sources", "scopes", "counters")
"""Tables of which only the rows are used that rows of other tables refer to."""


@dataclass
class Evaluation:
    """What the findings of one evaluation share."""

    declarations: Mapping[str, Declaration]
    tables: ReducedRecord
    parameters: Mapping[str, Mapping[str, Any]]
    brackets: dict[str, Bracket] = field(default_factory=dict)
    """Key of a finding on a date to its days, which several findings may compare."""

    def parameters_of(self, declaration: Declaration) -> Mapping[str, Any]:
        """Parameters of the notebook to which a declaration belongs."""
        return self.parameters.get(declaration.page, {})


def without(
    tables: Mapping[str, pd.DataFrame],
    *,
    rows: Collection[str] = (),
    sources: Collection[str] = (),
) -> dict[str, pd.DataFrame]:
    """Tables of the record without some rows, and without the rows read in some sources.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Tables of the record by name, copies not yet dropped: a copy stands in for a row that
        is left out.
    rows, sources : collection of str
        Ids of rows and of sources.

    Returns
    -------
    dict of str to pandas.DataFrame
    """
    left = dict(tables)
    for name, table in tables.items() if rows or sources else ():
        if "source_id" in table:
            kept = ~table["id"].isin(rows) & ~table["source_id"].isin(sources)
            left[name] = table[kept].reset_index(drop=True)
            left[name].attrs = table.attrs
    return left


def _referred(text: str, evaluation: Evaluation) -> str:
    """Replace each ``@key:column`` by that cell of the row which the other finding selects."""
    for match in reversed(list(REFERENCE.finditer(text))):
        cell = one_row(evaluation.declarations[match[1]], evaluation).iloc[0][match[2]]
        plain = f"{cell:%Y-%m-%d}" if isinstance(cell, pd.Timestamp) else str(cell)
        text = f"{text[: match.start()]}{plain}{text[match.end() :]}"
    return text


def conditions_of(declaration: Declaration, evaluation: Evaluation) -> str:
    """Conditions of the column *where*, parameters and cells of other findings filled in."""
    where = substituted(declaration.where, evaluation.parameters_of(declaration))
    return _referred(where, evaluation)


def named_rows(cell: str, declaration: Declaration, evaluation: Evaluation) -> pd.DataFrame:
    """Rows by their ids, in the order in which the cell names them."""
    ids = substituted(cell, evaluation.parameters_of(declaration)).split()
    return evaluation.tables.rows(declaration.table, ids)


def selected_rows(declaration: Declaration, evaluation: Evaluation) -> pd.DataFrame:
    """Rows that a declaration names, or that meet its conditions; none of one on two dates."""
    if declaration.kind in date_lag_and_order_findings.BETWEEN:
        return evaluation.tables[declaration.table].head(0)
    if declaration.rows:
        return named_rows(declaration.rows, declaration, evaluation)
    return evaluation.tables.selected(
        declaration.table,
        conditions_of(declaration, evaluation),
        once=declaration.once == "yes",
        order=declaration.order,
    )


def one_row(declaration: Declaration, evaluation: Evaluation) -> pd.DataFrame:
    """Select the row of a quote or a superlative.

    Raises
    ------
    DataError
        If it selects none, or a quote names several.
    """
    rows = selected_rows(declaration, evaluation)
    if declaration.kind in PICKED:
        rows = PICKED[declaration.kind](rows)
    if len(rows) != 1:
        found = "no row meets the conditions" if rows.empty else f"{len(rows)} rows"
        message = f"{found}; a finding of kind {declaration.kind} selects one, correct it"
        raise DataError(message)
    return rows


def _words(rows: pd.DataFrame, evaluation: Evaluation) -> dict[str, str]:
    """Words of a row that a sentence may name: counter, place, number, period, own words.

    ``{made}`` is empty but for a sum by those who compiled the record.
    """
    row = rows.iloc[0]
    words = {}
    for word, table in (("counter", "counters"), ("scope", "scopes")):
        labels = evaluation.tables.whole.names(table)
        words[word] = str(labels.get(row.get(word, ""), row.get(word, "")))
    words["row"] = quantity_text(quantity_of(row)) if "bound" in row else ""
    words["text"] = str(row.get("text", ""))
    words["period"] = quote_ratio_share_estimate_findings.period_of(row)
    words["made"] = MADE_WORDS.get(str(row.get("method", "")), "")
    return words


def rows_kept_instead(
    rows: pd.DataFrame, declaration: Declaration, evaluation: Evaluation
) -> pd.DataFrame:
    """Rows of the same table that count in the place of the one row, as of the same sighting."""
    kept = evaluation.tables.whole.kept_instead.get(rows.iloc[0]["id"])
    if not kept:
        return rows.head(0)
    table = evaluation.tables[declaration.table]
    return table[table["id"].isin(kept)]


def _superlative(declaration: Declaration, evaluation: Evaluation) -> Finding:
    """Quote one row: its number or, where the declaration has a unit, its date."""
    rows = one_row(declaration, evaluation)
    words = _words(rows, evaluation)
    if "{as_high}" in declaration.sentence:
        words["as_high"] = quote_ratio_share_estimate_findings.as_high(
            selected_rows(declaration, evaluation), rows
        )
    if declaration.of:
        whole = named_rows(declaration.of, declaration, evaluation)
        words["whole"] = quantity_text(quantity_of(whole.iloc[0]))
        rows = pd.concat([rows, whole])
    if not declaration.unit:
        found = quote_ratio_share_estimate_findings.quoted(
            declaration.key, rows, text=declaration.sentence, words=words
        )
        return quote_ratio_share_estimate_findings.above_bound(
            found, rows, rows_kept_instead(rows, declaration, evaluation)
        )
    dates = quote_ratio_share_estimate_findings.dates_of(rows)
    return tally(
        declaration.key, rows, count=1, unit=declaration.unit, text=declaration.sentence,
        dates=dates, words=words, said=with_preposition(dates),
    )  # fmt: skip


def matching_rows(
    rows: pd.DataFrame, declaration: Declaration, clauses: Iterable[str], record: WholeRecord
) -> dict[int, int]:
    """Split rows, or groups of rows, by whether they meet every clause.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows to count, numbered as in their table.
    declaration : Declaration
        Its ``distinct`` columns make the groups.
    clauses : iterable of str
        Conditions of which some row of a group must meet each or, after *not*, none may.
    record : WholeRecord
        The record that they are rows of.

    Returns
    -------
    dict of int to int
        Number of each row that belongs to a matching group, to the number of its group.
    """
    numbers = rows.index.tolist()
    number = dict(zip(numbers, numbers, strict=True))
    if declaration.distinct:
        groups = record.groups(declaration.table, declaration.distinct)
        number = {row: groups[row] for row in number}
    for clause in clauses:
        size = ROWS_PER_GROUP.fullmatch(clause)
        if size:
            sizes = Counter(number.values())
            number = {row: group for row, group in number.items() if sizes[group] >= int(size[1])}
            continue
        met = record.met(declaration.table, clause.removeprefix("not "))
        meeting = {group for row, group in number.items() if met[row]}
        wanted = not clause.startswith("not ")
        number = {row: group for row, group in number.items() if (group in meeting) == wanted}
    return number


def clauses_of(declaration: Declaration, evaluation: Evaluation) -> list[str]:
    """Clauses of the column *part*, parameters filled in."""
    parameters = evaluation.parameters_of(declaration)
    return [
        substituted(clause.strip(), parameters) for clause in declaration.part.split("&") if clause
    ]


def _counted(declaration: Declaration, evaluation: Evaluation) -> Finding:
    """Count rows, or different words in columns."""
    rows = selected_rows(declaration, evaluation)
    parameters = evaluation.parameters_of(declaration)
    record = evaluation.tables.whole
    matching = matching_rows(rows, declaration, clauses_of(declaration, evaluation), record)
    count = len({*matching.values()})
    total = len({*matching_rows(rows, declaration, [], record).values()})
    text, dates = declaration.sentence, ""
    words = dict.fromkeys(("counter", "scope", "row"), "")
    if declaration.kind == "only" and count == 1:
        one = rows.loc[[*matching]]
        words, dates = _words(one, evaluation), quote_ratio_share_estimate_findings.dates_of(one)
    elif declaration.kind == "only" or not count:
        text = declaration.otherwise or text
    if declaration.dates:
        period, precision = declaration.dates.split()
        first, last = map(pd.Timestamp, parameter(period, parameters))
        dates = when(first, last, precision, precision)
    words["total"] = with_unit(str(total), total, declaration.unit)
    return tally(
        declaration.key, rows, count=count, unit=declaration.unit, text=text,
        dates=dates, words=words,
    )  # fmt: skip


def compared_row(declaration: Declaration, evaluation: Evaluation) -> pd.DataFrame:
    """Find the row with which a ratio or a share compares, or which another finding selects."""
    reference = REFERENCE.fullmatch(declaration.of)
    if reference:
        return one_row(evaluation.declarations[reference[1]], evaluation)
    return named_rows(declaration.of, declaration, evaluation)


def _compared(declaration: Declaration, evaluation: Evaluation) -> Finding:
    """Compare one row with another, as a multiple or a share."""
    whole = compared_row(declaration, evaluation)
    rows = selected_rows(declaration, evaluation)
    if declaration.kind == "ratio":
        return quote_ratio_share_estimate_findings.ratio(
            declaration.key, rows, whole, text=declaration.sentence
        )
    if rows.empty and declaration.otherwise:
        # nobody printed the part, so it may be any share of the whole
        return computed(
            declaration.key, value=float("nan"), low=0, high=100, unit="percent", bound=n.ABOUT,
            rows=whole, text=declaration.otherwise,
        )  # fmt: skip
    return quote_ratio_share_estimate_findings.share(
        declaration.key, rows, whole, text=declaration.sentence
    )


def estimate_of(
    declaration: Declaration, evaluation: Evaluation
) -> tuple[Estimate | Count, pd.DataFrame]:
    """Compute a named estimate or count; return it with the rows that were given to it."""
    named = declaration.named
    if named is None:
        message = f"no estimate {declaration.estimate!r}; name one that exists"
        raise DataError(message)
    rows = selected_rows(declaration, evaluation)
    arguments = arguments_of(declaration, evaluation.parameters_of(declaration))
    choice = {name: arguments.pop(name) for name in ("answer",) if name in arguments}
    tables = evaluation.tables
    known = tables.whole.results
    given = declaration.table, tuple(rows["id"]), repr(sorted(arguments.items()))
    key = (named.compute, *given, *(tables.gone(name) for name in named.reads))
    if key not in known:
        known[key] = named.compute(rows, tables, **arguments)
    return named.choose(known[key], rows, **choice), rows


def _estimated(declaration: Declaration, evaluation: Evaluation) -> Finding:
    """Make a finding of a named estimate, or of a named count."""
    result, rows = estimate_of(declaration, evaluation)
    if isinstance(result, Count):
        return tally(
            declaration.key, result.rows, count=result.number, unit=declaration.unit,
            text=(not result.number and declaration.otherwise) or declaration.sentence,
            dates=result.dates, words=result.words,
        )  # fmt: skip
    digits = declaration.named.digits if declaration.named else 2
    finding = quote_ratio_share_estimate_findings.estimated(
        declaration.key, result, rows, text=declaration.sentence, digits=digits
    )
    further = further_rows(declaration, evaluation) - {*finding.inputs}
    return replace(finding, further=tuple(sorted(further)))


def further_rows(declaration: Declaration, evaluation: Evaluation) -> set[str]:
    """Rows of the further tables that a named estimate reads."""
    named = declaration.named
    if named is None or not named.reads:
        return set()
    if named.further is not None:
        arguments = arguments_of(declaration, evaluation.parameters_of(declaration))
        arguments.pop("answer", None)
        return set(named.further(evaluation.tables, **arguments))
    tables = (evaluation.tables[name] for name in named.reads)
    return {str(row) for table in tables if "source_id" in table for row in table["id"]}


def _assumed(declaration: Declaration, evaluation: Evaluation) -> Finding:
    """State a number that nobody printed: a parameter of the page."""
    value = parameter(declaration.value, evaluation.parameters_of(declaration))
    rows = selected_rows(declaration, evaluation)
    return tally(
        declaration.key, rows, count=value, unit=declaration.unit, text=declaration.sentence
    )


def date_bracket(declaration: Declaration, evaluation: Evaluation) -> Bracket:
    """Bracket the days of one change, narrowed by those of the finding that it refers to."""
    if declaration.key not in evaluation.brackets:
        arguments = arguments_of(declaration, evaluation.parameters_of(declaration))
        rows = selected_rows(declaration, evaluation)
        bracket = date_lag_and_order_findings.bracket_of(declaration.kind, rows, arguments)
        for other in _referred_brackets(declaration, evaluation):
            bracket = date_lag_and_order_findings.narrowed_by(declaration.kind, bracket, other)
        evaluation.brackets[declaration.key] = bracket
    return evaluation.brackets[declaration.key]


def _referred_brackets(declaration: Declaration, evaluation: Evaluation) -> list[Bracket]:
    """Days of the changes of the findings that the cell *of* names, in its order."""
    keys = [match[1] for match in REFERENCE.finditer(declaration.of)]
    return [date_bracket(evaluation.declarations[key], evaluation) for key in keys]


def _rows_of_brackets(brackets: Iterable[Bracket]) -> pd.DataFrame:
    """Ids of the rows that set the days of changes, of whichever tables, in their order."""
    ids = dict.fromkeys(row for bracket in brackets for row in bracket.rows)
    return pd.DataFrame({"id": list(ids)})


def _on_one_date(declaration: Declaration, evaluation: Evaluation) -> Finding:
    """Date the beginning or end of something."""
    bracket = date_bracket(declaration, evaluation)
    return date_lag_and_order_findings.dated_finding(
        declaration, bracket, _rows_of_brackets([bracket])
    )


def _between_dates(declaration: Declaration, evaluation: Evaluation) -> Finding:
    """Compare the dates of two changes that other findings give."""
    first, second = _referred_brackets(declaration, evaluation)
    rows = _rows_of_brackets([first, second])
    return date_lag_and_order_findings.BETWEEN[declaration.kind](declaration, first, second, rows)


EVALUATED = {
    **dict.fromkeys(date_lag_and_order_findings.DATED, _on_one_date),
    **dict.fromkeys(date_lag_and_order_findings.BETWEEN, _between_dates),
    **dict.fromkeys(("quote", "dated", "highest", "latest", "first"), _superlative),
    **dict.fromkeys(("tally", "only"), _counted),
    **dict.fromkeys(("ratio", "share"), _compared),
    **dict.fromkeys(("estimate", "count"), _estimated),
    "assumption": _assumed,
}
"""Kind of finding to the function that evaluates it; the same words as `KINDS`."""


def one_finding(declaration: Declaration, evaluation: Evaluation) -> Finding | str:
    """Evaluate one declaration; a string says why it cannot be, with file and line."""
    try:
        return EVALUATED[declaration.kind](declaration, evaluation)
    except DataError as error:
        column = "rows" if declaration.rows else "where"
        place = f"{declaration.file}, line {declaration.line}, column {column}"
        return f"{place}: {declaration.key}: {error}"


def evaluation_of(
    declarations: Iterable[Declaration],
    record: WholeRecord,
    *,
    parameters: Mapping[str, Mapping[str, Any]],
) -> Evaluation:
    """Make declarations ready to be evaluated, on tables without copies.

    Parameters
    ----------
    declarations : iterable of Declaration
    record : WholeRecord
        All tables.
    parameters : mapping of str to mapping
        Page to the parameters of its notebook.

    Returns
    -------
    Evaluation
    """
    by_key = {declaration.key: declaration for declaration in declarations}
    return Evaluation(by_key, ReducedRecord(record), parameters)


@files_at_once()
def all_findings(evaluation: Evaluation) -> dict[str, Finding | str]:
    """Evaluate all declarations by key; a string says why one cannot be, with file and line."""
    return {key: one_finding(each, evaluation) for key, each in evaluation.declarations.items()}


@files_at_once()
def _all_side_by_side(evaluation: Evaluation) -> dict[str, Finding | str]:
    """Evaluate as `all_findings`; of many, the estimates are made in a copy of this process.

    What was computed on the way is not kept in the evaluation.
    """
    declarations = evaluation.declarations
    computed = {key for key, each in declarations.items() if each.kind in ("estimate", "count")}
    if len(declarations) < MANY:
        return all_findings(evaluation)

    def found(keys: Collection[str]) -> dict[str, Finding | str]:
        return {key: one_finding(declarations[key], evaluation) for key in keys}

    others = [key for key in declarations if key not in computed]
    parts = side_by_side([lambda: found(others), lambda: found(computed)])
    together = {key: each for part in parts for key, each in part.items()}
    return {key: together[key] for key in declarations}


def outcomes(
    declarations: Iterable[Declaration],
    tables: Mapping[str, pd.DataFrame],
    *,
    parameters: Mapping[str, Mapping[str, Any]],
    without_rows: Collection[str] = (),
    without_sources: Collection[str] = (),
) -> dict[str, Finding | str]:
    """Evaluate declared findings, and say of each one that cannot be evaluated why.

    Parameters
    ----------
    declarations : iterable of Declaration
        Of one page or of all.
    tables : mapping of str to pandas.DataFrame
        Tables of the record by name, as read: copies are dropped here.
    parameters : mapping of str to mapping
        Page to the parameters of its notebook.
    without_rows, without_sources : collection of str
        Ids of rows and sources that are left out.

    Returns
    -------
    dict of str to Finding or str
        By key, in the order of the declarations; a string says what is missing, and where.
    """
    left = WholeRecord(without(tables, rows=without_rows, sources=without_sources))
    return all_findings(evaluation_of(declarations, left, parameters=parameters))


def evaluate(
    declarations: Iterable[Declaration],
    tables: Mapping[str, pd.DataFrame],
    *,
    parameters: Mapping[str, Mapping[str, Any]],
    without_rows: Collection[str] = (),
    without_sources: Collection[str] = (),
) -> list[Finding]:
    """Evaluate declared findings, all of which must be possible.

    Parameters
    ----------
    declarations, tables, parameters, without_rows, without_sources
        As for `outcomes`.

    Returns
    -------
    list of Finding
        In the order of the declarations.

    Raises
    ------
    DataError
        If a finding cannot be evaluated. All of these at once, with file and line.
    """
    left = WholeRecord(without(tables, rows=without_rows, sources=without_sources))
    evaluation = evaluation_of(declarations, left, parameters=parameters)
    results = _all_side_by_side(evaluation)
    refuse((each for each in results.values() if isinstance(each, str)), what="findings")
    made = [each for each in results.values() if isinstance(each, Finding)]
    kinds = {key: each.kind for key, each in evaluation.declarations.items()}
    return with_support(made, kinds, evaluation.tables)


def evaluate_page(page: str, *, parameters: Mapping[str, Any]) -> list[Finding]:
    """Evaluate the declared findings of one page from the tables that they name.

    Parameters
    ----------
    page : str
        Name of the notebook, such as *rail-counts*.
    parameters : mapping of str to object
        The parameters of the notebook that its declarations refer to.

    Returns
    -------
    list of Finding
        In the order of ``data/findings/<page>.csv``.

    Raises
    ------
    DataError
        If the table of findings or a table of the record cannot be read, or a finding cannot
        be evaluated.
    """
    declarations = read_declarations([data_registry.path(f"findings_{page.replace('-', '_')}")])
    tables = {
        name: read_table(data_registry.path(name, only_cited=name in REFERRED_TO))
        for name in tables_read(declarations)
    }
    return evaluate(declarations, tables, parameters={page: parameters})
