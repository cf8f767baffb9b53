"""Verify evidence packets.

Run it as ``python3 -I verify.py ROOT LOG PACKET...``

ROOT is the Merkle root and LOG the packet log of an edition, with rows.jsonl.gz beside it. Take
these and both programs from the edition's page, never from whoever sent a packet. Folders as PACKET
must hold every packet of LOG and nothing else; of one such as 2026-11-30/packets, what LOG has from
that edition counts. A line a packet: PASS, with what was not recomputed, or FAIL with why; a sum.
"""

import sys

if sys.version_info < (3, 10):
    sys.exit(f"verify.py needs Python 3.10 or later; this is {sys.version.split()[0]}")
if __name__ == "__main__" and not sys.flags.isolated:
    sys.exit("run it as python3 -I verify.py: else files beside it can pose as parts of Python")

import hashlib
import io
import os
import re
import stat
import zipfile
from pathlib import Path
from typing import Any

FORMAT, LARGEST = "3", 16 << 20  # bytes of a file, packed or unpacked
NAME = re.compile(r"(finding|claim|chart)-([A-Za-z0-9][A-Za-z0-9._-]*)\.zip")
OF_EDITION = re.compile(r".*[/\\](\d{4}-\d\d-\d\d(-\d+)?)[/\\]packets")
RECOMPUTE = "69bcee4a0399036117b76fbb0a54ca2483b9a9656b2f68feb579165d24dc5a04"
IRREGULAR = "a link, pipe, device or folder, not a plain file; copy the file itself and check that"
AGAIN = "save the log again from the edition's page, unopened"
Log = tuple[str, dict[str, str], dict[str, list[str]]]


def _need(true: object, words: str) -> None:
    if not true:
        raise ValueError(words)


def _line(verdict: str, path: str, words: object) -> str:  # no sign of a name hides or ends it
    words = getattr(words, "strerror", None) or str(words) or type(words).__name__
    seen = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in words)
    line = f"{ascii(path)[1:-1]}: {seen}"  # nor do spaces push a part of it to the next line
    return f"{verdict} " + re.sub("  +", lambda run: r"\x20" * len(run[0]), line)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def plain_file(path: str) -> bytes:
    """Content of a regular file; nothing else is opened, followed or waited for."""
    before, flags = os.lstat(path), ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
    _need(stat.S_ISREG(before.st_mode), IRREGULAR)
    opened = os.open(path, os.O_RDONLY | sum(getattr(os, flag, 0) for flag in flags))
    with open(opened, "rb") as file:
        _need(os.path.samestat(before, os.fstat(opened)), IRREGULAR)
        data = file.read(LARGEST + 1)
    _need(len(data) <= LARGEST, f"larger than {LARGEST >> 20} MB, which no file of an edition is")
    return data


def merkle_root(leaves: list[bytes]) -> bytes:
    """Root of the tree over the leaves, as RFC 6962, section 2.1 has it."""
    if len(leaves) < 2:
        return hashlib.sha256(b"".join(b"\0" + leaf for leaf in leaves)).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + merkle_root(leaves[:half]) + merkle_root(leaves[half:])).digest()


def read_log(data: bytes, root: str) -> Log:
    """Edition, hashes of its record, and packets of a log, if its root is the one given."""
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").removesuffix(b"\n")
    lines = data.split(b"\n")
    title, _, version = lines[0].rpartition(b" ")
    _need(title == b"skytally packet log", f"no packet log: {AGAIN}")
    other = f"format {version!a}, not {FORMAT}: take the verifier from the page of that edition"
    _need(version == FORMAT.encode(), other)
    other = f"its root is not the root given: {AGAIN}"
    _need(merkle_root(lines).hex() == root.strip().lower(), other)
    _, edition, _, count, record, *packets = (line.decode("ascii").split(" ") for line in lines)
    names = [words[1] for words in packets]
    _need(names == sorted({*names}) and all(map(NAME.fullmatch, names)), "packets out of order")
    _need(count[1] == str(len(names)), f"{len(names)} packets where it says {count[1]}")
    hashes = dict(word.split("=") for word in record[1:])
    _need(len(hashes) == len(record) - 1, "a table twice")
    return edition[1], hashes, dict(zip(names, packets, strict=True))


def check_packet(data: bytes, name: str, log: Log, check_content: Any) -> str:
    """Check one packet; return in words what was checked."""
    (edition, record, packets), digest = log, _sha256(data)
    true = next((each for each, words in packets.items() if words[0] == digest), name)
    _need(true == name, f"renamed: the edition logged it as {true}")
    _need(name in packets, f"the log of edition {edition} has no such packet")
    files, known = {}, dict(word.split("=") for word in packets[name][3:])
    archive = zipfile.ZipFile(io.BytesIO(data))  # of other bytes, only to name what was changed
    for file, expected in known.items():
        try:  # no more is unfolded than a file of an edition can hold
            known_way = archive.getinfo(file).compress_type in (0, 8)
            files[file] = archive.open(file).read(LARGEST) if known_way else b""
        except Exception:
            files[file] = b""
        _need(_sha256(files[file]).startswith(expected), f"{file}: not as it was logged")
    _need(digest == packets[name][0], "its files are as they were logged, its other bytes are not")
    (kind, identifier), issuer = name[:-4].split("-", 1), packets[name][2]
    about = {"edition": issuer, "kind": kind, "id": identifier}
    since = "" if issuer == edition else f" (issued with {issuer} and unchanged since)"
    words = check_content(files, about, {} if since else record, data)
    return f"edition {edition}{since} says {words}"


def main(root: str, log: str, *packets: str) -> int:
    """Check packets and print a line for each, then a sum; the exit code is 0 if all pass."""
    programs: dict[str, Any] = {"__name__": "recompute"}
    path = str(Path(__file__).with_name("recompute.py"))
    try:
        recompute, other = plain_file(path), "not that of this verifier; take both from the page"
        _need(_sha256(recompute) == RECOMPUTE, other)
        exec(compile(recompute, "recompute.py", "exec"), programs)
        path = log
        known = read_log(plain_file(path), root)
        path = str(Path(log).with_name("rows.jsonl"))
        path += "" if os.path.lexists(path) else ".gz"
        check_content = programs["content_check"](plain_file(path), known[1]["rows.jsonl"])
    except Exception as error:
        print(_line("FAIL", path, error))
        return 1
    wanted: set[str] = set()
    left, seen, passed, faults = [(path, True) for path in reversed(packets)], {""}, [], 0
    while left:
        path, given = left.pop()
        try:
            if given and stat.S_ISDIR(os.lstat(path).st_mode) and Path(path).suffix != ".zip":
                of = OF_EDITION.fullmatch(os.path.abspath(path))
                for name in sorted(os.listdir(path), reverse=True):
                    if not of or of[1] in (known[0], known[2].get(name, ["", "", ""])[2]):
                        left.append((os.path.join(path, name), False))
                wanted = {*known[2]}
                continue
            seen.add(Path(path).name)
            words = check_packet(plain_file(path), Path(path).name, known, check_content)
            passed.append(Path(path).name)
            print(_line("PASS", path, words))
        except Exception as error:  # of whatever kind: what cannot be checked does not pass
            faults += 1
            print(_line("FAIL", path, error))
    for name in sorted(wanted - seen):
        faults += 1
        print(_line("FAIL", name, f"in no folder given; edition {known[2][name][2]} issued it"))
    of_edition = f"{len({*passed})} of {len(known[2])} packets of the edition seen"
    print(f"{len(passed)} PASS, {faults} FAIL, {of_edition}; root {root}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) > 3 else __doc__)
