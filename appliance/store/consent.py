"""The consent ledger: who agreed or withdrew, when and how, and what follows from it.

Consent is per identity and line; an entry without a line counts for the whole company. An opt-out
spreads to all identities of the person, an opt-in never does: after an opt-out by any of them,
only the one that opts in again may be written to, even when another one wrote first later, as two
contacts that were joined since. What an import brings reaches SMS only. Whoever has a number that
was taken from somebody else is bound by what it withdrew, and has to agree anew.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import itemgetter
from typing import Literal, NamedTuple

from appliance.channels import Channel
from appliance.events import EventKind
from appliance.identities import Identity
from appliance.reasons import Reason
from appliance.store import erasure_journal
from appliance.store.erasure_journal import JournalWhat
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
OPENS_AGAIN = frozenset({ConsentKind.OPTED_IN_AGAIN})
"""The kinds that still give consent after a withdrawal."""
CLOSES = frozenset({ConsentKind.OPTED_OUT, ConsentKind.OBJECTED, ConsentKind.ERASED})

# Of a kind the hash is slow, and lists ask it ten thousand times: a tuple looks at sameness first.
_OPENS, _OPENS_AGAIN, _CLOSES = tuple(OPENS), tuple(OPENS_AGAIN), tuple(CLOSES)
_KINDS = {each.value: each for each in ConsentKind}


class ConsentEntry(NamedTuple):
    """One row of the ledger; `line_id` None means the whole company.

    `source` names the document or system of an import. Messages accepted later have ids above
    `as_of`, whatever a clock has shown.

    A tuple and no dataclass, because a list makes ten thousand, each out of a row.
    """

    identity: Identity
    line_id: str | None
    kind: ConsentKind
    message_id: str | None
    at_ms: int
    source: str | None = None
    as_of: str = ""

    @property
    def is_own_message(self) -> bool:
        """They wrote to us themselves, which is what WhatsApp asks for."""
        return self.kind is not ConsentKind.OPTED_IN or self.message_id is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSource:
    """The proof of consent that was given elsewhere: where it stands, since when, which words."""

    source: str
    given_ms: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """May this line write to this identity now; `entry` is the row that decides, if any.

    `code` is `ok`, `consent-required` or `opted-out`. `sms_only`: consent is on record, but they
    never wrote themselves. `called`: their last call, when calls are all they did.
    """

    code: Reason | Literal["ok"]
    entry: ConsentEntry | None
    sms_only: bool = False
    called: ConsentEntry | None = None

    @property
    def allowed(self) -> bool:
        return self.code == "ok"

    @property
    def opted_out(self) -> bool:
        return self.code is Reason.OPTED_OUT


def decide(
    identity: Identity, entries: Iterable[ConsentEntry], channel: Channel | None = None
) -> Verdict:
    """The verdict over one person's entries for one line, oldest first.

    Without a channel it is about any channel that the consent covers.
    """
    opened: ConsentEntry | None = None
    wrote: ConsentEntry | None = None
    closed: ConsentEntry | None = None
    called: ConsentEntry | None = None
    for entry in entries:
        if entry.kind in _CLOSES:
            opened, wrote, closed = None, None, entry
        elif entry.kind is ConsentKind.CALLED and entry.identity == identity:
            called = entry
        elif entry.kind in (_OPENS_AGAIN if closed else _OPENS) and entry.identity == identity:
            opened = entry
            wrote = entry if entry.is_own_message else wrote
    if opened is None and closed is not None:
        return Verdict(code=Reason.OPTED_OUT, entry=closed)
    needs_own_message = channel is not None and channel.needs_own_message
    if opened is None or (wrote is None and needs_own_message):
        sms_only = opened is not None
        return Verdict(code=Reason.CONSENT_REQUIRED, entry=None, sms_only=sms_only, called=called)
    return Verdict(code="ok", entry=wrote or opened, sms_only=wrote is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How somebody stands with a line, read at once: whose identity it is, and the ledger.

    `contact_id` None: nobody's. `on_whatsapp` None: never asked. `entries` are those of all that
    the person is known by, oldest first.
    """

    line_id: str
    identity: Identity
    contact_id: str | None
    on_whatsapp: bool | None
    entries: Sequence[ConsentEntry]
    #: The office writes to them no more, whatever they agreed to.
    blocked: bool = False

    def verdict(self, channel: Channel | None = None) -> Verdict:
        return decide(self.identity, self.entries, channel)


