"""Patterns of credentials, and a search for them in files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

SECRETS = re.compile(
    r"""
    [?&](?:sig|se|sp|st|skoid|X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token)=[^\s"'<>&]
    | \b(?:AKIA|ASIA)[0-9A-Z]{16}\b
    | (?i:authorization["']?\s*[:=]\s*["']?(?:bearer|basic|token|aws4)[ -])
    | (?i:ocp-apim-subscription-key["']?\s*[:=]\s*["']?[0-9a-z]{16})
    | (?i:aws_secret_access_key\s*=\s*[^\s]{16})
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----
    """,
    re.VERBOSE,
)
"""Signed addresses, AWS keys, authorization headers, subscription keys, private keys."""
MARKS = (
    *(f"{sign}{name}=" for sign in "?&" for name in ("sig", "se", "sp", "st", "skoid")),
    *(f"{sign}X-Amz-" for sign in "?&"), "AKIA", "ASIA", "PRIVATE KEY-----",
)  # fmt: skip
MARKS_OF_ANY_CASE = ("authorization", "ocp-apim-subscription-key", "aws_secret_access_key")
"""Words of which every credential has one; a file without any is not searched further."""
TEXT = {".csv", ".json", ".jsonl", ".html", ".js", ".css", ".log", ".md", ".ipynb", ".toml"}
TEXT |= {".txt", ".geojson", ".inv", ".py", ".yml", ".key", ".svg"}


def found_in(path: Path) -> Iterator[str]:
    """Yield the position of everything in a file that looks like a credential."""
    text = path.read_bytes().decode("latin-1")
    if not any(mark in text for mark in MARKS):
        lower = text.lower()
        if not any(mark in lower for mark in MARKS_OF_ANY_CASE):
            return
    for hit in SECRETS.finditer(text):
        yield f"{path}: {hit.group()[:24]!r} at {hit.start()}"


def leaks(places: Iterable[Path]) -> list[str]:
    """Search files and folders; scripts of libraries are left out by their folder."""
    found = []
    for place in places:
        paths = [place] if place.is_file() else sorted(place.rglob("*"))
        for path in paths:
            if path.is_file() and "_static" not in path.parts:
                found += found_in(path)
    return found
