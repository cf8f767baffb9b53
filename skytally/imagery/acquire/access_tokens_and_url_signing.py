"""Sign asset addresses with tokens or S3 signatures, from credentials in the environment.

No secret is a parameter, an attribute, a log line or part of an error message.
"""

from __future__ import annotations

import calendar
import functools
import hashlib
import hmac
import http.client
import json
import os
import re
import time
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

import urllib3

from skytally.core import AcquisitionError, DataError
from skytally.imagery.acquire.byte_range_fetching import SignUrl
from skytally.imagery.acquire.image_provider_table import Provider
from skytally.imagery.acquire.provider_allowed_addresses import address_rules, s3_endpoint
from skytally.web import AddressRules, ForbiddenAddressError, answer_of, connection_fault, origin_of

PLANETARY_COMPUTER_KEY = "PC_SDK_SUBSCRIPTION_KEY"
"""Environment variable with a subscription key; without it the limits are lower."""
S3_KEY, S3_SECRET = "CDSE_S3_ACCESS_KEY", "CDSE_S3_SECRET_KEY"
"""Environment variables with the keys of the Copernicus Data Space object store."""
S3_REGION = "default"
TOKEN_KEPT_S = 300.0
"""Seconds for which a token is reused at most."""
TOKEN_REST_S = 120.0
"""Seconds before its expiry from which a token is no longer used."""
TOKEN_HOSTS = ".blob.core.windows.net"
"""Suffix of the hosts to which a token is sent."""
SIGNATURE_LASTS_S = 900
TOKEN_TRIES, TOKEN_PAUSE_S, TOKEN_TIMEOUT_S = 5, 0.5, 20.0
"""Attempts to fetch a token, seconds before the second, which double, and seconds of each."""
MAX_TOKEN_BYTES = 1 << 16
TOKEN = re.compile(r"[!-~]{1,8192}")
"""Characters of a token: those of a query."""


class _CollectionToken:
    """Access token of one collection, fetched again before it expires."""

    def __init__(self, url: str, rules: AddressRules) -> None:
        self.url, self.rules, self._query, self._until = url, rules, "", -1.0

    def query(self) -> str:
        """Query string that gives access to an address."""
        if time.monotonic() >= self._until:
            self._query, lasts = _fetch_token(self.url, self.rules)
            self._until = time.monotonic() + min(TOKEN_KEPT_S, lasts - TOKEN_REST_S)
        return self._query


def _token_answer(url: str, rules: AddressRules) -> bytes:
    """Ask for a token, again where the fault may pass; no redirection carries the key away."""
    key = os.environ.get(PLANETARY_COMPUTER_KEY)
    fault, advice = "", "try again later"
    for attempt in range(TOKEN_TRIES):
        if attempt:
            time.sleep(TOKEN_PAUSE_S * 2 ** (attempt - 1))
        try:
            with answer_of(
                "GET", url, rules=rules, ends=time.monotonic() + TOKEN_TIMEOUT_S, redirects=0,
                headers={"Ocp-Apim-Subscription-Key": key} if key else {},
            ) as answer:  # fmt: skip
                if answer.status == 200:
                    return answer.read(MAX_TOKEN_BYTES)
                fault = f"status {answer.status} where a token belongs"
                if answer.status not in (429, 500, 502, 503, 504):
                    advice = "see signing in the provider's row"
                    break
        except ForbiddenAddressError as error:
            fault = f"no token ({error})"
            advice = "see signing in the provider's row"
            break
        except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
            fault = f"no token ({connection_fault(error)})"
    message = f"{url}: {fault}; {advice}"
    raise AcquisitionError(message)


def _fetch_token(url: str, rules: AddressRules) -> tuple[str, float]:
    """Fetch a token and the seconds for which it is valid."""
    answer = _token_answer(url, rules)
    try:
        content = json.loads(answer)
        expiry = calendar.timegm(time.strptime(content["msft:expiry"][:19], "%Y-%m-%dT%H:%M:%S"))
        if not TOKEN.fullmatch(content["token"]):
            raise ValueError
        return content["token"], expiry - calendar.timegm(time.gmtime())
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        message = f"{url}: the answer is no token; see whether the provider changed its service"
        raise AcquisitionError(message) from None


