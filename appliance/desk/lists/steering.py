"""Who sent, paused, resumed and cancelled a send, from the event log."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.lists.sends import Send
from appliance.events import EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Steered:
    """`what` is that of the event; `by` the name of the colleague or of the program."""

    at_ms: int
    what: str
    by: str | None


def steered(conn: sqlite3.Connection, found: Send) -> Sequence[Steered]:
    """The oldest first."""
    about = {"kind": EventKind.LIST_SEND.value, "line": found.line_id, "send": found.id}
    return [Steered(**dict(row)) for row in conn.execute(_STEERED, about)]


_STEERED = """
SELECT e.at_ms, e.facts ->> 'what' AS what, coalesce(s.name, t.name) AS by
FROM event e INDEXED BY event_of_house LEFT JOIN staff s ON s.id = e.staff_id
LEFT JOIN api_token t ON t.id = e.facts ->> 'token'
WHERE e.kind = (SELECT code FROM event_kind WHERE name = :kind)
AND e.message_seq IS NULL AND e.conversation_id IS NULL AND e.contact_id IS NULL
AND e.line_id = :line AND e.facts ->> 'send' = :send ORDER BY e.seq
"""
