"""Control sites: places like those of the evidence at which a measure should find nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from skytally.core import DataError, read_cells
from skytally.imagery.sites.site_model import CONTROL_LABEL, Site

DEFINING_KINDS = ("berth", "pit_area", "track")
"""Kinds of outline that make a site a port, a depot or a yard; a depot has tracks, too, so the
first that a site has decides."""


def evidence_sites(sites: Mapping[str, Site]) -> dict[str, Site]:
    """Sites of the evidence, without the control sites."""
    return {slug: site for slug, site in sites.items() if not site.is_control}


def control_sites_of(sites: Mapping[str, Site], slug: str) -> list[Site]:
    """List the control sites against which a finding of a site is ranked.

    Parameters
    ----------
    sites : mapping of str to Site
        The register.
    slug : str
        A site of the evidence.

    Returns
    -------
    list of Site
        Every control site of the same defining kind, those chosen for this very site first and
        the others in the order of the register: among one control site alone, no rank could
        mean anything.

    Raises
    ------
    DataError
        If there is no such site, or it is a control site itself.
    """
    if slug not in evidence_sites(sites):
        known = ", ".join(evidence_sites(sites))
        message = f"control sites of {slug!r}: no site of the evidence; known: {known}"
        raise DataError(message)
    kind = defining_kind(sites[slug])
    controls = [site for site in sites.values() if site.is_control and defining_kind(site) == kind]
    return sorted(controls, key=lambda site: site.control_for != slug)


def defining_kind(site: Site) -> str:
    """Kind of outline that makes a site a port, depot or yard; empty where it has none of them."""
    kinds = {outline.kind for outline in site.outlines}
    return next((kind for kind in DEFINING_KINDS if kind in kinds), "")


def site_names(register: Path) -> dict[str, str]:
    """Read slug and name of the sites of a register, without their outlines."""
    rows = read_cells(register)
    return dict(zip(rows["slug"], rows["name"], strict=True))


def is_control_name(name: str) -> bool:
    """Whether a site's name marks it as a control site, shown and never counted as evidence.

    Examples
    --------
    >>> is_control_name("Zarubino (control site for Rajin)"), is_control_name("Rajin")
    (True, False)
    """
    return CONTROL_LABEL in name


def evidence_names(names: Mapping[str, str]) -> dict[str, str]:
    """Slug to name, without the control sites."""
    return {slug: name for slug, name in names.items() if not is_control_name(name)}
