"""Which devices a line sends over, and in which order, at the SQL edge."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.store import device_accounts
from appliance.store.lines import Line
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    line_id: str
    device_id: str
    channel: Channel


def add_route(
    tx: Tx, *, line_id: str, device_id: str, channel: Channel, rank: int | None = None
) -> None:
    """Adds a route at this place, 0 the best; without a place, after the line's other routes."""
    if rank is not None:
        tx.conn.execute(
            "UPDATE route SET rank = rank + 1 WHERE line_id = ? AND rank >= ?", (line_id, rank)
        )
    tx.conn.execute(
        "INSERT INTO route (line_id, device_id, channel, rank, added_ms) VALUES (?1, ?2, ?3,"
        " coalesce(?4, (SELECT max(rank) + 1 FROM route WHERE line_id = ?1), 0), ?5)",
        (line_id, device_id, channel.name, rank, tx.now_ms),
    )


def remove_routes(tx: Tx, *, line_id: str, device_id: str) -> None:
    """The line sends over this device no more; a device without any line is removed, too."""
    tx.conn.execute("DELETE FROM route WHERE line_id = ? AND device_id = ?", (line_id, device_id))
    tx.conn.execute(
        "UPDATE device SET removed_ms = ?1 WHERE id = ?2"
        " AND NOT EXISTS (SELECT 1 FROM route WHERE device_id = ?2)",
        (tx.now_ms, device_id),
    )
    device_accounts.forget_gone(tx)


def routes_of_line(conn: sqlite3.Connection, line_id: str) -> Sequence[Route]:
    """Best first."""
    rows = conn.execute(
        "SELECT line_id, device_id, channel FROM route WHERE line_id = ? ORDER BY rank", (line_id,)
    )
    return [_route(row) for row in rows]


def open_routes(conn: sqlite3.Connection, line: Line) -> Sequence[Route]:
    """The routes that no stop of the line closes, best first."""
    return [route for route in routes_of_line(conn, line.id) if not line.stops(route.device_id)]


def routes_of_device(conn: sqlite3.Connection, device_id: str) -> Sequence[Route]:
    rows = conn.execute(
        "SELECT line_id, device_id, channel FROM route WHERE device_id = ? ORDER BY line_id, rank",
        (device_id,),
    )
    return [_route(row) for row in rows]


def _route(row: sqlite3.Row) -> Route:
    return Route(
        line_id=row["line_id"], device_id=row["device_id"], channel=Channel.named(row["channel"])
    )
