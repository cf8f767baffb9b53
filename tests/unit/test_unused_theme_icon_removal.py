"""Icons and scripts of the theme: a site has those that its pages use, and no others."""

from pathlib import Path

import pytest

from skytally.press.unused_theme_icon_removal import (
    ICONS,
    MATHJAX,
    bring_scripts_of_page,
    icons_named,
    leave_out_other_icons,
    without_other_icons,
)

SUN = 'sun:[512,512,[9728],"f185","M361 1"]'
SEARCH = '"magnifying-glass":[512,512,[128269,"search"],"f002",["M1","M2"]]'
WHOLE = f"!function(){{var p={{{SUN},{SEARCH}}};draw(p)}}"
PAGE = '<i class="fa-solid fa-{}"></i>'


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        ({"sun"}, f"{SUN},"),
        ({"search"}, SEARCH),
        ({"magnifying-glass"}, SEARCH),
        ({"sun", "search"}, f"{SUN},{SEARCH}"),
        ({"moon"}, ""),
    ],
)
def test_named_icons_stay_under_either_name(named: set[str], kept: str) -> None:
    """An icon stays where its name or another of its names is used; the code around it stays."""
    assert without_other_icons(WHOLE, named) == f"!function(){{var p={{{kept}}};draw(p)}}"


def _site(folder: Path, *, page: str, script: str = WHOLE) -> Path:
    (folder / ICONS).parent.mkdir(parents=True)
    (folder / ICONS).write_text(script, encoding="utf-8")
    (folder / "index.html").write_text(page, encoding="utf-8")
    return folder


def test_installed_theme_keeps_its_own_icons(tmp_path: Path) -> None:
    """Of the installed script, the icons of a page and of another script stay, a few kilobytes."""
    import pydata_sphinx_theme

    theme = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static"
    whole = (theme / "scripts/fontawesome.js").read_text(encoding="utf-8")
    site = _site(tmp_path, page=PAGE.format("magnifying-glass"), script=whole)
    (site / "_static/theme.js").write_text('icon("fa-solid fa-xmark")', encoding="utf-8")
    leave_out_other_icons(site)
    left = (site / ICONS).read_text(encoding="utf-8")
    assert len(left) < len(whole) / 10
    assert [name for name in ('"magnifying-glass":[', "xmark:[") if name not in left] == []
    assert "circle-half-stroke" not in left


def test_page_printed_by_itself_finds_its_scripts(tmp_path: Path) -> None:
    """A first formula and a new icon bring their scripts; a page without them brings nothing."""
    printed = _site(tmp_path / "printed", page="")
    (printed / MATHJAX).parent.mkdir(parents=True)
    (printed / MATHJAX).write_text("draw formulas", encoding="utf-8")
    site = _site(tmp_path / "site", page="", script=without_other_icons(WHOLE, {"sun"}))
    before, shown = (site / ICONS).read_text(encoding="utf-8"), tmp_path / "shown"
    bring_scripts_of_page(PAGE.format("sun"), printed, shown, site)
    assert not shown.exists()
    page = f'{PAGE.format("search")}<script src="{MATHJAX}?v=1"></script>'
    bring_scripts_of_page(page, printed, shown, site)
    assert (site / ICONS).read_text(encoding="utf-8") == before
    assert (shown / ICONS).read_text(encoding="utf-8") == WHOLE
    assert (shown / MATHJAX).read_text(encoding="utf-8") == "draw formulas"
    assert not (site / MATHJAX).exists()
    assert icons_named([page]) == {"solid", "search"}
