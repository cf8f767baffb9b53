"""Directives of the pages of editions: what each published, and what changed before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from skytally.core import (
    DataError,
    Fault,
    data_folder,
    evidence_line_name_constants as n,
    project_root,
)
from skytally.editions import (
    ADDED,
    CHANGES,
    CODE,
    CORRECTED,
    EDITED,
    INSIDE,
    REASONS,
    RENAMED,
    WITHDRAWN,
    Edition,
    SourceFile,
    cause_words,
    change_summary,
    copy_hash,
    edition_changes,
    editions_folder,
    moved_numbers_charts,
    packet_summary,
    part_ids,
    present_copy,
    read_editions,
    record_rows,
    source_files,
    unchanged_since,
    withheld_files,
)
from skytally.press import edition_pages
from skytally.press.book_metadata import book_details
from skytally.press.declared_finding_checks_with_parameters import page_parameters
from skytally.press.search_index import UNSEARCHED
from skytally.press.sphinx_ext.cached_record_and_findings import read_results_json
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    card_link,
    cell,
    empty_state,
    filtered_table,
    html_row,
    small_table,
    to_root,
    with_data,
)

UP = "../"
"""From the page of an edition to the root of the site."""
ROW_TITLES = {
    ADDED: "Rows added",
    CORRECTED: "Rows corrected",
    WITHDRAWN: "Rows withdrawn",
    EDITED: "Rows edited without a correction",
}
FIRST_CELLS = (
    "date_first", "statement_first", "published_first", "scope", "counter", "value", "unit", "text",
    "title", "name", "source_id",
)  # fmt: skip
"""Columns that say most of a row."""
SAME_VERDICT = {REASONS: " (other reasons)", RENAMED: " (renamed)"}
"""What follows a verdict that is the same as before."""
SHOWN_CELLS = 4
"""Cells of a row in a table; the file has all."""


@cache
def known_editions() -> tuple[tuple[Edition, ...], tuple[Fault, ...]]:
    """Editions of the project and the faults of damaged ones, read once a build."""
    editions, faults = read_editions(editions_folder())
    return tuple(editions), tuple(faults)


class EditionBlock(Block):
    """Base of the blocks on one edition, whose id is the argument of the directive."""

    required_arguments = 1

    @property
    def edition(self) -> Edition:
        """The edition.

        Raises
        ------
        DataError
            If there is none of that id.
        """
        wanted = self.arguments[0]
        found = next((each for each in known_editions()[0] if each.id == wanted), None)
        if found is None:
            message = (
                f"edition {wanted!r}: no such edition in data/editions; name one that is there"
            )
            raise DataError(message)
        return found


def _files(folder: Path) -> str:
    """List the files of an edition that are as they were published, its packets left out."""
    items = "".join(
        f'<li><a href="{cell(f"{folder.name}/{name}")}" download>{cell(name)}</a></li>'
        for name in (
            edition_pages.offered_name(name, path)
            for name, path in sorted(edition_pages.edition_files(folder).items())
            if "/" not in name
        )
    )
    return f"<p>Files of this edition, as they were published:</p><ul>{items}</ul>" if items else ""


def _withheld(folder: Path) -> str:
    """List what is withheld of an edition, with the hashes as published."""
    found = withheld_files(folder).values()
    items = "".join(f"<li>{cell(each.words)}</li>" for each in found)
    return f"<p>Withheld of this edition:</p><ul>{items}</ul>" if items else ""


class EditionAbout(EditionBlock):
    """Show what an edition is: day, commit, identifiers, files and packets."""

    def html(self) -> str:
        """Return the facts and the files."""
        edition, about = self.edition, self.edition.about
        counts = about["counts"]
        rows = [
            ["day", about["date"]],
            ["newest page read", about["complete_to"] or "not known"],
            ["commit", about["commit"] or "made without git history"],
            ["edition before", about["parent"] or "none; this is the first"],
            ["DOI", about["doi"] or "none; this edition was not deposited"],
            ["findings and claims", f"{counts['findings']} and {counts['claims']}"],
            ["SHA-256 of the lock", about["lock_sha256"] or "no lock"],
            ["evidence packets", "" if about["packet_root"] else "none"],
        ]
        rows = [row for row in rows if row[1]]
        newest = known_editions()[0][-1].id
        if newest != edition.id:
            note = f"{newest}; numbers and verdicts may have moved or been withdrawn since this one"
            rows.insert(0, ["newest edition", note])
        packets = packet_summary(edition.folder) if about["packet_root"] else {}
        rows += [[f"evidence packets: {name}", value] for name, value in packets.items()]
        ids = [[name, value] for name, value in edition_pages.parts_of(edition).items()]
        facts = small_table(f"Edition {edition.id}", ["what", "value"], rows, empty="")
        hashes = small_table(
            "Software hash identifiers (SWHID) of this edition and of what it was made from",
            ["of what", "identifier"], ids, empty="",
        )  # fmt: skip
        how = f'<p><a href="{UP}packets.html">How to check a packet</a></p>'
        files = _files(edition.folder) + _withheld(edition.folder)
        return facts + hashes + files + (how if about["packet_root"] else "")


def _finding_row(row: Mapping[str, Any]) -> str:
    old, new = (row[side] for side in ("old", "new"))
    said = [cell(side["said"] or side["text"]) if side else "not there" for side in (old, new)]
    if row["kind"] == "reworded":
        said = [cell(side["text"]) for side in (old, new)]
    spans = [_span(side) for side in (old, new)]
    where = INSIDE[row["inside"]]
    word = f"{row['kind']}, {where}" if where else row["kind"]
    return html_row(
        (
            card_link("finding", row["key"], up=UP),
            f"{said[0]}{spans[0]}",
            f"{said[1]}{spans[1]}",
            cell(word),
            *_cause(row),
        ),
        choice=row["kind"],
    )


def _cause(row: Mapping[str, Any]) -> list[str]:
    """Cell of the cause; none where causes are searched only for an edition."""
    return [cell(cause_words(row["cause"]))] if "cause" in row else []


def _span(side: Mapping[str, Any] | None) -> str:
    """Interval of a number, where it has one that is no point."""
    if side is None or side["low"] == side["high"]:
        return ""
    if side["low"] == 0 and side.get("bound") == n.AT_MOST and side["high"] is not None:
        return f' <span class="sk-hint">[up to {side["high"]:g}]</span>'
    ends = ["open" if side[name] is None else f"{side[name]:g}" for name in ("low", "high")]
    return f' <span class="sk-hint">[{ends[0]} to {ends[1]}]</span>'


def _verdict_row(row: Mapping[str, Any]) -> str:
    verdicts = [row[side]["verdict"] if row[side] else "not there" for side in ("old", "new")]
    return html_row(
        (
            card_link("claim", row["id"], up=UP),
            cell(row["text"]),
            cell(verdicts[0]),
            cell(f"{verdicts[1]}{SAME_VERDICT.get(row['kind'], '')}"),
            *_cause(row),
        )
    )


def _cells(row: Mapping[str, Any]) -> str:
    """Cells of a changed row: old and new of each, or those of a row that came or went."""
    cells = row["cells"]
    order = [*(name for name in FIRST_CELLS if name in cells), *cells]
    items = [(name, cells[name]) for name in dict.fromkeys(order)]
    shown = items[:SHOWN_CELLS]
    words = [
        f"{name}: {value[0] or 'empty'} → {value[1] or 'empty'}"
        if isinstance(value, list)
        else f"{name}: {value}"
        for name, value in shown
    ]
    rest = len(items) - len(shown)
    return "; ".join([*words, *([f"and {rest} more"] if rest > 0 else [])])


def _whys(row: Mapping[str, Any]) -> str:
    listed = [
        f"{each['column']}: {each['why']}" if each["column"] else each["why"] for each in row["why"]
    ]
    sources = sorted({source for each in row["why"] for source in each["source"].split()})
    return cell("; ".join(dict.fromkeys(listed))) + "".join(
        f" {card_link('source', source, up=UP)}" for source in sources
    )


class EditionChanges(EditionBlock):
    """Show what changed between an edition and the one before, with the cause of each change."""

    def html(self) -> str:
        """Return a sentence, a chart and the tables of what changed."""
        edition, changes = self.edition, self.edition.changes
        summary = f"<p>{cell(change_summary(changes))}</p>"
        if changes is None:
            return summary
        parts = [
            summary,
            self._causes(changes),
            self._chart(changes),
            changed_items(edition.id, changes),
        ]
        return "".join(parts)

    def _chart(self, changes: Mapping[str, Any]) -> str:
        charts = moved_numbers_charts(
            changes["findings"], name="moved-numbers", since=str(changes["parent"])
        )
        folder = self.edition.folder
        path = edition_pages.edition_files(folder)[CHANGES]
        file = f"{folder.name}/{edition_pages.offered_name(CHANGES, path)}"
        return "\n".join(with_data(chart, file) for chart in charts)

    @staticmethod
    def _causes(changes: Mapping[str, Any]) -> str:
        found = changes["causes"]
        if found["undetermined"]:
            return f"<p>Causes were not determined: {cell(found['undetermined'])}.</p>"
        if not found["groups"]:
            return ""
        return (
            f"<p>Causes were searched when this edition was made, by evaluating the edition before "
            f"with some of the changes at a time, {found['evaluated']} evaluations in all. "
            f"Changed: {cell(', '.join(found['groups']))}.</p>"
        )


def changed_items(name: str, changes: Mapping[str, Any]) -> str:
    """Tables of what changed.

    Parameters
    ----------
    name : str
        Ends the names of the tables.
    changes : mapping
        As `skytally.editions.edition_changes` gives them, with causes or without.

    Returns
    -------
    str
        HTML.
    """
    parts = [
        _changed_findings(name, changes),
        _changed_verdicts(name, changes),
        *(_changed_rows(name, changes, kind) for kind in ROW_TITLES),
        _changed_flips(changes),
        _changed_parameters(changes),
        _changed_code(changes),
    ]
    return "".join(parts)


def _cause_head(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return ["cause"] if any("cause" in row for row in rows) else []


def _changed_findings(name: str, changes: Mapping[str, Any]) -> str:
    rows = changes["findings"]
    return filtered_table(
        f"findings-{name}",
        "Findings that changed, old and new, and why",
        ["finding", "old", "new", "how", *_cause_head(rows)],
        [_finding_row(row) for row in rows],
        empty="No finding changed.",
        label="how",
        choices=dict.fromkeys(row["kind"] for row in rows),
    )


def _changed_verdicts(name: str, changes: Mapping[str, Any]) -> str:
    rows = changes["verdicts"]
    return filtered_table(
        f"verdicts-{name}",
        "Claims whose verdict or reasons changed",
        ["claim", "text", "old", "new", *_cause_head(rows)],
        [_verdict_row(row) for row in rows],
        empty="No verdict changed.",
    )


def _changed_rows(name: str, changes: Mapping[str, Any], kind: str) -> str:
    rows = [
        html_row((cell(row["key"]), cell(row["table"]), cell(_cells(row)), _whys(row)))
        for row in record_rows(changes, kind)
    ]
    title = ROW_TITLES[kind]
    empty = f"{title}: none."
    heads = ["row", "table", "cells", "why"]
    return filtered_table(f"{kind}-{name}", title, heads, rows, empty=empty)


def _changed_flips(changes: Mapping[str, Any]) -> str:
    rows = [[row["key"], row["of"], row["old"], row["new"]] for row in changes["flips"]]
    return small_table(
        "What would flip a finding or verdict, where that changed (its cause is not searched)",
        ["key", "of a", "old", "new"], rows, empty="No flip set changed.",
    )  # fmt: skip


def _changed_parameters(changes: Mapping[str, Any]) -> str:
    rows = [
        [row["name"], row["page"], str(row["old"]), str(row["new"])]
        for row in changes["parameters"]
    ]
    heads = ["parameter", "page", "old", "new"]
    return small_table("Parameters that changed", heads, rows, empty="No parameter changed.")


def _changed_code(changes: Mapping[str, Any]) -> str:
    paths = sorted({path for listed in changes["files"].values() for path in listed})
    code = [path for path in paths if path.startswith(("skytally/", "requirements.txt"))]
    if not code:
        return empty_state(f"No file of the {CODE} changed.")
    items = "".join(f"<li><code>{cell(path)}</code></li>" for path in code)
    count = f"{len(code)} file{'s' if len(code) > 1 else ''} of the {CODE} changed"
    # nobody searches a book for the name of a source file
    opening = f'<details class="{UNSEARCHED}">'
    return f"{opening}<summary>{count}</summary><ul>{items}</ul></details>"


class ThisCopy(Block):
    """Show in what the book that lies here differs from its newest edition, and its hash."""

    def html(self) -> str:
        """Return the hashes, a sentence and the tables of what differs."""
        edition = known_editions()[0][-1]
        files = source_files(project_root())
        hashes = self._hashes(files)
        if unchanged_since(edition.about, files):
            page = f'<a href="{cell(edition.id)}.html">edition {cell(edition.id)}</a>'
            return f"<p>This copy is {page}; nothing differs.</p>{hashes}"
        findings, claims = (
            read_results_json(self.app, name) for name in ("findings.json", "claims.json")
        )
        words = edition_pages.edition_words(Path(self.app.srcdir))
        cited = book_details(words)["copy_citation"]
        copy = present_copy(findings, claims, page_parameters(), files=files, data=data_folder())
        changes = edition_changes(edition, copy)
        return (
            f"<p>{cell(change_summary(changes))}</p>"
            '<p class="sk-citation">A copy between two editions may change again at any time. To '
            f'cite a number that stays, cite <a href="{cell(edition.id)}.html">edition '
            f"{cell(edition.id)}</a>; to cite this copy, give its hash: {cell(cited)}</p>"
            f"{hashes}{changed_items('this-copy', changes)}"
        )

    def _hashes(self, files: list[SourceFile]) -> str:
        stage = Path(self.app.srcdir)
        parts = part_ids(files)
        rows = [["this copy, SHA-256", copy_hash(parts)]]
        rows += [
            [f"{name}, SHA-256", hashlib.sha256((stage / name).read_bytes()).hexdigest()]
            for name in ("findings.json", "claims.json")
        ]
        rows += [[f"{name}, SWHID", id_] for name, id_ in sorted(parts.items())]
        table = small_table(
            "Hashes of this copy and of what it is made from", ["of what", "hash"], rows, empty=""
        )
        return (
            f"{table}<p>The first is the hash of the lines below that have a SWHID, each as name, "
            "space and identifier, in the order of the names, and each with a newline at its end, "
            "the last one too. The second and the third are of files that you can "
            '<a href="../about.html#download">download</a>.</p>'
        )


class EditionFindings(EditionBlock):
    """Show every finding of an edition as it was published."""

    def html(self) -> str:
        """Return a table."""
        rows = [
            html_row((card_link("finding", key, up=UP), cell(each["said"]), cell(each["text"])))
            for key, each in self.edition.findings.items()
        ]
        name = f"published-findings-{self.edition.id}"
        caption = "Findings as published, never computed again"
        heads = ["finding", "number", "sentence"]
        return filtered_table(name, caption, heads, rows, empty="This edition has no finding.")


class EditionVerdicts(EditionBlock):
    """Show every verdict of an edition as it was published."""

    def html(self) -> str:
        """Return a table."""
        rows = [
            html_row((card_link("claim", key, up=UP), cell(each["text"]), cell(each["verdict"])))
            for key, each in self.edition.claims.items()
        ]
        name = f"published-verdicts-{self.edition.id}"
        caption = "Verdicts as published, never judged again"
        heads = ["claim", "text", "verdict"]
        return filtered_table(name, caption, heads, rows, empty="This edition has no claim.")


def _fault_list(faults: Iterable[Fault]) -> str:
    items = "".join(f"<li>{cell(fault)}</li>" for fault in faults)
    return f'<div class="sk-nothing"><p>Editions that cannot be shown:</p><ul>{items}</ul></div>'


class EditionFault(EditionBlock):
    """Show what is wrong with an edition whose files are not those that were published."""

    def html(self) -> str:
        """Return its faults, and the files that are as they were published."""
        name = self.arguments[0]
        found = edition_pages.faults_of(name, known_editions()[1])
        return (
            "<p>The stored files of this edition are not those that were published, so nothing "
            "of it is shown here. Files that are, packets among them, stay at their addresses."
            f"</p>{_fault_list(found)}{_files(editions_folder() / name)}"
        )


class EditionsList(Block):
    """List all editions, the newest first, with their feeds."""

    def html(self) -> str:
        """Return a table, or a sentence before the first edition."""
        editions, faults = known_editions()
        wrong = _fault_list(faults) if faults else ""
        if not editions:
            words = "No edition was made yet; this is a state of the book between editions."
            return wrong + empty_state(words, anchor="table-editions")
        up = to_root(self.state.document.settings.env.docname)
        rows = [
            html_row(
                (
                    f'<a href="{up}editions/{cell(each.id)}.html">{cell(each.id)}</a>',
                    cell(each.about["complete_to"] or "not known"),
                    cell(each.about["doi"] or "none"),
                    cell(change_summary(each.changes)),
                )
            )
            for each in reversed(editions)
        ]
        heads = ["edition", "newest page read", "DOI", "what changed"]
        feeds = (
            f'<p>Feeds: <a href="{up}{edition_pages.ATOM}">Atom</a> · '
            f'<a href="{up}{edition_pages.JSON_FEED}">JSON Feed</a></p>'
        )
        return wrong + filtered_table("editions", "Editions", heads, rows, empty="") + feeds


def print_unlisted_pages(_app: Sphinx, config: Config) -> None:
    """Print the pages of the editions, which stand in no list of contents."""
    pages = f"{edition_pages.INDEX}/"
    config["exclude_patterns"] = [
        pattern for pattern in config["exclude_patterns"] if not pattern.startswith(pages)
    ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    for name, directive in (
        ("edition-about", EditionAbout),
        ("edition-changes", EditionChanges),
        ("edition-findings", EditionFindings),
        ("edition-verdicts", EditionVerdicts),
        ("edition-fault", EditionFault),
        ("editions-list", EditionsList),
        ("this-copy", ThisCopy),
    ):
        app.add_directive(name, directive)
    # after the list of contents has left out all pages that it does not name
    app.connect("config-inited", print_unlisted_pages, priority=950)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
