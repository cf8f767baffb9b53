"""Credentials: from the environment at the moment of use, and nowhere else."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from skytally.core.errors_and_fault_lists import AcquisitionError, DataError
from skytally.imagery.acquire import access_tokens_and_url_signing
from skytally.imagery.acquire.byte_range_fetching import FetchSettings
from skytally.imagery.acquire.provider_allowed_addresses import S3_ENDPOINT_VARIABLE
from skytally.imagery.acquire.scene_reader import read_scene_over_site
from skytally.web import ForbiddenAddressError
from tests.support import server_fault_proxy as faults, simulated_scenes_and_sites as chips

SPLIT = b'{"token": "a b", "msft:expiry": "2099-01-01T00:00:00Z"}'
SECRET = f"{faults.CANARY}-secret"
TOKEN = {"msft:expiry": "2099-01-01T00:00:00Z", "token": f"st=now&sig={SECRET}"}


def test_presigned_is_the_worked_example_of_the_protocol() -> None:
    """Amazon S3 API Reference, signature version 4 in the query."""
    found = access_tokens_and_url_signing.presigned_url(
        "https://examplebucket.s3.amazonaws.com/test.txt",
        key="AKIAIOSFODNN7EXAMPLE",
        secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        region="us-east-1",
        moment="20130524T000000Z",
        lasts_s=86400,
    )
    assert found.endswith(
        "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )


def test_no_signing_changes_nothing(tmp_path: Path) -> None:
    """The default."""
    assert (
        access_tokens_and_url_signing.url_signer(chips.provider(tmp_path))("https://host/a.tif")
        == "https://host/a.tif"
    )


def test_an_unknown_way_is_refused(tmp_path: Path) -> None:
    """A row of configuration may be wrong."""
    with pytest.raises(DataError, match="'handshake' is not known"):
        access_tokens_and_url_signing.url_signer(chips.provider(tmp_path, signing="handshake"))


def test_s3_keys_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the moment of use; without them the message names the variables."""
    sign = access_tokens_and_url_signing.url_signer(chips.provider(tmp_path, signing="s3"))
    monkeypatch.delenv(access_tokens_and_url_signing.S3_KEY, raising=False)
    monkeypatch.delenv(access_tokens_and_url_signing.S3_SECRET, raising=False)
    with pytest.raises(AcquisitionError, match=r"no CDSE_S3_ACCESS_KEY and no CDSE_S3_SECRET_KEY"):
        sign("s3://eodata/Sentinel-2/a b.jp2")
    monkeypatch.setenv(access_tokens_and_url_signing.S3_KEY, "me")
    monkeypatch.setenv(access_tokens_and_url_signing.S3_SECRET, SECRET)
    found = sign("s3://eodata/Sentinel-2/a b.jp2")
    begins = "https://eodata.dataspace.copernicus.eu/eodata/Sentinel-2/a%20b.jp2?X-Amz-Algorithm="
    assert found.startswith(begins)
    assert SECRET not in found


@contextmanager
def _tokens(folder: Path, *answers: faults.Answer) -> Iterator[faults.Proxy]:
    """Serve files, and tokens in turn; the last one is served for ever."""
    files, left = faults.files(folder), list(answers)

    def origin(request: faults.Request) -> faults.Answer:
        if "/api/sas/v1/token/" in request.path:
            return left.pop(0) if len(left) > 1 else left[0]
        return files(request)

    with faults.serving(origin) as server:
        access_tokens_and_url_signing._token.cache_clear()
        yield server


def test_tokens_are_fetched_and_put_on_each_request(tmp_path: Path) -> None:
    """One token for many files, fetched from the collection's address."""
    answer = faults.Answer(200, {}, json.dumps(TOKEN).encode())
    with _tokens(tmp_path, answer) as server:
        item = chips.scene(tmp_path, base=server.url)
        row = chips.provider(
            tmp_path,
            url=f"{server.url}/api/stac/v1",
            collection="sentinel-2-l2a",
            signing="planetary-computer",
        )
        read_scene_over_site(item, chips.site(), sign=access_tokens_and_url_signing.url_signer(row))
        asked = [each.path for each in server.asked if "token" in each.path]
        files = [each.query for each in server.asked if each.path.endswith(".tif")]
    assert set(asked) == {"/api/sas/v1/token/sentinel-2-l2a"}
    assert set(files) == {TOKEN["token"]}


def test_a_token_is_given_to_its_own_hosts_only(tmp_path: Path) -> None:
    """Whoever writes an item does not get it."""
    answer = faults.Answer(200, {}, json.dumps(TOKEN).encode())
    with _tokens(tmp_path, answer) as server:
        row = chips.provider(tmp_path, url=f"{server.url}/api", signing="planetary-computer")
        sign = access_tokens_and_url_signing.url_signer(row)
        assert SECRET in sign("https://x.blob.core.windows.net/c/a.tif")
        assert SECRET not in sign("https://elsewhere.example/a.tif")
        assert SECRET not in sign("http://x.blob.core.windows.net/c/a.tif")


