"""What two identities of a person keep of each other's withdrawals when they part.

A withdrawal by one of them closed all that the person had. Were it not written down for each, a
split would open again what somebody has closed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from appliance.desk.outgoing.sending import Author
from appliance.identities import Identity
from appliance.store import consent, contacts
from appliance.store.consent import CLOSES, ConsentEntry
from appliance.store.contacts import identity_of
from appliance.store.store import Tx

_COMPANY = ""
"""Stands for no line: then only what counts for the whole company is asked."""


@contextmanager
def closed_stays(tx: Tx, contact_id: str, by: Author, *, since_seq: int = 0) -> Iterator[None]:
    """What the person had closed by rows of the ledger behind `since_seq` is closed after the
    block, too, for each identity that the person had before it.
    """
    before = _closed(tx, contact_id, since_seq)
    yield
    for (line_id, identity), entry in before.items():
        if consent.verdict(tx.conn, line_id, identity).opted_out:
            continue
        owner = contacts.by_identity(tx.conn, identity)
        consent.record(
            tx,
            identity=identity,
            contact_id=owner.id if owner else contact_id,
            line_id=line_id or None,
            kind=entry.kind,
            message_id=entry.message_id,
            recorded_by=f"staff:{by.staff_id}" if by.staff_id else f"token:{by.token_id}",
        )


def ledger_seq(tx: Tx) -> int:
    """The newest row of the ledger."""
    return int(tx.conn.execute("SELECT coalesce(max(seq), 0) FROM consent").fetchone()[0])


def _closed(tx: Tx, contact_id: str, since_seq: int) -> Mapping[tuple[str, Identity], ConsentEntry]:
    """By line and identity, what closed it."""
    closing = {each.value for each in CLOSES}
    rows = tx.conn.execute(_ENTRIES, (contact_id, since_seq)).fetchall()
    places = {row["line_id"] or _COMPANY for row in rows if row["kind"] in closing}
    found = {}
    for line_id in sorted(places):
        for identity in contacts.identities_of(tx.conn, contact_id):
            verdict = consent.verdict(tx.conn, line_id, identity)
            theirs = {identity_of(row) for row in rows if (row["line_id"] or "") == line_id}
            if verdict.opted_out and verdict.entry and verdict.entry.identity in theirs:
                found[line_id, identity] = verdict.entry
    return found


_ENTRIES = """
SELECT e.value, e.scheme, e.line_id, e.kind FROM contact_identity n
CROSS JOIN consent e ON e.value = n.value AND e.scheme = n.scheme
WHERE n.contact_id = ? AND e.seq > ?
"""
