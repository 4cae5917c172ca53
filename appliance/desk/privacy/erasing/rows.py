"""What stands of a person beside their messages, table by table, and what becomes of it.

Each statement may be run again. `:contacts`, `:conversations` and `:names` are JSON lists,
`:identities` one of pairs, `:forms` the numbers as devices may write them.
"""

import json
import sqlite3
from collections.abc import Mapping

from appliance.desk.privacy.erasing.person import Person
from appliance.phone_numbers import digits, is_e164, readable
from appliance.store import forgetting, unread
from appliance.store.store import Tx

_CONTACT = "IN (SELECT value FROM json_each(:contacts))"
_THREAD = "IN (SELECT value FROM json_each(:conversations))"
_NAME = "IN (SELECT value FROM json_each(:names))"
_FORM = "IN (SELECT value FROM json_each(:forms))"
_IDENTITY = "(value, scheme) IN (SELECT p.value ->> 0, p.value ->> 1 FROM json_each(:identities) p)"

CARD = (
    f"UPDATE contact SET chosen_name = NULL, office_name = NULL, personnel_number = NULL,"
    f" fields = '{{}}', state = 'self', state_ms = NULL, blocked_ms = NULL, joined_into = id"
    f" WHERE id {_CONTACT}",
    f"DELETE FROM identity_claim WHERE contact_id {_CONTACT}",
    f"DELETE FROM contact_identity WHERE contact_id {_CONTACT}",
    f"DELETE FROM contact_note WHERE contact_id {_CONTACT}",
    f"DELETE FROM contact_label WHERE contact_id {_CONTACT}",
    f"DELETE FROM contact_branch WHERE contact_id {_CONTACT}",
    f"DELETE FROM contact_apart WHERE contact_id {_CONTACT} OR other_id {_CONTACT}",
    # What both were before they were joined or split, for an undo.
    f"DELETE FROM contact_change WHERE contact_id {_CONTACT} OR other_id {_CONTACT}",
    f"DELETE FROM former_holder WHERE {_IDENTITY}",
    f"DELETE FROM list_member WHERE contact_id {_CONTACT}",
    f"UPDATE hold SET reason = '' WHERE contact_id {_CONTACT}",
)
"""The card; the ids stay, because the log and the ledger name them. A number that somebody else has
by now stays theirs.
"""
THREADS = (
    f"DELETE FROM draft WHERE conversation_id {_THREAD}",
    f"DELETE FROM note_draft WHERE conversation_id {_THREAD}",
    f"UPDATE note SET text = '', client_id = NULL WHERE conversation_id {_THREAD}",
    f"DELETE FROM casework WHERE conversation_id {_THREAD}",
    f"DELETE FROM conversation_label WHERE conversation_id {_THREAD}",
    f"DELETE FROM push_notice WHERE conversation_id {_THREAD}",
    f"DELETE FROM read_mark WHERE conversation_id {_THREAD}",
    f"DELETE FROM not_arrived WHERE message_id IN"
    f" (SELECT id FROM message WHERE conversation_id {_THREAD})",
    f"DELETE FROM tick_visit WHERE message_id IN"
    f" (SELECT id FROM message WHERE conversation_id {_THREAD})",
    f"DELETE FROM near_stop WHERE message_id IN"
    f" (SELECT id FROM message WHERE conversation_id {_THREAD})",
    # The last of all lists, waiting for nobody, with nothing that is new or shown.
    f"UPDATE conversation SET last_message_id = NULL, shown_message_id = NULL, last_ms = 0,"
    f" last_in_ms = NULL, waiting_ms = NULL, news_id = NULL, news_ms = NULL WHERE id {_THREAD}",
)
ELSEWHERE = (
    f"DELETE FROM reaction WHERE {_IDENTITY}",
    f"UPDATE group_task SET state = 'failed', reason = 'erased', ended_ms = :now"
    f" WHERE state IN ('waiting', 'person') AND member_id IN"
    f" (SELECT id FROM group_member WHERE {_IDENTITY})",
    f"DELETE FROM group_member WHERE {_IDENTITY} OR value IS NULL AND name {_NAME}",
    f"UPDATE group_journal SET by_whom = iif(by_whom {_NAME} OR by_whom {_FORM}, '', by_whom),"
    f" before = iif(before {_NAME} OR before {_FORM}, '', before),"
    f" after = iif(after {_NAME} OR after {_FORM}, '', after)"
    f" WHERE by_whom {_NAME} OR by_whom {_FORM} OR before {_NAME} OR before {_FORM}"
    f" OR after {_NAME} OR after {_FORM}",
    f"UPDATE adoption_chat SET name = '', value = NULL, scheme = NULL, last_day = NULL"
    f" WHERE {_IDENTITY} OR name {_NAME} OR name {_FORM}",
    f"DELETE FROM missed_call WHERE {_IDENTITY} OR value {_FORM}",
    f"DELETE FROM early_report WHERE number {_FORM}",
    f"DELETE FROM long_sms_part WHERE long_sms_id IN"
    f" (SELECT id FROM long_sms WHERE sender {_FORM} OR sender {_NAME})",
    f"DELETE FROM long_sms WHERE sender {_FORM} OR sender {_NAME}",
    f"UPDATE round_stranger SET named = '' WHERE named {_FORM} OR named {_NAME}",
)
"""In groups, in what was read of a phone, and in lists of who was named."""

