"""``make rehearse``: refresh and build a labelled copy of the project, on real servers here.

The copy gets generated scenes from a real catalogue and a real file server on loopback, by the
same code and the same commands that ask the real providers; nothing of it touches the project.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

from skytally.core import project_root, read_toml
from skytally.imagery.simulate import (
    SMALL,
    ArchivePlan,
    read_json_lines,
    with_server_addresses,
    write_archive,
)
from skytally.imagery.sites import Site, evidence_sites, read_sites
from skytally.press import servers
from skytally.press.project_paths import build_folder
from skytally.press.subprocesses import LOOPBACK, free_port

"""Folder of the last rehearsal."""
LEFT_OUT = (".git", ".venv", "_build", "__pycache__", ".ipynb_checkpoints")
"""Names that are not copied."""
DATA_LEFT_OUT = ("scenes", "measured")
"""Names that are not copied from the data folder: what this machine acquired and measured."""
FOLDER_VARIABLES = ("SKYTALLY_SCENES", "SKYTALLY_MEASURED", "SKYTALLY_PROJECT")
"""Environment variables that would lead a command in the copy out of it."""
PAGE_SIZE = 8
"""Items of a page: so few that every search turns pages."""


def provider_rows(
    tables: Mapping[str, Mapping[str, Any]], items: Sequence[Mapping[str, Any]], *, url: str
) -> dict[str, dict[str, Any]]:
    """Rows of the providers of a rehearsal: the real ones, with the address of the server here.

    Parameters
    ----------
    tables : mapping
        The real rows, by name.
    items : sequence of mapping
        The generated items; a row is kept if they hold its collection and its assets.
    url : str
        Address of the catalogue here.

    Returns
    -------
    dict
        Name, begun with ``rehearsal-``, to row, labelled ``rehearsal``.
    """
    rows = {}
    for name, table in tables.items():
        assets = [
            set(item["assets"]) for item in items if item["collection"] == table["collection"]
        ]
        if not any(set(table["bands"].values()) <= held for held in assets):
            continue
        rows[f"rehearsal-{name}"] = {
            **table,
            "url": url,
            "signing": "none" if table["signing"] == "s3" else table["signing"],
            "label": "rehearsal",
            "default": True,
            "page_size": PAGE_SIZE,
            "note": "generated scenes, not observations",
        }
    return rows


def providers_toml(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Write rows of providers as TOML."""
    lines = []
    for name, row in rows.items():
        lines.append(f"[{name}]")
        for word, value in row.items():
            pairs = value.items() if isinstance(value, dict) else ()
            inline = ", ".join(f"{key} = {json.dumps(text)}" for key, text in pairs)
            lines.append(f"{word} = {f'{{ {inline} }}' if pairs else json.dumps(value)}")
        lines.append("")
    return "\n".join(lines)


def copy_project(root: Path, copy: Path) -> None:
    """Copy the project without what was built, acquired or measured.

    Parameters
    ----------
    root : Path
        The project.
    copy : Path
        A folder that does not exist; its inventory and log of searches are empty.
    """

    def left_out(folder: str, names: list[str]) -> set[str]:
        here = (*LEFT_OUT, *DATA_LEFT_OUT) if Path(folder).name == "data" else LEFT_OUT
        return {name for name in names if name in here or name.endswith("_cache")}

    shutil.copytree(root, copy, ignore=left_out, symlinks=True)
    for name in ("inventory.csv", "catalogue_searches.csv"):
        table = copy / "data" / name
        head, _, _ = table.read_text(encoding="utf-8").partition("\n")
        table.write_text(f"{head}\n", encoding="utf-8")


def make_archive(
    sites: Mapping[str, Site], folder: Path, *, plan: ArchivePlan
) -> list[dict[str, Any]]:
    """Make the archive afresh, and return its items, with addresses in the archive."""
    shutil.rmtree(folder, ignore_errors=True)
    start = time.monotonic()
    items = write_archive(sites, folder, plan=plan)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(
        f"archive: {len(items)} scenes, {size / 1e6:.0f} MB, in {time.monotonic() - start:.0f} s",
        flush=True,
    )
    return items


def run_command(copy: Path, *words: str) -> None:
    """Run a command of the press in the copy.

    Raises
    ------
    RuntimeError
        If it fails.
    """
    paths = f"{copy}{os.pathsep}{copy / 'book'}"
    inherited = {word: text for word, text in os.environ.items() if word not in FOLDER_VARIABLES}
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=copy,
        env={**inherited, "PYTHONPATH": paths},
        check=False,
    )
    if done.returncode:
        message = f"python -m {' '.join(words)} ended with {done.returncode} in {copy}"
        raise RuntimeError(message)


def run_rehearsal(root: Path, folder: Path, *, plan: ArchivePlan, only: Sequence[str] = ()) -> Path:
    """Rehearse from the search to the printed page.

    Parameters
    ----------
    root : Path
        The project.
    folder : Path
        Where the rehearsal is made; what is there is replaced.
    plan : ArchivePlan
        What the archive holds.
    only : sequence of str
        Slugs of the sites to rehearse; all that are evidence if empty, since their twins
        would only double the time.

    Returns
    -------
    Path
        First page of the rehearsal's site.

    Raises
    ------
    ServersMissingError
        If a server is not installed; nothing was made then.
    RuntimeError
        If a server or a command fails.
    """
    absent = servers.missing_servers()
    if absent:
        raise servers.ServersMissingError(absent)
    archive, copy = folder / "archive", folder / "project"
    sites = read_sites(root / "data" / "sites")
    chosen = {slug: sites[slug] for slug in (only or evidence_sites(sites))}
    items = make_archive(chosen, archive, plan=plan)
    shutil.rmtree(copy, ignore_errors=True)
    copy_project(root, copy)
    port = free_port()
    there = [with_server_addresses(item, f"http://{LOOPBACK}:{port}/") for item in items]
    kinds = read_json_lines(archive / "collections.ndjson")
    with servers.running_servers(archive, kinds, there, port=port) as running:
        print(f"servers: catalogue at {running.catalogue}, files at {running.files}", flush=True)
        real = read_toml(root / "data" / "sites" / "providers.toml")
        rows = provider_rows(real, items, url=running.catalogue)
        (copy / "data" / "sites" / "providers.toml").write_text(
            providers_toml(rows), encoding="utf-8"
        )
        first, last = plan.periods[0][0], max(plan.periods[-1][1], _day(items[-1]))
        limits = [f"--first={first}", f"--last={last}", *(f"--site={slug}" for slug in chosen)]
        run_command(copy, "skytally.press.refresh_command", *limits)
        shutil.copyfile(running.log, folder / "requests.jsonl")
    run_command(copy, "skytally.press")
    return copy / "book" / "_build" / "html" / "index.html"


def _day(item: Mapping[str, Any]) -> date:
    return date.fromisoformat(item["properties"]["datetime"][:10])


def _stop(number: int, _frame: FrameType | None) -> None:
    """End as by an error, so that the servers are stopped."""
    raise SystemExit(128 + number)


def main() -> int:
    """Run the command; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="two short spans instead of three")
    parser.add_argument("--site", action="append", default=[], help="this site alone; repeatable")
    words = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    root, plan = project_root(), SMALL if words.small else ArchivePlan()
    try:
        page = run_rehearsal(root, build_folder() / "rehearsal", plan=plan, only=words.site)
    except (servers.ServersMissingError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"the rehearsal's site, labelled as such: {page.relative_to(root)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
