"""Canonical zips: the same files give the same bytes on every machine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

BEGINNING = (1980, 1, 1, 0, 0, 0)
"""Time of every file: the earliest that a zip can hold. When it was made stands in the crate."""
PLAIN_FILE = 0o100644 << 16
"""A file that everybody may read, in the upper half of a zip's attributes."""
UNIX = 3


def canonical_zip(files: Mapping[str, bytes]) -> bytes:
    """Pack files so that the same content always gives the same bytes.

    Parameters
    ----------
    files : mapping of str to bytes
        Name, with slashes, to content.

    Returns
    -------
    bytes
        Names sorted, one time and one permission, no comment and no extra field. Files are
        stored and not compressed: what zlib writes differs between its makers and versions.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, BEGINNING)
            entry.create_system, entry.external_attr = UNIX, PLAIN_FILE
            archive.writestr(entry, files[name])
    return packed.getvalue()
