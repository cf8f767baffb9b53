"""Directives of the page of ships: who put which ship, or its owner, on a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any, NamedTuple

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import listed, when
from skytally.press.cards.record_cards import dates
from skytally.press.cards.ship_cards import EARLIER_NAME, by_its_page
from skytally.press.sphinx_ext.cached_record_and_findings import originals, table
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    filtered_table,
    html_row,
    source_link,
    to_root,
)

LISTINGS, OWNERS = "sanction_listings", "ship_owners"
HEADS = ("ship", "body", "what is listed, and when", "legal act", "read in")
NOT_FOUND = "not in the record"
ACT_NOT_READ = "the act that lists it is on no page that was read; notice not read"
NOTICE_NOT_READ = "notice with the names not read"
NONE_FOUND = "none found in pages read"
OTHER_SHIP = "may be the {}; the page prints no IMO number"
"""Mark of a page that may mean another ship of the same name, with the name of that ship."""
OWN_PAGE_REASONS = ("official", "originator", "rules")
"""Words of the vocabulary *reliability_reason* for a page of the body itself."""
STATEMENT = "official statement"
PRIMARY = "primary"
"""Word of the vocabulary *tier* for the page of an act itself, whose address is that of the act."""
OWN_NOTICE = "a notice on its own side was read; its list was not searched"
ARTICLE_BEFORE = ("United", "European")
"""Beginnings of the names of bodies that take an article."""
COPY_OF_LIST = "a private copy of its list, for which the body does not vouch"
COPIED = "mirror"
"""Word of the vocabulary *reliability_reason* for a copy of a page of somebody else."""
NONE_READ = "no act and no list of a state was read, all this is from what others report"
NOT_CHECKED = "whether any of these measures was lifted later was not checked"
REPORT = "a report by others"
SHIP, OWNER, NAMED = "ship", "owner", "named"
OWNER_BY_ONE_PAGE, INFERRED, LINKED = "owner-by-one-page", "inferred-owner", "linked"
"""Words of the vocabulary *listing_target*; *named* is a report that lists nothing."""
COMPANIES = (OWNER, OWNER_BY_ONE_PAGE, INFERRED, LINKED)
"""Those of them for a company behind a ship."""
SURELY_OR_PERHAPS = ((OWNER,), COMPANIES[1:])
"""The same in two parts, so that a listing of the owner is not hidden by one of another company."""
OWNER_BEFORE = "by one page an earlier name"
TARGET_WORDS = {
    SHIP: "the ship itself", OWNER: "its owner", OWNER_BY_ONE_PAGE: "by one page its owner:",
    INFERRED: "by inference its owner:", LINKED: "a company linked to it:",
    NAMED: "named in a report, which is no listing",
}  # fmt: skip


class Listing(NamedTuple):
    """The best-dated row of a listing, and the rows that may be of the same one."""

    best: dict[str, Any]
    also: list[dict[str, Any]]


def listings_of(rows: Iterable[Mapping[str, Any]]) -> list[Listing]:
    """Put rows together that may be one listing, known more and less exactly.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of one ship and one body.

    Returns
    -------
    list of Listing
        The best-dated first. A row joins the first listing of the same target and owner whose
        period its own contains; a row with an open start comes after those with two ends.
    """
    found: list[Listing] = []
    for row in sorted(rows, key=_exactness):
        same = (each for each in found if _same_listing(row, each.best))
        if (known := next(same, None)) is not None:
            known.also.append(dict(row))
        else:
            found.append(Listing(dict(row), []))
    return found


def _exactness(row: Mapping[str, Any]) -> tuple[bool, int, str, str]:
    """Sort key: rows with two ends, then the shorter period, the earlier day and the id."""
    first, last = row["date_first"], row["date_last"]
    days = 0 if pd.isna(first) or pd.isna(last) else (last - first).days
    return pd.isna(first), days, str(last), str(row["id"])


def _same_listing(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Whether two rows are of one target and owner, and one period contains the other."""
    if any(wide[key] != narrow[key] for key in ("target", "owner")):
        return False
    begins = pd.isna(wide["date_first"]) or wide["date_first"] <= narrow["date_first"]
    return bool(begins and wide["date_last"] >= narrow["date_last"])


