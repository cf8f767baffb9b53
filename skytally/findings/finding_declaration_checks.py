"""Faults of declared findings, each with file, line and column, before anything is computed."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from skytally.core import BRACE, DataError, Fault
from skytally.findings.date_lag_and_order_findings import DATED
from skytally.findings.finding_declarations import (
    ALWAYS,
    COLUMNS,
    KINDS,
    PARAMETER,
    REFERENCE,
    ROWS_PER_GROUP,
    Declaration,
    parameter,
    substituted,
)
from skytally.findings.named_estimate_and_count_computations import COUNTS, ESTIMATES
from skytally.record import condition_faults, word_faults

WORDS = {"number", "when", "counter", "scope", "row"}
"""Words that a sentence may name in braces, whatever its kind."""
ROW_WORDS = {"text", "period", "made"}
"""Words of the one row of a finding: its own words, its period, whether it is a sum."""
KIND_WORDS = {
    "lag": {"lag"},
    "order": {"lag", "chance"},
    "quote": {*ROW_WORDS, "whole"},
    **dict.fromkeys(("dated", "latest", "first"), ROW_WORDS),
    "highest": {*ROW_WORDS, "as_high"},
    "tally": {"total"},
    "only": {"total"},
}
"""Further words that kinds of finding add."""
COUNT_WORDS = {
    "load-of-containers": {"multiplied", "reading"},
    "trains-observed": {"before", "after", "independent"},
    "readers-of-one-place": {"counts", "families"},
    "pairs-of-counters": {"apart", "pairs"},
    "pairs-of-statements": {"apart", "pairs", "days"},
    "open-gaps": {"gaps"},
}
"""Further words that named counts add."""


# Faults of a declaration on its own


def _cell_faults(declaration: Declaration) -> Iterator[Fault]:
    kind = KINDS[declaration.kind]
    for column in COLUMNS:
        filled = bool(getattr(declaration, column))
        if column in kind.needs and not filled:
            advice = f"fill it; a finding of kind {declaration.kind} needs it"
            yield declaration.fault(column, "an empty cell", advice)
        elif filled and column not in (*ALWAYS, *kind.needs, *kind.uses):
            found = repr(getattr(declaration, column))[:80]
            advice = f"empty it; a finding of kind {declaration.kind} does not read it"
            yield declaration.fault(column, found, advice)
    either = declaration.kind in ("share", "estimate", "count", "began", "ended")
    if either and bool(declaration.rows) == bool(declaration.where):
        advice = "name rows or give conditions, one of the two"
        yield declaration.fault("rows", repr(declaration.rows), advice)
    if declaration.once and declaration.distinct and not ROWS_PER_GROUP.search(declaration.part):
        advice = "empty it: different words count once anyhow, and one of two reports has its own"
        yield declaration.fault("once", repr(declaration.once), advice)


def _sentence_faults(declaration: Declaration) -> Iterator[Fault]:
    known = WORDS | COUNT_WORDS.get(declaration.estimate, set())
    known |= KIND_WORDS.get(declaration.kind, set())
    for column in ("sentence", "otherwise"):
        text = getattr(declaration, column)
        try:
            named = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        except ValueError as error:
            yield declaration.fault(column, repr(text)[:80], f"mend the braces ({error})")
            continue
        if found := BRACE.search(re.sub(r"[{}]", "", text)):
            yield declaration.fault(column, f"{found[0]!r}", "write the braces of the keyboard")
        for name in sorted(named - known):
            advice = f"use one of {', '.join(sorted(known))} in braces"
            if name.strip() in known:
                advice = f"write {{{name.strip()}}}, without blanks"
            yield declaration.fault(column, f"{{{name}}}", advice)
        if text and not text.endswith("."):
            yield declaration.fault(column, repr(text[-20:]), "end the sentence with a full stop")


def _estimate_faults(declaration: Declaration) -> Iterator[Fault]:
    if declaration.kind not in ("estimate", "count"):
        yield from _option_faults(declaration)
        return
    named = declaration.named
    if named is None:
        known = ", ".join(sorted(ESTIMATES if declaration.kind == "estimate" else COUNTS))
        found = f"no {declaration.kind} {declaration.estimate!r}"
        yield declaration.fault("estimate", found, f"use one of: {known}")
        return
    words = declaration.arguments.split()
    names = [each.partition("=")[0] for each in words]
    needed = (*named.arguments, *(("answer",) if named.choice else ()))
    for each in words:
        if not each.partition("=")[2]:
            yield declaration.fault("arguments", repr(each), "write name=value")
    for name in sorted({*names} - {*needed}):
        advice = f"{declaration.estimate} takes {', '.join(needed) or 'none'}; remove it"
        yield declaration.fault("arguments", f"an argument {name!r}", advice)
    for name in (name for name in needed if name not in names):
        yield declaration.fault("arguments", f"no argument {name!r}", f"add {name}=...")
    for each in words:
        name, _, value = each.partition("=")
        if name == "answer" and named.choice and value not in named.choice:
            advice = f"use one of: {', '.join(named.choice)}"
            yield declaration.fault("arguments", f"answer={value}", advice)


def _option_faults(declaration: Declaration) -> Iterator[Fault]:
    """Yield the faults of arguments of a kind that names no estimate."""
    taken = KINDS[declaration.kind].arguments
    for each in declaration.arguments.split() if taken else ():
        name, _, value = each.partition("=")
        if name not in taken or not value:
            advice = f"kind {declaration.kind} takes {' and '.join(taken)}, as name=value"
            yield declaration.fault("arguments", repr(each), advice)


def _parameter_faults(declaration: Declaration, names: Mapping[str, Any]) -> Iterator[Fault]:
    for column in ("rows", "of", "where", "part", "arguments", "value", "dates"):
        for match in PARAMETER.finditer(getattr(declaration, column)):
            try:
                parameter(match[0], names)
            except DataError as error:
                yield declaration.fault(column, match[0], str(error))


# Faults against the record and the other declarations


def _row_faults(
    declaration: Declaration,
    table: pd.DataFrame,
    names: Mapping[str, Any],
    fates: Mapping[str, str],
) -> Iterator[Fault]:
    ids = set(table["id"])
    for column in ("rows", "of"):
        cell = REFERENCE.sub("", getattr(declaration, column)).strip()
        try:
            wanted = substituted(cell, names).split()
        except DataError:
            # told as a fault of the parameter
            continue
        for row in wanted:
            if row not in ids and row in fates:
                advice = f"it was set aside ({fates[row]}); name a row that stands"
                yield declaration.fault(column, f"row {row!r}", advice)
            elif row not in ids:
                advice = f"no such row in {declaration.table}; name a row of it"
                yield declaration.fault(column, f"row {row!r}", advice)
        needed = declaration.named.rows if declaration.named else 0
        if column == "rows" and needed and len(wanted) != needed:
            advice = f"{declaration.estimate} takes {needed}; name them"
            yield declaration.fault(column, f"{len(wanted)} rows", advice)
        elif column == "of" and cell and len(wanted) != 1:
            yield declaration.fault(column, f"{len(wanted)} rows", "name one")


def _condition_faults(
    declaration: Declaration, table: pd.DataFrame, names: Mapping[str, Any], possible: Any
) -> Iterator[Fault]:
    for column in ("where", "part"):
        cell = REFERENCE.sub("2000-01-01", getattr(declaration, column))
        try:
            clauses = [substituted(clause, names) for clause in cell.split("&")]
        except DataError:
            continue
        parted = " & ".join(clause.strip() for clause in cell.split("&"))
        if cell != parted:
            advice = f"conditions run together; write {parted!r}"
            yield declaration.fault(column, repr(cell), advice)
        for clause in (clause.strip().removeprefix("not ") for clause in clauses):
            if column == "part" and ROWS_PER_GROUP.fullmatch(clause):
                continue
            for fault in condition_faults(table, clause) + word_faults(clause, possible):
                yield declaration.fault(column, clause, fault)
    for column in ("distinct", "order"):
        for name in getattr(declaration, column).split():
            if name not in table:
                advice = f"no such column in {declaration.table}; name one of its columns"
                yield declaration.fault(column, repr(name), advice)


def _dated_reference_faults(
    declaration: Declaration, known: Mapping[str, Declaration]
) -> Iterator[Fault]:
    """Yield the faults of references to findings whose dates are compared."""
    refers = KINDS[declaration.kind].refers
    if refers is None:
        return
    named = declaration.of.split()
    if not refers[0] <= len(named) <= refers[1]:
        wanted = "two findings" if refers[0] == 2 else "one finding at most"
        advice = f"name {wanted} on a date, each as @key"
        yield declaration.fault("of", repr(declaration.of), advice)
    for each in named:
        match = REFERENCE.fullmatch(each)
        other = known.get(match[1]) if match and not match[2] else None
        if other is None or other.kind not in DATED:
            advice = f"refer to a finding of kind {', '.join(DATED)} as @key"
            yield declaration.fault("of", each, advice)
        elif other.page != declaration.page:
            advice = f"it stands on page {other.page}; compare dates of one page"
            yield declaration.fault("of", each, advice)
        elif declaration.kind in DATED and other.of:
            advice = f"{other.key} itself refers to another finding; refer to that one"
            yield declaration.fault("of", each, advice)


def _reference_faults(
    declaration: Declaration, known: Mapping[str, Declaration]
) -> Iterator[Fault]:
    yield from _dated_reference_faults(declaration, known)
    columns = ("where",) if KINDS[declaration.kind].refers else ("of", "where")
    for column in columns:
        for match in REFERENCE.finditer(getattr(declaration, column)):
            other = known.get(match[1])
            if other is None or not KINDS[other.kind].one_row:
                advice = "refer to a finding that selects one row: a quote or a superlative"
                yield declaration.fault(column, match[0], advice)
            elif "@" in other.where + other.of:
                advice = f"{other.key} itself refers to another finding; refer to that one"
                yield declaration.fault(column, match[0], advice)
            elif column == "of" and other.table != declaration.table:
                advice = f"it stands in {other.table}, not in {declaration.table}; use one table"
                yield declaration.fault(column, match[0], advice)


def _key_faults(declaration: Declaration, seen: dict[str, Declaration]) -> Iterator[Fault]:
    page = Path(declaration.file).stem
    if not re.fullmatch(rf"{re.escape(page)}\.[a-z0-9_]+", declaration.key):
        advice = f"write {page}.<quantity>, in small letters, digits and underscores"
        yield declaration.fault("key", repr(declaration.key), advice)
    first = seen.setdefault(declaration.key, declaration)
    if first is not declaration:
        advice = f"it stands in {first.file}, line {first.line}; give each finding its own key"
        yield declaration.fault("key", f"{declaration.key!r} twice", advice)


def declaration_faults(
    declarations: Sequence[Declaration],
    tables: Mapping[str, pd.DataFrame],
    *,
    parameters: Mapping[str, Mapping[str, Any]],
    possible: Mapping[str, Mapping[str, Any]],
    units: Iterable[str],
    set_aside: Mapping[str, str],
) -> list[Fault]:
    """Collect every fault of declarations that can be seen without computing anything.

    Parameters
    ----------
    declarations : sequence of Declaration
        Of all pages.
    tables : mapping of str to pandas.DataFrame
        Tables of the record by name, with the derived columns of
        `skytally.record.derived_site_day_and_error_columns.with_derived_columns`.
    parameters : mapping of str to mapping
        Page to the parameters of its notebook.
    possible : mapping of str to mapping
        Table to what `skytally.record.row_conditions.possible_words` returns for it.
    units : iterable of str
        Words of the vocabulary *unit*.
    set_aside : mapping of str to str
        Id of each delivered row that is no longer in the record, to the reason.

    Returns
    -------
    list of Fault
        With file, line and column.
    """
    faults: list[Fault] = []
    seen: dict[str, Declaration] = {}
    known = {declaration.key: declaration for declaration in declarations}
    allowed = set(units)
    for declaration in declarations:
        names = parameters.get(declaration.page, {})
        faults += _key_faults(declaration, seen)
        faults += _cell_faults(declaration)
        faults += _sentence_faults(declaration)
        faults += _estimate_faults(declaration)
        faults += _parameter_faults(declaration, names)
        faults += _reference_faults(declaration, known)
        if declaration.unit and declaration.unit not in allowed:
            advice = "use a word of vocabulary unit of the record"
            faults.append(declaration.fault("unit", repr(declaration.unit), advice))
        if declaration.table not in tables or "reading" not in tables[declaration.table]:
            readable = ", ".join(sorted(name for name in tables if "reading" in tables[name]))
            advice = f"name one of {readable}"
            faults.append(declaration.fault("table", repr(declaration.table), advice))
            continue
        table = tables[declaration.table]
        faults += _row_faults(declaration, table, names, set_aside)
        faults += _condition_faults(declaration, table, names, possible.get(declaration.table, {}))
    return faults
