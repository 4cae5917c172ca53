"""What stands of a person beside their messages, table by table, and what becomes of it.

`:contacts`, `:conversations` and `:names` are JSON lists, `:identities` one of pairs, `:forms` the
numbers as devices may write them.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence

from appliance.desk.privacy.erasing.person import ErasablePerson
from appliance.phone_numbers import digits, is_e164, readable
from appliance.reasons import Reason
from appliance.store import forgetting, unread
from appliance.store.store import Tx

_WHICH = {
    "OF_CONTACT": "IN (SELECT value FROM json_each(:contacts))",
    "OF_THREAD": "IN (SELECT value FROM json_each(:conversations))",
    "IS_NAME": "IN (SELECT value FROM json_each(:names))",
    "IS_FORM": "IN (SELECT value FROM json_each(:forms))",
    "IS_IDENTITY": (
        "(value, scheme) IN (SELECT p.value ->> 0, p.value ->> 1 FROM json_each(:identities) p)"
    ),
}


def _statements(text: str) -> Sequence[str]:
    for short, condition in _WHICH.items():
        text = text.replace(short, condition)
    return [each.strip() for each in text.split(";") if each.strip()]


CARD = _statements("""
UPDATE contact SET chosen_name = NULL, office_name = NULL, personnel_number = NULL, fields = '{}',
  state = 'self', state_ms = NULL, blocked_ms = NULL, joined_into = id, changed_ms = :now
  WHERE id OF_CONTACT;
DELETE FROM identity_claim WHERE contact_id OF_CONTACT;
DELETE FROM contact_identity WHERE contact_id OF_CONTACT;
DELETE FROM contact_note WHERE contact_id OF_CONTACT;
DELETE FROM contact_label WHERE contact_id OF_CONTACT;
INSERT OR IGNORE INTO erased_contact_branch (contact_id, branch_id)
  SELECT contact_id, branch_id FROM contact_branch WHERE contact_id OF_CONTACT;
DELETE FROM contact_branch WHERE contact_id OF_CONTACT;
DELETE FROM contact_apart WHERE contact_id OF_CONTACT OR other_id OF_CONTACT;
DELETE FROM contact_change WHERE contact_id OF_CONTACT OR other_id OF_CONTACT;
DELETE FROM former_holder WHERE IS_IDENTITY;
DELETE FROM list_member WHERE contact_id OF_CONTACT;
UPDATE hold SET reason = '' WHERE contact_id OF_CONTACT;
UPDATE privacy_request SET contact_id = :contacts ->> 0, asked_by = '', wish = '',
  late_why = iif(late_why IS NULL, NULL, ''), outcome_why = iif(outcome_why IS NULL, NULL, '')
  WHERE contact_id OF_CONTACT;
INSERT INTO list_send_item (send_id, position, contact_id, why)
  SELECT send_id, position, contact_id, :why FROM list_send_unmade WHERE contact_id OF_CONTACT;
DELETE FROM list_send_unmade WHERE contact_id OF_CONTACT;
""")
"""The card; the ids stay, because the log and the ledger name them. A number that somebody else has
by now stays theirs.
"""
THREADS = _statements("""
DELETE FROM draft WHERE conversation_id OF_THREAD;
DELETE FROM note_draft WHERE conversation_id OF_THREAD;
UPDATE note SET text = '', client_id = NULL WHERE conversation_id OF_THREAD;
DELETE FROM casework WHERE conversation_id OF_THREAD;
DELETE FROM care_gone WHERE conversation_id OF_THREAD;
DELETE FROM conversation_label WHERE conversation_id OF_THREAD;
DELETE FROM push_notice WHERE conversation_id OF_THREAD;
DELETE FROM read_mark WHERE conversation_id OF_THREAD;
DELETE FROM not_arrived WHERE message_id IN
  (SELECT id FROM message WHERE conversation_id OF_THREAD);
DELETE FROM tick_visit WHERE message_id IN
  (SELECT id FROM message WHERE conversation_id OF_THREAD);
DELETE FROM near_stop WHERE message_id IN
  (SELECT id FROM message WHERE conversation_id OF_THREAD);
UPDATE conversation SET last_message_id = NULL, shown_message_id = NULL, last_ms = 0,
  last_in_ms = NULL, waiting_ms = NULL, news_id = NULL, news_ms = NULL WHERE id OF_THREAD;
""")
"""Their conversations stand last in every list, wait for nobody, and show nothing."""
ELSEWHERE = _statements("""
DELETE FROM reaction WHERE IS_IDENTITY;
UPDATE group_task SET state = 'failed', reason = :why, ended_ms = :now
  WHERE state IN ('waiting', 'person')
  AND (member_id IN (SELECT id FROM group_member WHERE IS_IDENTITY)
    OR name IS_NAME OR name IS_FORM);
