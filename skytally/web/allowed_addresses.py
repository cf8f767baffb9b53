"""Which addresses a server may send us to: public hosts, and what the user named."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from dataclasses import dataclass

import urllib3
from urllib3.util import parse_url

ADDRESS = re.compile(r"[!-\[\]-~\u00a0-\U0010ffff ]{1,4096}")
"""Characters of an address: no control character, no backslash, which programs read differently."""
NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""Prefix of IPv6 addresses that lead to the IPv4 address in their last 32 bits."""
PORTS = {"http": 80, "https": 443}
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Origin = tuple[str, int]
"""Host and port."""


class ForbiddenAddressError(RuntimeError):
    """An address that a page, catalogue or server may not send us to; the text says why."""


@dataclass(frozen=True)
class AddressRules:
    """Which addresses may be read."""

    local: bool = False
    """Whether files of this machine and hosts that are not public may be read."""
    origins: frozenset[Origin] = frozenset()
    """Hosts and ports that the user named, which need not be public."""

    def check(self, url: str) -> None:
        """Refuse an address that names no public host over HTTP; a name is resolved later.

        Raises
        ------
        ForbiddenAddressError
            If it is none, or leads to this machine or a private network.
        """
        host, _ = origin_of(url)
        if host == "localhost" or host.endswith(".localhost"):
            self.check_ip(url, ipaddress.ip_address("127.0.0.1"))
        with contextlib.suppress(ValueError):
            self.check_ip(url, ipaddress.ip_address(host.partition("%")[0]))

    def allows(self, address: IPAddress, origin: Origin) -> bool:
        """Whether a host may be connected to at an address to which its name leads."""
        return self.local or origin in self.origins or is_public(address)

    def check_ip(self, url: str, address: IPAddress) -> None:
        """Refuse an address to which a host leads, unless it is public or allowed."""
        if not self.allows(address, origin_of(url)):
            message = (
                "an address of this machine or of a private network; where that is meant, write "
                "local = true in the provider's row"
            )
            raise ForbiddenAddressError(message)


ANY_ADDRESS = AddressRules(local=True)
"""For addresses that come from no catalogue."""


def origin_of(url: str) -> Origin:
    """Host, in lower case and without brackets, and port of an HTTP address.

    Raises
    ------
    ForbiddenAddressError
        If it is no HTTP address with a host.
    """
    message = "no http:// or https:// address of a host"
    if not ADDRESS.fullmatch(url):
        raise ForbiddenAddressError(message)
    try:
        parts = parse_url(url)
    except urllib3.exceptions.LocationParseError:
        raise ForbiddenAddressError(message) from None
    host = (parts.host or "").strip("[]").rstrip(".").lower()
    if parts.scheme not in PORTS or not host:
        raise ForbiddenAddressError(message)
    return host, parts.port or PORTS[parts.scheme]


def is_public(address: IPAddress) -> bool:
    """Whether an address is one of the public internet, also where another is written in it.

    Examples
    --------
    >>> addresses = map(ipaddress.ip_address, ("8.8.8.8", "169.254.169.254", "::ffff:10.0.0.1"))
    >>> [is_public(address) for address in addresses]
    [True, False, False]
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if not all(is_public(each) for each in inner if each is not None):
            return False
        if address.ipv4_mapped is not None:
            return True
    return address.is_global and not address.is_multicast and not address.is_reserved
