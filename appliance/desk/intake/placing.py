"""A message that came in: the line that it is for, and the one transaction that keeps it."""

import sqlite3
from dataclasses import replace

from appliance.characters import clean_name
from appliance.desk.care import marking
from appliance.desk.consent import rule_words
from appliance.desk.intake import attached, headings, posts, revisions
from appliance.desk.intake.rules import Arrival, answer
from appliance.desk.lines import line_codes
from appliance.devices.kind import Kind
from appliance.devices.protocol import Incoming, TextForm
from appliance.identities import ALPHA, WHATSAPP_LID, Identity
from appliance.identities import kept as kept_identity
from appliance.messages import Origin
from appliance.store import (
    care_gone,
    contacts,
    conversations,
    devices,
    erased,
    lines,
    messages,
    texts_below,
)
from appliance.store.lines import Line
from appliance.store.store import Tx


def line_for(conn: sqlite3.Connection, device_id: str, sender: Identity) -> Line | None:
    """The line that something from them is for.

    On a device that several lines share it is the one that last wrote to them over it;
    else the one whose own device it is, else the one that first fell back on it.
    """
    carried = lines.lines_of_device(conn, device_id)
    if len(carried) < 2:  # noqa: PLR2004 -- one has nobody to share with
        return carried[0] if carried else None
    about = {"device": device_id, "value": sender.value, "scheme": sender.scheme}
    row = conn.execute(_LAST_WROTE, about).fetchone()
    return next((line for line in carried if row and line.id == row["line_id"]), carried[0])


def keep(tx: Tx, device_id: str, line: Line, incoming: Incoming) -> None:
    """Keeps the row, its contact and conversation, its effect on consent, and a rule's answer.

    It stands after all that was said before it came, however long it was under way: a person who
    has read the conversation would not look for it further up. A message that no person wrote has
    no effect. A message without words yet proves nothing and gets no answer, because it may be
    STOP.
    """
    sender = sender_of(incoming)
    incoming = _named(incoming, sender)
    device_key = f"{key_owner(tx.conn, device_id, line)}:{incoming.channel.name}:{incoming.key}"
    before = revisions.known(tx, device_key)
    if _is_of_erased(tx.conn, incoming, sender, before):
        return
    if line_codes.take(tx, device_key, line.id, incoming):
        if before is not None:
            revisions.set_aside(tx, before)
        return
    conversation_id, contact_id = _conversation_of(tx, line, incoming, sender)
    if before is not None:
        arrival = contact_id and _arrival(before["id"], line, contact_id, incoming, sender)
        _keep_again(tx, device_id, before, arrival or None, incoming)
        return
    if _came_otherwise(tx.conn, conversation_id, incoming, sender):
        return
    if not incoming.exact and care_gone.is_gone(
        tx.conn, conversation_id, incoming.text, incoming.at_ms
    ):
        return  # it was removed here, and a phone still shows it
    about = _new(tx, line, incoming, sender, conversation_id, contact_id, device_key)
    message_id = messages.receive(tx, about)
    if incoming.form is TextForm.WORDS:
        posts.note_author(tx, line, incoming, sender, message_id)
    if message_id is not None:
        attached.keep(tx, device_id, message_id, incoming)
        texts_below.keep(tx, message_id, incoming.below)
        marking.look(tx, message_id)
    if message_id is not None and contact_id is not None and incoming.origin is Origin.PERSON:
        _follow(tx, _arrival(message_id, line, contact_id, incoming, sender), incoming.form)


def _new(
    tx: Tx,
    line: Line,
    incoming: Incoming,
    sender: Identity,
    conversation_id: str,
    contact_id: str | None,
    device_key: str,
) -> messages.NewIncoming:
    return messages.NewIncoming(
        conversation_id=conversation_id,
        line_id=line.id,
        contact_id=contact_id,
        identity=sender,
        text=headings.shown(incoming),
        channel=incoming.channel,
        device_key=incoming.key,
        sender_name=incoming.sender_name,
        exact=incoming.exact,
        happened_ms=tx.now_ms,
        written_ms=min(incoming.at_ms, tx.now_ms),
        origin=incoming.origin,
        awaited=incoming.form is TextForm.WAITING,
        deleted=incoming.form is TextForm.DELETED,
        key_digest=messages.digest_of(device_key),
    )


def _is_of_erased(
    conn: sqlite3.Connection, incoming: Incoming, sender: Identity, before: sqlite3.Row | None
) -> bool:
    """Whether the phone shows again what was erased. What is new is never taken for it: a clock may
    be wrong, so a time counts only where a screen is the source.
    """
    if before is not None:
        return erased.is_erased(conn, before["contact_id"])
    if incoming.exact:
        return False
    return erased.is_of_erased(conn, sender, incoming.at_ms, exact=False)


