"""What Balie wishes for colleagues who come from home, and what the box answers.

Balie's process has no right to open a way from outside. It writes a wish as a file; a unit that has
the right reads it, checks every word of it, and does no more than what a wish can say.
"""

import base64
import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.box.handed_files import read_handed
from appliance.errors import SetupError

FILE = "home-access.json"
"""In the data directory."""
ANSWER = Path("/run/balie-box/home.json")

OWN_PLACE = 1
"""Of the box in its network."""
PLACES = range(2, 255)
_PORTS = range(1, 65536)
_KEY_BYTES = 32
_PREFIX = 24
HOMES = ipaddress.IPv4Network("10.64.0.0/10")
"""In it lies the network of each box by which colleagues come from home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePeer:
    """`key` is the public half, as WireGuard writes keys."""

    key: str
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeWish:
    """`network` is a /24 of 10.64.0.0/10: hardly anybody's at home, nobody's on the internet."""

    is_on: bool = False
    port: int = 51820
    network: str = ""
    peers: Sequence[HomePeer] = ()

    def address(self, place: int) -> str:
        return f"{ipaddress.ip_network(self.network)[place]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeAnswer:
    """`trouble` is a sentence; empty: what was wished is done. `public_key` is the box's."""

    is_on: bool
    public_key: str
    trouble: str = ""


def written(wish: HomeWish) -> bytes:
    """The same bytes for the same wish."""
    peers = [{"key": each.key, "place": each.place} for each in wish.peers]
    told = {"on": wish.is_on, "port": wish.port, "network": wish.network, "peers": peers}
    return (json.dumps(told) + "\n").encode()


def read(content: bytes) -> HomeWish:
    """Raises SetupError for anything that is no wish; it does not quote what it found."""
    try:
        wish = _wish(json.loads(content))
    except (ValueError, TypeError, KeyError, RecursionError) as exc:
        raise SetupError("What Balie wishes for those who come from home makes no sense.") from exc
    if len({each.place for each in wish.peers}) < len(wish.peers):
        raise SetupError("Two devices that come from home have one address.")
    return wish


def is_key(text: object) -> bool:
    """Whether this is a key as WireGuard writes it."""
    try:
        return isinstance(text, str) and len(_decoded(text)) == _KEY_BYTES
    except ValueError:
        return False


def _decoded(text: str) -> bytes:
    found = base64.b64decode(text, validate=True)
    return found if base64.b64encode(found).decode() == text else b""


def _wish(told: Mapping[str, Any]) -> HomeWish:
    if set(told) != {"on", "port", "network", "peers"} or not isinstance(told["on"], bool):
        raise ValueError("not these words")
    if not told["on"]:
        return HomeWish()
    network = ipaddress.IPv4Network(told["network"])
    if network.prefixlen != _PREFIX or not network.subnet_of(HOMES):
        raise ValueError("not our network")
    if not isinstance(told["port"], int) or told["port"] not in _PORTS:
        raise ValueError("no port")
    peers = [_peer(each) for each in told["peers"]]
    return HomeWish(is_on=True, port=told["port"], network=str(network), peers=peers)


def _peer(told: Mapping[str, Any]) -> HomePeer:
    if set(told) != {"key", "place"} or not is_key(told["key"]):
        raise ValueError("no key")
    if not isinstance(told["place"], int) or told["place"] not in PLACES:
        raise ValueError("no place")
    return HomePeer(key=told["key"], place=told["place"])


def answered(path: Path = ANSWER) -> HomeAnswer | None:
    """None where this machine has no such unit, or it has not answered yet."""
    try:
        told = json.loads(read_handed(path) or b"")
        return HomeAnswer(
            is_on=bool(told["on"]),
            public_key=told["public_key"] if is_key(told["public_key"]) else "",
            trouble=str(told["trouble"]),
        )
    except (ValueError, TypeError, KeyError):
        return None


def answer_written(answer: HomeAnswer) -> bytes:
    told = {
        "on": answer.is_on,
        "public_key": answer.public_key,
        "trouble": answer.trouble,
    }
    return (json.dumps(told) + "\n").encode()
