"""Twins: places like those of the evidence that should show nothing, and whom each stands for."""

from __future__ import annotations

from collections.abc import Mapping

from skytally.core.errors import DataError
from skytally.imagery.sites.site_register import Site

PLACES = ("berth", "pit_area", "track")
"""Kinds of outline that make a place a port, a depot or a yard; a depot has tracks, too, so the
first that a site has decides."""


def evidence(sites: Mapping[str, Site]) -> dict[str, Site]:
    """Give the sites that are evidence, without their twins."""
    return {slug: site for slug, site in sites.items() if not site.is_twin}


def twins_for(sites: Mapping[str, Site], slug: str) -> list[Site]:
    """Give the twins against which a finding of a site is ranked.

    Parameters
    ----------
    sites : mapping of str to Site
        The register.
    slug : str
        A site of evidence.

    Returns
    -------
    list of Site
        Every twin of its kind of place, those chosen for this very site first and else in the
        order of the register: with one twin alone, no rank could say anything.

    Raises
    ------
    DataError
        If there is no such site, or it is a twin itself.
    """
    if slug not in evidence(sites):
        message = f"twins of {slug!r}: no site of evidence; known: {', '.join(evidence(sites))}"
        raise DataError(message)
    kind = place(sites[slug])
    alike = [site for site in sites.values() if site.is_twin and place(site) == kind]
    return sorted(alike, key=lambda site: site.twin_of != slug)


def place(site: Site) -> str:
    """Give the kind of outline that makes a site the place it is, one of `PLACES`, or nothing."""
    kinds = {outline.kind for outline in site.outlines}
    return next((kind for kind in PLACES if kind in kinds), "")
