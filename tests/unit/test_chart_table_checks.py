"""``make check`` on the tables of the maps and the timeline."""

from __future__ import annotations

from typing import Any


def test_check_refuses_faulty_chart_tables_before_anything_runs(project: Any) -> None:
    """A site that does not exist, and a table that does not, are named with file and line."""
    charts = project.folder / "data/charts"
    for name, row in (
        ("map_regions", "moon,basemap_overview,,10,luna,0,0,1,1"),
        ("timeline_lanes", "x,Roads,road_counts,,"),
    ):
        path = charts / f"{name}.csv"
        path.write_text(f"{path.read_text(encoding='utf-8')}{row}\n", encoding="utf-8")
    run = project.check()
    assert run.returncode == 1
    assert "map_regions.csv, line 5, column sites: found 'luna'; no such id in sites" in run.stderr
    assert "timeline_lanes.csv, line 12, column table: found 'road_counts'" in run.stderr


def test_check_takes_chart_tables_without_rows(project: Any) -> None:
    """A new book has neither a map nor a lane, and the words that such tables may use."""
    for path in (project.folder / "data/charts").glob("*.csv"):
        if not path.name.endswith((".dictionary.csv", "vocabulary.csv")):
            header, _, _ = path.read_text(encoding="utf-8").partition("\n")
            path.write_text(f"{header}\n", encoding="utf-8")
    run = project.check()
    assert run.returncode == 0, run.stderr


def test_check_refuses_a_chart_table_without_a_dictionary(project: Any) -> None:
    """A table that nothing describes is not passed over."""
    (project.folder / "data/charts/map_regions.dictionary.csv").unlink()
    run = project.check()
    assert run.returncode == 1
    assert "map_regions.csv: found a table without a dictionary" in run.stderr
