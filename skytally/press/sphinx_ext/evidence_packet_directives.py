"""Directive of the page on evidence packets: root, log and programs of the newest edition."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from skytally.editions import (
    PACKETS,
    ROWS,
    edition_order,
    editions_folder,
    needs_rows,
    newest_edition,
    packet_editions,
    packet_summary,
    published_packets,
    read_editions,
)
from skytally.press.edition_pages import offered_name
from skytally.press.sphinx_ext.html_blocks import Block, cell, empty_state, small_table, to_root

COMMAND = "python3 -I verify.py {root} packet_log.txt {packet}"
EXAMPLE = "finding-"
"""Beginning of the name of the packet in the example."""
NO_PACKETS = "There are no evidence packets yet: no edition that has any was published."
HOW_TO_CHECK = "packets.html"
SECTION = "evidence-packets"
"""Anchor of the packets on the page of an edition."""


def _link(address: str, words: str) -> str:
    return f'<a href="{cell(address)}" download>{cell(words)}</a>'


def _command(packets: list[str], root: str, how: str) -> str:
    """How to check one of the packets of an edition."""
    example = next((name for name in packets if name.startswith(EXAMPLE)), packets[0])
    command = COMMAND.format(root=root, packet=example)
    return (
        f"<p>To check one packet, with all files in one folder{how}:</p><pre>{cell(command)}</pre>"
        "<p>The programs you hold must have the SHA-256 above.</p>"
    )


def _packets_by_edition(folder: Path, up: str) -> str:
    """Packets of an edition, by the edition that issued them, its own first."""
    made = packet_editions(folder)
    sound = {edition.id for edition in read_editions(folder.parent)[0]} | {folder.name}
    parts = []
    for edition in sorted({*made.values()}, key=edition_order, reverse=True):
        names = [name for name, maker in made.items() if maker == edition]
        items = "".join(
            f"<li>{_link(f'{up}editions/{edition}/{PACKETS}/{name}', name)}</li>" for name in names
        )
        if edition == folder.name:
            words, note = f"{len(names)} packets issued with this edition", ""
        else:
            words = f"{len(names)} packets issued with edition {edition} and unchanged since"
            page = f'<a href="{up}editions/{edition}.html#{SECTION}">the page of that edition</a>'
            note = (
                "<p>They lie where that edition has them. The log of this one lists them, so its "
                f"root and programs check them; those on {page} do, too.</p>"
            )
        if edition not in sound:
            items, note = "", f"<p>The files of edition {edition} are damaged in this copy.</p>"
        parts.append(
            '<details class="sk-unsearched">'
            f"<summary>{words}</summary>{note}<ul>{items}</ul></details>"
        )
    return "".join(parts)


class PacketList(Block):
    """Show what is needed to check the packets of an edition, and list them.

    The argument is the id of the edition; without it, it is the newest.
    """

    optional_arguments = 1

    def html(self) -> str:
        """Return root, programs, command and packets."""
        found = self._folder()
        facts = packet_summary(found) if found else {}
        if found is None or not facts or not packet_editions(found):
            return empty_state(NO_PACKETS if not self.arguments else "It has no evidence packets.")
        up = to_root(self.state.document.settings.env.docname)
        known = published_packets(found)
        names = [name for name in known if "/" not in name]
        # logs of older formats hold hashes of the rows, and no check needs the rows themselves
        if needs_rows(found):
            names.append(offered_name(ROWS, found / ROWS))
        beside = ", ".join(_link(f"{up}editions/{found.name}/{name}", name) for name in names)
        how = f' (<a href="{up}{HOW_TO_CHECK}">how to check a packet</a>)' if self.arguments else ""
        table = small_table(
            f"Packets of edition {found.name}", ["what", "value"],
            [[*row] for row in facts.items()], empty="",
        )  # fmt: skip
        own = [name.removeprefix(f"{PACKETS}/") for name in known if "/" in name]
        packets = own or [*packet_editions(found)]
        return (
            f"{table}<p>Programs, log, rows and stamps: {beside}.</p>"
            f"{_command(packets, facts['Merkle root'], how)}"
            # the page on packets lists them at its end, after how to check one
            f"{_packets_by_edition(found, up) if self.arguments else ''}"
        )

    def _folder(self) -> Path | None:
        """Folder of the edition that is meant; None where there is none."""
        if self.arguments:
            return editions_folder() / self.arguments[0]
        newest = newest_edition(editions_folder())
        return newest.folder if newest else None


class PacketFiles(Block):
    """List the packets of the newest edition, by the edition that made them."""

    def html(self) -> str:
        """Return the list in folds."""
        newest = newest_edition(editions_folder())
        if newest is None or not packet_editions(newest.folder):
            return empty_state(NO_PACKETS)
        up = to_root(self.state.document.settings.env.docname)
        return _packets_by_edition(newest.folder, up)


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("packet-list", PacketList)
    app.add_directive("packet-files", PacketFiles)
