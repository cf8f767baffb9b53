"""All packets of the book that was built: checked by strangers, forged ten thousand times."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import pytest

from skytally.editions import editions_folder, newest_edition, packet_paths
from skytally.editions.packet_record_rows import as_csv
from skytally.editions.packet_verifier import recompute
from skytally.editions.reproducible_zip import canonical_zip
from skytally.press.ro_crate_validation import crate_faults, one_of_each_shape
from tests.support.built_site_pages import SITE
from tests.support.edition_packets_and_tampering import (
    PacketEdition,
    failures,
    packets_of_site,
    rehashed,
)

pytestmark = pytest.mark.slow

CHANGED_PACKETS = 40
STATED = re.compile(
    r"(address|commit|lock|parameters|not_recomputed|findings/0/(finding/(when|unit|bound|level|own|made_of"
    r"|interval_from|support|flips_if)|declared/(note|of|once|order|unit|arguments|otherwise|sentence"
    r"|table|where)|computed/(value|day|lasting|moment|left_out|where|not_below|changes)))(/|$)"
)
"""Places of packet.json of which nothing in a packet gives the content again (METHODS 11.2)."""
FORGED_BYTES, REMOVED_ROWS, TRIED_TABLES = 10_000, 1_000, 100
LATER, LEAST_KEPT, KEPT_FORGED = "2099-01-01", 0.3, 1_000
"""A later edition, the least share of its packets that it keeps, and forgeries of those."""
OTHER_PYTHONS = "SKYTALLY_OTHER_PYTHONS"
"""Environment variable with further interpreters to check the packets in, parted by colons."""
VALIDATOR = "SKYTALLY_VALIDATOR"
"""Environment variable naming the interpreter of the validator, where `make crates` made none."""


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> PacketEdition:
    """Write the packets of the book as it was built."""
    return packets_of_site(tmp_path_factory.mktemp("book") / "data" / "editions", SITE)


def interpreters() -> list[str]:
    """List the interpreter of the tests and those named in the environment."""
    return [sys.executable, *filter(None, os.environ.get(OTHER_PYTHONS, "").split(":"))]


@pytest.fixture(scope="module")
def following(tmp_path_factory: pytest.TempPathFactory) -> PacketEdition:
    """Write the packets of the book as one more edition after those that were published."""
    editions = tmp_path_factory.mktemp("following") / "data" / "editions"
    shutil.copytree(editions_folder(), editions)
    newest = newest_edition(editions_folder())
    assert newest is not None
    return packets_of_site(editions, SITE, name=LATER, parent=newest.id)


@pytest.mark.parametrize("python", interpreters())
def test_every_packet_passes_in_other_interpreters(edition: PacketEdition, python: str) -> None:
    """All packets pass with the standard library of each interpreter."""
    assert failures(edition, python) == []


def test_most_findings_are_recomputed(edition: PacketEdition) -> None:
    """All declared findings but estimates and named counts are recomputed from their rows."""
    left = set()
    for name in edition.known:
        packet = json.loads(edition.files(name)["packet.json"])
        if packet["kind"] == "finding" and packet["not_recomputed"]:
            left |= {*packet["not_recomputed"]}
    declared = [words for words in left if "which no row" not in words]
    assert all(
        re.search(r" \((estimate by|count by|assumed,) [\w -]+\)$", words) for words in declared
    )


def test_ten_thousand_forged_bytes_are_found(edition: PacketEdition) -> None:
    """One changed byte anywhere in any packet never passes."""
    chance = random.Random(2012)
    names = sorted(edition.packets)
    true = [edition.verdict(name, edition.packets[name]) for name in names]
    assert not any(words.startswith("FAIL") for words in true)
    passed = []
    for _ in range(FORGED_BYTES):
        name = chance.choice(names)
        data = bytearray(edition.packets[name])
        at = chance.randrange(len(data))
        data[at] ^= chance.randrange(1, 256)
        if not edition.verdict(name, bytes(data)).startswith("FAIL"):
            passed.append((name, at))
    assert passed == []


def test_an_edition_keeps_what_did_not_change(following: PacketEdition) -> None:
    """All packets pass under one root, given the folders of all editions; one left out shows."""
    folders = sorted(following.folder.parent.glob("*/packets"))
    program = following.folder / "packet_verifier" / "verify.py"
    log = following.folder / "packet_log.txt"
    kept = [name for name, words in following.known.items() if words[2] != LATER]
    assert len(kept) > LEAST_KEPT * len(following.known)
    for gone in ("", random.Random(3).choice(kept)):
        if gone:
            packet_paths(following.folder)[gone].unlink()
        command = [sys.executable, "-I", "-S", str(program), following.root, str(log)]
        run = subprocess.run(
            [*command, *map(str, folders)], capture_output=True, text=True, check=False
        )
        failed = [line for line in run.stdout.splitlines() if line.startswith("FAIL")]
        assert [line.split()[1] for line in failed] == ([f"{gone}:"] if gone else [])
        assert run.returncode == bool(gone)


def test_forged_bytes_of_kept_packets_are_found(following: PacketEdition) -> None:
    """One changed byte of a packet that an older edition issued never passes with the new log."""
    chance = random.Random(2026)
    kept = [name for name, words in following.known.items() if words[2] != LATER]
    for name in chance.choices(kept, k=KEPT_FORGED):
        data = bytearray(following.packets[name])
        data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
        assert following.verdict(name, bytes(data)).startswith("FAIL"), name


def test_a_row_removed_from_packet_and_log_is_found(edition: PacketEdition) -> None:
    """Of what conditions choose no row can go, though the packet is logged anew without it."""
    chance = random.Random(20481)
    record = recompute.read_record(edition.rows, hashlib.sha256(edition.rows).hexdigest())
    unnamed, tried = [], 0
    for name in chance.sample(sorted(edition.known), k=len(edition.known)):
        files = edition.files(name)
        packet = json.loads(files["packet.json"])
        steps = [part["computed"] for part in packet["findings"] if part["computed"]]
        tables = {table for each in steps for table in recompute._tried_tables(each)}
        beside = {file[5:-4] for file in files if file.startswith("rows/")}
        known = recompute._rows(beside | tables, record)
        chosen = {row for each in steps for row in recompute._taken(each, known)}
        for file in sorted(f"rows/{table}.csv" for table in tables & beside):
            held = list(csv.DictReader(io.StringIO(files[file].decode(), newline="")))
            gone = chance.choice([row["id"] for row in held if row["id"] in chosen])
            content = as_csv([row for row in held if row["id"] != gone] or [{"id": ""}])
            less = {**packet, "rows": [row for row in packet["rows"] if row != gone]}
            forged = {**files, file: content.removesuffix(b'\n""\n')}
            for said in (packet, less):
                forged["packet.json"] = json.dumps(said).encode()
                other = edition.relogged(name, rehashed(forged))
                found = other.verdict(name, other.packets[name])
                tried += 1
                # a scope that only that row had is told first
                named = (
                    rf"packet\.json: rows .*\b{gone}\b.* not in it|scopes\.csv: nothing rests on"
                )
                if not re.match(f"FAIL ({named})", found):
                    unnamed.append((name, gone, found))
    assert unnamed == []
    assert tried >= TRIED_TABLES


def test_a_thousand_removed_rows_are_found(edition: PacketEdition) -> None:
    """A packet without one of its rows never passes, though zip and hashes were made anew."""
    chance = random.Random(2459)
    tables = [
        (name, word.partition("=")[0])
        for name, words in edition.known.items()
        for word in words[2:]
        if word.startswith("rows/")
    ]
    unnamed = []
    for _ in range(REMOVED_ROWS):
        name, table = chance.choice(tables)
        files = edition.files(name)
        head, *rows = files[table].splitlines(keepends=True)
        rows.pop(chance.randrange(len(rows)))
        forged = canonical_zip(rehashed({**files, table: b"".join([head, *rows])}))
        found = edition.verdict(name, forged)
        if not re.match(rf"FAIL ({re.escape(table)}|ro-crate-metadata\.json): not as", found):
            unnamed.append((name, table, found))
    assert unnamed == []


Leaf = tuple[tuple[str | int, ...], Any]


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[Leaf]:
    """Yield every number and word of a document with the way to it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inside:
        if isinstance(each, dict | list):
            yield from leaves(each, (*path, key))
        else:
            yield (*path, key), each


