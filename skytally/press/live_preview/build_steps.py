"""Steps of a build as a watch takes them, each in a process of its own that says how it goes."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import chain
from pathlib import Path

from skytally.core import DataError, IntegrityError, file_fault, files_at_once
from skytally.press import build_command, notebook_and_site_content_keys, site_build_and_swap
from skytally.press.build_lock import build_lock
from skytally.press.live_preview import single_page_html_rebuild
from skytally.press.live_preview.preview_state import (
    CHECKED,
    FAULT,
    PAGES,
    PRINT,
    PRINTED,
    RUN,
    RUNNING,
    SHOWN,
    STAGE_KEY,
    WAITING,
    Event,
    current_stage,
    last_seconds,
    remember_modules,
    remember_seconds,
    shown_folder,
    watch_folder,
)
from skytally.press.live_preview.single_page_html_rebuild import OpenStage
from skytally.press.live_preview.watched_files import SavedFiles
from skytally.press.project_paths import build_folder, line_names, lines_folder

Say = Callable[[Event], None]
"""Sends an event to the watch."""

RESTAGED = "restaged"
"""File of a stage that single saved files were brought to since it was printed whole."""
LOCK_SECONDS = 0.5
"""Pause before the lock of another build is tried again."""


def _free_stage() -> Path:
    current = current_stage()
    return next(
        stage
        for stage in (watch_folder() / "stage-a", watch_folder() / "stage-b")
        if stage != current
    )


@contextmanager
def _waited_lock(say: Say) -> Iterator[None]:
    """Hold the lock of builds, after another build of this folder has ended."""
    told = False
    while True:
        lock = build_lock()
        try:
            lock.__enter__()
        except DataError:
            if not told:
                say({"kind": WAITING, "lines": ["another build is running in this folder"]})
            told = True
            time.sleep(LOCK_SECONDS)
            continue
        try:
            yield
        finally:
            lock.__exit__(None, None, None)
        return


def _faults_of_data(*, anew: bool = False) -> list[str]:
    """Faults that ``make check`` would print; all is checked anew, or only what changed."""
    # a storey that only the check imports
    from skytally.press.data_and_parameter_check_command import check_outcome
    from skytally.press.passed_check_cache import CheckMemory

    try:
        with files_at_once():
            memory = CheckMemory(anew=anew)
            faults = [] if memory.words else check_outcome(memory)[0]
            memory.write()
            return faults
    except DataError as error:
        return str(error).splitlines()
    except OSError as error:
        return file_fault(error).splitlines()


def _evaluate() -> None:
    """Evaluate the findings that changed, once for the check and for the pages."""
    # storeys that only the check and a whole print import
    from skytally.findings import evaluation_of, kept_findings
    from skytally.press.book_evaluation import whole_record
    from skytally.press.declared_finding_checks_with_parameters import (
        declared_findings,
        page_parameters,
    )

    # whatever is wrong: the check tells it
    with suppress(Exception):
        record, parameters = whole_record(), page_parameters()
        kept_findings(evaluation_of(declared_findings()[0], record, parameters=parameters))


class _CheckBeside:
    """The check of the data, in a fork of this process, while pages are printed."""

    def __init__(self) -> None:
        read, write = os.pipe()
        self._process = os.fork()
        if self._process:
            os.close(write)
            self._answer = os.fdopen(read, "rb")
            return
        code = 1
        try:
            with os.fdopen(write, "wb") as answer:
                answer.write(json.dumps(_faults_of_data()).encode())
            code = 0
        except BaseException:
            # the fork ends here, and nobody else would hear of it
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stderr.flush()
            os._exit(code)

    def faults(self) -> list[str]:
        """Wait for the check; its faults.

        Raises
        ------
        RuntimeError
            If it ended without an answer.
        """
        with self._answer as answer:
            text = answer.read()
        if os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1]):
            message = "the check of the data ended without an answer; run make check"
            raise RuntimeError(message)
        return list(json.loads(text))


def _in_order(say: Say, check: _CheckBeside | None) -> bool:
    """Tell what a check found; whether that was nothing."""
    if check is None:
        return True
    faults = check.faults()
    say({"kind": CHECKED, "lines": faults})
    return not faults


def _pages(
    stage: Path, docnames: Sequence[str], saved: SavedFiles, opened: OpenStage | None
) -> Iterator[tuple[Path, bool]]:
    """Print pages; each with whether its charts and tables are still those of the last print.

    Charts take seconds: where data changed, the sentences of all pages come first.
    """
    for old_blocks in (True, False) if saved.inputs else (True,):
        if opened is not None and not opened.fits(stage):
            # what Sphinx registered for the other stage would be told as faults of this one
            opened.close()
            opened = None
        opened = opened or OpenStage(stage)
        with closing(opened) as once:
            for page in single_page_html_rebuild.printed_pages(
                once, docnames, reuse_blocks=old_blocks
            ):
                yield page, old_blocks and saved.inputs
        opened = None


def check_and_show(say: Say, request: Event, opened: OpenStage | None = None) -> None:
    """Check the data, and print the pages that are looked at from what the last print left.

    Parameters
    ----------
    say : callable
        Takes the events.
    request : dict
        ``names`` (files saved since the last whole print), ``checked`` (whether the data are
        known to be in order), ``pages`` (pages to print, the first first) and ``prints`` (whole
        prints so far).
    opened : OpenStage or None
        A stage that was opened before; it may have been printed over since.
    """
    # short-lived: what it makes stays to its end
    gc.disable()
    begun = time.process_time()
    saved = SavedFiles(frozenset(request["names"]))
    stage = current_stage()
    pages: Iterator[tuple[Path, bool]] = iter(())
    with files_at_once():
        if saved.inputs:
            _evaluate()
        check = None if request["checked"] else _CheckBeside()
        try:
            if stage is not None and request["pages"]:
                if saved.names:
                    (stage / RESTAGED).touch()
                single_page_html_rebuild.restage(stage, saved)
                pages = _pages(stage, request["pages"], saved, opened)
            first = next(pages, None)
        except Exception:
            # whatever it is: in the words of the check, where it finds the cause
            if _in_order(say, check):
                raise
            return
        if not _in_order(say, check) or first is None or stage is None:
            return
        for page, old_blocks in chain([first], pages):
            single_page_html_rebuild.put_in_place(stage, page, shown_folder(request["prints"]))
            name = page.with_suffix("").as_posix()
            computed = time.process_time() - begun
            say({"kind": SHOWN, "page": name, "old_blocks": old_blocks, "computed": computed})


def run_notebooks(say: Say, _: Event) -> None:
    """Run every notebook whose results are not those of its inputs now."""
    with _waited_lock(say):
        site_build_and_swap.recover()
        stale = build_command.stale_lines(line_names())
        if not stale:
            return
        known = last_seconds()
        build_command.check_room()
        say({"kind": RUNNING, "lines": [[line, known.get(line)] for line in stale]})
        for line, seconds, fault in build_command.run_lines(stale):
            if not fault:
                remember_seconds(line, seconds)
            say({"kind": RUN, "line": line, "seconds": seconds, "fault": fault})
        notebook_and_site_content_keys.write_memory()


def _printed_in_fork(words: Sequence[str], modules: Path) -> int:
    """Run jupyter-book in a fork of this process, which has imported what it needs."""
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    code = 1
    try:
        log = os.open(
            build_folder() / site_build_and_swap.LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644
        )
        for stream in (1, 2):
            os.dup2(log, stream)
        sys.argv = ["jupyter-book", *words]
        from jupyter_book.cli.main import main

        from skytally.core import loaded_modules

        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            # into the log, which the fault quotes
            sys.excepthook(*sys.exc_info())
        modules.write_text(json.dumps(sorted(loaded_modules())), encoding="utf-8")
        remember_modules()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def print_all(say: Say, _: Event) -> None:
    """Print the whole site as ``make book`` does, and keep what single pages are printed from."""
    with _waited_lock(say):
        site_build_and_swap.recover()
        current = current_stage()
        if (
            notebook_and_site_content_keys.site_is_fresh()
            and current
            and not (current / RESTAGED).exists()
        ):
            say({"kind": PRINTED, "seconds": 0.0})
            return
        build_command.check_room()
        start, stage = time.monotonic(), _free_stage()
        modules = site_build_and_swap.print_site(_printed_in_fork, kept_stage=stage)
        notebook_and_site_content_keys.write_site_state(modules)
        notebook_and_site_content_keys.write_memory()
        single_page_html_rebuild.prepare(stage)
        state = json.loads((build_folder() / "site.json").read_bytes())
        (stage / STAGE_KEY).write_text(state["key"], encoding="utf-8")
        seconds = time.monotonic() - start
        remember_seconds(PRINTED, seconds)
        remember_modules()
        say({"kind": PRINTED, "seconds": seconds})


STEPS: dict[str, Callable[[Say, Event], None]] = {
    "notebooks": run_notebooks,
    PRINT: print_all,
}
"""Steps by the name that a request gives, but for that of single pages."""


def open_current_stage() -> OpenStage | None:
    """Open the stage of the last whole print, for a step that will be asked for; None if none is.

    What is wrong with it is told where it is opened for a page.
    """
    gc.disable()
    watch_folder().mkdir(parents=True, exist_ok=True)
    stage = current_stage()
    try:
        return None if stage is None else OpenStage(stage)
    except Exception:
        return None


def fill_memories() -> None:
    """Check the data once, so that forks find what is parsed and evaluated, kept by content."""
    # whatever is wrong: the steps tell it
    with suppress(Exception):
        _faults_of_data(anew=True)


def take_step(say: Say, request: Event, opened: OpenStage | None = None) -> int:
    """Take a step; whatever is wrong is an event; the exit code."""
    lines_folder().mkdir(parents=True, exist_ok=True)
    watch_folder().mkdir(parents=True, exist_ok=True)
    try:
        if request["step"] == PAGES:
            check_and_show(say, request, opened)
        else:
            STEPS[request["step"]](say, request)
    except (DataError, IntegrityError, RuntimeError, ValueError) as error:
        say({"kind": FAULT, "lines": str(error).splitlines()})
    except OSError as error:
        error.filename = error.filename or str(build_folder())
        say({"kind": FAULT, "lines": file_fault(error).splitlines()})
    else:
        return 0
    return 1
