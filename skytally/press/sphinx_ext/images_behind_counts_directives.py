"""Directives on the images behind published counts: who owns them, and who read them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

import pandas as pd
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from skytally.core import DataError
from skytally.press.cards.record_cards import dates
from skytally.press.sphinx_ext.cached_record_and_findings import card_record, source_words, table
from skytally.press.sphinx_ext.html_blocks import Block, cell, filtered_table, html_row
from skytally.record import (
    GOVERNMENT_RELEASE,
    NOT_FROM_ABOVE,
    OWNER_NOT_STATED,
    RELEASED,
    drop_copies,
    owner_name,
)

SEEN_FROM_ABOVE = (
    "ship_sightings", "quay_stocks", "voyage_counts", "rail_counts", "depot_observations",
)  # fmt: skip
"""Tables of what was seen on images."""
FINENESS = re.compile(r"high[- ]resolution|\b\d+(?:\.\d+)? ?(?:cm|centimet\w+) a pixel", re.I)
"""What a row says of the pixels of its image, where it says anything."""
NOT_STATED = "not stated"
OWN_PAGE = "originator"
"""Reason of the reliability of a page that a counter published itself."""
PAGES_SHOWN = 3
"""Most pages that are linked for an owner."""
DAY = "day"
"""Precision of a date that is known to the day."""
SECONDHAND = "secondhand"
"""How a row was read whose number stands on a page of somebody else."""
NO_PAGE = "no page of a counter itself was read"
REPORTED = " (the count itself was read in a report of it)"


def image_rows(tables: Mapping[str, pd.DataFrame], sources: pd.DataFrame) -> pd.DataFrame:
    """Rows that were read off images from above, copies and other trade left out.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Tables by name, those of `SEEN_FROM_ABOVE` among them.
    sources : pandas.DataFrame
        ``sources``.

    Returns
    -------
    pandas.DataFrame
        ``id``, ``counter``, ``family``, ``source_id`` and ``says``, the words on the fineness of
        the image.
    """
    kept = []
    for name in SEEN_FROM_ABOVE:
        rows = drop_copies(tables[name], sources)
        rows = rows[~rows["family"].isin(NOT_FROM_ABOVE)]
        kept.append(rows[rows["cargo"] == ""] if "cargo" in rows else rows)
    every = pd.concat(
        [rows[["id", "counter", "family", "source_id", "text", "note"]] for rows in kept]
    )
    words = (every["text"] + " " + every["note"]).map(FINENESS.search)
    return every.assign(says=[found[0].lower() if found else "" for found in words])


def owner_of_family(family: str) -> str:
    """Owner of an image family in words, or that no page that was read names one."""
    if family in RELEASED:
        return GOVERNMENT_RELEASE
    return "owner not stated" if family in OWNER_NOT_STATED else owner_name(family)


class ImageOwners(Block):
    """Show whose images each counter read, and what it says of their pixels."""

    def html(self) -> str:
        """Return the table, a row a counter."""
        rows = image_rows({name: table(name) for name in SEEN_FROM_ABOVE}, table("sources"))
        counts = Counter(rows["counter"])
        return filtered_table(
            "image-owners",
            "Images: a row is one counter, whose images it read and how fine they were, as far as "
            "the pages say",
            ["counter", "rows read off images", "whose images", "size of a pixel"],
            [
                self._row(counter, rows[rows["counter"] == counter])
                for counter, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
            ],
            empty="The record has no row that was read off an image yet.",
        )

    def _row(self, counter: str, rows: pd.DataFrame) -> str:
        owners = "; ".join(
            f"{owner}: {count}"
            for owner, count in Counter(map(owner_of_family, rows["family"])).most_common()
        )
        told = rows[rows["says"] != ""]
        fine = "; ".join(
            f"{cell(row['says'])}, no figure ({self.card('row', str(row['id']))})"
            if not re.search(r"\d", row["says"])
            else f"{cell(row['says'])} ({self.card('row', str(row['id']))})"
            for row in told.drop_duplicates("says").to_dict("records")
        )
        rest = "" if len(told) == len(rows) else NOT_STATED
        size = "; ".join(filter(None, (fine, f"otherwise {rest}" if fine and rest else rest)))
        name = cell(card_record().names.get(counter, counter))
        return (
            f'<tr><th scope="row">{name}</th><td>{len(rows)}</td><td>{cell(owners)}</td>'
            f"<td>{size}</td></tr>"
        )


class PictureOwners(Block):
    """Show who owns the images behind the counts, with pages on which counters used them."""

    def html(self) -> str:
        """Return the table, a row an owner, those of most rows first."""
        sources = table("sources")
        rows = image_rows({name: table(name) for name in SEEN_FROM_ABOVE}, sources)
        rows = rows.assign(owner=rows["family"].map(owner_of_family))
        own = sources[(sources["reliability_reason"] == OWN_PAGE) & (sources["url"] != "")]
        shown = own.sort_values(["published_first", "id"], ascending=False)["id"]
        copied = dict(sources[["id", "derived_from"]].itertuples(index=False))
        made = []
        for owner, count in rows["owner"].value_counts(sort=True).items():
            used = set(rows.loc[rows["owner"] == owner, "source_id"])
            pages = [source for source in shown if source in used][:PAGES_SHOWN]
            # a count may be read in a report of a page that was read itself, as far as it goes
            behind = {page for each in used for page in copied.get(each, "").split()}
            pages = pages or [source for source in shown if source in behind][:PAGES_SHOWN]
            links = "; ".join(self.card("source", page, source_words()[page]) for page in pages)
            links += REPORTED if pages and not used & {*pages} else ""
            made.append(
                f'<tr><th scope="row">{cell(owner)}</th><td>{count}</td>'
                f"<td>{links or NO_PAGE}</td></tr>"
            )
        return filtered_table(
            "picture-owners",
            "Owners of the images behind the counts, and the newest pages by counters who used "
            "them",
            ["owner", "rows read off its images", "newest pages of counters"],
            made,
            empty="The record has no row that was read off an image yet.",
        )


class ImagePages(Block):
    """List pages that describe an image of a place, those that its counter published first."""

    option_spec: ClassVar = {"places": directives.unchanged_required}

    def html(self) -> str:
        """Return the table, for each site of the option *places* its newest few pages.

        Raises
        ------
        DataError
            If the option is missing, or names a site that is not in the record.
        """
        places = self.given_options()["places"].split()
        unknown = {*places} - {*table("sites")["id"]}
        if unknown:
            message = f"image-pages: no site {', '.join(sorted(unknown))}; correct the id"
            raise DataError(message)
        rows = image_rows({name: table(name) for name in SEEN_FROM_ABOVE}, table("sources"))
        made = [line for place in places for line in self._lines(place, rows)]
        return filtered_table(
            "image-pages",
            "Pages that describe an image of one day, a few of each place: first those that the "
            "counter published itself, then reports of others, of either the newest first",
            ["place", "day of the image", "who counted or saw", "whose image", "page", "row"],
            made,
            empty="No page that describes an image is in the record yet.",
        )

    def _lines(self, place: str, rows: pd.DataFrame) -> list[str]:
        scopes, sources = table("scopes").set_index("id"), table("sources").set_index("id")
        shown: dict[tuple[str, str], tuple[tuple[bool, str], str]] = {}
        for row in rows.to_dict("records"):
            cells = card_record().rows[str(row["id"])][1]
            source = sources.loc[row["source_id"]]
            one_day = cells["date_first"] == cells["date_last"] and cells["precision_first"] == DAY
            if not one_day or scopes["site"].get(cells["scope"], "") != place or not source["url"]:
                continue
            own = source["reliability_reason"] == OWN_PAGE
            own = own and row["counter"] in source["originator"].split()
            own = own and cells["reading"] != SECONDHAND
            order = (own, str(cells["date_first"]))
            shown.setdefault(
                (str(cells["date_first"]), str(row["source_id"])),
                (order, self._line(row, cells, own=own)),
            )
        newest = sorted(shown.values(), key=lambda each: each[0], reverse=True)[:PAGES_SHOWN]
        return [line for _, line in newest]

    def _line(self, row: Mapping[str, Any], cells: Mapping[str, Any], *, own: bool) -> str:
        names, page = card_record().names, str(row["source_id"])
        counter = str(row["counter"])
        return html_row(
            (
                cell(names.get(str(cells["scope"]), cells["scope"])),
                cell(dates(cells, "date")),
                cell(names.get(counter, counter)),
                cell(owner_of_family(str(row["family"]))),
                self.card("source", page, source_words()[page])
                + ("" if own else ", a report by others"),
                self.card("row", str(row["id"])),
            )
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("image-owners", ImageOwners)
    app.add_directive("picture-owners", PictureOwners)
    app.add_directive("image-pages", ImagePages)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
