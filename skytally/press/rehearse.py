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
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

from skytally.imagery.simulate.archive_items import placed
from skytally.imagery.simulate.archive_passes import SMALL, Plan
from skytally.imagery.simulate.scene_archive import read_lines, write_archive
from skytally.imagery.sites.control_sites import evidence
from skytally.imagery.sites.site_register import Site, read_sites
from skytally.press import servers
from skytally.press.project_paths import BUILD, ROOT
from skytally.press.subprocesses import LOOPBACK, free_port

REHEARSAL = BUILD / "rehearsal"
"""Folder of the last rehearsal."""
LEFT_OUT = (".git", ".venv", "_build", "scenes", "__pycache__", ".ipynb_checkpoints")
"""Names that are not copied; ``scenes`` only where it is data."""
PAGE_SIZE = 8
"""Items of a page: so few that every search turns pages."""


def rows_of_providers(
    tables: Mapping[str, Mapping[str, Any]], items: Sequence[Mapping[str, Any]], *, url: str
) -> dict[str, dict[str, Any]]:
    """Give the providers' rows of a rehearsal: the real ones, asking the server here.

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


def written(rows: Mapping[str, Mapping[str, Any]]) -> str:
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


def copied(root: Path, copy: Path) -> None:
    """Copy the project without what was built, acquired or looked at.

    Parameters
    ----------
    root : Path
        The project.
    copy : Path
        A folder that does not exist; its tables of looks and searches are empty.
    """

    def left_out(folder: str, names: list[str]) -> set[str]:
        out = {name for name in names if name in LEFT_OUT or name.endswith("_cache")}
        # scenes are data in data/ and code in skytally/
        return out - {"scenes"} if Path(folder).name != "data" else out

    shutil.copytree(root, copy, ignore=left_out, symlinks=True)
    for name in ("looks.csv", "searches.csv"):
        table = copy / "data" / name
        head, _, _ = table.read_text(encoding="utf-8").partition("\n")
        table.write_text(f"{head}\n", encoding="utf-8")


def prepare(sites: Mapping[str, Site], folder: Path, *, plan: Plan) -> list[dict[str, Any]]:
    """Make the archive afresh; give its items, with addresses in the archive."""
    shutil.rmtree(folder, ignore_errors=True)
    start = time.monotonic()
    items = write_archive(sites, folder, plan=plan)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(
        f"archive: {len(items)} scenes, {size / 1e6:.0f} MB, in {time.monotonic() - start:.0f} s",
        flush=True,
    )
    return items


def run(copy: Path, *words: str) -> None:
    """Run a command of the press in the copy.

    Raises
    ------
    RuntimeError
        If it fails.
    """
    paths = f"{copy}{os.pathsep}{copy / 'book'}"
    inherited = {word: text for word, text in os.environ.items() if word != "SKYTALLY_SCENES"}
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=copy,
        env={**inherited, "PYTHONPATH": paths},
        check=False,
    )
    if done.returncode:
        message = f"python -m {' '.join(words)} ended with {done.returncode} in {copy}"
        raise RuntimeError(message)


def rehearse(root: Path, folder: Path, *, plan: Plan, only: Sequence[str] = ()) -> Path:
    """Rehearse from the search to the printed page.

    Parameters
    ----------
    root : Path
        The project.
    folder : Path
        Where the rehearsal is made; what is there is replaced.
    plan : Plan
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
    absent = servers.missing()
    if absent:
        raise servers.ServersMissingError(absent)
    archive, copy = folder / "archive", folder / "project"
    sites = read_sites(root / "data" / "sites")
    chosen = {slug: sites[slug] for slug in (only or evidence(sites))}
    items = prepare(chosen, archive, plan=plan)
    shutil.rmtree(copy, ignore_errors=True)
    copied(root, copy)
    port = free_port()
    there = [placed(item, f"http://{LOOPBACK}:{port}/") for item in items]
    kinds = read_lines(archive / "collections.ndjson")
    with servers.rehearsal(archive, kinds, there, port=port) as running:
        print(f"servers: catalogue at {running.catalogue}, files at {running.files}", flush=True)
        real = (root / "data" / "sites" / "providers.toml").read_text(encoding="utf-8")
        rows = rows_of_providers(tomllib.loads(real), items, url=running.catalogue)
        (copy / "data" / "sites" / "providers.toml").write_text(written(rows), encoding="utf-8")
        first, last = plan.periods[0][0], max(plan.periods[-1][1], _day(items[-1]))
        limits = [f"--first={first}", f"--last={last}", *(f"--site={slug}" for slug in chosen)]
        run(copy, "skytally.press.refresh_command", *limits)
        shutil.copyfile(running.log, folder / "requests.jsonl")
    run(copy, "skytally.press")
    return copy / "book" / "_build" / "html" / "index.html"


def _day(item: Mapping[str, Any]) -> date:
    return date.fromisoformat(item["properties"]["datetime"][:10])


def _stop(number: int, _frame: FrameType | None) -> None:
    """End as by an error, so that the servers are stopped."""
    raise SystemExit(128 + number)


def main() -> int:
    """Rehearse; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="two short spans instead of three")
    parser.add_argument("--site", action="append", default=[], help="this site alone; repeatable")
    words = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    try:
        page = rehearse(ROOT, REHEARSAL, plan=SMALL if words.small else Plan(), only=words.site)
    except (servers.ServersMissingError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"the rehearsal's site, labelled as such: {page.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
