"""Canonical zips."""

from __future__ import annotations

import io
import zipfile

from skytally.editions.reproducible_zip import canonical_zip


def test_canonical_zip_gives_the_same_bytes_whatever_the_order() -> None:
    """Two files in either order give the same bytes, and come out as they went in."""
    files = {"rows/a.csv": b"id\nR001\n", "packet.json": b"{}\n"}
    made = canonical_zip(files)
    assert made == canonical_zip(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_canonical_zip_packs_plain_files_of_no_day_of_ours() -> None:
    """Names are sorted; time, permission and method are fixed; there is no extra field."""
    made = canonical_zip({"b.txt": b"b" * 1000, "a.txt": b"a"})
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        infos = archive.infolist()
        assert archive.comment == b""
    assert [info.filename for info in infos] == ["a.txt", "b.txt"]
    plain = (1980, 1, 1, 0, 0, 0), 0o100644, zipfile.ZIP_DEFLATED, b""
    for info in infos:
        made_as = info.date_time, info.external_attr >> 16, info.compress_type, info.extra
        assert made_as == plain
    assert len(made) == 22 + sum(76 + 2 * len(i.filename) + i.compress_size for i in infos)
    assert infos[1].compress_size < 100
