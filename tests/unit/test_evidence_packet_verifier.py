"""The verifier of evidence packets: what passes, and what a forger tries."""

from __future__ import annotations

import ast
import hashlib
import io
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from skytally.editions.packet_verifier import verify
from tests.support.edition_packets_and_tampering import ESTIMATE, KEYS, PacketEdition, rehashed

QUOTE = "finding-rail-counts.baseline.zip"
HIGHEST = "finding-rail-counts.railcars_highest.zip"
ASSUMED = "rail-counts.sites_watched"
FORGED_BYTES, REMOVED_ROWS = 200, 50
AROUND = "its files are as they were logged, its other bytes are not"


@pytest.fixture
def edition(packet_edition: PacketEdition) -> PacketEdition:
    """Return the small edition of the session."""
    return packet_edition


def strangers_run(edition: PacketEdition, *paths: Path | str, root: str = "") -> tuple[int, str]:
    """Run the published programs in an interpreter that knows nothing of this project."""
    program = edition.folder / "packet_verifier" / "verify.py"
    words = [root or edition.root, str(edition.folder / "packet_log.txt"), *map(str, paths)]
    command = [sys.executable, "-I", "-S", str(program), *words]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    return run.returncode, run.stdout + run.stderr


def test_every_packet_passes_in_a_strangers_interpreter(edition: PacketEdition) -> None:
    """All packets of a folder pass with the standard library alone; the estimate is named."""
    code, printed = strangers_run(edition, edition.folder / "packets")
    *lines, summary = printed.splitlines()
    assert (code, len(lines)) == (0, len(KEYS) + 2)
    assert summary == f"{len(lines)} PASS, 0 FAIL, {len(lines)} of {len(lines)} packets of the " + (
        f"edition seen; root {edition.root}"
    )
    assert all(line.startswith(f"PASS {edition.folder / 'packets'}/") for line in lines)
    estimates = [line for line in lines if f"NOT RECOMPUTED: {ESTIMATE}" in line]
    assert len(estimates) == 1
    assert f"finding-{ESTIMATE}.zip" in estimates[0]
    assert sum("1 of 1 findings recomputed" in line for line in lines) == len(KEYS)
    assert sum(f"NOT RECOMPUTED: {ASSUMED} (assumed" in line for line in lines) == 1


def test_check_packet_finds_each_byte_forged(edition: PacketEdition) -> None:
    """One changed byte anywhere in any packet fails, whichever byte it is."""
    chance = random.Random(14)
    names = sorted(edition.packets)
    true = [edition.verdict(name, edition.packets[name]) for name in names]
    assert not any(words.startswith("FAIL") for words in true)
    for _ in range(FORGED_BYTES):
        name = chance.choice(names)
        data = bytearray(edition.packets[name])
        at = chance.randrange(len(data))
        data[at] ^= chance.randrange(1, 256)
        assert edition.verdict(name, bytes(data)).startswith("FAIL"), (name, at)


def without_a_row(edition: PacketEdition, chance: random.Random) -> tuple[str, str, bytes]:
    """Packet without one of its rows, everything inside hashed anew."""
    name = chance.choice([each for each in sorted(edition.packets) if "synthesis" not in each])
    files = edition.files(name)
    table = chance.choice([file for file in sorted(files) if file.startswith("rows/")])
    head, *rows = files[table].splitlines(keepends=True)
    rows.pop(chance.randrange(len(rows)))
    files[table] = b"".join([head, *rows])
    forged = io.BytesIO()
    with zipfile.ZipFile(forged, "w") as archive:
        for file, content in rehashed(files).items():
            archive.writestr(file, content)
    return name, table, forged.getvalue()


def test_check_packet_names_the_table_that_lost_a_row(edition: PacketEdition) -> None:
    """A removed row is found and its table named, though all hashes inside were made anew."""
    chance = random.Random(6962)
    for _ in range(REMOVED_ROWS):
        name, _, forged = without_a_row(edition, chance)
        assert re.match(
            r"FAIL (rows/\w+\.csv|ro-crate-metadata\.json): ", edition.verdict(name, forged)
        )