def _follow(tx: Tx, arrival: Arrival, form: TextForm) -> None:
    """What follows from a message that a person wrote."""
    if arrival.channel.needs_account and arrival.channel.writes_to(arrival.identity):
        contacts.remember_whatsapp(tx, arrival.identity, on_whatsapp=True)
    if form is TextForm.WORDS or rule_words.is_stop(arrival.text):
        answer(tx, arrival)


def _keep_again(
    tx: Tx, device_id: str, before: sqlite3.Row, arrival: Arrival | None, incoming: Incoming
) -> None:
    """It is known; what changed of it since is kept."""
    if not incoming.channel.can_be_edited:
        return
    revisions.keep(tx, before, arrival, incoming.text, incoming.form)
    if before["awaited"]:
        attached.keep(tx, device_id, before["id"], incoming)
    marking.look(tx, before["id"])


def _came_otherwise(
    conn: sqlite3.Connection, conversation_id: str, incoming: Incoming, sender: Identity
) -> bool:
    """Whether the service showed this message before under another scheme of this person, as
    WhatsApp may do with an account that hid its number: it is the same to the millisecond.
    """
    if not incoming.exact:
        return False
    row = conn.execute(
        "SELECT 1 FROM message WHERE conversation_id = ? AND happened_ms >= ? AND direction = 'in'"
        " AND written_ms = ? AND text = ? AND channel = ? AND scheme <> ? AND exact = 1",
        (
            conversation_id,
            incoming.at_ms,
            incoming.at_ms,
            incoming.text,
            incoming.channel.name,
            sender.scheme,
        ),
    ).fetchone()
    return row is not None


def _conversation_of(
    tx: Tx, line: Line, incoming: Incoming, sender: Identity
) -> tuple[str, str | None]:
    """And the contact; in a group there is none."""
    group = incoming.group
    if group is not None:
        return posts.conversation_of(tx, line, incoming.channel, group), None
    contact_id = contacts.ensure(tx, sender, chosen_name=incoming.sender_name)
    return conversations.with_contact(tx, line.id, contact_id), contact_id


def _arrival(
    message_id: str, line: Line, contact_id: str, incoming: Incoming, sender: Identity
) -> Arrival:
    return Arrival(
        message_id=message_id,
        line=line,
        contact_id=contact_id,
        identity=sender,
        text=headings.said(incoming),
        channel=incoming.channel,
        has_files=incoming.media is not None,
    )


def sender_of(incoming: Incoming) -> Identity:
    """Who sent it: here what a device shows becomes an identity."""
    return shown_identity(incoming.channel.told(incoming.sender))


def shown_identity(told: Identity) -> Identity:
    """As it can be kept and shown."""
    return told._replace(value=shown_sender(told.value))


def shown_sender(sender: str) -> str:
    """A number or what a channel has a form for, as it is; a word in which nothing is hidden."""
    has_form = kept_identity(sender).scheme not in (ALPHA, WHATSAPP_LID)
    return sender if has_form else clean_name(sender) or "?"


def _named(incoming: Incoming, sender: Identity) -> Incoming:
    """Under names that can be shown beside others."""
    group = incoming.group
    if group is not None:
        group = replace(group, name=clean_name(group.name) or "?")
    return replace(
        incoming,
        sender=sender.value,
        sender_name=clean_name(incoming.sender_name),
        group=group,
    )


def key_owner(conn: sqlite3.Connection, device_id: str, line: Line) -> str:
    """The owner of a device's own keys. For a phone it is the line, because another phone may
    replace it; for a modem it is the modem itself, whichever of its lines a message is for.
    """
    return device_id if Kind.named(devices.device(conn, device_id).kind).is_shared else line.id


_LAST_WROTE = """
SELECT m.line_id FROM contact_identity n
JOIN conversation c ON c.contact_id = n.contact_id
  AND c.line_id IN (SELECT line_id FROM route WHERE device_id = :device)
JOIN message m ON m.conversation_id = c.id AND m.direction = 'out'
  AND m.value = :value AND m.scheme = :scheme
JOIN attempt a ON a.message_id = m.id AND a.device_id = :device
WHERE n.value = :value AND n.scheme = :scheme
AND a.tapped_ms IS NOT NULL AND a.outcome IS NOT 'not_sent'
ORDER BY a.tapped_ms DESC LIMIT 1
"""
