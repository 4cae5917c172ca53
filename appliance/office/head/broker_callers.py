"""Which box speaks over the broker. The servers let a box speak on its own subjects alone; whether
that box with that key is still one of this office is looked up here each time.
"""

import sqlite3

from appliance.errors import NotFound
from appliance.office.broker import BoxSubjects
from appliance.office.head import refusals
from appliance.office.head.head import Head
from appliance.office.nkeys import KeyKind, spelled
from appliance.office.tables import boxes, credentials, ended_keys, invitations
from appliance.office.tables.boxes import BoxSeen
from appliance.store.store import ReaderPool, Tx


async def must_be_one(head: Head, who: BoxSubjects) -> None:
    """Raises ProblemError (401)."""
    is_new = await head.store.aread(lambda conn: _checked(conn, who), ReaderPool.DOOR)
    if is_new:
        await head.store.awrite(lambda tx: _first_use(tx, who.box))
    head.upkeep.seen(who.box, BoxSeen(at_ms=head.store.clock.now_ms()))


def _checked(conn: sqlite3.Connection, who: BoxSubjects) -> bool:
    """Whether an invitation is still open that it came by."""
    if ended_keys.is_ended(conn, who.key):
        raise refusals.struck_off()
    try:
        box = boxes.one(conn, who.box)
    except NotFound:
        raise refusals.unknown() from None
    if spelled(KeyKind.USER, box.key) != who.key:
        raise refusals.unknown()
    if box.struck_off:
        raise refusals.struck_off()
    return credentials.unused(conn, who.box) is not None


def _first_use(tx: Tx, box_id: str) -> None:
    """Who has the key has what it was given with it."""
    if (shown := credentials.unused(tx.conn, box_id)) is not None:
        credentials.used(tx, shown)
        invitations.forget_used_by(tx, box_id)
