"""The consent ledger: who agreed or withdrew, when and how, and what follows from it.

Consent is per number and line. An opt-out spreads to all numbers of the person, an opt-in
never does: after an opt-out by any of their numbers, only the number that opts in again may be
written to.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from appliance.events import EventKind
from appliance.messages import Channel
from appliance.store.store import Tx


class ConsentKind(Enum):
    WROTE_FIRST = "wrote_first"
    #: Licenses one service answer and no more.
    CALLED = "called"
    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"
    OPTED_IN_AGAIN = "opted_in_again"
    OBJECTED = "objected"
    ERASED = "erased"


OPENS = frozenset({ConsentKind.WROTE_FIRST, ConsentKind.OPTED_IN, ConsentKind.OPTED_IN_AGAIN})
CLOSES = frozenset({ConsentKind.OPTED_OUT, ConsentKind.OBJECTED, ConsentKind.ERASED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the ledger; `line_id` None means the whole company."""

    number: str
    line_id: str | None
    kind: ConsentKind
    message_id: str | None
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """May this line write to this number now; `entry` is the row that decides, if any.

    `code` is `ok`, `consent-required` or `opted-out`.
    """

    code: str
    entry: Entry | None

    @property
    def allowed(self) -> bool:
        return self.code == "ok"


def decide(number: str, entries: Iterable[Entry]) -> Verdict:
    """The verdict over one person's entries for one line, oldest first."""
    opened: Entry | None = None
    closed: Entry | None = None
    for entry in entries:
        if entry.kind in CLOSES:
            opened, closed = None, entry
        elif entry.kind in OPENS and entry.number == number:
            opened = entry
    if opened is not None:
        return Verdict(code="ok", entry=opened)
    if closed is not None:
        return Verdict(code="opted-out", entry=closed)
    return Verdict(code="consent-required", entry=None)


def verdict(conn: sqlite3.Connection, line_id: str, number: str) -> Verdict:
    """May this line write to this number now, and which row of the ledger says so."""
    rows = conn.execute(
        "SELECT number, line_id, kind, message_id, at_ms FROM consent"
        " WHERE number IN (SELECT b.number FROM contact_number a JOIN contact_number b"
        "   ON b.contact_id = a.contact_id WHERE a.number = ?)"
        " AND (line_id = ? OR line_id IS NULL) ORDER BY seq",
        (number, line_id),
    )
    return decide(number, (_from_row(row) for row in rows))


def record(
    tx: Tx,
    *,
    number: str,
    contact_id: str,
    line_id: str | None,
    kind: ConsentKind,
    recorded_by: str,
    channel: Channel | None = None,
    message_id: str | None = None,
    words: str | None = None,
) -> None:
    """Appends one row and its event."""
    tx.conn.execute(
        "INSERT INTO consent (number, contact_id, line_id, kind, channel, message_id, words,"
        " recorded_by, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            contact_id,
            line_id,
            kind.value,
            channel.value if channel else None,
            message_id,
            words,
            recorded_by,
            tx.now_ms,
        ),
    )
    tx.emit(
        EventKind.CONSENT_RECORDED,
        line_id=line_id,
        contact_id=contact_id,
        message_id=message_id,
        facts={"kind": kind.value, "by": recorded_by},
    )


def _from_row(row: sqlite3.Row) -> Entry:
    return Entry(
        number=row["number"],
        line_id=row["line_id"],
        kind=ConsentKind(row["kind"]),
        message_id=row["message_id"],
        at_ms=row["at_ms"],
    )
