"""The chip store on disk: write-once chips and manifests, written atomically and read by hash.

A chip is written to a temporary file, flushed, read back and renamed; then its manifest in the same
way. The manifest marks the chip as complete: without it the chip does not count. What is read is
hashed.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy.typing as npt

from skytally.core import AcquisitionError, DataError, IntegrityError
from skytally.imagery.acquire.chip_and_manifest_encoding import (
    ChipManifest,
    checked_item_id,
    decode_chip,
    encode_chip,
    manifest_from_json,
    manifest_to_json,
)
from skytally.imagery.acquire.offered_scene import SceneItem
from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import ScenePixels

CHIP_SUFFIX, MANIFEST_SUFFIX, TEMPORARY_SUFFIX, RETIRED_SUFFIX = (
    ".tif",
    ".json",
    ".part",
    ".superseded",
)
LOCK_FILE = ".lock"
RESERVED_BYTES = 64 << 20
"""Bytes left free on the disk for others."""
READ_BACK_BYTES = 1 << 20
"""Bytes of a written file that are compared at once."""
DISK_FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
PERMISSION_ERRNOS = (errno.EACCES, errno.EPERM, errno.EROFS)
REFETCH_ADVICE = "remove the chip and its manifest, and run refresh again"


class StoreError(AcquisitionError):
    """The store cannot be written: disk full, no permission, or locked by another process."""


@contextlib.contextmanager
def store_errors(folder: Path) -> Iterator[None]:
    """Turn operating system errors into a `StoreError` that says what to do."""
    try:
        yield
    except OSError as error:
        advice = f"{error.strerror or error}; see to the disk and run refresh again"
        if error.errno in DISK_FULL_ERRNOS:
            advice = "no room for more; free some, or name another folder in SKYTALLY_SCENES"
        elif error.errno in PERMISSION_ERRNOS:
            advice = f"cannot be written ({error.strerror}); give write access"
        message = f"{folder}: {advice}; nothing that was stored is lost"
        raise StoreError(message) from error


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _check_read_back(handle: int, data: bytes) -> None:
    """Compare a written file with its bytes, from the disk where the system lets go of its copy.

    Raises
    ------
    OSError
        If it is read otherwise than it was written.
    """
    # macOS has no such call: there the copy in memory is compared
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    at, alike = 0, True
    while alike and (part := os.pread(handle, READ_BACK_BYTES, at)):
        alike = part == data[at : at + len(part)]
        at += len(part)
    if not alike or at != len(data):
        raise OSError(errno.EIO, "what was written is read back otherwise")


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file atomically: after any interruption it is complete or absent.

    Parameters
    ----------
    path : Path
        Replaced only once the new bytes are on the disk and were read back from it.
    data : bytes
        The new content.

    Raises
    ------
    OSError
        If it cannot be written, or is read otherwise than it was written; the old file stays.
    """
    temporary = path.with_name(f".{path.name}{TEMPORARY_SUFFIX}")
    try:
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
            _check_read_back(handle, data)
        finally:
            os.close(handle)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _paths(folder: Path, site: str, item_id: str) -> tuple[Path, Path]:
    base = folder / site / checked_item_id(item_id)
    return base.with_name(f"{item_id}{CHIP_SUFFIX}"), base.with_name(f"{item_id}{MANIFEST_SUFFIX}")


def write_chip(folder: Path, manifest: ChipManifest, data: bytes) -> ChipManifest:
    """Write a chip, then its manifest; only both together count as stored.

    Parameters
    ----------
    folder : Path
        Root folder of the store.
    manifest : ChipManifest
        From `encode_chip`.
    data : bytes
        From `encode_chip`.

    Returns
    -------
    ChipManifest
        The same object.

    Raises
    ------
    StoreError
        If the disk is full or cannot be written.
    """
    chip, manifest_path = _paths(folder, manifest.site, manifest.item_id)
    with store_errors(folder):
        if not chip.parent.is_dir():
            chip.parent.mkdir(parents=True)
            _flush_folder(folder)
        if manifest_path.exists():
            # the old chip was removed by hand: its manifest must not describe the new one
            manifest_path.unlink()
            _flush_folder(manifest_path.parent)
        write_atomically(chip, data)
        write_atomically(manifest_path, manifest_to_json(manifest).encode())
    return manifest


def store_chip(folder: Path, site: str, item: SceneItem, pixels: ScenePixels) -> ChipManifest:
    """Encode and write the chip of a scene over a site.

    Parameters
    ----------
    folder : Path
        Root folder of the store.
    site : str
        Slug.
    item : SceneItem
        The scene.
    pixels : ScenePixels
        Pixels of the scene over the site.

    Returns
    -------
    ChipManifest
        Of the chip.

    Raises
    ------
    DataError
        If the item is of another site, or its id cannot be a file name.
    AcquisitionError
        If it has no calibration; `StoreError` as in `write_chip`.
    """
    if item.site != site:
        message = f"{item.item_id}: offered for {item.site}, not for {site}; search the site"
        raise DataError(message)
    return write_chip(folder, *encode_chip(item, pixels))


def _read_manifest(path: Path) -> ChipManifest:
    try:
        return manifest_from_json(path.read_bytes())
    except IntegrityError as error:
        message = f"{path}: {error}; {REFETCH_ADVICE}"
        raise IntegrityError(message) from None


