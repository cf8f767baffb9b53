"""Copies of visits as WARC files, one a visit, which say by themselves what they hold."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from skytally.core import DataError
from skytally.page_archive.polite_fetch import PAGE_TYPES, Answer, Visit

SUFFIX = ".warc.gz"
FORMAT = 1
"""Version of the last record of a file, which says what the file holds."""
REWRITTEN = "X-Archive-Orig-"
"""Prefix of headers that no longer describe the body as it is kept, as other archivers write it."""
NO_LONGER_TRUE = ("transfer-encoding",)


def sha256_of(body: bytes) -> str:
    """SHA-256 of some bytes."""
    return hashlib.sha256(body).hexdigest()


def copy_name(cited_by: Sequence[str], fetched: str) -> str:
    """Name of the file of a visit: the first row that cites the page, and the moment.

    Examples
    --------
    >>> copy_name(["sources:KBS_181107"], "2026-12-01T08:15:30Z")
    'KBS_181107-20261201T081530Z.warc.gz'
    """
    moment = fetched.replace("-", "").replace(":", "")
    return f"{cited_by[0].partition(':')[2]}-{moment}{SUFFIX}"


def _uri(url: str) -> str:
    return quote(url, safe="%/:?#[]@!$&'()*+,;=~")


def _http_headers(answer: Answer) -> StatusAndHeaders:
    headers = [
        (f"{REWRITTEN}{name}" if name.lower() in NO_LONGER_TRUE else name, text)
        for name, text in answer.headers
    ]
    return StatusAndHeaders(f"{answer.status} {answer.reason}", headers, protocol="HTTP/1.1")


def _summary(visit: Visit, cited_by: Sequence[str]) -> dict[str, Any]:
    """Content of the last record of a file: what the file holds."""
    return {
        "format": FORMAT,
        "address": visit.url,
        "fetched": visit.fetched,
        "cited_by": list(cited_by),
        "fault": visit.fault,
        "words": visit.words,
        "answers": [
            {
                "url": each.url, "status": each.status, "reason": each.reason,
                "headers": [list(pair) for pair in each.headers],
                "bytes": len(each.body), "sha256": sha256_of(each.body),
                "truncated": each.truncated,
            }
            for each in visit.answers
        ],
    }  # fmt: skip


def _records(writer: WARCWriter, visit: Visit, agent: str) -> Iterator[Any]:
    """Yield the records of a visit: each answer and its request."""
    for answer in visit.answers:
        dated = {"WARC-Date": visit.fetched}
        cut = {"WARC-Truncated": answer.truncated} if answer.truncated else {}
        uri = _uri(answer.url)
        response = writer.create_warc_record(
            uri, "response", payload=BytesIO(answer.body), http_headers=_http_headers(answer),
            warc_headers_dict={**dated, **cut},
        )  # fmt: skip
        yield response
        parts = urlsplit(uri)
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        headers = [("Host", parts.netloc), ("User-Agent", agent), ("Accept", PAGE_TYPES)]
        asked = StatusAndHeaders(f"GET {path} HTTP/1.1", headers, is_http_request=True)
        linked = {"WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")}
        yield writer.create_warc_record(
            uri, "request", http_headers=asked, warc_headers_dict={**dated, **linked}
        )


def _write(writer: WARCWriter, record: Any) -> None:
    """Write a record, and close the buffer that the library leaves open."""
    writer.write_record(record)
    record.raw_stream.close()


def write_copy(folder: Path, visit: Visit, *, cited_by: Sequence[str], agent: str) -> Path:
    """Keep a visit in a file of its own, which is there whole or not at all.

    Parameters
    ----------
    folder : Path
        Folder of the copies; made where it is not there.
    visit : Visit
        A visit with at least one answer.
    cited_by : sequence of str
        Rows that cite the address.
    agent : str
        Who asked.

    Returns
    -------
    Path
        The file; one of the same name stays, and the new one gets a number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version="1.1")
    name = copy_name(cited_by, visit.fetched)
    about = {"software": "skytally", "format": "WARC File Format 1.1", "robots": "obey",
             "http-header-user-agent": agent}  # fmt: skip
    _write(writer, writer.create_warcinfo_record(name, about))
    for record in _records(writer, visit, agent):
        _write(writer, record)
    summary = json.dumps(_summary(visit, cited_by), ensure_ascii=True).encode()
    # last, so that a file that breaks off is seen to
    _write(
        writer,
        writer.create_warc_record(
            _uri(visit.url),
            "metadata",
            payload=BytesIO(summary),
            warc_content_type="application/json",
            warc_headers_dict={"WARC-Date": visit.fetched},
        ),
    )
    return _put(folder, name, buffer.getvalue())


