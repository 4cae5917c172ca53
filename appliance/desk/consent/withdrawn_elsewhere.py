"""Withdrawals that head office knows and a copy that was put back does not."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.desk.consent import withdrawal
from appliance.identities import Identity
from appliance.store import consent, contacts, lines
from appliance.store.consent import ConsentKind
from appliance.store.contacts import identity_of
from appliance.store.slice_privacy import stands_for
from appliance.store.store import Tx

RECORDED_BY = "office"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """`identity` is one of this box. `line_id` None: for the whole company."""

    identity: Identity
    line_id: str | None


def known_as(conn: sqlite3.Connection, told: Sequence[Identity], key: bytes) -> Sequence[Identity]:
    """Who is meant, one for each: the office may have only what stands for a value here. Who is not
    known here is meant as they are told, unless that stands for somebody.
    """
    by_hash: Mapping[str, Identity] = {}
    if any(each.value.startswith("~") for each in told):
        rows = conn.execute("SELECT value, scheme FROM contact_identity").fetchall()
        by_hash = {stands_for(key, row["value"]): identity_of(row) for row in rows}
    return [by_hash.get(each.value, each) for each in told]


def take_in(tx: Tx, withdrawals: Sequence[Withdrawal]) -> int:
    """How many were new. Called where nobody taps for these people (`ConsentGate.write`)."""
    return sum(_take_in(tx, each) for each in withdrawals)


def _take_in(tx: Tx, each: Withdrawal) -> bool:
    if each.identity.value.startswith("~"):
        return False  # nobody here is that: there is nobody who could be written to
    known = {line.id for line in lines.lines(tx.conn)}
    line_id = each.line_id if each.line_id in known else None
    contact_id = contacts.ensure(tx, each.identity)
    # Who objected to the whole company is closed everywhere, not at a line where they said STOP.
    asked = [line_id] if line_id else sorted(known) or [""]
    verdicts = [consent.verdict_of(tx.conn, at, each.identity, contact_id) for at in asked]
    if all(verdict.opted_out for verdict in verdicts):
        return False
    consent.record(
        tx,
        identity=each.identity,
        contact_id=contact_id,
        line_id=line_id,
        kind=ConsentKind.OBJECTED if line_id is None else ConsentKind.OPTED_OUT,
        recorded_by=RECORDED_BY,
    )
    withdrawal.cancel_waiting(tx, contact_id, line_id=line_id)
    return True
