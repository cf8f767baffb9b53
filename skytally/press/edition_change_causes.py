"""Causes of the changes of an edition: both trees evaluated with some of the changes at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from skytally.core import DataError
from skytally.editions import (
    CODE,
    MEASURED,
    NO_RESULT,
    OF_ROWS,
    RECORD,
    Book,
    Edition,
    Item,
    Trees,
    book_items,
    change_causes,
    groups_of,
    mixed_tree,
    undetermined,
)
from skytally.press import book_evaluation, git_commit_and_tree
from skytally.press.project_paths import PACKAGE

WEIGHED = "rivals."
"""Keys of findings that are made from other findings, whenever the claims are judged."""


def _measured(edition: Edition) -> list[dict[str, Any]]:
    """Select the findings that notebooks made, and that no declaration makes."""
    declared = {key for table, key in edition.rows if table.startswith("findings/")}
    return [
        finding
        for key, finding in edition.findings.items()
        if key not in declared and not key.startswith(WEIGHED)
    ]


def _without_flips(findings: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return list(book_items(findings, ()).values())


def _run(code: Path, projects: Sequence[Path]) -> str:
    """Evaluate projects with the code in a folder; why that failed, else empty."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("SKYTALLY")}
    # the tree of an earlier edition has the module under this name, so it keeps it
    command = [sys.executable, "-m", "skytally.press.book_evaluation", *map(str, projects)]
    run = subprocess.run(
        command,
        cwd=code,
        env={**kept, "PYTHONPATH": str(code), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if not run.returncode:
        return ""
    return (run.stderr.strip().splitlines() or [f"exit code {run.returncode}"])[-1]


def _run_each(tree: Path, projects: Sequence[Path]) -> None:
    """Evaluate projects with the code of a tree, or with that of this process where it has none.

    One that this code cannot evaluate, such as a table of the other edition that lacks a column,
    has that as its only outcome, and the others are evaluated all the same.
    """
    code = tree if (tree / PACKAGE.name).is_dir() else PACKAGE.parent
    if not _run(code, projects):
        return
    for project in projects:
        if why := _run(code, [project]):
            text = json.dumps({"findings": [], "claims": [], "faults": [why]})
            (project / book_evaluation.OUTCOMES).write_text(text, encoding="utf-8")


def _book(outcomes: Mapping[str, Any], items: Collection[Item]) -> Book:
    """Read a book from its outcomes; what was asked and could not be evaluated says so."""
    book = book_items(outcomes["findings"], outcomes["claims"])
    for kind, name in (("finding", "findings"), ("claim", "claims")):
        if outcomes["faults"] and not outcomes[name]:
            # without this, a finding that an edition dropped would seem dropped here, too
            # the first line names the table or error; hundreds of changes repeat it
            why = outcomes["faults"][0].splitlines()[0]
            said = {"said": f"{NO_RESULT} ({why})"}
            book |= {item: said for item in items if item[0] == kind}
    return book


def _evaluated(
    trees: Trees,
    combinations: Sequence[tuple[str, ...]],
    items: Collection[Item],
    measured: tuple[Any, Any],
    beside: Path,
) -> list[Book]:
    """Evaluate the items of the books that some combinations of changes give."""
    # a claim, and the weight of the rivals, may rest on any finding
    whole = any(kind == "claim" or key.startswith(WEIGHED) for kind, key in items)
    wanted = None if whole else [key for _, key in items]
    projects: list[Path] = []
    for chosen in combinations:
        project = mixed_tree(trees, chosen, Path(tempfile.mkdtemp(dir=beside)) / "project")
        asked = {"measured": _without_flips(measured[MEASURED in chosen]), "wanted": wanted}
        (project / book_evaluation.REQUEST).write_text(json.dumps(asked), encoding="utf-8")
        projects.append(project)
    for code, newer in ((trees.old, False), (trees.new, True)):
        own = [
            p for p, chosen in zip(projects, combinations, strict=True) if (CODE in chosen) is newer
        ]
        if own:
            _run_each(code, own)
    return [
        _book(json.loads((project / book_evaluation.OUTCOMES).read_bytes()), items)
        for project in projects
    ]


def _searched(
    items: Sequence[Item], editions: tuple[Edition, Edition], changes: Mapping[str, Any], root: Path
) -> tuple[dict[Item, dict[str, Any]], list[str], int]:
    """Causes of items, groups that changed and number of evaluations."""
    measured = (_measured(editions[0]), _measured(editions[1]))
    groups = groups_of(changes, _without_flips(measured[0]) != _without_flips(measured[1]))
    commit = editions[0].about["commit"]
    if commit is None:
        message = f"edition {editions[0].id} was made without git history, so its code is not known"
        raise DataError(message)
    with tempfile.TemporaryDirectory(prefix="skytally-editions-") as name:
        beside = Path(name).resolve()
        git_commit_and_tree.write_tree(root, commit, beside / "older")
        kinds = {(row["table"], row["key"]): row["kind"] for row in changes["rows"]}
        trees = Trees(beside / "older", root, kinds)

        def evaluate(
            combinations: Sequence[tuple[str, ...]], asked: Collection[Item]
        ) -> list[Book]:
            return _evaluated(trees, combinations, asked, measured, beside)

        stored = (
            book_items(editions[0].findings.values(), editions[0].claims.values()),
            book_items(editions[1].findings.values(), editions[1].claims.values()),
        )
        causes, evaluated = change_causes(items, stored, groups, evaluate)
    by_notebook = {("finding", row["key"]) for each in measured for row in each}
    for item in by_notebook & {*causes}:
        causes[item] = undetermined("a notebook makes this finding from images and its inventory")
    return causes, groups, evaluated


def _with_rows(
    row: Mapping[str, Any], cause: Mapping[str, Any], changes: Mapping[str, Any], rests: set[str]
) -> dict[str, Any]:
    """Change with its cause and the changed rows, of the groups at work, that it rests on."""
    at_work = {group for groups in cause["sets"] for group in groups}
    named = [
        each["key"]
        for each in changes["rows"]
        if each["table"].startswith(f"{RECORD}/")
        and each["key"] in rests
        and OF_ROWS[each["kind"]] in at_work
    ]
    return {**row, "cause": {**cause, "rows": sorted(set(named))}}


def _rests_on(item: Item, editions: tuple[Edition, Edition]) -> set[str]:
    """Rows and sources that a finding or claim rested on in either edition, and its own key."""
    kind, key = item
    found = {key}
    for edition in editions:
        row = (edition.findings if kind == "finding" else edition.claims).get(key)
        if row and kind == "finding":
            found |= {*row["inputs"], *row["further"]}
        elif row:
            found |= {ref for refs in row["rests_on"].values() for ref in refs}
    return found


def with_causes(
    changes: Mapping[str, Any], editions: tuple[Edition, Edition], root: Path
) -> dict[str, Any]:
    """Add to the changes of findings and verdicts what caused each of them.

    Parameters
    ----------
    changes : mapping
        As `skytally.editions.edition_differences` gives them.
    editions : tuple of Edition
        The older and the newer edition.
    root : Path
        Folder of the project, which is the tree of the newer edition.

    Returns
    -------
    dict
        The changes, with a ``cause`` in each entry of ``findings`` and ``verdicts``, and
        ``causes``: groups, number of evaluations, and why none were found, else empty.
    """
    items: list[Item] = [("finding", row["key"]) for row in changes["findings"]]
    items += [("claim", row["id"]) for row in changes["verdicts"]]
    why, evaluated = "", 0
    groups: list[str] = []
    try:
        causes, groups, evaluated = (
            _searched(items, editions, changes, root) if items else ({}, [], 0)
        )
    except DataError as error:
        why = str(error)
        causes = {item: undetermined(why) for item in items}
    shown: dict[str, Any] = dict(changes)
    for name, kind, field in (("findings", "finding", "key"), ("verdicts", "claim", "id")):
        shown[name] = [
            _with_rows(
                row, causes[kind, row[field]], changes, _rests_on((kind, row[field]), editions)
            )
            for row in changes[name]
        ]
    return {**shown, "causes": {"groups": groups, "evaluated": evaluated, "undetermined": why}}