def _put(folder: Path, name: str, content: bytes) -> Path:
    """Write a file beside its place, then link it there; an existing one is never replaced."""
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".tmp")
    beside = Path(temporary)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        stem, number = name.removesuffix(SUFFIX), 1
        while True:
            target = folder / (name if number == 1 else f"{stem}-{number}{SUFFIX}")
            try:
                target.hardlink_to(beside)
            except FileExistsError:
                number += 1
                continue
            beside.chmod(0o644)
            return target
    finally:
        beside.unlink(missing_ok=True)


def _is_packed_whole(raw: bytes) -> bool:
    """Whether every member of a gzip file is there to its end; readers pass over a broken one."""
    while raw:
        member = zlib.decompressobj(31)
        try:
            member.decompress(raw)
        except zlib.error:
            return False
        if not member.eof:
            return False
        raw = member.unused_data
    return True


def _broken(path: Path, found: str) -> DataError:
    advice = "restore it from a copy; until then its page is fetched again by the next run"
    return DataError(f"{path.name}: found {found}; {advice}")


def read_copy(path: Path) -> tuple[Visit, list[str]]:
    """Read the visit that a file keeps, and which rows cite it.

    Parameters
    ----------
    path : Path
        A file that `write_copy` wrote.

    Returns
    -------
    visit : Visit
    cited_by : list of str

    Raises
    ------
    DataError
        If the file breaks off, a record does not have its hash, or a newer version wrote it.
    """
    raw = path.read_bytes()
    if not raw or not _is_packed_whole(raw):
        raise _broken(path, "a file that breaks off or cannot be unpacked")
    bodies: list[bytes] = []
    summary: dict[str, Any] = {}
    try:
        for record in ArchiveIterator(BytesIO(raw)):
            if record.rec_type == "response":
                bodies.append(record.raw_stream.read())
            elif record.rec_type == "metadata":
                summary = json.loads(record.content_stream().read())
    except (ArchiveLoadFailed, ValueError) as error:
        raise _broken(path, f"a record that cannot be read ({type(error).__name__})") from None
    if not isinstance(summary, dict) or summary.get("format") != FORMAT:
        found = summary.get("format") if isinstance(summary, dict) else None
        what = f"format {found!r}" if found else "no record that says what the file holds"
        raise _broken(path, what)
    answers = summary["answers"]
    if [sha256_of(body) for body in bodies] != [each["sha256"] for each in answers]:
        raise _broken(path, "an answer without the hash that the file states")
    return _visit_of(summary, bodies), [str(each) for each in summary["cited_by"]]


def _visit_of(summary: dict[str, Any], bodies: Sequence[bytes]) -> Visit:
    answers = tuple(
        Answer(
            each["url"], int(each["status"]), each["reason"],
            tuple((name, text) for name, text in each["headers"]), body, each["truncated"],
        )
        for each, body in zip(summary["answers"], bodies, strict=True)
    )  # fmt: skip
    words = (summary["fault"], summary["words"])
    return Visit(summary["address"], summary["fetched"], answers, *words)