class SanctionListings(Block):
    """Show each listing of a ship or its owner in a line, and where the record has none."""

    def html(self) -> str:
        """Return the table, a row a listing."""
        rows = originals(LISTINGS)
        ordered = rows.sort_values(["date_last", "id"], kind="stable").to_dict("records")
        listings = [{str(key): value for key, value in row.items()} for row in ordered]
        ships = dict.fromkeys(rows["vessel"])
        bodies = list(dict.fromkeys(rows["body"]))
        found, missing = [], []
        for ship, body in product(ships, bodies):
            listed_here, not_here = self._lines(ship, body, listings)
            found += listed_here
            missing += not_here
        return filtered_table(
            "sanction-listings",
            "Sanctions on the ships of the route: a row is one listing of a ship, or of its owner, "
            "by one body, the best-dated first. Rows of the record whose dates contain the date "
            "shown count here as the same listing, known less exactly; no page says that they are. "
            "In the record only the copy of the list of the United States prints the IMO number of "
            "a ship beside its listing; this book joins it to the other listings of the ship. What "
            "is not in the record stands last; no page of the record mentions such a listing, and "
            "it may exist",
            list(HEADS),
            [*found, *missing],
            empty="The record has no listing of a ship yet.",
            label="Body",
            choices=bodies,
        )

    def _lines(
        self, ship: str, body: str, listings: list[dict[str, Any]]
    ) -> tuple[list[str], list[str]]:
        """Return the listings of a ship by a body, and a line for what the record does not have."""
        of_ship = [row for row in listings if row["vessel"] == ship]
        # the number leads to a page that prints it, where there is one
        printed = [row for row in of_ship if row["imo"] and row["imo_printed"] == "yes"]
        numbered = printed[-1:] or [row for row in of_ship if row["imo"]][:1]
        links = [self._link(row, str(row["imo"])) for row in numbered]
        name = f"{self.ships(ship)} (IMO {links[0] if links else f'number {NOT_FOUND}'})"
        here = [row for row in of_ship if row["body"] == body]
        missing = [
            TARGET_WORDS[targets[0]]
            for targets in ((SHIP,), COMPANIES)
            if not any(row["target"] in targets for row in here)
        ]
        lines = [
            (self._what(each), self._act(with_act(each)), self._read(each.best))
            for each in listings_of(here)
        ]
        absent = [(cell(f"{' or '.join(missing)}: {NOT_FOUND}"), "", "")] if missing else []
        found, not_here = (
            [html_row((name, cell(body), *each), choice=body) for each in part]
            for part in (lines, absent)
        )
        return found, not_here

    def _what(self, listing: Listing) -> str:
        """Return who is listed and when, and what other pages say less exactly."""
        best, also = listing
        owner = f" {cell(best['owner'])}{self._earlier_name(best)}" if best["owner"] else ""
        what = TARGET_WORDS[best["target"]]
        measure = f": {cell(best['measure'])}" if best["measure"] else ""
        shown = f"{cell(what)}{owner}, {self._link(best, listed_when(best))}{measure}"
        if not also:
            return shown
        pages = "1 page" if len(also) == 1 else f"{len(also)} pages"
        others = "; ".join(self._link(row, listed_when(row)) for row in also)
        return f"{shown}<br>also in {pages}, less exactly: {others}"

    def _earlier_name(self, row: Mapping[str, Any]) -> str:
        """Words for an owner under an earlier name, with a link to the row; empty for others."""
        owners = originals(OWNERS)
        same = (owners["vessel"] == row["vessel"]) & (owners["body"] == row["owner"])
        renamed = owners[same & (owners["relation"] == EARLIER_NAME)]["id"]
        if not len(renamed):
            return ""
        return f" ({self.card('row', str(renamed.iloc[0]), OWNER_BEFORE)})"

    def _act(self, row: Mapping[str, Any]) -> str:
        """Return the legal act, with the pages that name it, or that none was read."""
        if not row["act"]:
            return cell(ACT_NOT_READ)
        up = to_root(self.state.document.settings.env.docname)
        sources = str(row["act_source"]).split()
        pages = table("sources").set_index("id").loc[sources]
        own = pages[(pages["tier"] == PRIMARY) & (pages["url"] != "")]["url"]
        act = cell(row["act"])
        if len(own):
            act = f'<a href="{cell(own.iloc[0])}">{act}</a>'
        named = f"{act}<br>by {'; '.join(source_link(source, up=up) for source in sources)}"
        return f"{named}<br>{NOTICE_NOT_READ}"

    def _read(self, row: Mapping[str, Any]) -> str:
        """Return the page of a listing, whether the body's, a copy or a report, and its words."""
        up = to_root(self.state.document.settings.env.docname)
        source = str(row["source_id"])
        words = "; ".join(filter(None, (row["text"], row["note"])))
        return f"{source_link(source, up=up)}<br>{cell(_kind_of_page(source))}: {self.ships(words)}"

    def _link(self, row: Mapping[str, Any], words: str) -> str:
        return self.card("row", str(row["id"]), words)


