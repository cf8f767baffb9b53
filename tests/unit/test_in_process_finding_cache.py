"""Findings are kept by all that they rest on, and evaluated anew where any of it changed.

What the tests write into rows, declarations and parameters is made up.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from skytally.claims import read_tables
from skytally.findings import (
    Declaration,
    Finding,
    PossibleFindings,
    all_findings,
    evaluation_of,
    findings_kept,
    impossible_findings,
    in_process_finding_cache,
    kept_findings,
    possible_findings,
    referred_declarations,
    tables_read,
)
from skytally.press.declared_finding_checks_with_parameters import (
    declared_findings,
    page_parameters,
)
from skytally.record import WholeRecord

Outcomes = Mapping[str, Finding | str]
PAGE = "rail-counts"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Copy data and notebooks."""
    made = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("editions", "scenes", "measured", ".*")
    for part in ("data", "notebooks"):
        shutil.copytree(root / part, made / part, ignore=ignored)
    return made


@pytest.fixture
def project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work on the copy; a test's changes of tables are put back."""
    monkeypatch.setenv("SKYTALLY_PROJECT", str(folder))
    before = {path: path.read_bytes() for path in (folder / "data").rglob("*.csv")}
    yield folder
    for path, content in before.items():
        path.write_bytes(content)


def _by_key() -> dict[str, Declaration]:
    return {each.key: each for each in declared_findings()[0]}


def _outcomes(
    how: Callable[..., Any], *, parameters: Mapping[str, Mapping[str, Any]] | None = None
) -> Any:
    record = WholeRecord(read_tables(in_process_finding_cache.data_folder() / "record"))
    given = page_parameters() if parameters is None else parameters
    return how(evaluation_of(_by_key().values(), record, parameters=given))


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keys of the findings that are evaluated from now on."""
    keys: list[str] = []
    evaluate = in_process_finding_cache.one_finding

    def counted(declaration: Declaration, evaluation: Any) -> Finding | str:
        keys.append(declaration.key)
        return evaluate(declaration, evaluation)

    monkeypatch.setattr(in_process_finding_cache, "one_finding", counted)
    return keys


def test_a_finding_rests_on_no_other_table_than_its_declarations_name(project: Path) -> None:
    """On the tables that it and what it refers to name, each finding is what it is on all."""
    whole, declared = _outcomes(all_findings), _by_key()
    raw = read_tables(project / "data/record")
    by_tables: dict[tuple[str, ...], dict[str, Declaration]] = {}
    for each in declared.values():
        rests_on = referred_declarations(each, declared)
        by_tables.setdefault(tuple(tables_read(rests_on.values())), {}).update(rests_on)
    assert len(by_tables) > 5
    for tables, declarations in by_tables.items():
        record = WholeRecord({name: raw[name] for name in tables})
        given = page_parameters()
        found = all_findings(evaluation_of(declarations.values(), record, parameters=given))
        assert {key: each for key, each in found.items() if each != whole[key]} == {}, tables


def test_what_rests_on_a_changed_row_is_evaluated_anew_and_nothing_else(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a row was saved, all findings are those of a whole evaluation."""
    path = project / "data/record/rail_counts.csv"
    with findings_kept():
        before = _outcomes(kept_findings)
        keys = _counted(monkeypatch)
        assert _outcomes(kept_findings) == before
        assert keys == []
        text = path.read_text(encoding="utf-8")
        assert text.count("railcars,73,") == 1
        path.write_text(text.replace("railcars,73,", "railcars,74,"), encoding="utf-8")
        after = _outcomes(kept_findings)
    declared = _by_key()
    concerned = {
        key for key, each in declared.items()
        if "rail_counts" in tables_read(referred_declarations(each, declared).values())
    }  # fmt: skip
    assert {*keys} == concerned
    assert len(concerned) < len(declared) / 2
    assert after != before
    assert after == _outcomes(all_findings)


@pytest.mark.slow
def test_a_possible_finding_is_not_tried_again_until_its_row_changes(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process with its keys evaluates nothing; a finding without its row is told."""
    path = project / "data/record/rail_counts.csv"
    first = PossibleFindings()
    with possible_findings(first):
        assert _outcomes(impossible_findings) == []
    assert len(first.now) == len(_by_key())
    keys = _counted(monkeypatch)
    second = PossibleFindings(frozenset(first.now))
    with possible_findings(second):
        assert _outcomes(impossible_findings) == []
    assert (keys, second.now) == ([], first.now)
    text = path.read_text(encoding="utf-8")
    assert text.count("\nR001,") == 1
    path.write_text(text.replace("\nR001,", "\nR901,"), encoding="utf-8")
    third = PossibleFindings(frozenset(first.now))
    with possible_findings(third):
        faults = _outcomes(impossible_findings)
    alone = [each for each in _outcomes(all_findings).values() if isinstance(each, str)]
    assert faults == alone != []
    assert 0 < len(keys) < len(_by_key()) / 2
    assert len(third.now) == len(_by_key()) - len(faults)


def test_a_parameter_and_a_sentence_move_the_findings_that_mention_them(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another value of a parameter, and another sentence, evaluate what has them, and no more."""
    other = page_parameters()
    other[PAGE] = {**other[PAGE], "sites_watched": other[PAGE]["sites_watched"] + 1}
    path = project / f"data/findings/{PAGE}.csv"
    with findings_kept():
        before = _outcomes(kept_findings)
        keys = _counted(monkeypatch)
        after = _outcomes(kept_findings, parameters=other)
        assert f"{PAGE}.sites_watched" in keys
        mentioning = {
            each.key for each in _by_key().values()
            if each.page == PAGE and "$sites_watched" in f"{each.arguments} {each.value}"
        }  # fmt: skip
        assert {*keys} == mentioning
        assert after == _outcomes(all_findings, parameters=other) != before
        keys.clear()
        text, words = path.read_text(encoding="utf-8"), "CSIS counted {number} at the Tumangang"
        assert text.count(words) == 1
        path.write_text(text.replace(words, "Made up: {number} at the Tumangang"), "utf-8")
        after = _outcomes(kept_findings)
        assert len(keys) == 1
        assert after == _outcomes(all_findings) != before


@pytest.mark.slow
def test_another_file_of_the_data_evaluates_all_anew(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word, a unit or an outline may change any finding; a table of the claims changes none."""
    with findings_kept():
        before = _outcomes(kept_findings)
        keys = _counted(monkeypatch)
        rules = project / "data/claims/rules.csv"
        rules.write_bytes(rules.read_bytes() + b"\n")
        assert _outcomes(kept_findings) == before
        assert keys == []
        words = project / "data/record/vocabulary.csv"
        words.write_text(words.read_text(encoding="utf-8") + "family,made-up,made up\n", "utf-8")
        assert _outcomes(kept_findings) == before
        assert {*keys} == {*before}


def test_what_cannot_be_evaluated_is_never_kept(project: Path) -> None:
    """A fault names its line, which moves with the rows above it."""
    path = project / f"data/findings/{PAGE}.csv"
    text = path.read_text(encoding="utf-8")
    with findings_kept():
        path.write_text(text.replace(",R031,", ",R0310,", 1), encoding="utf-8")
        first = [each for each in _outcomes(kept_findings).values() if isinstance(each, str)]
        header, rows = path.read_text(encoding="utf-8").split("\n", 1)
        path.write_text(f"{header}\n\n{rows}", encoding="utf-8")
        second = [each for each in _outcomes(kept_findings).values() if isinstance(each, str)]
    assert len(first) == len(second) >= 1
    assert first != second
