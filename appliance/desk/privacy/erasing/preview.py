"""What an erasure would take away of a person, what stays of them and why, and who still has it."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from appliance.box.copy_codes import CopyPlace
from appliance.desk.privacy.erasing import leaving
from appliance.desk.privacy.erasing.mentions import Finder, count_in_messages
from appliance.desk.privacy.erasing.person import ErasablePerson, message_ids
from appliance.store import copy_places, holds, import_folders, kept_copies
from appliance.store.copy_places import PlaceTold
from appliance.store.holds import Hold
from appliance.store.import_folders import TakenFile
from appliance.store.kept_copies import KeptCopy


class Stays(StrEnum):
    """What is kept of somebody who was erased, and why."""

    #: That they withdrew, under a keyed hash: they must not be written to again.
    OPT_OUT = "opt-out"
    #: When and how consent was given and ended, under a keyed hash: the office has to prove it.
    LEDGER = "ledger"
    #: Ids, times and states in the log: they name nobody.
    LOG = "log"
    #: How many, in reports and in the pace of a SIM.
    AMOUNTS = "amounts"
    #: What others wrote in conversations of their own.
    OTHERS = "others"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasurePreview:
    """`counts` by kind; `named` in how many messages of others they may be named. `copies` lie in
    the backups folder, `away` are the stick and the server that have some, too. `archives` are
    files in the company's own folder that hold them, `files` those of people that were taken in
    from watched folders. `held`: nothing may be erased now.
    """

    counts: Mapping[str, int]
    stays: Sequence[Stays]
    copies: Sequence[KeptCopy]
    away: Sequence[PlaceTold]
    archives: Sequence[str]
    files: Sequence[TakenFile]
    named: int
    held: Hold | None


def preview(conn: sqlite3.Connection, person: ErasablePerson, data: Path) -> ErasurePreview:
    counts = counted(conn, person)
    named = count_in_messages(conn, person.identities, person.full_names)
    stays = [Stays.OPT_OUT] if _has_withdrawn(conn, person) else []
    stays += [Stays.LEDGER, Stays.LOG, Stays.AMOUNTS]
    return ErasurePreview(
        counts=counts,
        stays=[*stays, Stays.OTHERS] if named else stays,
        copies=kept_copies.kept(data),
        away=_away(conn),
        archives=leaving.quarter_archives(conn, person),
        files=import_folders.taken_with(conn, person.contact_ids),
        named=named,
        held=holds.current(conn, person.contact_ids[0]),
    )


def _away(conn: sqlite3.Connection) -> Sequence[PlaceTold]:
    """Beside this machine, as far as Balie brought them there."""
    told = copy_places.places(conn)
    return [each for each in told if each.place != CopyPlace.BOX and each.made_ms is not None]


def counted(conn: sqlite3.Connection, person: ErasablePerson) -> dict[str, int]:
    """By kind, in the order in which one asks; what there is none of is nought."""
    messages = message_ids(conn, person)
    values = {
        "contacts": person.contacts_json,
        "conversations": person.conversations_json,
        "identities": person.identities_json,
        "messages": _json(messages),
    }
    found = dict(conn.execute(_COUNTS, values).fetchone())
    finder = Finder(person.identities, person.full_names)
    mentions = sum(1 for _ in finder.mentions(conn, person.conversation_ids))
    return {
        "messages": len(messages),
        "conversations": len(person.conversation_ids),
        "names": len(person.names),
        "numbers": len(person.identities),
        **found,
        "mentions": mentions,
    }


def _json(ids: Sequence[str]) -> str:
    return "[" + ",".join(f'"{each}"' for each in ids) + "]"


def _has_withdrawn(conn: sqlite3.Connection, person: ErasablePerson) -> bool:
    found = conn.execute(
        "SELECT 1 FROM consent WHERE contact_id IN (SELECT value FROM json_each(?))"
        " AND kind IN ('opted_out', 'objected', 'erased') LIMIT 1",
        (person.contacts_json,),
    )
    return found.fetchone() is not None


_OF_MESSAGES = "IN (SELECT value FROM json_each(:messages))"
_OF_THREADS = "IN (SELECT value FROM json_each(:conversations))"
_OF_PERSON = "IN (SELECT value FROM json_each(:contacts))"
_OF_IDENTITY = "IN (SELECT p.value ->> 0, p.value ->> 1 FROM json_each(:identities) p)"
_COUNTS = f"""
SELECT
  (SELECT count(DISTINCT media_id) FROM message_media WHERE message_id {_OF_MESSAGES}) AS media,
  (SELECT count(*) FROM attempt WHERE message_id {_OF_MESSAGES}) AS evidence,
  (SELECT count(*) FROM note WHERE conversation_id {_OF_THREADS})
    + (SELECT count(*) FROM contact_note WHERE contact_id {_OF_PERSON}) AS notes,
  (SELECT count(*) FROM draft WHERE conversation_id {_OF_THREADS})
    + (SELECT count(*) FROM note_draft WHERE conversation_id {_OF_THREADS}) AS drafts,
  (SELECT count(*) FROM missed_call WHERE (value, scheme) {_OF_IDENTITY}) AS calls,
  (SELECT count(*) FROM reaction WHERE (value, scheme) {_OF_IDENTITY}) AS reactions,
  (SELECT count(*) FROM list_member WHERE contact_id {_OF_PERSON}) AS lists,
  (SELECT count(*) FROM round_person WHERE contact_id {_OF_PERSON}) AS rounds,
  (SELECT count(DISTINCT group_id) FROM group_member WHERE (value, scheme) {_OF_IDENTITY})
    AS groups,
  (SELECT count(*) FROM consent WHERE contact_id {_OF_PERSON}) AS consent
"""  # noqa: S608 -- our own words
