"""How much an endpoint would be told again of what happened since a time."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.sight import Sight
from appliance.desk.webhooks.seeing import may_see, name_told, sight_of
from appliance.errors import InvalidInput
from appliance.events import Event
from appliance.store import events
from appliance.store.webhooks import WebhookEndpoint

PIECE = 500
PIECES = 40
"""A longer stretch of the log is judged by so many pieces of it, in even distances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayCount:
    """`about`: it was reckoned from a part of the log, which is too long to be looked at whole."""

    told: int
    about: bool = False


def counted(
    conn: sqlite3.Connection, endpoint: WebhookEndpoint, since_ms: int, now_ms: int
) -> ReplayCount:
    """Raises InvalidInput for a time that is yet to come."""
    if since_ms > now_ms:
        raise InvalidInput("since", "That time is yet to come.")
    those = events.between(conn, since_ms, now_ms + 1)
    sight = sight_of(conn, endpoint)
    pieces = _pieces(those)
    told = sum(_told(conn, endpoint, sight, _events(conn, each)) for each in pieces)
    looked_at = sum(len(each) for each in pieces)
    if looked_at == len(those):
        return ReplayCount(told=told)
    return ReplayCount(told=round(told * len(those) / looked_at), about=True)


def _pieces(those: range) -> Sequence[range]:
    if len(those) <= PIECE * PIECES:
        return [those[start : start + PIECE] for start in range(0, len(those), PIECE)]
    steps = (place * (len(those) - PIECE) // (PIECES - 1) for place in range(PIECES))
    return [those[start : start + PIECE] for start in steps]


def _events(conn: sqlite3.Connection, piece: range) -> Sequence[Event]:
    found = events.after(conn, piece.start - 1, limit=len(piece))
    return [each for each in found if each.seq in piece]


def _told(
    conn: sqlite3.Connection, endpoint: WebhookEndpoint, sight: Sight, batch: Sequence[Event]
) -> int:
    named = (each for each in batch if name_told(endpoint, each) is not None)
    return sum(may_see(conn, endpoint, sight, each) for each in named)
