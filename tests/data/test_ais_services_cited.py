"""Tracking sites behind reports: a page that read one is no reading of its own."""

from __future__ import annotations

from skytally.record import read_record


def test_page_that_names_a_tracking_site_beside_others_cites_it() -> None:
    """Two pages that both read one tracking site are not certain to be two readings."""
    counters, sources = read_record(("counters", "sources"))
    sites = set(counters.loc[counters["note"].eq("AIS service"), "id"])
    taken = {
        str(row["id"]): set(str(row["cites"]).split())
        for _, row in sources.iterrows()
        for named in [set(str(row["originator"]).split())]
        if named & sites and named - sites and not row["derived_from"]
    }
    assert sites
    assert taken
    assert [page for page, cited in taken.items() if not cited & sites] == []
