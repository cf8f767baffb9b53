"""Requests: none outlasts its deadline, none leads to an address that is not allowed."""

from __future__ import annotations

import gzip
import itertools
import os
import shutil
import socket
import ssl
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from urllib3 import Retry

from skytally.imagery.acquire.byte_range_fetching import (
    FetchAttemptError,
    FetchSettings,
    fetch_range,
)
from skytally.imagery.acquire.provider_allowed_addresses import address_rules
from skytally.imagery.acquire.stac import http_client
from skytally.imagery.acquire.stac.http_client import CatalogueError, CatalogueIO
from skytally.web import AddressRules, ForbiddenAddressError, allowed_addresses
from tests.support.faulty_stac_catalogue_server import provider_of
from tests.support.raw_byte_server import HEAD, RawServer, Script, dripped, raw_server, silent

PUBLIC = AddressRules()
SECRET = b"c4n4ry"
IMPATIENT = {"timeout": 0.1, "patience": 1.0}
PATIENT = FetchSettings(timeout_s=5.0, addresses=AddressRules(local=True))
SETTINGS = FetchSettings(connect_s=0.2, timeout_s=0.15, addresses=AddressRules(local=True))
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
RANGE = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-9/10\r\n"


def _repeated(first: bytes, piece: bytes) -> Script:
    return lambda _: itertools.chain([first], itertools.repeat(piece * 500))


def _redirect(url: str) -> Iterable[bytes]:
    yield f"HTTP/1.1 302 Found\r\nLocation: {url}/on\r\nContent-Length: 0\r\n\r\n".encode()


def _endless_redirect_body(url: str) -> Iterable[bytes]:
    yield f"HTTP/1.1 302 Found\r\nLocation: {url}/on\r\n\r\n".encode()
    yield from itertools.repeat(b"x" * 1000)


