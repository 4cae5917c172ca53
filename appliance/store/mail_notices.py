"""What colleagues are mailed: the rows. Who is told what the desk decides."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.events import Event
from appliance.store import events
from appliance.store.store import Tx

INCIDENTS = "incidents"
MOST_NOTED = 200
"""Of incidents for one person: what is more is in Balie, and no mail lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReader:
    """A colleague whom mail can reach. `language` None: none was chosen."""

    staff_id: str
    address: str
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedIncident:
    event_seq: int
    incident_id: str
    happened_ms: int


def readers(conn: sqlite3.Connection) -> Sequence[MailReader]:
    rows = conn.execute(
        "SELECT id, email, language FROM staff WHERE email IS NOT NULL AND disabled_ms IS NULL"
        " ORDER BY id"
    )
    return [
        MailReader(staff_id=row["id"], address=row["email"], language=row["language"])
        for row in rows
    ]


def reader(conn: sqlite3.Connection, staff_id: str) -> MailReader | None:
    return next((each for each in readers(conn) if each.staff_id == staff_id), None)


def followed(conn: sqlite3.Connection) -> int | None:
    """None: never yet."""
    row = conn.execute("SELECT event_seq FROM mail_follow").fetchone()
    return None if row is None else int(row["event_seq"])


def begin(tx: Tx) -> None:
    """From now on."""
    follow_to(tx, events.last_seq(tx.conn))


def follow_to(tx: Tx, event_seq: int) -> None:
    tx.conn.execute(
        "INSERT INTO mail_follow (id, event_seq) VALUES (1, ?)"
        " ON CONFLICT (id) DO UPDATE SET event_seq = excluded.event_seq",
        (event_seq,),
    )


def note(tx: Tx, staff_id: str, event: Event, incident_id: str) -> None:
    """What the event tells is to be told; beyond `MOST_NOTED` the oldest is forgotten."""
    tx.conn.execute(
        "INSERT INTO mail_incident (staff_id, event_seq, incident_id, happened_ms)"
        " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (staff_id, event.seq, incident_id, event.at_ms),
    )
    tx.conn.execute(
        "DELETE FROM mail_incident WHERE staff_id = ?1 AND event_seq NOT IN ("
        " SELECT event_seq FROM mail_incident WHERE staff_id = ?1"
        " ORDER BY event_seq DESC LIMIT ?2)",
        (staff_id, MOST_NOTED),
    )


def noted(conn: sqlite3.Connection, staff_id: str) -> Sequence[NotedIncident]:
    """The oldest first."""
    rows = conn.execute(
        "SELECT event_seq, incident_id, happened_ms FROM mail_incident WHERE staff_id = ?"
        " ORDER BY event_seq",
        (staff_id,),
    )
    return [NotedIncident(**row) for row in rows]


def forget_noted(tx: Tx, staff_id: str, up_to_seq: int | None = None) -> None:
    """They were told; or, all of them, nobody wants to be told."""
    tx.conn.execute(
        "DELETE FROM mail_incident WHERE staff_id = ?1 AND (?2 IS NULL OR event_seq <= ?2)",
        (staff_id, up_to_seq),
    )


def told_ms(conn: sqlite3.Connection, staff_id: str, about: str) -> int:
    """When this person was mailed of it last; 0 for never."""
    row = conn.execute(
        "SELECT told_ms FROM mail_told WHERE staff_id = ? AND about = ?", (staff_id, about)
    ).fetchone()
    return int(row["told_ms"]) if row else 0


def told(tx: Tx, staff_id: str, abouts: Iterable[str], at_ms: int) -> None:
    tx.conn.executemany(
        "INSERT INTO mail_told (staff_id, about, told_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (staff_id, about) DO UPDATE SET told_ms = excluded.told_ms",
        [(staff_id, about, at_ms) for about in abouts],
    )
