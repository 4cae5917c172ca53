"""How many SMS a text becomes on its way to a recipient, for the person who writes it."""

import sqlite3
from dataclasses import dataclass, replace

from appliance.channels import Channel
from appliance.identities import Identity
from appliance.messages import MessageClass
from appliance.queue.heard import heard_over
from appliance.queue.permission import permission_of
from appliance.queue.routing import Parcel, Ways
from appliance.sms_parts import MAX_PARTS, count_parts, room_left
from appliance.store import consent, lines
from appliance.store.routes import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsLength:
    """`left`: plain characters until there is one more SMS. `sure`: as things are now, it goes by
    SMS.

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
    conn: sqlite3.Connection,
    *,
    line_id: str,
    identity: Identity | None,
    text: str,
    over: Channel | None = None,
) -> SmsLength | None:
    """None where the line has no way to send SMS, or another one was chosen: `over`. `identity`
    None: it is not written down yet.
    """
    if over is not None and not over.counts_parts:
        return None
    ways = Ways.of(conn, lines.line(conn, line_id))
    parcel = _parcel(conn, line_id, identity, text)
    way = ways.choose(parcel if over is None else replace(parcel, wanted=over)).route
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
    person = identity and consent.standing(conn, line_id, identity)
    known = person.contact_id if person else None
    return Parcel(
        identity=identity,
        text=text,
        kind=MessageClass.REPLY,
        wanted=permission_of(conn, person, channel=None).left if person else None,
        on_whatsapp=person.on_whatsapp if person else None,
        prefers=heard_over(conn, line_id, known) if known else None,
    )


def _sms_route(ways: Ways) -> Route | None:
    """The best route for SMS, open or not."""
    return next((route for route in ways.routes if route.channel.counts_parts), None)
