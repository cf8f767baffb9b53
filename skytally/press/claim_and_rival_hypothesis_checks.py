"""Faults of the claims, their rules and the rival explanations, before any notebook runs."""

from __future__ import annotations

import json
from dataclasses import replace

from skytally import claims
from skytally.claims import Evidence, hypothesis_priors_and_likelihoods_reader
from skytally.core import data_folder, scan, table_names
from skytally.press.declared_finding_checks_with_parameters import declared_findings
from skytally.press.project_paths import line_names, lines_folder
from skytally.record import WholeRecord, possible_words, word_faults


def finding_keys() -> set[str]:
    """Keys of the declared findings and, of those computed from images, of the last build."""
    declarations, _ = declared_findings()
    keys = {declaration.key for declaration in declarations}
    pages = {declaration.page for declaration in declarations}
    for line in line_names():
        built = lines_folder() / line / "findings.json"
        if built.is_file():
            known = {finding["key"] for finding in json.loads(built.read_bytes())}
            # a declared page makes no other findings, so an old key of its is a key no more
            keys |= {key for key in known if line not in pages or key.startswith(f"{line}.own_")}
    return keys


def _word_faults(rule: dict[str, str], where: Evidence) -> list[str]:
    """Words of a condition that no cell of its column may hold."""
    if rule["table"] not in where.tables:
        return []
    possible = possible_words(data_folder() / "record" / f"{rule['table']}.csv", where.tables)
    return word_faults(f"{rule['where']};{rule['part']}", possible)


def claims_faults(record: WholeRecord) -> list[str]:
    """Collect the faults of the claims; the record and the parameters must be in order.

    Parameters
    ----------
    record : WholeRecord
        All tables of the record.

    Returns
    -------
    list of str
        One sentence a fault: of the tables, the ledger, the rules, the rival explanations.
    """
    folder = data_folder() / "claims"
    scanned = {name: scan(folder / f"{name}.csv") for name in table_names(folder)}
    faults = [str(fault) for _, wrong in scanned.values() for fault in wrong]
    if faults:
        return faults
    tables = {name: table for name, (table, _) in scanned.items()}
    keys = [{"key": key} for key in sorted(finding_keys())]
    where = replace(claims.gather_evidence(record.raw, keys), record=record)
    faults = claims.ledger_faults(tables, where) + claims.rules_faults(tables["rules"], where)
    for rule in tables["rules"].to_dict("records"):
        found = _word_faults({str(word): str(cell) for word, cell in rule.items()}, where)
        faults += [f"rules.csv, line {rule['line']}, {rule['id']}: {each}" for each in found]
    faults += hypothesis_priors_and_likelihoods_reader.hypotheses_faults(tables, where)
    return faults
