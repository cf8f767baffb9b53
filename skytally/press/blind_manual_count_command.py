"""The command ``make count``: count objects on an image, blind, and compare finished counts.

The page opens on this machine alone. The image never leaves it; marks are kept as they are set.
"""

from __future__ import annotations

import argparse
import re
import signal
import sys
import webbrowser
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from skytally.core import (
    DataError,
    data_folder,
    file_fault,
    project_root,
    read_cells,
    read_table,
    words,
)
from skytally.imagery.simulate import DRAWN_AS, PRACTICE, write_practice
from skytally.imagery.sites import read_sites
from skytally.press.recount_server import RecountServer, comparison_page_state, count_page_state
from skytally.recount import (
    JOURNALS,
    NOTES_FILE,
    TABLES,
    CountImage,
    CountJournal,
    CountState,
    CountTask,
    DisputeNotes,
    check_same,
    compare_counts,
    comparison_words,
    counting_rules,
    counts_of,
    folder_name,
    journal_path,
    metres_from_window,
    outline_rings,
    practice_score,
    read_count,
    read_task,
    recorded_row,
    repetition_words,
    result_of,
    source_id,
    write_result,
)

HOW = """make count opens an image and keeps what you mark on it:
  IMAGE=quay.tif WHAT=containers SCOPE=rajin-pier-1 COUNTER=your-id DAY=2023-10-05
  SITE=rajin          draw the outlines of this site on the image
  SCALE=0.5           metres a pixel, where the file does not say where it lies; SCALE=none counts
                      without measuring
  BANDS=3,2,1         bands shown as red, green and blue
  FAMILY=planet       whose image it is, a word of the vocabulary family
  CALLED="Your Name"  your name for readers, where counters.csv does not have you
  AGAIN=yes           count once more what you have finished, without seeing your marks; says how
                      well the count repeats, and leaves no row
  COMPARE=yes         compare the finished counts of different counters
  IMAGE=practice      draw a simulated yard (WHAT=railcars) or quay (WHAT=containers) to count on;
                      IMAGE=practice-2 draws another"""
OPTIONS = (
    "image", "site", "what", "scope", "counter", "day", "scale", "bands", "family", "called",
    "again", "compare",
)  # fmt: skip
COUNTS = "recounts"
"""Folder of all counts, below the folder of data."""
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
PRACTICE_NAME = re.compile(r"practice(?:-([1-9]\d{0,5}))?")
PRACTICE_DAY = "2000-01-01"
PRACTICE_SCOPE = "practice"


@dataclass(frozen=True)
class _Asked:
    """What the command was told, checked."""

    path: Path
    seed: int | None
    what: str
    scope: str
    counter: str
    day: str
    family: str
    called: str
    options: argparse.Namespace


def _arguments(texts: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make count", usage=HOW, exit_on_error=False)
    for name in OPTIONS:
        parser.add_argument(f"--{name}", default="")
    return parser.parse_args(texts)


def _one_of(option: str, found: str, known: Iterable[str]) -> str:
    names = list(known)
    if found not in names:
        said = f"found {found[:60]!r}" if found else "missing"
        message = f"{option}: {said}; write one of {', '.join(names)}"
        raise DataError(message)
    return found


def _scope(found: str, scopes: pd.DataFrame, site: str) -> str:
    """Scope of the record, and where it is none, those of the site, each on a line."""
    if found in set(scopes["id"]):
        return found
    said = f"found {found[:60]!r}" if found else "missing"
    near = scopes[scopes["site"] == site] if site else scopes
    lines = [f"  {row['id']}: {row['name']}" for row in near.to_dict("records")]
    of = f" of {site}" if site else ", or name the SITE to see its own alone"
    message = "\n".join([f"SCOPE: {said}; write one of these{of}", *lines])
    raise DataError(message)


def _yes(option: str, found: str) -> bool:
    if found not in ("", "yes"):
        message = f"{option}: found {found[:40]!r}; write {option}=yes, or leave it out"
        raise DataError(message)
    return found == "yes"


def _day(found: str) -> str:
    try:
        taken = date.fromisoformat(found)
    except ValueError:
        said = f"found {found[:40]!r}" if found else "missing"
        message = f"DAY: {said}; write the day on which the image was taken, such as 2023-10-05"
        raise DataError(message) from None
    # east of Greenwich it may be tomorrow already
    if not date(1950, 1, 1) <= taken <= datetime.now(UTC).date() + timedelta(days=1):
        message = f"DAY: found {found}; no image was taken then; write the day of the image"
        raise DataError(message)
    return taken.isoformat()


def _counter(found: str) -> str:
    if not SLUG.fullmatch(found) or len(found) > 40:
        said = f"found {found[:60]!r}" if found else "missing"
        message = (
            f"COUNTER: {said}; write who counts as the id of a counter, small letters, digits and "
            "hyphens, such as example-desk"
        )
        raise DataError(message)
    return found


def _path_of(found: str) -> Path:
    path = Path(found).expanduser()
    path = path if path.is_absolute() else project_root() / path
    if not found or not path.is_file():
        said = f"found {found[:200]!r}, which is no file" if found else "missing"
        message = f"IMAGE: {said}; name the image file, or write IMAGE=practice"
        raise DataError(message)
    return path


def _checked(asked: argparse.Namespace, counts: Path) -> _Asked:
    record = data_folder() / "record"
    if practice := PRACTICE_NAME.fullmatch(asked.image):
        seed = int(practice[1] or 1)
        what = _one_of("WHAT", asked.what or "railcars", PRACTICE)
        path = counts / "practice" / f"{what}-{seed}.tif"
        counter = _counter(asked.counter or "practice")
        return _Asked(path, seed, what, PRACTICE_SCOPE, counter, PRACTICE_DAY, "none", "", asked)
    path = _path_of(asked.image)
    what = _one_of("WHAT", asked.what, TABLES)
    scope = _scope(asked.scope, read_table(record / "scopes.csv"), asked.site)
    families = words(record).get("family", ())
    family = _one_of("FAMILY", asked.family or "unstated", families)
    counter = _counter(asked.counter) if not asked.compare else asked.counter
    return _Asked(
        path, None, what, scope, counter, _day(asked.day), family, asked.called.strip(), asked
    )  # fmt: skip


def _open_image(asked: _Asked) -> CountImage:
    if asked.seed is not None and not asked.path.is_file():
        asked.path.parent.mkdir(parents=True, exist_ok=True)
        write_practice(PRACTICE[asked.what](asked.seed), asked.path)
    options = asked.options
    return CountImage(asked.path, scale=options.scale, bands=options.bands)


def _refuse_changed(counts: Path, task: CountTask) -> None:
    """Refuse an image whose file of the same name was counted with other bytes."""
    for path in sorted(counts.glob(JOURNALS)):
        try:
            other = read_task(path)
        except DataError as error:
            print(f"a count of another image is left aside: {error}", file=sys.stderr)
            continue
        image = other.image
        if image.name == task.image.name and image.sha256 != task.image.sha256:
            message = (
                f"{image.name}: the file that {other.counter} counted has a SHA-256 that "
                f"begins {image.sha256[:12]}, this one has {task.image.sha256[:12]}; put the "
                "old file back, or give the new one a name of its own"
            )
            raise DataError(message)


def _turn(counts: Path, task: CountTask, asked: _Asked) -> CountTask:
    """Choose the count to open: the one under way, or with AGAIN the next of this counter."""
    again = _yes("AGAIN", asked.options.again)
    turn = 1
    while True:
        here = replace(task, turn=turn)
        path = journal_path(counts, here)
        if not path.is_file():
            if turn > 1 and not again:
                break
            return here
        if not read_count(path).finished:
            return here
        turn += 1
    done = replace(task, turn=turn - 1)
    count, path = read_count(journal_path(counts, done)), journal_path(counts, done)
    check_same(count.task, done, path)
    # a full disk may have kept its files from being written when it was finished
    _tell_result(count, path, asked)
    message = (
        f"{task.counter} has finished the count of {task.what} on {task.image.name} "
        f"({journal_path(counts, done).relative_to(counts.parent)}); COMPARE=yes compares it, "
        "AGAIN=yes counts once more without showing the marks"
    )
    raise DataError(message)


def _refuse_far(asked: _Asked, image: CountImage) -> None:
    """Refuse an image that says it lies farther from the site than the site's window is wide."""
    identity = image.identity
    if not identity.crs or asked.seed is not None:
        return
    scopes = read_table(data_folder() / "record" / "scopes.csv").set_index("id")["site"]
    sites = read_sites(data_folder() / "sites")
    for slug in dict.fromkeys((asked.options.site, str(scopes[asked.scope]))):
        if slug not in sites:
            continue
        site = sites[slug]
        west, south, east, north = site.grid.bounds
        away = metres_from_window(site, identity)
        if away > max(east - west, north - south):
            lon, lat = identity.lonlat(identity.columns / 2, identity.rows / 2) or (0.0, 0.0)
            message = (
                f"IMAGE: the middle of {identity.name} lies at {abs(lat):.3f} "
                f"{'N' if lat >= 0 else 'S'}, {abs(lon):.3f} {'E' if lon >= 0 else 'W'}, and its "
                f"edge {away / 1000:,.0f} km from the window of {slug}, where SCOPE="
                f"{asked.scope} or SITE lies; open an image of that place, or write the SCOPE "
                "and SITE of this one"
            )
            raise DataError(message)


def _tell_new(asked: _Asked) -> None:
    """Tell where the record has no count of such a thing in such a scope, as a slip would have."""
    table = read_cells(data_folder() / "record" / f"{TABLES[asked.what]}.csv")
    if asked.scope not in set(table["scope"]):
        print(
            f"SCOPE: no row of the record counts {asked.what} in {asked.scope} so far; a new row "
            "would be its first"
        )


def _outlines(site: str, image: CountImage) -> list[dict[str, Any]]:
    if not site:
        return []
    sites = read_sites(data_folder() / "sites")
    _one_of("SITE", site, sites)
    if not image.identity.crs:
        message = "SITE: the image does not say where it lies, so no outline fits; leave SITE out"
        raise DataError(message)
    found = outline_rings(sites[site], image.identity)
    if not found:
        print(f"SITE: no outline of {site} meets the image; none is drawn")
    return found


def _where(asked: _Asked) -> str:
    """Describe the scope, of which no image shows the edge."""
    if asked.seed is not None:
        return f"Drawn, not taken: {DRAWN_AS[asked.what]}. The scope is the whole image."
    row = read_table(data_folder() / "record" / "scopes.csv").set_index("id").loc[asked.scope]
    return (
        f"Scope: {row['name']}: {row['meaning']}. Its edge is not drawn on the image; the record "
        "has it in these words."
    )


def _known(count: CountState) -> dict[str, bool]:
    record = data_folder() / "record"
    return {
        "counter": count.task.counter in set(read_table(record / "counters.csv")["id"]),
        "source": source_id(count) in set(read_table(record / "sources.csv")["id"]),
    }


def _publisher(asked: _Asked) -> str:
    table = read_table(data_folder() / "record" / "counters.csv").set_index("id")["name"]
    return asked.called or str(table.get(asked.counter, asked.counter))


def _tell_result(count: CountState, journal: Path, asked: _Asked) -> None:
    found, task = result_of(count), count.task
    turn = f", turn {task.turn}" if task.turn > 1 else ""
    print(f"{task.counter}{turn}: {task.what}: {found.words}", flush=True)
    if asked.seed is not None:
        truth = PRACTICE[asked.what](asked.seed).truth
        for line in practice_score(count, truth).words:
            print(f"  {line}")
    if task.turn > 1:
        first = read_count(journal_path(journal.parent.parent, replace(task, turn=1)))
        if first.finished:
            print(*(f"  {line}" for line in repetition_words(first, count)), sep="\n")
        else:
            print("  a repetition of a first count that is not finished; it leaves no row")
    if asked.seed is not None:
        return
    record = data_folder() / "record"
    written = write_result(
        count, journal, record, publisher=_publisher(asked), known=_known(count)
    )  # fmt: skip
    for path in written:
        print(f"  written: {path.relative_to(project_root())}")
    row = recorded_row(count, record) if task.turn == 1 and not task.image.simulated else None
    if row is not None:
        _tell_recorded(count, row)
    if len(written) > 1:
        if task.family == "unstated":
            print("  the row says family unstated: FAMILY says whose image it is, at a first count")
        print(
            "  append each .csv to the table of its name (CONTRIBUTING, Add a recount); make check"
        )
    elif row is not None:
        print("  nothing is to be appended")


def _tell_recorded(count: CountState, row: dict[str, str]) -> None:
    """Tell that the record has a count, and whether it says the same number there."""
    found = result_of(count)
    here = {key: getattr(found, key) for key in ("state", "value", "low", "high", "bound")}
    said = {key: "" if value is None else str(value) for key, value in here.items()}
    other = [
        f"{key} {row[key] or '(empty)'}, here {value or '(empty)'}"
        for key, value in said.items()
        if row[key] != value
    ]
    if other:
        print(f"  the record has this count as {row['id']}, with {'; '.join(other)}: correct it")
    else:
        print(f"  the record has this count as {row['id']}")


def _tell_finished(count: CountState, journal: Path, asked: _Asked) -> None:
    """Tell the result of a count that was just finished, which it is even if files fail."""
    try:
        _tell_result(count, journal, asked)
    except DataError as error:
        print(error, "the same command writes the files again", sep="\n", file=sys.stderr)
    except OSError as error:
        print(
            file_fault(error), "the same command writes the files again", sep="\n", file=sys.stderr
        )


def _serve(server: RecountServer) -> None:
    print(f"open {server.address}", "Ctrl-C ends it; marks are kept as they are set", sep="\n")
    sys.stdout.flush()
    for ending in (signal.SIGINT, signal.SIGTERM):
        # a shell may start programs in the background with Ctrl-C ignored
        signal.signal(ending, signal.default_int_handler)
    webbrowser.open(server.address)
    try:
        server.run()
    except KeyboardInterrupt:
        print("\nended; nothing is lost: the same command takes the count up again")


def _count(asked: _Asked, counts: Path, image: CountImage) -> int:
    task = CountTask(
        image.identity, asked.what, asked.scope, asked.counter, asked.day, asked.family
    )
    if asked.seed is None:
        _refuse_changed(counts, task)
        _refuse_far(asked, image)
        _tell_new(asked)
    task = _turn(counts, task, asked)
    outlines, rules = _outlines(asked.options.site, image), counting_rules(asked.what)
    path, where = journal_path(counts, task), _where(asked)
    truth = PRACTICE[asked.what](asked.seed).truth if asked.seed is not None else None
    journal = CountJournal(path, task)
    server = RecountServer(
        image,
        lambda: count_page_state(journal.state, outlines, rules=rules, where=where, truth=truth),
        journal=journal,
        today=lambda: datetime.now(UTC).date().isoformat(),
        on_finish=lambda: _tell_finished(journal.state, path, asked),
    )
    _serve(server)
    journal.close()
    return 0


def _compare(asked: _Asked, counts: Path, image: CountImage) -> int:
    task = CountTask(
        image.identity, asked.what, asked.scope, asked.counter, asked.day, asked.family
    )
    known = list(counts_of(counts / folder_name(task)))
    first = {each.task.counter: each for each in known if each.task.turn == 1}
    for each in known:
        who, turn = each.task.counter, each.task.turn
        own = replace(task, counter=who, turn=turn, family=each.task.family)
        check_same(each.task, own, journal_path(counts, own))
        name = who if turn == 1 else f"{who}, turn {turn}"
        if not each.finished:
            print(f"{name}: not finished, left out")
        elif turn > 1:
            print(f"{name}: a repetition, left out")
            if who in first and first[who].finished:
                print(*(f"  {line}" for line in repetition_words(first[who], each)), sep="\n")
    found = compare_counts([each for each in known if each.finished and each.task.turn == 1])
    lines = comparison_words(found)
    print(*lines, sep="\n")
    outlines = _outlines(asked.options.site, image)
    notes = DisputeNotes(counts / folder_name(task) / NOTES_FILE, found.places)
    _serve(
        RecountServer(
            image, lambda: comparison_page_state(found, lines, outlines, notes=notes), notes=notes
        )
    )
    return 0


def main(texts: list[str]) -> int:
    """Open the bench; return the exit code."""
    try:
        options = _arguments(texts)
    except argparse.ArgumentError as error:
        print(error, HOW, sep="\n", file=sys.stderr)
        return 1
    if not options.image:
        print(HOW, file=sys.stderr)
        return 1
    image: CountImage | None = None
    try:
        counts = data_folder() / COUNTS
        asked = _checked(options, counts)
        image = _open_image(asked)
        act: Callable[..., int] = _compare if _yes("COMPARE", options.compare) else _count
        return act(asked, counts, image)
    except DataError as error:
        print(error, "no count was changed", sep="\n", file=sys.stderr)
        return 1
    except OSError as error:
        print(file_fault(error), "no count was changed", sep="\n", file=sys.stderr)
        return 1
    finally:
        if image is not None:
            image.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
