"""What a refresh of images would do, a line a scene, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from skytally.imagery.acquire import QUALITY, REJECTED
from skytally.imagery.clear_sky import CLASSIFIED_SENSORS, NO_MASK
from skytally.imagery.pipeline import RefreshPlan
from skytally.web import escaped


def plan_lines(plan: RefreshPlan) -> Iterator[str]:
    """Yield what a refresh would do, without doing it.

    Parameters
    ----------
    plan : RefreshPlan
        From `skytally.imagery.pipeline.plan_refresh`.

    Yields
    ------
    str
        A line a scene that would be read or was rejected.
    """
    for job in plan.jobs:
        item = job.items[0]
        places = ", ".join(site.slug for site in job.sites)
        bands = ", ".join(sorted(item.assets))
        unsearched = item.sensor in CLASSIFIED_SENSORS and QUALITY not in item.assets
        words = f"; {NO_MASK}, so not usable" if unsearched else ""
        yield f"  would read {item.item_id}, {item.time}, bands {bands}, for {places}{words}"
    for decision in plan.decisions:
        item = decision.item
        yield escaped(f"  {item.item_id} for {item.site}: {decision.status}: {decision.reason}")
    for search in plan.searches:
        for name, reason in search.malformed:
            yield escaped(f"  {name} for {search.site}: {REJECTED}: {reason}")
    for item, _ in plan.stored:
        yield f"  {item.item_id} for {item.site}: stored already"
