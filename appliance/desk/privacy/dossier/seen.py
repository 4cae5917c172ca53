"""What was done with the data of somebody: who changed their card, what became of their
conversations, what they asked, and which files of theirs were given out.
"""

import json
from collections.abc import Iterator
from typing import Any

from appliance.desk.privacy.dossier.asked import SAME, DossierReading, at, told
from appliance.store import readings

Item = dict[str, Any]
_FACTS = ("field", "fields", "why", "change", "decision", "returns", "undone", "apart")
"""Codes and names of fields; the other facts are ids of the house."""


def history(reading: DossierReading) -> Iterator[Item]:
    """Each change of their card and of their conversations, the oldest first."""
    for row in reading.rows(_HISTORY):
        facts = json.loads(row["facts"])
        yield told(
            what=row["kind"],
            at=at(row["at_ms"]),
            conversation=row["conversation_id"],
            by=reading.by(row["staff_id"], facts.get("token")),
            facts={name: facts[name] for name in _FACTS if name in facts} or None,
        )


def readers(reading: DossierReading) -> Iterator[Item]:
    """Who was shown what of them, as far as the house keeps a log of reading."""
    for row in reading.rows(_READERS):
        kind, _, whose = row["who"].partition(":")
        yield told(
            what=row["kind"],
            thing=row["thing"],
            at=at(row["at_ms"]),
            conversation=row["conversation_id"] or None,
            by=_CALENDAR
            if kind == "feed"
            else reading.by(*((whose, None) if kind == "staff" else (None, whose or None))),
        )


def requests(reading: DossierReading) -> Iterator[Item]:
    """What they asked about their data."""
    for row in reading.rows(_REQUESTS):
        yield told(
            request=row["id"],
            what=row["kind"],
            asked_by=row["asked_by"],
            asked_how=row["asked_how"],
            wish=row["wish"] or None,
            asked_on=row["asked_day"],
            due_on=row["due_day"],
            late_because=row["late_why"],
            checked=row["checked"],
            checked_at=at(row["checked_ms"]),
            done_at=at(row["done_ms"]),
            outcome=row["outcome"],
            because=row["outcome_why"],
        )


def given_out(reading: DossierReading) -> Iterator[Item]:
    """What officers did for these, and each time that a file like this one was made."""
    for row in reading.rows(_STEPS):
        yield told(
            request=row["request_id"],
            what=row["what"],
            at=at(row["at_ms"]),
            by=reading.by(row["staff_id"], row["token_id"]),
            facts=json.loads(row["facts"]) or None,
        )


_SEEN = "(:branches IS NULL OR {branch} IN (SELECT value FROM json_each(:branches)))"
_HISTORY = f"""
{SAME},
noted (seq) AS (
  SELECT e.event_seq FROM same CROSS JOIN contact_event e ON e.contact_id = same.id
  UNION SELECT e.event_seq FROM conversation c
    CROSS JOIN conversation_event e ON e.conversation_id = c.id WHERE c.contact_id = :contact)
SELECT e.at_ms, e.kind, e.conversation_id, e.staff_id, e.facts FROM noted
CROSS JOIN event_log e ON e.seq = noted.seq
WHERE e.branch_id IS NULL AND e.line_id IS NULL OR {
    _SEEN.format(branch="coalesce(e.branch_id, (SELECT branch_id FROM line WHERE id = e.line_id))")
}
ORDER BY e.seq
"""  # noqa: S608 -- our own conditions
_CALENDAR = {"program": "ICS"}
_READERS = f"""
{readings.READING}
LEFT JOIN conversation c ON c.id = a.conversation_id LEFT JOIN line ON line.id = c.line_id
WHERE r.about_id IN ({readings.ABOUT_CONTACT})
AND (c.id IS NULL OR {_SEEN.format(branch="line.branch_id")}) ORDER BY r.seq
"""
_REQUESTS = f"""
{SAME}
SELECT r.* FROM same CROSS JOIN privacy_request r ON r.contact_id = same.id
WHERE r.branch_id IS NULL OR {_SEEN.format(branch="r.branch_id")} ORDER BY r.id
"""  # noqa: S608 -- our own conditions
_STEPS = f"""
{SAME}
SELECT s.* FROM same CROSS JOIN privacy_step s ON s.contact_id = same.id
LEFT JOIN privacy_request r ON r.id = s.request_id
WHERE r.branch_id IS NULL OR {_SEEN.format(branch="r.branch_id")} ORDER BY s.at_ms, s.id
"""  # noqa: S608 -- our own conditions
