"""Taking rows of a file in, some in each transaction, so that nobody waits for a long file.

An import gives no consent: whom it enters has to write first.
"""

import sqlite3
from collections.abc import Sequence

from appliance.desk.contacts import changing
from appliance.desk.contacts.changing import Changer
from appliance.desk.contacts.importing.verdicts import (
    Judge,
    JudgedRow,
    RowReason,
    RowVerdict,
    refused,
)
from appliance.errors import InvalidInput, Refused
from appliance.identities import Identity
from appliance.store import contacts
from appliance.store.store import Tx

AT_ONCE = 100
"""Rows of one transaction."""


def is_decided(rows: Sequence[JudgedRow]) -> bool:
    return all(each.verdict.is_decided for each in rows)


def pieces(rows: Sequence[JudgedRow]) -> Sequence[Sequence[JudgedRow]]:
    """What changes something, in the pieces in which it is written."""
    some = [each for each in rows if each.change is not None]
    return [some[at : at + AT_ONCE] for at in range(0, len(some), AT_ONCE)]


def concerned(conn: sqlite3.Connection, rows: Sequence[JudgedRow]) -> tuple[Identity, ...]:
    """Those whose numbers change: whoever writes it holds the locks of their taps."""
    ids = {
        each.contact_id
        for each in rows
        if each.contact_id and each.change and each.change.given & changing.AT_GATE
    }
    return tuple(one for each in sorted(ids) for one in contacts.identities_of(conn, each))


def take_in(
    tx: Tx, rows: Sequence[JudgedRow], who: Changer, *, branch_id: str | None
) -> Sequence[JudgedRow]:
    """As they are done. Each is judged again: somebody may have changed a card meanwhile."""
    judge = Judge(tx.conn, who)
    return [_take(tx, judge.row(each.row, each.says), who, branch_id) for each in rows]


def _take(tx: Tx, row: JudgedRow, who: Changer, branch_id: str | None) -> JudgedRow:
    if row.change is None:
        return row
    try:
        with tx.whole():
            if row.verdict is RowVerdict.NEW:
                contact_id = changing.enter(tx, row.change, who, branch_id=branch_id)
            else:
                contact_id = row.contact_id or ""
                changing.change(tx, contact_id, row.change, who)
    except (InvalidInput, Refused) as exc:  # the rows before it are kept, and so is the answer
        return refused(
            row.row, row.says, RowReason.NOT_TAKEN, exc.sentence, contact_id=row.contact_id
        )
    return JudgedRow(
        row=row.row,
        says=row.says,
        verdict=row.verdict,
        reason=row.reason,
        what=row.what,
        contact_id=contact_id,
    )
