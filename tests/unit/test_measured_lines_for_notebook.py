"""What a notebook reads of own imagery: the measured line, or the sentence that says why not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.inventory_and_search_log import INVENTORY_COLUMNS
from skytally.imagery.pipeline.measured_line_and_target import NO_IMAGE
from skytally.imagery.pipeline.measured_line_content_keys import key_without_images
from skytally.imagery.pipeline.measured_line_folder import write_line
from skytally.imagery.pipeline.measured_lines_for_notebook import _shown_pictures, line_or_reason
from skytally.imagery.pipeline.publishing_rights import may_be_shown
from skytally.imagery.pipeline.thumbnails import Thumbnail
from skytally.imagery.sites.site_model import TO_CONFIRM
from tests.support import simulated_measured_lines as measured
from tests.support.expected_sentences import same_sentence
from tests.support.made_up_vendor_deliveries import row


def inventory(count: int = 2) -> pd.DataFrame:
    """Make an inventory of some stored images at Rajin."""
    row = {**dict.fromkeys(INVENTORY_COLUMNS, ""), "site": "rajin", "sensor": "sentinel-2",
           "status": "stored", "label": "rehearsal"}  # fmt: skip
    rows = [{**row, "item_id": str(k), "chip_sha256": f"hash {k}"} for k in range(count)]
    return pd.DataFrame(rows, columns=list(INVENTORY_COLUMNS))


@pytest.fixture(autouse=True)
def _no_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a notebook would open an image."""

    def opened(*words: object) -> None:
        message = f"opened {words}"
        raise AssertionError(message)

    for name in ("read_chip", "stored_manifest", "stored_manifests"):
        monkeypatch.setattr(chip_store, name, opened)


def test_nothing_acquired_is_said(tmp_path: Path) -> None:
    """Before the first refresh."""
    assert line_or_reason(measured.target(), inventory(0), tmp_path).why == NO_IMAGE


def test_images_without_a_measure_are_not_called_absent(tmp_path: Path) -> None:
    """Ten images of a bought satellite: the page names them, and why nothing was measured."""
    bought = inventory(10).assign(sensor="other")
    why = line_or_reason(measured.target(), bought, tmp_path).why
    assert why == (
        "no image of Sentinel-2 was acquired; 10 images of other satellites are stored, for whose "
        "pixels no measure was tested"
    )


@pytest.mark.parametrize(
    ("republish", "label", "shown"),
    [(True, "", 2), (False, "", 0), (False, "rehearsal", 2), (None, "", 0)],
)
def test_without_a_right_no_picture_is_shown(
    republish: bool | None, label: str, shown: int
) -> None:
    """The provider's row decides today; a provider without a row gave no right."""
    rows = inventory().assign(provider="mine", label=label)
    providers = {} if republish is None else {"mine": row(Path(), republish=republish)}
    assert len(may_be_shown(rows, providers)) == shown


def test_a_picture_that_is_left_out_is_told() -> None:
    """The line keeps its numbers, and says how many pictures are missing and why."""
    line = measured.target().without_line("")
    picture = np.zeros((2, 2, 3), np.uint8)
    chips = tuple(Thumbnail(picture, 10.0, "", "", name) for name in ("open", "bought"))
    kept = _shown_pictures(replace(line, chips=chips), {"open"})
    assert [chip.item_id for chip in kept.chips] == ["open"]
    assert kept.notes == (
        "Pictures that are not shown, because the row of their provider states no right to publish "
        "them: 1 of 2.",
    )


def test_an_outline_to_confirm_says_so_without_a_file(tmp_path: Path) -> None:
    """The outline alone tells why, and the inventory how many images wait."""
    target = measured.target()
    outline = replace(target.outline, status=TO_CONFIRM)
    target = replace(target, outline=outline, site=replace(target.site, outlines=(outline,)))
    line = line_or_reason(target, inventory(), tmp_path)
    assert line.why.startswith("2 images are stored, but its outline is to be confirmed on imagery")
    assert line.label == "rehearsal"


def test_images_measured_elsewhere_are_said_to_be(tmp_path: Path) -> None:
    """As after a clone: the inventory has rows, and this machine has neither image nor line."""
    line = line_or_reason(measured.target(), inventory(), tmp_path)
    assert line.line is None
    same_sentence("site_imagery.measured_elsewhere", line.why)


def test_a_measured_line_is_read_until_an_image_comes(tmp_path: Path) -> None:
    """No image is opened to find that a line fits, nor that it does not any more."""
    target = measured.target()
    key = {"images": "", **key_without_images(target, inventory())}
    write_line(tmp_path, target, measured.line(), key)
    assert line_or_reason(target, inventory(), tmp_path).line is not None
    older = line_or_reason(target, inventory(3), tmp_path)
    assert older.line is None
    same_sentence("site_imagery.older_key", older.why)
