"""Parameter files in YAML of the plainest kind: what each value is, and where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from skytally.core import MERGE_CONFLICT, Fault, kind_words, shortened, written

PLAIN_LINES = "write plain name: value lines"
UNSPACED = re.compile(r"(?P<name>[A-Za-z_]\w*)(?P<sign>:(?=\S)|\s*=\s*)(?P<value>.+)")
"""Line in which no blank follows the colon, or = stands for it: YAML sees no name in it."""
YAML_WORDS = (
    ("another document", "a second document, which '---' begins", PLAIN_LINES),
    (
        "unknown escape character",
        "a backslash in double quotation marks",
        "write / for it, or use single quotation marks",
    ),
    ("scanning a quoted scalar", "quotation marks that are not closed", "close them"),
    (
        "mapping values are not allowed",
        "a second colon",
        "put text that holds a colon into quotation marks, and begin each name at the start of its "
        "line",
    ),
    ("found character '\\t'", "a tab", "write blanks for it"),
    (
        "cannot start any token",
        "a sign with which no value begins",
        "put the value into quotation marks",
    ),
    ("could not find expected ':'", "no colon after a name", PLAIN_LINES),
    ("parsing a flow sequence", "a list that is not closed", "close it with ]"),
    ("parsing a flow mapping", "names in braces that are not closed", "close them with }"),
    (
        "constructor for the tag",
        "a tag, which ! begins",
        "remove it, or put the text into quotation marks",
    ),
    (
        "expected <block end>, but found '<scalar>'",
        "words after quotation marks that are closed",
        "put the whole value into one pair of them",
    ),
    (
        "expected <block end>",
        "a line that begins in another column than the one before",
        "begin each name at the start of its line",
    ),
)
"""Words of the parser of YAML, what they mean to whoever wrote the file, and what to do."""
OPENED = ("scanning a quoted scalar", "parsing a flow", "scanning a simple key")
"""Words of the parser on what begins before the line in which it stops."""


class _RefusedError(ValueError):
    """Something in a parameter file that is refused where it stands."""

    def __init__(self, mark: yaml.Mark | None, found: str, advice: str) -> None:
        super().__init__(found)
        self.line, self.found, self.advice = mark.line + 1 if mark else 0, found, advice


class _PlainLoader(yaml.SafeLoader):
    """YAML without anchors, aliases or repeated names."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise _RefusedError(
                self.peek_event().start_mark, "an alias (*name)", "write the value out"
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        seen: list[object] = []
        for key, _ in node.value:
            if key.value in seen:
                found = f"the name {written(key.value)} a second time"
                raise _RefusedError(key.start_mark, found, "keep one of the two")
            seen.append(key.value)
        return super().construct_mapping(node, deep)


