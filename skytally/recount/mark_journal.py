"""The journal of one count: every mark is on the disk before the page says that it is kept."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from skytally.core import DataError, file_fault
from skytally.recount.object_mark import Mark, mark_from_json
from skytally.recount.recount_image_identity_and_tiles import ImageIdentity

FORMAT = 1
SUFFIX = ".marks.jsonl"
ENTRIES = PUT, DROP, SEEN, FINISH, REOPEN = "put", "drop", "seen", "finish", "reopen"
MOST_MARKS = 20_000
MOST_STEPS = 1_000
"""Changes that can be taken back."""
LONGEST_REASON = 300


class NotKeptError(DataError):
    """A sound entry that the disk did not take; the same entry may be kept later."""


@dataclass(frozen=True)
class CountTask:
    """What is counted, where, on which image, by whom."""

    image: ImageIdentity
    """The image."""
    what: str
    """Unit that is counted, such as ``railcars``."""
    scope: str
    """Scope of the record, or of a rehearsal, within which is counted."""
    counter: str
    """Who counts."""
    day: str
    """Day on which the image was taken."""
    family: str
    """Whose image it is, a word of the vocabulary *family*."""
    turn: int = 1
    """1 for a first count of this counter, 2 for a repetition, and so on."""


@dataclass
class CountState:
    """A count as it stands."""

    task: CountTask
    """What is counted."""
    marks: dict[str, Mark] = field(default_factory=dict)
    """Marks by name, in the order in which they were set."""
    share_seen: float | None = None
    """Part of the scope that could be seen, 0 to 1; None until it is said."""
    hidden_by: str = ""
    """What hid the rest."""
    finished: str = ""
    """Day on which it was finished, empty while it is not."""
    steps: list[tuple[str, Mark | None]] = field(default_factory=list)
    """What can be taken back, the last one last: name of a mark, and the mark as it was before."""


def folder_name(task: CountTask) -> str:
    """Name of the folder of all counts of one thing, scope and image."""
    return f"{task.image.sha256[:12]}-{task.what.replace(' ', '-')}-{task.scope}"


def journal_path(counts: Path, task: CountTask) -> Path:
    """Where the journal of a count lies, below the folder of all counts."""
    turn = "" if task.turn == 1 else f".{task.turn}"
    return counts / folder_name(task) / f"{task.counter}{turn}{SUFFIX}"


def _share(value: object) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    if not good:
        message = f"part seen: found {str(value)[:30]}; give a share from 0 to 1"
        raise DataError(message)
    return float(value)  # type: ignore[arg-type]


def _remember(state: CountState, name: str, entry: dict[str, Any]) -> None:
    """Note what a change of a mark can be taken back to; to take back ends a step."""
    if not entry.get("undo"):
        state.steps.append((name, state.marks.get(name)))
        del state.steps[:-MOST_STEPS]
    elif state.steps:
        state.steps.pop()


def apply_entry(state: CountState, entry: dict[str, Any]) -> None:
    """Bring a count up to date by one entry.

    Raises
    ------
    DataError
        If the entry does not fit the count as it stands; the count stays as it was.
    """
    kind = entry.get("entry")
    if state.finished and kind != REOPEN:
        message = "the count is finished; take it up again before marks are changed"
        raise DataError(message)
    if kind == PUT:
        shape = (state.task.image.rows, state.task.image.columns)
        mark = mark_from_json(entry.get("mark"), shape=shape)
        if mark.name not in state.marks and len(state.marks) >= MOST_MARKS:
            message = f"found {MOST_MARKS} marks already; cut the image into parts"
            raise DataError(message)
        _remember(state, mark.name, entry)
        state.marks[mark.name] = mark
    elif kind == DROP:
        name = str(entry.get("name"))
        if name in state.marks:
            _remember(state, name, entry)
            del state.marks[name]
    elif kind == SEEN:
        share, reason = _share(entry.get("share")), entry.get("hidden_by", "")
        if not isinstance(reason, str) or len(reason) > LONGEST_REASON:
            message = f"what hid the rest: found more than {LONGEST_REASON} letters; shorten it"
            raise DataError(message)
        if share < 1 and not reason.strip():
            message = "part seen: found less than all and no reason; say what hid the rest"
            raise DataError(message)
        state.share_seen, state.hidden_by = share, reason.strip() if share < 1 else ""
    elif kind == FINISH:
        if state.share_seen is None:
            message = "say first how much of the scope could be seen"
            raise DataError(message)
        state.finished = str(entry.get("day"))
    elif kind == REOPEN:
        state.finished = ""
    else:
        message = f"entry: found {str(kind)[:30]!r}; write {', '.join(ENTRIES)}"
        raise DataError(message)


def _why(error: Exception) -> str:
    """Name in brackets what is wrong with a line, where words of the project tell it."""
    if isinstance(error, KeyError):
        return f" (no {error.args[0]})"
    if isinstance(error, json.JSONDecodeError):
        return " (broken JSON)"
    return f" ({error})" if isinstance(error, DataError) else ""


def _task_from(plain: dict[str, Any], path: Path) -> CountTask:
    try:
        if plain["format"] != FORMAT:
            message = (
                f"{path.name}: found format {plain['format']!r}, this version reads {FORMAT}; "
                "open it with the version that wrote it"
            )
            raise DataError(message)
        image = dict(plain["image"])
        image["transform"] = tuple(image["transform"])
        rest = {key: plain[key] for key in ("what", "scope", "counter", "day", "family", "turn")}
        return CountTask(ImageIdentity(**image), **rest)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        message = f"{path.name}, line 1: found no head of a count{_why(error)}; restore the file"
        raise DataError(message) from None


def read_task(path: Path) -> CountTask:
    """Read from the head of a journal what is counted.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            plain = json.loads(file.readline())
        return _task_from(plain, path)
    except OSError as error:
        raise DataError(file_fault(error)) from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, DataError):
            raise
        message = f"{path.name}, line 1: found no head of a count{_why(error)}; restore the file"
        raise DataError(message) from None


