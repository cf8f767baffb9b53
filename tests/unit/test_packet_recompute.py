"""What a packet says against its own rows: numbers, words, whole tables, and what is left."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable

import pytest

from skytally.editions.packet_verifier import recompute
from tests.support.edition_packets_and_tampering import (
    ESTIMATE,
    KEYS,
    PacketEdition,
    rehashed,
    with_table,
    without_row,
)

QUOTE = "finding-rail-counts.baseline.zip"
DATED = "finding-rail-counts.before_covid.zip"
EVENTS = "finding-ais-gaps.events.zip"


@pytest.fixture
def edition(packet_edition: PacketEdition) -> PacketEdition:
    """Return the small edition of the session."""
    return packet_edition


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (b'"format": 3', b'"format": 4', "packet.json: of another format"),
        (b'"format": 3', b'"format": 2', "packet.json: of another format"),
        (
            b'"edition": "2026-11-29"',
            b'"edition": "2025-01-01"',
            "packet.json: edition '2025-01-01', not '2026-11-29'",
        ),
        (b'"format": 3', b'"format": 3, "format": 1', "a key twice in JSON"),
        (b'"format": 3', b'"format": 3, "x": NaN', "NaN"),
    ],
    ids=["newer", "older", "edition", "twice", "nan"],
)
def test_check_packet_finds_what_a_publisher_got_wrong(
    edition: PacketEdition, old: bytes, new: bytes, named: str
) -> None:
    """Logged, but of a newer format, of another edition, or no sound JSON."""
    files = edition.files(QUOTE)
    files["packet.json"] = files["packet.json"].replace(old, new, 1)
    other = edition.relogged(QUOTE, rehashed(files))
    assert other.verdict(QUOTE, other.packets[QUOTE]).startswith(f"FAIL {named}")


def test_check_packet_finds_a_wrong_hash_in_the_crate(edition: PacketEdition) -> None:
    """A logged packet whose description has the hash of another file fails."""
    files = edition.files(QUOTE)
    files["sources.csv"] += b"\n"
    other = edition.relogged(QUOTE, files)
    found = other.verdict(QUOTE, other.packets[QUOTE])
    assert found == "FAIL ro-crate-metadata.json: hash of sources.csv"


def changed_cell(content: bytes, row: str, column: str, cell: str) -> bytes:
    """Table with one other cell."""
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({**each, column: cell} if each["id"] == row else each for each in rows)
    return text.getvalue().encode()


@pytest.mark.parametrize("key", [key for key in KEYS if key != ESTIMATE])
def test_check_packet_recomputes_the_number_of_each_kind(edition: PacketEdition, key: str) -> None:
    """A number that its rows do not give fails, though the publisher logged it."""
    name = f"finding-{key}.zip"
    files = edition.files(name)
    packet = json.loads(files["packet.json"])
    said = packet["findings"][0]["finding"]
    end = next(each for each in ("value", "low", "high") if said[each] is not None)
    said[end] += 1
    files["packet.json"] = json.dumps(packet).encode()
    other = edition.relogged(name, rehashed(files))
    assert f"FAIL packet.json: {key}: {end}" in other.verdict(name, other.packets[name])


@pytest.mark.parametrize(
    ("key", "table", "row", "column", "cell"),
    [
        ("rail-counts.railcars_highest", "rail_counts", "R031", "value", "999"),
        ("rail-counts.baseline", "rail_counts", "R001", "value", "30"),
        ("rail-counts.boxcar_share_june_2024", "rail_counts", "R051", "value", "500"),
        ("rail-counts.multiple_of_baseline", "rail_counts", "R031", "value", "40"),
        ("ais-gaps.known_to_the_day", "ais_events", "A007", "precision_first", "month"),
        ("synthesis.yard_after_summit", "events", "E013", "date_first", "2023-09-12"),
    ],
)
def test_check_packet_recomputes_from_the_cells(
    edition: PacketEdition, key: str, table: str, row: str, column: str, cell: str
) -> None:
    """Another cell of a row gives another number, so the packet fails though it was logged."""
    name = f"finding-{key}.zip"
    rows = edition.files(name)[f"rows/{table}.csv"]
    changed = changed_cell(rows, row, column, cell)
    assert changed != rows
    other = with_table(edition, name, table, changed)
    assert re.match(f"FAIL packet.json: {key}: ", other.verdict(name, other.packets[name]))


def test_a_number_may_differ_in_its_last_place(edition: PacketEdition) -> None:
    """Another processor's last digit passes, a visible difference does not."""
    name = "finding-rail-counts.multiple_of_baseline.zip"
    for error, passes in ((1e-10, True), (1e-6, False)):
        files = edition.files(name)
        packet = json.loads(files["packet.json"])
        packet["findings"][0]["finding"]["low"] *= 1 + error
        files["packet.json"] = json.dumps(packet).encode()
        other = edition.relogged(name, rehashed(files))
        assert other.verdict(name, other.packets[name]).startswith("FAIL") != passes