def test_a_token_that_ends_soon_is_fetched_again(tmp_path: Path) -> None:
    """Nothing is signed with it."""
    stale = {**TOKEN, "msft:expiry": "2001-01-01T00:00:00Z", "token": "sig=stale"}
    answers = [faults.Answer(200, {}, json.dumps(each).encode()) for each in (stale, TOKEN)]
    with _tokens(tmp_path, *answers) as server:
        row = chips.provider(tmp_path, url=f"{server.url}/api", signing="planetary-computer")
        sign = access_tokens_and_url_signing.url_signer(row)
        sign("https://x.blob.core.windows.net/c/a.tif")
        assert SECRET in sign("https://x.blob.core.windows.net/c/a.tif")


def test_key_does_not_follow_a_redirection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service of tokens that sends us elsewhere gets no second request with the key."""
    monkeypatch.setenv(access_tokens_and_url_signing.PLANETARY_COMPUTER_KEY, SECRET)
    with faults.serving(faults.files(tmp_path)) as elsewhere:
        away = faults.Answer(302, {"Location": f"{elsewhere.url}/steal"}, b"")
        with _tokens(tmp_path, away) as server:
            row = chips.provider(tmp_path, url=f"{server.url}/api", signing="planetary-computer")
            with pytest.raises(AcquisitionError, match="redirected more than 0 times"):
                access_tokens_and_url_signing.url_signer(row)(
                    "https://x.blob.core.windows.net/c/a.tif"
                )
        assert elsewhere.asked == []


@pytest.mark.parametrize(
    "href",
    [
        "https://evil.example\\.blob.core.windows.net/a.tif",
        "https://evil.example#.blob.core.windows.net/a.tif",
        "https://evil.example/?.blob.core.windows.net/a.tif",
        "https://x.blob.core.windows.net@evil.example/a.tif",
        "https://x.blob.core.windows.net:444/a.tif",
    ],
)
def test_token_is_not_given_to_a_host_that_only_looks_trusted(tmp_path: Path, href: str) -> None:
    """The host is the one that the connection would go to."""
    answer = faults.Answer(200, {}, json.dumps(TOKEN).encode())
    with _tokens(tmp_path, answer) as server:
        row = chips.provider(tmp_path, url=f"{server.url}/api", signing="planetary-computer")
        with contextlib.suppress(ForbiddenAddressError):
            assert SECRET not in access_tokens_and_url_signing.url_signer(row)(href)
        assert [each for each in server.asked if "token" in each.path] == []


def test_space_in_the_name_of_an_object_is_signed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the item writes it as a space or as %20."""
    monkeypatch.setenv(access_tokens_and_url_signing.S3_KEY, "me")
    monkeypatch.setenv(access_tokens_and_url_signing.S3_SECRET, SECRET)
    sign = access_tokens_and_url_signing.url_signer(chips.provider(tmp_path, signing="s3"))
    plain = {sign(f"s3://eodata/a{space}b.jp2").partition("?")[0] for space in (" ", "%20")}
    assert plain == {"https://eodata.dataspace.copernicus.eu/eodata/a%20b.jp2"}


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"{}",
        b'{"token": 1, "msft:expiry": "soon"}',
        b"[" * 9999,
        SPLIT,
    ],
)
def test_an_answer_that_is_no_token_is_told(tmp_path: Path, body: bytes) -> None:
    """By the address, not by its content."""
    with _tokens(tmp_path, faults.Answer(200, {}, body)) as server:
        row = chips.provider(tmp_path, url=f"{server.url}/api", signing="planetary-computer")
        with pytest.raises(AcquisitionError, match="the answer is no token"):
            access_tokens_and_url_signing.url_signer(row)("https://x.blob.core.windows.net/c/a.tif")


def test_nothing_secret_is_in_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither token nor signature nor key, also where the connection itself fails."""
    monkeypatch.setenv(access_tokens_and_url_signing.S3_KEY, "me")
    monkeypatch.setenv(access_tokens_and_url_signing.S3_SECRET, SECRET)
    monkeypatch.setenv(S3_ENDPOINT_VARIABLE, "http://127.0.0.1:9")
    sign = access_tokens_and_url_signing.url_signer(chips.provider(tmp_path, signing="s3"))
    item = chips.scene_item({"b02": chips.asset("b02", "s3://eodata/a.jp2")})
    quick = FetchSettings(tries=1, connect_s=0.3, timeout_s=0.5)
    with pytest.raises(AcquisitionError, match=r"s3://eodata/a\.jp2") as told:
        read_scene_over_site(item, chips.site(), settings=quick, sign=sign)
    said = ""
    error: BaseException | None = told.value
    while error is not None:
        said, error = f"{said} {error!r}", error.__cause__ or error.__context__
    assert not re.search(f"X-Amz|Signature|{SECRET}", said)
