"""The command ``make book``: check the data, run what changed, print the site."""

from __future__ import annotations

import argparse
import errno
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from skytally.core import READ_LOG, DataError, counted_reads, file_fault, project_root
from skytally.press import notebook_and_site_content_keys, notebook_run_cache, site_build_and_swap
from skytally.press.build_lock import build_lock
from skytally.press.project_paths import build_folder, line_names, lines_folder, site_folder

KERNEL_NOISE = (
    *(
        "Kernel died",
        "IPKernelApp",
        "frozen_modules",
        "PYDEVD",
        "Debugger warning",
        "make the debugger miss",
    ),
)


ROOM_BYTES = 64_000_000
"""Free bytes that a build needs: it writes a site of some 40 MB beside the last good one."""


def check_room() -> None:
    """Refuse to begin what a full disk would end minutes later, half done.

    Raises
    ------
    OSError
        With the folder of what is built.
    """
    if shutil.disk_usage(build_folder()).free < ROOM_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(build_folder()))


def _check() -> int:
    """Check the data unless they are those checked last; the exit code of the check."""
    key, checked = notebook_and_site_content_keys.of_inputs(), build_folder() / "checked.key"
    if checked.is_file() and checked.read_text() == key:
        return 0
    command = [sys.executable, "-m", "skytally.press.data_and_parameter_check_command"]
    code = subprocess.run(command, cwd=project_root(), check=False).returncode
    if not code:
        checked.write_text(key)
    return code


def _log_lines(log: Path) -> set[str]:
    text = log.read_text(encoding="utf-8") if log.exists() else ""
    log.unlink(missing_ok=True)
    return set(text.split("\n")) - {""}


def _new_folder(line: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f".{line}-", dir=lines_folder()))
    # the folder's name shows in the page, so it must not differ between runs
    steady = lines_folder() / f".{line}"
    shutil.rmtree(steady, ignore_errors=True)
    folder.rename(steady)
    return steady