def with_second_directory(data: bytes) -> bytes:
    """Bytes with another end of a zip behind the first, which readers take instead."""
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("packet.json", b"{}")
    return data + other.getvalue()


def with_comment(data: bytes) -> bytes:
    """Bytes of a zip with a comment."""
    packed = io.BytesIO(data)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.comment = b"proved"
    return packed.getvalue()


def with_file(name: str, content: bytes, how: int = zipfile.ZIP_STORED) -> Callable[[bytes], bytes]:
    """Return a function that adds a file to a zip."""

    def added(data: bytes) -> bytes:
        packed = io.BytesIO(data)
        with zipfile.ZipFile(packed, "a", how) as archive:
            archive.writestr(name, content)
        return packed.getvalue()

    return added


def repacked(how: int) -> Callable[[bytes], bytes]:
    """Return a function that packs the same files another way: true content in other bytes."""

    def made(data: bytes) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", how) as new:
            for name in old.namelist():
                new.writestr(name, old.read(name))
        return packed.getvalue()

    return made


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("trick", "named"),
    [
        (lambda data: data + b"\0", AROUND),
        (lambda data: b"\0" + data, AROUND),
        (with_second_directory, "lock.txt: not as it was logged"),
        (with_comment, AROUND),
        (with_file("packet.json", b"{}"), "packet.json: not as it was logged"),
        (with_file("../../verify.py", b"print('PASS')"), AROUND),
        (with_file("packet.json", b"0" * 5_000_000, zipfile.ZIP_BZIP2), "packet.json: not"),
        (with_file("packet.json", b"0" * 100_000_000, zipfile.ZIP_DEFLATED), "packet.json: not"),
        (repacked(zipfile.ZIP_STORED), AROUND),
        (repacked(zipfile.ZIP_LZMA), "lock.txt: not as it was logged"),
        (lambda _: b"", "File is not a zip file"),
        (lambda data: data[: len(data) // 2], "File is not a zip file"),
    ],
    ids=["appended", "prepended", "directory", "comment", "twice", "path", "bzip2", "bomb",
         "stored", "lzma", "empty", "half"],
)  # fmt: skip
def test_check_packet_finds_tricks_with_zips(
    edition: PacketEdition, trick: Callable[[bytes], bytes], named: str
) -> None:
    """What can be done to a zip around its files is found and named."""
    assert edition.verdict(QUOTE, trick(edition.packets[QUOTE])).startswith(f"FAIL {named}")


def test_check_packet_finds_a_packet_under_another_name(edition: PacketEdition) -> None:
    """A sound packet that poses as that of another finding fails, and its name is given."""
    found = edition.verdict(HIGHEST, edition.packets[QUOTE])
    assert found == f"FAIL renamed: the edition logged it as {QUOTE}"


@pytest.mark.parametrize(
    "name", ["finding-rail-counts.withdrawn.zip", "finding-rail-counts.baseline\u2024zip", "x"]
)
def test_check_packet_knows_no_packet_of_another_name(edition: PacketEdition, name: str) -> None:
    """A withdrawn finding, another edition's packet and a look-alike name are told so."""
    found = edition.verdict(name, edition.packets[QUOTE] + b"other")
    assert found == "FAIL the log of edition 2026-11-29 has no such packet"


def shortened(lines: list[bytes]) -> list[bytes]:
    """Leave out the last packet."""
    return lines[:-1]


@pytest.mark.parametrize(
    "change",
    [
        shortened,
        lambda lines: [*lines[:4], *reversed(lines[4:])],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines[:3], b"packets 1", lines[4]],
        lambda lines: [line.replace(b"previous none", b"previous all") for line in lines],
        lambda lines: [line.upper() for line in lines[:0]],
    ],
    ids=["truncated", "reordered", "doubled", "one", "chain", "empty"],
)
def test_read_log_finds_changes_of_the_log(
    edition: PacketEdition, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    """No line can be left out, moved, doubled or changed under the same root."""
    lines = change(edition.log.removesuffix(b"\n").split(b"\n"))
    with pytest.raises(ValueError, match=r"its root is not the root given|no packet log"):
        verify.read_log(b"\n".join(lines) + b"\n", edition.root)


def test_read_log_refuses_a_log_with_a_packet_twice(edition: PacketEdition) -> None:
    """Even under a root of its own a log lists each packet once, in order, and says how many."""
    lines = edition.log.removesuffix(b"\n").split(b"\n")
    for changed, named in (([*lines, lines[-1]], "order"), (lines[:-1], "where it says")):
        root = verify.merkle_root(changed).hex()
        with pytest.raises(ValueError, match=named):
            verify.read_log(b"\n".join(changed) + b"\n", root)


def test_read_log_refuses_a_log_with_a_table_twice(edition: PacketEdition) -> None:
    """The rows cannot be logged with two contents, of which each packet has another."""
    lines = edition.log.removesuffix(b"\n").split(b"\n")
    doubled = [*lines[:4], lines[4] + b" rows.jsonl=" + b"0" * 64, *lines[5:]]
    with pytest.raises(ValueError, match="a table twice"):
        verify.read_log(b"\n".join(doubled) + b"\n", verify.merkle_root(doubled).hex())


def test_read_log_names_another_format(edition: PacketEdition) -> None:
    """An older or newer log says which verifier to take, before anything else is compared."""
    for other in (b"2", b"4"):
        log = edition.log.replace(b"skytally packet log 3", b"skytally packet log " + other)
        with pytest.raises(ValueError, match=f"format {other}, not 3: take the verifier from the"):
            verify.read_log(log, edition.root)


def test_a_missing_packet_shows_in_a_folder(edition: PacketEdition, tmp_path: Path) -> None:
    """Given a folder, every packet of the log must be there, and nothing else."""
    folder = tmp_path / "packets"
    shutil.copytree(edition.folder / "packets", folder)
    (folder / QUOTE).unlink()
    (folder / "finding-extra.zip").write_bytes(b"x")
    code, printed = strangers_run(edition, folder)
    *lines, summary = printed.splitlines()
    failed = [line for line in lines if line.startswith("FAIL")]
    assert code == 1
    assert failed == [
        f"FAIL {folder}/finding-extra.zip: the log of edition 2026-11-29 has no such packet",
        f"FAIL {QUOTE}: in no folder given; edition 2026-11-29 issued it",
    ]
    count = len(edition.known)
    assert (
        summary == f"{count - 1} PASS, 2 FAIL, {count - 1} of {count} packets of the edition seen"
        f"; root {edition.root}"
    )


def test_a_name_cannot_write_a_line_of_its_own(edition: PacketEdition, tmp_path: Path) -> None:
    """A file named so as to print PASS on a line of its own prints none."""
    packet = tmp_path / f"x\nPASS {QUOTE}: all\x1b[2K.zip"
    packet.write_bytes(b"forged")
    code, printed = strangers_run(edition, packet)
    assert code == 1
    line, summary = printed.splitlines()
    assert line.startswith(f"FAIL {tmp_path}/x\\nPASS {QUOTE}: all\\x1b[2K.zip: ")
    assert summary.startswith("0 PASS, 1 FAIL, 0 of ")


def copied_programs(edition: PacketEdition, folder: Path) -> Path:
    """Copy the published programs into a folder; return the one that is run."""
    for path in (edition.folder / "packet_verifier").iterdir():
        shutil.copy(path, folder)
    return folder / "verify.py"


def test_files_beside_the_verifier_cannot_pose_as_python(
    edition: PacketEdition, tmp_path: Path
) -> None:
    """Without -I, where a hashlib.py from the sender would count, nothing is checked at all."""
    program = copied_programs(edition, tmp_path)
    (tmp_path / "hashlib.py").write_text("print('PASS, says the forger')")
    words = [edition.root, str(edition.folder / "packet_log.txt"), str(edition.folder / "packets")]
    for flags, code in (([], 1), (["-I"], 0)):
        command = [sys.executable, *flags, str(program), *words]
        run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert run.returncode == code
        assert "says the forger" not in run.stdout + run.stderr


def test_the_verifier_holds_the_hash_of_its_second_program() -> None:
    """After a change of recompute.py its SHA-256 is written into verify.py anew."""
    program = Path(verify.__file__).with_name("recompute.py").read_bytes()
    assert hashlib.sha256(program).hexdigest() == verify.RECOMPUTE


def test_another_recompute_program_is_refused(edition: PacketEdition, tmp_path: Path) -> None:
    """The program that recomputes must be that of the verifier."""
    program = copied_programs(edition, tmp_path)
    (tmp_path / "recompute.py").write_text("def difference(*_):\n    return ''\n")
    words = [edition.root, str(edition.folder / "packet_log.txt"), str(edition.folder / "packets")]
    command = [sys.executable, "-I", str(program), *words]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stdout == (
        f"FAIL {tmp_path}/recompute.py: not that of this verifier; take both from the page\n"
    )


@pytest.mark.parametrize("root", ["0" * 64, "x"])
def test_main_refuses_another_root(edition: PacketEdition, root: str) -> None:
    """Under another root nothing is checked, and the log is named."""
    code, printed = strangers_run(edition, edition.folder / "packets", root=root)
    log = edition.folder / "packet_log.txt"
    assert (code, printed) == (1, f"FAIL {log}: its root is not the root given: {verify.AGAIN}\n")


def test_merkle_root_is_that_of_the_standard() -> None:
    """The test vectors of Certificate Transparency for none to eight leaves."""
    leaves = [bytes.fromhex(word) for word in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )]  # fmt: skip
    expected = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    assert {size: verify.merkle_root(leaves[:size]).hex() for size in expected} == expected


