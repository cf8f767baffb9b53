"""A record without any row: every function works and returns nothing, as a new route needs it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from skytally.claims import (
    hypothesis_priors_and_likelihoods_reader,
    rival_hypothesis_posterior_findings,
)
from skytally.claims.claim_rule_checks_and_evaluation import judge_rules, rules_faults
from skytally.claims.claim_verdicts_and_ledger_checks import as_json, judge_claims, ledger_faults
from skytally.claims.findings_and_rows_lookup_for_claim_rules import (
    Evidence,
    gather_evidence,
    read_tables,
)
from skytally.core.data_dictionaries_and_vocabularies import SUFFIX, VOCABULARY
from skytally.record.close_or_contradicting_statement_pairs import claim_pairs
from skytally.record.copied_reports import drop_copies
from skytally.record.evidence_lines import by_statement, count_once, durations, lines
from skytally.record.record_consistency_rules import check_record
from skytally.record.row_date_columns_and_precision import time_quality
from skytally.record.rows_at_site_or_on_exact_day import at_site, on_one_day
from skytally.record.source_provenance import copied, copying_graph, support

DATA = Path(__file__).resolve().parents[2] / "data"
KEPT = {VOCABULARY, "units.csv"}
"""What describes the tables, and is no observation."""
Tables = dict[str, pd.DataFrame]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy of the record and the claims in which every table has only its header."""
    for name in ("record", "claims"):
        copy = shutil.copytree(
            DATA / name, tmp_path / name, ignore=shutil.ignore_patterns("delivered")
        )
        for path in copy.glob("*.csv"):
            if not path.name.endswith(SUFFIX) and path.name not in KEPT:
                header, _, _ = path.read_text(encoding="utf-8").partition("\n")
                path.write_text(f"{header}\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def record_tables(folder: Path) -> Tables:
    """Empty tables of the record."""
    return read_tables(folder / "record")


@pytest.fixture
def evidence(record_tables: Tables) -> Evidence:
    """Evidence of an empty record without findings."""
    return gather_evidence(record_tables, [])


def test_empty_record_is_in_order(folder: Path) -> None:
    """A header is a table: only the units have rows, and nothing is a fault."""
    units = (folder / "record" / "units.csv").read_text(encoding="utf-8").count("\n") - 1
    assert check_record(folder / "record") == units


def test_empty_tables_have_no_lines_and_no_tallies(record_tables: Tables) -> None:
    """No row, no line, no day, no pair of claims, no copy."""
    groups, sources = record_tables["same_observation"], record_tables["sources"]
    ships, claims = record_tables["ship_sightings"], record_tables["official_claims"]
    assert lines(ships, groups, quantity="ships") == {}
    assert lines(durations(record_tables["ais_events"]), groups, quantity="duration") == {}
    assert lines(by_statement(claims), groups, quantity="containers") == {}
    for left in (
        count_once(ships, groups),
        drop_copies(ships, sources),
        at_site(ships, record_tables["scopes"], site="rajin"),
        on_one_day(ships),
        claim_pairs(claims, within_days=10),
        time_quality(record_tables["ais_events"]),
    ):
        assert len(left) == 0


def test_empty_sources_have_no_origins(record_tables: Tables) -> None:
    """Nobody copied anybody, and nothing stands behind a claim."""
    graph = copying_graph(record_tables["sources"])
    assert copied(graph) == frozenset()
    assert support([], graph) is None


def test_empty_ledger_has_no_claim_and_no_fault(folder: Path, evidence: Evidence) -> None:
    """Neither press claims nor sentences of the book: no verdict, and an empty list as JSON."""
    tables = read_tables(folder / "claims")
    assert ledger_faults(tables, evidence) == []
    assert rules_faults(tables["rules"], evidence) == []
    assert judge_rules(tables["rules"], evidence) == {}
    assert as_json(judge_claims(tables, evidence)) == "[]\n"


def test_empty_explanations_have_no_finding(folder: Path, evidence: Evidence) -> None:
    """Without hypotheses there is nothing to mark, to weigh or to say."""
    tables = read_tables(folder / "claims")
    hypotheses = hypothesis_priors_and_likelihoods_reader.read_hypotheses(tables, evidence)
    assert (hypotheses.names, hypotheses.proposition, hypotheses.items) == ({}, "", ())
    assert rival_hypothesis_posterior_findings.rival_findings(hypotheses, evidence) == []