def standing(conn: sqlite3.Connection, line_id: str, identity: Identity) -> Standing:
    return standings(conn, line_id, [identity])[identity]


def standings(
    conn: sqlite3.Connection, line_id: str, identities: Collection[Identity]
) -> Mapping[Identity, Standing]:
    """As `standing`, of many at once."""
    asked = list(dict.fromkeys(identities))
    about = {"line": line_id, "asked": json.dumps(asked)}
    found: dict[int, list[sqlite3.Row]] = {}
    for row in conn.execute(_STANDINGS, about):
        found.setdefault(row[_PLACE], []).append(row)
    return {
        each: _standing(line_id, each, found.get(place, ())) for place, each in enumerate(asked)
    }


def _standing(line_id: str, identity: Identity, rows: Sequence[sqlite3.Row]) -> Standing:
    if not rows:
        return Standing(
            line_id=line_id, identity=identity, contact_id=None, on_whatsapp=None, entries=()
        )
    contact_id, known, blocked_ms = rows[0][_PLACE + 1 :]
    return Standing(
        line_id=line_id,
        identity=identity,
        contact_id=contact_id,
        on_whatsapp=None if known is None else bool(known),
        entries=_counting(sorted((row for row in rows if row[_SEQ] is not None), key=_by_seq)),
        blocked=blocked_ms is not None,
    )


def verdict(
    conn: sqlite3.Connection, line_id: str, identity: Identity, channel: Channel | None = None
) -> Verdict:
    """May this line write to this identity now, and which row of the ledger says so."""
    return standing(conn, line_id, identity).verdict(channel)


def verdict_of(
    conn: sqlite3.Connection,
    line_id: str,
    identity: Identity,
    contact_id: str,
    *,
    until_ms: int = 1 << 62,
) -> Verdict:
    """As `verdict`, for one that is shown as this contact's: what it says of consent is then
    the same whether somebody else has it or not. By the entries until then.
    """
    rows = conn.execute(
        f"SELECT {_ENTRY}"  # noqa: S608 -- a statement of ours
        " FROM contact_identity b CROSS JOIN consent e ON e.value = b.value AND e.scheme = b.scheme"
        " WHERE b.contact_id = ? AND (e.line_id = ? OR e.line_id IS NULL) AND e.at_ms <= ?"
        " ORDER BY e.seq",
        (contact_id, line_id, until_ms),
    )
    return decide(identity, _counting(rows.fetchall()))


@dataclass(frozen=True, slots=True)
class Ledgers:
    """The ledgers of some contacts, read at once: for who asks about many of them."""

    _rows: Mapping[str, Sequence[sqlite3.Row]]

    def verdict(self, line_id: str, identity: Identity, contact_id: str) -> Verdict:
        """As `verdict_of`."""
        of_line = [
            row for row in self._rows.get(contact_id, ()) if row["line_id"] in (line_id, None)
        ]
        return decide(identity, _counting(of_line))


def ledgers_of(conn: sqlite3.Connection, contact_ids: Sequence[str]) -> Ledgers:
    found: dict[str, list[sqlite3.Row]] = {}
    for row in conn.execute(_LEDGERS, (json.dumps(contact_ids),)):
        found.setdefault(row["contact_id"], []).append(row)
    return Ledgers(found)


