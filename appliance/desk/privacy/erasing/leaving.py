"""What an erased person leaves: the ledger without a name, what is to be taken off phones, and no
archive that holds them.
"""

import json
import sqlite3
from collections.abc import Sequence

from appliance.channels import Channel
from appliance.desk.privacy.archive import making
from appliance.desk.privacy.erasing.person import ErasablePerson
from appliance.devices.kind import Kind
from appliance.identities import Identity
from appliance.store import (
    archives,
    consent,
    contacts,
    erased,
    erasure_journal,
    lines,
    phone_removals,
)
from appliance.store.consent import ConsentKind
from appliance.store.erased import RECORDED_BY
from appliance.store.erasure_journal import JournalWhat
from appliance.store.phone_removals import NewRemoval
from appliance.store.store import Tx


def leave_ledger(tx: Tx, person: ErasablePerson) -> None:
    """What stands for their identities takes the place of these in the ledger, also where an
    identity was somebody else's before; what they had withdrawn binds whoever has one later. A
    number that somebody else is said to have is theirs from now on.
    """
    closed = {each: _closed_for(tx.conn, each) for each in person.identities}
    for each in person.identities:
        taking = erased.note_erased(tx, each)
        tx.conn.execute(
            "UPDATE consent SET value = ? WHERE value = ? AND scheme = ?", (taking.value, *each)
        )
        for line_id in closed[each]:
            erasure_journal.note(
                tx.conn, JournalWhat.CLOSED, each, at_ms=tx.now_ms, line_id=line_id
            )
            consent.record(
                tx,
                identity=taking,
                contact_id=person.contact_ids[0],
                line_id=line_id,
                kind=ConsentKind.ERASED,
                recorded_by=RECORDED_BY,
            )
    for each in person.identities:
        _give_to_claimant(tx, each)


def empty_ledger_words(tx: Tx, person: ErasablePerson) -> None:
    """After they are nobody: the ledger allows it of nobody else."""
    tx.conn.execute(
        "UPDATE consent SET words = iif(words IS NULL, NULL, ''),"
        " source = iif(source IS NULL, NULL, '')"
        " WHERE contact_id IN (SELECT value FROM json_each(?))"
        " AND (words > '' OR source > '')",
        (person.contacts_json,),
    )


def ask_phones(tx: Tx, person: ErasablePerson) -> None:
    """Each phone that has a chat with them is to delete it, or a person there: also in a mailbox
    and at a service, where what was told stays.
    """
    for row in tx.conn.execute(_CHATS, {"conversations": person.conversations_json}).fetchall():
        channel, kind = Channel.named(row["channel"]), Kind.named(row["kind"])
        if kind.is_emptied or not channel.writes_to(Identity(row["value"], row["scheme"])):
            continue
        new = NewRemoval(
            line_id=row["line_id"],
            device_id=row["device_id"],
            channel=channel,
            whose=Identity(row["value"], row["scheme"]),
            by_hand=not channel.needs_account,
        )
        phone_removals.ask(tx, new)


def let_go_of_archives(tx: Tx, person: ErasablePerson) -> None:
    """The file first: a row whose file is not there is told as expired at the next start. Those of
    quarters lie in the company's own folder and stay (`quarter_archives`).
    """
    data = erasure_journal.data_dir_of(tx.conn)
    for each in person.contact_ids:
        for path in making.forget_person(tx, data, each).files:
            path.unlink(missing_ok=True)


def quarter_archives(conn: sqlite3.Connection, person: ErasablePerson) -> Sequence[str]:
    """The files in the company's own folder that hold them, where Balie deletes nothing."""
    found = [job for each in person.contact_ids for job in archives.with_person(conn, each)]
    return sorted({job.name for job in found if job.quarter is not None and job.name is not None})


def _closed_for(conn: sqlite3.Connection, identity: Identity) -> Sequence[str | None]:
    """The lines to which they had closed it; None where it was to the whole company."""
    owner = contacts.by_identity(conn, identity)
    if owner is None:
        return ()
    about = (json.dumps([list(each) for each in contacts.identities_of(conn, owner.id)]),)
    if conn.execute(_CLOSED_EVERYWHERE, about).fetchone() is not None:
        return (None,)
    return [
        line.id
        for line in lines.lines(conn)
        if consent.verdict_of(conn, line.id, identity, owner.id).opted_out
    ]


def _give_to_claimant(tx: Tx, identity: Identity) -> None:
    said = next(iter(contacts.claimants(tx.conn, identity)), None)
    if said is None:
        return
    contacts.drop_claim(tx, said.id, identity)
    tx.conn.execute(
        "UPDATE contact_identity SET contact_id = ?, created_ms = ? WHERE value = ? AND scheme = ?",
        (said.id, tx.now_ms, *identity),
    )
    erased.bind(tx, said.id, identity)


_CLOSED_EVERYWHERE = """
SELECT 1 FROM json_each(?) p CROSS JOIN consent c
ON c.value = p.value ->> 0 AND c.scheme = p.value ->> 1
WHERE c.line_id IS NULL AND c.kind IN ('opted_out', 'objected', 'erased') LIMIT 1
"""
_CHATS = """
SELECT DISTINCT m.line_id, m.channel, m.value, m.scheme, r.device_id, d.kind
FROM json_each(:conversations) c
CROSS JOIN message m INDEXED BY message_thread ON m.conversation_id = c.value
JOIN route r ON r.line_id = m.line_id AND r.channel = m.channel
JOIN device d ON d.id = r.device_id AND d.removed_ms IS NULL
WHERE m.channel IS NOT NULL ORDER BY m.line_id, r.device_id, m.channel
"""
