"""What printed pages leave out of the theme, so that no reader waits for files nobody loads."""

from pathlib import Path

from skytally.press.site_build_and_swap import leave_out_spare_files_of_theme

FACE = '@font-face{{src:url(../fonts/x.woff2) format("woff2"){other}}}.fas{{color:red}}'
OTHER = ',url(../fonts/x.ttf) format("truetype")'
ALONE = '@font-face{src:url(../fonts/alone.ttf) format("truetype")}'


def test_a_font_goes_where_a_smaller_format_of_it_stays(tmp_path: Path) -> None:
    """The style sheet names the smaller file only; a font without another format stays."""
    for name in ("fonts/x.woff2", "fonts/x.ttf", "fonts/alone.ttf", "js/a.js.map", "locales/de.po"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    sheet = tmp_path / "styles/theme.css"
    sheet.parent.mkdir()
    sheet.write_text(FACE.format(other=OTHER) + ALONE)
    leave_out_spare_files_of_theme(tmp_path)
    assert sheet.read_text() == FACE.format(other="") + ALONE
    left = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*"))
    assert left == ["fonts/alone.ttf", "fonts/x.woff2", "styles/theme.css"]
