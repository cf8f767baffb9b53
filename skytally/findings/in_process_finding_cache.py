"""Findings that this process evaluated before, kept by all that each rests on.

A process that follows saved files evaluates all findings after each of them; most rest on nothing
that changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import astuple, dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from skytally.core import data_folder, data_registry, file_bytes, files_at_once
from skytally.findings.finding import Finding
from skytally.findings.finding_computation_from_declarations import Evaluation, one_finding
from skytally.findings.finding_declarations import PARAMETER, REFERENCE, Declaration, tables_read

MOST_KEPT = 4000
"""Findings that are kept before all are forgotten; the project declares about 260."""
NEVER_READ = {
    *("archived_pages", "claims", "editions", "findings", "stamps", "translations"),
    *(data_registry.MEASURED, data_registry.SCENES),
}
"""Folders of the data of which no declared finding reads anything but its declaration."""

_kept: ContextVar[dict[str, Finding] | None] = ContextVar("kept", default=None)
_possible: ContextVar[PossibleFindings | None] = ContextVar("possible", default=None)


@dataclass
class PossibleFindings:
    """Keys of findings that can be evaluated, by all that each rests on but the code."""

    before: frozenset[str] = frozenset()
    """Those of an earlier process with the same code."""
    now: set[str] = field(default_factory=set)
    """Those of this process."""


@contextmanager
def findings_kept() -> Iterator[None]:
    """Keep what `kept_findings` evaluates within, and take it from there."""
    before = _kept.set({} if (known := _kept.get()) is None else known)
    try:
        yield
    finally:
        _kept.reset(before)


@contextmanager
def possible_findings(known: PossibleFindings) -> Iterator[None]:
    """Spare `impossible_findings`, within, those that are known to be possible; note them."""
    before = _possible.set(known)
    try:
        yield
    finally:
        _possible.reset(before)


def referred_declarations(
    declaration: Declaration, declarations: Mapping[str, Declaration]
) -> dict[str, Declaration]:
    """List a declaration with all that it refers to, and that those refer to, by key."""
    found = {declaration.key: declaration}
    waiting = [declaration]
    while waiting:
        each = waiting.pop()
        for match in REFERENCE.finditer(f"{each.of} {each.where}"):
            other = declarations.get(match[1])
            if other is not None and other.key not in found:
                found[other.key] = other
                waiting.append(other)
    return found


def _table_path(name: str) -> Path:
    return data_folder() / "record" / f"{name}.csv"


def _of_other_files(tables: Collection[str]) -> str:
    """Key of all files that findings may read beside the tables of the record."""
    data, digest = data_folder(), sha256()
    read_as_tables = {*map(_table_path, tables)}
    for name, folders, files in os.walk(data):
        folder = Path(name)
        folders[:] = sorted({*folders} - NEVER_READ if folder == data else folders)
        for path in (folder / file for file in sorted(files)):
            if path not in read_as_tables:
                content = file_bytes(path) or b""
                digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


class _Basis:
    """Keys of what the findings of one evaluation rest on, each made once."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._tables: dict[str, str] = {}
        self._other = _of_other_files(evaluation.tables.whole.raw)

    def _of_table(self, name: str) -> str:
        if name not in self._tables:
            self._tables[name] = sha256(file_bytes(_table_path(name)) or b"").hexdigest()
        return self._tables[name]

    def key(self, declaration: Declaration) -> str:
        """Key of a finding: the same key, the same finding."""
        rests_on = referred_declarations(declaration, self._evaluation.declarations)
        cells, values = [], []
        for each in rests_on.values():
            cells.append(astuple(replace(each, file="", line=0)))
            given = self._evaluation.parameters_of(each)
            names = sorted({match[1] for match in PARAMETER.finditer(" ".join(cells[-1][:-1]))})
            values.append([(name, repr(given.get(name, "missing"))) for name in names])
        tables = [(name, self._of_table(name)) for name in tables_read(rests_on.values())]
        return sha256(json.dumps([cells, values, tables, self._other]).encode()).hexdigest()


@files_at_once()
def kept_findings(
    evaluation: Evaluation, wanted: Collection[str] | None = None
) -> dict[str, Finding | str]:
    """Evaluate declarations, but for those of which all that they rest on was met before.

    Parameters
    ----------
    evaluation : Evaluation
        The whole record, as its files are; where they may change meanwhile, both are read within
        one `files_at_once`.
    wanted : collection of str or None
        Keys of declarations; all if None.

    Returns
    -------
    dict of str to Finding or str
        As `skytally.findings.all_findings` gives them; outside of `findings_kept` all are
        evaluated.
    """
    known = _kept.get()
    chosen = [
        each for key, each in evaluation.declarations.items() if wanted is None or key in wanted
    ]
    if known is None:
        return {each.key: one_finding(each, evaluation) for each in chosen}
    if len(known) > MOST_KEPT:
        known.clear()
    basis = _Basis(evaluation)
    found: dict[str, Finding | str] = {}
    for each in chosen:
        key = basis.key(each)
        result = known[key] if key in known else one_finding(each, evaluation)
        if isinstance(result, Finding):
            known[key] = result
        found[each.key] = result
    return found


@files_at_once()
def impossible_findings(evaluation: Evaluation) -> list[str]:
    """List why declarations cannot be evaluated, each with file and line.

    Parameters
    ----------
    evaluation : Evaluation
        As for `kept_findings`.

    Returns
    -------
    list of str
        In the order of the declarations. Within `possible_findings`, a finding that rests on
        what it rested on before is not evaluated again; within `findings_kept` all are kept.
    """
    known = _possible.get()
    if known is None or _kept.get() is not None:
        return [each for each in kept_findings(evaluation).values() if isinstance(each, str)]
    basis, faults = _Basis(evaluation), []
    for each in evaluation.declarations.values():
        key = basis.key(each)
        result = "" if key in known.before else one_finding(each, evaluation)
        if result and isinstance(result, str):
            faults.append(result)
        else:
            known.now.add(key)
    return faults