UPDATE group_task SET name = '' WHERE ended_ms IS NOT NULL AND (name IS_NAME OR name IS_FORM);
DELETE FROM group_member WHERE IS_IDENTITY OR value IS NULL AND name IS_NAME;
UPDATE group_journal SET by_whom = iif(by_whom IS_NAME OR by_whom IS_FORM, '', by_whom),
  before = iif(before IS_NAME OR before IS_FORM, '', before),
  after = iif(after IS_NAME OR after IS_FORM, '', after)
  WHERE by_whom IS_NAME OR by_whom IS_FORM OR before IS_NAME OR before IS_FORM
  OR after IS_NAME OR after IS_FORM;
UPDATE adoption_chat SET name = '', value = NULL, scheme = NULL, last_day = NULL
  WHERE IS_IDENTITY OR name IS_NAME OR name IS_FORM;
DELETE FROM missed_call WHERE IS_IDENTITY OR value IS_FORM;
DELETE FROM smsgate_refused WHERE IS_IDENTITY;
DELETE FROM early_report WHERE number IS_FORM;
DELETE FROM long_sms_part WHERE long_sms_id IN
  (SELECT id FROM long_sms WHERE sender IS_FORM OR sender IS_NAME);
DELETE FROM long_sms WHERE sender IS_FORM OR sender IS_NAME;
UPDATE round_stranger SET named = '' WHERE named IS_FORM OR named IS_NAME;
""")
"""In groups, in what was read of a phone, and in lists of who was named."""

_ANSWERS = _statements("""
UPDATE idempotency SET response = iif(json_valid(response)
    AND json_extract(response, '$.id') IS NOT NULL,
  json_object('id', json_extract(response, '$.id')), '{}')
WHERE EXISTS (SELECT 1 FROM json_each(:sought) s WHERE instr(idempotency.response, s.value))
""")
"""Answers to software that are kept for who asks again. The key stays, so nothing is done twice."""


def values_of(person: ErasablePerson, now_ms: int) -> Mapping[str, object]:
    forms = {form for each in person.identities for form in _forms(each.value)}
    return {
        "contacts": person.contacts_json,
        "conversations": person.conversations_json,
        "identities": person.identities_json,
        "names": json.dumps([*person.names, *(f"~{name}" for name in person.names)]),
        "forms": json.dumps(sorted(forms)),
        "sought": json.dumps(_sought(person, forms)),
        "now": now_ms,
        "why": Reason.ERASED,
    }


def forget(tx: Tx, person: ErasablePerson) -> None:
    """All of it but the messages themselves, in one transaction."""
    values = values_of(person, tx.now_ms)
    forgetting.forget_media(tx, _of_notes(tx.conn, person))
    with unread.counted(tx.conn, person.conversation_ids):
        for statement in THREADS:
            tx.conn.execute(statement, values)
    for statement in (*CARD, *ELSEWHERE, *_ANSWERS):
        tx.conn.execute(statement, values)


def forget_in_copy(tx: Tx, person: ErasablePerson) -> None:
    """All of it in a copy that counts nothing unread and has no files."""
    values = values_of(person, tx.now_ms)
    forgetting.forget_media(tx, _of_notes(tx.conn, person))
    for statement in (*THREADS, *CARD, *ELSEWHERE, *_ANSWERS):
        tx.conn.execute(statement, values)


def said_of(person: ErasablePerson) -> Sequence[str]:
    """Numbers and full names, as they may stand in JSON."""
    return _sought(person, {form for each in person.identities for form in _forms(each.value)})


def forget_answers(tx: Tx, said: Sequence[str]) -> None:
    """Of answers to software that say one of these the id is left."""
    for statement in _ANSWERS:
        tx.conn.execute(statement, {"sought": json.dumps(list(said))})


def forget_threads(tx: Tx, conversation_ids: str) -> None:
    """What somebody who had the page open wrote there meanwhile. `conversation_ids` is JSON."""
    for statement in _LATE:
        tx.conn.execute(statement, {"conversations": conversation_ids})


_LATE = _statements("""
DELETE FROM draft WHERE conversation_id OF_THREAD;
DELETE FROM note_draft WHERE conversation_id OF_THREAD;
UPDATE note SET text = '' WHERE text <> '' AND conversation_id OF_THREAD;
""")
(_OF_NOTES,) = _statements("""
SELECT f.media_id FROM note n JOIN note_media f ON f.note_id = n.id
WHERE n.conversation_id OF_THREAD
""")


def _of_notes(conn: sqlite3.Connection, person: ErasablePerson) -> list[str]:
    rows = conn.execute(_OF_NOTES, {"conversations": person.conversations_json})
    return [row["media_id"] for row in rows]


def _forms(value: str) -> set[str]:
    """As a device, a network or a page may write it."""
    if not is_e164(value):
        return {value}
    plain = digits(value)
    at_home = {f"0{plain[2:]}"} if plain.startswith("31") else set()
    return {value, plain, f"00{plain}", readable(value), *at_home}


def _sought(person: ErasablePerson, forms: set[str]) -> list[str]:
    """As it may stand in JSON."""
    said = {*forms, *person.full_names}
    return sorted(said | {json.dumps(each)[1:-1] for each in said})
