"""Directive of the page on evidence packets: root, log and programs of the newest edition."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from skytally.editions import (
    PACKETS,
    editions_folder,
    newest_edition,
    packet_summary,
    published_packets,
)
from skytally.press.sphinx_ext.html_blocks import Block, cell, empty_state, small_table, to_root

COMMAND = "python3 -I verify.py {root} packet_log.txt {packet}"
EXAMPLE = "finding-"
"""Beginning of the name of the packet in the example."""
NO_PACKETS = "There are no evidence packets yet: no edition that has any was published."
HOW_TO_CHECK = "packets.html"


def _link(address: str, words: str) -> str:
    return f'<a href="{cell(address)}" download>{cell(words)}</a>'


class PacketList(Block):
    """Show what is needed to check the packets of an edition, and list them.

    The argument is the id of the edition; without it, it is the newest.
    """

    optional_arguments = 1

    def html(self) -> str:
        """Return root, programs, command and packets."""
        found = self._folder()
        facts = packet_summary(found) if found else {}
        if found is None or not facts:
            return empty_state(NO_PACKETS if not self.arguments else "It has no evidence packets.")
        up = to_root(self.state.document.settings.env.docname)
        address = f"{up}editions/{found.name}"
        known = published_packets(found)
        packets = [name.removeprefix(f"{PACKETS}/") for name in known if "/" in name]
        beside = ", ".join(_link(f"{address}/{name}", name) for name in known if "/" not in name)
        example = next((name for name in packets if name.startswith(EXAMPLE)), packets[0])
        command = COMMAND.format(root=facts["Merkle root"], packet=example)
        table = small_table(
            f"Packets of edition {found.name}", ["what", "value"],
            [[*row] for row in facts.items()], empty="",
        )  # fmt: skip
        items = "".join(
            f"<li>{_link(f'{address}/{PACKETS}/{name}', name)}</li>" for name in packets
        )
        how = f' (<a href="{up}{HOW_TO_CHECK}">how to check a packet</a>)' if self.arguments else ""
        return (
            f"{table}<p>Programs, log and stamps: {beside}.</p>"
            f"<p>To check one packet, with all files in one folder{how}:</p>"
            f"<pre>{cell(command)}</pre>"
            "<p>The programs you hold must have the SHA-256 above.</p>"
            f"<details><summary>All {len(packets)} packets</summary><ul>{items}</ul></details>"
        )

    def _folder(self) -> Path | None:
        """Folder of the edition that is meant; None where there is none."""
        if self.arguments:
            return editions_folder() / self.arguments[0]
        newest = newest_edition(editions_folder())
        return newest.folder if newest else None


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("packet-list", PacketList)
