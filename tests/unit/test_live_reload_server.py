"""The server of a watch: pages with its script, other files as they are, nothing outside."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from skytally.core import DataError
from skytally.press.cards.card_files import POLICY as CARD_POLICY
from skytally.press.live_preview.live_reload_server import (
    LiveSite,
    content_hash,
    serve,
    with_script,
)

PAGE = b"<html><head><title>made up</title></head><body>old</body></html>"
CARD = f"<html><head>{CARD_POLICY}</head><body>card</body></html>".encode()


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Make a site with a page, a card and a table, and an empty folder of newer pages."""
    newer, site = tmp_path / "newer", tmp_path / "site"
    newer.mkdir()
    (site / "cards").mkdir(parents=True)
    (site / "index.html").write_bytes(PAGE)
    (site / "cards/R001.html").write_bytes(CARD)
    (site / "table.csv").write_bytes(b"a,b\n1,2\n")
    (tmp_path / "secret.txt").write_bytes(b"not of the site")
    return newer, site


Use = Callable[[LiveSite, str], Coroutine[None, None, None]]


def _served(folders: tuple[Path, Path], use: Use) -> list[str]:
    """Serve the folders while something is done with them; the pages that browsers opened."""
    opened: list[str] = []

    async def run() -> None:
        site = LiveSite(*folders, opened.append)
        server, port = serve(site, 0)
        try:
            await use(site, f"http://127.0.0.1:{port}")
        finally:
            server.stop()
            await server.close_all_connections()

    asyncio.run(run())
    return opened


async def _got(url: str, **headers: str) -> HTTPResponse:
    return await AsyncHTTPClient().fetch(url, headers=headers, raise_error=False)


def test_a_page_gets_the_script_and_the_disk_does_not(folders: tuple[Path, Path]) -> None:
    """The script and the hash of the page are added on the way; the file stays as it was."""

    async def use(_: LiveSite, root: str) -> None:
        answer = await _got(f"{root}/")
        assert answer.body == with_script(PAGE)
        assert f'data-seen="{content_hash(PAGE)}"'.encode() in answer.body
        assert (folders[1] / "index.html").read_bytes() == PAGE
        script = await _got(f"{root}/watch/live_reload_and_build_status.js")
        assert b"EventSource" in script.body

    _served(folders, use)


def test_a_card_allows_the_script_only_where_it_is_watched() -> None:
    """The policy of a card forbids scripts on the disk, and allows this site's own when served."""
    assert b"script-src" not in CARD
    assert b"default-src 'none';script-src 'self';connect-src 'self'" in with_script(CARD)


def test_other_files_are_served_as_they_are(folders: tuple[Path, Path]) -> None:
    """A table is served to the letter, with its kind."""

    async def use(_: LiveSite, root: str) -> None:
        answer = await _got(f"{root}/table.csv")
        assert answer.body == b"a,b\n1,2\n"
        assert answer.headers["Content-Type"] == "text/csv; charset=UTF-8"

    _served(folders, use)


@pytest.mark.parametrize(
    "address", ["/none.html", "/../secret.txt", "/%2e%2e/secret.txt", "/cards", "//etc/passwd"]
)
def test_nothing_outside_the_site_is_served(folders: tuple[Path, Path], address: str) -> None:
    """An address that is none, a folder, or leads outside is not found."""

    async def use(_: LiveSite, root: str) -> None:
        assert (await _got(f"{root}{address}")).code == 404

    _served(folders, use)


def test_a_name_that_is_not_this_machine_is_refused(folders: tuple[Path, Path]) -> None:
    """A page of another site that leads its own name to this machine reads nothing."""

    async def use(_: LiveSite, root: str) -> None:
        assert (await _got(f"{root}/", Host="example.org")).code == 403
        assert (await _got(f"{root}/", Host="localhost")).code == 200

    _served(folders, use)


def test_a_newer_page_is_served_in_place_of_the_site_s(folders: tuple[Path, Path]) -> None:
    """A page that was printed by itself goes before that of the last whole print."""
    (folders[0] / "index.html").write_bytes(PAGE.replace(b"old", b"new"))

    async def use(_: LiveSite, root: str) -> None:
        assert b"new" in (await _got(f"{root}/index.html")).body

    _served(folders, use)


def test_an_open_page_is_told_what_happens(folders: tuple[Path, Path]) -> None:
    """A page hears the state when it opens, each news, and is loaded anew once it is another."""
    told: list[dict[str, object]] = []

    def take(chunk: bytes) -> None:
        told.extend(json.loads(line[6:]) for line in chunk.splitlines() if line[:6] == b"data: ")

    async def heard(count: int) -> None:
        while len(told) < count:
            await asyncio.sleep(0.01)

    async def use(site: LiveSite, root: str) -> None:
        url = f"{root}/watch/events?page=/index.html&seen={content_hash(PAGE)}"
        asked = asyncio.ensure_future(AsyncHTTPClient().fetch(url, streaming_callback=take))
        await asyncio.wait_for(heard(1), 5)
        assert site.open_pages() == ["index"]
        site.printed()
        site.tell("fault", ["rows.csv, line 2: made up"])
        await asyncio.wait_for(heard(2), 5)
        (folders[0] / "index.html").write_bytes(PAGE.replace(b"old", b"new"))
        site.printed()
        await asyncio.wait_for(heard(3), 5)
        asked.cancel()

    assert _served(folders, use) == ["index"]
    assert told == [
        {"kind": "working", "lines": []},
        {"kind": "fault", "lines": ["rows.csv, line 2: made up"]},
        {"reload": True},
    ]


def test_a_port_that_is_taken_is_one_message(folders: tuple[Path, Path]) -> None:
    """Where another program listens, the message says so and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        site = LiveSite(*folders, lambda _: None)
        with pytest.raises(DataError, match=r"port \d+: found Address already in use; .*PORT=8001"):
            serve(site, taken.getsockname()[1])
