"""What somebody does about a mark: removes the message, puts it away, opens what is hidden."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from appliance.channels import Channel
from appliance.desk.care.care_words import asks_another_way
from appliance.devices.kind import Kind
from appliance.errors import NotFound, Refused
from appliance.identities import Identity
from appliance.reasons import Reason
from appliance.store import (
    care_gone,
    care_marks,
    devices,
    forgetting,
    holds,
    phone_removals,
    readings,
    routes,
)
from appliance.store.branch_settings import settings_of
from appliance.store.care_marks import CareMark, CareState
from appliance.store.phone_removals import NewRemoval, RemovalWhat
from appliance.store.readings import ReadingKind
from appliance.store.store import Store, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    id: str
    line_id: str
    conversation_id: str
    contact_id: str | None
    identity: Identity
    channel: Channel
    text: str
    written_ms: int
    settings: str


def remove(tx: Tx, message_id: str, *, staff_id: str) -> None:
    """Forgets its words and files here, and asks for a hand that deletes it on the phone.

    It cannot be undone. `clean_up` takes the files away, and the index of the search lets its words
    go soon. Raises NotFound, and Refused where
    somebody was quicker or the person is held for a dispute.
    """
    message = _open_one(tx.conn, message_id)
    if message.contact_id is not None and holds.is_held(tx.conn, message.contact_id):
        raise Refused(
            Reason.HELD,
            "This person is held for a dispute: until that ends nothing of theirs is removed.",
        )
    care_gone.note(tx, message.conversation_id, message.text, message.written_ms)
    _ask_on_phones(tx, message)
    forgetting.forget_messages(tx, [message_id])
    forgetting.forget_in_index(tx)
    care_marks.end(tx, message_id, CareState.REMOVED, staff_id=staff_id)
    _note_reading(tx, message, ReadingKind.ERASE, staff_id)


def put_away(tx: Tx, message_id: str, *, staff_id: str) -> None:
    """It is none. Raises as `remove` does."""
    _open_one(tx.conn, message_id)
    care_marks.end(tx, message_id, CareState.NONE, staff_id=staff_id)


def open_up(tx: Tx, message_id: str, *, staff_id: str) -> None:
    """Shows what the branch's rule hid, to everybody from now on. Raises NotFound."""
    if care_marks.open_up(tx, message_id, staff_id=staff_id):
        message = _message(tx.conn, message_id)
        _note_reading(tx, message, ReadingKind.READ, staff_id)


def clean_up(store: Store, data: Path) -> None:
    """Takes the files of what was removed off the disk. Blocks."""
    forgetting.forget_files(store, data)


def ready_sentence(conn: sqlite3.Connection, mark: CareMark) -> str:
    """What asks for another way, in the language in which they wrote where that is clear."""
    message = _message(conn, mark.message_id)
    language = settings_of(message.settings).language
    return asks_another_way(mark.kinds[0], message.text, language)


def _open_one(conn: sqlite3.Connection, message_id: str) -> _Message:
    mark = care_marks.of_message(conn, message_id)
    if mark is None:
        raise NotFound("message")
    if not mark.is_open:
        raise Refused(Reason.NOTHING_TO_DECIDE, "A colleague decided about this message already.")
    return _message(conn, message_id)


def _message(conn: sqlite3.Connection, message_id: str) -> _Message:
    row = conn.execute(_MESSAGE, (message_id,)).fetchone()
    if row is None:
        raise NotFound("message")
    return _Message(
        id=row["id"],
        line_id=row["line_id"],
        conversation_id=row["conversation_id"],
        contact_id=row["contact_id"],
        identity=Identity(row["value"], row["scheme"]),
        channel=Channel.named(row["channel"]),
        text=row["text"],
        written_ms=row["written_ms"],
        settings=row["settings"],
    )


def _ask_on_phones(tx: Tx, message: _Message) -> None:
    """One message has no way that is proven, so a person deletes it there."""
    for route in routes.routes_of_line(tx.conn, message.line_id):
        device = devices.device(tx.conn, route.device_id)
        if route.channel != message.channel or Kind.named(device.kind).is_emptied:
            continue
        new = NewRemoval(
            line_id=message.line_id,
            device_id=route.device_id,
            channel=message.channel,
            whose=message.identity,
            what=RemovalWhat.MESSAGE,
            message_id=message.id,
            written_ms=message.written_ms,
            by_hand=True,
        )
        phone_removals.ask(tx, new)


def _note_reading(tx: Tx, message: _Message, kind: ReadingKind, staff_id: str) -> None:
    readings.note(
        tx,
        f"staff:{staff_id}",
        kind,
        contact_id=message.contact_id,
        conversation_id=message.conversation_id,
        thing=readings.Thing.CONVERSATION,
    )


_MESSAGE = """
SELECT m.id, m.line_id, m.conversation_id, m.contact_id, m.value, m.scheme, m.channel, m.text,
  coalesce(m.written_ms, m.happened_ms) AS written_ms, branch.settings
FROM message m JOIN line ON line.id = m.line_id JOIN branch ON branch.id = line.branch_id
WHERE m.id = ?
"""
