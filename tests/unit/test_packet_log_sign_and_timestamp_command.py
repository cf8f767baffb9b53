"""Signature and time stamp of a packet log, with a key and an authority of this machine."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from skytally.core import IntegrityError
from skytally.editions import packet_log_signature_and_timestamp
from skytally.press import packet_log_sign_and_timestamp_command
from tests.support.time_stamp_authority import TimeAuthority, time_authority

EDITION, LOG = "2026-11-29", b"skytally packet log 2\nedition 2026-11-29\n"


@pytest.fixture(scope="module")
def authority() -> Iterator[TimeAuthority]:
    """Run one authority for all tests."""
    with time_authority() as running:
        yield running


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Make an SSH key."""
    path = tmp_path / "key"
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "made up", "-f", str(path)]
    subprocess.run(words, check=True)
    return path


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project whose edition has a log; the edition itself is checked elsewhere."""
    folder = tmp_path / "data"
    (folder / "editions" / EDITION).mkdir(parents=True)
    (folder / "editions" / EDITION / "packet_log.txt").write_bytes(LOG)
    monkeypatch.setattr(packet_log_sign_and_timestamp_command, "data_folder", lambda: folder)
    monkeypatch.setattr(packet_log_sign_and_timestamp_command, "_log", lambda _: LOG)
    return folder


def openssl_says(data: Path) -> str:
    """Let OpenSSL, which did not ask for it, check a time stamp."""
    stamp = data / "stamps" / EDITION
    log = data / "editions" / EDITION / "packet_log.txt"
    words = ["openssl", "ts", "-verify", "-data", str(log), "-in", f"{stamp}.tsr", "-CAfile",
             f"{stamp}.authority.pem"]  # fmt: skip
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    return run.stdout + run.stderr


def test_main_signs_and_times_a_log(
    data: Path, key: Path, authority: TimeAuthority, capsys: pytest.CaptureFixture[str]
) -> None:
    """A log is signed, timed over HTTP, and both hold when they are checked afterwards."""
    words = ["--edition", EDITION, "--key", str(key), "--authority", authority.address,
             "--certificate", str(authority.certificate)]  # fmt: skip
    assert packet_log_sign_and_timestamp_command.main(words) == 0
    assert {path.name for path in (data / "stamps").iterdir()} == {
        f"{EDITION}{end}" for end in (".sig", ".signers", ".tsr", ".authority.pem")
    }
    assert "Verification: OK" in openssl_says(data)
    capsys.readouterr()
    assert packet_log_sign_and_timestamp_command.main(["--edition", EDITION]) == 0
    printed = capsys.readouterr().out
    assert "the signature is that of an allowed signer" in printed
    assert "the log existed on " in printed


def test_a_stamp_is_none_of_a_changed_log(data: Path, key: Path, authority: TimeAuthority) -> None:
    """Signature and time stamp refuse a log of which one byte differs."""
    files = packet_log_signature_and_timestamp.stamp_files(data, EDITION)
    packet_log_sign_and_timestamp_command._signed(LOG, key, files)
    packet_log_sign_and_timestamp_command._timed(
        LOG, authority.address, authority.certificate, files
    )
    changed = LOG.replace(b"29", b"28")
    with pytest.raises(IntegrityError, match=r"ssh-keygen -Y verify: .*incorrect signature"):
        packet_log_signature_and_timestamp.check_signature(changed, files)
    stamp = files.path(packet_log_signature_and_timestamp.TIME_STAMP).read_bytes()
    with pytest.raises(IntegrityError, match="Mismatch between messages"):
        packet_log_signature_and_timestamp.stamped_time(
            changed, stamp, authority.certificate.read_bytes()
        )


def test_stamped_time_refuses_another_authority(data: Path, authority: TimeAuthority) -> None:
    """The stamp of one authority does not hold against the certificate of another."""
    files = packet_log_signature_and_timestamp.stamp_files(data, EDITION)
    packet_log_sign_and_timestamp_command._timed(
        LOG, authority.address, authority.certificate, files
    )
    with time_authority() as other, pytest.raises(IntegrityError, match="time stamp: "):
        packet_log_signature_and_timestamp.stamped_time(
            LOG,
            files.path(packet_log_signature_and_timestamp.TIME_STAMP).read_bytes(),
            other.certificate.read_bytes(),
        )


def test_a_signature_for_another_purpose_is_refused(data: Path, key: Path) -> None:
    """What the same key signed as a plain file is no signature of a log."""
    files = packet_log_signature_and_timestamp.stamp_files(data, EDITION)
    packet_log_sign_and_timestamp_command._signed(LOG, key, files)
    words = ["ssh-keygen", "-Y", "sign", "-q", "-f", str(key), "-n", "file"]
    other = subprocess.run(words, input=LOG, capture_output=True, check=True).stdout
    files.path(packet_log_signature_and_timestamp.SIGNATURE).write_bytes(other)
    with pytest.raises(IntegrityError, match="ssh-keygen -Y verify"):
        packet_log_signature_and_timestamp.check_signature(LOG, files)


def test_main_never_writes_over_a_stamp(
    data: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second signature is refused, and the first one stays."""
    words = ["--edition", EDITION, "--key", str(key)]
    assert packet_log_sign_and_timestamp_command.main(words) == 0
    before = (data / "stamps" / f"{EDITION}.sig").read_bytes()
    assert packet_log_sign_and_timestamp_command.main(words) == 1
    assert "is there already" in capsys.readouterr().err
    assert (data / "stamps" / f"{EDITION}.sig").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--key", "no-such-key"], "KEY: no file no-such-key"),
        (["--authority", "x", "--certificate", "no.pem"], "TSA_ROOT: no file no.pem"),
        (["--authority", "ftp://x", "--certificate", "{pem}"], "TSA: found 'ftp://x'"),
        (["--authority", "http://127.0.0.1:9", "--certificate", "{pem}"], "gave no time"),
        ([], "no signature and no time stamp"),
    ],
)
def test_main_says_what_is_missing(
    data: Path, authority: TimeAuthority, words: list[str], named: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """A missing key, certificate or authority is named, and nothing is written."""
    filled = [word.format(pem=authority.certificate) for word in words]
    packet_log_sign_and_timestamp_command.main(["--edition", EDITION, *filled])
    printed = capsys.readouterr()
    assert named in printed.err + printed.out
    assert not (data / "stamps").exists()


def test_log_names_the_editions_that_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edition that is not there is named with those that are."""
    (tmp_path / "2026-11-29").mkdir()
    monkeypatch.setattr(packet_log_sign_and_timestamp_command, "editions_folder", lambda: tmp_path)
    with pytest.raises(ValueError, match="no edition '2026-12-01'; there are: 2026-11-29"):
        packet_log_sign_and_timestamp_command._log("2026-12-01")
