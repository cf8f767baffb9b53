"""The command ``make site``: check the outlines of a site, move and confirm them, then measure.

Says what changed since the site was last printed, and what the next build will do about it.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator

from skytally.core import (
    AcquisitionError,
    DataError,
    data_folder,
    data_registry,
    file_fault,
    project_root,
)
from skytally.imagery.acquire import REHEARSAL, STORED, YES, read_inventory, read_providers
from skytally.imagery.pipeline import rescreen
from skytally.imagery.sites import (
    OUTLINE_KIND,
    Displacement,
    Site,
    confirm_outlines,
    displace_outlines,
    outline_changes,
    outline_faults,
    outlines_from_geojson,
    read_sites,
    site_vocabularies,
    write_outlines,
)
from skytally.press import notebook_and_site_content_keys
from skytally.press.project_paths import book_folder, line_names, site_folder
from skytally.press.stale_measured_line_remeasurement_stage import measured_anew

DIRECTIVE = "{site-plans}"
"""What draws the outlines on a page."""
SMALLEST_SHIFT_M = 0.1
"""Metres of the last decimal in a file of outlines."""
HOW = """say which site, such as: make site SITE=rajin
  SHIFT="120,-40"   move its outlines by metres east and north
  ROTATE=15         turn them clockwise by degrees, about their middle
  KIND=berth,quay   only these kinds
  CONFIRM=yes SIGMA=10
                    mark them as confirmed on imagery, placed to within SIGMA metres"""


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make site", usage=HOW, exit_on_error=False)
    for name in ("site", "shift", "rotate", "kind", "confirm", "sigma"):
        parser.add_argument(f"--{name}", default="")
    return parser.parse_args(words)


def _number(name: str, text: str) -> float:
    try:
        # as a page or a word processor writes a minus
        number = float(text.replace("\u2212", "-"))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        message = f"{name}: found {text!r}; write a number, such as 15 or -40.5"
        raise DataError(message)
    return number


def _move(shift: str, rotate: str) -> Displacement | None:
    if not shift and not rotate:
        return None
    parts = shift.split(",") if shift else ["0", "0"]
    if len(parts) != 2:
        message = f'SHIFT: found {shift!r}; write metres east and north, such as SHIFT="120,-40"'
        raise DataError(message)
    east, north = (_number("SHIFT", part) for part in parts)
    if 0 < max(abs(east), abs(north)) < SMALLEST_SHIFT_M:
        message = (
            f"SHIFT: found {shift!r}, less than {SMALLEST_SHIFT_M:g} m, which no file of outlines "
            'keeps; write metres east and north, not degrees, such as SHIFT="120,-40"'
        )
        raise DataError(message)
    return Displacement(east, north, _number("ROTATE", rotate) if rotate else 0.0)


def _kinds(text: str, site: Site) -> frozenset[str]:
    kinds = frozenset(filter(None, (each.strip() for each in text.split(","))))
    known = {outline.kind for outline in site.outlines}
    if kinds - known:
        ordered = site_vocabularies(data_folder() / "sites")[OUTLINE_KIND]
        message = (
            f"KIND: found {', '.join(sorted(kinds - known))}; {site.slug} has outlines of kind "
            f"{', '.join(kind for kind in ordered if kind in known)}"
        )
        raise DataError(message)
    return kinds


def _has_seen(slug: str) -> bool:
    """Whether an image of the site is stored, on which outlines can be confirmed.

    Generated images count in a rehearsal alone, where no provider has others.
    """
    looks = read_inventory(data_folder() / "inventory.csv")
    providers = read_providers(data_folder() / "sites" / "providers.toml").values()
    label = REHEARSAL if all(each.label == REHEARSAL for each in providers) else ""
    mine = (looks["site"] == slug) & (looks["status"] == STORED) & (looks["label"] == label)
    return bool(mine.any())


def _confirmed(site: Site, confirm: str, sigma: str, kinds: frozenset[str]) -> Site:
    if not confirm:
        if sigma:
            message = "SIGMA: found without CONFIRM=yes; it says how well outlines were placed"
            raise DataError(message)
        return site
    if confirm != "yes":
        message = f"CONFIRM: found {confirm!r}; write CONFIRM=yes, or leave it out"
        raise DataError(message)
    metres = _number("SIGMA", sigma) if sigma else 0.0
    if not 0 < metres <= 1000:
        found = f"found {sigma!r}" if sigma else "missing"
        message = f"SIGMA: {found}; say to within how many metres you placed them, such as SIGMA=10"
        raise DataError(message)
    if not _has_seen(site.slug):
        message = (
            f"{site.slug}: no image of it is stored, or only rehearsed ones, so there is nothing "
            "to confirm its outlines on; run make refresh first"
        )
        raise DataError(message)
    return confirm_outlines(site, pos_sigma_m=metres, kinds=kinds)


def _changes(site: Site) -> Iterator[str]:
    printed = site_folder() / "data" / "sites" / f"{site.slug}.geojson"
    if not printed.is_file():
        yield "its outlines were not printed yet, so there is nothing to compare with"
        return
    old = outlines_from_geojson(printed.read_text(encoding="utf-8"))
    found = outline_changes(old, site.outlines, site)
    yield from (f"changed since the pages were printed: {each}" for each in found)
    if not found:
        yield "nothing moved since the pages were printed"


def _usable(slug: str) -> int:
    looks = read_inventory(data_folder() / "inventory.csv")
    return int(((looks["site"] == slug) & (looks["usable"] == YES)).sum())


def _judged(site: Site) -> Iterator[str]:
    """Screen the stored images of a site by its outlines again, and report what changed."""
    before = _usable(site.slug)
    try:
        yield from rescreen(
            [site], folder=data_registry.scenes(), inventory_path=data_folder() / "inventory.csv"
        )
    except AcquisitionError as error:
        yield f"its images were not judged anew: {error}"
        return
    after = _usable(site.slug)
    if before != after:
        yield f"usable images by the new ring: {after}, by the old one {before}"


def _consequences(slug: str) -> Iterator[str]:
    """Sentences on what the next build will do about the outlines of a site."""
    files = {f"sites/{slug}.geojson", "inventory.csv", data_registry.MEASURED}
    changed = {line: notebook_and_site_content_keys.changed_reads(line) for line in line_names()}
    again = [line for line, reads in changed.items() if set(reads or ()) & files]
    unknown = [line for line, reads in changed.items() if reads is None]
    pages = sorted(
        path.stem
        for path in book_folder().glob("*.md")
        if DIRECTIVE in path.read_text(encoding="utf-8")
    )
    yield f"notebooks that will run again for it: {', '.join(again) or 'none'}"
    if unknown:
        yield f"notebooks that were not run yet, and will be: {', '.join(unknown)}"
    yield f"pages that draw it: {', '.join(f'{page}.html' for page in pages) or 'none'}"


def _adjusted(site: Site, asked: argparse.Namespace) -> Site:
    kinds = _kinds(asked.kind, site)
    move = _move(asked.shift, asked.rotate)
    after = displace_outlines(site, move, kinds=kinds) if move else site
    return _confirmed(after, asked.confirm, asked.sigma, kinds)


def main(words: list[str]) -> int:
    """Check and adjust the outlines, report what follows; return the exit code."""
    try:
        asked = _arguments(words)
    except argparse.ArgumentError as error:
        print(error, HOW, sep="\n", file=sys.stderr)
        return 1
    try:
        sites = read_sites(data_folder() / "sites")
        if asked.site not in sites:
            found = f"SITE: found {asked.site!r}; known are" if asked.site else "known sites:"
            print(HOW, f"{found} {', '.join(sites)}", sep="\n", file=sys.stderr)
            return 1
        site = sites[asked.site]
        after = _adjusted(site, asked)
    except DataError as error:
        print(error, "nothing was changed", sep="\n", file=sys.stderr)
        return 1
    faults = outline_faults(after)
    if faults:
        heading = f"{site.slug}: {len(faults)} fault{'s' if len(faults) > 1 else ''}"
        print(heading, *(f"  {each}" for each in faults), sep="\n", file=sys.stderr)
        print("nothing was changed", file=sys.stderr)
        return 1
    if after != site:
        try:
            write_outlines(data_folder() / "sites" / f"{site.slug}.geojson", after.outlines)
        except OSError as error:
            print(file_fault(error), "nothing was changed", sep="\n", file=sys.stderr)
            return 1
    _tell(after)
    return 0


def _tell(site: Site) -> None:
    path = data_folder() / "sites" / f"{site.slug}.geojson"
    print(f"{path.relative_to(project_root())}: {len(site.outlines)} outlines in order")
    for each in (
        *_changes(site),
        *_judged(site),
        *measured_anew([site]),
        *_consequences(site.slug),
    ):
        print(f"  {each}")
    print("make book prints them")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