def special_files(folder: Path, true: Path) -> dict[str, Path]:
    """Write what is no plain file under names of packets: links, a pipe, a folder, a device."""
    made = {kind: folder / kind / QUOTE for kind in ("link", "pipe", "folder", "large", "dangling")}
    for path in made.values():
        path.parent.mkdir()
    made["link"].symlink_to(true)
    made["dangling"].symlink_to(folder / "nothing")
    os.mkfifo(made["pipe"])
    made["folder"].mkdir()
    with made["large"].open("wb") as file:
        file.truncate(verify.LARGEST + 1)
    return {**made, "device": Path("/dev/zero")}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_only_plain_files_of_some_size_are_opened(edition: PacketEdition, tmp_path: Path) -> None:
    """A link, a pipe, a folder, a device and an endless file have one line each, in order."""
    made = special_files(tmp_path, edition.folder / "packets" / QUOTE)
    code, printed = strangers_run(edition, *made.values())
    *lines, summary = printed.splitlines()
    assert (code, summary.partition(",")[0]) == (1, "0 PASS")
    assert [line.split()[1].rstrip(":") for line in lines] == [str(path) for path in made.values()]
    for kind, line in zip(made, lines, strict=True):
        named = "larger than 16 MB" if kind == "large" else "a link, pipe, device or folder"
        assert f": {named}, " in line


