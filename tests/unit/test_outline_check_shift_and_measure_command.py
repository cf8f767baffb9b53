"""``make site``: what it refuses, what it writes, and what it says will run again."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from skytally.core import data_registry, log_of_data_read
from skytally.core.project_root_lookup import PROJECT_VARIABLE
from skytally.imagery.acquire.inventory_and_search_log import INVENTORY_COLUMNS, write_inventory
from skytally.imagery.sites.outline_shifting_confirming_and_comparing import outline_changes
from skytally.imagery.sites.site_model import CONFIRMED, TO_CONFIRM
from skytally.imagery.sites.site_register import read_sites
from skytally.press import (
    notebook_and_site_content_keys as keys,
    outline_check_shift_and_measure_command as outlines,
)
from skytally.press.project_paths import lines_folder

ROOT = Path(__file__).resolve().parents[2]
SITES = read_sites(ROOT / "data/sites")


class Copy:
    """A project with what ``make site`` needs, and the package of this checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ignored = shutil.ignore_patterns(".ipynb_checkpoints")
        for part in ("data/sites", "notebooks"):
            shutil.copytree(ROOT / part, folder / part, ignore=ignored)
        (folder / "book").mkdir()
        (page,) = (
            path
            for path in (ROOT / "book").rglob("*.md")
            if outlines.DIRECTIVE in path.read_text(encoding="utf-8")
        )
        shutil.copyfile(page, folder / "book/outlines.md")
        for name in ("data/registry.toml", "requirements.txt"):
            shutil.copyfile(ROOT / name, folder / name)
        self.inventory([])

    @property
    def path(self) -> Path:
        """Path of the outlines of Rajin."""
        return self.folder / "data/sites/rajin.geojson"

    def inventory(self, rows: list[dict[str, str]]) -> None:
        """Write the acquisition inventory."""
        write_inventory(self.folder / "data/inventory.csv", rows)

    def python(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run Python on this project."""
        environment = {name: text for name, text in os.environ.items() if "SKYTALLY" not in name}
        environment |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env={**environment, "SKYTALLY_PROJECT": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def site(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command behind ``make site`` in this process, which has imported everything."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = outlines.main([*words])
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    def keys(self, script: str) -> list[str]:
        """Run a script on the content keys of the project; return the lines that it prints."""
        imports = "from skytally.press import notebook_and_site_content_keys as keys\n"
        done = self.python("-c", imports + script)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def read_by(self, line: str, file: str) -> None:
        """Note that a notebook was run and has read a file."""
        folder = lines_folder() / line
        folder.mkdir(parents=True)
        keys.write_state(folder, line=line, modules=set(), reads={file})


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    """Copy what ``make site`` needs, and make it the project of this process."""
    monkeypatch.setenv(PROJECT_VARIABLE, str(tmp_path / "project"))
    return Copy(tmp_path / "project")


def test_make_site_lists_the_sites_when_none_is_named(copy: Copy) -> None:
    """Without a site it says how it is used and which there are."""
    done = copy.site("--site=")
    assert done.returncode == 1
    assert 'SHIFT="120,-40"' in done.stderr
    assert "known sites: rajin, dunai" in done.stderr


def test_make_site_says_what_will_run_again(copy: Copy) -> None:
    """A shift writes the file, says what moved, and names the notebooks that read it."""
    copy.read_by("port-imagery", "sites/rajin.geojson")
    copy.read_by("rail-counts", "sites/tumangang.geojson")
    printed = copy.folder / "book/_build/html/data/sites"
    printed.mkdir(parents=True)
    shutil.copyfile(copy.path, printed / "rajin.geojson")
    # apart, since a process hashes a file once
    command = (
        "-m",
        "skytally.press.outline_check_shift_and_measure_command",
        "--site=rajin",
        "--shift=120,-40",
    )
    done = copy.python(*command)
    assert done.returncode == 0, done.stderr
    assert "'berths': its middle moved 120 m east and -40 m north" in done.stdout
    assert "notebooks that will run again for it: port-imagery\n" in done.stdout
    assert "pages that draw it: outlines.html" in done.stdout
    after = read_sites(copy.folder / "data/sites")["rajin"]
    assert outline_changes(SITES["rajin"].outlines, after.outlines, after) != []
    assert after.outlines[2] == SITES["rajin"].outlines[2]
    again = copy.site("--site=rajin", "--shift=-120,40")
    assert "nothing moved since the pages were printed" in again.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--site=nowhere"], "found 'nowhere'; known are rajin"),
        (["--site=rajin", "--shift=120"], "SHIFT: found '120'; write metres east and north"),
        (["--site=rajin", "--shift=0.0001,0.0002"], "not degrees, such as SHIFT="),
        (["--site=rajin", "--shift=nan,0"], "SHIFT: found 'nan'; write a number"),
        (["--site=rajin", "--shift=a,b"], "SHIFT: found 'a'; write a number"),
        (["--site=rajin", "--rotate=x"], "ROTATE: found 'x'; write a number"),
        (["--site=rajin", "--kind=track"], "KIND: found track; rajin has outlines of kind berth"),
        (["--site=rajin", "--shift=9000,0"], "of it outside the window; move it"),
        (["--site=rajin", "--sigma=10"], "SIGMA: found without CONFIRM=yes"),
        (["--site=rajin", "--confirm=ja"], "CONFIRM: found 'ja'"),
        (["--site=rajin", "--confirm=yes"], "SIGMA: missing"),
        (["--site=rajin", "--confirm=yes", "--sigma=0"], "SIGMA: found '0'"),
        (["--site=rajin", "--confirm=yes", "--sigma=10"], "nothing to confirm its outlines on"),
    ],
)
def test_make_site_refuses_and_changes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    """What cannot be meant is refused in one sentence, and the file stays as it was."""
    folder = shutil.copytree(ROOT / "data/sites", tmp_path / "data/sites")
    write_inventory(tmp_path / "data/inventory.csv", [])
    shutil.copyfile(ROOT / "data/registry.toml", tmp_path / "data/registry.toml")
    monkeypatch.setenv("SKYTALLY_PROJECT", str(tmp_path))
    before = (folder / "rajin.geojson").read_bytes()
    assert outlines.main(words) == 1
    assert said in capsys.readouterr().err
    assert (folder / "rajin.geojson").read_bytes() == before


@pytest.mark.parametrize(
    ("label", "rehearsed", "code"), [("", "", 0), ("rehearsal", "", 1), ("rehearsal", "yes", 0)]
)
def test_make_site_confirms_on_real_looks_only(
    copy: Copy, label: str, rehearsed: str, code: int
) -> None:
    """One stored image is enough; a generated one counts where all providers are rehearsed."""
    if rehearsed:
        providers = copy.path.with_name("providers.toml")
        text = providers.read_text(encoding="utf-8")
        providers.write_text(text.replace('label = ""', 'label = "rehearsal"'), encoding="utf-8")
    row = dict.fromkeys(INVENTORY_COLUMNS, "")
    row |= {"site": "rajin", "item_id": "X", "provider": "p", "label": label, "status": "stored"}
    row |= {"time_utc": "2023-08-27T02:15:49Z", "search_date": "2026-11-22", "usable": "yes"}
    copy.inventory([row])
    done = copy.site("--site=rajin", "--confirm=yes", "--sigma=10", "--kind=berth")
    assert done.returncode == code, done.stderr
    status = {each.kind: each.status for each in read_sites(copy.path.parent)["rajin"].outlines}
    assert status["berth"] == (TO_CONFIRM if code else CONFIRMED)
    assert status["quay"] == TO_CONFIRM


def test_make_site_refuses_an_edited_file_by_its_outline(copy: Copy) -> None:
    """A ring that was drawn with a loop is named, with its file."""
    known = json.loads(copy.path.read_text(encoding="utf-8"))
    ring = known["features"][0]["geometry"]["coordinates"][0]
    ring[10], ring[40] = ring[40], ring[10]
    copy.path.write_text(json.dumps(known), encoding="utf-8")
    done = copy.site("--site=rajin")
    assert done.returncode == 1
    assert "rajin.geojson, outline 'berths': found a ring whose sides cross" in done.stderr


def test_changed_outline_reruns_only_its_readers(copy: Copy) -> None:
    """A notebook that read the outlines is stale after a move; one that did not is fresh."""
    fresh = "print([keys.is_fresh(line) for line in ('port-imagery', 'rail-counts')])"
    copy.read_by("port-imagery", "sites/rajin.geojson")
    copy.read_by("rail-counts", "sites/khasan.geojson")
    assert copy.keys(fresh) == ["[True, True]"]
    assert copy.site("--site=rajin", "--shift=10,0").returncode == 0
    assert copy.keys(fresh) == ["[False, True]"]


def test_registry_folder_notes_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the sites counts as reading the register and the outlines of each."""
    log = tmp_path / "reads"
    monkeypatch.setenv(log_of_data_read.READ_LOG, str(log))
    assert data_registry.folder("sites") == ROOT / "data/sites"
    noted = set(log.read_text(encoding="utf-8").split())
    assert {"sites/register.csv", "sites/rajin.geojson", "sites/khasan.geojson"} <= noted
