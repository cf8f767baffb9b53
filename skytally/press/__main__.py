"""``python -m skytally.press``: check the data, run what changed, print the site."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from skytally.press import content_keys, site
from skytally.press.project_paths import BUILD, LINES, ROOT, line_names

CHECKED = BUILD / "checked.key"
NOISE = ("IPKernelApp", "frozen_modules", "PYDEVD", "Debugger warning", "make the debugger miss")


def _check() -> bool:
    key = content_keys.of_inputs()
    if CHECKED.is_file() and CHECKED.read_text() == key:
        return True
    if subprocess.run(
        [sys.executable, "-m", "skytally.press.check"], cwd=ROOT, check=False
    ).returncode:
        return False
    CHECKED.write_text(key)
    return True


def _run(line: str, code: str) -> tuple[str, float, str]:
    start = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix=f".{line}-", dir=LINES))
    log = folder.with_suffix(".reads")
    steady = LINES / f".{line}"
    # the folder's name shows in the page, so it must not differ between runs
    shutil.rmtree(steady, ignore_errors=True)
    folder.rename(steady)
    environment = {**os.environ, "SKYTALLY_READ_LOG": str(log), "SKYTALLY_BOOK": "1"}
    run = subprocess.run(
        [sys.executable, "-m", "skytally.press.execute", line, str(steady)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        said = [
            word for word in run.stderr.splitlines() if not any(noise in word for noise in NOISE)
        ]
        return (
            line,
            time.monotonic() - start,
            "\n".join(said[-12:]) or f"exit code {run.returncode}",
        )
    reads = set(log.read_text(encoding="utf-8").split("\n")) - {""} if log.exists() else set()
    log.unlink(missing_ok=True)
    content_keys.write_state(steady, key=content_keys.of_notebook(line, code=code), reads=reads)
    target = LINES / line
    shutil.rmtree(target, ignore_errors=True)
    steady.rename(target)
    return line, time.monotonic() - start, ""


def _run_all(stale: list[str], code: str) -> list[str]:
    failed = []
    with ThreadPoolExecutor(max_workers=max(1, min(len(stale), os.cpu_count() or 1))) as pool:
        jobs = [pool.submit(_run, line, code) for line in stale]
        for done, job in enumerate(as_completed(jobs), start=1):
            line, seconds, fault = job.result()
            print(
                f"[{done}/{len(stale)}] {line}: {'FAILED' if fault else 'run'} in {seconds:.1f} s",
                flush=True,
            )
            if fault:
                failed.append(fault)
    return failed


def main() -> int:
    """Build the book; give the exit code."""
    LINES.mkdir(parents=True, exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("another build is running in this folder; wait for it to end", file=sys.stderr)
            return 1
        site.recover()
        if not _check():
            print("nothing was run; the last good site stays", file=sys.stderr)
            return 1
        code = content_keys.of_code()
        stale = [line for line in line_names() if not content_keys.is_fresh(line, code=code)]
        fresh = len(line_names()) - len(stale)
        if stale:
            print(f"running {len(stale)} of {len(stale) + fresh} notebooks", flush=True)
            failed = _run_all(stale, code)
            if failed:
                print("\n".join(failed), "the last good site stays", sep="\n", file=sys.stderr)
                return 1
        key = content_keys.of_site()
        if not content_keys.site_is_fresh(key):
            print("printing the pages", flush=True)
            start = time.monotonic()
            try:
                site.print_site()
            except (RuntimeError, ValueError) as error:
                print(error, "the last good site stays", sep="\n", file=sys.stderr)
                return 1
            content_keys.write_site_state(key)
            print(f"pages printed in {time.monotonic() - start:.1f} s: book/_build/html/index.html")
        print(f"notebooks: {len(stale)} run, {fresh} unchanged")
    return 0


if __name__ == "__main__":
    sys.exit(main())