def otherwise(value: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, bool):
        return not value
    return 7 if value is None else value + ("9" if isinstance(value, str) else 1)


def test_each_word_of_a_recomputed_finding_is_checked_or_named(edition: PacketEdition) -> None:
    """Whatever is changed in packet.json and logged fails, but for what METHODS names as stated."""
    chance = random.Random(1873)
    findings = [name for name in sorted(edition.known) if name.startswith("finding-")]
    passed, tried = set(), 0
    for name in chance.sample(findings, k=CHANGED_PACKETS):
        files = edition.files(name)
        packet = json.loads(files["packet.json"])
        if packet["findings"][0]["computed"] is None:
            continue
        about = {key: packet[key] for key in ("format", "edition", "kind", "id")}
        for path, value in leaves(packet):
            changed = json.loads(files["packet.json"])
            reduce(getitem, path[:-1], changed)[path[-1]] = otherwise(value)
            forged = rehashed({**files, "packet.json": json.dumps(changed).encode()})
            tried += 1
            try:
                edition.check_content(forged, about, edition.record, canonical_zip(forged))
            except Exception:
                continue
            passed.add("/".join(map(str, path)))
    assert sorted(place for place in passed if not STATED.match(place)) == []
    assert tried > 1000


def test_packets_are_valid_crates(edition: PacketEdition, tmp_path: Path) -> None:
    """A packet of each shape is a valid RO-Crate, and one without its licence is none."""
    made = Path(sys.prefix) / "edition" / "bin" / "python"
    python = Path(os.environ.get(VALIDATOR) or made)
    if not python.is_file():
        pytest.skip("the RO-Crate validator is not installed; make crates installs it")
    packets = sorted((edition.folder / "packets").glob("*.zip"))
    chosen = one_of_each_shape(packets)
    assert {path.name.partition("-")[0] for path in chosen} == {"finding", "claim", "chart"}
    broken = tmp_path / "finding-broken.zip"
    files = edition.files(chosen[-1].name)
    crate = json.loads(files["ro-crate-metadata.json"])
    root = next(entity for entity in crate["@graph"] if entity["@id"] == "./")
    del root["license"]
    files["ro-crate-metadata.json"] = json.dumps(crate).encode()
    broken.write_bytes(canonical_zip(files))
    faults = crate_faults([*chosen, broken], python)
    assert set(faults) == {broken.name}
    assert "license" in " ".join(faults[broken.name])


def test_an_omitted_packet_shows(edition: PacketEdition, tmp_path: Path) -> None:
    """A folder without one packet, and a log without its line, do not pass."""
    folder = tmp_path / "packets"
    shutil.copytree(edition.folder / "packets", folder)
    gone = random.Random(1).choice(sorted(edition.known))
    (folder / gone).unlink()
    lines = (edition.folder / "packet_log.txt").read_text().splitlines(keepends=True)
    short = tmp_path / "packet_log.txt"
    short.write_text("".join(line for line in lines if gone not in line))
    program = edition.folder / "packet_verifier" / "verify.py"
    for log, named in ((edition.folder / "packet_log.txt", gone), (short, short)):
        command = [sys.executable, "-I", str(program), edition.root, str(log), str(folder)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        failed = [line for line in run.stdout.splitlines() if line.startswith("FAIL")]
        assert run.returncode == 1
        assert [line.split()[1].rstrip(":") for line in failed] == [str(named)]
