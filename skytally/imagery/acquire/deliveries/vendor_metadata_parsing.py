"""Metadata files of vendors as plain mappings: XML trees, IMD, TIL and MTL texts, JSON objects."""

from __future__ import annotations

import json
import posixpath
import re
import xml.etree.ElementTree as ET
from typing import Any

from skytally.imagery.acquire.deliveries.delivered_files import DeliveredFile

PARAMETER = re.compile(r"^\s*([A-Za-z][\w.]*)\s*=\s*(.*?)\s*;?\s*$")


def listed_path(text: str) -> str:
    r"""Path of a file as metadata list it, with the slashes of this system.

    Examples
    --------
    >>> listed_path(r".\\IMAGERY\\IMG_1.TIF"), listed_path("./IMG_1.TIF")
    ('IMAGERY/IMG_1.TIF', 'IMG_1.TIF')
    """
    return posixpath.normpath(text.strip().replace("\\", "/"))


def xml_tree(file: DeliveredFile) -> ET.Element:
    """Tree of an XML file, its tags without namespaces.

    Raises
    ------
    ValueError
        If it is not XML.
    """
    content = file.read()
    if b"<!ENTITY" in content:
        message = f"{file.name} declares entities, which no vendor's metadata do"
        raise ValueError(message)
    try:
        root = ET.fromstring(content)
    except ET.ParseError as error:
        message = f"{file.name} is not XML: {error}"
        raise ValueError(message) from None
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    return root


def texts(root: ET.Element, tag: str) -> list[str]:
    """Texts of all elements of a tag, in the order of the file, without empty ones."""
    found = [(element.text or "").strip() for element in root.iter(tag)]
    return [text for text in found if text]


def first_text(root: ET.Element, *tags: str) -> str:
    """Text of the first element of the first tag that has one; empty if none has."""
    return next((text for tag in tags for text in texts(root, tag)), "")


def number_or_none(text: str) -> float | None:
    """Parse a number; None where the text is none."""
    try:
        return float(text.split()[0]) if text.split() else None
    except ValueError:
        return None


def grouped_parameters(file: DeliveredFile) -> dict[str, dict[str, str]]:
    """Read a text of ``key = value`` lines, as of Maxar's IMD and TIL and the USGS' MTL.

    Returns
    -------
    dict of str to dict of str to str
        Group to its parameters, without quotes; those outside any group stand under ``""``.
        Groups of one name get a number behind it.

    Raises
    ------
    ValueError
        If it has no parameter.
    """
    groups: dict[str, dict[str, str]] = {"": {}}
    open_groups = [""]
    for line in file.read().decode("utf-8", "replace").splitlines():
        match = PARAMETER.match(line)
        if match is None:
            continue
        key, value = match[1], match[2].strip('" ')
        if key.upper() in ("BEGIN_GROUP", "GROUP"):
            name = value if value not in groups else f"{value}#{len(groups)}"
            groups[name] = {}
            open_groups.append(name)
        elif key.upper() == "END_GROUP":
            del open_groups[max(len(open_groups) - 1, 1) :]
        else:
            groups[open_groups[-1]][key] = value
    if not any(groups.values()):
        message = f"{file.name} has no parameter; is it whole?"
        raise ValueError(message)
    return groups


def json_object(file: DeliveredFile) -> dict[str, Any]:
    """Object of a JSON file.

    Raises
    ------
    ValueError
        If it is no JSON object.
    """
    try:
        content = json.loads(file.read())
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        message = f"{file.name} is no JSON object"
        raise ValueError(message)
    return content
