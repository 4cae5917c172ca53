"""Where Balie may post to: https anywhere, http to the company's own network, never to itself; what
only this machine and that network may be told, to them alone.

Balie stands inside a network that others cannot reach, so whoever may name an address could make it
ask what only it can. An address is therefore judged when it is named, and again at each try, when
its name is looked up; the connection then goes to the address that was judged. Only the config
(`webhook_settings.py`) opens more.
"""

import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from appliance.addresses import LAN
from appliance.errors import InvalidInput
from appliance.webhook_settings import NONE_ALLOWED, Allowed

MAX_URL = 2000
_LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*")
_NUMBERS = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
"""As the last word of a host it makes others read all of it as an address: 127.1, 0x7f.1."""
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_PORTS = {"https": 443, "http": 80}

_METADATA = [ip_network(each) for each in ("fd00:ec2::/32", "fd20:ce::/32", "100.100.100.200/32")]
"""Where clouds tell a machine its secrets, beside 169.254.169.254, which is link-local."""
_BEFORE_V4 = [
    ip_network(each)
    for each in (
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
    )
]
"""IPv6 that carries an IPv4 address: the same machine in another spelling."""


class Unreachable(InvalidInput):
    """The name leads nowhere now; it may later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlPlace:
    """`host` is a name or an address, without brackets. `target` is the path and the query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def is_tls(self) -> bool:
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """As the header Host has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class UrlPolicy:
    """`only_public`: nothing of the company's own network either, but what the config allows.
    `only_near`: this machine and that network, and no other one.
    """

    allowed: Allowed = NONE_ALLOWED
    only_public: bool = False
    only_near: bool = False

    def place(self, url: str) -> UrlPlace:
        """What the URL names, judged as far as it can be without looking up its name.

        Raises InvalidInput for `url`.
        """
        place = _parsed(url)
        if is_address(place.host):
            self._judge(place, place.host)
        elif _is_here(place.host) and not self._may_be_here(place):
            raise _refused("It names Balie's own machine.")
        return place

    def reachable(self, place: UrlPlace, addresses: Iterable[str]) -> Sequence[str]:
        """Those addresses of its host that may be connected to. Raises InvalidInput for `url` when
        none may, and Unreachable where there is none at all.
        """
        good, wrong = list[str](), Unreachable("url", f"“{place.host}” is not known here.")
        for address in addresses:
            try:
                self._judge(place, address)
            except InvalidInput as exc:
                wrong = exc  # type: ignore[assignment]
            else:
                good.append(address)
        if not good:
            raise wrong
        return good

    def _may_be_here(self, place: UrlPlace) -> bool:
        return self.only_near or self.allowed.holds(place.host, place.port)

    def _judge(self, place: UrlPlace, address: str) -> None:
        if self.allowed.holds(address, place.port) or self.allowed.holds(place.host, place.port):
            return
        found = ip_address(address)
        if self.only_near:
            if not _is_near(found):
                raise _refused("It is neither of this machine nor of the company's own network.")
            return
        if why := _forbidden(found):
            raise _refused(why)
        if self.only_public and not found.is_global:
            raise _refused("It leads into an inner network.")
        if not place.is_tls and not any(found in each for each in LAN.each):
            raise _refused("Outside of the company's own network it takes https.")


def is_address(host: str) -> bool:
    """In the form that has one meaning: no octal, no hexadecimal, no fewer than four numbers."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=512)
def _parsed(url: str) -> UrlPlace:
    if len(url) > MAX_URL or not _VISIBLE.fullmatch(url) or "\\" in url:
        raise _refused(f"An address has at most {MAX_URL} visible ASCII characters.")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").removesuffix(".")
    except ValueError:
        raise _refused("It cannot be read.") from None
    if parts.scheme not in _PORTS:
        raise _refused("It begins with https:// or http://.")
    if "@" in parts.netloc:
        raise _refused("It holds no name or password.")
    if "#" in url:
        raise _refused("It holds no #.")
    if port == 0 or parts.netloc.endswith(":") or not _is_host(host, parts.netloc):
        raise _refused("Its host is a name, or an address in its usual form.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return UrlPlace(
        scheme=parts.scheme, host=host, port=port or _PORTS[parts.scheme], target=target
    )


def _is_host(host: str, netloc: str) -> bool:
    if "[" in netloc or ":" in host:
        return netloc.startswith("[") and "%" not in host and is_address(host)
    if _NUMBERS.fullmatch(host.rpartition(".")[2]):
        return is_address(host)
    return _HOST.fullmatch(host) is not None


def _is_here(host: str) -> bool:
    return host == "localhost" or host.endswith((".localhost", ".localdomain"))


def _is_near(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return False
    is_there = address.is_loopback or any(address in each for each in LAN.each)
    return is_there and not any(address in each for each in _METADATA)


def _forbidden(address: IPv4Address | IPv6Address) -> str | None:  # noqa: PLR0911 -- one for each
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return "It leads to one wire of this machine."
    if address.is_loopback or address.is_unspecified:
        return "It leads to Balie's own machine."
    if any(address in each for each in _BEFORE_V4):
        return "Write an IPv4 address in its own form."
    if address.is_link_local or any(address in each for each in _METADATA):
        return "Such an address is for this wire alone."
    if address.is_multicast:
        return "It leads to many machines."
    if isinstance(address, IPv6Address) and address.is_site_local:
        return "Such addresses are in use no more."
    if address.is_reserved or address in ip_network("0.0.0.0/8"):
        return "Such an address leads to no machine."
    return "It leads to Balie's own machine." if _is_own(address) else None


def _is_own(address: IPv4Address | IPv6Address) -> bool:
    """Whether this machine has it now: only then the kernel gives a socket this name."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004 -- IPv4
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as trial:
            trial.bind((str(address), 0))
    except OSError:
        return False
    return True


def _refused(why: str) -> InvalidInput:
    return InvalidInput("url", f"Balie does not post to this address. {why}")
