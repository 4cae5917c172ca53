"""What was done for a request, or with the file of a person: a row and an event each."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from appliance.desk.outgoing.sending import Author
from appliance.events import EventKind
from appliance.store import readings
from appliance.store.readings import ReadingKind
from appliance.store.store import Tx


class RequestStep(StrEnum):
    TAKEN = "taken"
    #: Somebody said how they made sure who asks.
    CHECKED = "checked"
    #: The file was made and left.
    GIVEN = "given"
    #: It takes longer than a month.
    LONGER = "longer"
    #: The person is erased, to the last page. No row: it stands in the erasure itself.
    ERASED = "erased"
    DONE = "done"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEntry:
    """`by` is a colleague's or a program's name, or None."""

    what: RequestStep
    at_ms: int
    by: str | None
    facts: Mapping[str, Any]


def note(
    tx: Tx,
    what: RequestStep,
    by: Author,
    *,
    request_id: str | None = None,
    contact_id: str | None = None,
    branch_id: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """`facts` are codes and counts. A file that left stands in the log of reading, too."""
    told = dict(facts or {})
    tx.conn.execute(
        "INSERT INTO privacy_step (id, request_id, contact_id, what, staff_id, token_id, facts,"
        " at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            tx.new_id(),
            request_id,
            contact_id,
            what.value,
            by.staff_id,
            by.token_id,
            json.dumps(told),
            tx.now_ms,
        ),
    )
    if what is RequestStep.GIVEN:
        who = f"staff:{by.staff_id}" if by.staff_id else f"token:{by.token_id}"
        readings.note(tx, who, ReadingKind.DOSSIER, contact_id=contact_id)
    names = {"request": request_id, "what": what.value, "token": by.token_id}
    tx.emit(
        EventKind.PRIVACY_REQUEST,
        branch_id=branch_id,
        contact_id=contact_id,
        staff_id=by.staff_id,
        facts=told | {name: value for name, value in names.items() if value is not None},
    )


def of_request(conn: sqlite3.Connection, request_id: str) -> Sequence[StepEntry]:
    """The oldest first; when its person was erased, too."""
    rows = [*conn.execute(_STEPS, (request_id,)), *conn.execute(_ERASED, (request_id,))]
    found = [
        StepEntry(
            what=RequestStep(row["what"]),
            at_ms=row["at_ms"],
            by=row["by"],
            facts=json.loads(row["facts"]),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: each.at_ms)


def is_erased(conn: sqlite3.Connection, request_id: str) -> bool:
    """Whether the person of this request is, to the last page."""
    return conn.execute(_ERASED, (request_id,)).fetchone() is not None


_STEPS = """
SELECT s.what, s.at_ms, s.facts, coalesce(staff.name, api_token.name) AS by FROM privacy_step s
LEFT JOIN staff ON staff.id = s.staff_id LEFT JOIN api_token ON api_token.id = s.token_id
WHERE s.request_id = ? ORDER BY s.id
"""
_ERASED = """
SELECT 'erased' AS what, e.complete_ms AS at_ms, '{}' AS facts,
  coalesce(staff.name, api_token.name) AS by
FROM privacy_request r JOIN person_erasure e ON e.contact_id = r.contact_id
LEFT JOIN staff ON staff.id = e.staff_id LEFT JOIN api_token ON api_token.id = e.token_id
WHERE r.id = ? AND e.state = 'complete'
"""
