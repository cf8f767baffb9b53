"""The choice of packets that are validated as RO-Crates; tests/slow runs the validator."""

from __future__ import annotations

from pathlib import Path

import pytest

from skytally.editions.reproducible_zip import canonical_zip
from skytally.press import ro_crate_validation
from skytally.press.ro_crate_validation import one_of_each_shape


def test_one_of_each_shape_takes_every_kind_and_set_of_files(tmp_path: Path) -> None:
    """Two findings with rows of different tables are one shape; one without pages is another."""
    contents = {
        "finding-a": ["packet.json", "rows/x.csv", "sources.csv"],
        "finding-b": ["packet.json", "rows/y.csv", "sources.csv"],
        "finding-c": ["packet.json"],
        "claim-a": ["packet.json"],
    }
    paths = []
    for name, files in contents.items():
        paths.append(tmp_path / f"{name}.zip")
        paths[-1].write_bytes(canonical_zip(dict.fromkeys(files, b"")))
    chosen = [path.stem for path in one_of_each_shape(paths)]
    assert chosen == ["finding-a", "finding-c", "claim-a"]


def test_main_names_an_edition_without_packets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without packets nothing is validated, and the exit code says so."""
    monkeypatch.setattr(ro_crate_validation, "editions_folder", lambda: tmp_path)
    assert ro_crate_validation.main(["--python", "python", "--edition", "2026-11-29"]) == 1
    assert "no packets of edition '2026-11-29'" in capsys.readouterr().err
