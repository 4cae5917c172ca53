"""The log of reading: who was shown what of whom, apart from the event log; ids only.

It is off until the company says otherwise, and then what is noted is nothing. It is appended to
only; what is old goes by `forget_before`. Whoever asks who read somebody gets what was read of
those who were joined into them, too.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from appliance.store.store import Tx

KEEP_DAYS = 180
"""How long an entry stays where nobody has set it. Half a year was the most that the Dutch
exemption decree (Vrijstellingsbesluit Wbp, article 32, in force until 2018) allowed for logs of
use, and is long enough to look into what somebody complains of.
"""


class ReadingKind(Enum):
    #: Somebody was shown it.
    READ = "read"
    #: Somebody searched; the words are kept as keyed hashes.
    SEARCH = "search"
    #: All that is kept of a person was handed out.
    DOSSIER = "dossier"
    #: A file of people, messages or figures was made.
    EXPORT = "export"
    ERASE = "erase"
    #: From the event log, which tells of changes: never noted here.
    CHANGE = "change"


class Thing(Enum):
    """What was read."""

    CONVERSATION = "conversation"
    PERSON = "person"
    #: A file of a message, or a picture that a phone showed.
    FILE = "file"
    #: The live screen of a phone.
    SCREEN = "screen"
    SEARCH = "search"
    #: Figures of each colleague.
    REPORT = "report"
    #: The log of reading itself.
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingEntry:
    """One entry. `who` is `staff:`, `token:` or `feed:` and an id, or `cli`."""

    seq: int
    at_ms: int
    who: str
    kind: ReadingKind
    thing: Thing
    contact_id: str | None
    conversation_id: str | None


def is_on(conn: sqlite3.Connection) -> bool:
    return bool(conn.execute("SELECT is_on FROM reading_house").fetchone()[0])


def set_on(conn: sqlite3.Connection, *, on: bool) -> bool:
    """Whether that is news."""
    changed = conn.execute("UPDATE reading_house SET is_on = ?1 WHERE is_on <> ?1", (on,))
    return changed.rowcount > 0


def note(
    tx: Tx,
    who: str,
    what: ReadingKind,
    *,
    contact_id: str | None = None,
    conversation_id: str | None = None,
    thing: Thing = Thing.PERSON,
    at_ms: int | None = None,
    words: Iterable[str] = (),
) -> None:
    """One entry, or nothing while the log is off. `words` are hashes already; `at_ms` None: now."""
    if not is_on(tx.conn):
        return
    hashes = list(words)
    tx.conn.execute(
        "INSERT INTO reading (at_ms, who_id, kind, thing, about_id, words)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            tx.now_ms if at_ms is None else at_ms,
            _who_id(tx.conn, who),
            what.value,
            thing.value,
            _about_id(tx.conn, contact_id or "", conversation_id or ""),
            json.dumps(hashes, separators=(",", ":")) if hashes else None,
        ),
    )


def of_contact(conn: sqlite3.Connection, contact_id: str, *, limit: int) -> Sequence[ReadingEntry]:
    """Who read this person, newest first."""
    rows = conn.execute(_OF_CONTACT, {"contact": contact_id, "limit": limit})
    return [from_row(row) for row in rows]


def forget_before(tx: Tx, before_ms: int, *, most: int) -> int:
    """Deletes the oldest of what was noted before then, at most so many; how many that were.

    One that deletes fewer than `most` was the last.
    """
    tx.conn.execute(
        "UPDATE reading_house SET gone_before_ms = max(gone_before_ms, ?)", (before_ms,)
    )
    return tx.conn.execute(_FORGET, {"before": before_ms, "most": most}).rowcount


def has_any_before(conn: sqlite3.Connection, before_ms: int) -> bool:
    """Whether `forget_before` finds something."""
    oldest = conn.execute("SELECT at_ms FROM reading ORDER BY seq LIMIT 1").fetchone()
    return oldest is not None and oldest["at_ms"] < before_ms


def from_row(row: sqlite3.Row) -> ReadingEntry:
    return ReadingEntry(
        seq=row["seq"],
        at_ms=row["at_ms"],
        who=row["who"],
        kind=ReadingKind(row["kind"]),
        thing=Thing(row["thing"]),
        contact_id=row["contact_id"] or None,
        conversation_id=row["conversation_id"] or None,
    )


def _who_id(conn: sqlite3.Connection, who: str) -> int:
    found = conn.execute("SELECT id FROM reading_who WHERE who = ?", (who,)).fetchone()
    added = "INSERT INTO reading_who (who) VALUES (?) RETURNING id"
    return int((found or conn.execute(added, (who,)).fetchone())["id"])


def _about_id(conn: sqlite3.Connection, contact_id: str, conversation_id: str) -> int | None:
    about = (contact_id, conversation_id)
    if about == ("", ""):
        return None
    wanted = "SELECT id FROM reading_about WHERE contact_id = ? AND conversation_id = ?"
    added = "INSERT INTO reading_about (contact_id, conversation_id) VALUES (?, ?) RETURNING id"
    found = conn.execute(wanted, about).fetchone()
    return int((found or conn.execute(added, about).fetchone())["id"])


ABOUT_CONTACT = """
WITH RECURSIVE same (id) AS (
  VALUES (:contact) UNION
  SELECT contact.id FROM same CROSS JOIN contact ON contact.joined_into = same.id
    AND contact.joined_into IS NOT NULL)
SELECT a.id FROM same CROSS JOIN reading_about a ON a.contact_id = same.id
UNION SELECT a.id FROM conversation c CROSS JOIN reading_about a ON a.conversation_id = c.id
WHERE c.contact_id = :contact
"""
"""What stands for the contact `:contact` in `reading.about_id`."""
READING = """
SELECT r.seq, r.at_ms, w.who, r.kind, r.thing, r.words, a.contact_id, a.conversation_id
FROM reading r JOIN reading_who w ON w.id = r.who_id LEFT JOIN reading_about a ON a.id = r.about_id
"""
_OF_CONTACT = f"{READING} WHERE r.about_id IN ({ABOUT_CONTACT}) ORDER BY r.seq DESC LIMIT :limit"
_FORGET = """
DELETE FROM reading WHERE seq IN (
  SELECT seq FROM (SELECT seq, at_ms FROM reading ORDER BY seq LIMIT :most) WHERE at_ms < :before)
"""
