"""Pictures of a phone's screen, kept with an attempt whose outcome was unclear."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights
from appliance.devices import evidence_facts
from appliance.errors import NotFound
from appliance.screen_rules import UnknownScreen

_ENDING = ".jpg"


def pictures_in(evidence: Mapping[str, Any]) -> Sequence[str]:
    """Their names among the files that the evidence names, oldest first."""
    return [name for name in evidence_facts.files_in(evidence) if name.endswith(_ENDING)]


def of_screen(conn: sqlite3.Connection, shown: UnknownScreen) -> tuple[str, str, Shown]:
    """The attempt and the name of the last picture of this screen, and whom it may show. Raises
    NotFound where none was kept.
    """
    names = [name for name in shown.files if name.endswith(_ENDING)]
    row = conn.execute(
        "SELECT message.contact_id, message.conversation_id FROM attempt"
        " JOIN message ON message.id = message_id WHERE attempt.id = ?",
        (shown.attempt_id,),
    ).fetchone()
    if row is None or shown.attempt_id is None or not names:
        raise NotFound("picture")
    whom = Shown(contact_id=row["contact_id"], conversation_id=row["conversation_id"])
    return shown.attempt_id, names[-1], whom


def require_picture(conn: sqlite3.Connection, rights: Rights, attempt_id: str, name: str) -> Shown:
    """The contact and conversation that it shows. Raises NotFound unless this attempt kept this
    picture and its conversation may be read.
    """
    row = conn.execute(
        "SELECT a.evidence, m.contact_id, m.conversation_id, line.branch_id FROM attempt a"
        " JOIN message m ON m.id = a.message_id JOIN line ON line.id = m.line_id WHERE a.id = ?",
        (attempt_id,),
    ).fetchone()
    if row is None:
        raise NotFound("picture")
    rights.require(Permission.INBOX_READ, row["branch_id"], "picture")
    if name not in pictures_in(evidence_facts.read(row["evidence"])):
        raise NotFound("picture")
    return Shown(contact_id=row["contact_id"], conversation_id=row["conversation_id"])
