"""Verify evidence packets.

Run it as ``python3 -I verify.py ROOT LOG PACKET...``

ROOT is the Merkle root and LOG the packet log of an edition. Take both, and this program with
recompute.py beside it, from the edition's page, never from whoever sent a packet. A folder as
PACKET must hold every packet of LOG. Python 3.10 is all it needs. It prints PASS, with what it
could not recompute, or FAIL with the first difference.
"""

from __future__ import annotations

import sys

if __name__ == "__main__" and not sys.flags.isolated:
    sys.exit("run it as python3 -I verify.py: else files beside it can pose as parts of Python")

import csv
import hashlib
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

FORMAT, OTHER = "1", "take the verifier from the page of that edition"
NAME = re.compile(r"(finding|claim|chart)-[A-Za-z0-9][A-Za-z0-9._-]*\.zip")
RECOMPUTE = "ba6f78a542b97a65f8729111bb86876a1c7f490d047be5a72aa242a04183974b"
Log = dict[str, list[str]]


def _need(true: object, words: str) -> None:
    if not true:
        raise ValueError(words)


def _plain(words: object) -> str:  # a line stays one: no sign of a name ends or erases it
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in str(words))


def merkle_root(leaves: list[bytes]) -> bytes:
    """Root of the tree over the leaves, as RFC 6962, section 2.1 has it."""
    if len(leaves) < 2:
        return hashlib.sha256(b"".join(b"\0" + leaf for leaf in leaves)).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + merkle_root(leaves[:half]) + merkle_root(leaves[half:])).digest()


def read_log(data: bytes, root: str) -> tuple[str, Log]:
    """Edition of a log and its line for each packet, if its root is the one that was given."""
    *lines, rest = data.split(b"\n")
    title, _, version = lines[0].rpartition(b" ") if lines else (b"", b"", b"")
    _need(title == b"skytally packet log", "no packet log")
    _need(version == FORMAT.encode(), f"format {version!a}, not {FORMAT}: {OTHER}")
    _need(not rest and merkle_root(lines).hex() == root.lower(), "its root is not the root given")
    _, edition, _, count, *packets = (line.decode("ascii").split(" ") for line in lines)
    names = [words[1] for words in packets]
    _need(names == sorted({*names}) and all(map(NAME.fullmatch, names)), "packets out of order")
    _need(count[1] == str(len(names)), f"{len(names)} packets where it says {count[1]}")
    return edition[1], dict(zip(names, packets, strict=True))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _need(len(dict(pairs)) == len(pairs), "a key twice in JSON")
    return dict(pairs)


def check_packet(data: bytes, name: str, edition: str, log: Log, difference: Any) -> str:
    """Check one packet; return in words what was checked."""
    digest = hashlib.sha256(data).hexdigest()
    true = next((each for each, words in log.items() if words[0] == digest), name)
    _need(true == name, f"renamed: the edition logged it as {true}")
    _need(name in log, f"the log of edition {edition} has no such packet")
    files, known = {}, dict(word.split("=") for word in log[name][2:])
    archive = zipfile.ZipFile(io.BytesIO(data))
    for file, expected in known.items():
        try:  # only what is stored as it is: nothing unfolds to more than the packet holds
            info = archive.getinfo(file)
            plain = info.compress_type == 0 and info.file_size <= len(data)
            files[file] = archive.read(info) if plain else b""
        except Exception:
            files[file] = b""
        _need(hashlib.sha256(files[file]).hexdigest() == expected, f"{file}: not as it was logged")
    _need(digest == log[name][0], "bytes beside its files were changed")
    packet, crate = (
        json.loads(files[file], object_pairs_hook=_once, parse_constant=lambda word: _need(0, word))
        for file in ("packet.json", "ro-crate-metadata.json")
    )
    _need(packet["format"] == int(FORMAT), f"packet.json: format {packet['format']}: {OTHER}")
    _need(packet["edition"] == edition, f"packet.json: of edition {packet['edition']}")
    for entity in crate["@graph"]:
        file, hashed = entity["@id"], known.get(entity["@id"])
        _need(entity.get("sha256", hashed) == hashed, f"ro-crate-metadata.json: hash of {file}")
    rows = {
        row["id"]: {**packet["rows"].get(row["id"], {}), **row, "table": file[5:-4]}
        for file in known
        if file.startswith("rows/")
        for row in csv.DictReader(io.StringIO(files[file].decode(), newline=""), strict=True)
    }
    parts = [part for part in packet["findings"] if part["computed"]]
    for part in parts:
        fault = difference(part["finding"], part["computed"], rows)
        _need(not fault, f"packet.json: {fault}")
    gone = {row for part in parts for row in part["computed"].get("left_out", ())}
    words = f"edition {edition} says “{packet['sentence']}”; "
    words += f"{len(known)} files as logged, {len(parts)} findings recomputed"
    words += f", {len(gone)} rows left out as repeated" if gone else ""
    return words + "".join(f"; NOT RECOMPUTED: {each}" for each in packet["not_recomputed"])


def main(root: str, log: str, *packets: str) -> int:
    """Check packets and print a line for each; the exit code is 0 if all pass."""
    programs: dict[str, Any] = {"__name__": "recompute"}
    recompute = Path(__file__).with_name("recompute.py").read_bytes()
    if hashlib.sha256(recompute).hexdigest() != RECOMPUTE:
        print("FAIL recompute.py: not the one of this verifier; take both from the edition's page")
        return 1
    exec(compile(recompute, "recompute.py", "exec"), programs)
    try:
        edition, known = read_log(Path(log).read_bytes(), root)
    except (OSError, ValueError) as error:
        print(f"FAIL {_plain(Path(log).name)}: {_plain(error)}")
        return 1
    paths, faults = [Path(packet) for packet in packets], 0
    for folder in [path for path in paths if path.is_dir()]:
        paths += sorted({*folder.iterdir(), *(folder / name for name in known)})
        paths.remove(folder)
    for path in paths:
        try:
            data, difference = path.read_bytes(), programs["difference"]
            verdict, words = "PASS", check_packet(data, path.name, edition, known, difference)
        except Exception as error:  # of whatever kind: what cannot be checked does not pass
            verdict, words, faults = "FAIL", str(error) or type(error).__name__, faults + 1
        print(f"{verdict} {_plain(path.name)}: {_plain(words)}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) > 3 else __doc__)
