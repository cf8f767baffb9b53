"""``make stamp``: sign the packet log of an edition, and have it timed.

It is no part of a build: it uses a key of the publisher, and a time-stamp authority on the web.
"""

from __future__ import annotations

import argparse
import sys
import urllib.error
import urllib.request
from pathlib import Path

from skytally.core import DataError, IntegrityError, data_folder, file_fault
from skytally.editions import (
    AUTHORITY,
    LOG,
    SIGNATURE,
    SIGNERS,
    TIME_STAMP,
    StampFiles,
    allowed_signer,
    check_signature,
    editions_folder,
    read_edition,
    signature,
    stamp_files,
    stamped_time,
    time_stamp_request,
)

MEDIA_TYPE = "application/timestamp-query"
SECONDS = 30
"""How long an authority may take to answer."""
LARGEST_ANSWER = 1_000_000
"""Most bytes of an answer; real ones have a few thousand."""


def _log(identifier: str) -> bytes:
    """Log of a whole edition.

    Raises
    ------
    DataError
        If there is no such edition, it is damaged, or it has no packets.
    """
    folder = editions_folder() / identifier
    if not identifier or not folder.is_dir():
        known = sorted(path.name for path in editions_folder().glob("[0-9]*"))
        message = f"EDITION: no edition {identifier!r}; there are: {', '.join(known) or 'none'}"
        raise DataError(message)
    edition, faults = read_edition(folder)
    if edition is None:
        raise DataError("\n".join(map(str, faults)))
    if not (folder / LOG).is_file():
        message = f"edition {identifier} has no log of packets; stamp one that has"
        raise DataError(message)
    return (folder / LOG).read_bytes()


def _write(path: Path, content: bytes) -> None:
    """Write a file of a stamp, never over one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        message = f"{path.name} is there already; a stamp is made once, remove it to make another"
        raise DataError(message) from None


def _signed(log: bytes, key: Path, files: StampFiles) -> str:
    made, signer = signature(log, key), allowed_signer(key)
    _write(files.path(SIGNATURE), made)
    _write(files.path(SIGNERS), signer.encode())
    check_signature(log, files)
    return f"signed with {key.name}: {files.path(SIGNATURE).name}"


def _answer(address: str, query: bytes) -> bytes:
    """Ask an authority for the time.

    Raises
    ------
    DataError
        If it cannot be reached, or answers something else.
    """
    if not address.startswith(("http://", "https://")):
        message = f"TSA: found {address!r}; name the address of a time-stamp authority"
        raise DataError(message)
    request = urllib.request.Request(address, query, {"Content-Type": MEDIA_TYPE})
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return bytes(answer.read(LARGEST_ANSWER))
    except (OSError, urllib.error.HTTPError) as error:
        message = f"TSA: {address} gave no time ({error}); try again, or name another"
        raise DataError(message) from None


def _timed(log: bytes, address: str, certificate: Path, files: StampFiles) -> str:
    if not certificate.is_file():
        message = (
            f"TSA_ROOT: no file {certificate}; save the certificate (PEM) that the authority "
            "publishes, which its answer is checked against"
        )
        raise DataError(message)
    authority = certificate.read_bytes()
    answer = _answer(address, time_stamp_request(log).as_bytes())
    moment = stamped_time(log, answer, authority)
    _write(files.path(TIME_STAMP), answer)
    _write(files.path(AUTHORITY), authority)
    return f"timed {moment:%Y-%m-%d %H:%M:%S} UTC by {address}: {files.path(TIME_STAMP).name}"


def _checked(log: bytes, files: StampFiles) -> list[str]:
    """Words on each part of a stamp that is there, all of which are checked."""
    found = []
    if files.path(SIGNATURE).is_file():
        check_signature(log, files)
        found.append("the signature is that of an allowed signer")
    if files.path(TIME_STAMP).is_file():
        stamp, authority = (files.path(end).read_bytes() for end in (TIME_STAMP, AUTHORITY))
        found.append(f"the log existed on {stamped_time(log, stamp, authority):%Y-%m-%d %H:%M} UTC")
    return found or ["no signature and no time stamp"]


def main(words: list[str]) -> int:
    """Stamp an edition, or check its stamp; the exit code."""
    parser = argparse.ArgumentParser(prog="make stamp", description=__doc__)
    parser.add_argument("--edition", default="", help="EDITION, its id")
    parser.add_argument("--key", default="", help="KEY, an SSH key to sign with")
    parser.add_argument("--authority", default="", help="TSA, address of a time-stamp authority")
    parser.add_argument("--certificate", default="", help="TSA_ROOT, its certificate (PEM)")
    asked = parser.parse_args(words)
    try:
        log, files = _log(asked.edition), stamp_files(data_folder(), asked.edition)
        done = [_signed(log, Path(asked.key).expanduser(), files)] if asked.key else []
        if asked.authority:
            certificate = Path(asked.certificate).expanduser()
            done.append(_timed(log, asked.authority, certificate, files))
        lines = done or _checked(log, files)
    except (DataError, IntegrityError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(file_fault(error), file=sys.stderr)
        return 1
    print("\n".join(f"edition {asked.edition}: {line}" for line in lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
