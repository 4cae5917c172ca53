"""Who may see a file: who may see a message, a note or a group that has it, or who uploaded it."""

import sqlite3
from dataclasses import dataclass

from appliance.desk.access.accesses import Shown
from appliance.desk.access.group_limits import HIDDEN
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import IN_SIGHT, Sight, sight_in
from appliance.errors import NotFound
from appliance.store.care_marks import NOT_SHOWN
from appliance.store.media import Media, by_id
from appliance.store.note_media import is_of_note


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMedia:
    """`shown` is the person with whom it was exchanged, if it was."""

    media: Media
    shown: Shown


def seen_by_token(
    conn: sqlite3.Connection, sight: Sight, token_id: str, media_id: str
) -> SeenMedia:
    """Raises NotFound."""
    found = by_id(conn, media_id.lower())
    uploaded = found is not None and found.token_id == token_id
    return _seen(conn, sight, found, uploaded=uploaded, opens_hidden=True)


def seen_by_staff(
    conn: sqlite3.Connection, rights: Rights, staff_id: str, media_id: str
) -> SeenMedia:
    """Raises NotFound."""
    found = by_id(conn, media_id.lower())
    sight = sight_in(rights, Permission.INBOX_READ)
    return _seen(conn, sight, found, uploaded=found is not None and found.staff_id == staff_id)


def is_shown_in(conn: sqlite3.Connection, conversation_id: str, named: str) -> bool:
    """Whether this is a note of that conversation, or a message of it that is not hidden."""
    values = {"named": named, "conversation": conversation_id}
    return conn.execute(_SHOWN_IN, values).fetchone() is not None


def _seen(
    conn: sqlite3.Connection,
    sight: Sight,
    found: Media | None,
    *,
    uploaded: bool,
    opens_hidden: bool = False,
) -> SeenMedia:
    """A file of a message that is hidden waits until a colleague opens that one."""
    if found is None:
        raise NotFound("file")
    about = {"media": found.id, "branches": sight.json, "hidden": sight.hidden_json}
    exchanged = {**about, "opens": opens_hidden}
    row = conn.execute(_EXCHANGED, exchanged).fetchone() or conn.execute(_OF_NOTE, about).fetchone()
    row = row or conn.execute(_OF_GROUP, about).fetchone()
    if row is None and (not uploaded or is_of_note(conn, found.id)):
        raise NotFound("file")
    return SeenMedia(media=found, shown=Shown(**dict(row)) if row else Shown())


_SHOWN_IN = f"""
SELECT 1 FROM message m
WHERE m.id = :named AND m.conversation_id = :conversation AND NOT {NOT_SHOWN}
UNION ALL SELECT 1 FROM note WHERE id = :named AND conversation_id = :conversation
"""  # noqa: S608 -- our own condition
_EXCHANGED = f"""
SELECT m.contact_id, m.conversation_id FROM message_media of
JOIN message m ON m.id = of.message_id JOIN line ON line.id = m.line_id
WHERE of.media_id = :media AND {IN_SIGHT} AND m.conversation_id NOT IN {HIDDEN}
AND (:opens OR NOT {NOT_SHOWN}) LIMIT 1
"""  # noqa: S608 -- our own condition
_OF_NOTE = f"""
SELECT c.contact_id, n.conversation_id FROM note_media of JOIN note n ON n.id = of.note_id
JOIN conversation c ON c.id = n.conversation_id JOIN line ON line.id = c.line_id
WHERE of.media_id = :media AND {IN_SIGHT} AND n.conversation_id NOT IN {HIDDEN} LIMIT 1
"""  # noqa: S608 -- our own condition
_OF_GROUP = f"""
SELECT NULL AS contact_id, c.id AS conversation_id FROM chat_group g
JOIN line ON line.id = g.line_id LEFT JOIN conversation c ON c.group_id = g.id
WHERE :media IN (g.picture, g.guarded_picture) AND {IN_SIGHT} AND g.id NOT IN {HIDDEN} LIMIT 1
"""  # noqa: S608 -- our own condition
