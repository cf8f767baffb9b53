"""``python -m skytally.press.find_evidence_packets_command``: name the packets of something."""

from __future__ import annotations

import argparse
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from skytally.core import DataError, data_folder, project_root, read_table, refuse
from skytally.editions import Edition, editions_folder, packet_name, packet_paths, read_editions

KINDS = ("finding", "claim", "chart")
SET_ASIDE = "set aside"
LISTED = 12
"""Packets that are listed before the rest is counted."""


def _named(wanted: str, packets: dict[str, Path]) -> list[Path]:
    names = [wanted, f"{wanted}.zip", *(packet_name(kind, wanted) for kind in KINDS)]
    return [packets[name] for name in names if name in packets]


def _holding(row: str, packets: dict[str, Path]) -> Iterator[Path]:
    """Yield the packets that rest on a row."""
    for path in packets.values():
        with zipfile.ZipFile(path) as archive:
            if row in json.loads(archive.read("packet.json"))["rows"]:
                yield path


def _why_not(wanted: str, chosen: Edition, editions: list[Edition]) -> str:
    """Why there is no packet of something."""
    older = [each for each in editions if _named(wanted, packet_paths(each.folder))]
    if older:
        last = older[-1]
        path = _named(wanted, packet_paths(last.folder))[0]
        return (
            f"{wanted}: not in edition {chosen.id}, which has withdrawn it or never had it; "
            f"its last packet is that of edition {last.id}, {_shown(path)}"
        )
    lineage = read_table(data_folder() / "record" / "lineage.csv")
    gone = lineage[(lineage["delivered_id"] == wanted) & (lineage["fate"] == SET_ASIDE)]
    if len(gone):
        return f"row {wanted} was set aside ({gone.iloc[0]['reason']}), so no packet holds it"
    several = re.split(r"[,;\s]+", wanted.strip(",; "))
    if len(several) > 1:
        return f"OF: found {wanted!r}; write one name at a time, such as OF={several[0]}"
    return (
        f"{wanted}: nothing of that name in edition {chosen.id}; write the key of a finding, the "
        "id of a claim or a row, or the page and name of a chart, such as rail-counts.railcars"
    )


def _shown(path: Path) -> str:
    return path.relative_to(project_root()).as_posix()


def found_packets(wanted: str, *, edition: str = "") -> list[Path]:
    """Find the packets of a finding, claim or chart, or those that hold a row.

    Parameters
    ----------
    wanted : str
        Key, id, page and name of a chart, or name of a packet.
    edition : str
        Id of the edition; the newest if empty.

    Returns
    -------
    list of Path

    Raises
    ------
    DataError
        If there is none: the message says whether it was withdrawn, and where it last was.
    """
    editions, faults = read_editions(editions_folder())
    refuse(map(str, faults), what="editions")
    named = [each for each in editions if each.id == edition] if edition else editions
    if not named:
        known = ", ".join(each.id for each in editions) or "none yet"
        message = f"EDITION: no edition {edition or 'at all'!r}; there are: {known}"
        raise DataError(message)
    packets = packet_paths(named[-1].folder)
    found = _named(wanted, packets) or list(_holding(wanted, packets))
    if not wanted or not found:
        message = _why_not(wanted, named[-1], editions) if wanted else "OF: name what you look for"
        raise DataError(message)
    return found


def main(words: list[str]) -> int:
    """Print where the packets are; the exit code."""
    parser = argparse.ArgumentParser(prog="make packet", description=__doc__)
    parser.add_argument("--of", default="", help="OF, key of a finding, id of a claim or row")
    parser.add_argument("--edition", default="", help="EDITION, its id; the newest")
    asked = parser.parse_args(words)
    try:
        found = found_packets(asked.of.strip(), edition=asked.edition.strip())
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    rest = len(found) - LISTED
    print("\n".join(map(_shown, found[:LISTED])) + (f"\nand {rest} more" if rest > 0 else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