def stored_manifest(
    folder: Path, site: str, item_id: str, *, retired: bool = False
) -> ChipManifest | None:
    """Manifest of a stored chip, or None unless chip and manifest are both there.

    Parameters
    ----------
    folder : Path
        Root folder of the store.
    site : str
        Slug.
    item_id : str
        Id of the item.
    retired : bool
        Read a chip that was taken out of the count.

    Returns
    -------
    ChipManifest or None

    Raises
    ------
    IntegrityError
        If the manifest is not what was written.
    """
    chip, manifest = _paths(folder, site, item_id)
    if retired:
        manifest = manifest.with_name(manifest.name + RETIRED_SUFFIX)
    return _read_manifest(manifest) if manifest.is_file() and chip.is_file() else None


def read_chip(
    folder: Path, site: str, item_id: str
) -> tuple[ChipManifest, dict[str, npt.NDArray[Any]]]:
    """Read a chip back, its hash checked each time.

    Parameters
    ----------
    folder : Path
        Root folder of the store.
    site : str
        Slug.
    item_id : str
        Id of the item.

    Returns
    -------
    ChipManifest, dict of str to numpy.ndarray
        Band to stored numbers, dims (y, x).

    Raises
    ------
    DataError
        If the store does not contain the chip.
    IntegrityError
        If the chip or its manifest is not what was written.
    """
    manifest = stored_manifest(folder, site, item_id)
    if manifest is None:
        message = f"{folder / site / item_id}: not in the store; run refresh"
        raise DataError(message)
    chip = _paths(folder, site, item_id)[0]
    try:
        if (manifest.site, manifest.item_id) != (site, item_id):
            message = f"its manifest is that of {manifest.item_id} at {manifest.site}"
            raise IntegrityError(message)
        return manifest, decode_chip(manifest, chip.read_bytes())
    except IntegrityError as error:
        message = f"{chip}: {error}; {REFETCH_ADVICE}"
        raise IntegrityError(message) from None


def stored_item_ids(folder: Path, site: str) -> list[str]:
    """Ids of all items of a site that have a manifest, sorted."""
    names = [path.name for path in (folder / site).glob(f"[!.]*{MANIFEST_SUFFIX}")]
    return sorted(name.removesuffix(MANIFEST_SUFFIX) for name in names)


def stored_manifests(folder: Path, site: str) -> list[ChipManifest]:
    """Manifests of all stored chips of a site, in the order of time, then id.

    Raises
    ------
    IntegrityError
        If a manifest is not what was written.
    """
    manifests = (stored_manifest(folder, site, item) for item in stored_item_ids(folder, site))
    return sorted(filter(None, manifests), key=lambda manifest: (manifest.time, manifest.item_id))


def retire_chip(folder: Path, site: str, item_id: str) -> None:
    """Take a chip out of the count; its file stays, in case it is selected again."""
    manifest = _paths(folder, site, item_id)[1]
    with store_errors(folder):
        if manifest.is_file():
            manifest.replace(manifest.with_name(manifest.name + RETIRED_SUFFIX))
            _flush_folder(manifest.parent)


def restore_chip(folder: Path, site: str, item_id: str) -> None:
    """Bring a retired chip back into the count, without reading the scene again."""
    manifest = _paths(folder, site, item_id)[1]
    retired = manifest.with_name(manifest.name + RETIRED_SUFFIX)
    with store_errors(folder):
        if retired.is_file() and not manifest.exists():
            retired.replace(manifest)
            _flush_folder(manifest.parent)


def remove_leftovers(folder: Path) -> list[str]:
    """Remove what an interrupted refresh left: files beside, and chips without a manifest.

    Parameters
    ----------
    folder : Path
        Root folder of the store; the caller holds its lock.

    Returns
    -------
    list of str
        Files that were removed, relative to the folder.

    Raises
    ------
    StoreError
        If something cannot be removed.
    """
    leftovers = list(folder.glob(f"*/.*{TEMPORARY_SUFFIX}")) + list(
        folder.glob(f".*{TEMPORARY_SUFFIX}")
    )
    for chip in folder.glob(f"*/[!.]*{CHIP_SUFFIX}"):
        manifest = chip.with_name(chip.name.removesuffix(CHIP_SUFFIX) + MANIFEST_SUFFIX)
        if (
            not manifest.exists()
            and not manifest.with_name(manifest.name + RETIRED_SUFFIX).exists()
        ):
            leftovers.append(chip)
    with store_errors(folder):
        for path in leftovers:
            path.unlink()
    return sorted(path.relative_to(folder).as_posix() for path in leftovers)


def store_bytes(folder: Path) -> int:
    """Total size in bytes of all chips, manifests and retired chips."""
    return sum(path.stat().st_size for path in folder.glob("*/*") if path.is_file())


def free_disk_bytes(folder: Path) -> int:
    """Bytes that may still be written, with a reserve left for others."""
    return max(0, shutil.disk_usage(folder).free - RESERVED_BYTES)


@contextlib.contextmanager
def locked_store(folder: Path) -> Iterator[None]:
    """Lock the store for this process; the lock ends with the process, however it ends.

    Parameters
    ----------
    folder : Path
        Root folder of the store; created if it does not exist.

    Raises
    ------
    StoreError
        If another refresh has locked it, or the folder cannot be written.
    """
    with store_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"{folder}: another refresh is at work; wait until it is done"
            raise StoreError(message) from None
        yield
    finally:
        os.close(handle)
