"""Parameter files: only declared names, of the declared type, and nothing clever."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import yaml

from skytally.claims import LEAST_PRIOR, MOST_PRIOR
from skytally.core import (
    DataError,
    is_day,
    kind_words,
    look_alike_words,
    original_of,
    plain_spelling,
    scan_text,
    visible_paths,
    written,
)
from skytally.press.allowed_parameter_values import is_month
from skytally.press.parameter_days_order_and_row_id_checks import (
    RecordValues,
    record_values,
    value_faults,
)
from skytally.press.project_paths import line_names, parameters_folder
from skytally.press.strict_notebook_reader import file_name, read_notebook, scan_notebook
from skytally.press.strict_yaml_reader import YamlPlace, read_yaml

LARGEST_BYTES = 16_384
BOOK, PRIOR = "book", "prior"
"""File of the parameters that no notebook has, and the one that there is."""
OUT = "out"
"""The one parameter the press itself sets: the folder of the results."""
BASES = (("0x", 16), ("0o", 8), ("0b", 2))
"""Beginning of a number to another base, and that base."""
PLAIN_NUMBER = re.compile(r"(?P<zeros>0*)(?P<least>(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)", re.ASCII)
LITERAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
SIXTIETHS = re.compile(r"[0-9]+(?::[0-9]+)+(?:\.[0-9]*)?", re.ASCII)
"""What YAML 1.1 takes for hours, minutes and seconds in one number."""


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


def _read_file(line: str) -> tuple[dict[str, object], dict[str, YamlPlace]]:
    """Values of a line's parameter file, and where each of them stands.

    Raises
    ------
    ValueError
        As `parameter_values`.
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
        return {}, {}
    if path.stat().st_size > LARGEST_BYTES:
        message = (
            f"{where}: {path.stat().st_size} bytes, at most {LARGEST_BYTES} allowed; shorten it"
        )
        raise ValueError(message)
    text, faults = scan_text(path, name=where)
    if faults:
        raise ValueError("\n".join(map(str, faults)))
    return read_yaml(where, text)


def parameter_values(line: str) -> dict[str, object]:
    """Read a line's parameter file; an absent or empty file gives no parameters.

    Raises
    ------
    ValueError
        If the file is too large, no plain mapping, or YAML with aliases or repeated names.
    """
    return _read_file(line)[0]


def parameter_place(line: str, name: str) -> str:
    """File and line where a parameter file gives a parameter its value."""
    return f"notebooks/params/{line}.yml, line {_read_file(line)[1][name].line}"


def _misfit(value: object, default: object, node: yaml.Node) -> tuple[object, object, yaml.Node]:
    """First part of a value that is not built as that of its default, which it returns, too."""
    parts: Iterable[tuple[object, object, yaml.Node]] = ()
    if isinstance(value, list) and isinstance(default, list) and len(value) == len(default):
        parts = zip(value, default, node.value, strict=True)
    elif isinstance(value, dict) and isinstance(default, dict):
        pattern = next(iter(default.values()), "")
        pairs = zip(value.items(), node.value, strict=True)
        parts = [
            (part, pattern, of_part) if isinstance(name, str) else (name, "", of_name)
            for (name, part), (of_name, of_part) in pairs
        ]
    return next(
        (_misfit(*part) for part in parts if not same_shape(*part[:2])), (value, default, node)
    )


def _form_fault(file: str, name: str, value: object, default: object, place: YamlPlace) -> str:
    """Fault of a value that is not built as its default is: where, what, and what to write."""
    part, wanted, node = _misfit(value, default, place.node)
    shown, advice = place.written(node), f"write {shape_words(wanted)}"
    found = f"{shown}, {kind_words(part)}" if shown and part is not None else shown or "nothing"
    if isinstance(part, date) and isinstance(wanted, str):
        advice = f'write the day in quotation marks, "{part:%Y-%m-%d}"'
    elif isinstance(part, str) and type(wanted) in (int, float) and LITERAL.fullmatch(part):
        advice = f"write {part} without quotation marks"
    elif part is None:
        advice += ", or remove the line"
    return f"{file}, line {node.start_mark.line + 1}: {name}: found {found}; {advice}"


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
    file = f"notebooks/params/{BOOK}.yml"
    try:
        values, places = ({}, {}) if BOOK in line_names() else _read_file(BOOK)
    except ValueError as error:
        yield str(error)
        return
    faulty = dict(_form_faults(file, values, {PRIOR: 0.5}, places))
    yield from faulty.values()
    prior = book_prior()
    # those of the ends are priors of the book already, which its pages name
    if PRIOR not in faulty and prior is not None and not LEAST_PRIOR < prior < MOST_PRIOR:
        allowed = f"more than {LEAST_PRIOR:g} and less than {MOST_PRIOR:g}"
        where = f"{file}, line {places[PRIOR].line}"
        yield f"{where}: {PRIOR}: found {prior:g}; allowed is {allowed}"


def _form_faults(
    file: str,
    values: Mapping[str, object],
    names: Mapping[str, object],
    places: Mapping[str, YamlPlace],
) -> Iterator[tuple[str, str]]:
    """Faults of names and types, each with the name it is about."""
    for name, value in values.items():
        where = f"{file}, line {places[name].line}"
        if name == OUT or name not in names:
            known = ", ".join(sorted(set(names) - {OUT}))
            found = f"found the name {written(name)}; declared are {known}; correct or remove it"
            yield name, f"{where}: {found}"
        elif (odd := _odd_number(value, names[name]))[0]:
            number, form, advice = odd
            yield name, f"{where}: {name}: found {number[:80]}, {form}; {advice}"
        elif not same_shape(value, names[name]):
            yield name, _form_fault(file, name, value, names[name], places[name])


def _faults_of(line: str, record: RecordValues) -> Iterator[str]:
    file, notebook = f"notebooks/params/{line}.yml", file_name(line)
    _, broken = scan_notebook(line)
    if broken:
        yield from broken
        return
    try:
        defaults, (values, places) = declared_parameters(line), _read_file(line)
    except ValueError as error:
        yield str(error)
        return
    if OUT not in defaults:
        yield f'{notebook}: found no {OUT} in the parameters cell; add {OUT} = "../{line}"'
    faulty = dict(_form_faults(file, values, defaults, places))
    yield from faulty.values()
    sound = {name: value for name, value in values.items() if name not in faulty}
    for name, fault in value_faults(line, {**defaults, **sound}, defaults, record):
        where = f"{file}, line {places[name].line}" if name in sound else notebook
        yield f"{where}: {name}: {fault}"


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
    """How a value must be built, in words, with an example.

    Examples
    --------
    >>> shape_words("2023-10-01"), shape_words(4)
    ('a day in quotation marks, such as "2023-10-01"', 'a whole number without quotation marks, \
such as 4')
    """
    if isinstance(default, dict):
        return f"names, each with {shape_words(next(iter(default.values()), ''))}"
    such = f"such as {written(default)}" if default not in ("", None) else ""
    if isinstance(default, bool):
        what = "true or false without quotation marks"
    elif isinstance(default, list):
        what = kind_words(default)
    elif isinstance(default, int | float):
        what = f"a {'whole ' * isinstance(default, int)}number without quotation marks"
    elif isinstance(default, str) and (is_day(default) or is_month(default)):
        what = f"a {'day' if is_day(default) else 'month'} in quotation marks"
    else:
        what = "text in quotation marks"
    return ", ".join(filter(None, (what, such)))


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
