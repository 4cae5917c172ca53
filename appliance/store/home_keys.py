"""Rows of colleagues who come from home: what the house chose, and the public keys of devices."""

import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.box.home_wish import PLACES, HomePeer, HomeWish
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeHouse:
    """`address` is under which the box is found from outside; `network` empty: never on yet."""

    is_on: bool
    address: str
    port: int
    network: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeKey:
    """Of one device; `name` is the device's."""

    id: str
    staff_id: str
    staff_name: str
    name: str
    place: int
    made_ms: int


def house(conn: sqlite3.Connection) -> HomeHouse:
    row = conn.execute("SELECT is_on, address, port, network FROM home_house").fetchone()
    return HomeHouse(**{**dict(row), "is_on": bool(row["is_on"])})


def set_house(tx: Tx, *, is_on: bool, address: str, port: int) -> None:
    """The first time that it is on, the network is chosen; it stays, because devices know it."""
    network = f"10.{64 + secrets.randbelow(64)}.{secrets.randbelow(256)}.0/24"
    tx.conn.execute(
        "UPDATE home_house SET is_on = ?1, address = ?2, port = ?3,"
        " network = iif(?1 AND network = '', ?4, network)",
        (is_on, address, port, network),
    )


def keys(conn: sqlite3.Connection, staff_id: str | None = None) -> Sequence[HomeKey]:
    """Of one colleague or of all, by name and age."""
    rows = conn.execute(
        "SELECT k.id, k.staff_id, s.name AS staff_name, k.name, k.place, k.made_ms"
        " FROM home_key k JOIN staff s ON s.id = k.staff_id"
        " WHERE ?1 IS NULL OR k.staff_id = ?1 ORDER BY s.name, k.made_ms",
        (staff_id,),
    )
    return [HomeKey(**dict(row)) for row in rows]


def free_place(conn: sqlite3.Connection) -> int | None:
    """None: all are taken."""
    taken = {row["place"] for row in conn.execute("SELECT place FROM home_key")}
    return next((each for each in PLACES if each not in taken), None)


def add(tx: Tx, *, staff_id: str, name: str, public_key: str, place: int) -> None:
    tx.conn.execute(
        "INSERT INTO home_key (id, staff_id, name, public_key, place, made_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (tx.new_id(), staff_id, name, public_key, place, tx.now_ms),
    )


def remove(tx: Tx, key_id: str) -> None:
    tx.conn.execute("DELETE FROM home_key WHERE id = ?", (key_id,))


def wish(conn: sqlite3.Connection) -> HomeWish:
    """What the box is to do now; nobody who was let go stands in it."""
    chosen = house(conn)
    if not chosen.is_on:
        return HomeWish()
    rows = conn.execute(
        "SELECT public_key, place FROM home_key JOIN staff ON staff.id = staff_id"
        " WHERE disabled_ms IS NULL ORDER BY place"
    )
    peers = [HomePeer(key=row["public_key"], place=row["place"]) for row in rows]
    return HomeWish(is_on=True, port=chosen.port, network=chosen.network, peers=peers)