@functools.lru_cache(maxsize=32)
def _token(process: int, url: str, rules: AddressRules) -> _CollectionToken:
    assert process == os.getpid()
    return _CollectionToken(url, rules)


def presigned_url(
    url: str, *, key: str, secret: str, region: str, moment: str, lasts_s: int = SIGNATURE_LASTS_S
) -> str:
    """Presign an S3 address for reading (Signature Version 4 in the query).

    Parameters
    ----------
    url : str
        Address of the object, without a query.
    key, secret : str
        Credentials.
    region : str
        Region the store expects in the signature.
    moment : str
        Now, UTC, as ``20130524T000000Z``.
    lasts_s : int
        Seconds for which the address can be read.

    Returns
    -------
    str
        The address with its signature.

    References
    ----------
    Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters (AWS Signature
    Version 4)", whose worked example is a test.
    """
    parts = urlsplit(url)
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    query = "&".join(
        f"{name}={quote(value, safe='')}"
        for name, value in (
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", f"{key}/{scope}"),
            ("X-Amz-Date", moment),
            ("X-Amz-Expires", str(lasts_s)),
            ("X-Amz-SignedHeaders", "host"),
        )
    )
    canonical_request = f"GET\n{parts.path}\n{query}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
    digest = hashlib.sha256(canonical_request.encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
    chain = f"AWS4{secret}".encode()
    for word in scope.split("/"):
        chain = hmac.new(chain, word.encode(), hashlib.sha256).digest()
    signature = hmac.new(chain, to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{url}?{query}&X-Amz-Signature={signature}"


def _presigned_s3(href: str, environ: Mapping[str, str]) -> str:
    missing = [name for name in (S3_KEY, S3_SECRET) if not environ.get(name)]
    if missing:
        message = f"no {' and no '.join(missing)} in the environment; set what the store gave you"
        raise AcquisitionError(message)
    endpoint = s3_endpoint()
    # a catalogue writes a space in a name as %20; it is signed as the name itself
    path = unquote(href.removeprefix("s3://") if href.startswith("s3://") else urlsplit(href).path)
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    url = f"{endpoint}/{quote(path.lstrip('/'), safe='/~')}"
    return presigned_url(
        url, key=environ[S3_KEY], secret=environ[S3_SECRET], region=S3_REGION, moment=moment
    )


def url_signer(provider: Provider) -> SignUrl:
    """Return the function that signs the addresses of a provider.

    Parameters
    ----------
    provider : Provider
        Its ``signing`` names the method.

    Returns
    -------
    callable
        From an address to the signed address; to be called right before reading, because
        signatures expire. It raises `AcquisitionError` if credentials are missing.

    Raises
    ------
    DataError
        If the signing method is not known.
    """
    if provider.signing == "none":
        return str
    if provider.signing == "s3":
        return lambda href: _presigned_s3(href, os.environ)
    if provider.signing != "planetary-computer":
        message = f"provider {provider.name}: signing {provider.signing!r} is not known"
        raise DataError(message)
    home, rules = urlsplit(provider.url), address_rules(provider)
    collection = quote(provider.collection, safe="")
    endpoint = f"{home.scheme}://{home.netloc}/api/sas/v1/token/{collection}"

    def sign(href: str) -> str:
        host, port = origin_of(href)
        trusted = (host, port) == origin_of(provider.url) or (
            href.startswith("https://") and port == 443 and host.endswith(TOKEN_HOSTS)
        )
        if not trusted:
            return href
        mark = "&" if "?" in href else "?"
        return f"{href.partition('#')[0]}{mark}{_token(os.getpid(), endpoint, rules).query()}"

    return sign
