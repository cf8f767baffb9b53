"""Canonical zips: the same files give the same bytes on every machine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Container, Mapping

BEGINNING = (1980, 1, 1, 0, 0, 0)
"""Time of every file: the earliest that a zip can hold. When it was made stands in the crate."""
PLAIN_FILE = 0o100644 << 16
"""A file that everybody may read, in the upper half of a zip's attributes."""
PROGRAM = 0o100755 << 16
"""A file that everybody may read and run."""
UNIX = 3


def canonical_zip(
    files: Mapping[str, bytes], *, programs: Container[str] = (), compressed: bool = False
) -> bytes:
    """Pack files so that the same content always gives the same bytes.

    Parameters
    ----------
    files : mapping of str to bytes
        Name, with slashes, to content.
    programs : container of str
        Names of files that can be run.
    compressed : bool
        Whether to deflate the files, which makes the same bytes with one version of zlib only:
        what it writes differs between its makers and versions. Else they are stored.

    Returns
    -------
    bytes
        Names sorted, one time, no comment and no extra field.
    """
    packed = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, BEGINNING)
            entry.create_system, entry.compress_type = UNIX, method
            entry.external_attr = PROGRAM if name in programs else PLAIN_FILE
            archive.writestr(entry, files[name])
    return packed.getvalue()
