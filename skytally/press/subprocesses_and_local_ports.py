"""Programs run as subprocesses: started, waited for, and ended whatever happens."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"
START_SECONDS = 60.0
STOP_SECONDS = 10.0


def search_path() -> str:
    """Folders of programs, those of servers included."""
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def free_port() -> int:
    """Port of loopback on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def bare_environment(**words: str) -> dict[str, str]:
    """Environment with nothing of this process but language, time zone and programs."""
    kept = {w: os.environ[w] for w in ("PATH", "LANG", "LC_ALL", "TZ") if w in os.environ}
    return {**kept, "PATH": search_path(), **words}


def last_lines(log: Path) -> str:
    """Last lines of a log."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return "\n  ".join(lines[-8:])


def run_to_end(
    command: Sequence[object],
    log: Path,
    *,
    env: Mapping[str, str],
    account: Mapping[str, Any] | None = None,
) -> None:
    """Run a program to its end, as another account if given.

    Raises
    ------
    RuntimeError
        If it fails, with the end of its log.
    """
    with log.open("ab") as out:
        ran = subprocess.run(
            [str(word) for word in command],
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            cwd=log.parent,
            env=dict(env),
            check=False,
            timeout=5 * START_SECONDS,
            **(account or {}),
        )
    if ran.returncode:
        message = f"{Path(str(command[0])).name} ended with {ran.returncode}:\n  {last_lines(log)}"
        raise RuntimeError(message)


@contextlib.contextmanager
def running_program(
    command: Sequence[object],
    log: Path,
    *,
    env: Mapping[str, str],
    stop: signal.Signals = signal.SIGTERM,
    account: Mapping[str, Any] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program beside this one; send it `stop` at the end, and end whatever is left of it."""
    # where the system can, a server ends with us even when we are killed
    tied = ["setpriv", "--pdeathsig", stop.name[3:]] if shutil.which("setpriv") else []
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*tied, *(str(word) for word in command)],
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            cwd=log.parent,
            env=dict(env),
            start_new_session=True,
            **(account or {}),
        )
    try:
        yield process
    finally:
        # the server first, so that it ends its own; then whatever of its group is left
        process.send_signal(stop)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)


def wait_for_answer(
    process: subprocess.Popen[bytes], port: int, log: Path, *, url: str = ""
) -> None:
    """Wait until a program answers on a port, or at an address.

    Raises
    ------
    RuntimeError
        If it ends, or does not answer in time, with the end of its log.
    """
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            message = f"{process.args!r} ended with {process.returncode}:\n  {last_lines(log)}"
            raise RuntimeError(message)
        with contextlib.suppress(OSError, urllib.error.URLError):
            if url:
                with urllib.request.urlopen(url, timeout=2) as answer:
                    answer.read()
            else:
                socket.create_connection((LOOPBACK, port), timeout=1).close()
            return
        time.sleep(0.05)
    message = f"no answer on port {port} within {START_SECONDS:.0f} s:\n  {last_lines(log)}"
    raise RuntimeError(message)


def listening_socket(port: int) -> socket.socket:
    """Socket that listens on a port of this machine alone, for a server that does not block.

    Parameters
    ----------
    port : int
        0 for any free one.

    Raises
    ------
    OSError
        If another program listens there.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener
