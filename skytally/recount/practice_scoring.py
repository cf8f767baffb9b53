"""How a count on a simulated image compares with what is on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skytally.recount.count_and_rows_from_marks import result_of
from skytally.recount.mark_journal import CountState
from skytally.recount.mark_matching import matched_objects, reach_px
from skytally.recount.object_mark import PERHAPS, POINT, SURE, Mark

TRUTH = "truth"


@dataclass(frozen=True)
class PracticeScore:
    """What a count of a simulated image found, missed and marked wrongly."""

    words: tuple[str, ...]
    """Sentences on it."""
    missed: tuple[tuple[float, float], ...]
    """Column and row of each object that has no mark."""
    wrong: tuple[str, ...]
    """Names of the marks that lie on no object."""


def practice_score(count: CountState, truth: Sequence[tuple[float, float]]) -> PracticeScore:
    """Score a finished count of a simulated image.

    Parameters
    ----------
    count : CountState
        A finished one.
    truth : sequence of tuple of float
        Column and row of the middle of each object that was drawn.
    """
    task = count.task
    drawn = [Mark(str(i), POINT, SURE, (place,)) for i, place in enumerate(truth)]
    objects = matched_objects(
        {TRUTH: drawn, task.counter: list(count.marks.values())},
        reach=reach_px(task.what, task.image.scale_m),
    )
    missed = [each.middle for each in objects if task.counter not in each.marks]
    false = [each.marks[task.counter] for each in objects if TRUTH not in each.marks]
    perhaps = sum(mark.certainty == PERHAPS for mark in false)
    # what could not be told is no object, and so neither right nor wrong
    lying = f"{len(false)} marks lie" if len(false) != 1 else "1 mark lies"
    said = f" ({perhaps} of them perhaps)" if perhaps else ""
    words = (
        f"simulated: {len(truth)} {task.what} were drawn; your count says {result_of(count).words}",
        f"found {len(truth) - len(missed)} of them, missed {len(missed)}; {lying} on no "
        f"{task.what.removesuffix('s')}{said}",
    )
    return PracticeScore(words, tuple(missed), tuple(mark.name for mark in false))
