"""How a count on a simulated image compares with what is on it."""

from __future__ import annotations

from collections.abc import Sequence

from skytally.recount.count_and_rows_from_marks import result_of
from skytally.recount.mark_journal import CountState
from skytally.recount.mark_matching import matched_objects, reach_px
from skytally.recount.object_mark import PERHAPS, POINT, SURE, Mark

TRUTH = "truth"


def practice_score(count: CountState, truth: Sequence[tuple[float, float]]) -> list[str]:
    """Sentences on a finished count of a simulated image.

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
    both = sum(len(each.marks) == 2 for each in objects)
    false = sum(TRUTH not in each.marks for each in objects)
    perhaps = sum(
        TRUTH not in each.marks and each.marks[task.counter].certainty == PERHAPS
        for each in objects
    )
    return [
        f"simulated: {len(truth)} {task.what} were drawn; your count says {result_of(count).words}",
        f"found {both} of them, missed {len(truth) - both}; {false} marks are on none "
        f"({perhaps} of these marked perhaps)",
    ]
