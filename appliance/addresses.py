"""Network addresses: one form for each, and which of them count as one machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_OF_ONE_MACHINE = 64
"""Bits of an IPv6 address that name its network; a machine chooses the rest as it likes."""


@lru_cache(maxsize=256)
def tidy(address: str) -> str | None:
    """The address as others write it too, without a port; None when it is none.

    A socket for both families gives IPv4 addresses as `::ffff:10.0.0.5`. Cached, because each
    request asks several times for the same few.
    """
    text = address.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found)


def network_of(address: str) -> str:
    """What counts as one machine: an IPv4 address, or the /64 of an IPv6 address."""
    known = tidy(address)
    if known is None or ":" not in known:
        return known or address
    return str(ip_network((known, _OF_ONE_MACHINE), strict=False))


def is_loopback(address: str) -> bool:
    known = tidy(address)
    return known is not None and ip_address(known).is_loopback


@dataclass(frozen=True, slots=True)
class Networks:
    """Machines that are known by their address."""

    each: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, names: Sequence[str]) -> "Networks":
        """From addresses and networks such as `10.0.0.0/8`. Raises ValueError."""
        return cls(tuple(ip_network(name, strict=False) for name in names))

    def hold(self, address: str) -> bool:
        known = tidy(address) if self.each else None
        return known is not None and any(ip_address(known) in each for each in self.each)


NO_NETWORKS = Networks()
LAN = Networks.of(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"])
"""RFC 1918 and RFC 4193: where a house has its own machines."""


def is_near(address: str) -> bool:
    """Of this machine or of the LAN."""
    return is_loopback(address) or LAN.hold(address)
