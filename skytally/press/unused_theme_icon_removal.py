"""Icons of the theme: of two thousand that its script holds, a site keeps those it names."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

ICONS = "_static/scripts/fontawesome.js"
MATHJAX = "_static/mathjax/tex-svg.js"
NAMED = re.compile(r"\bfa-([a-z0-9]+(?:-[a-z0-9]+)*)")
"""How pages and scripts name an icon, as a class."""
ICON = re.compile(
    r'"?(?P<name>[\w-]+)"?:\[\d+,\d+,\[(?P<aliases>[^\]]*)\],"[0-9a-f]+",(?:"[^"]*"|\[[^\]]*\])\],?'
)
"""An icon in the script: name, width, height, other names and signs, code, outline or outlines."""


def icons_named(texts: Iterable[str]) -> set[str]:
    """Names of the icons that pages or scripts use.

    Examples
    --------
    >>> sorted(icons_named(['<i class="fa-solid fa-arrow-up"></i>']))
    ['arrow-up', 'solid']
    """
    return {name for text in texts for name in NAMED.findall(text)}


def _names(icon: re.Match[str]) -> set[str]:
    """Names under which a script knows an icon."""
    return {icon["name"], *re.findall(r'"([^"]+)"', icon["aliases"])}


def without_other_icons(script: str, named: set[str]) -> str:
    """Script of the theme with the named icons alone.

    Parameters
    ----------
    script : str
        The script that draws the icons.
    named : set of str
        Names that pages use, of a style of icons too.

    Returns
    -------
    str
        The script; a form that is not known stays whole.
    """
    return ICON.sub(lambda icon: icon[0] if named & _names(icon) else "", script)


def leave_out_other_icons(pages: Path) -> None:
    """Cut the theme's icons down to those that pages and scripts of a site name.

    Parameters
    ----------
    pages : Path
        Folder of the printed pages. Those of the second engine have no theme, and no icons.
    """
    script = pages / ICONS
    if not script.is_file():
        return
    users = [*pages.rglob("*.html"), *(each for each in pages.rglob("*.js") if each != script)]
    named = icons_named(path.read_text(encoding="utf-8") for path in users)
    text = without_other_icons(script.read_text(encoding="utf-8"), named)
    script.write_text(text, encoding="utf-8", newline="\n")


def bring_scripts_of_page(page: str, printed: Path, shown: Path, site: Path) -> None:
    """Bring a page that is printed by itself the shared scripts that no page needed before.

    Parameters
    ----------
    page : str
        The printed page.
    printed : Path
        Folder in which it was printed, with the shared files as the theme has them.
    shown : Path
        Folder that takes it: what lies there is shown before what lies in the site.
    site : Path
        Folder of the last whole print.
    """
    if MATHJAX in page and not any((folder / MATHJAX).is_file() for folder in (shown, site)):
        (shown / MATHJAX).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(printed / MATHJAX, shown / MATHJAX)
    used = next(folder / ICONS for folder in (shown, site) if (folder / ICONS).is_file())
    kept, whole = (
        {name for icon in ICON.finditer(text) for name in _names(icon)}
        for text in (script.read_text(encoding="utf-8") for script in (used, printed / ICONS))
    )
    if icons_named([page]) & (whole - kept):
        # the next whole print leaves out the others again
        (shown / ICONS).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(printed / ICONS, shown / ICONS)
