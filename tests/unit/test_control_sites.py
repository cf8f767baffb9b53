"""Control sites: one for every kind of site, apart from the evidence, each with its source."""

from __future__ import annotations

import re

import pytest

from skytally.core import data_registry
from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.sites.control_sites import control_sites_of, defining_kind
from skytally.imagery.sites.outline_geometry_and_ring_faults import window_lonlat
from tests.support.faulty_stac_catalogue_server import SITES
from tests.support.registered_table_rows import rows_by_id

ROUTE = ("rajin", "dunai", "vostochny", "tumangang", "khasan", "tikhoretsk")


def test_every_kind_of_site_has_control_sites() -> None:
    """Two of each kind at least, since one could only say "higher" or "lower"."""
    for slug in ROUTE:
        controls = control_sites_of(SITES, slug)
        assert len(controls) >= 2
        assert controls[0].control_for == slug
        assert {defining_kind(control) for control in controls} == {defining_kind(SITES[slug])}


def test_control_sites_are_no_place_of_the_record() -> None:
    """Neither its sites nor its scopes, and no row of traffic, name a control site."""
    folder = data_registry.path("sites").parent
    tables = [path for path in folder.glob("*.csv") if not path.name.endswith(".dictionary.csv")]
    text = "\n".join(path.read_text(encoding="utf-8").lower() for path in tables)
    for site in SITES.values():
        first = site.name.lower().split(" ")[0]
        assert (first in text) != site.is_control, first


def test_control_sites_stand_apart_from_the_evidence_and_from_one_another() -> None:
    """No image of a control site shows a site of the evidence."""
    boxes = {slug: window_lonlat(site) for slug, site in SITES.items()}
    for control in SITES.values():
        for slug, (west, south, east, north) in boxes.items():
            if control.is_control and slug != control.slug:
                w, s, e, n = boxes[control.slug]
                assert e < west or east < w or n < south or north < s, (control.slug, slug)


def test_every_position_of_a_control_site_says_where_it_is_from() -> None:
    """Each point has source, address and licence, and a radius that its source allows."""
    rows = rows_by_id("positions")
    assert set(rows) >= {slug for slug, site in SITES.items() if site.is_control}
    assert {row["site"] for row in rows.values()} <= set(SITES)
    for row in rows.values():
        assert row["source"]
        assert re.match("https?://", row["address"])
        assert row["licence"]
        assert float(row["uncertainty_m"]) >= (500 if SITES[row["site"]].is_control else 100)


@pytest.mark.parametrize("slug", ["nowhere", "zarubino"])
def test_control_sites_of_no_evidence_are_refused(slug: str) -> None:
    """A control site has no control sites, nor has a place that is not in the register."""
    with pytest.raises(DataError, match="no site of the evidence; known: rajin, dunai"):
        control_sites_of(SITES, slug)
