"""Colleagues who come from home: whether they may, and with which devices.

Each makes the key of a device of their own. Its private half is shown to them once and is kept
nowhere; the box knows the public one. Who is let go has none any more.
"""

import base64
import ipaddress
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from appliance.box.home_wish import OWN_PLACE, HomeWish
from appliance.desk.access.rights import Permission, Rights
from appliance.errors import InvalidInput, NotFound
from appliance.events import EventKind
from appliance.store import home_keys
from appliance.store.home_keys import HomeHouse, HomeKey
from appliance.store.store import Tx

MOST_DEVICES = 5
"""Of one colleague."""
MAX_NAME = 40
MAX_ADDRESS = 253
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_PORTS = range(1, 65536)
_KEEP_ALIVE_S = 25
"""WireGuard's own advice behind a router that forgets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeShown:
    """`all_keys` are everybody's, for who gives rights in the whole house; else it is empty."""

    house: HomeHouse
    own: Sequence[HomeKey]
    all_keys: Sequence[HomeKey]
    may_switch: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHomeKey:
    """What a device needs, to be shown once. `inbox` is where it then finds Balie."""

    name: str
    config: str
    inbox: str


def shown(conn: sqlite3.Connection, rights: Rights, staff_id: str) -> HomeShown:
    """Raises NotFound where it is off, for who may not switch it on."""
    house, may_switch = home_keys.house(conn), rights.may(Permission.STAFF_MANAGE, None)
    if not (house.is_on or may_switch):
        raise NotFound("page")
    return HomeShown(
        house=house,
        own=home_keys.keys(conn, staff_id),
        all_keys=home_keys.keys(conn) if may_switch else (),
        may_switch=may_switch,
    )


def set_house(
    tx: Tx, rights: Rights, *, is_on: bool, address: str, port: str, by_staff_id: str
) -> None:
    """Raises NotFound, or InvalidInput for the address or the port."""
    rights.require(Permission.STAFF_MANAGE, None, "page")
    address = _checked_address(address, needed=is_on)
    home_keys.set_house(tx, is_on=is_on, address=address, port=_checked_port(port))
    tx.emit(EventKind.HOME_CHANGED, staff_id=by_staff_id, facts={"on": is_on})


def add_key(tx: Tx, staff_id: str, name: str, *, box_key: str) -> NewHomeKey:
    """`box_key` is the public half of the box's. Raises NotFound while it is off; InvalidInput."""
    house = home_keys.house(tx.conn)
    if not house.is_on or not box_key:
        raise NotFound("key")
    name = _checked_name(name)
    place = home_keys.free_place(tx.conn)
    if place is None or len(home_keys.keys(tx.conn, staff_id)) >= MOST_DEVICES:
        sentence = f"You have {MOST_DEVICES} devices already, or the house has no room for more."
        raise InvalidInput("home_device", sentence)
    private = X25519PrivateKey.generate()
    public = base64.b64encode(private.public_key().public_bytes_raw()).decode()
    home_keys.add(tx, staff_id=staff_id, name=name, public_key=public, place=place)
    _tell(tx, staff_id, by_staff_id=staff_id)
    return _made(house, name, place, private.private_bytes_raw(), box_key)


def end_key(tx: Tx, rights: Rights, key_id: str, *, by_staff_id: str) -> None:
    """One's own, or anybody's for who gives rights in the whole house. Raises NotFound."""
    key = next((each for each in home_keys.keys(tx.conn) if each.id == key_id), None)
    may = key is not None and (
        key.staff_id == by_staff_id or rights.may(Permission.STAFF_MANAGE, None)
    )
    if key is None or not may:
        raise NotFound("key")
    home_keys.remove(tx, key.id)
    _tell(tx, key.staff_id, by_staff_id=by_staff_id)


def _made(house: HomeHouse, name: str, place: int, private: bytes, box_key: str) -> NewHomeKey:
    meets = HomeWish(is_on=True, network=house.network)
    at = f"[{house.address}]" if ":" in house.address else house.address
    lines = [
        "[Interface]",
        f"PrivateKey = {base64.b64encode(_clamped(private)).decode()}",
        f"Address = {meets.address(place)}/32",
        "",
        "[Peer]",
        f"PublicKey = {box_key}",
        f"Endpoint = {at}:{house.port}",
        # Only what is for the box takes this way: Balie is nobody's way to the internet.
        f"AllowedIPs = {meets.address(OWN_PLACE)}/32",
        f"PersistentKeepalive = {_KEEP_ALIVE_S}",
    ]
    inbox = f"https://{meets.address(OWN_PLACE)}"
    return NewHomeKey(name=name, config="\n".join(lines) + "\n", inbox=inbox)


def _clamped(private: bytes) -> bytes:
    """As `wg genkey` writes keys (RFC 7748, 5): it is the same key."""
    return bytes([private[0] & 248, *private[1:31], private[31] & 127 | 64])


def _tell(tx: Tx, staff_id: str, *, by_staff_id: str) -> None:
    facts = {"changed": "home-key", "by": by_staff_id}
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts=facts)


def _checked_address(text: str, *, needed: bool) -> str:
    address = text.strip().lower().strip("[]")
    if not address and not needed:
        return ""
    if _HOST.fullmatch(address):
        return address
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        sentence = "Write the name or the address under which this office is found from outside."
        raise InvalidInput("home_address", sentence) from None


def _checked_port(text: str) -> int:
    typed = text.strip()
    if not typed.isdecimal() or len(typed) > len("65535") or int(typed) not in _PORTS:
        raise InvalidInput("home_port", "A port is a number from 1 to 65535.")
    return int(typed)


def _checked_name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        sentence = f"Write which device it is, in at most {MAX_NAME} characters."
        raise InvalidInput("home_device", sentence)
    return name