def record(
    tx: Tx,
    *,
    identity: Identity,
    contact_id: str,
    line_id: str | None,
    kind: ConsentKind,
    recorded_by: str,
    channel: Channel | None = None,
    message_id: str | None = None,
    words: str | None = None,
    proof: ConsentSource | None = None,
) -> None:
    """Appends one row and its event. What closes or opens again is in the journal first."""
    if (told := _JOURNAL.get(kind)) is not None:
        erasure_journal.note(tx.conn, told, identity, at_ms=tx.now_ms, line_id=line_id)
    tx.conn.execute(
        "INSERT INTO consent (value, scheme, contact_id, line_id, kind, channel, message_id, words,"
        " source, given_ms, recorded_by, at_ms, as_of)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *identity,
            contact_id,
            line_id,
            kind.value,
            channel.name if channel else None,
            message_id,
            proof.words if proof else words,
            proof.source if proof else None,
            proof.given_ms if proof else None,
            recorded_by,
            tx.now_ms,
            tx.new_id(),
        ),
    )
    tx.emit(
        EventKind.CONSENT_RECORDED,
        line_id=line_id,
        contact_id=contact_id,
        message_id=message_id,
        facts={"kind": kind.value, "by": recorded_by},
    )


_JOURNAL = {
    ConsentKind.OPTED_OUT: JournalWhat.CLOSED,
    ConsentKind.OBJECTED: JournalWhat.CLOSED,
    ConsentKind.OPTED_IN_AGAIN: JournalWhat.OPENED,
}


def _counting(rows: Sequence[sqlite3.Row]) -> Sequence[ConsentEntry]:
    """Of rows that begin with `_ENTRY`: without what somebody agreed to who had the number before,
    and without what they had withdrawn and agreed to again.
    """
    if all(each[_SEQ] > each[_FORMER_SEQ] for each in rows):
        return [_entry(each) for each in rows]
    read = [(each[_SEQ], each[_FORMER_SEQ], _entry(each)) for each in rows]
    again: dict[Identity, int] = {}
    for seq, former_seq, entry in read:
        if seq <= former_seq and entry.kind in OPENS_AGAIN:
            again[entry.identity] = seq
    return [
        entry
        for seq, former_seq, entry in read
        if seq > former_seq or (entry.kind in CLOSES and seq > again.get(entry.identity, 0))
    ]


_FORMER = (
    "(SELECT coalesce(max(h.consent_seq), 0) FROM former_holder h"
    " WHERE h.value = b.value AND h.scheme = b.scheme)"
)
"""The newest row of the ledger when the number was taken from who had it before."""
_ENTRY = (
    f"e.seq, {_FORMER} AS former_seq, e.value, e.scheme, e.line_id, e.kind, e.message_id, e.source,"
    " e.at_ms, e.as_of"
)
"""In the order in which `_entry` takes them: a list reads ten thousand, and to look each column up
by its name costs more than the rest.
"""
_SEQ, _FORMER_SEQ, _PLACE = 0, 1, 10
# Each person's few rows are put in order once they are read: SQLite would sort all of a list's.
_by_seq = itemgetter(_SEQ)
_STANDINGS = f"""
SELECT {_ENTRY}, p.key AS place, a.contact_id, a.on_whatsapp, k.blocked_ms
FROM json_each(:asked) p
CROSS JOIN contact_identity a ON a.value = p.value ->> 0 AND a.scheme = p.value ->> 1
CROSS JOIN contact k ON k.id = a.contact_id
CROSS JOIN contact_identity b ON b.contact_id = a.contact_id
LEFT JOIN consent e ON e.value = b.value AND e.scheme = b.scheme
  AND (e.line_id = :line OR e.line_id IS NULL)
"""  # noqa: S608 -- a statement of ours

_LEDGERS = (
    f"SELECT {_ENTRY}, b.contact_id"  # noqa: S608 -- a statement of ours
    " FROM json_each(?) p CROSS JOIN contact_identity b ON b.contact_id = p.value"
    " CROSS JOIN consent e ON e.value = b.value AND e.scheme = b.scheme ORDER BY e.seq"
)


def _entry(row: sqlite3.Row) -> ConsentEntry:
    _, _, value, scheme, line_id, kind, message_id, source, at_ms, as_of, *_ = row
    who, what = Identity(value, scheme), _KINDS[kind]
    return ConsentEntry(who, line_id, what, message_id, at_ms, source, as_of)
