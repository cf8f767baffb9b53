"""Notebooks as other tools save them: read rightly, or refused with file and cell."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.press.notebook_parameter_reader_and_checks import declared_parameters
from skytally.press.strict_notebook_reader import read_notebook, scan_notebook, with_pictures
from tests.support.made_up_notebooks import PARAMETERS, PNG, TITLE, code, markdown, notebook

Write = Callable[[str | bytes | dict[str, Any]], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes the one notebook of a project."""
    for name in ("notebooks", "data"):
        (tmp_path / name).mkdir()
    (tmp_path / "data/registry.toml").touch()
    monkeypatch.delenv("SKYTALLY_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)

    def write_file(content: str | bytes | dict[str, Any]) -> None:
        text = json.dumps(content) if isinstance(content, dict) else content
        raw = text.encode() if isinstance(text, str) else text
        (tmp_path / "notebooks/rail.ipynb").write_bytes(raw)

    return write_file


OLD_FORM = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {"name": ""},
    "worksheets": [
        {
            "metadata": {},
            "cells": [
                {"cell_type": "heading", "level": 1, "source": "Title", "metadata": {}},
                {
                    "cell_type": "code",
                    "language": "python",
                    "input": "first = 1",
                    "metadata": {"tags": ["parameters"]},
                    "outputs": [{"output_type": "pyout", "prompt_number": 1, "text": ["1"]}],
                    "collapsed": False,
                },
            ],
        }
    ],
}
COLAB = {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
VSCODE = {
    "kernelspec": {"display_name": ".venv (3.11.7)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
JUPYTEXT = {"jupytext": {"formats": "ipynb,py:percent"}, "kernelspec": {"name": "conda-env-x"}}


@pytest.mark.parametrize(
    "content",
    [
        notebook(),
        notebook(metadata={}),
        notebook(metadata=COLAB, nbformat_minor=0),
        notebook(metadata=VSCODE),
        notebook(metadata=JUPYTEXT, nbformat_minor=4),
        notebook(nbformat_minor=9),
        notebook(code("x = 1", id="same"), code("x = 2", id="same")),
        notebook({**code("x = 1"), "id": "of other letters: é"}),
        notebook({**code("x = 1"), "metadata": None}),
        notebook({**code("x = 1"), "source": ["x ", "= 1"]}),
        "\ufeff" + json.dumps(notebook()),
        json.dumps(notebook(), indent=1).replace("\n", "\r\n"),
        {**notebook(), "cells": [TITLE, {**PARAMETERS, "metadata": {"tags": "parameters"}}]},
        {**notebook(), "cells": [TITLE, {**PARAMETERS, "source": "first: int = 1"}]},
        OLD_FORM,
    ],
    ids=[
        *("plain", "no kernel", "colab", "vs code", "jupytext", "newer minor", "ids twice"),
        *("strange id", "no metadata", "lines", "byte-order mark", "crlf", "tag as word"),
        *("typed parameter", "format 3"),
    ],
)
def test_read_notebook_takes_what_other_tools_save(
    write: Write, content: str | dict[str, Any]
) -> None:
    """Whoever saved it, its cells are read, with ids of their own and this press's kernel."""
    write(content)
    read = read_notebook("rail")
    assert declared_parameters("rail") == {"first": 1}
    ids = [cell["id"] for cell in read["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(isinstance(cell["source"], str) for cell in read["cells"])
    assert not any(cell.get("outputs") for cell in read["cells"])
    assert read["metadata"]["kernelspec"]["language"] == "python"


CONFLICT = "{\n<<<<<<< HEAD\n 'a': 1\n=======\n 'a': 2\n>>>>>>> other\n}"


MARKS = [
    ("=======", "======="),
    ("======= \r", "======="),
    ("<<<<<<< ours", "<<<<<<< ours"),
    (">>>>>>> theirs", ">>>>>>> theirs"),
    ("||||||| 3f2a9c1", "||||||| 3f2a9c1"),
    ("<span>**=======**</span>", "<span>**=======**</span>"),
]
"""Lines that a merge leaves in the text of a cell, and how the message has them."""
COMMANDS = [
    ("!pip install -q made-up", "'!pip install -q made-up', which installs packages; remove it"),
    ("%pip install made-up", "'%pip install made-up', which installs packages; remove it"),
    ("%%capture\n!apt-get -qq install gdal", "'!apt-get -qq install gdal', which installs"),
    ("x = 1\nfiles = !ls", "'files = !ls', a command of the system, which fails without ending"),
    ("%cd /content/drive/MyDrive", "'%cd /content/drive/MyDrive', which changes the folder"),
    ("%time !ls", "'!ls', a command of the system, which fails without ending"),
    ("%%time\n\n%cd ..", "'%cd ..', which changes the folder, so that the results would go"),
    ("import os\nos.chdir('..')", "\"os.chdir('..')\", which changes the folder"),
]
"""Code of notebooks of other services, and how its fault begins."""


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", ": found an empty file; restore the file"),
        (b"\xff\xfe{\x00", ", line 1: found UTF-16 text"),
        (b'{"cells": "\xe9"}', ", line 1: found byte 0xe9, which is not UTF-8"),
        ("<html>", ": found XML or HTML, such as KML of Google Earth or the page of a login; save"),
        ("version https://git-lfs.github.com/spec/v1\noid", ": found a pointer of Git LFS in pla"),
        (
            notebook({**code("x = 1"), "metadata": {"tags": ["injected-parameters"]}}),
            ", cell 3: found values that papermill wrote over the parameters; remove the cell",
        ),
        (
            notebook(code('x = 1\nprint "seen"')),
            ", cell 3: found 'print \"seen\"' on line 2, which is no Python (",
        ),
        (notebook(code("def f():")), ", cell 3: found 'def f():' on line 1, which is no Python ("),
        (json.dumps(notebook())[:150], ": found broken JSON on line 1"),
        ("[" * 100_000, ": found JSON nested too deeply to be a notebook"),
        ("[]", ": found JSON that is no notebook"),
        ('{"nbformat": "4", "cells": []}', ": found JSON that is no notebook"),
        (CONFLICT, ": found a merge conflict, '<<<<<<< HEAD' on line 2; keep one"),
        (notebook(nbformat=5), ": found format 5, which is newer than this press; save it in"),
        ({"nbformat": 3, "worksheets": 7}, ": found a notebook of format 3 that cannot be"),
        ('{"nbformat": 4, "cells": [], "cells": []}', ": found the key 'cells' twice; keep one"),
        (f'{{"nbformat": {"4" * 5000}}}', ": found JSON with a number of thousands of digits; res"),
        ({"nbformat": 4, "cells": None}, ": found a notebook without cells"),
        (
            notebook(metadata={"kernelspec": {"name": "ir", "language": "R"}}),
            ": found a notebook of R; the press runs Python only",
        ),
        (notebook(markdown("<<<<<<< HEAD\na")), ", cell 3: found a merge conflict"),
        (
            notebook(markdown('<span style="color:red">**<<<<<<< local**</span>\na')),
            ", cell 3: found a merge conflict",
        ),
        *(
            (
                notebook(markdown(f"One version.\n{mark}\nThe other.")),
                f", cell 3: found a merge conflict, {shown!r} on line 2; keep one of the two",
            )
            for mark, shown in MARKS
        ),
        (notebook({**markdown("a\n=======\nb"), "cell_type": "raw"}), ", cell 3: found a merge co"),
        (
            notebook({**markdown("Words."), "cell_type": "raw"}),
            ", cell 3: found a raw cell, which no page prints; make it a Markdown or a code cell",
        ),
        (notebook(code("x = 1\n||||||| base")), ", cell 3: found a merge conflict, '||||||| base'"),
        (notebook(code("x\u202e = 1")), ", cell 3: found the invisible character U+202E"),
        *((notebook(code(source)), f", cell 3: found {expected}") for source, expected in COMMANDS),
        (notebook(7), ", cell 3: found 7, a whole number, in place of a cell"),
        (notebook({"cell_type": "sql", "source": ""}), ', cell 3: found the kind "sql"'),
        (notebook({"cell_type": "code", "source": None}), ", cell 3: found no text in the cell"),
        (
            notebook(markdown("![](attachment:image.png)")),
            ", cell 3: found a picture 'image.png' that is not in the cell; paste it again",
        ),
        (
            notebook(markdown("![](attachment:a.svg)", {"a.svg": {"image/svg+xml": "PHN2Zz4="}})),
            ", cell 3: found a picture 'a.svg' of kind 'image/svg+xml'; paste it as PNG or JPEG",
        ),
        (
            notebook(markdown("![](attachment:a.png)", {"a.png": {"image/png": "PHN2Zz4="}})),
            ", cell 3: found a picture 'a.png' whose bytes are no image/png",
        ),
    ],
)
def test_read_notebook_refuses_with_its_place(
    write: Write, content: str | bytes | dict[str, Any], expected: str
) -> None:
    """One sentence says which file and cell, what was found and what to do."""
    write(content)
    _, (fault,) = scan_notebook("rail")
    assert fault.startswith(f"notebooks/rail.ipynb{expected}")
    assert "; " in fault
    with pytest.raises(DataError, match="notebook rail: 1 fault"):
        read_notebook("rail")


@pytest.mark.parametrize(
    "source",
    [
        *("%matplotlib inline", "%%time\nx = 1", "s = (\n'!ls'\n)", "x = (7\n % 2)", "x = 5 %3"),
        'text = """Heading\n=======\n"""',
        *("len?", "await None", "", "# a comment", "x = 1 #@param {type: 'integer'}"),
    ],
)
def test_scan_notebook_takes_other_magics(write: Write, source: str) -> None:
    """Magics that raise where they fail, and signs of Python, are left to the run."""
    write(notebook(code(source)))
    assert scan_notebook("rail")[1] == []


def test_scan_notebook_lists_all_cells(write: Write) -> None:
    """Faults of several cells come together; lines of bars and of more signs are none."""
    sound = markdown("|||||||\n========\ntext\n-------\n ====== \n`=======`")
    write(notebook(code("a\u200b"), sound, markdown(">>>>>>> other")))
    _, faults = scan_notebook("rail")
    assert [fault.partition(":")[0] for fault in faults] == [
        "notebooks/rail.ipynb, cell 3",
        "notebooks/rail.ipynb, cell 5",
    ]


@pytest.mark.parametrize("name", ["image.png", "my pic (1).png", "снимок.png"])
@pytest.mark.parametrize("form", ["![p](attachment:{})", '<img alt="p" src="attachment:{}">'])
def test_with_pictures_puts_a_pasted_picture_into_the_text(
    write: Write, name: str, form: str
) -> None:
    """However its name is written, the picture stands where the page shows it."""
    text = form.format(name.replace(" ", "%20"))
    write(notebook(markdown(text, {name: {"image/png": PNG}})))
    cell = with_pictures(read_notebook("rail")["cells"][2])
    assert "attachment" not in str(cell)
    start, _, content = cell["source"].partition("data:image/png;base64,")
    assert start
    assert base64.b64decode(content.rstrip(')">')) == base64.b64decode(PNG)
