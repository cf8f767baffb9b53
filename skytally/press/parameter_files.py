"""Parameter files: only declared names, of the declared type, and nothing clever."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

import yaml

from skytally.core import scan_text
from skytally.press.parameter_checks import RecordValues, record_values, value_faults
from skytally.press.project_paths import line_names, notebooks_folder, parameters_folder

LARGEST_BYTES = 16_384
OUT = "out"
"""The one parameter the press itself sets: the folder of the results."""


class _PlainLoader(yaml.SafeLoader):
    """YAML without anchors, aliases or repeated names."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            message = "an alias (*name); write the value out"
            raise yaml.constructor.ConstructorError(
                None, None, message, self.peek_event().start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        names = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if names.count(key.value) > 1:
                message = f"the name {key.value!r} twice; keep one"
                raise yaml.constructor.ConstructorError(None, None, message, key.start_mark)
        return super().construct_mapping(node, deep)


def declared_parameters(line: str) -> dict[str, object]:
    """Read the names and default values of a notebook's parameters cell.

    Raises
    ------
    ValueError
        If there is not exactly one cell tagged ``parameters``, or it holds anything but
        ``name = literal``.
    """
    notebook = json.loads((notebooks_folder() / f"{line}.ipynb").read_bytes())
    cells = [c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", [])]
    if len(cells) != 1:
        message = f"notebooks/{line}.ipynb: {len(cells)} cells tagged parameters; tag exactly one"
        raise ValueError(message)
    found: dict[str, object] = {}
    for statement in ast.parse("".join(cells[0]["source"])).body:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            message = f"notebooks/{line}.ipynb: the parameters cell may hold only name = literal"
            raise ValueError(message)
        found[statement.targets[0].id] = ast.literal_eval(statement.value)
    return found


def parameter_values(line: str) -> dict[str, object]:
    """Read a line's parameter file; an absent or empty file gives no parameters.

    Raises
    ------
    ValueError
        If the file is too large, no plain mapping, or YAML with aliases or repeated names.
    """
    path = parameters_folder() / f"{line}.yml"
    if not path.exists() or not path.read_bytes().strip():
        return {}
    where = f"notebooks/params/{line}.yml"
    if path.stat().st_size > LARGEST_BYTES:
        message = (
            f"{where}: {path.stat().st_size} bytes, at most {LARGEST_BYTES} allowed; shorten it"
        )
        raise ValueError(message)
    text, faults = scan_text(path, name=where)
    if faults:
        raise ValueError("\n".join(map(str, faults)))
    try:
        content = yaml.load(text, Loader=_PlainLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        message = (
            f"{where}: found {' '.join(str(error).split())[:300]}; write plain name: value lines"
        )
        raise ValueError(message) from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        message = f"{where}: found a {type(content).__name__}; write plain name: value lines"
        raise ValueError(message)
    return content


def _form_faults(
    where: str, values: dict[str, object], names: dict[str, object]
) -> Iterator[tuple[str, str]]:
    """Faults of names and types, each with the name it is about."""
    for name, value in values.items():
        if name == OUT or name not in names:
            known = ", ".join(sorted(set(names) - {OUT}))
            found = f"found the name {name!r}; declared are {known}; correct or remove it"
            yield name, f"{where}: {found}"
        elif not _same_shape(value, names[name]):
            found = f"found {repr(value)[:80]} of type {type(value).__name__}"
            yield name, f"{where}: {name}: {found}; write {_shape(names[name])}"


def _faults_of(line: str, record: RecordValues) -> Iterator[str]:
    file, notebook = f"notebooks/params/{line}.yml", f"notebooks/{line}.ipynb"
    try:
        defaults, values = declared_parameters(line), parameter_values(line)
    except (ValueError, SyntaxError) as error:
        yield str(error)
        return
    faulty = dict(_form_faults(file, values, defaults))
    yield from faulty.values()
    sound = {name: value for name, value in values.items() if name not in faulty}
    for name, fault in value_faults({**defaults, **sound}, defaults, record):
        yield f"{file if name in sound else notebook}: {name}: {fault}"


def _same_shape(value: object, default: object) -> bool:
    """Whether a value is built as its default is, down to the last element."""
    if isinstance(default, float) and type(value) is int:
        return True
    if type(value) is not type(default):
        return False
    if isinstance(value, list) and isinstance(default, list):
        return len(value) == len(default) and all(map(_same_shape, value, default))
    if isinstance(value, dict) and isinstance(default, dict):
        pattern = next(iter(default.values()), "")
        return all(
            isinstance(name, str) and _same_shape(element, pattern)
            for name, element in value.items()
        )
    return True


def _shape(default: object) -> str:
    """How a value must be built, in words."""
    if isinstance(default, list):
        return f"a list of {len(default)}, such as {default}"
    if isinstance(default, dict):
        return f"names, each with {_shape(next(iter(default.values()), ''))}"
    quotes = " in quotation marks" if isinstance(default, str) else ""
    return f"a {type(default).__name__}{quotes}"


def parameter_faults() -> list[str]:
    """Collect the faults of every parameter file, and files without a notebook."""
    lines = line_names()
    faults = [
        f"notebooks/params/{path.name}: no notebook {path.stem}.ipynb; rename or remove it"
        for path in sorted(parameters_folder().glob("*"))
        if path.suffix != ".yml" or path.stem not in lines
    ]
    record = record_values()
    for line in lines:
        faults += _faults_of(line, record)
    return faults
