"""Practice counts are scored against what was drawn."""

from __future__ import annotations

from skytally.imagery.simulate import PRACTICE
from skytally.recount import CountTask, practice_score
from tests.support.made_up_recounts import finished, points


def test_practice_is_scored_against_what_was_drawn(railcar_task: CountTask) -> None:
    """Every object found and one false mark are told apart."""
    truth = PRACTICE["railcars"](1).truth
    marks = [*points(*truth), *points((5, 5), certainty="perhaps", stem="f")]
    score = practice_score(finished(railcar_task, *marks), truth)
    assert f"{len(truth)} railcars were drawn" in score.words[0]
    assert score.words[1] == (
        f"found {len(truth)} of them, missed 0; 1 mark lies on no railcar (1 of them perhaps)"
    )
    assert (score.missed, score.wrong) == ((), ("f0",))
    assert practice_score(finished(railcar_task, *marks[1:]), truth).missed == (truth[0],)
