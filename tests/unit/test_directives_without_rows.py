"""Pages of a book that starts empty: each directive prints one plain sentence, none crashes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from skytally.core.project_root_lookup import PROJECT_VARIABLE
from skytally.press.sphinx_ext import (
    accuracy_score_directives,
    cached_record_and_findings,
    change_point_accuracy_directives,
    claims_directives,
    detection_limit_directive,
    fault_trial_directives,
    findings_table_and_counters_directives,
    forecast_verification_directives,
    fragile_findings_directives,
    free_satellite_image_capability_directives,
    image_measure_thresholds_directive,
    image_provider_and_order_directives,
    interval_calibration_directives,
    live_preview_delay_directive,
    measurement_speed_and_memory_directive,
    most_decisive_new_observations_directive,
    record_table_directive,
    recount_rules_directive,
    region_and_site_map_directives,
    rival_hypotheses_directives,
    sanction_directives,
    site_plan_and_position_directives,
    source_language_and_kind_directive,
    source_origin_directives,
    timeline_directives,
    unread_originals_directive,
    web_search_log_directive_and_roles,
)
from skytally.press.sphinx_ext.html_blocks import Block
from tests.support.directives_without_page import bare

DATA = Path(__file__).resolve().parents[2] / "data"
KEPT = {"vocabulary.csv", "units.csv", "providers.toml", "registry.toml"}
MODULES = (
    record_table_directive,
    timeline_directives,
    region_and_site_map_directives,
    findings_table_and_counters_directives,
    claims_directives,
    source_origin_directives,
    fragile_findings_directives,
    most_decisive_new_observations_directive,
    forecast_verification_directives,
    rival_hypotheses_directives,
    interval_calibration_directives,
    change_point_accuracy_directives,
    accuracy_score_directives,
    image_measure_thresholds_directive,
    detection_limit_directive,
    measurement_speed_and_memory_directive,
    live_preview_delay_directive,
    fault_trial_directives,
    site_plan_and_position_directives,
    image_provider_and_order_directives,
    sanction_directives,
    source_language_and_kind_directive,
    web_search_log_directive_and_roles,
    free_satellite_image_capability_directives,
    recount_rules_directive,
    unread_originals_directive,
)
SENTENCES = {
    "RecordTable": "the table has no row yet.",
    "FindingsTable": "There is no finding yet.",
    "CountersTally": "There is no finding yet.",
    "Timeline": "The record has no row for this chart",
    "Beginnings": "The record has no row for this chart",
    "RegionMaps": "No region has a map yet.",
    "SiteMaps": "The record has no site yet.",
    "CountingRules": "No rule of a count is written down yet.",
    "PressTexts": "The ledger has no press text yet.",
    "ClaimsSummary": "The ledger has no press claim yet.",
    "ClaimsTable": "The ledger has no claim yet.",
    "ChangedClaims": "No press claim was found to differ from its source yet.",
    "ListedClaims": "The ledger has no press claim yet.",
    "ClaimsInShort": "The ledger has no press claim yet.",
    "OwnClaims": "No sentence of the book is under test yet.",
    "DriftCards": "No wording has been compared with its origin yet.",
    "OriginsGraph": "No source of the record takes content from another one yet.",
    "CopiesTable": "No page of the record is a copy.",
    "OriginsOfShips": f"No ship of {source_origin_directives.YEAR} is recorded at both ends of the "
    "sea route yet.",
    "SanctionListings": "The record has no listing of a ship yet.",
    "SanctionMatrix": "The record has no listing of a ship yet.",
    "PageSearchLog": "No search has been logged yet.",
    "PagesFound": "The record has no page yet.",
    "HypothesesTable": "No rival explanation has been written down yet.",
    "PosteriorChart": "",
    "InfluenceChart": "",
    "LikelihoodTable": "No likelihood ratio has been judged yet.",
    "MostFragileFirst": "No flip set has been searched yet.",
    "SettlingObservations": "No observation that would settle something is named yet.",
    "ForesightSummary": "No forecast has been scored yet.",
    "ForesightChart": "",
    "CalibrationTable": "No interval has been calibrated yet.",
    "CalibrationChart": "",
    "CalibrationShortfalls": "",
    "RealSeriesTable": "Changes have not been searched for in real series yet.",
    "ChangesBesideRbeast": "",
    "PlainScore": "",
    "SweepChecks": "",
    "RailLengthError": "",
    "AccuracyTable": "The measures were not scored on this copy yet.",
    "AccuracyCharts": "",
    "SideBySideTable": "",
    "MeasureRules": "",
    "LimitsTable": "No detection limit has been simulated yet.",
    "ShipsFoundByLength": "No detection limit has been simulated yet.",
    "FreeImages": "",
    "SatellitePasses": "No pass of a satellite is listed yet.",
    "RefreshSize": "",
    "MeasuringTable": "The speed of the measures was not taken on this copy yet.",
    "LivePreviewDelays": ("How long a saved file takes to show was not measured on this copy yet."),
    "FaultsTable": "The faults were not tried on this copy yet.",
    "FieldInputsTable": "No such input was tried on this copy yet.",
    "PayloadsTable": "No hostile string was tried on this copy yet.",
    "FuzzedInputsTable": "No mutated input was tried on this copy yet.",
    "StrangersTable": "Bands were not exchanged on this copy yet.",
    "CrashesTable": "The interruptions were not tried on this copy yet.",
    "SitePlans": "No site has a window and outlines yet.",
    "WindowsTable": "No site has a window and outlines yet.",
    "ControlSitesTable": "No control site is named yet.",
    "PositionsTable": "No point is listed yet.",
    "ProvidersTable": "",
    "MadeUpOrder": "No order is shown here yet.",
    "UnreadOriginals": unread_originals_directive.NOTHING_UNREAD,
}
"""Directive to the sentence that it prints; the empty ones stand beside one that says it."""
ARGUMENTS = {
    "MadeUpOrder": ("Planet",),
    "RecordTable": ("rail_counts",),
    "RefreshSize": ("rajin",),
    "Beginnings": ("synthesis",),
}
"""Directive to the arguments that it needs."""
OPTIONS = {"RecordTable": {"caption": "Rail"}, "ClaimsInShort": {"ids": "S0-05"}}
"""Directive to the options that it needs."""
BASES = {"TrialsTable", "ScoresBlock", "CountsTable"}
"""Classes that others build on, and no directives."""
WHOLE = {"ProvidersTable", "MeasureRules"}
"""Directives of tables that a new book has with rows, since they are the same for every route."""


def _directives() -> Iterator[tuple[ModuleType, type[Block]]]:
    for module in MODULES:
        for value in vars(module).values():
            own = isinstance(value, type) and value.__module__ == module.__name__
            if own and issubclass(value, Block) and value.__name__ not in BASES:
                yield module, value


def _forget() -> None:
    for module in (*MODULES, cached_record_and_findings):
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def _only_header(path: Path) -> None:
    header, _, _ = path.read_text(encoding="utf-8").partition("\n")
    path.write_text(f"{header}\n", encoding="utf-8")


@pytest.fixture(scope="module")
def empty_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Work in a project whose tables have a header only, without sites and findings."""
    folder = tmp_path_factory.mktemp("empty")
    shutil.copytree(DATA, folder / "data", ignore=shutil.ignore_patterns("scenes", "measured"))
    for path in (folder / "data").rglob("*.csv"):
        described = path.name in KEPT or path.name.endswith(".dictionary.csv")
        if not described and "delivered" not in path.parts:
            _only_header(path)
    for name in ("findings.json", "claims.json"):
        (folder / name).write_text(json.dumps([]), encoding="utf-8")
    before = os.environ.get(PROJECT_VARIABLE)
    os.environ[PROJECT_VARIABLE] = str(folder)
    _forget()
    yield folder
    os.environ.pop(PROJECT_VARIABLE)
    if before is not None:
        os.environ[PROJECT_VARIABLE] = before
    _forget()


def test_every_directive_is_tried() -> None:
    """A directive that is added has its sentence here."""
    names = {value.__name__ for _, value in _directives()}
    assert names == set(SENTENCES)


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_directive_prints_a_sentence_without_rows(name: str, empty_project: Path) -> None:
    """Its table has a header only, and the page still prints, in one plain sentence."""
    (kind,) = (vars(module)[name] for module in MODULES if name in vars(module))
    arguments = ARGUMENTS.get(name, ())
    options = OPTIONS.get(name, {})
    block = bare(kind, srcdir=str(empty_project), arguments=arguments, **options).html()
    if name in WHOLE:
        assert "<table" in block
        return
    assert "<table" not in block
    assert "<figure" not in block
    assert SENTENCES[name] in block
    assert bool(block) == bool(SENTENCES[name])


def test_timeline_of_an_empty_record_names_its_period(empty_project: Path) -> None:
    """The days of the page stand in the sentence, so that nobody takes it for the whole record."""
    options = {"first": "2022-09-01", "last": "2026-03-31"}
    block = bare(timeline_directives.Timeline, srcdir=str(empty_project), **options).html()
    assert "no row for this chart between 1 September 2022 and 31 March 2026 yet." in block
