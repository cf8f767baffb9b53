"""``make rehearse``: refresh and build a labelled copy of the project, on real servers here.

The copy gets generated scenes from a real catalogue and a real file server on loopback, by the
same code and the same commands that ask the real providers; nothing of it touches the project.
"""

from __future__ import annotations

import argparse
import csv
import html
import json
import os
import re
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
    rehearsed_sites,
    with_server_addresses,
    write_archive,
)
from skytally.imagery.sites import (
    REGISTER_COLUMNS,
    REGISTER_FILE,
    Site,
    evidence_sites,
    read_sites,
    write_outlines,
)
from skytally.press import rehearsal_stac_and_nginx_servers
from skytally.press.project_paths import build_folder
from skytally.press.subprocesses_and_local_ports import LOOPBACK, free_port

LEFT_OUT = (".git", ".venv", "_build", "__pycache__", ".ipynb_checkpoints")
"""Names that are not copied."""
DATA_LEFT_OUT = ("scenes", "measured", "archived_pages")
"""Names that are not copied from the data folder: what this machine fetched and measured."""
FOLDER_VARIABLES = ("SKYTALLY_SCENES", "SKYTALLY_MEASURED", "SKYTALLY_PROJECT")
"""Environment variables that would lead a command in the copy out of it."""
PAGE_SIZE = 8
"""Items of a page: so few that every search turns pages."""
REHEARSED = ("rajin", "tumangang", "tikhoretsk")
"""Sites that are rehearsed where none is named: a port, a yard and a depot."""
BANNER = (
    "REHEARSAL. Every satellite image of this copy is made up, and so are the outlines, the "
    "lines, the pictures and the numbers measured on them. Nothing here is evidence."
)
"""What stands at the top of every page of the copy."""
BODY = re.compile(r"<body[^>]*>")
HTML_SETTINGS = re.compile(r"(?m)^html:\n")


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
            "local": True,
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


def write_sites(folder: Path, sites: Mapping[str, Site]) -> None:
    """Write window and outlines of sites into the register of a copy.

    Parameters
    ----------
    folder : Path
        ``data/sites`` of the copy.
    sites : mapping of str to Site
        Slug to site; the other rows stay as they are.
    """
    path = folder / REGISTER_FILE
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["slug"] in sites:
            site = sites[row["slug"]]
            words = ("west", "south", "east", "north")
            row |= dict(zip(words, map(str, site.grid.bounds), strict=True))
            row["pos_sigma_m"] = f"{site.pos_sigma_m:g}"
            write_outlines(folder / f"{site.slug}.geojson", site.outlines)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, REGISTER_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def put_banner(config: Path) -> None:
    """Let every page of a copy say at its top that its images are made up."""
    text = config.read_text(encoding="utf-8")
    if not HTML_SETTINGS.search(text):
        message = f"{config}: no `html:` to put the banner under"
        raise RuntimeError(message)
    line = f"html:\n  announcement: {json.dumps(BANNER)}\n"
    config.write_text(HTML_SETTINGS.sub(line, text, count=1), encoding="utf-8")


def mark_bare_pages(site: Path) -> int:
    """Put the banner into printed pages that the theme did not draw, such as the cards.

    Parameters
    ----------
    site : Path
        The printed site of a copy.

    Returns
    -------
    int
        How many pages were marked.
    """
    marked = 0
    for path in sorted(site.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        body = BODY.search(text)
        if BANNER in text or body is None or "_static" in path.relative_to(site).parts:
            continue
        banner = f'<p role="note"><strong>{html.escape(BANNER)}</strong></p>'
        path.write_text(f"{text[: body.end()]}{banner}{text[body.end() :]}", encoding="utf-8")
        marked += 1
    return marked


def make_archive(
    sites: Mapping[str, Site], folder: Path, *, plan: ArchivePlan, places: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Make the archive afresh, and return its items, with addresses in the archive."""
    shutil.rmtree(folder, ignore_errors=True)
    start = time.monotonic()
    items = write_archive(sites, folder, plan=plan, places=places)
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
        Slugs of the sites to rehearse; `REHEARSED` if empty, one of each kind, since others
        would only add to the time.

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
    absent = rehearsal_stac_and_nginx_servers.missing_servers()
    if absent:
        raise rehearsal_stac_and_nginx_servers.ServersMissingError(absent)
    archive, copy = folder / "archive", folder / "project"
    known = evidence_sites(read_sites(root / "data" / "sites"))
    unknown = sorted(set(only) - set(known))
    if unknown:
        message = f"no site {', '.join(unknown)} of the evidence; there are {', '.join(known)}"
        raise RuntimeError(message)
    chosen, places = rehearsed_sites({slug: known[slug] for slug in only or REHEARSED}, plan)
    items = make_archive(chosen, archive, plan=plan, places=places)
    shutil.rmtree(copy, ignore_errors=True)
    copy_project(root, copy)
    write_sites(copy / "data" / "sites", chosen)
    put_banner(copy / "book" / "_config.yml")
    port = free_port()
    there = [with_server_addresses(item, f"http://{LOOPBACK}:{port}/") for item in items]
    kinds = read_json_lines(archive / "collections.ndjson")
    with rehearsal_stac_and_nginx_servers.running_servers(
        archive, kinds, there, port=port
    ) as running:
        print(f"servers: catalogue at {running.catalogue}, files at {running.files}", flush=True)
        real = read_toml(root / "data" / "sites" / "providers.toml")
        rows = provider_rows(real, items, url=running.catalogue)
        (copy / "data" / "sites" / "providers.toml").write_text(
            providers_toml(rows), encoding="utf-8"
        )
        first, last = plan.periods[0][0], max(plan.periods[-1][1], _day(items[-1]))
        limits = [f"--first={first}", f"--last={last}", *(f"--site={slug}" for slug in chosen)]
        run_command(copy, "skytally.press.image_refresh_and_measurement_command", *limits)
        shutil.copyfile(running.log, folder / "requests.jsonl")
    for slug, (_, place) in places.items():
        # confirmed as a user would, by the command; it measures what can be measured then
        sure = (f"--site={slug}", "--confirm=yes", f"--sigma={place.sigma_m:g}")
        run_command(copy, "skytally.press.outline_check_shift_and_measure_command", *sure)
    run_command(copy, "skytally.press.build_command")
    site = copy / "book" / "_build" / "html"
    mark_bare_pages(site)
    return site / "index.html"


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
    except (rehearsal_stac_and_nginx_servers.ServersMissingError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"the rehearsal's site, labelled as such: {page.relative_to(root)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
