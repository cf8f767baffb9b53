"""Files of the project that the code of a notebook names, which a library may open unseen."""

from __future__ import annotations

import re

from skytally.core import name_in_log, project_root
from skytally.press.project_paths import notebooks_folder
from skytally.press.strict_notebook_reader import read_notebook

QUOTED = re.compile(r"""(["'])((?:(?!\1)[^\\\n]){3,250})\1""")
"""Short text in quotation marks on one line."""


def files_named_in_cells(line: str) -> set[str]:
    """Lines of the log of reads for the files that the code of a notebook names.

    Parameters
    ----------
    line : str
        Name of the notebook.

    Returns
    -------
    set of str
        A path counts from the folder of the notebook or from that of the project, if there is
        such a file.
    """
    named = {
        text
        for cell in read_notebook(line)["cells"]
        if cell["cell_type"] == "code"
        for _, text in QUOTED.findall(cell["source"])
    }
    found = {
        str(folder / text)
        for text in named
        for folder in (notebooks_folder(), project_root())
        if (folder / text).is_file()
    }
    return {*map(name_in_log, found)} - {""}
