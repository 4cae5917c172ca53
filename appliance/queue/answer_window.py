"""How long after somebody's last message a service lets Balie write to them, and what afterwards.

Asked when a message is accepted, when a device claims it, and right before it is sent, as consent
is. A channel without a window (`Channel.answer_window_ms`) never refuses here.
"""

import sqlite3
from collections.abc import Iterable

from appliance.channels import Channel
from appliance.errors import Refused
from appliance.identities import Identity
from appliance.queue.profile import HOUR_MS
from appliance.reasons import Reason
from appliance.store import routes


def check_any(
    conn: sqlite3.Connection, line_id: str, identity: Identity, text: str, *, now_ms: int
) -> None:
    """Raises Refused where no channel of the line that writes to them takes the text now. Where no
    channel at all has a window, nothing is read.
    """
    if not any(each.answer_window_ms for each in Channel.known() if each.writes_to(identity)):
        return
    ways = {route.channel for route in routes.routes_of_line(conn, line_id)}
    check_one_of(
        conn,
        line_id,
        identity,
        text,
        [each for each in ways if each.writes_to(identity)],
        now_ms=now_ms,
    )


def check_one_of(
    conn: sqlite3.Connection,
    line_id: str,
    identity: Identity,
    text: str,
    channels: Iterable[Channel],
    *,
    now_ms: int,
) -> None:
    """Raises Refused where none of these channels takes the text now."""
    closed: Channel | None = None
    for channel in channels:
        if channel.answer_window_ms is None:
            return
        heard_ms = _heard_ms(conn, line_id, identity, channel)
        if channel.may_say(text, heard_ms=heard_ms, now_ms=now_ms):
            return
        closed = channel
    if closed is not None:
        raise _closed(closed)


def _closed(channel: Channel) -> Refused:
    hours = (channel.answer_window_ms or 0) // HOUR_MS
    wait = "Wait until they write again."
    return Refused(
        Reason.WINDOW_CLOSED,
        f"{channel.label} takes free texts only within {hours} hours of their last message there.",
        remedy=f"Send a template that {channel.label} approved, word for word. {wait}"
        if channel.has_templates
        else wait,
    )


def _heard_ms(
    conn: sqlite3.Connection, line_id: str, identity: Identity, channel: Channel
) -> int | None:
    """When they last wrote to this line over the channel. What they wrote long before it came
    counts from when they wrote it, as the service counts.
    """
    row = conn.execute(_HEARD, (line_id, *identity, channel.name)).fetchone()
    return None if row is None else int(row["written_ms"])


_HEARD = """
SELECT i.written_ms FROM contact_identity n
JOIN conversation c ON c.contact_id = n.contact_id AND c.line_id = ?1
JOIN message i ON i.conversation_id = c.id
WHERE n.value = ?2 AND n.scheme = ?3 AND i.direction = 'in' AND i.origin = 'person'
  AND i.value = n.value AND i.scheme = n.scheme AND i.channel = ?4
ORDER BY i.happened_ms DESC, i.id DESC LIMIT 1
"""
