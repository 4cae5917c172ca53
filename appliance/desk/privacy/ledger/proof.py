"""What is on record of one person's consent on a day: may each number write to them, and why.

It is decided by the ledger as it stood then, by the same rules that decide at each send. Beside an
entry stands what the person was told: the welcome that they got, and the words that the branch had.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.consent import rule_words
from appliance.identities import Identity
from appliance.store import consent, wordings
from appliance.store.care_marks import not_shown
from appliance.store.consent import ConsentKind, Verdict
from appliance.store.contacts import identity_of
from appliance.store.wordings import WordingKind

_TOLD_WITHIN_MS = 24 * 3_600_000
"""A welcome leaves within a day of the message that it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldWords:
    """What the branch said to whoever came then. `sent` is the welcome that this person got; None:
    they got none, or it is kept no more. `welcome` and `privacy` are the words as they were set.
    """

    sent: str | None
    sent_ms: int | None
    welcome: Sequence[str]
    privacy: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One row of the ledger. `line_number` None: it counts for the whole company. `words` is what
    they wrote, or were shown, without what waits hidden until somebody opens it; `by` who recorded
    it; `given_ms` when they gave it elsewhere.
    """

    identity: Identity
    kind: ConsentKind
    channel: str | None
    line_number: str | None
    branch: str | None
    words: str | None
    source: str | None
    given_ms: int | None
    by: str
    at_ms: int
    message_id: str | None
    told: ToldWords | None

    @property
    def number(self) -> str:
        return self.identity.value


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStanding:
    """Whether a line might write to this identity on the day."""

    identity: Identity
    line_id: str
    line_number: str
    branch: str
    verdict: Verdict

    @property
    def number(self) -> str:
        return self.identity.value

    @property
    def why(self) -> str:
        return str(self.verdict.code)

    @property
    def since_ms(self) -> int | None:
        return self.verdict.entry.at_ms if self.verdict.entry else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofOfConsent:
    """All of it, as far as the reader sees it. Entries are the oldest first, none after `on_ms`."""

    contact_id: str
    name: str | None
    on_ms: int
    made_ms: int
    standings: Sequence[LineStanding]
    entries: Sequence[LedgerEntry]
    zone: str


def proof(
    conn: sqlite3.Connection, sight: Sight, name: str, *, on_ms: int, now_ms: int
) -> ProofOfConsent:
    """`name` is an id or a number of the person. Raises NotFound."""
    found = sight.contact(conn, name)
    about = {"contact": found.id, "branches": sight.json, "on": on_ms}
    lines = conn.execute(_LINES, about).fetchall()
    return ProofOfConsent(
        contact_id=found.id,
        name=found.office_name or found.chosen_name,
        on_ms=on_ms,
        made_ms=now_ms,
        standings=[
            LineStanding(
                identity=each,
                line_id=line["id"],
                line_number=line["number"],
                branch=line["branch"],
                verdict=consent.verdict_of(conn, line["id"], each, found.id, until_ms=on_ms),
            )
            for each in found.identities
            for line in lines
        ],
        entries=[_entry(conn, row) for row in conn.execute(_ENTRIES, about).fetchall()],
        zone=next((row["zone"] for row in lines if row["zone"]), "Europe/Amsterdam"),
    )


def _entry(conn: sqlite3.Connection, row: sqlite3.Row) -> LedgerEntry:
    kind = ConsentKind(row["kind"])
    return LedgerEntry(
        identity=identity_of(row),
        kind=kind,
        channel=row["channel"],
        line_number=row["number"],
        branch=row["branch"],
        words=row["words"],
        source=row["source"],
        given_ms=row["given_ms"],
        by=row["by"] or row["recorded_by"],
        at_ms=row["at_ms"],
        message_id=row["message_id"],
        told=_told(conn, row) if kind is ConsentKind.WROTE_FIRST and row["line_id"] else None,
    )


def _told(conn: sqlite3.Connection, row: sqlite3.Row) -> ToldWords:
    sent = conn.execute(
        "SELECT m.text, m.created_ms FROM welcome w JOIN message m ON m.id = w.message_id"
        " WHERE w.line_id = ? AND w.contact_id = ? AND m.created_ms BETWEEN ? AND ?",
        (row["line_id"], row["holder"], row["at_ms"], row["at_ms"] + _TOLD_WITHIN_MS),
    ).fetchone()
    at: Mapping[str, str] = {"branch_id": row["branch_id"], "line_id": row["line_id"]}
    welcome = wordings.said_at(conn, WordingKind.WELCOME, **at, at_ms=row["at_ms"])
    privacy = wordings.said_at(conn, WordingKind.PRIVACY, **at, at_ms=row["at_ms"])
    language = welcome.language if welcome else row["language"] or "nl"
    words = welcome.words if welcome else None
    return ToldWords(
        sent=sent and sent["text"],
        sent_ms=sent and sent["created_ms"],
        welcome=(rule_words.WELCOME[language],) if words is None else words,
        privacy=privacy.words[0] if privacy and privacy.words else None,
    )


_LINES = f"""
SELECT line.id, line.number, branch.name AS branch, branch.settings ->> '$.zone' AS zone
FROM line JOIN branch ON branch.id = line.branch_id
WHERE {IN_SIGHT} AND line.removed_ms IS NULL AND (
  EXISTS (SELECT 1 FROM conversation c WHERE c.line_id = line.id AND c.contact_id = :contact)
  OR EXISTS (SELECT 1 FROM contact_identity i JOIN consent e
             ON e.value = i.value AND e.scheme = i.scheme
             WHERE i.contact_id = :contact AND e.line_id = line.id))
ORDER BY branch.name, line.number
"""  # noqa: S608 -- our own condition
# By identity, not by contact: after a join the ledger still names the contact it was written for.
_ENTRIES = f"""
SELECT e.scheme, e.value, e.kind, e.channel, e.line_id, line.number, line.branch_id,
  branch.name AS branch, branch.settings ->> '$.language' AS language, e.source, e.given_ms,
  e.at_ms, e.message_id, e.recorded_by, e.contact_id AS holder,
  coalesce(staff.name, api_token.name) AS by,
  coalesce(e.words, iif({not_shown("message")}, NULL, coalesce(
           (SELECT x.text FROM earlier_text x WHERE x.message_id = e.message_id
            AND x.until_ms > e.at_ms ORDER BY x.until_ms LIMIT 1), message.text))) AS words
FROM contact_identity own
CROSS JOIN consent_of_holder e ON e.value = own.value AND e.scheme = own.scheme
LEFT JOIN line ON line.id = e.line_id LEFT JOIN branch ON branch.id = line.branch_id
LEFT JOIN message ON message.id = e.message_id
LEFT JOIN staff ON staff.id = substr(e.recorded_by, 7)  -- after `staff:` or `token:`
LEFT JOIN api_token ON api_token.id = substr(e.recorded_by, 7)
WHERE own.contact_id = :contact AND e.at_ms <= :on AND (e.line_id IS NULL OR {IN_SIGHT})
ORDER BY e.seq
"""  # noqa: S608 -- our own condition