def _day(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
    """Day or moment that a text without quotation marks stands for."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        found = f"{node.value}, which is no day of the calendar"
        advice = "write a day that exists, in quotation marks"
        raise _RefusedError(node.start_mark, found, advice) from error


def _whole_number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
    try:
        return loader.construct_yaml_int(node)
    except ValueError as error:
        # Python reads some thousands of digits
        raise _RefusedError(
            node.start_mark, f"{len(node.value)} digits", "write a plain number"
        ) from error


_PlainLoader.add_constructor("tag:yaml.org,2002:timestamp", _day)
BOOL, INT, FLOAT = (f"tag:yaml.org,2002:{kind}" for kind in ("bool", "int", "float"))
_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if tag not in (BOOL, INT, FLOAT)]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_PlainLoader.add_constructor(INT, _whole_number)
# YAML 1.1 reads no and off as false; here they are words, as in YAML 1.2
_PlainLoader.add_implicit_resolver(
    BOOL, re.compile(r"(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
# YAML 1.1 reads 010 as eight, 1:30 as ninety and 1_0 as ten; here a number is written plainly
_PlainLoader.add_implicit_resolver(
    INT, re.compile(r"[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)
_PlainLoader.add_implicit_resolver(
    FLOAT,
    re.compile(
        r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)$"
        r"|[-+]?\.(?:[0-9]+|inf|Inf|INF|nan|NaN|NAN)$"
    ),
    list("-+.0123456789"),
)


def _unspaced(where: str, text: str, last: int) -> Fault | None:
    """First line up to a last one in which YAML sees no name, since a sign is missing."""
    for number, line in enumerate(text.splitlines()[:last], start=1):
        if found := UNSPACED.fullmatch(line.strip()):
            missing = "a blank after the colon" if found["sign"] == ":" else "a colon for ="
            meant = shortened(f"{found['name']}: {found['value']}")
            return Fault(where, number, "", shortened(line), f"write {missing}, {meant}")
    return None


def _broken(where: str, text: str, error: Exception) -> Fault:
    """Fault of a file that is refused, or that the parser of YAML cannot read."""
    if isinstance(error, _RefusedError):
        return Fault(where, error.line, "", error.found, error.advice)
    if conflict := MERGE_CONFLICT.search(text):
        line = text.count("\n", 0, conflict.start()) + 1
        return Fault(where, line, "", "a merge conflict", "keep one side, and remove its marks")
    mark = getattr(error, "problem_mark", None)
    if isinstance(error, RecursionError) or not isinstance(error, yaml.MarkedYAMLError):
        what = "brackets within brackets" if isinstance(error, RecursionError) else "no plain text"
        return Fault(where, 0, "", what, PLAIN_LINES)
    words = " ".join(filter(None, (error.context, error.problem)))
    if any(each in words for each in OPENED):
        mark = error.context_mark or mark
    lines = text.splitlines()
    line = min(mark.line + 1, len(lines)) if mark else len(lines)
    if unspaced := _unspaced(where, text, line):
        return unspaced
    shown = shortened(lines[line - 1])
    for known, found, advice in YAML_WORDS:
        if known in words:
            return Fault(where, line, "", f"{found}, in {shown}" if shown else found, advice)
    return Fault(where, line, "", f"{shown}, which cannot be read ({words})", PLAIN_LINES)


@dataclass(frozen=True)
class YamlPlace:
    """Where a value of a parameter file stands."""

    line: int
    """Line of its name."""
    node: yaml.Node
    """The value as YAML sees it."""
    text: str
    """The whole file."""

    def written(self, node: yaml.Node) -> str:
        """Value, or a part of it, as it stands in the file; empty where nothing does."""
        return shortened(self.text[node.start_mark.index : node.end_mark.index])


def read_yaml(where: str, text: str) -> tuple[dict[str, object], dict[str, YamlPlace]]:
    """Read names and their values from YAML without anchors, aliases or repeated names.

    Parameters
    ----------
    where : str
        What the messages call the file.
    text : str

    Returns
    -------
    values : dict
        Name to value; empty where the text holds none.
    places : dict of str to YamlPlace
        Where each of them stands.

    Raises
    ------
    ValueError
        If the text is no such YAML.
    """
    try:
        content, node = _parsed(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ValueError(str(_broken(where, text, error))) from error
    if content is None or node is None:
        return {}, {}
    if not isinstance(content, dict) or not isinstance(node, yaml.MappingNode):
        fault = _unspaced(where, text, len(text.splitlines())) or Fault(
            where,
            node.start_mark.line + 1,
            "",
            f"{shortened(text.splitlines()[node.start_mark.line])}, {kind_words(content)} "
            "without a name",
            PLAIN_LINES,
        )
        raise ValueError(str(fault))
    places = {
        name: YamlPlace(key.start_mark.line + 1, value, text)
        for name, (key, value) in zip(content, node.value, strict=True)
    }
    return content, places


def _parsed(text: str) -> tuple[object, yaml.Node | None]:
    """Content of a text in YAML, and the nodes that say where it stands."""
    loader = _PlainLoader(text)
    try:
        node = loader.get_single_node()
        return (None if node is None else loader.construct_document(node)), node
    finally:
        loader.dispose()