def relogged_packet(edition: PacketEdition, name: str, change: Callable[[dict], object]) -> str:
    """Verdict on a packet whose packet.json a dishonest publisher changed and logged."""
    files = edition.files(name)
    packet = json.loads(files["packet.json"])
    change(packet)
    files["packet.json"] = json.dumps(packet).encode()
    other = edition.relogged(name, rehashed(files))
    return other.verdict(name, other.packets[name])


def worded(old: str, new: str, column: str) -> Callable[[dict], None]:
    """Return a function that puts other words into a finding, and into every sentence with them."""

    def change(packet: dict) -> None:
        finding = packet["findings"][0]["finding"]
        assert old in finding[column]
        finding[column] = finding[column].replace(old, new)
        finding["text"] = finding["text"].replace(old, new)
        packet["sentence"] = packet["sentence"].replace(old, new)

    return change


@pytest.mark.parametrize(
    ("key", "old", "new", "column"),
    [
        ("rail-counts.baseline", "20", "200", "said"),
        ("rail-counts.railcars_highest", "about 258", "258", "said"),
        ("rail-counts.railcars_highest", "17 June 2024", "17 June 2023", "when"),
        ("rail-counts.multiple_of_baseline", "2.6", "26", "said"),
        ("rail-counts.boxcar_share_june_2024", "about 5.4", "about 5.9", "said"),
        ("rail-counts.sites_watched", "4 sites", "14 sites", "said"),
        ("port-imagery.days_empty_in_record", "1 day", "2 days", "said"),
        ("ais-gaps.known_to_the_day", "13 reports", "no report", "said"),
        ("rail-counts.before_covid", "October 2018", "October 2008", "said"),
        ("synthesis.ships_began", "26 August", "25 August", "said"),
        ("synthesis.ships_stopped", "between 12", "between 13", "said"),
        ("synthesis.summit", "on 13", "before 13", "said"),
        ("synthesis.yard_after_summit", "1 to 9", "1 to 8", "said"),
        ("synthesis.yard_after_summit", "after", "before", "said"),
        ("synthesis.yard_before_delivery", "17 days", "71 days", "said"),
    ],
)
def test_check_packet_compares_the_words_with_the_number(
    edition: PacketEdition, key: str, old: str, new: str, column: str
) -> None:
    """A sentence with another number or date fails, though number, rows and log agree."""
    found = relogged_packet(edition, f"finding-{key}.zip", worded(old, new, column))
    assert re.match(f"FAIL packet.json: {key}: says “.*”, but its rows give “", found)


def other_sentence(packet: dict) -> None:
    """Say more than the finding does."""
    packet["sentence"] += " It was all proved."


def other_text(packet: dict) -> None:
    """Say another number in the sentence than beside it."""
    text = packet["sentence"].replace("20", "200")
    packet["sentence"] = packet["findings"][0]["finding"]["text"] = text


def longer_number(packet: dict) -> None:
    """Say a number of which the true one is the end."""
    finding = packet["findings"][0]["finding"]
    longer = finding["text"].replace("22 reports", "1,022 reports")
    packet["sentence"] = finding["text"] = longer


def more_than_declared(packet: dict) -> None:
    """Add to the sentence what no declaration has."""
    finding = packet["findings"][0]["finding"]
    packet["sentence"] = finding["text"] = finding["text"] + " Of 99 ships nobody spoke."


def narrower(packet: dict) -> None:
    """Try one condition more than is declared."""
    packet["findings"][0]["computed"]["where"].append(["id", "!=", "no such row"])


def other_parameter(packet: dict) -> None:
    """Show another value of a parameter than the number was computed with."""
    packet["parameters"]["rail-counts"]["baseline_row"] = "R002"


def other_row(packet: dict) -> None:
    """Declare another row than is quoted."""
    packet["findings"][0]["declared"]["rows"] = "R002"


def other_kind(packet: dict) -> None:
    """Call a quoted number an assumption, which no row has to give."""
    part = packet["findings"][0]
    old, new = part["finding"]["said"], "90 railcars"
    part["computed"].update(kind="assumption", value=90)
    part["finding"].update(value=90, low=90, high=90, said=new)
    part["finding"]["text"] = packet["sentence"] = packet["sentence"].replace(old, new)


def stated_value(packet: dict) -> None:
    """State a number in place of the row that is quoted."""
    part = packet["findings"][0]
    part["finding"].update(value=9.0, low=9.0, high=9.0)
    part["computed"]["value"] = 9.0
    part["finding"]["said"] = "between October 2018 and September 2023"