ENDLESS: dict[str, Script] = {
    "nothing": silent,
    "dripped status line": lambda _: dripped(b"HTTP/1.1 200 OK"),
    "dripped headers": lambda _: dripped(HEAD + b"X-Long: "),
    "endless 100 Continue": _repeated(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "endless header line": _repeated(HEAD + b"X: ", b"y" * 1000),
    "endless headers": _repeated(HEAD, b"X-Again: 1\r\n"),
    "dripped body": lambda _: dripped(HEAD + b"Content-Length: 100000\r\n\r\n"),
    "dripped chunk size": lambda _: dripped(CHUNKED + b"0000"),
    "dripped chunks": lambda _: itertools.chain([CHUNKED], itertools.repeat(b"1\r\n \r\n")),
    "endless trailers": _repeated(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-Trailer: 1\r\n"),
    "dripped range": lambda _: dripped(RANGE + b"Content-Length: 10\r\n\r\n"),
    "redirections without end": _redirect,
    "endless body of a redirection": _endless_redirect_body,
}


GIVEN_UP = r"no answer|rules of HTTP|redirected more|not a part|without the range|too slow|where a"


def _client(**words: Any) -> CatalogueIO:
    known = {"timeout": 3.0, "patience": 10.0, "rules": AddressRules(local=True)}
    return CatalogueIO(retry=Retry(total=0), **{**known, **words})


@pytest.mark.parametrize("script", ENDLESS.values(), ids=ENDLESS)
def test_no_answer_outlasts_its_deadline(script: Script) -> None:
    """Whatever a peer sends, and however slowly, catalogue and files are given up in time."""
    with raw_server(script, pause_s=0.01) as server:
        start = time.monotonic()
        with pytest.raises(CatalogueError, match=GIVEN_UP):
            _client(**IMPATIENT).request(server.url)
        with pytest.raises(FetchAttemptError, match=GIVEN_UP):
            fetch_range(f"{server.url}/a.tif", 0, 10, sign=str, settings=SETTINGS, until=start + 60)
        assert time.monotonic() - start < 8
    assert server.asked


def test_peer_that_never_greets_is_given_up() -> None:
    """The greeting of an encrypted connection has the same deadline."""
    with raw_server(silent) as server:
        start = time.monotonic()
        with pytest.raises(CatalogueError, match="no answer within"):
            _client(**IMPATIENT).request(f"https://127.0.0.1:{server.port}/")
        assert time.monotonic() - start < 8


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Certificate and key of localhost in one file."""
    if not shutil.which("openssl"):
        pytest.skip("openssl, which makes the certificate, is not installed")
    path = tmp_path / "localhost.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run(
        ["openssl", "req", *kind, "-keyout", str(path), "-out", f"{path}.crt", *names],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


def test_encrypted_answer_is_read_and_has_the_same_deadline(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate that is trusted lets a document through; dripped headers are given up."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    body = b'{"stac_version": "1.0.0"}'
    for script, found in ((_answer(JSON, body=body), True), (ENDLESS["dripped headers"], False)):
        with raw_server(script, tls=context) as server:
            rules = AddressRules(origins=frozenset({("localhost", server.port)}))
            url = f"https://localhost:{server.port}/"
            if found:
                assert _client(rules=rules).document(url) == {"stac_version": "1.0.0"}
                continue
            start = time.monotonic()
            with pytest.raises(CatalogueError, match="no answer within"):
                _client(rules=rules, timeout=0.5, patience=1.0).request(url)
            assert time.monotonic() - start < 8


def test_resolver_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's resolver knows no limit; ours is the request's."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(3))
    start = time.monotonic()
    with pytest.raises(CatalogueError, match="no answer within"):
        _client(**IMPATIENT).request("http://slow.example/")
    assert time.monotonic() - start < 2.5


def test_pipe_and_device_are_no_files(tmp_path: Path) -> None:
    """A pipe that nobody writes to and a device without end are refused at once."""
    os.mkfifo(tmp_path / "pipe.tif")
    for path in (tmp_path / "pipe.tif", Path("/dev/zero"), tmp_path):
        for href in (str(path), path.as_uri()):
            with pytest.raises(FetchAttemptError, match=r"no regular file|directory"):
                fetch_range(href, 0, 10, sign=str, settings=SETTINGS, until=time.monotonic() + 60)


def test_process_ends_after_the_last_request() -> None:
    """No thread that waits for a server keeps the process."""
    code = """
    import socket, sys, time
    from skytally.imagery.acquire.byte_range_fetching import FetchSettings
    from skytally.imagery.acquire.scene_reader import read_scene_over_site
    from tests.support import simulated_scenes_and_sites as chips
    from tests.support.raw_byte_server import raw_server, dripped
    with raw_server(lambda _: dripped(b"HTTP/1.1 200 OK")) as server:
        item = chips.scene_item({"b02": chips.asset("b02", server.url + "/a.tif")})
        quick = FetchSettings(tries=1, connect_s=0.3, timeout_s=0.3)
        try:
            read_scene_over_site(item, chips.site(), settings=quick)
        except Exception as error:
            print(type(error).__name__)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == "AcquisitionError\n"


PRIVATE = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://sub.localhost:{port}/",
    "http://LOCALHOST.:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://0.0.0.0:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[fe80::1%25lo]:{port}/",
    "http://[fd00::1]:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://172.16.0.1/",
    "http://100.64.0.1/",
    "http://224.0.0.1/",
    "http://rebind.example:{port}/",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_private_address_is_refused_before_it_is_connected_to(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every way in which it can be written, also behind a name and a redirection."""
    real = socket.getaddrinfo

    def resolved(host: str, *words: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host == "rebind.example" else host, *words, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    with raw_server(silent) as server:
        there = url.format(port=server.port)
        with pytest.raises(CatalogueError, match="private network"):
            _client(rules=PUBLIC).request(there)
        assert not server.asked

        def away(_: str) -> Iterable[bytes]:
            yield f"HTTP/1.1 307 Away\r\nLocation: {there}\r\nContent-Length: 0\r\n\r\n".encode()

        with raw_server(away) as first:
            mine = AddressRules(origins=frozenset({("127.0.0.1", first.port)}))
            with pytest.raises(CatalogueError, match="private network"):
                _client(rules=mine).request(first.url)
            assert first.asked
        assert not server.asked


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "/etc/passwd", "ftp://host/a", "gopher://host/a", "//host/a",
        "http:///a", "http://", "", "http://host\\@127.0.0.1/", "http://a b.example/\n",
        "data:,x", "javascript:1", "unix:///run/x", f"http://host/{'x' * 5000}",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    """Other schemes, paths and addresses that two programs would read in two ways."""
    with pytest.raises(ForbiddenAddressError, match="no http:// or https:// address"):
        PUBLIC.check(url)
    with pytest.raises(CatalogueError, match="no http:// or https:// address"):
        _client(rules=PUBLIC).request(url)


def test_name_is_resolved_once_and_its_checked_address_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that changes its meaning between check and connection gains nothing."""
    asked = []

    def rebinding(host: str, port: int, **_: Any) -> Any:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(allowed_addresses, "is_public", lambda each: str(each) == "127.0.0.1")
    body = b'{"stac_version": "1.0.0"}'
    answer = HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
    with raw_server(lambda _: [answer]) as server:
        found = _client(rules=PUBLIC).document(f"http://name.example:{server.port}/")
    assert found == {"stac_version": "1.0.0"}
    assert asked == ["name.example"]


@pytest.mark.parametrize(
    ("row", "address", "allowed"),
    [
        ({"url": "http://127.0.0.1:80"}, "http://127.0.0.1/b", True),
        ({"url": "http://127.0.0.1:80"}, "http://127.0.0.1:81/b", False),
        ({"url": "http://127.0.0.1:80"}, "http://169.254.169.254/", False),
        ({"url": "http://127.0.0.1:80", "local": True}, "http://169.254.169.254/", True),
        ({"url": "https://example.org"}, "http://10.0.0.1/", False),
        ({"url": "https://example.org"}, "http://8.8.8.8/", True),
        ({"url": "/data/catalog.json"}, "http://10.0.0.1/", True),
        ({"url": "/data/catalog.json", "local": False}, "http://10.0.0.1/", False),
    ],
)
def test_row_says_what_is_local(row: dict[str, Any], address: str, allowed: bool) -> None:
    """A written-out address is trusted itself, and nothing beside it, unless the row is local."""
    rules = address_rules(provider_of(**row))
    try:
        rules.check(address)
    except ForbiddenAddressError:
        assert not allowed
    else:
        assert allowed


def _answer(*headers: bytes, body: bytes) -> Script:
    length = f"Content-Length: {len(body)}\r\n".encode()
    lines = b"".join(header + b"\r\n" for header in headers)
    return lambda _: [b"HTTP/1.1 200 OK\r\n" + length + lines + b"\r\n" + body]


JSON = b"Content-Type: application/json"
PACKED = b"Content-Encoding: gzip"
BAD_ANSWERS: dict[str, tuple[Script, str]] = {
    "garbage": (lambda _: [SECRET + b" is no status line\r\n\r\n"], "breaks the rules of HTTP"),
    "chunk size": (lambda _: [CHUNKED + SECRET + b"\r\n"], "breaks"),
    "html": (_answer(b"Content-Type: text/html", body=b"<html>" + SECRET), "a web page"),
    "latin-1": (_answer(JSON, body=b'{"a": "\xe9c4n4ry"}'), "not UTF-8"),
    "broken": (_answer(JSON, body=b'{"c4n4ry": '), "breaks off"),
    "list": (_answer(JSON, body=b'["c4n4ry"]'), "no catalogue"),
    "deep": (_answer(JSON, body=b'{"links": ' + b"[" * 10**5 + b"]" * 10**5 + b"}"), "breaks off"),
    "nested": (_answer(JSON, body=b'{"links": ' + b"[" * 90 + b"]" * 90 + b"}"), "more than 60"),
    "bomb": (_answer(JSON, PACKED, body=gzip.compress(bytes(10**7))), "more than"),
    "no gzip": (_answer(JSON, PACKED, body=SECRET), "cannot be unpacked"),
    "cut gzip": (_answer(JSON, PACKED, body=gzip.compress(b"{}" * 99)[:-9]), "breaks off"),
    "packed twice": (_answer(JSON, b"Content-Encoding: gzip, gzip", body=SECRET), "not asked for"),
    "error body": (lambda _: [b"HTTP/1.1 418 c4n4ry\r\n\r\nc4n4ry"], "status 418"),
    "wish": (lambda _: [b"HTTP/1.1 503 X\r\nRetry-After: " + b"9" * 5000 + b"\r\n\r\n"], "503"),
}


@pytest.mark.parametrize(("script", "words"), BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_bad_answer_is_told_without_a_byte_of_it(
    script: Script, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One short sentence in our own words, whatever the server sent."""
    monkeypatch.setattr(http_client, "MAX_ANSWER_BYTES", 10**6)
    with raw_server(script) as server, pytest.raises(CatalogueError, match=words) as error:
        _client().request(server.url)
    chain: BaseException | None = error.value
    assert SECRET.decode() not in str(chain)


@pytest.mark.parametrize(
    "script",
    [
        _answer(JSON, body=b'\xef\xbb\xbf{"stac_version": "1.0.0"}'),
        _answer(b"Content-Type: text/plain", body=b'{"stac_version": "1.0.0"}'),
        _answer(JSON, PACKED, body=gzip.compress(b'{"stac_version": "1.0.0"}')),
        _answer(body=b'  {"stac_version": "1.0.0"}\n'),
    ],
    ids=["byte-order mark", "plain text", "gzip", "no type"],
)
def test_sound_document_is_read_however_it_comes(script: Script) -> None:
    """A mark before it, another type and a packed body change nothing."""
    with raw_server(script) as server:
        assert _client().document(server.url) == {"stac_version": "1.0.0"}


LIES = {
    b"206 X\r\nContent-Type: text/\x1b[2J" + b"x" * 5000: "where a file belongs",
    b"206 X\r\nContent-Range: bytes 0-9/" + b"9" * 5000: "without the range",
    b"200 X\r\nContent-Length: \xb2": "not a part",
    b"503 X\r\nRetry-After: \xb2": "the server failed",
}


@pytest.mark.parametrize(("head", "words"), LIES.items(), ids=LIES.values())
def test_range_of_a_server_that_lies_is_told_without_a_byte_of_it(head: bytes, words: str) -> None:
    """Neither a type without end nor digits that are none reach a message whole."""
    answer = b"HTTP/1.1 " + head + b"\r\n\r\nc4n4ry"
    with (
        raw_server(lambda _: [answer]) as server,
        pytest.raises(FetchAttemptError, match=words) as error,
    ):
        _range(server)
    assert len(str(error.value)) < 120
    assert str(error.value).isprintable()


def _range(server: RawServer) -> None:
    href = f"{server.url}/a.tif?sig=c4n4ry"
    fetch_range(href, 0, 10, sign=str, settings=PATIENT, until=time.monotonic() + 60)


def test_credentials_of_other_programs_are_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the user keeps in .netrc for other programs stays there."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password c4n4ry\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with raw_server(_answer(JSON, body=b'{"stac_version": "1.0.0"}')) as server:
        _client().request(server.url)
    assert b"authorization" not in server.asked[0].lower()


def test_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host beyond the network is asked for through it, a private one never."""
    body = b'{"stac_version": "1.0.0"}'
    with raw_server(_answer(JSON, body=body)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        assert _client(rules=PUBLIC).document("http://far.example/a")
        assert proxy.asked[0].startswith(b"GET http://far.example/a HTTP/1.1")
        with pytest.raises(CatalogueError, match="private network"):
            _client(rules=PUBLIC).request("http://10.0.0.1/")
    assert len(proxy.asked) == 1