class SanctionMatrix(SanctionListings):
    """Show for each body and each ship the first listing that a page dates, or that none is."""

    def html(self) -> str:
        """Return the table, a row a body and a column a ship."""
        rows = originals(LISTINGS).sort_values(["date_last", "id"], kind="stable")
        ships = list(dict.fromkeys(rows["vessel"]))
        lines = [
            html_row((cell(body), *(self._first(of_body[of_body["vessel"] == s]) for s in ships)))
            for body, of_body in rows.groupby("body", sort=False)
        ]
        return filtered_table(
            "sanction-matrix",
            "The first listing in the record of each ship, and of a company behind it, by each "
            "body, with its day as far as a page gives it; the lines below have every listing",
            ["who lists", *ships],
            lines,
            empty="The record has no listing of a ship yet.",
        )

    def _first(self, rows: pd.DataFrame) -> str:
        """Cell of a ship and a body: the first listing of the ship, and of a company behind it."""
        found = [each.best for each in listings_of(rows.to_dict("records"))]
        parts = []
        for targets in ((SHIP,), *SURELY_OR_PERHAPS, (NAMED,)):
            same = [row for row in found if row["target"] in targets]
            dated = [row for row in same if not pd.isna(row["date_first"])] or same
            if dated:
                first = min(dated, key=lambda row: (row["date_last"], row["id"]))
                words = cell(TARGET_WORDS[first["target"]].removesuffix(":"))
                measure = f" ({cell(first['measure'])})" if first["measure"] else ""
                parts.append(f"{words}: {self._link(first, listed_when(first))}{measure}")
                sure = [row for row in dated if not row.get("other_ship")]
                if first.get("other_ship") and sure:
                    later = min(sure, key=lambda row: (row["date_last"], row["id"]))
                    parts.append(f"{words}, in any case: {self._link(later, _day(later))}")
        return ";<br>".join(parts) or cell(NONE_FOUND)


def connection(ship: str, company: str) -> str:
    """Word for how the pages connect a ship and a company that is on a list.

    Parameters
    ----------
    ship, company : str
        Their names.

    Returns
    -------
    str
        Word of the vocabulary *listing_target*. A company is the owner only where a page of the
        record says so of this ship, and flatly only where a second page connects the two.
    """
    owners = originals(OWNERS)
    same = owners[(owners["vessel"] == ship) & (owners["body"] == company)]
    relations = set(same["relation"])
    if OWNER in relations:
        return OWNER if len({*same["source_id"]}) > 1 else OWNER_BY_ONE_PAGE
    return INFERRED if EARLIER_NAME in relations else LINKED


def _kind_of_page(source: str) -> str:
    """State whether a page is a notice of the body, a copy of its list, or a report."""
    page = table("sources").set_index("id").loc[source]
    if page["reliability_reason"] in OWN_PAGE_REASONS:
        return OWN_NOTICE
    return COPY_OF_LIST if page["type"] == STATEMENT else REPORT


