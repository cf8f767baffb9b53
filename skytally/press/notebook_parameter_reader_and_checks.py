"""Parameter files: only declared names, of the declared type, and nothing clever."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from datetime import date

import yaml

from skytally.claims import LEAST_PRIOR, MOST_PRIOR
from skytally.core import (
    DataError,
    look_alike_words,
    original_of,
    plain_spelling,
    scan_text,
    visible_paths,
)
from skytally.press.parameter_value_validation import RecordValues, record_values, value_faults
from skytally.press.project_paths import line_names, parameters_folder
from skytally.press.strict_notebook_reader import file_name, read_notebook, scan_notebook

LARGEST_BYTES = 16_384
BOOK, PRIOR = "book", "prior"
"""File of the parameters that no notebook has, and the one that there is."""
OUT = "out"
"""The one parameter the press itself sets: the folder of the results."""
AGAIN = "a second time"
BASES = (("0x", 16), ("0o", 8), ("0b", 2))
"""Beginning of a number to another base, and that base."""
PLAIN_NUMBER = re.compile(r"(?P<zeros>0*)(?P<least>(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)", re.ASCII)
LITERAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
SIXTIETHS = re.compile(r"[0-9]+(?::[0-9]+)+(?:\.[0-9]*)?", re.ASCII)
"""What YAML 1.1 takes for hours, minutes and seconds in one number."""


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
        seen: list[object] = []
        for key, _ in node.value:
            if key.value in seen:
                message = f"the name {key.value!r} {AGAIN}"
                raise yaml.constructor.ConstructorError(None, None, message, key.start_mark)
            seen.append(key.value)
        return super().construct_mapping(node, deep)


def _day(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
    """Day or moment that a text without quotation marks stands for."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        message = f"{node.value}, which is no day of the calendar,"
        raise yaml.constructor.ConstructorError(None, None, message, node.start_mark) from error


_PlainLoader.add_constructor("tag:yaml.org,2002:timestamp", _day)
BOOL, INT, FLOAT = (f"tag:yaml.org,2002:{kind}" for kind in ("bool", "int", "float"))
_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if tag not in (BOOL, INT, FLOAT)]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
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


