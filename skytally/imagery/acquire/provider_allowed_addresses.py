"""Which addresses the catalogue of a provider may send us to, beyond public hosts."""

from __future__ import annotations

import contextlib
import ipaddress
import os

from skytally.imagery.acquire.image_provider_table import S3_SIGNING, Provider
from skytally.web import AddressRules, origin_of

S3_ENDPOINT = "https://eodata.dataspace.copernicus.eu"
S3_ENDPOINT_VARIABLE = "CDSE_S3_ENDPOINT"
"""Environment variable naming another endpoint of the same protocol."""


def s3_endpoint() -> str:
    """Address of the object store of providers that sign for S3."""
    return os.environ.get(S3_ENDPOINT_VARIABLE, S3_ENDPOINT).rstrip("/")


def address_rules(provider: Provider) -> AddressRules:
    """Which addresses the catalogue of a provider, its items and its servers may send us to.

    Parameters
    ----------
    provider : Provider
        Its row.

    Returns
    -------
    AddressRules
        Public hosts over HTTP; everything where the row is local; and, where the row or the
        environment writes out an address of this machine or network, its host and port alone.
    """
    named = [provider.url] if "://" in provider.url else []
    origins = {origin_of(url) for url in named if _is_written_out(url)}
    if provider.signing == S3_SIGNING:
        origins.add(origin_of(s3_endpoint()))
    return AddressRules(provider.is_local, frozenset(origins))


def _is_written_out(url: str) -> bool:
    """Whether a host is a number or this machine's name, which no name server can change."""
    host, _ = origin_of(url)
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        return True
    return host == "localhost"
