"""Canonical zips."""

from __future__ import annotations

import hashlib
import io
import zipfile

from skytally.editions.reproducible_zip import canonical_zip


def test_canonical_zip_gives_known_bytes_whatever_the_order() -> None:
    """Two files in either order give the same bytes, those of Python 3.10 to 3.13 on Linux."""
    files = {"rows/a.csv": b"id\nR001\n", "packet.json": b"{}\n"}
    made = canonical_zip(files)
    assert made == canonical_zip(dict(reversed(files.items())))
    expected = "92d77ffe375d9ba9ec457f322c734976269af6853694d3a4bcc98860fef05483"
    assert hashlib.sha256(made).hexdigest() == expected


def test_canonical_zip_stores_plain_files_of_no_day_of_ours() -> None:
    """Names are sorted; time, permission and method are fixed; there is no extra field."""
    made = canonical_zip({"b.txt": b"b" * 1000, "a.txt": b"a"})
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        infos = archive.infolist()
        assert archive.comment == b""
    assert [info.filename for info in infos] == ["a.txt", "b.txt"]
    plain = (1980, 1, 1, 0, 0, 0), 0o100644, zipfile.ZIP_STORED, b""
    for info in infos:
        made_as = info.date_time, info.external_attr >> 16, info.compress_type, info.extra
        assert made_as == plain
    assert len(made) == 22 + sum(76 + 2 * len(info.filename) + info.file_size for info in infos)
