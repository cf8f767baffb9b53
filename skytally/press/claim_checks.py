"""Faults of the claims, their rules and the rival explanations, before any notebook runs."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

from skytally import claims
from skytally.claims import rival_hypotheses
from skytally.claims.rule_evidence import Evidence, condition_words
from skytally.core.data_dictionary import columns, table_names, words
from skytally.core.table_reader import scan
from skytally.press.parameter_files import declared, given
from skytally.press.project_paths import DATA, LINES, NOTEBOOKS, line_names

FOLDER = DATA / "claims"


def _quantities(line: str) -> Iterator[str]:
    """Give the quantities that a line's dictionaries of parameters name."""
    for value in {**declared(line), **given(line)}.values():
        if isinstance(value, dict):
            yield from map(str, value)


def _calls(line: str) -> Iterator[str]:
    """Give the keys that the cells of a notebook pass first to some function."""
    notebook = json.loads((NOTEBOOKS / f"{line}.ipynb").read_bytes())
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        try:
            tree = ast.parse("".join(cell["source"]))
        except SyntaxError:
            # running the notebook names the cell
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)


def finding_keys() -> set[str]:
    """Give every key that a notebook says it will make, and those of the last build."""
    found = set()
    for line in line_names():
        found |= {f"{line}.{quantity}" for quantity in _quantities(line)}
        found |= {key for key in _calls(line) if key.startswith(f"{line}.")}
        built = LINES / line / "findings.json"
        if built.is_file():
            found |= {each["key"] for each in json.loads(built.read_bytes())}
    return found


def _word_faults(rule: dict[str, str], where: Evidence) -> Iterator[str]:
    """Tell words of a condition that no cell of its column may hold."""
    if rule["table"] not in where.tables:
        return
    table = DATA / "record" / f"{rule['table']}.csv"
    lists = {column.name: column.vocabulary for column in columns(table) if column.vocabulary}
    allowed = words(table.parent)
    for column, wanted in condition_words(f"{rule['where']};{rule['part']}"):
        if column in lists:
            for word in sorted(set(wanted) - {"", *allowed[lists[column]]}):
                yield f"{column}: no {word!r} in vocabulary {lists[column]}; correct the condition"


def claims_faults() -> list[str]:
    """Collect the faults of the claims; the record and the parameters must be in order.

    Returns
    -------
    list of str
        One sentence a fault: of the tables, the ledger, the rules, the rival explanations.
    """
    scanned = {name: scan(FOLDER / f"{name}.csv") for name in table_names(FOLDER)}
    faults = [str(fault) for _, wrong in scanned.values() for fault in wrong]
    if faults:
        return faults
    tables = {name: table for name, (table, _) in scanned.items()}
    keys = [{"key": key} for key in sorted(finding_keys())]
    where = claims.evidence(claims.read_tables(DATA / "record"), keys)
    faults = claims.ledger_faults(tables, where) + claims.rules_faults(tables["rules"], where)
    for rule in tables["rules"].to_dict("records"):
        found = _word_faults({str(word): str(cell) for word, cell in rule.items()}, where)
        faults += [f"rules.csv, line {rule['line']}, {rule['id']}: {each}" for each in found]
    faults += rival_hypotheses.hypotheses_faults(tables, where)
    return faults
