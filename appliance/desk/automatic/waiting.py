"""Who waits too long while colleagues are there is told once that it is busy.

The messages themselves say what was said, so a restart says nothing twice.
"""

import sqlite3
from collections.abc import Iterator, Sequence

from appliance.channels import Channel
from appliance.desk.automatic.deciding import STILL_NEW_MS, RuleDecision
from appliance.desk.automatic.speaking import say
from appliance.desk.automatic.standing import Heard, Place, decided, place_of, situation
from appliance.desk.consent import near_stop_words
from appliance.messages import MessageClass
from appliance.phone_numbers import is_landline, is_service
from appliance.queue.pacing import MINUTE_MS
from appliance.queue.permission import may_write
from appliance.store import lines
from appliance.store.contacts import identity_of
from appliance.store.lines import Line
from appliance.store.store import Store, Tx

AT_ONCE = 20
"""Conversations that one transaction looks at; the rest has its turn at the next look."""


def look(store: Store) -> None:
    """A job calls it every few seconds; nothing is written where nobody waits for so long."""
    now_ms = store.clock.now_ms()
    for line_id, ids in store.read(lambda conn: list(_due(conn, now_ms))):
        store.write(lambda tx, line_id=line_id, ids=ids: _tell(tx, line_id, ids))  # type: ignore[misc]  # defaults in a lambda


def _due(conn: sqlite3.Connection, now_ms: int) -> Iterator[tuple[str, Sequence[str]]]:
    for line in lines.lines(conn):
        if not line.rules.all_busy.on:
            continue
        place = place_of(conn, line, now_ms)
        if not (place.is_open and place.is_there):
            continue
        told = [
            heard.conversation_id
            for heard, since_ms in _waiting(conn, line, now_ms)
            if _decided(conn, heard, place, now_ms, since_ms).rule and _may_hear(conn, heard)
        ]
        if told:
            yield line.id, told[:AT_ONCE]


def _tell(tx: Tx, line_id: str, ids: Sequence[str]) -> None:
    """Each is asked again: somebody may have answered since."""
    line = lines.line(tx.conn, line_id)
    place = place_of(tx.conn, line, tx.now_ms)
    for heard, since_ms in _waiting(tx.conn, line, tx.now_ms):
        if heard.conversation_id not in ids:
            continue
        say(tx, heard, place, _decided(tx.conn, heard, place, tx.now_ms, since_ms))


def _decided(
    conn: sqlite3.Connection, heard: Heard, place: Place, now_ms: int, since_ms: int
) -> RuleDecision:
    return decided(conn, heard, situation(conn, heard, place, now_ms=now_ms, since_ms=since_ms))


def _waiting(conn: sqlite3.Connection, line: Line, now_ms: int) -> Sequence[tuple[Heard, int]]:
    """Whoever waits for that long on the line, and since when."""
    least_ms = line.rules.all_busy.after_min * MINUTE_MS
    about = {
        "line": line.id,
        "until": now_ms - least_ms,
        "from": now_ms - least_ms - STILL_NEW_MS,
    }
    found = [(_heard(line, row), int(row["waiting_ms"])) for row in conn.execute(_WAITING, about)]
    return [(heard, since_ms) for heard, since_ms in found if _can_be_told(heard)]


def _heard(line: Line, row: sqlite3.Row) -> Heard:
    return Heard(
        line=line,
        contact_id=row["contact_id"],
        conversation_id=row["conversation_id"],
        identity=identity_of(row),
        channel=Channel.named(row["channel"]),
        text=row["text"],
    )


def _can_be_told(heard: Heard) -> bool:
    """As when they wrote: nobody reads what a company's programs are answered."""
    said_by = heard.identity
    if not heard.channel.writes_to(said_by) or near_stop_words.is_near_stop(heard.text):
        return False
    return not (
        heard.channel.uses_sim and (is_service(said_by.value) or is_landline(said_by.value))
    )


def _may_hear(conn: sqlite3.Connection, heard: Heard) -> bool:
    """Not who is blocked: it would be tried in vain at each look."""
    permission = may_write(
        conn,
        line_id=heard.line.id,
        identity=heard.identity,
        channel=heard.channel,
        kind=MessageClass.AUTOMATIC,
    )
    return permission.refusal is None


# Who was put away waits for no answer now.
_WAITING = """
SELECT c.id AS conversation_id, c.contact_id, c.waiting_ms, i.value, i.scheme, i.channel, i.text
FROM conversation c INDEXED BY conversation_waiting
CROSS JOIN message i ON i.id = (
  SELECT n.id FROM message n WHERE n.conversation_id = c.id AND n.direction = 'in'
  AND n.origin = 'person' ORDER BY n.happened_ms DESC, n.id DESC LIMIT 1)
WHERE c.line_id = :line AND c.waiting_ms IS NOT NULL AND c.contact_id IS NOT NULL
AND c.waiting_ms > :from AND c.waiting_ms <= :until
AND NOT EXISTS (SELECT 1 FROM casework w WHERE w.conversation_id = c.id AND w.returns IS NOT NULL)
ORDER BY c.waiting_ms
"""