def test_a_file_that_is_changed_for_another_while_it_is_opened_is_refused(
    edition: PacketEdition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was looked at must be what is read, or a link could slip in between."""
    other = os.lstat(edition.folder / "packets" / HIGHEST)
    monkeypatch.setattr(verify.os, "lstat", lambda _: other)
    assert verify.plain_file(str(edition.folder / "packets" / HIGHEST))
    with pytest.raises(ValueError, match="not a plain file"):
        verify.plain_file(str(edition.folder / "packets" / QUOTE))


def test_the_log_must_be_a_plain_file(edition: PacketEdition, tmp_path: Path) -> None:
    """A log that is a link may show other bytes to the next program, and is refused."""
    log = tmp_path / "packet_log.txt"
    log.symlink_to(edition.folder / "packet_log.txt")
    program = edition.folder / "packet_verifier" / "verify.py"
    command = [sys.executable, "-I", str(program), edition.root, str(log), "x"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (1, f"FAIL {log}: {verify.IRREGULAR}\n")


def test_a_folder_that_cannot_be_listed_has_one_message(
    edition: PacketEdition, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the system refuses is said on one line, and the other arguments are checked."""

    def refused(_: str) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(verify.os, "listdir", refused)
    log = str(edition.folder / "packet_log.txt")
    packets = edition.folder / "packets"
    assert verify.main(edition.root, log, str(packets), str(packets / QUOTE)) == 1
    first, second, summary = capsys.readouterr().out.splitlines()
    assert first == f"FAIL {packets}: Permission denied"
    assert second.startswith(f"PASS {packets / QUOTE}: ")
    seen = f"1 PASS, 1 FAIL, 1 of {len(edition.known)} packets of the edition seen"
    assert summary == f"{seen}; root {edition.root}"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("finding-r\u0430il-counts.baseline.zip", "finding-r\\u0430il-counts.baseline.zip"),
        ("piz.\u202e.enilesab.zip", "piz.\\u202e.enilesab.zip"),
        ("finding-rail-counts.baseline.zip ", "finding-rail-counts.baseline.zip "),
        (f"x{' ' * 74}PASS finding-a.zip", "x" + r"\x20" * 74 + "PASS finding-a.zip"),
    ],
    ids=["look-alike", "direction", "space", "spaces to the next line of the screen"],
)
def test_paths_are_shown_as_given_in_ascii(
    edition: PacketEdition, tmp_path: Path, name: str, shown: str
) -> None:
    """A name that only looks like another one is seen to be another one, and never passes."""
    path = tmp_path / name
    shutil.copy(edition.folder / "packets" / QUOTE, path)
    code, printed = strangers_run(edition, path)
    assert (code, printed.splitlines()[0]) == (
        1, f"FAIL {tmp_path}/{shown}: renamed: the edition logged it as {QUOTE}",
    )  # fmt: skip


