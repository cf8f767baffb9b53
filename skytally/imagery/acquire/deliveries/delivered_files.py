"""Files of a delivery: those of a folder and, without unpacking, those inside its archives."""

from __future__ import annotations

import functools
import hashlib
import re
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from skytally.core import is_leftover

ARCHIVES = {".zip": "/vsizip/", ".tar": "/vsitar/"}
"""Suffix of an archive to the prefix under which GDAL reads its members where they lie."""
SEALED = (".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".z")
"""Suffixes of archives that cannot be read in parts."""
UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".opdownload")
"""Suffixes of what a browser has not downloaded to its end."""
AGAIN = "download it again"
"""What to do about a file that is not what its name says."""
CUT_OFF = f"it is not complete, as where a download broke off; {AGAIN}"
"""Fault of an archive without its end."""
PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")
"""First bytes of archives that cannot be read in parts, whatever their name."""
READABLE_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Ways of packing that both GDAL and Python read."""
INSIDE_ARCHIVE = re.compile(r"/vsi(?:zip|tar)/\{([^}]*)\}/")
PART_OF_ARCHIVE = re.compile(r"/vsisubfile/\d+_\d+,")
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


@dataclass(frozen=True)
class _Member:
    """One member of an archive."""

    name: str
    size: int
    place: str = ""
    """Path under which GDAL opens it, where it does not find the name."""


def _is_found(name: str) -> bool:
    """Whether GDAL finds a member of this name: it takes off one ``./`` and turns backslashes."""
    clean = name.replace("\\", "/").removeprefix("./")
    return not (name.startswith(".\\") or clean.startswith("./") or "//" in clean)


def _tar_members(archive: Path) -> Iterator[_Member]:
    with tarfile.open(archive, "r:") as tar:
        for member in tar:
            if not member.isfile():
                continue
            # GDAL does not read the longer header in which such a name stands
            is_found = _is_found(member.name) and "path" not in member.pax_headers
            place = f"/vsisubfile/{member.offset_data}_{member.size},{archive}"
            yield _Member(member.name, member.size, "" if is_found else place)
        if archive.stat().st_size <= tar.offset:
            raise ValueError(CUT_OFF)


def _zip_members(archive: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            if member.flag_bits & 1:
                message = "it is locked with a password; unpack it"
                raise ValueError(message)
            if member.compress_type not in READABLE_METHODS:
                message = "it is packed in a way that is not read in parts; unpack it"
                raise ValueError(message)
            if member.is_dir():
                continue
            if not _is_found(member.filename) and not member.filename.startswith("/"):
                message = f"its member {member.filename!r} has an odd name; unpack it"
                raise ValueError(message)
            yield _Member(member.filename, member.file_size)


def _members(archive: Path) -> Iterator[_Member]:
    if archive.suffix.lower() == ".tar":
        return _tar_members(archive)
    return _zip_members(archive)


def _unread_because(archive: Path, error: Exception) -> str:
    """Why an archive cannot be read, and what to do."""
    try:
        with archive.open("rb") as file:
            begin = file.read(512)
    except OSError:
        begin = b""
    suffix = archive.suffix.lower()
    if not begin:
        return "an empty file; download it again, or remove it"
    if begin.lstrip()[:1] == b"<":
        return f"a web page and no {suffix} file, as where a download asks to log in; {AGAIN}"
    is_zip = suffix == ".zip" and begin.startswith(b"PK\x03\x04")
    is_tar = begin[257:262] == b"ustar"
    broken_zip = is_zip and isinstance(error, zipfile.BadZipFile)
    if broken_zip or (is_tar and isinstance(error, tarfile.TarError)):
        return f"this archive cannot be read: {CUT_OFF}"
    if suffix == ".tar" and begin.startswith(PACKED):
        return "a packed archive; unpack it beside the other files"
    if isinstance(error, (zipfile.BadZipFile, tarfile.TarError)):
        return f"this archive cannot be read: it is no {suffix} file, or is broken; {AGAIN}"
    # the name of the file stands before the reason, and its folder belongs into no table
    reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
    return f"this archive cannot be read: {reason}"


def _unpacked(archive: Path, below: str) -> list[DeliveredFile]:
    prefix = ARCHIVES[archive.suffix.lower()]
    found: dict[str, DeliveredFile] = {}
    for member in _members(archive):
        name, size = member.name, member.size
        clean = name.replace("\\", "/").removeprefix("./")
        inner = str(PurePosixPath(clean))
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
        place = member.place or f"{prefix}{{{archive}}}/{clean}"
        if path in found:
            message = f"it holds {inner!r} twice; unpack it and leave one"
            raise ValueError(message)
        found[path] = DeliveredFile(path, place, size, str(archive), name)
    return list(found.values())


def without_folders(text: str, root: Path) -> str:
    """Words about a delivery without the folders of this machine, which belong into no table.

    Examples
    --------
    >>> without_folders("'/vsizip/{/home/me/orders/a.zip}/b.tif' is none", Path("/home/me/orders"))
    "'a.zip/b.tif' is none"
    """
    plain = INSIDE_ARCHIVE.sub(r"\1/", PART_OF_ARCHIVE.sub("", text))
    for folder in (root, root.absolute(), root.resolve()):
        plain = plain.replace(f"{folder}/", "").replace(str(folder), root.name)
    return plain


@functools.lru_cache(maxsize=4096)
def _digest(path: str, _size: int, _changed: int) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def are_same_bytes(one: str, other: str) -> bool:
    """Whether two files on the disk hold the same bytes, as a second download does."""
    stats = []
    for path in (one, other):
        try:
            stats.append(Path(path).stat())
        except OSError:
            return False
    if stats[0].st_size != stats[1].st_size:
        return False
    first, second = (
        _digest(path, found.st_size, found.st_mtime_ns)
        for path, found in zip((one, other), stats, strict=True)
    )
    return first == second


def same_bytes_words(name: str) -> str:
    """Words on a file that is passed over, since another one holds the same."""
    return f"the same bytes as {name}; not read"


def _archives_once(paths: Sequence[Path]) -> dict[Path, Path]:
    """Find archives that hold the same bytes as another, of a shorter name, which is read."""
    archives = [path for path in paths if path.suffix.lower() in ARCHIVES]
    read: list[Path] = []
    twins: dict[Path, Path] = {}
    for path in sorted(archives, key=lambda each: (len(each.name), str(each))):
        first = next((each for each in read if are_same_bytes(str(each), str(path))), None)
        if first is None:
            read.append(path)
        else:
            twins[path] = first
    return twins


def delivered_files(
    root: Path,
) -> tuple[list[DeliveredFile], list[tuple[str, str]], list[tuple[str, str]]]:
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
    twins : list of (str, str)
        Path of each archive that holds the same bytes as another, which is read, and words on it.
    """
    files: list[DeliveredFile] = []
    unreadable: list[tuple[str, str]] = []
    paths = [root] if root.is_file() else sorted(root.rglob("*"))
    shown = [path for path in paths if path == root or not is_hidden(str(path.relative_to(root)))]
    twins = _archives_once([path for path in shown if path.is_file()])
    passed: list[tuple[str, str]] = []
    for path in paths:
        relative = path.name if path == root else path.relative_to(root).as_posix()
        if _unfinished(path, relative):
            unreadable.append((relative, "a download that did not end; finish it, or remove it"))
        if is_hidden(relative) or not path.is_file():
            continue
        if path in twins:
            passed.append((relative, same_bytes_words(twins[path].name)))
            continue
        suffix = path.suffix.lower()
        if suffix in ARCHIVES:
            below = "" if path == root else relative.removesuffix(path.suffix)
            try:
                files += _unpacked(path, below)
            except (zipfile.BadZipFile, tarfile.TarError, OSError, ValueError) as error:
                unreadable.append((relative, _unread_because(path, error)))
        elif suffix in SEALED:
            unreadable.append((relative, "a packed archive; unpack it beside the other files"))
        else:
            files.append(DeliveredFile(relative, str(path), path.stat().st_size))
    return sorted(files), unreadable, passed
