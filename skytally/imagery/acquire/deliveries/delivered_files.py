"""Files of a delivery: those of a folder and, without unpacking, those inside its archives."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from skytally.core import is_leftover

ARCHIVES = {".zip": "/vsizip/", ".tar": "/vsitar/"}
"""Suffix of an archive to the prefix under which GDAL reads its members where they lie."""
SEALED = (".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".z")
"""Suffixes of archives that cannot be read in parts."""
UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".opdownload")
"""Suffixes of what a browser has not downloaded to its end."""
MAX_MEMBERS = 100_000
"""Members of an archive; a delivery has some hundreds."""
MAX_METADATA_BYTES = 32 << 20
"""Largest metadata file that is read; those of vendors have some hundred kilobytes."""


@dataclass(frozen=True, order=True)
class DeliveredFile:
    """One file of a delivery, in a folder or in an archive."""

    path: str
    """Path below the folder of the provider, with slashes; an archive counts as a folder."""
    gdal_path: str
    """Path under which GDAL opens it."""
    size: int
    """Bytes, unpacked."""
    archive: str = ""
    """Path of the archive on the disk; empty for a plain file."""
    member: str = ""
    """Name within the archive."""

    @property
    def name(self) -> str:
        """Name without folders."""
        return PurePosixPath(self.path).name

    @property
    def stem(self) -> str:
        """Name without its last suffix."""
        return PurePosixPath(self.path).stem

    @property
    def suffix(self) -> str:
        """Last suffix in lower case, with its dot."""
        return PurePosixPath(self.path).suffix.lower()

    @property
    def folder(self) -> str:
        """Path of the folder below that of the provider; empty at the top."""
        parent = str(PurePosixPath(self.path).parent)
        return "" if parent == "." else parent

    def read(self) -> bytes:
        """Content of a metadata file.

        Raises
        ------
        ValueError
            If the file is larger than any metadata file.
        OSError
            If it cannot be read.
        """
        if self.size > MAX_METADATA_BYTES:
            message = f"{self.name} has {self.size} bytes, too many for metadata"
            raise ValueError(message)
        if not self.archive:
            return Path(self.gdal_path).read_bytes()
        try:
            if self.archive.lower().endswith(".tar"):
                with tarfile.open(self.archive) as tar:
                    member = tar.extractfile(self.member)
                    return b"" if member is None else member.read(MAX_METADATA_BYTES)
            with zipfile.ZipFile(self.archive) as packed, packed.open(self.member) as file:
                return file.read(MAX_METADATA_BYTES)
        except (zipfile.BadZipFile, tarfile.TarError, RuntimeError, NotImplementedError) as error:
            message = f"{self.name} cannot be read from its archive ({error})"
            raise OSError(message) from None


def _unfinished(path: Path, relative: str) -> bool:
    """Whether a file is a download that did not end, of what would have been an image."""
    whole = PurePosixPath(relative).with_suffix("")
    is_begun = path.suffix.lower() in UNFINISHED and path.is_file()
    return is_begun and bool(whole.suffix) and not is_hidden(str(whole))


def is_hidden(path: str) -> bool:
    """Whether a part of a path was left behind by a program and delivered by nobody."""
    return any(is_leftover(part) for part in PurePosixPath(path).parts)


def _members(archive: Path) -> Iterator[tuple[str, int]]:
    if archive.suffix.lower() == ".tar":
        with tarfile.open(archive) as tar:
            yield from ((member.name, member.size) for member in tar if member.isfile())
        return
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            if member.flag_bits & 1:
                message = "it is locked with a password; unpack it"
                raise ValueError(message)
            if not member.is_dir():
                yield member.filename, member.file_size


def _unpacked(archive: Path, below: str) -> list[DeliveredFile]:
    prefix = ARCHIVES[archive.suffix.lower()]
    found: list[DeliveredFile] = []
    for name, size in _members(archive):
        inner = str(PurePosixPath(name.replace("\\", "/").removeprefix("./")))
        if is_hidden(inner):
            continue
        if ".." in PurePosixPath(inner).parts or inner.startswith("/"):
            message = f"its member {inner!r} leads out of it"
            raise ValueError(message)
        if len(found) == MAX_MEMBERS:
            message = f"it has more than {MAX_MEMBERS} members"
            raise ValueError(message)
        path = f"{below}/{inner}" if below else inner
        # braces keep GDAL from guessing where the name of the archive ends
        place = f"{prefix}{{{archive}}}/{name}"
        found.append(DeliveredFile(path, place, size, str(archive), name))
    return found


def delivered_files(root: Path) -> tuple[list[DeliveredFile], list[tuple[str, str]]]:
    """List the files of a delivery.

    Parameters
    ----------
    root : Path
        A folder, or one archive. Files and folders that programs leave behind are passed over.

    Returns
    -------
    files : list of DeliveredFile
        Sorted by path; members of ZIP and TAR archives stand as if they were unpacked.
    unreadable : list of (str, str)
        Path and reason of each archive that cannot be read, and of each unfinished download.
    """
    files: list[DeliveredFile] = []
    unreadable: list[tuple[str, str]] = []
    paths = [root] if root.is_file() else sorted(root.rglob("*"))
    for path in paths:
        relative = path.name if path == root else path.relative_to(root).as_posix()
        if _unfinished(path, relative):
            unreadable.append((relative, "a download that did not end; finish it, or remove it"))
        if is_hidden(relative) or not path.is_file():
            continue
        suffix = path.suffix.lower()
        if suffix in ARCHIVES:
            below = "" if path == root else relative.removesuffix(path.suffix)
            try:
                files += _unpacked(path, below)
            except (zipfile.BadZipFile, tarfile.TarError, OSError, ValueError) as error:
                unreadable.append((relative, f"this archive cannot be read: {error}"))
        elif suffix in SEALED:
            unreadable.append((relative, "a packed archive; unpack it beside the other files"))
        else:
            files.append(DeliveredFile(relative, str(path), path.stat().st_size))
    return sorted(files), unreadable