def test_packets_are_answered_in_the_order_of_the_arguments(
    edition: PacketEdition, tmp_path: Path
) -> None:
    """Files and folders come as they were given, and one given twice is seen once."""
    one, two = (edition.folder / "packets" / name for name in (QUOTE, HIGHEST))
    empty = tmp_path / "empty"
    empty.mkdir()
    code, printed = strangers_run(edition, two, one, two)
    *lines, summary = printed.splitlines()
    assert code == 0
    assert [line.split(": ")[0] for line in lines] == [f"PASS {path}" for path in (two, one, two)]
    seen = f"3 PASS, 0 FAIL, 2 of {len(edition.known)} packets of the edition seen"
    assert summary == f"{seen}; root {edition.root}"
    code, printed = strangers_run(edition, empty, one)
    assert printed.splitlines()[0].startswith(f"PASS {one}: ")
    assert f"1 PASS, {len(edition.known) - 1} FAIL, 1 of" in printed


def test_the_verifier_can_be_read_whole() -> None:
    """The program that decides on bytes stays at about 120 lines, blank ones and notes aside."""
    source = Path(verify.__file__).read_text(encoding="utf-8")
    notes = [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    assert all(isinstance(note.value, str) for note in notes)
    noted = {line for note in notes for line in range(note.lineno, note.end_lineno + 1)}
    lines = enumerate(source.splitlines(), start=1)
    assert sum(bool(line.strip()) for number, line in lines if number not in noted) <= 125


def test_an_older_python_gets_one_sentence() -> None:
    """The program parses in Python 3.6, and asks for a newer one before anything else."""
    source = Path(verify.__file__).read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 6))
    first = [node for node in tree.body if not isinstance(node, ast.Expr)][:2]
    assert isinstance(first[0], ast.Import)
    assert ast.unparse(first[1]).startswith("if sys.version_info < (3, 10):\n    sys.exit(")
    assert not any(isinstance(node, ast.ImportFrom) and node.module == "__future__"
                   for node in tree.body)  # fmt: skip
