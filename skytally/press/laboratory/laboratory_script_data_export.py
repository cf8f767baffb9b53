"""Export of the record, declarations and rules as the script file that pages compute from."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from skytally.claims import POSITION_COLUMNS, WGS84, Evidence
from skytally.findings import Declaration, Reevaluation, estimate_of
from skytally.press.laboratory.reader_adjustable_parameters import parameter_options
from skytally.press.notebook_parameter_reader_and_checks import book_prior
from skytally.record import UNNAMED_FAMILIES, owner_name

ALWAYS = ("scopes", "counters", "same_observation", "sources")
"""Tables without sources of their own that findings and verdicts need."""
LEFT_OUT = {
    *("line", "note", "why", "url", "author", "tier", "type", "reliability", "reports"),
    *("reliability_reason", "reading_extent", "published_first", "published_last"),
    *("published_precision", "party", "meaning", "position_method"),
}
"""Columns that neither findings nor verdicts read."""
KEPT = ("trains-rise-noticed", "border-distance", "open-gaps")
"""Estimates that no page computes: their results are exported for the rows they were made of."""
TYPES = {"M": "date", "f": "number", "i": "number"}
"""Kind of a pandas column to its word in the export; all others are text."""
EPOCH = pd.Timestamp("1970-01-01")
NAME, SCRIPT = "skytallyLaboratoryData", "laboratory-data.js"
"""What the pages load: a global name, and the file that sets it."""


@dataclass(frozen=True)
class Laboratory:
    """What the numbers and verdicts of the book are computed from."""

    reevaluation: Reevaluation
    """The declared findings, ready to be evaluated."""
    evidence: Evidence
    """What the rules are judged on."""
    tables: Mapping[str, pd.DataFrame]
    """The tables of the claims."""
    labels: Mapping[tuple[str, str], str]
    """Page and parameter to what the notebook says of it."""


def _number(value: float) -> float | int | None:
    """Write whole numbers without a point, a missing one as null."""
    if math.isnan(value):
        return None
    return int(value) if value == int(value) else value


def _plain(cell: Any) -> Any:
    """Cell of a table as JSON holds it; a day as days since 1970."""
    if isinstance(cell, pd.Timestamp) or cell is pd.NaT:
        return None if pd.isna(cell) else (cell - EPOCH).days
    return _number(float(cell)) if isinstance(cell, int | float | np.number) else str(cell)


def _table(table: pd.DataFrame) -> dict[str, Any]:
    columns = {
        str(name): [
            TYPES.get(table[name].dtype.kind, "text"),
            [_plain(each) for each in table[name]],
        ]
        for name in table
        if name not in LEFT_OUT
    }
    return {"rows": len(table), "columns": columns}


def _rows(table: pd.DataFrame, columns: Iterable[str]) -> list[dict[str, Any]]:
    """Rows of a table of the claims, empty cells left out."""
    kept = table[list(columns)].to_dict("records")
    plain = [{str(name): _plain(cell) for name, cell in row.items()} for row in kept]
    return [{name: cell for name, cell in row.items() if cell not in ("", None)} for row in plain]


def _declaration(declaration: Declaration) -> dict[str, str]:
    cells = {name: str(cell) for name, cell in asdict(declaration).items() if cell}
    return {name: cell for name, cell in cells.items() if name not in ("note", "file", "line")}


def _kept_under(reevaluation: Reevaluation) -> dict[str, Any]:
    """Results of the estimates that no page computes, by what they were computed from."""
    kept: dict[str, Any] = {}
    evaluation = reevaluation.evaluation(frozenset())
    for declaration in reevaluation.declarations.values():
        if declaration.estimate not in KEPT:
            continue
        result, rows = estimate_of(declaration, evaluation)
        named = declaration.named
        reads = named.reads if named else ()
        gone = [" ".join(sorted(evaluation.tables.gone(name))) for name in reads]
        given = sorted(reevaluation.arguments(declaration).items())
        key = [declaration.estimate, list(rows["id"]), [list(each) for each in given], gone]
        text = json.dumps(key, ensure_ascii=False, separators=(",", ":"))
        kept[text] = _result(result)
    return kept


def _result(result: Any) -> dict[str, Any]:
    """Plain cells of an estimate or a count."""
    if hasattr(result, "number"):
        return {
            "number": result.number,
            "words": dict(result.words),
            "decisive": sorted(result.decisive or ()),
        }
    ends = {name: _number(getattr(result, name)) for name in ("value", "low", "high")}
    return {**ends, "unit": result.unit, "level": result.level}


def _kept(reevaluation: Reevaluation) -> dict[str, Any]:
    """Results under the parameters as they are, and under each value of their stated ranges."""
    kept = _kept_under(reevaluation)
    mentioned = set(
        chain.from_iterable(
            reevaluation.depends_on(key)
            for key, declaration in reevaluation.declarations.items()
            if declaration.estimate in KEPT
        )
    )
    for (page, name, _), other in reevaluation.assumed.items():
        if (page, name) in mentioned:
            kept |= _kept_under(other)
    return kept


def _seeds(reevaluation: Reevaluation) -> dict[str, list[str]]:
    """Seeds of the declarations to where numpy's generator begins."""
    given = (reevaluation.arguments(each) for each in reevaluation.declarations.values())
    seeds = sorted({int(each["seed"]) for each in given if "seed" in each})
    states = {seed: np.random.PCG64(seed).state["state"] for seed in seeds}
    return {str(seed): [str(state["state"]), str(state["inc"])] for seed, state in states.items()}


