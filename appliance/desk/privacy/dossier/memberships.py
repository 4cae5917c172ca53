"""In which lists and rounds somebody is, and what was sent to them or asked of them there."""

from collections.abc import Iterator
from typing import Any

from appliance.desk.privacy.dossier.asked import SAME, DossierReading, at, told

Item = dict[str, Any]


def lists(reading: DossierReading) -> Iterator[Item]:
    """Lists in which somebody put them. One that finds people by a rule keeps nobody."""
    for row in reading.rows(_LISTS):
        yield told(list=row["name"], branch=row["branch"], removed_at=at(row["removed_ms"]))


def list_sends(reading: DossierReading) -> Iterator[Item]:
    """What was sent to lists that they were in: the message to them, or why there is none."""
    for row in reading.rows(_SENDS):
        yield told(
            list=row["name"],
            branch=row["branch"],
            at=at(row["created_ms"]),
            by=reading.by(row["staff_id"], row["token_id"]),
            message=row["message_id"],
            why_not=row["why"],
        )


def rounds(reading: DossierReading) -> Iterator[Item]:
    for row in reading.rows(_ROUNDS):
        yield told(
            round=row["round_id"],
            branch=row["branch"],
            starts_at=at(row["starts_ms"]),
            ends_at=at(row["ends_ms"]),
            state=row["state"],
            why_not=row["why"],
            asked_at=at(row["asked_ms"]),
            changed_at=at(row["changed_ms"]),
            question=row["question_id"],
            answer=row["answer_id"],
            told=row["said_id"],
            begun_by=reading.by(row["staff_id"], row["token_id"]),
        )


def named_in_rounds(reading: DossierReading) -> Iterator[Item]:
    """Rounds for which somebody named a number of theirs before it was known here."""
    for row in reading.rows(_STRANGERS):
        yield told(round=row["round_id"], named=row["named"], why_not=row["why"])


_BRANCH = "(:branches IS NULL OR branch.id IN (SELECT value FROM json_each(:branches)))"
_LISTS = f"""
{SAME}
SELECT l.name, l.removed_ms, branch.name AS branch FROM same
CROSS JOIN list_member m ON m.contact_id = same.id JOIN list l ON l.id = m.list_id
JOIN branch ON branch.id = l.branch_id WHERE {_BRANCH} ORDER BY l.created_ms
"""  # noqa: S608 -- our own condition
_SENDS = f"""
{SAME}
SELECT l.name, s.created_ms, s.staff_id, s.token_id, i.message_id, i.why, branch.name AS branch
FROM list_send s JOIN list l ON l.id = s.list_id JOIN branch ON branch.id = l.branch_id
CROSS JOIN list_send_item i ON i.send_id = s.id
WHERE i.contact_id IN (SELECT id FROM same) AND {_BRANCH} ORDER BY s.id
"""  # noqa: S608 -- our own condition
_ROUNDS = f"""
{SAME}
SELECT p.*, r.starts_ms, r.ends_ms, r.staff_id, r.token_id, branch.name AS branch FROM same
CROSS JOIN round_person p ON p.contact_id = same.id JOIN round r ON r.id = p.round_id
JOIN branch ON branch.id = r.branch_id WHERE {_BRANCH} ORDER BY r.id
"""  # noqa: S608 -- our own condition
_STRANGERS = f"""
SELECT s.* FROM round_stranger s JOIN round r ON r.id = s.round_id
JOIN branch ON branch.id = r.branch_id
WHERE s.named IN (SELECT own.value ->> 0 FROM json_each(:own) own) AND {_BRANCH}
"""  # noqa: S608 -- our own condition
