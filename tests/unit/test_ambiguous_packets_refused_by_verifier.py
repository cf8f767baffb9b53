"""Packets that a publisher logged, but which programs or readers may see in two ways."""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest

from skytally.editions.reproducible_zip import canonical_zip
from tests.support.edition_packets_and_tampering import PacketEdition, rehashed

QUOTE = "finding-rail-counts.baseline.zip"
OTHERWISE = "FAIL packed so that programs may show other files"
NOT_DEFLATED = "FAIL lock.txt: not deflated, or followed by more"
Files = dict[str, bytes]


@pytest.fixture
def edition(packet_edition: PacketEdition) -> PacketEdition:
    """Return the small edition of the session."""
    return packet_edition


def rewritten(
    files: Files,
    *,
    order: Callable[[list[str]], list[str]] = sorted,
    level: int | None = None,
    **about: object,
) -> bytes:
    """Pack files as an edition does, apart from some attributes of each."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in order([*files]):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.compress_type = 3, zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            for key, value in about.items():
                setattr(entry, key, value)
            archive.writestr(entry, files[name], compresslevel=level)
    return packed.getvalue()


def added(name: str) -> Callable[[Files], bytes]:
    """Return a function that puts one more file into a zip, which no log names."""

    def with_file(files: Files) -> bytes:
        packed = io.BytesIO(canonical_zip(files))
        with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, b"another content")
        return packed.getvalue()

    return with_file


def commented(files: Files) -> bytes:
    """Pack files with a comment."""
    packed = io.BytesIO(canonical_zip(files))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.comment = b"proved"
    return packed.getvalue()


def with_descriptors(files: Files) -> bytes:
    """Pack files as a stream, sizes behind each of them."""

    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError

        def tell(self) -> int:
            raise OSError

    packed = Stream()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(name, files[name])
    return packed.getvalue()


def followed(files: Files) -> bytes:
    """Pack one file with bytes behind the end of what is deflated, counted as part of it."""
    packed = canonical_zip(files)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        last = archive.infolist()[-1]
        start = archive.start_dir
    junk = b"hidden"
    size = struct.pack("<L", last.compress_size + len(junk))
    body = bytearray(packed[:start] + junk)
    body[last.header_offset + 18 : last.header_offset + 22] = size
    directory = bytearray(packed[start:-22])
    entry = directory.rindex(b"PK\1\2")
    directory[entry + 20 : entry + 24] = size
    end = bytearray(packed[-22:])
    end[16:20] = struct.pack("<L", len(body))
    return bytes(body + directory + end)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("pack", "named"),
    [
        (added("note.txt"), OTHERWISE),
        (added("packet.json"), "FAIL packet.json: not as it was logged"),
        (commented, OTHERWISE),
        (with_descriptors, OTHERWISE),
        (followed, "FAIL sources.csv: not deflated, or followed by more"),
        (lambda files: b"MZ" + canonical_zip(files), OTHERWISE),
        (lambda files: canonical_zip(files) + b"\0", OTHERWISE),
        (lambda files: rewritten(files, compress_type=zipfile.ZIP_STORED), NOT_DEFLATED),
        (lambda files: rewritten(files, external_attr=stat.S_IFLNK << 16), OTHERWISE),
        (lambda files: rewritten(files, extra=struct.pack("<HH", 0x7075, 0)), NOT_DEFLATED),
        (lambda files: rewritten(files, order=lambda names: sorted(names)[::-1]), OTHERWISE),
        (lambda files: rewritten(files, date_time=(1999, 1, 1, 0, 0, 0)), OTHERWISE),
    ],
    ids=["unlogged file", "file twice", "comment", "descriptors", "followed", "front", "behind",
         "stored", "links", "extra field", "order", "date"],
)  # fmt: skip
def test_a_logged_zip_has_the_one_form_that_all_programs_read_alike(
    edition: PacketEdition, pack: Callable[[Files], bytes], named: str
) -> None:
    """Whatever else a zip can hold is refused, though the publisher logged its bytes."""
    files = edition.files(QUOTE)
    packed = pack(files)
    other = edition.relogged(QUOTE, files, packed=packed)
    assert other.verdict(QUOTE, packed).startswith(named)


@pytest.mark.parametrize("level", range(10))
def test_any_level_of_compression_passes(edition: PacketEdition, level: int) -> None:
    """What deflates differs between makers of zlib; what is deflated does not."""
    files = edition.files(QUOTE)
    packed = rewritten(files, level=level)
    other = edition.relogged(QUOTE, files, packed=packed)
    assert other.verdict(QUOTE, packed).startswith("edition ")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert zlib.crc32(files["packet.json"]) == archive.getinfo("packet.json").CRC


@pytest.mark.parametrize(
    "name",
    ["Packet.json", "ROWS/rail_counts.csv", "rows/../packet.json", "a\\b.csv", "../x.csv",
     "/etc/x.csv", "./packet.json", "rows//x.csv", "packet.json."],
)  # fmt: skip
def test_a_name_that_may_be_another_file_on_a_disk_is_refused(
    edition: PacketEdition, name: str
) -> None:
    """Letters of another case, ways upwards and from the root are no names in a packet."""
    files = {**edition.files(QUOTE), name: b"x"}
    other = edition.relogged(QUOTE, files)
    assert other.verdict(QUOTE, other.packets[QUOTE]) == (
        f"FAIL {name}: no name of a file in a packet"
    )


def test_a_column_twice_is_refused(edition: PacketEdition) -> None:
    """A reader of a table sees the first of two columns, a program the second."""
    files = edition.files(QUOTE)
    head, *rows = files["sources.csv"].splitlines()
    files["sources.csv"] = b"\n".join([head + b",title", *(row + b",another" for row in rows)])
    other = edition.relogged(QUOTE, rehashed(files))
    assert other.verdict(QUOTE, other.packets[QUOTE]).startswith("FAIL a column twice in id,")


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("1e400", "FAIL 1e400 in JSON"),
        ("-1e999", "FAIL -1e999 in JSON"),
        ("NaN", "FAIL NaN in JSON"),
        ("Infinity", "FAIL Infinity in JSON"),
        ("true", "FAIL packet.json: rail-counts.days_with_kinds"),
    ],
)
def test_a_number_that_is_none_is_refused(edition: PacketEdition, value: str, named: str) -> None:
    """A number too large for any program, and a truth value, are no number of a finding."""
    name = "finding-rail-counts.days_with_kinds.zip"
    files = edition.files(name)
    packet = json.loads(files["packet.json"])
    packet["findings"][0]["finding"]["value"] = "HERE"
    files["packet.json"] = json.dumps(packet).replace('"HERE"', value).encode()
    other = edition.relogged(name, rehashed(files))
    assert other.verdict(name, other.packets[name]).startswith(named)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_json_in_another_encoding_is_refused(edition: PacketEdition, encoding: str) -> None:
    """The standard has JSON in UTF-8 without a mark; other programs read something else."""
    files = edition.files(QUOTE)
    files["packet.json"] = files["packet.json"].decode().encode(encoding)
    other = edition.relogged(QUOTE, rehashed(files))
    assert other.verdict(QUOTE, other.packets[QUOTE]).startswith("FAIL ")