_ANSWERS = """
UPDATE idempotency SET response = iif(json_valid(response)
    AND json_extract(response, '$.id') IS NOT NULL,
  json_object('id', json_extract(response, '$.id')), '{}')
WHERE EXISTS (SELECT 1 FROM json_each(:sought) s WHERE instr(idempotency.response, s.value))
"""
"""Answers to software that are kept for who asks again. The key stays, so nothing is done twice."""


def values_of(person: Person, now_ms: int) -> Mapping[str, object]:
    forms = {form for each in person.identities for form in _forms(each.value)}
    return {
        "contacts": person.contacts_json,
        "conversations": person.conversations_json,
        "identities": person.identities_json,
        "names": json.dumps([*person.names, *(f"~{name}" for name in person.names)]),
        "forms": json.dumps(sorted(forms)),
        "sought": json.dumps(_sought(person, forms)),
        "now": now_ms,
    }


def forget(tx: Tx, person: Person) -> None:
    """All of it but the messages themselves, in one transaction."""
    values = values_of(person, tx.now_ms)
    forgetting.forget_media(tx, _of_notes(tx.conn, person))
    with unread.counted(tx.conn, person.conversation_ids):
        for statement in THREADS:
            tx.conn.execute(statement, values)
    for statement in (*CARD, *ELSEWHERE, _ANSWERS):
        tx.conn.execute(statement, values)


def forget_threads(tx: Tx, conversation_ids: str) -> None:
    """What somebody who had the page open wrote there meanwhile. `conversation_ids` is JSON."""
    for table in ("draft", "note_draft"):
        tx.conn.execute(
            f"DELETE FROM {table} WHERE conversation_id {_THREAD}",  # noqa: S608 -- names of ours
            {"conversations": conversation_ids},
        )
    tx.conn.execute(
        f"UPDATE note SET text = '' WHERE text <> '' AND conversation_id {_THREAD}",  # noqa: S608 -- our own words
        {"conversations": conversation_ids},
    )


def _of_notes(conn: sqlite3.Connection, person: Person) -> list[str]:
    rows = conn.execute(
        "SELECT f.media_id FROM note n JOIN note_media f ON f.note_id = n.id"
        f" WHERE n.conversation_id {_THREAD}",  # noqa: S608 -- our own words
        {"conversations": person.conversations_json},
    )
    return [row["media_id"] for row in rows]


def _forms(value: str) -> set[str]:
    """As a device, a network or a page may write it."""
    if not is_e164(value):
        return {value}
    plain = digits(value)
    at_home = {f"0{plain[2:]}"} if plain.startswith("31") else set()
    return {value, plain, f"00{plain}", readable(value), *at_home}


def _sought(person: Person, forms: set[str]) -> list[str]:
    """As it may stand in JSON."""
    said = {*forms, *person.full_names}
    return sorted(said | {json.dumps(each)[1:-1] for each in said})
