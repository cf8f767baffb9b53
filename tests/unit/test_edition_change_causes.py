"""What the code of an earlier edition cannot evaluate is told as that, and costs nothing else."""

import json
from pathlib import Path

from skytally.editions import change_causes
from skytally.press.edition_change_causes import _book, _run_each

EVALUATION = """
import json, sys
from pathlib import Path
for name in sys.argv[1:]:
    ledger = json.loads((Path(name) / "ledger.json").read_text())
    found = {"findings": [], "claims": [{"id": "C1", "verdict": ledger["against"]}], "faults": []}
    (Path(name) / "outcomes.json").write_text(json.dumps(found))
"""
"""Made-up code of an edition, which needs a column of the ledger."""
CLAIM = ("claim", "C1")


def test_a_project_that_the_code_cannot_evaluate_costs_only_itself(tmp_path: Path) -> None:
    """One ledger lacks the column: its outcome is the reason; the other is judged."""
    press = tmp_path / "code/skytally/press"
    press.mkdir(parents=True)
    for folder in (press.parent, press):
        (folder / "__init__.py").write_text("")
    (press / "book_evaluation.py").write_text(EVALUATION)
    projects = [tmp_path / "with", tmp_path / "without"]
    for project, ledger in zip(projects, ({"against": "holds"}, {}), strict=True):
        project.mkdir()
        (project / "ledger.json").write_text(json.dumps(ledger))
    _run_each(tmp_path / "code", projects)
    judged, failed = (
        _book(json.loads((project / "outcomes.json").read_bytes()), [CLAIM]) for project in projects
    )
    assert judged == {CLAIM: {"id": "C1", "verdict": "holds"}}
    assert failed[CLAIM]["said"] == "nothing, since it cannot be evaluated (KeyError: 'against')"


def test_what_cannot_be_evaluated_is_no_withdrawal() -> None:
    """A finding that the newer edition dropped is not put down to a group that fails."""
    item = ("finding", "dropped")
    there = {item: {"said": "1"}}
    failed = _book({"findings": [], "claims": [], "faults": ["no such column"]}, [item])
    books = {(): there, ("code",): failed, ("rows",): {}, ("code", "rows"): {}}
    causes, _ = change_causes(
        [item], (there, {}), ["code", "rows"], lambda tried, _: [books[each] for each in tried]
    )
    assert causes[item]["sets"] == [["rows"]]
