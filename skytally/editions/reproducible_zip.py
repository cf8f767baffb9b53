"""Canonical zips: the same files give the same bytes, whenever and wherever they are packed."""

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


def canonical_zip(files: Mapping[str, bytes], *, programs: Container[str] = ()) -> bytes:
    """Pack files so that the same content gives the same bytes with the same zlib.

    Parameters
    ----------
    files : mapping of str to bytes
        Name, with slashes, to content.
    programs : container of str
        Names of files that can be run.

    Returns
    -------
    bytes
        Names sorted, one time, deflated, no comment and no extra field. What deflates differs
        between the makers and versions of zlib, so a zip that must last is kept, not made again.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, BEGINNING)
            entry.create_system, entry.compress_type = UNIX, zipfile.ZIP_DEFLATED
            entry.external_attr = PROGRAM if name in programs else PLAIN_FILE
            archive.writestr(entry, files[name])
    return packed.getvalue()
