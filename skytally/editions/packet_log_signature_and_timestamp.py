"""Signature and time stamp of a packet log: who vouches for its root, and since when it exists."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from skytally.core import DataError, IntegrityError

if TYPE_CHECKING:
    from datetime import datetime

    from rfc3161_client import TimeStampRequest

NAMESPACE = "skytally-packet-log"
"""What a key signs for, so that a signature of another kind of file is none of a log."""
SIGNER = "edition"
"""Name of the signer in the file of allowed signers."""
SIGNATURE, TIME_STAMP, SIGNERS, AUTHORITY = ".sig", ".tsr", ".signers", ".authority.pem"
"""Ends of the files of a stamp, which begin with the id of the edition."""


@dataclass(frozen=True)
class StampFiles:
    """Where the stamp of one edition is kept: beside the editions, which never change."""

    folder: Path
    """Folder of all stamps."""
    edition: str
    """Id of the edition."""

    def path(self, end: str) -> Path:
        """One of its files, which need not exist."""
        return self.folder / f"{self.edition}{end}"

    def published(self) -> dict[str, Path]:
        """Files that are there, by the name under which a reader meets them beside the log."""
        ends = (SIGNATURE, TIME_STAMP, SIGNERS, AUTHORITY)
        return {f"packet_log{end}": path for end in ends if (path := self.path(end)).is_file()}


def stamp_files(data: Path, edition: str) -> StampFiles:
    """Where the stamp of an edition of a project is kept."""
    return StampFiles(data / "stamps", edition)


def _ssh_keygen(words: list[str], content: bytes = b"") -> bytes:
    try:
        run = subprocess.run(
            ["ssh-keygen", *words], input=content, capture_output=True, check=False, timeout=120
        )
    except FileNotFoundError:
        message = "no ssh-keygen on this machine; install OpenSSH 8.2 or newer"
        raise DataError(message) from None
    if run.returncode:
        found = (run.stderr or run.stdout).decode(errors="replace").strip().splitlines()
        message = f"ssh-keygen {' '.join(words[:2])}: {' '.join(found[-2:])}"
        raise IntegrityError(message)
    return run.stdout


def signature(log: bytes, key: Path) -> bytes:
    """Sign a log with an SSH key.

    Parameters
    ----------
    log : bytes
        Content of the log.
    key : Path
        Private key, or a public one whose private half an agent holds.

    Returns
    -------
    bytes
        Armoured signature.

    Raises
    ------
    DataError
        If there is no such key, or no ``ssh-keygen``.
    IntegrityError
        If the key cannot be used.
    """
    if not key.is_file():
        message = f"KEY: no file {key}; name an SSH key, such as ~/.ssh/id_ed25519"
        raise DataError(message)
    return _ssh_keygen(["-Y", "sign", "-q", "-f", str(key), "-n", NAMESPACE], log)


def allowed_signer(key: Path) -> str:
    """Line of the file of allowed signers that a reader checks a signature against."""
    public = key if key.suffix == ".pub" else key.with_name(f"{key.name}.pub")
    words = public.read_text() if public.is_file() else _ssh_keygen(["-y", "-f", str(key)]).decode()
    kind, code = words.split()[:2]
    return f'{SIGNER} namespaces="{NAMESPACE}" {kind} {code}\n'


def check_signature(log: bytes, files: StampFiles) -> None:
    """Check the signature of a log.

    Raises
    ------
    IntegrityError
        If it is none of this log by an allowed signer.
    """
    signers, signed = files.path(SIGNERS), files.path(SIGNATURE)
    words = ["-Y", "verify", "-f", str(signers), "-I", SIGNER, "-n", NAMESPACE, "-s", str(signed)]
    _ssh_keygen(words, log)


def time_stamp_request(log: bytes) -> TimeStampRequest:
    """Ask for the time of a log, by its SHA-256 only."""
    from rfc3161_client import TimestampRequestBuilder
    from rfc3161_client.base import HashAlgorithm

    return TimestampRequestBuilder().data(log).hash_algorithm(HashAlgorithm.SHA256).build()


def stamped_time(log: bytes, answer: bytes, authority: bytes) -> datetime:
    """Check what a time-stamp authority answered, and return its time.

    Parameters
    ----------
    log : bytes
        Content of the log.
    answer : bytes
        Its answer, DER.
    authority : bytes
        Certificate that it is trusted by, PEM.

    Returns
    -------
    datetime.datetime
        In UTC.

    Raises
    ------
    IntegrityError
        If it is no answer, one for other bytes, or none that the authority signed.
    """
    from cryptography.x509 import load_pem_x509_certificates
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        response = decode_timestamp_response(answer)
        builder = VerifierBuilder()
        for certificate in load_pem_x509_certificates(authority):
            builder = builder.add_root_certificate(certificate)
        builder.build().verify_message(response, log)
    except (ValueError, VerificationError) as error:
        message = f"time stamp: {error}; ask the authority again, or name its certificate"
        raise IntegrityError(message) from None
    return response.tst_info.gen_time
