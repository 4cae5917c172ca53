"""How many SMS a text becomes on its way to somebody, for whoever is writing it."""

import sqlite3
from dataclasses import dataclass

from appliance.identities import Identity
from appliance.messages import MessageClass
from appliance.queue.permission import may_write
from appliance.queue.routing import Parcel, Ways
from appliance.sms_parts import MAX_PARTS, count_parts, room_left
from appliance.store import lines
from appliance.store.routes import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsLength:
    """`left`: plain characters until there is one more. `sure`: as things are it goes by SMS.

    `signed`: the branch's name is added, because it leaves from another number.
    """

    parts: int
    left: int
    sure: bool
    signed: bool
    most: int = MAX_PARTS

    @property
    def too_long(self) -> bool:
        return self.parts > self.most


def measure(
    conn: sqlite3.Connection, *, line_id: str, identity: Identity | None, text: str
) -> SmsLength | None:
    """None where the line has no way to send SMS. `identity` None: it is not written down yet."""
    ways = Ways.of(conn, lines.line(conn, line_id))
    way = ways.choose(_parcel(conn, line_id, identity, text)).route
    sure = way is not None and way.channel.counts_parts
    route = way if sure else _sms_route(ways)
    if route is None:
        return None
    sent = ways.text_on(route, text)
    return SmsLength(
        parts=count_parts(sent),
        left=room_left(sent),
        sure=sure,
        signed=sent != text,
    )


def _parcel(conn: sqlite3.Connection, line_id: str, identity: Identity | None, text: str) -> Parcel:
    """A reply, as what a person types is for the choice of the way."""
    wanted, on_whatsapp = None, None
    if identity is not None:
        wanted = may_write(conn, line_id=line_id, identity=identity, channel=None).left
        known = conn.execute(
            "SELECT on_whatsapp FROM contact_identity WHERE value = ? AND scheme = ?", identity
        ).fetchone()
        on_whatsapp = known["on_whatsapp"] if known else None
    return Parcel(
        identity=identity,
        text=text,
        kind=MessageClass.REPLY,
        wanted=wanted,
        on_whatsapp=None if on_whatsapp is None else bool(on_whatsapp),
    )


def _sms_route(ways: Ways) -> Route | None:
    """The best one, open or not."""
    return next((route for route in ways.routes if route.channel.counts_parts), None)