def run_line(line: str) -> tuple[str, float, str]:
    """Run a notebook; its name, the seconds it took, and what went wrong."""
    start = time.monotonic()
    folder = _new_folder(line)
    reads, modules = folder.with_suffix(".reads"), folder.with_suffix(".modules")
    logs = {READ_LOG: str(reads), "SKYTALLY_MODULE_LOG": str(modules)}
    run = subprocess.run(
        [sys.executable, "-m", "skytally.press.notebook_execution", line, str(folder)],
        cwd=project_root(),
        env={**os.environ, **logs, "SKYTALLY_BOOK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    loaded, read = _log_lines(modules), {*counted_reads(_log_lines(reads))}
    fault = _fault_of(run, folder, line) or _keep(folder, line, loaded, read)
    return line, time.monotonic() - start, fault


def _fault_of(run: subprocess.CompletedProcess[str], folder: Path, line: str) -> str:
    """Fault of the run of a notebook; empty where its results are all there."""
    if run.returncode:
        words = run.stderr.splitlines()
        shown = [each for each in words if not any(noise in each for noise in KERNEL_NOISE)]
        return "\n".join(shown[-12:]) or f"notebooks/{line}.ipynb: exit code {run.returncode}"
    if not (folder / site_build_and_swap.FINDINGS).is_file():
        return (
            f"notebooks/{line}.ipynb: ran to its end and wrote no findings; its last code cell "
            "calls findings.write_findings(results, Path(out))"
        )
    return ""


def _keep(folder: Path, line: str, modules: set[str], reads: set[str]) -> str:
    """Put the results of a run in place; what went wrong."""
    # a slow import, for a build that runs something
    from skytally.press.files_named_in_notebook_code import files_named_in_cells

    try:
        reads = reads | files_named_in_cells(line)
        notebook_and_site_content_keys.write_state(folder, line=line, modules=modules, reads=reads)
        notebook_run_cache.put_away(line)
        folder.rename(lines_folder() / line)
    except (DataError, OSError) as error:
        return f"notebooks/{line}.ipynb: its results were not kept: {error}"
    return ""


def stale_lines(names: Iterable[str]) -> list[str]:
    """Notebooks whose results are not those of their inputs now, nor kept from before."""
    return [
        line
        for line in names
        if not notebook_and_site_content_keys.is_fresh(line)
        and not notebook_run_cache.bring_back(line)
    ]


def run_lines(stale: list[str]) -> Iterator[tuple[str, float, str]]:
    """Run notebooks side by side, and yield of each as it ends what `run_line` returns."""
    # a build with nothing to run need not wait for this import
    from concurrent.futures import ThreadPoolExecutor, as_completed

    with ThreadPoolExecutor(max_workers=max(1, min(len(stale), os.cpu_count() or 1))) as pool:
        for job in as_completed([pool.submit(run_line, line) for line in stale]):
            yield job.result()
    notebook_run_cache.remove_oldest()


def _run_all(stale: list[str]) -> list[str]:
    """Run notebooks; what went wrong, one text a notebook."""
    faults = []
    for done, (line, seconds, fault) in enumerate(run_lines(stale), start=1):
        print(
            f"[{done}/{len(stale)}] {line}: {'FAILED' if fault else 'run'} in {seconds:.1f} s",
            flush=True,
        )
        if fault:
            faults.append(fault)
    return faults


def _left_out(code: int) -> list[str] | None:
    """Lines whose notebook or parameter file the check refused; None where it refused the data."""
    # slow imports, for a build that has a fault
    from skytally.press.notebook_parameter_reader_and_checks import faults_of_lines
    from skytally.press.strict_notebook_reader import ONLY_NOTEBOOKS

    return list(faults_of_lines()) if code == ONLY_NOTEBOOKS else None


def _refresh_lines(left_out: list[str]) -> tuple[int, list[str]]:
    """Run the notebooks whose results are not fresh; how many, and what went wrong."""
    names = [line for line in line_names() if line not in left_out]
    stale = stale_lines(names)
    if not stale:
        return 0, []
    check_room()
    print(f"running {len(stale)} of {len(names)} notebooks", flush=True)
    return len(stale), _run_all(stale)


def _project_zip_renewed() -> bool:
    """Renew the zip of the project, where no page depends on what changed in it."""
    modules = notebook_and_site_content_keys.modules_of_fresh_pages()
    if modules is None:
        return False
    from skytally.press.book_metadata import book_details
    from skytally.press.table_and_project_zips import PROJECT_ZIP, renew_project_zip

    if not renew_project_zip(site_folder(), title=book_details()["title"]):
        return False
    notebook_and_site_content_keys.write_site_state(modules)
    print(f"pages unchanged; {PROJECT_ZIP} packed anew")
    return True


def _print_site() -> str:
    """Print the site if it is not fresh; what went wrong."""
    if notebook_and_site_content_keys.site_is_fresh():
        return ""
    check_room()
    if _project_zip_renewed():
        return ""
    print("printing the pages", flush=True)
    start = time.monotonic()
    try:
        modules = site_build_and_swap.print_site()
    except (RuntimeError, ValueError) as error:
        return str(error)
    notebook_and_site_content_keys.write_site_state(modules)
    # a build with nothing to print need not read the editions again
    from skytally.press.damaged_edition_terminal_warnings import print_notices

    print_notices()
    print(f"pages printed in {time.monotonic() - start:.1f} s: book/_build/html/index.html")
    return ""


def _print_second_site() -> str:
    """Print the site of the second engine, fresh or not; what went wrong."""
    check_room()
    print("printing the pages with Jupyter Book 2", flush=True)
    start = time.monotonic()
    # another Sphinx and its directives, which a build with the first engine does not need
    from skytally.press.second_book_engine.plain_site import print_second_site

    try:
        print_second_site()
    except (RuntimeError, ValueError) as error:
        return str(error)
    print(f"pages printed in {time.monotonic() - start:.1f} s: book/_build/html2/index.html")
    return ""


PRINTED_BY = {"1": _print_site, "2": _print_second_site}
"""Engine, by the number of its Jupyter Book, to what prints the site."""


def _build(engine: str) -> int:
    """Build the book, alone in its folder; the exit code."""
    site_build_and_swap.recover()
    code = _check()
    left_out = _left_out(code) if code else []
    if left_out is None:
        print("nothing was run; the last good site stays", file=sys.stderr)
        return 1
    count, faults = _refresh_lines(left_out)
    if code:
        faults.append("the notebooks named by the check were left out")
    if not faults and (fault := PRINTED_BY[engine]()):
        faults = [fault]
    notebook_and_site_content_keys.write_memory()
    if faults:
        print("\n".join(faults), "the last good site stays", sep="\n", file=sys.stderr)
        return 1
    print(f"notebooks: {count} run, {len(line_names()) - count} unchanged")
    return 0


def _chosen_engine() -> str:
    """Engine that the command line names; the first, where it names none.

    Raises
    ------
    DataError
        If there is no such engine.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="")
    engine = str(parser.parse_args().engine or "1")
    if engine not in PRINTED_BY:
        message = f"ENGINE: found {engine!r}; give 1 (Jupyter Book 1) or 2 (Jupyter Book 2)"
        raise DataError(message)
    return engine


def main() -> int:
    """Build the book; the exit code."""
    try:
        engine = _chosen_engine()
        lines_folder().mkdir(parents=True, exist_ok=True)
        with build_lock():
            return _build(engine)
    except DataError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        # a write that fails names no file
        error.filename = error.filename or str(build_folder())
        print(file_fault(error), "the last good site stays", sep="\n", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