def twice(packet: dict) -> None:
    """Put the same finding in twice, the second without its computation."""
    part = json.loads(json.dumps(packet["findings"][0]))
    part["computed"] = None
    packet["findings"].append(part)


def other_verdict(packet: dict) -> None:
    """Say another verdict than the claim has."""
    packet["sentence"] = packet["sentence"].replace("holds", "is contradicted")


def no_finding(packet: dict) -> None:
    """Leave the finding out, so that nothing is left to recompute."""
    packet["findings"] = []


def other_id(packet: dict) -> None:
    """Name another finding."""
    packet["id"] = "rail-counts.railcars_highest"


@pytest.mark.parametrize(
    ("name", "change", "named"),
    [
        (EVENTS, longer_number, "ais-gaps.events: its sentence does not say “22 reports”"),
        (
            EVENTS,
            more_than_declared,
            "ais-gaps.events: sentence not as declared",
        ),
        (EVENTS, narrower, "ais-gaps.events: where not as declared"),
        (QUOTE, other_parameter, "rail-counts.baseline: rows not as declared"),
        (QUOTE, other_row, "rail-counts.baseline: rows not as declared"),
        (QUOTE, other_kind, "rail-counts.baseline: kind not as declared"),
        (DATED, stated_value, "rail-counts.before_covid: kind not as declared"),
        (QUOTE, twice, "a finding twice"),
        ("claim-S0-01.zip", other_verdict, "its sentence is of something else"),
    ],
)
def test_check_packet_finds_what_was_computed_otherwise_than_declared(
    edition: PacketEdition, name: str, change: Callable[[dict], None], named: str
) -> None:
    """A packet that its publisher bent in itself fails, with the part that does not fit."""
    found = relogged_packet(edition, name, change)
    assert found.startswith(f"FAIL packet.json: {named}")


def test_check_packet_counts_what_a_change_leaves_out(edition: PacketEdition) -> None:
    """Rows left out by one of the two changes of a lag are counted in the answer, too."""

    def left_out(packet: dict) -> None:
        row = packet["rows"][0]
        packet["findings"][0]["computed"]["changes"][0]["left_out"] = {row: "made up"}

    def unknown(packet: dict) -> None:
        packet["findings"][0]["computed"]["changes"][0]["left_out"] = {"X1": "made up"}

    name = "finding-synthesis.yard_after_summit.zip"
    assert "1 rows left out as repeated" in relogged_packet(edition, name, left_out)
    assert relogged_packet(edition, name, unknown).endswith("rows X1 are not in it")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (other_sentence, "its sentence is of something else"),
        (other_text, "rail-counts.baseline: its sentence does not say “no more"),
        (no_finding, "its sentence is of something else"),
        (other_id, "id 'rail-counts.railcars_highest', not 'rail-counts.baseline'"),
    ],
)
def test_check_packet_finds_a_sentence_without_its_finding(
    edition: PacketEdition, change: Callable[[dict], None], named: str
) -> None:
    """What a packet says is what its own finding says, and the finding is the one of its name."""
    found = relogged_packet(edition, QUOTE, change)
    assert found.startswith(f"FAIL packet.json: {named}")


def uncomputed(packet: dict) -> None:
    """Take the computation of a finding away, and say nothing of it."""
    packet["findings"][0]["computed"] = None
    packet["not_recomputed"] = []


def unsaid(packet: dict) -> None:
    """Say nothing of what is not recomputed."""
    packet["not_recomputed"] = []


@pytest.mark.parametrize(
    ("name", "change", "named"),
    [
        (QUOTE, uncomputed, "0 of 1 findings recomputed; NOT RECOMPUTED: rail-counts.baseline"),
        (
            f"finding-{ESTIMATE}.zip",
            unsaid,
            f"0 of 1 findings recomputed; NOT RECOMPUTED: {ESTIMATE}",
        ),
        ("claim-S0-01.zip", unsaid, "1 of 1 findings recomputed; NOT RECOMPUTED: the verdict, "),
        ("chart-rail-counts.railcars.zip", unsaid, "NOT RECOMPUTED: the drawing and the table"),
    ],
)
def test_check_packet_names_what_it_did_not_recompute(
    edition: PacketEdition, name: str, change: Callable[[dict], None], named: str
) -> None:
    """A packet that hides what was not recomputed does not pass as recomputed."""
    assert named in relogged_packet(edition, name, change)


