"""The store: one chip a scene and site that never changes, then its manifest, never half.

A chip is written beside, flushed and renamed; then its manifest in the same way. The manifest is
the mark that the look is whole: without it the chip does not count. What is read is hashed first.
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

from skytally.core.errors import AcquisitionError, DataError, IntegrityError
from skytally.imagery.acquire.band_reader import Pixels
from skytally.imagery.acquire.chip_manifest import (
    Manifest,
    as_json,
    from_json,
    pack,
    safe_name,
    unpack,
)
from skytally.imagery.acquire.stac.scene_items import Offer

CHIP, MANIFEST, TEMPORARY, RETIRED = ".tif", ".json", ".part", ".superseded"
LOCK = ".lock"
SPARE_BYTES = 64 << 20
"""Room left on the disk for everybody else."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
AGAIN = "remove the chip and its manifest, and run refresh again"


class StoreError(AcquisitionError):
    """The store takes no chip: no room, no permission, or somebody else writes to it."""


@contextlib.contextmanager
def told(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses into a `StoreError` that says what to do."""
    try:
        yield
    except OSError as error:
        said = f"{error.strerror or error}; see to the disk and run refresh again"
        if error.errno in FULL:
            said = "no room for more; free some, or name another folder in SKYTALLY_SCENES"
        elif error.errno in FORBIDDEN:
            said = f"cannot be written ({error.strerror}); give write access"
        message = f"{folder}: {said}; nothing that was stored is lost"
        raise StoreError(message) from error


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, whatever happens.

    Parameters
    ----------
    path : Path
        Replaced only once the new bytes are on the disk.
    data : bytes
        The new content.
    """
    beside = path.with_name(f".{path.name}{TEMPORARY}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    _flush(path.parent)


def _paths(folder: Path, site: str, item_id: str) -> tuple[Path, Path]:
    base = folder / site / safe_name(item_id)
    return base.with_name(f"{item_id}{CHIP}"), base.with_name(f"{item_id}{MANIFEST}")


def commit(folder: Path, manifest: Manifest, data: bytes) -> Manifest:
    """Write a chip, then its manifest; a look is in the store once both are.

    Parameters
    ----------
    folder : Path
        The folder of scenes.
    manifest : Manifest
        From `pack`.
    data : bytes
        From `pack`.

    Returns
    -------
    Manifest
        The same object.

    Raises
    ------
    StoreError
        If the disk is full or cannot be written.
    """
    chip, beside = _paths(folder, manifest.site, manifest.item_id)
    with told(folder):
        if not chip.parent.is_dir():
            chip.parent.mkdir(parents=True)
            _flush(folder)
        if beside.exists():
            # its chip was taken away: an old manifest must not speak for a new chip
            beside.unlink()
            _flush(beside.parent)
        write_whole(chip, data)
        write_whole(beside, as_json(manifest).encode())
    return manifest


def put(folder: Path, site: str, offer: Offer, pixels: Pixels) -> Manifest:
    """Store a look: `pack` and `commit` in one.

    Parameters
    ----------
    folder : Path
        The folder of scenes.
    site : str
        Slug.
    offer : Offer
        The scene.
    pixels : Pixels
        What was read of it.

    Returns
    -------
    Manifest
        Of the chip.

    Raises
    ------
    DataError
        If the offer is for another site, or its id cannot be a file name.
    AcquisitionError
        If it has no calibration; `StoreError` as in `commit`.
    """
    if offer.site != site:
        message = f"{offer.item_id}: offered for {offer.site}, not for {site}; search the site"
        raise DataError(message)
    return commit(folder, *pack(offer, pixels))


def _read_manifest(path: Path) -> Manifest:
    try:
        return from_json(path.read_bytes())
    except IntegrityError as error:
        message = f"{path}: {error}; {AGAIN}"
        raise IntegrityError(message) from None


def held(folder: Path, site: str, item_id: str, *, retired: bool = False) -> Manifest | None:
    """Give the manifest of a look, or None if the store does not hold the whole look.

    Parameters
    ----------
    folder : Path
        The folder of scenes.
    site : str
        Slug.
    item_id : str
        Id of the item.
    retired : bool
        Ask for a look that was taken out of the count.

    Returns
    -------
    Manifest or None

    Raises
    ------
    IntegrityError
        If the manifest is not what was written.
    """
    chip, manifest = _paths(folder, site, item_id)
    if retired:
        manifest = manifest.with_name(manifest.name + RETIRED)
    return _read_manifest(manifest) if manifest.is_file() and chip.is_file() else None


def get(folder: Path, site: str, item_id: str) -> tuple[Manifest, dict[str, npt.NDArray[Any]]]:
    """Read a look back; its hash is checked each time.

    Parameters
    ----------
    folder : Path
        The folder of scenes.
    site : str
        Slug.
    item_id : str
        Id of the item.

    Returns
    -------
    Manifest, dict of str to numpy.ndarray
        Band to stored numbers, dims (y, x).

    Raises
    ------
    DataError
        If the store does not hold the look.
    IntegrityError
        If the chip or its manifest is not what was written.
    """
    manifest = held(folder, site, item_id)
    if manifest is None:
        message = f"{folder / site / item_id}: not in the store; run refresh"
        raise DataError(message)
    chip = _paths(folder, site, item_id)[0]
    try:
        if (manifest.site, manifest.item_id) != (site, item_id):
            message = f"its manifest is that of {manifest.item_id} at {manifest.site}"
            raise IntegrityError(message)
        return manifest, unpack(manifest, chip.read_bytes())
    except IntegrityError as error:
        message = f"{chip}: {error}; {AGAIN}"
        raise IntegrityError(message) from None


def items(folder: Path, site: str) -> list[str]:
    """Give the ids of all looks of a site that have a manifest, sorted."""
    names = [path.name for path in (folder / site).glob(f"[!.]*{MANIFEST}")]
    return sorted(name.removesuffix(MANIFEST) for name in names)


def manifests(folder: Path, site: str) -> list[Manifest]:
    """Give the manifests of all whole looks of a site, in the order of time, then id.

    Raises
    ------
    IntegrityError
        If a manifest is not what was written.
    """
    found = [each for item in items(folder, site) if (each := held(folder, site, item))]
    return sorted(found, key=lambda manifest: (manifest.time, manifest.item_id))


def retire(folder: Path, site: str, item_id: str) -> None:
    """Take a look out of the store's count; its chip stays, in case it is chosen again."""
    manifest = _paths(folder, site, item_id)[1]
    with told(folder):
        if manifest.is_file():
            manifest.replace(manifest.with_name(manifest.name + RETIRED))
            _flush(manifest.parent)


def revive(folder: Path, site: str, item_id: str) -> None:
    """Take a retired look back, without reading it again."""
    manifest = _paths(folder, site, item_id)[1]
    retired = manifest.with_name(manifest.name + RETIRED)
    with told(folder):
        if retired.is_file() and not manifest.exists():
            retired.replace(manifest)
            _flush(manifest.parent)


def sweep(folder: Path) -> list[str]:
    """Remove what an interrupted refresh left: files beside, and chips without a manifest.

    Parameters
    ----------
    folder : Path
        The folder of scenes; the caller holds its lock.

    Returns
    -------
    list of str
        What was removed, relative to the folder.

    Raises
    ------
    StoreError
        If something cannot be removed.
    """
    left = list(folder.glob(f"*/.*{TEMPORARY}")) + list(folder.glob(f".*{TEMPORARY}"))
    for chip in folder.glob(f"*/[!.]*{CHIP}"):
        manifest = chip.with_name(chip.name.removesuffix(CHIP) + MANIFEST)
        if not manifest.exists() and not manifest.with_name(manifest.name + RETIRED).exists():
            left.append(chip)
    with told(folder):
        for path in left:
            path.unlink()
    return sorted(path.relative_to(folder).as_posix() for path in left)


def used_bytes(folder: Path) -> int:
    """Give the bytes of all chips, manifests and retired looks."""
    return sum(path.stat().st_size for path in folder.glob("*/*") if path.is_file())


def free_bytes(folder: Path) -> int:
    """Give the bytes that may still be written, some room left for everybody else."""
    return max(0, shutil.disk_usage(folder).free - SPARE_BYTES)


@contextlib.contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold the store alone; the lock ends with the process, however it ends.

    Parameters
    ----------
    folder : Path
        The folder of scenes; made if it is not there.

    Raises
    ------
    StoreError
        If another refresh holds it, or the folder cannot be written.
    """
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"{folder}: another refresh is at work; wait until it is done"
            raise StoreError(message) from None
        yield
    finally:
        os.close(handle)
