"""Notices on stored editions that are not as published; the book is printed all the same."""

from __future__ import annotations

import sys

from skytally.editions import editions_folder, read_editions


def print_notices() -> None:
    """Print what is wrong with stored editions, a line each; none of it stops a build."""
    _, faults = read_editions(editions_folder())
    if faults:
        heading = "editions that cannot be shown; their pages say so, all others are as published:"
        print(heading, *(f"  {fault}" for fault in faults), sep="\n", file=sys.stderr)
