"""Addresses that requests come from, as limits see them."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

IPV6_SITE_BITS = 64
REMEMBERED = 8_192
LOOPBACK = ("127.0.0.0/8", "::1/128")


def site(address: str | None) -> str:
    """Who has one IPv6 address has 2⁶⁴ of them."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, IPV6_SITE_BITS), strict=False))
    return str(parsed)


class Addresses:
    """`unlimited`: networks whose requests are not counted. Raises ValueError on what is no network."""

    def __init__(self, unlimited: Iterable[str] = LOOPBACK) -> None:
        self._unlimited = [ipaddress.ip_network(one, strict=False) for one in unlimited]
        self.counted = lru_cache(maxsize=REMEMBERED)(self._counted)

    def _counted(self, address: str | None) -> str | None:
        """What the address is counted under; None: it is not."""
        whose = site(address)
        try:
            parsed = ipaddress.ip_address(address or "")
        except ValueError:
            return whose
        mapped = getattr(parsed, "ipv4_mapped", None) or parsed
        return None if any(mapped in one for one in self._unlimited) else whose
