"""The recipes of publication: they build from the lock and publish nothing that failed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from skytally.press.sphinx_ext import contact_badge_and_download_directives
from skytally.press.sphinx_ext.contact_badge_and_download_directives import BadgeLines
from tests.support.directives_without_page import bare

ROOT = Path(__file__).resolve().parents[2]
RECIPES = ROOT / "docs" / "publishing"
needs_rsync = pytest.mark.skipif(not shutil.which("rsync"), reason="rsync is not installed")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Folder with the script and a made-up ``make`` that builds a page, or fails."""
    copy = tmp_path / "project"
    (copy / "docs" / "publishing").mkdir(parents=True)
    shutil.copy(RECIPES / "rsync.sh", copy / "docs" / "publishing")
    (tmp_path / "bin").mkdir()
    make = tmp_path / "bin" / "make"
    make.write_text(
        '#!/bin/sh\n[ "$*" = test ] || exit 9\n[ -z "$FAILS" ] || exit 1\n'
        "mkdir -p book/_build/html && echo new > book/_build/html/index.html\n",
        encoding="utf-8",
    )
    make.chmod(0o755)
    return copy


def _publish(project: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": f"{project.parent / 'bin'}:{os.environ['PATH']}", **more}
    script = str(project / "docs" / "publishing" / "rsync.sh")
    return subprocess.run(["bash", script, *words], env=env, text=True, capture_output=True,
                          check=False)  # fmt: skip


@needs_rsync
def test_site_that_passed_is_published_and_old_addresses_stay(project: Path) -> None:
    """New pages replace those of their name; a page that the new site lacks is left."""
    target = project.parent / "a server"
    target.mkdir()
    (target / "old.html").write_text("cited by somebody", encoding="utf-8")
    ran = _publish(project, str(target))
    assert ran.returncode == 0, ran.stderr
    assert (target / "index.html").read_text(encoding="utf-8") == "new\n"
    assert (target / "old.html").is_file()


@pytest.mark.parametrize(
    ("words", "more", "code"),
    [
        (["target"], {"FAILS": "yes"}, 1),
        (["target"], {"NOT_BEFORE": "2999-01-01"}, 3),
        (["target"], {"NOT_BEFORE": "tomorrow"}, 2),
        ([], {}, 2),
        ([""], {}, 2),
    ],
)
def test_nothing_is_published_that_failed_or_is_held_back(
    project: Path, words: list[str], more: dict[str, str], code: int
) -> None:
    """A failed test, an embargo, a day that is none and a missing target end before the copy."""
    target = project.parent / "server"
    target.mkdir()
    given = [str(target) if word == "target" else word for word in words]
    assert _publish(project, *given, **more).returncode == code
    assert list(target.iterdir()) == []


def test_workflow_publishes_only_what_its_own_run_built_and_tested() -> None:
    """It needs the build, which runs what the README asks; only the last job may write."""
    flow = yaml.safe_load((RECIPES / "github-pages.yml").read_text(encoding="utf-8"))
    build, publish = flow["jobs"]["build"], flow["jobs"]["publish"]
    assert publish["needs"] == "build"
    assert flow["permissions"] == {"contents": "read"}
    assert publish["permissions"] == {"pages": "write", "id-token": "write"}
    steps = [step.get("run") or step["uses"].partition("@")[0] for step in build["steps"]]
    assert steps[-2:] == [".ci/run", "actions/upload-pages-artifact"]
    assert build["steps"][-1]["with"]["path"] == "book/_build/html"
    assert (ROOT / ".ci" / "run").is_file()


def test_nothing_is_published_by_accident() -> None:
    """The workflow lies where no service runs it."""
    assert not (ROOT / ".github" / "workflows").exists()


def test_badge_is_shown_only_where_a_run_feeds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a repository none; with one the line of its own run, and no picture on the page."""
    assert "there is no badge" in bare(BadgeLines).html()
    about = {"repository": "https://github.com/made-up/book/"}
    monkeypatch.setattr(contact_badge_and_download_directives, "book_details", lambda: about)
    shown = bare(BadgeLines).html()
    assert "https://github.com/made-up/book/actions/workflows/publish.yml/badge.svg" in shown
    assert "<img" not in shown
