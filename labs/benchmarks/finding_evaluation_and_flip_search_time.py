"""Cost of all findings, verdicts and flip sets of the record, and of the search beside a plain one.

``python -m labs.benchmarks.finding_evaluation_and_flip_search_time`` prints both and tests nothing.
Tables are read and modules imported before the clock starts. The search for what flips a finding
evaluates all findings itself, finds once what their conditions select, and evaluates only what a
missing row can concern; the plain search cuts the tables and evaluates the finding anew without
each row. Both leave out the same rows, and their ratio within one run holds on a busy machine, too.
Of the whole record the time by the clock is printed, since two processors share it, and only counts
on an idle machine.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from skytally import claims, statistics
from skytally.core import data_folder
from skytally.findings import Finding, as_json, evaluate, outcomes, tables_read
from skytally.press.declared_finding_checks_with_parameters import (
    declared_findings,
    page_parameters,
)
from skytally.press.flip_sets_of_findings_and_verdicts import all_flips, reevaluation
from skytally.record import WholeRecord

EVERY = 12
"""One finding in so many is searched in both ways."""


def seconds(
    work: Callable[[], Any], clock: Callable[[], float] = time.process_time
) -> tuple[float, Any]:
    """Seconds by a clock, that of the processor unless given, and what the work gives."""
    start = clock()
    found = work()
    return clock() - start, found


def whole_record() -> dict[str, float]:
    """Evaluate all findings, judge all claims, search all flip sets; seconds of each."""
    folder = data_folder()
    record, tables = claims.read_tables(folder / "record"), claims.read_tables(folder / "claims")
    declarations, _ = declared_findings()
    parameters = page_parameters()
    taken, clock = {}, time.perf_counter
    taken["findings"], found = seconds(
        lambda: json.loads(as_json(evaluate(declarations, record, parameters=parameters))), clock
    )
    taken["evidence"], evidence = seconds(lambda: claims.gather_evidence(record, found), clock)
    taken["verdicts"], _ = seconds(lambda: claims.judge_claims(tables, evidence), clock)
    taken["flip sets"], _ = seconds(lambda: all_flips(found, tables, evidence), clock)
    return taken


def search_and_plain() -> tuple[float, float, int]:
    """Leave out single rows in both ways; processor seconds of each, and how many rows."""
    record = claims.read_tables(data_folder() / "record")
    again, plain, fast, tried = reevaluation(WholeRecord(record)), 0.0, 0.0, 0
    keys = [key for key in again.declarations if isinstance(again.finding(key), Finding)]
    for key in keys[::EVERY]:
        declared = again.declarations[key]
        if "@" in declared.of + declared.where:
            continue
        tables = {name: record[name] for name in tables_read([declared])}
        rows = sorted(again.reads(key) - again.named(key))
        for row in rows:
            search, _ = seconds(lambda row=row, key=key: again.trial(key, frozenset({row})))
            anew, _ = seconds(
                lambda row=row, declared=declared, tables=tables: outcomes(
                    [declared], tables, parameters=again.parameters, without_rows=[row]
                )
            )
            fast, plain, tried = fast + search, plain + anew, tried + 1
    return fast, plain, tried


def main() -> None:
    """Print the cost of everything, then of the search beside a plain one."""
    start = time.perf_counter()
    for name in dir(statistics):
        getattr(statistics, name)
    print(f"{'imports':10} {time.perf_counter() - start:8.2f} s of wall time")
    taken = whole_record()
    for name, cost in taken.items():
        print(f"{name:10} {cost:8.2f} s")
    alone = taken.pop("findings")  # the search evaluates them, too
    print(f"{'together':10} {sum(taken.values()):8.2f} s, to stay under 5 s on 2 cores")
    print(f"{'findings':10} {alone:8.2f} s by themselves\n")
    fast, plain, tried = search_and_plain()
    print(f"search / plain evaluation, {tried} rows left out: {fast / plain:.3f}")


if __name__ == "__main__":
    main()
