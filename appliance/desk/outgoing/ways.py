"""Over which channels a colleague may send one message, whatever the person last wrote over."""

import sqlite3
from collections.abc import Sequence

from appliance.channels import Channel
from appliance.desk.outgoing.recipients import reached_over
from appliance.errors import InvalidInput
from appliance.identities import Identity
from appliance.phone_numbers import is_landline
from appliance.queue.permission import permission_of
from appliance.store import consent, routes

AUTO = "auto"
"""No channel is asked for: an answer goes where they last wrote."""


def reaching(
    conn: sqlite3.Connection, line_id: str, identities: Sequence[Identity]
) -> Sequence[Channel]:
    """Those that the line has a way over and one of a person's identities can be written to by, as
    far as their consent goes; best first. Whether a way is open now counts for nothing.
    """
    channels = dict.fromkeys(each.channel for each in routes.routes_of_line(conn, line_id))
    return [
        channel
        for channel in channels
        if any(_reaches(conn, line_id, channel, each) for each in identities)
    ]


def chosen(
    conn: sqlite3.Connection,
    line_id: str,
    identities: Sequence[Identity],
    name: str,
    *,
    to: Identity,
) -> tuple[Identity, Channel | None]:
    """Whom and over what, where a colleague writes to `to` and chose this channel. Raises
    InvalidInput for one that does not reach the person.
    """
    if name in ("", AUTO):
        return to, None
    for channel in reaching(conn, line_id, identities):
        if channel.name == name:
            return reached_over(conn, line_id, to, channel), channel
    raise InvalidInput("channel", "This channel does not reach this person from this number.")


def _reaches(conn: sqlite3.Connection, line_id: str, channel: Channel, identity: Identity) -> bool:
    if identity.is_group or not channel.writes_to(identity):
        return False
    person = consent.standing(conn, line_id, identity)
    if channel.needs_account and person.on_whatsapp is False:
        return False
    if is_landline(identity.value) and not (channel.needs_account and person.on_whatsapp):
        return False
    return permission_of(conn, person, channel=channel).refusal is None
