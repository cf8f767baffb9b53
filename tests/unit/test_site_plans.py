"""Plans of sites: scale, words and pictures."""

from __future__ import annotations

import numpy as np
import pytest

from skytally.imagery.figures.site_plans import Backdrop, plan_file, plan_text, scale_m, site_plan
from skytally.imagery.sites.site_model import CONFIRMED
from tests.support import made_up_outlines as drawn_sites


@pytest.mark.parametrize(("width", "expected"), [(6000, 1000), (3600, 1000), (8400, 2000)])
def test_scale_bar_has_a_round_length(width: float, expected: float) -> None:
    """One, two or five of a power of ten, at most three tenths of the window."""
    assert scale_m(width) == expected


def test_plan_names_each_outline_with_its_status() -> None:
    """The words tell what the picture shows, and the lines are a file of their own."""
    site = drawn_sites.site(
        drawn_sites.outline(), drawn_sites.outline(kind="track", name="siding", status=CONFIRMED)
    )
    said = plan_text(site)
    assert "berths, berth, placed to 500 m, to be confirmed on imagery" in said
    assert "tracks, siding, placed to 500 m, confirmed on imagery" in said
    suffix, content = plan_file(site)
    assert suffix == ".svg"
    assert content == plan_file(site)[1]
    assert b"position known to 500 m" in content
    assert b"scale: 1,000 m" in content


def test_plan_of_a_rehearsal_says_so_on_the_picture() -> None:
    """Picture and words carry the word; a picture can be taken off its page."""
    site = drawn_sites.site(drawn_sites.outline())
    rgb = np.zeros((*site.grid.shape(10), 3), dtype=np.uint8)
    backdrop = Backdrop(rgb, "made up", rehearsal=True)
    titles = [axes.get_title() for axes in site_plan(site, backdrop=backdrop).axes]
    assert titles == ["REHEARSAL: generated ground, no observation"]
    assert plan_text(site, backdrop=backdrop).startswith("REHEARSAL")
    suffix, content = plan_file(site, backdrop=backdrop)
    assert suffix == ".jpg"
    assert content.startswith(b"\xff\xd8")
