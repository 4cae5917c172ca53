"""What a language model is told when somebody may want a proposal: the least that it needs.

The last messages that one person and colleagues wrote to each other, without names, numbers, dates
and sums. What may have to go (`desk/care`), what is erased or in a file is not told, and nothing of
a group.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.texts.impersonal import impersonal
from appliance.desk.texts.offers import Writing
from appliance.desk.texts.often import colleagues
from appliance.store import branches

LAST = 6
LONGEST = 500
"""Characters of a message that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTurn:
    is_ours: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelQuestion:
    """The oldest first; the last one is theirs."""

    turns: Sequence[ModelTurn]


def is_on(conn: sqlite3.Connection, about: Writing) -> bool:
    """Whether the branch has chosen it, and somebody waits."""
    return about.waits and branches.branch(conn, about.branch_id).settings.model_suggests


def question(conn: sqlite3.Connection, about: Writing) -> ModelQuestion | None:
    """None where nothing is to be asked."""
    if not is_on(conn, about):
        return None
    rows = conn.execute(_LAST, (about.conversation_id, LAST)).fetchall()
    if not rows or rows[0]["direction"] != "in":
        return None
    names, called = (rows[0]["office_name"], rows[0]["chosen_name"]), colleagues(conn)
    turns = [
        ModelTurn(
            is_ours=row["direction"] == "out",
            text=impersonal(row["text"], names=names, colleagues=called)[:LONGEST],
        )
        for row in reversed(rows)
    ]
    return ModelQuestion(turns=turns)


_LAST = """
SELECT m.direction, m.text, k.office_name, k.chosen_name
FROM conversation c CROSS JOIN message m INDEXED BY message_thread ON m.conversation_id = c.id
JOIN contact k ON k.id = c.contact_id
WHERE c.id = ?1 AND m.text <> ''
AND iif(m.direction = 'in', m.origin = 'person', m.staff_id IS NOT NULL) AND NOT EXISTS (
  SELECT 1 FROM care_mark care WHERE care.message_id = m.id AND care.state = 'open')
ORDER BY m.happened_ms DESC, m.id DESC LIMIT ?2
"""