def _statements(where: str, source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        number = getattr(error, "lineno", None) or 1
        written = (source.splitlines() or [""])[min(number, source.count("\n") + 1) - 1].strip()
        advice = "it may hold only name = literal; put magics and commands into a cell of their own"
        message = f"{where}: found {written[:80]!r} on line {number}, which is no Python; {advice}"
        raise DataError(message) from error


def _declared(where: str, statement: ast.stmt, source: str) -> tuple[str, object]:
    """Name and value of one assignment of the parameters cell."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            pass
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            pass
        case _:
            written = ast.get_source_segment(source, statement) or ""
            message = (
                f"{where}: found {written.splitlines()[0][:80]!r} on line {statement.lineno}; the "
                "parameters cell may hold only name = literal, the rest goes into another cell"
            )
            raise DataError(message)
    try:
        found = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        written = (ast.get_source_segment(source, value) or "")[:80]
        message = (
            f"{where}: {name}: found {written!r} on line {statement.lineno}, which is computed; "
            "write its value out, as name = literal"
        )
        raise DataError(message) from error
    if isinstance(found, tuple):
        written = (ast.get_source_segment(source, value) or "")[:80]
        message = (
            f"{where}: {name}: found {written!r} on line {statement.lineno}, whose commas make it "
            "several values; remove the comma, or write a list in [ ]"
        )
        raise DataError(message)
    return name, found


def _tagged_wrongly(line: str, numbers: list[int]) -> str:
    """Sentence on a notebook of which not exactly one code cell is tagged parameters."""
    name = file_name(line)
    if numbers:
        where = " and ".join(map(str, numbers))
        return f"{name}: {len(numbers)} cells tagged parameters, {where}; tag exactly one"
    for number, cell in enumerate(read_notebook(line)["cells"], start=1):
        for tag in cell["metadata"].get("tags", []):
            found, kind = f"{name}, cell {number}: found", cell["cell_type"]
            if tag == "parameters":
                return f"{found} parameters in a {kind} cell; make it a code cell"
            if tag.strip().casefold() in ("parameters", "parameter"):
                return f"{found} the tag {tag!r}; write it as parameters"
    return f"{name}: 0 cells tagged parameters; tag exactly one"


def declared_parameters(line: str) -> dict[str, object]:
    """Read the names and default values of a notebook's parameters cell.

    Raises
    ------
    DataError
        If the notebook cannot be read, there is not exactly one cell tagged ``parameters``, or
        it holds anything but ``name = literal``, each name once.
    """
    cells = [
        (number, cell["source"])
        for number, cell in enumerate(read_notebook(line)["cells"], start=1)
        if cell["cell_type"] == "code" and "parameters" in cell["metadata"].get("tags", [])
    ]
    if len(cells) != 1:
        raise DataError(_tagged_wrongly(line, [number for number, _ in cells]))
    number, source = cells[0]
    where = f"{file_name(line)}, cell {number} (parameters)"
    found: dict[str, object] = {}
    for statement in _statements(where, source):
        name, value = _declared(where, statement, source)
        if name in found:
            message = f"{where}: found {name} twice, again on line {statement.lineno}; keep one"
            raise DataError(message)
        found[name] = value
    return found


def _yaml_words(error: Exception) -> str:
    """Fault of broken YAML as its parser names it, with its line."""
    mark = getattr(error, "problem_mark", None)
    if not isinstance(error, yaml.MarkedYAMLError) or mark is None:
        return " ".join(str(error).split())[:300]
    words = " ".join(filter(None, (error.context, error.problem)))
    if "another document" in words:
        words = "a second document, which '---' begins,"
    return f"{words} on line {mark.line + 1}"


def parameter_values(line: str) -> dict[str, object]:
    """Read a line's parameter file; an absent or empty file gives no parameters.

    Raises
    ------
    ValueError
        If the file is too large, no plain mapping, or YAML with aliases or repeated names.
    """
    path = parameters_folder() / f"{line}.yml"
    where = f"notebooks/params/{line}.yml"
    if path.is_dir():
        # a container makes a folder where the file to be mounted is missing
        message = f"{where}: found a folder; put the parameter file in its place, or remove it"
        raise ValueError(message)
    if path.is_symlink() and not path.exists():
        message = f"{where}: found a link to no file; restore the file, or remove the link"
        raise ValueError(message)
    if not path.exists() or not path.read_bytes().strip():
        return {}
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
        words = _yaml_words(error)
        advice = "keep one of the two" if AGAIN in words else "write plain name: value lines"
        if "calendar" in words:
            advice = "write a day that exists, in quotation marks"
        message = f"{where}: found {words}; {advice}"
        raise ValueError(message) from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        message = f"{where}: found a {type(content).__name__}; write plain name: value lines"
        raise ValueError(message)
    return content


def book_parameters() -> dict[str, object]:
    """Read the parameters of the whole book, which no notebook has; none without their file.

    Raises
    ------
    ValueError
        As `parameter_values`.
    """
    # a notebook of that name keeps the file for itself
    return {} if BOOK in line_names() else parameter_values(BOOK)


def book_prior() -> float | None:
    """Prior of the rival explanations that the file of the book sets; None where it sets none."""
    prior = book_parameters().get(PRIOR)
    return float(prior) if isinstance(prior, int | float) else None


def _book_faults() -> Iterator[str]:
    """Faults of the parameter file of the book."""
    where = f"notebooks/params/{BOOK}.yml"
    try:
        values = book_parameters()
    except ValueError as error:
        yield str(error)
        return
    faulty = dict(_form_faults(where, values, {PRIOR: 0.5}))
    yield from faulty.values()
    prior = book_prior()
    # those of the ends are priors of the book already, which its pages name
    if PRIOR not in faulty and prior is not None and not LEAST_PRIOR < prior < MOST_PRIOR:
        allowed = f"more than {LEAST_PRIOR:g} and less than {MOST_PRIOR:g}"
        yield f"{where}: {PRIOR}: found {prior:g}; allowed is {allowed}"


def _form_faults(
    where: str, values: dict[str, object], names: dict[str, object]
) -> Iterator[tuple[str, str]]:
    """Faults of names and types, each with the name it is about."""
    for name, value in values.items():
        if name == OUT or name not in names:
            known = ", ".join(sorted(set(names) - {OUT}))
            found = f"found the name {name!r}; declared are {known}; correct or remove it"
            yield name, f"{where}: {found}"
        elif (odd := _odd_number(value, names[name]))[0]:
            number, form, advice = odd
            yield name, f"{where}: {name}: found {number[:80]}, {form}; {advice}"
        elif not same_shape(value, names[name]):
            found = f"found {repr(value)[:80]} of type {type(value).__name__}"
            if isinstance(value, list) and (day := next(filter(_is_date, value), None)):
                found = f"found {day} in the list without quotation marks"
            yield name, f"{where}: {name}: {found}; write {shape_words(names[name])}"


def _is_date(value: object) -> bool:
    return isinstance(value, date)


def _faults_of(line: str, record: RecordValues) -> Iterator[str]:
    file, notebook = f"notebooks/params/{line}.yml", file_name(line)
    _, broken = scan_notebook(line)
    if broken:
        yield from broken
        return
    try:
        defaults, values = declared_parameters(line), parameter_values(line)
    except ValueError as error:
        yield str(error)
        return
    if OUT not in defaults:
        yield f'{notebook}: found no {OUT} in the parameters cell; add {OUT} = "../{line}"'
    faulty = dict(_form_faults(file, values, defaults))
    yield from faulty.values()
    sound = {name: value for name, value in values.items() if name not in faulty}
    for name, fault in value_faults(line, {**defaults, **sound}, defaults, record):
        yield f"{file if name in sound else notebook}: {name}: {fault}"


def _number_as_written(text: str) -> tuple[str, str]:
    """Form of a number that YAML 1.1 and 1.2 read otherwise, and what to write; else empty."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text.removeprefix("+"))
    plain = digits.replace("_", "")
    for prefix, base in BASES:
        if plain[:2].lower() == prefix and (whole := _whole(plain[2:], base)) is not None:
            return f"a number to base {base}", f"write {sign}{whole}"
    if digits != plain and (number := PLAIN_NUMBER.fullmatch(plain)):
        return "a number with _ between its digits", f"write {sign}{number['least']}"
    number = PLAIN_NUMBER.fullmatch(plain)
    if number and number["zeros"]:
        least, octal = f"{sign}{number['least']}", _whole(plain, 8)
        other = ""
        if octal is not None and octal != int(plain):
            other = f", or {sign}{octal} where base 8 is meant"
        return "a number that begins with 0", f"write {least}{other}"
    if SIXTIETHS.fullmatch(digits):
        return "numbers with : between them", "write one plain number"
    alike = look_alike_words(text)
    if alike and LITERAL.fullmatch(spelled := plain_spelling(text)):
        return f"a sign that is none of the keyboard ({alike})", f"write {spelled}"
    return "", ""


def _whole(digits: str, base: int) -> int | None:
    try:
        return int(digits, base)
    except ValueError:
        return None


def _odd_number(value: object, default: object) -> tuple[str, str, str]:
    """First text in a value where a number is wanted: itself, its form, what to write."""
    if isinstance(value, str) and type(default) in (int, float):
        form, advice = _number_as_written(value)
        return (value, form, advice) if form else ("", "", "")
    pairs: Iterable[tuple[object, object]] = ()
    if isinstance(value, list) and isinstance(default, list):
        pairs = zip(value, default, strict=False)
    elif isinstance(value, dict) and isinstance(default, dict) and default:
        pattern = next(iter(default.values()))
        pairs = ((part, pattern) for part in value.values())
    return next((odd for pair in pairs if (odd := _odd_number(*pair))[0]), ("", "", ""))


def same_shape(value: object, default: object) -> bool:
    """Whether a value is built as its default is, down to the last element."""
    if isinstance(default, float) and type(value) is int:
        return True
    if type(value) is not type(default):
        return False
    if isinstance(value, list) and isinstance(default, list):
        return len(value) == len(default) and all(map(same_shape, value, default))
    if isinstance(value, dict) and isinstance(default, dict):
        pattern = next(iter(default.values()), "")
        return all(
            isinstance(name, str) and same_shape(element, pattern)
            for name, element in value.items()
        )
    return True


def shape_words(default: object) -> str:
    """How a value must be built, in words."""
    if isinstance(default, list):
        return f"a list of {len(default)}, such as {default}"
    if isinstance(default, dict):
        return f"names, each with {shape_words(next(iter(default.values()), ''))}"
    quotes = " in quotation marks" if isinstance(default, str) else ""
    if type(default) in (int, float):
        whole = "whole " if isinstance(default, int) else ""
        return f"a {whole}number without quotation marks, such as {default}"
    return f"a {type(default).__name__}{quotes}"


def _stray_files() -> Iterator[str]:
    """Faults of files that no notebook reads, and what each was perhaps meant to be."""
    lines = line_names()
    for path in visible_paths(parameters_folder(), "*"):
        where = f"notebooks/params/{path.name}"
        stem = path.stem.removesuffix(".yml")
        if path.suffix == ".yml" and path.stem in (*lines, BOOK):
            continue  # read, or refused, with its line
        if stem in lines:
            yield f"{where}: found the ending {path.suffix}, which is not read; name it {stem}.yml"
        elif original := original_of(path):
            yield f"{where}: found a copy of {original}, which is not read; remove one of the two"
        else:
            yield f"{where}: no notebook {path.stem}.ipynb; rename or remove it"


def faults_of_lines() -> dict[str, list[str]]:
    """Collect the faults of each line's notebook and parameter file, where there are any."""
    record = record_values()
    found = {line: list(_faults_of(line, record)) for line in line_names()}
    return {line: faults for line, faults in found.items() if faults}


def parameter_faults() -> list[str]:
    """Collect the faults of all notebooks and parameter files, and files without a notebook."""
    return [
        *_stray_files(),
        *_book_faults(),
        *(fault for each in faults_of_lines().values() for fault in each),
    ]
