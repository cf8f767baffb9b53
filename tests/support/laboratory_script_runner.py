"""Scripts of the laboratory run for tests, by Node where it is installed, else in Chromium."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from skytally.claims import gather_evidence
from skytally.findings import Finding
from skytally.press.flip_sets_of_findings_and_verdicts import reevaluation
from skytally.press.laboratory.laboratory_script_data_export import (
    KEPT,
    Laboratory,
    laboratory_script,
)
from skytally.press.laboratory.laboratory_script_load_order import ENGINE, FOLDER
from skytally.press.laboratory.reader_adjustable_parameters import parameter_labels
from skytally.record import WholeRecord
from tests.support.browser_tabs_server_and_charts import chromium, chromium_path
from tests.support.real_record_evidence_and_made_up_rule import claim_tables, record_tables

DRIVER = Path(__file__).with_name("laboratory_answers_as_json.js")
NODE = shutil.which("node")
SLOW = {*KEPT, "calls-by-presence", "calls-not-below-count", "presence", "missed-calls",
        "surge-limit", "images-behind-ceiling", "trains-ratio", "trains-observed",
        "pairs-of-counters", "readers-of-one-place"}  # fmt: skip
"""Estimates that take Python long."""
ABSENT = "neither node nor chromium on PATH; install one of them to run this test"


def can_run() -> bool:
    """Whether anything here runs JavaScript."""
    return bool(NODE or chromium_path())


@cache
def laboratory(*, cheap: bool = False) -> Laboratory:
    """Gather what the pages compute from, of the real record; cheaply without slow findings."""
    again = reevaluation(WholeRecord(record_tables()))
    if cheap:
        kept = {key: each for key, each in again.declarations.items() if each.estimate not in SLOW}
        again = replace(again, declarations=kept)
    found = [] if cheap else [again.finding(key) for key in again.declarations]
    evidence = gather_evidence(
        record_tables(), [vars(each) for each in found if isinstance(each, Finding)]
    )
    return Laboratory(again, evidence, claim_tables(), parameter_labels(again.parameters))


@cache
def _data(*, cheap: bool) -> str:
    return laboratory_script(laboratory(cheap=cheap))


def engine() -> str:
    """Text of all scripts that compute, in the order in which a page loads them."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in ENGINE)


def run_script(expression: str, *, record: bool = False, cheap: bool = True) -> Any:
    """Evaluate an expression after all scripts were loaded; numbers without an end are words."""
    script = "\n".join(
        [engine(), _data(cheap=cheap) if record else "", DRIVER.read_text(encoding="utf-8")]
    )
    if NODE:
        whole = f"{script}\nprocess.stdout.write(laboratoryPlain({expression}));"
        run = subprocess.run([NODE, "-"], input=whole, capture_output=True, text=True, check=False)
        assert not run.returncode, run.stderr[-2000:]
        return json.loads(run.stdout)
    with chromium() as browser:
        page = browser.new_page()
        page.add_script_tag(content=script)
        found = json.loads(page.evaluate(f"() => laboratoryPlain({expression})"))
        page.close()
        return found


def answers(
    settings: list[dict[str, Any]], *, cheap: bool = False, **wanted: Any
) -> list[dict[str, Any]]:
    """Collect what a page answers under each setting."""
    call = f"laboratoryAnswers({json.dumps(settings)}, {json.dumps(wanted)})"
    return list(run_script(call, record=True, cheap=cheap))
