"""The conversations with somebody on each line, and what colleagues did and noted in them."""

import json
from collections.abc import Iterator
from typing import Any

from appliance.desk.access.sight import IN_SIGHT
from appliance.desk.privacy.dossier.asked import DossierReading, at, told
from appliance.desk.privacy.dossier.naming import Naming, noted

Item = dict[str, Any]


def conversations(reading: DossierReading) -> Iterator[Item]:
    naming = Naming.of(reading)
    for row in reading.rows(_CONVERSATIONS):
        yield told(
            id=row["id"],
            branch=row["branch"],
            line=row["number"],
            begun_at=at(row["created_ms"]),
            last_at=at(row["last_ms"]),
            assignee=reading.by(row["assignee_id"], None),
            done_at=at(row["done_ms"]),
            labels=json.loads(row["labels"]),
            **noted(reading, naming, "closing_note", row["closing_note"], row["id"]),
        )


def colleagues_notes(reading: DossierReading) -> Iterator[Item]:
    """What colleagues wrote to each other about them."""
    naming = Naming.of(reading)
    for row in reading.rows(_NOTES):
        yield told(
            conversation=row["conversation_id"],
            at=at(row["at_ms"]),
            by=reading.by(row["staff_id"], row["token_id"]),
            **noted(reading, naming, "text", row["text"], row["id"]),
            files=json.loads(row["files"]) or None,
            mentions=[reading.by(each, None) for each in json.loads(row["mentions"])] or None,
        )


def notes_on_card(reading: DossierReading) -> Iterator[Item]:
    """What a branch, or the whole company, keeps in mind about them."""
    naming = Naming.of(reading)
    for row in reading.rows(_CARD_NOTES):
        of = f"card {row['branch'] or ''}"
        yield told(branch=row["branch"], **noted(reading, naming, "text", row["text"], of))


def drafts(reading: DossierReading) -> Iterator[Item]:
    """What colleagues have begun to write: to them, or about them."""
    naming = Naming.of(reading)
    for row in reading.rows(_DRAFTS):
        of = f"draft {row['what']} {row['conversation_id']} {row['staff_id']}"
        yield told(
            conversation=row["conversation_id"],
            what=row["what"],
            by=reading.by(row["staff_id"], None),
            at=at(row["saved_ms"]),
            **noted(reading, naming, "text", row["text"], of),
        )


_CONVERSATIONS = f"""
SELECT c.id, c.created_ms, c.last_ms, line.number, branch.name AS branch, k.assignee_id, k.done_ms,
  k.closing_note, (SELECT json_group_array(label.name) FROM conversation_label of
    JOIN label ON label.id = of.label_id WHERE of.conversation_id = c.id) AS labels
FROM conversation c JOIN line ON line.id = c.line_id JOIN branch ON branch.id = line.branch_id
LEFT JOIN casework k ON k.conversation_id = c.id
WHERE c.contact_id = :contact AND {IN_SIGHT} ORDER BY c.created_ms, c.id
"""  # noqa: S608 -- our own condition
_NOTES = f"""
SELECT n.*, (SELECT json_group_array(m.staff_id) FROM note_mention m WHERE m.note_id = n.id)
    AS mentions,
  (SELECT json_group_array(f.media_id) FROM note_media f WHERE f.note_id = n.id) AS files
FROM conversation c JOIN line ON line.id = c.line_id
CROSS JOIN note n ON n.conversation_id = c.id
WHERE c.contact_id = :contact AND {IN_SIGHT} ORDER BY n.at_ms, n.id
"""  # noqa: S608 -- our own condition
_CARD_NOTES = """
SELECT branch.name AS branch, n.text FROM contact_note n
LEFT JOIN branch ON branch.id = n.branch_id
WHERE n.contact_id = :contact AND (n.branch_id = '' OR :branches IS NULL
  OR n.branch_id IN (SELECT value FROM json_each(:branches))) ORDER BY branch.name
"""
_DRAFTS = f"""
SELECT d.*, 'message' AS what FROM conversation c JOIN line ON line.id = c.line_id
CROSS JOIN draft d ON d.conversation_id = c.id WHERE c.contact_id = :contact AND {IN_SIGHT}
UNION ALL SELECT d.staff_id, d.conversation_id, d.text, d.saved_ms, NULL, 'note'
FROM conversation c JOIN line ON line.id = c.line_id
CROSS JOIN note_draft d ON d.conversation_id = c.id WHERE c.contact_id = :contact AND {IN_SIGHT}
"""  # noqa: S608 -- our own condition
