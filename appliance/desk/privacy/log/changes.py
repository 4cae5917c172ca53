"""Who changed what, from the event log: the events that a person or a program caused."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.events import Event, EventKind
from appliance.ids import is_id
from appliance.store import events
from appliance.store.readings import ReadingKind

AT_ONCE = 200
CLI = "cli"

_K = EventKind
_NEITHER = frozenset(
    {
        _K.CONVERSATION_READ,
        _K.SCREEN_LOOK_ENDED,
        _K.STAFF_LOGGED_IN,
        _K.STAFF_LOGGED_OUT,
        _K.STAFF_LOGIN_FAILED,
    }
)
"""A person's doing that neither changed nor read anything of others."""
_OTHER = {"screen.look-begun": ReadingKind.READ, "erasure.asked": ReadingKind.ERASE}
"""What is no change, by the names of the events."""
KINDS = frozenset({ReadingKind.CHANGE, *_OTHER.values()})
_ABOUT_STAFF = frozenset({_K.STAFF_ADDED, _K.STAFF_CHANGED})
"""They name whom they are about; who did it stands in `by`, if somebody else did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedChanges:
    """`who` is as the log of reading has it."""

    who: str | None = None
    contact_id: str | None = None
    kind: ReadingKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedChange:
    event: Event
    who: str
    what: ReadingKind


def newest(conn: sqlite3.Connection, wanted: WantedChanges, among: range) -> Iterator[LoggedChange]:
    """Those with such a number, the newest first."""
    before = among.stop
    sql = _OF_CONTACT if wanted.contact_id else _ALL
    about = {"from": among.start, "most": AT_ONCE, "contact": wanted.contact_id}
    about |= {"kinds": json.dumps([each.value for each in _kinds(wanted.kind)])}
    while True:
        seqs = [row[0] for row in conn.execute(sql, {**about, "before": before})]
        tokens = dict(conn.execute(_SENT_BY, (json.dumps(seqs),)).fetchall())
        for row in conn.execute(_TOLD, (json.dumps(seqs),)).fetchall():
            event = events.from_row(row)
            who = _who(event, tokens.get(event.seq))
            if who is not None and wanted.who in (None, who):
                what = _OTHER.get(event.kind.value, ReadingKind.CHANGE)
                yield LoggedChange(event=event, who=who, what=what)
        if len(seqs) < AT_ONCE:
            return
        before = seqs[-1]


def back(conn: sqlite3.Connection, seq: int, count: int) -> int:
    """The number of the event so many before; 0 where there are fewer. Numbers leave gaps."""
    row = conn.execute(
        "SELECT seq FROM event WHERE seq < ? ORDER BY seq DESC LIMIT 1 OFFSET ?", (seq, count - 1)
    ).fetchone()
    return int(row["seq"]) if row else 0


def _kinds(wanted: ReadingKind | None) -> list[EventKind]:
    every = [each for each in EventKind if each not in _NEITHER]
    return [each for each in every if wanted in (None, _OTHER.get(each.value, ReadingKind.CHANGE))]


def _who(event: Event, sent_by_token: str | None) -> str | None:
    """Who caused it; None where a rule or a device did."""
    facts, by = event.facts, event.facts.get("by")
    named = by if isinstance(by, str) else ""
    if event.kind in _ABOUT_STAFF and is_id(named):
        return f"staff:{named}"
    if named == CLI or named.startswith(("staff:", "token:")):
        return named
    staff_id = event.staff_id or facts.get("staff")
    token_id = None if event.kind is EventKind.TOKEN_ADDED else facts.get("token")
    if staff_id or token_id:
        return f"staff:{staff_id}" if staff_id else f"token:{token_id}"
    accepted = sent_by_token and facts.get("from") is None and facts.get("to") == "queued"
    return f"token:{sent_by_token}" if accepted else None


_BY_SOMEBODY = """
e.kind IN (SELECT code FROM event_kind WHERE name IN (SELECT value FROM json_each(:kinds)))
AND (e.staff_id IS NOT NULL OR e.facts LIKE '%"staff":"%' OR e.facts LIKE '%"token":"%'
  OR e.facts LIKE '%"by":"staff:%' OR e.facts LIKE '%"by":"token:%' OR e.facts LIKE '%"by":"cli"%'
  OR (e.facts LIKE '{"from":null,"to":"queued"%' AND EXISTS (
    SELECT 1 FROM message m WHERE m.seq = e.message_seq AND m.token_id IS NOT NULL)))
"""
_ALL = f"""
SELECT e.seq FROM event e WHERE e.seq >= :from AND e.seq < :before AND {_BY_SOMEBODY}
ORDER BY e.seq DESC LIMIT :most
"""  # noqa: S608 -- our own words
_OF_CONTACT = f"""
WITH RECURSIVE same (id) AS (
  VALUES (:contact) UNION
  SELECT contact.id FROM same CROSS JOIN contact ON contact.joined_into = same.id
    AND contact.joined_into IS NOT NULL)
SELECT e.seq FROM (
  SELECT c.event_seq AS seq FROM same CROSS JOIN contact_event c ON c.contact_id = same.id
  UNION SELECT v.event_seq FROM conversation t
    CROSS JOIN conversation_event v ON v.conversation_id = t.id WHERE t.contact_id = :contact
  UNION SELECT v.seq FROM conversation t CROSS JOIN message m ON m.conversation_id = t.id
    CROSS JOIN event v ON v.message_seq = m.seq WHERE t.contact_id = :contact
) AS asked CROSS JOIN event e ON e.seq = asked.seq
WHERE e.seq >= :from AND e.seq < :before AND {_BY_SOMEBODY}
ORDER BY e.seq DESC LIMIT :most
"""  # noqa: S608 -- our own words
_TOLD = "SELECT * FROM event_log WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq DESC"
_SENT_BY = """
SELECT e.seq, m.token_id FROM event e JOIN message m ON m.seq = e.message_seq
WHERE e.seq IN (SELECT value FROM json_each(?)) AND m.token_id IS NOT NULL
"""