def _distances(rules: pd.DataFrame, evidence: Evidence) -> dict[str, float]:
    """Metres between the sites of rules on distances, by their two ids."""
    metres = {}
    for _, rule in rules[rules["kind"] == "distance"].iterrows():
        one, other = (evidence.sites[rule[side]] for side in ("left", "right"))
        if not any(pd.isna(site[name]) for site in (one, other) for name in POSITION_COLUMNS):
            ends = one["lon"], one["lat"], other["lon"], other["lat"]
            metres[f"{rule['left']} {rule['right']}"] = float(WGS84.inv(*ends)[2])
    return metres


def _owners(evidence: Evidence) -> dict[str, str]:
    """Names of the owners of images, by the word of their family."""
    with_owner = (table for table in evidence.tables.values() if "family" in table)
    families = {str(family) for table in with_owner for family in table["family"]}
    return {family: owner_name(family) for family in sorted(families - UNNAMED_FAMILIES)}


RULE_COLUMNS = (
    *("id", "kind", "claimed", "value", "bound", "unit", "first", "last", "left", "right"),
    *("relation", "table", "where", "part", "distinct", "about", "sentence", "otherwise"),
)
"""Columns of the table of rules that a verdict rests on."""
LEDGER_COLUMNS = ("id", "rules", "later_rules", "fixed_verdict")
HYPOTHESIS_TABLES = {
    "hypotheses": ("id", "name", "side", "reference"),
    "weighed_observations": ("id", "text", "origin", "rows"),
    "likelihoods": ("observation", "hypothesis", "low", "high"),
    "priors": ("prior", "hypothesis", "share"),
}
"""Tables of the rival hypotheses and the columns that their findings rest on."""
FINDING_FIELDS = ("key", "value", "low", "high", "unit", "bound", "said", "when", "text", "inputs")


def laboratory_data(laboratory: Laboratory) -> dict[str, Any]:
    """Collect what the pages compute from.

    Parameters
    ----------
    laboratory : Laboratory
        The declared findings and what the claims are judged on.

    Returns
    -------
    dict of str to object
        Plain objects: tables of the record, units, declarations, parameters with their limits,
        rules, ledger and rival hypotheses, what no page computes, and the findings that no
        declaration makes.
    """
    again, evidence = laboratory.reevaluation, laboratory.evidence
    record, claims = again.record, laboratory.tables
    units = record.raw["units"]
    return {
        "tables": {
            name: _table(table)
            for name, table in record.raw.items()
            if name in ALWAYS or name in record.removable
        },
        "units": {str(row["unit"]): _unit(row) for row in units.to_dict("records")},
        "owners": _owners(evidence),
        "declarations": [_declaration(each) for each in again.declarations.values()],
        "parameters": parameter_options(again, laboratory.labels),
        "ranges": [
            {"page": page, "name": name, "value": value, "words": str(value)}
            for (page, name), values in again.ranges.items()
            for value in values
        ],
        "kept": _kept(again),
        "keptReads": {"open-gaps": ["sites"]},
        "seeds": _seeds(again),
        "rules": _rows(claims["rules"], RULE_COLUMNS),
        "ledger": _rows(claims["ledger"], LEDGER_COLUMNS),
        "distances": _distances(claims["rules"], evidence),
        "rivals": {name: _rows(claims[name], cells) for name, cells in HYPOTHESIS_TABLES.items()},
        "prior": book_prior(),
        "others": [
            {name: finding[name] for name in FINDING_FIELDS}
            for key, finding in evidence.findings.items()
            if key not in again.declarations and not key.startswith("rivals.")
        ],
    }


def _unit(row: Mapping[str, Any]) -> dict[str, Any]:
    """One unit, its empty cells filled as `skytally.core.unit_of` fills them."""
    factor = float(row["factor"])
    return {
        "singular": row["singular"] or row["unit"],
        "udunits": row["udunits"] or "1",
        "compared_in": row["compared_in"] or row["unit"],
        "factor": 1 if math.isnan(factor) else factor,
    }


def laboratory_script(laboratory: Laboratory) -> str:
    """Write the same as a script file, which a page on a disk may load."""
    text = json.dumps(
        laboratory_data(laboratory), ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    safe = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"globalThis.{NAME}={safe};\n"