def read_count(path: Path) -> CountState:
    """Read a journal.

    A last line that breaks off, as after a full disk or a stopped machine, was never said to be
    kept and is passed over.

    Raises
    ------
    DataError
        If another line cannot be read.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise DataError(file_fault(error)) from None
    # what stands after the last end of line broke off
    entries = lines[:-1]
    if not entries:
        message = f"{path.name}: found no whole line; remove the file, and count anew"
        raise DataError(message)
    state: CountState | None = None
    for number, line in enumerate(entries, start=1):
        try:
            plain = json.loads(line)
            if not isinstance(plain, dict):
                raise TypeError
            if state is None:
                state = CountState(_task_from(plain, path))
            else:
                apply_entry(state, plain)
        except (DataError, ValueError, TypeError, RecursionError) as error:
            if number == 1 and isinstance(error, DataError):
                raise
            message = (
                f"{path.name}, line {number}: found what is no entry of a count{_why(error)}; "
                "restore the file, or take the line out if you know what it was"
            )
            raise DataError(message) from None
    assert state is not None  # a first line was read
    return state


def check_same(begun: CountTask, task: CountTask, path: Path) -> None:
    """Refuse to take a count up with another day, owner or scale than it was begun with.

    Raises
    ------
    DataError
        If one of them differs.
    """
    asked = {"DAY": task.day, "FAMILY": task.family, "SCALE": task.image.scale_m}
    known = {"DAY": begun.day, "FAMILY": begun.family, "SCALE": begun.image.scale_m}
    for name, value in asked.items():
        if value != known[name]:
            message = (
                f"{name}: found {value}, where the count in {path.name} was begun with "
                f"{known[name]}; write that, or remove the file to count anew"
            )
            raise DataError(message)


class CountJournal:
    """The journal of one count, open for entries.

    Raises
    ------
    DataError
        If it cannot be written, or another bench has it open.
    """

    def __init__(self, path: Path, task: CountTask) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab", buffering=0)
            try:
                self.state = self._begun(task)
            except BaseException:
                self._file.close()
                raise
        except OSError as error:
            raise DataError(file_fault(error)) from None

    def _begun(self, task: CountTask) -> CountState:
        """Take the journal for this bench alone, begin it where it is new, and read it."""
        self._take()
        self._mend_end()
        if self.path.stat().st_size == 0:
            self._append({"format": FORMAT, **asdict(task)})
        state = read_count(self.path)
        check_same(state.task, task, self.path)
        return state

    def _take(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"{self.path.name}: another bench counts in it; close that one first"
            raise DataError(message) from None

    def _mend_end(self) -> None:
        """Cut off a last line that broke off, so that the next entry begins on its own."""
        whole = self.path.read_bytes()
        end = whole.rfind(b"\n") + 1
        if end < len(whole):
            os.truncate(self.path, end)

    def _append(self, plain: dict[str, Any]) -> None:
        """Write one line and wait for the disk; nothing stays of a line that did not fit.

        Raises
        ------
        OSError
            If it could not be written whole.
        """
        line = json.dumps(plain, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        end = os.fstat(self._file.fileno()).st_size
        try:
            written = 0
            while written < len(line):
                written += self._file.write(line[written:])
            os.fsync(self._file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                os.truncate(self.path, end)
            raise

    def add(self, entry: dict[str, Any]) -> None:
        """Keep an entry: checked, written, then taken over.

        Raises
        ------
        DataError
            If it does not fit the count; nothing of it stays.
        NotKeptError
            If it could not be written; nothing of it stays.
        """
        trial = CountState(
            self.state.task, dict(self.state.marks), self.state.share_seen,
            self.state.hidden_by, self.state.finished, list(self.state.steps),
        )  # fmt: skip
        apply_entry(trial, entry)
        try:
            self._append(entry)
        except OSError as error:
            raise NotKeptError(file_fault(error)) from None
        self.state = trial

    def close(self) -> None:
        """Close the file and let others count in it."""
        self._file.close()


def counts_of(folder: Path) -> Iterator[CountState]:
    """Read all counts of one thing, scope and image, in the order of their names.

    Raises
    ------
    DataError
        As `read_count`, or if two journals are of one counter and turn, as a folder that is shared
        by a program leaves a copy in conflict.
    """
    read: dict[tuple[str, int], Path] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        count = read_count(path)
        own = count.task.counter, count.task.turn
        if own in read:
            message = (
                f"found two journals of {own[0]}'s count {own[1]}: {read[own].name!r} and "
                f"{path.name!r}, as a shared folder leaves a copy in conflict; keep the one with "
                f"all marks as {journal_path(folder.parent, count.task).name!r}, and move the "
                f"other out of {folder.name}"
            )
            raise DataError(message)
        read[own] = path
        yield count
