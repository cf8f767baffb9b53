"""Directives of the page on rerunning: what a rerun needs, and what the examples should print."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
from sphinx.application import Sphinx

from skytally.core import DataError, data_registry, project_root, read_table
from skytally.findings import Finding, evaluation_of, one_finding
from skytally.press.declared_finding_checks_with_parameters import (
    declared_findings,
    page_parameters,
)
from skytally.press.project_paths import lines_folder
from skytally.press.sphinx_ext.cached_record_and_findings import findings, record_tables, table
from skytally.press.sphinx_ext.html_blocks import Block, cell, rounded, small_table
from skytally.press.table_and_project_zips import PROJECT_ZIP, TABLES_ZIP, megabytes
from skytally.record import WholeRecord
from skytally.statistics import load_of_containers

SETTING = re.compile(r"(?P<name>[a-z_]+): (?P<value>\d+)")
"""Line of a parameter file that gives a whole number."""
LOAD = "load-of-containers"
"""Estimate whose products the second exercise computes."""


def share_sentence(key: str) -> str:
    """Sentence of a finding of the kind *share*, with its share to two digits of a percent.

    Parameters
    ----------
    key : str
        A share of one row in one other row, as the lines on *Rerun* compute it.

    Raises
    ------
    DataError
        If no such finding is declared, or it is made of more rows.
    """
    page = key.partition(".")[0].replace("-", "_")
    declared = read_table(data_registry.path(f"findings_{page}")).set_index("key")
    if key not in declared.index or declared["kind"][key] != "share":
        message = f"share-again: {key} is no share; name a finding of that kind"
        raise DataError(message)
    made = declared.loc[key]
    values = table(made["table"]).set_index("id")["value"]
    missing = [each for each in (made["rows"], made["of"]) if each not in values.index]
    if missing:
        message = f"share-again: {key}: no single row {', '.join(missing)}; name another finding"
        raise DataError(message)
    share = 100 * float(values[made["rows"]]) / float(values[made["of"]])
    return str(made["sentence"]).format(number=f"{share:.2f} percent")


def load_lines(key: str) -> list[str]:
    """Products of containers and shells, without and with the tenth that the book allows.

    Parameters
    ----------
    key : str
        A finding by the estimate *load-of-containers*.

    Raises
    ------
    DataError
        If no such finding is declared.
    """
    page = key.partition(".")[0]
    declared = read_table(data_registry.path(f"findings_{page.replace('-', '_')}")).set_index("key")
    if key not in declared.index or declared["estimate"][key] != LOAD:
        message = f"load-again: {key} is no load of containers; name a finding of that estimate"
        raise DataError(message)
    made = declared.loc[key]
    rows = table(made["table"])
    row = rows[rows["id"] == made["rows"]]
    name = made["arguments"].partition("=$")[2]
    shells = page_parameters()[page][name]
    lines = []
    for tenths, bound in enumerate(("exactly", "about")):
        found = load_of_containers(row.assign(bound=bound), shells=shells)
        lines.append(f"tenths either way: {tenths}; {found.low:,.0f} to {found.high:,.0f} shells")
    return lines


def chart_line(name: str) -> str:
    """Line that the exercise with the file under a chart prints.

    Parameters
    ----------
    name : str
        ``<page>.<chart>``, the stem of the file.

    Raises
    ------
    DataError
        If the page has no such file.
    """
    path = lines_folder() / name.partition(".")[0] / "data" / f"{name}.csv"
    if not path.is_file():
        message = f"chart-again: no file {path.name} under a chart; name one of a notebook"
        raise DataError(message)
    rows = pd.read_csv(path)
    number = rows["low"].notna()
    return (
        f"{number.sum()} rows with a number, {(~number).sum()} without; "
        f"highest {rows['value'].max():,.0f}"
    )


def finding_with(key: str, name: str, value: int) -> Finding:
    """Evaluate a declared finding with another value of one parameter of its page.

    Parameters
    ----------
    key : str
        Key of the finding, which begins with its page.
    name : str
        Parameter of that page.
    value : int

    Raises
    ------
    DataError
        If the page has no such parameter, or the finding cannot be evaluated with it.
    """
    page = key.partition(".")[0]
    parameters = page_parameters()
    if name not in parameters.get(page, {}):
        message = f"setting: {page} has no parameter {name}; name one of its first cell"
        raise DataError(message)
    parameters[page][name] = value
    evaluation = evaluation_of(
        declared_findings()[0], WholeRecord(record_tables()), parameters=parameters
    )
    if key not in evaluation.declarations:
        message = f"setting: no finding {key} is declared; correct the key"
        raise DataError(message)
    found = one_finding(evaluation.declarations[key], evaluation)
    if isinstance(found, str):
        raise DataError(found)
    return found


def _size(path: Path) -> str:
    """Size of a file and a comma; empty for one that is made after the pages."""
    return f"{megabytes(path)}, " if path.is_file() else ""


class ShareAgain(Block):
    """Print what the lines that compute a share again should print."""

    required_arguments = 1

    def html(self) -> str:
        """Return the line as the terminal shows it."""
        return f"<pre>{cell(share_sentence(self.arguments[0]))}</pre>"


class LoadAgain(Block):
    """Print what the lines that multiply containers by shells should print."""

    required_arguments = 1

    def html(self) -> str:
        """Return the lines as the terminal shows them."""
        return f"<pre>{cell(chr(10).join(load_lines(self.arguments[0])))}</pre>"


class ChartAgain(Block):
    """Print what the lines that draw a chart again should print."""

    required_arguments = 1

    def html(self) -> str:
        """Return the line as the terminal shows it."""
        return f"<pre>{cell(chart_line(self.arguments[0]))}</pre>"


class SettingExample(Block):
    """Show findings as they are and as they are with another value of a parameter."""

    has_content = True

    def html(self) -> str:
        """Return a table; the first line of the content is the setting, the others are keys.

        Raises
        ------
        DataError
            If the first line is no setting of a whole number, or a key is unknown.
        """
        setting, *keys = self.content
        match = SETTING.fullmatch(setting)
        if not match or not keys:
            message = f"setting-example: found {setting!r}; write name: number, then keys"
            raise DataError(message)
        known = findings(self.app)
        if unknown := [key for key in keys if key not in known]:
            message = f"setting-example: no finding {', '.join(unknown)}; correct the key"
            raise DataError(message)
        value = int(match["value"])
        rows = [
            [key, known[key]["said"], finding_with(key, match["name"], value).said] for key in keys
        ]
        caption = f"What the example should print: as this book has it, and with {setting}"
        heads = ["finding", "in this book", f"with {setting}"]
        return small_table(caption, heads, rows, empty="")


class RerunNeeds(Block):
    """List what a rerun of the whole book needs: downloads, Python, disk and time."""

    def html(self) -> str:
        """Return the list; what was never measured is left out."""
        stage = Path(self.app.srcdir)
        about = tomllib.loads((project_root() / "pyproject.toml").read_text(encoding="utf-8"))
        downloads = " and ".join(
            f'<a href="{name}" download>{name}</a> ({_size(stage / name)}{words})'
            for name, words in (
                (PROJECT_ZIP, "the project, with which the book is rerun"),
                (TABLES_ZIP, "all tables, with which numbers are checked by hand"),
            )
            if name == TABLES_ZIP or (stage / name).is_file()
        )
        measured = read_table(data_registry.path("rerun_cost"))
        items = [
            f"<li>Download: {downloads}.</li>",
            f"<li>Python {cell(about['project']['requires-python'].replace('>=', ''))} or newer "
            "with <code>venv</code>, GNU make, and a network for the first installation.</li>",
            *(
                f"<li>{cell(row['metric'][:1].upper() + row['metric'][1:])}: "
                f"{cell(rounded(row['value']))} {cell(row['unit'])} ({cell(row['note'])}; measured "
                f"on {row['date']:%Y-%m-%d}).</li>"
                for row in measured.to_dict("records")
            ),
        ]
        return f"<ul>{''.join(items)}</ul>"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("share-again", ShareAgain)
    app.add_directive("load-again", LoadAgain)
    app.add_directive("chart-again", ChartAgain)
    app.add_directive("setting-example", SettingExample)
    app.add_directive("rerun-needs", RerunNeeds)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