def with_act(listing: Listing) -> Mapping[str, Any]:
    """Row of a listing that names its legal act; the best-dated one where none does."""
    return next((row for row in (listing.best, *listing.also) if row["act"]), listing.best)


def listed_when(row: Mapping[str, Any]) -> str:
    """Word the day of a listing, and whether its page may mean another ship of that name."""
    if not row.get("other_ship"):
        return _day(row)
    return f"{_day(row)} ({OTHER_SHIP.format(row['other_ship'])})"


def listing_sentence(ship: str) -> tuple[str, list[str]]:
    """Sentence to quote on who lists a ship itself, and the rows that it rests on.

    Parameters
    ----------
    ship : str
        Its name.

    Returns
    -------
    tuple of str and list of str
        The first listing by each body that no page may mean for another ship, with what follows
        from it and its legal act where a page says so; then where a copy still has it, what was
        not checked, and what may be of another ship.
    """
    rows = originals(LISTINGS).sort_values(["date_last", "id"], kind="stable")
    own = rows[(rows["vessel"] == ship) & (rows["target"] == SHIP)]
    said: list[str] = []
    still: list[str] = []
    doubtful: list[str] = []
    behind: list[str] = []
    for body, of_body in own.groupby("body", sort=False):
        sure = of_body[of_body["other_ship"] == ""]
        found = sorted(
            listings_of(sure.to_dict("records")), key=lambda each: each.best["date_last"]
        )
        if found:
            first = found[0].best
            known = filter(None, (_day(first), str(first["measure"]), _short(first["act"])))
            said.append(f"{named_body(body)} ({'; '.join(known)})")
            behind.append(str(first["id"]))
        for row in sure[sure["date_first"].isna()].to_dict("records"):
            still.append(_still_listed(row))
            behind.append(str(row["id"]))
        for row in of_body[of_body["other_ship"] != ""].to_dict("records"):
            doubtful.append(
                f"a listing by {named_body(body)}, {_day(row)}, may be of the "
                f"{row['other_ship']}, since its page prints no IMO number"
            )
            behind.append(str(row["id"]))
    number = [str(imo) for imo in own["imo"] if imo][-1:]
    name = f"The {ship}" + (f" (IMO {number[0]})" if number else "")
    if not said:
        sure_of = ["has no listing sure to be its"]
    else:
        read = own["reading"].eq("direct").any()
        unread = [] if read else [NONE_READ]
        sure_of = [f"was put under sanctions by {listed(said)}", *still, *unread, NOT_CHECKED]
    return "; ".join((f"{name} {sure_of[0]}", *sure_of[1:], *doubtful)), [*dict.fromkeys(behind)]


def _still_listed(row: Mapping[str, Any]) -> str:
    """Clause on a page without the day of a listing, on which the ship stands on a later day."""
    last, precision = row["date_last"], str(row["precision_last"])
    day = when(last, last, precision, precision)
    page = table("sources").set_index("id").loc[str(row["source_id"])]
    of_body = f"the list of {named_body(row['body'])}"
    where = f"a private copy of {of_body}" if page["reliability_reason"] == COPIED else of_body
    act = f", under {_short(row['act'])}" if row["act"] else ""
    return f"{where}, of {day}, still has it{act}"


def _short(act: object) -> str:
    """First words of a legal act, up to a comma: the table and the card have the rest."""
    return str(act).partition(", ")[0]


def named_body(body: object) -> str:
    """Name a body that lists as a sentence does, with its article where it has one."""
    name = str(body)
    return f"the {name}" if name.startswith(ARTICLE_BEFORE) else name


def _day(row: Mapping[str, Any]) -> str:
    """Return the day of a listing; of one with an open start, the day of the page it was on."""
    if not pd.isna(row["date_first"]):
        return dates(row, "date")
    last, precision = row["date_last"], str(row["precision_last"])
    if row["target"] == NAMED:
        return by_its_page(row)
    return f"day not known, on a list by {when(last, last, precision, precision)}"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("sanction-listings", SanctionListings)
    app.add_directive("sanction-matrix", SanctionMatrix)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