@pytest.mark.parametrize("key", ["ais-gaps.known_to_the_day", "port-imagery.days_empty_in_record"])
def test_check_packet_finds_a_row_that_the_edition_has(edition: PacketEdition, key: str) -> None:
    """Without one row fails a packet of which inputs, rows and log were adapted step by step."""
    name = f"finding-{key}.zip"
    files = edition.files(name)
    packet = json.loads(files["packet.json"])
    finding = packet["findings"][0]["finding"]
    table = packet["findings"][0]["computed"]["table"]
    row = finding["inputs"].pop(0)
    other = edition.relogged(name, rehashed({**files, "packet.json": json.dumps(packet).encode()}))
    assert f"FAIL packet.json: {key}: rests on" in other.verdict(name, other.packets[name])
    packet["rows"].remove(row)
    lines = files[f"rows/{table}.csv"].decode().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(f"{row},")]
    assert len(kept) == len(lines) - 1
    files[f"rows/{table}.csv"] = "".join(kept).encode()
    files["packet.json"] = json.dumps(packet).encode()
    other = edition.relogged(name, rehashed(files))
    found = other.verdict(name, other.packets[name])
    assert found == f"FAIL packet.json: rows {row} are not in it"


def test_check_packet_finds_a_row_that_the_edition_lacks(edition: PacketEdition) -> None:
    """A row that only the packet has fails, and so does each packet that counted it."""
    key = "ais-gaps.known_to_the_day"
    name = f"finding-{key}.zip"
    files = edition.files(name)
    row = json.loads(files["packet.json"])["findings"][0]["finding"]["inputs"][0]
    rows = without_row(edition, "ais_events", row)
    other = edition.relogged(name, files, rows=rows)
    assert f"row {row} not as the edition has it" in other.verdict(name, other.packets[name])


def test_a_table_without_rows_is_tried_like_another() -> None:
    """Nothing meets a condition there; rows of one id in two tables are told."""
    assert recompute._rows({"rail_counts"}, {}) == {}
    cells = recompute.Cells(id="R1")
    with pytest.raises(ValueError, match="row R1 in two tables"):
        recompute._rows({"a", "b"}, {"a": {"R1": cells}, "b": {"R1": cells}})


def test_check_packet_finds_what_is_not_in_it(edition: PacketEdition) -> None:
    """A row that it names, a page that a row cites, and a row on which nothing rests are named."""
    files = edition.files(QUOTE)
    rows = files["rows/rail_counts.csv"].splitlines(keepends=True)
    cells = json.loads(edition.rows.split(b'"record/rail_counts", "key": "R002", "cells": ')[1]
                       .split(b"}\n")[0])  # fmt: skip
    text = io.StringIO(newline="")
    csv.DictWriter(text, rows[0].decode().strip().split(","), lineterminator="\n").writerow(cells)
    for name, content, named in (
        ("rows/rail_counts.csv", rows[0], "packet.json: rows R001 are not in it"),
        ("rows/rail_counts.csv", b"".join(rows) + text.getvalue().encode(),
         "rows/rail_counts.csv: nothing rests on row R002"),
        ("sources.csv", files["sources.csv"].splitlines(keepends=True)[0],
         "packet.json: pages MEDUZA_20231008 are not in it"),
    ):  # fmt: skip
        other = edition.relogged(QUOTE, rehashed({**files, name: content}))
        assert other.verdict(QUOTE, other.packets[QUOTE]) == f"FAIL {named}"


@pytest.mark.parametrize(
    ("file", "row", "column"),
    [("rows/rail_counts.csv", "R001", "value"), ("rows/rail_counts.csv", "R001", "text"),
     ("sources.csv", "MEDUZA_20231008", "url")],
)  # fmt: skip
def test_check_packet_finds_a_cell_that_the_record_has_otherwise(
    edition: PacketEdition, file: str, row: str, column: str
) -> None:
    """A cell of a row or page fails, whatever rests on it, though the packet was logged anew."""
    files = edition.files(QUOTE)
    changed = changed_cell(files[file], row, column, "19")
    assert changed != files[file]
    other = edition.relogged(QUOTE, rehashed({**files, file: changed}))
    found = other.verdict(QUOTE, other.packets[QUOTE])
    assert found == f"FAIL {file}: row {row} not as the edition has it"


def test_check_packet_finds_another_site_of_a_scope(edition: PacketEdition) -> None:
    """The sites by which conditions choose rows come from the rows of the edition."""
    name = "finding-port-imagery.days_empty_in_record.zip"
    files = edition.files(name)
    assert b",rajin," in files["scopes.csv"]
    files["scopes.csv"] = files["scopes.csv"].replace(b",rajin,", b",nowhere,")
    other = edition.relogged(name, rehashed(files))
    found = other.verdict(name, other.packets[name])
    assert re.fullmatch(r"FAIL scopes\.csv: row \S+ not as the edition has it", found)
