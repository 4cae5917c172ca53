"""What this box is called: the names and private addresses under which browsers reach it."""

import fcntl
import re
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from appliance.errors import SetupError

Address = IPv4Address | IPv6Address

_OWN_FOR_ITSELF = ("lo", "docker", "veth", "br-", "virbr", "wg", "tun", "tap")
"""Interfaces on which no browser comes in for the inbox; `balie-home` is none of them."""
_SIOCGIFADDR = 0x8915
"""Linux, netdevice(7): the IPv4 address of an interface."""
_IFREQ = "16s16x"
_ADDRESS_IN_IFREQ = slice(20, 24)
_IF_INET6 = Path("/proc/self/net/if_inet6")
_PASSING = 0x01 | 0x08 | 0x20 | 0x40
"""Linux, if_addr.h: temporary, taken by another, deprecated, tentative."""
_PRIVATE_4 = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
_PRIVATE_6 = ip_network("fc00::/7")
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxNames:
    """`dns`: the name on the LAN first. `addresses` are private ones, in order."""

    dns: tuple[str, ...]
    addresses: tuple[Address, ...] = ()

    @property
    def first(self) -> str:
        return self.dns[0]


def lan_name() -> str:
    """What other machines of the LAN find this one by (mDNS, RFC 6762)."""
    return f"{socket.gethostname().lower().partition('.')[0]}.local"


def names_of_this_box(more: Path) -> BoxNames:
    """`more` is a file with a further name a line, such as one of the company's own DNS.

    Raises SetupError for a name that cannot be.
    """
    host = socket.gethostname().lower().rstrip(".")
    own = host.partition(".")[0]
    dns = [lan_name(), own, *([host] if host != own else []), *_named_in(more)]
    for each in dns:
        if not _NAME.fullmatch(each):
            raise SetupError(f"“{each}” cannot be the name of a machine: letters, digits and -.")
    return BoxNames(dns=tuple(dict.fromkeys(dns)), addresses=tuple(sorted(_addresses(), key=str)))


def _named_in(file: Path) -> Iterator[str]:
    if not file.is_file():
        return
    for line in file.read_text("utf-8").splitlines():
        name = line.partition("#")[0].strip().lower().rstrip(".")
        if name:
            yield name


def _addresses() -> set[Address]:
    return {each for each in (*_of_4(), *_of_6()) if _is_private(each)}


def _is_private(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        return address in _PRIVATE_6
    return any(address in network for network in _PRIVATE_4)


def _of_4() -> Iterator[Address]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for _, interface in socket.if_nameindex():
            if interface.startswith(_OWN_FOR_ITSELF):
                continue
            try:
                answer = fcntl.ioctl(
                    sock, _SIOCGIFADDR, struct.pack(_IFREQ, interface.encode()[:15])
                )
            except OSError:  # it has none
                continue
            yield ip_address(answer[_ADDRESS_IN_IFREQ])


def _of_6() -> Iterator[Address]:
    """Lines of `address index prefix scope flags interface`, numbers in hexadecimal."""
    if not _IF_INET6.is_file():
        return
    for line in _IF_INET6.read_text("ascii").splitlines():
        address, _, _, _, flags, interface = line.split()
        if not interface.startswith(_OWN_FOR_ITSELF) and not int(flags, 16) & _PASSING:
            yield ip_address(bytes.fromhex(address))
