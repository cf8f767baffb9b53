"""``make lab``: the notebooks in JupyterLab, opened, run and saved as a person would."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.browser_tabs_server_and_charts import ABSENT, chromium, chromium_path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not chromium_path(), reason=ABSENT),
]

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = "ais-gaps"
TOKEN = "token-of-this-test"
START_SECONDS, RUN_SECONDS = 60, 240
STRIP = ("--keep-id", "--extra-keys", "metadata.language_info")
"""How the documented strip calls nbstripout."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the project, and link an environment with a space in its path."""
    folder = tmp_path_factory.mktemp("lab") / "a book"
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "delivered")
    for part in ("skytally", "data", "notebooks"):
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    shutil.copyfile(ROOT / "Makefile", folder / "Makefile")
    (folder.parent / "an environment").symlink_to(sys.prefix, target_is_directory=True)
    settings = folder.parent / "settings"
    settings.mkdir()
    # tests may run as root, and no window shall open
    server = {"ServerApp": {"allow_root": True, "open_browser": False}}
    (settings / "jupyter_server_config.json").write_text(json.dumps(server))
    return folder


@contextmanager
def _lab(project: Path) -> Iterator[str]:
    """Run ``make lab``; its address."""
    port = _free_port()
    inherited = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("MAKE", "MFLAGS", "SKYTALLY", "PYTEST", "PYTHON", "JUPYTER"))
    }
    own = {
        "JUPYTER_CONFIG_DIR": str(project.parent / "settings"),
        "JUPYTERLAB_SETTINGS_DIR": str(project.parent / "user-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(project.parent / "workspaces"),
        "JUPYTER_PORT": str(port),
        "JUPYTER_TOKEN": TOKEN,
    }
    # -o dev: the tests run in the environment that is there, they install nothing
    command = ["make", "-o", "dev", "lab", f"VENV={project.parent / 'an environment'}"]
    log = (project.parent / "lab.log").open("w")
    process = subprocess.Popen(
        command, cwd=project, env={**inherited, **own}, stdout=log, stderr=log,
        start_new_session=True,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + START_SECONDS
        while True:
            with suppress(OSError, urllib.error.URLError):
                urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=2).close()
                break
            assert process.poll() is None, (project.parent / "lab.log").read_text()
            assert time.monotonic() < end, (project.parent / "lab.log").read_text()
            time.sleep(0.2)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        log.close()


def test_lab_runs_a_notebook_and_leaves_no_diff(project: Path) -> None:
    """Prose shows numbers, charts are drawn, no news appears, and a saved notebook strips clean."""
    path = project / f"notebooks/{NOTEBOOK}.ipynb"
    before = path.read_bytes()
    with _lab(project) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 2400})
        page.goto(f"{address}/lab/tree/{NOTEBOOK}.ipynb?token={TOKEN}&reset")
        page.wait_for_selector(".jp-NotebookPanel .jp-RenderedMarkdown h1", timeout=60_000)
        page.wait_for_selector("text=Kernel status: Idle", state="attached", timeout=60_000)
        title = page.locator(".jp-NotebookPanel .jp-MarkdownCell").first
        assert "{f}" in title.inner_text()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        page.wait_for_function(
            "() => !document.querySelector('.jp-NotebookPanel .jp-MarkdownCell')"
            ".innerText.includes('{f')",
            timeout=RUN_SECONDS * 1000,
        )
        assert " reports" in title.inner_text()
        assert page.locator(".sk-figure").count() > 0
        assert page.locator(".Toastify__toast").count() == 0
        page.keyboard.press("Control+s")
        page.wait_for_timeout(3000)
    assert path.read_bytes() != before
    strip = Path(sys.executable).with_name("nbstripout")
    subprocess.run([str(strip), *STRIP, str(path)], check=True)
    assert path.read_bytes().decode() == before.decode()


def test_strip_is_documented() -> None:
    """The pages for people and the hook before a commit name this very strip."""
    words = " ".join(STRIP)
    for name in ("book/rerun.md", "CONTRIBUTING.md", ".pre-commit-config.yaml"):
        assert f"nbstripout {words}" in (ROOT / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("path", sorted(ROOT.glob("notebooks/*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_are_kept_as_saved_and_stripped(path: Path, tmp_path: Path) -> None:
    """Every notebook is as JupyterLab saves it and the strip leaves it."""
    copy = Path(shutil.copyfile(path, tmp_path / path.name))
    strip = Path(sys.executable).with_name("nbstripout")
    subprocess.run([str(strip), *STRIP, str(copy)], check=True)
    assert copy.read_bytes().decode() == path.read_bytes().decode()
    kernel = json.loads(path.read_bytes())["metadata"]["kernelspec"]
    assert kernel == {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
