"""Requests of people about their data: taking one, and what is done for it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.requests import due, steps
from appliance.desk.privacy.requests.steps import RequestStep
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.reasons import Reason
from appliance.store.branch_settings import settings_of
from appliance.store.store import Tx

LONGEST_NAME, LONGEST_TEXT = 200, 2_000


class RequestKind(StrEnum):
    #: To see what is kept of them.
    ACCESS = "access"
    #: To have it erased.
    ERASURE = "erasure"
    #: To have something put right, not used, or moved.
    OTHER = "other"


class AskedHow(StrEnum):
    MESSAGE = "message"
    MAIL = "mail"
    LETTER = "letter"
    PHONE = "phone"
    COUNTER = "counter"
    OTHER = "other"


class CheckedHow(StrEnum):
    """How somebody made sure that it is the person who asks. No copy of a document is kept."""

    #: They asked, or confirmed it, from a number that is theirs here.
    NUMBER = "number"
    #: They came to the counter, and a colleague knows them.
    COUNTER = "counter"
    #: They showed a document.
    DOCUMENT = "document"
    #: They told what only they know.
    KNOWN = "known"
    OTHER = "other"


class AnsweredHow(StrEnum):
    GIVEN = "given"
    ERASED = "erased"
    ANSWERED = "answered"
    #: With why, which they were told.
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """`branch_id` None: the company's. `contact_id` None: nobody who is known here."""

    kind: RequestKind
    contact_id: str | None
    branch_id: str | None
    asked_by: str
    asked_how: AskedHow
    asked_on: date
    wish: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyRequest:
    """`name` and `number` are the person's, where they are known; `days_left` is below 0 when it is
    late; of one that is done it says nothing.
    """

    id: str
    kind: RequestKind
    contact_id: str | None
    name: str | None
    number: str | None
    branch_id: str | None
    branch: str | None
    zone: str
    asked_by: str
    asked_how: AskedHow
    wish: str
    asked_on: date
    due_on: date
    days_left: int
    late_why: str | None
    checked: CheckedHow | None
    checked_ms: int | None
    done_ms: int | None
    outcome: AnsweredHow | None
    outcome_why: str | None
    created_ms: int

    @property
    def is_open(self) -> bool:
        return self.done_ms is None

    @property
    def is_late(self) -> bool:
        return self.is_open and self.days_left < 0


def take(tx: Tx, sight: Sight, new: NewRequest, by: Author) -> str:
    """The new request's id. Raises NotFound for a branch or a person out of sight, InvalidInput."""
    if not sight.sees_branch(new.branch_id):
        raise NotFound("branch")
    if new.contact_id is not None and not sight.sees_contact(tx.conn, new.contact_id):
        raise NotFound("contact")
    asked_by = _said(new.asked_by, "asked_by", LONGEST_NAME)
    wish = _said(new.wish, "wish", LONGEST_TEXT, needed=False)
    if new.asked_on > due.today(tx.now_ms, _zone(tx.conn, new.branch_id)):
        raise InvalidInput("asked_on", "That day is still to come.")
    request_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO privacy_request (id, contact_id, branch_id, kind, asked_by, asked_how, wish,"
        " asked_day, due_day, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            request_id,
            new.contact_id,
            new.branch_id,
            new.kind.value,
            asked_by,
            new.asked_how.value,
            wish,
            new.asked_on.isoformat(),
            due.due_on(new.asked_on).isoformat(),
            tx.now_ms,
        ),
    )
    steps.note(
        tx,
        RequestStep.TAKEN,
        by,
        request_id=request_id,
        contact_id=new.contact_id,
        branch_id=new.branch_id,
        facts={"kind": new.kind.value},
    )
    return request_id


def check(tx: Tx, request: PrivacyRequest, how: CheckedHow, by: Author) -> None:
    """Somebody made sure who asks."""
    _must_be_open(request)
    tx.conn.execute(
        "UPDATE privacy_request SET checked = ?, checked_ms = ? WHERE id = ?",
        (how.value, tx.now_ms, request.id),
    )
    _step(tx, request, RequestStep.CHECKED, by, how=how.value)


def take_longer(tx: Tx, request: PrivacyRequest, why: str, by: Author) -> None:
    """Two months more; the person was told why. Raises InvalidInput, and Refused when it is late
    or was made longer before.
    """
    _must_be_open(request)
    why = _said(why, "told_why", LONGEST_TEXT)
    if request.is_late or request.late_why is not None:
        raise Refused(
            Reason.CANNOT_TAKE_LONGER,
            "It can be made longer once, within the first month.",
        )
    until = due.due_on(request.asked_on, due.MONTHS + due.LONGER_MONTHS)
    tx.conn.execute(
        "UPDATE privacy_request SET due_day = ?, late_why = ? WHERE id = ?",
        (until.isoformat(), why, request.id),
    )
    _step(tx, request, RequestStep.LONGER, by)


def close(tx: Tx, request: PrivacyRequest, outcome: AnsweredHow, why: str, by: Author) -> None:
    """Raises InvalidInput where one refuses and says no reason, and Refused where nobody is erased
    who is said to be.
    """
    _must_be_open(request)
    if outcome is AnsweredHow.ERASED and not steps.is_erased(tx.conn, request.id):
        raise Refused(
            Reason.NOT_ERASED,
            "The person of this request is not erased, or not all of it yet.",
            remedy="Erase them first, or say another outcome.",
        )
    said = _said(why, "told_why", LONGEST_TEXT, needed=outcome is AnsweredHow.REFUSED)
    tx.conn.execute(
        "UPDATE privacy_request SET done_ms = ?, outcome = ?, outcome_why = ? WHERE id = ?",
        (tx.now_ms, outcome.value, said or None, request.id),
    )
    _step(tx, request, RequestStep.DONE, by, outcome=outcome.value)


def reopen(tx: Tx, request: PrivacyRequest, by: Author) -> None:
    if request.is_open:
        return
    tx.conn.execute(
        "UPDATE privacy_request SET done_ms = NULL, outcome = NULL, outcome_why = NULL"
        " WHERE id = ?",
        (request.id,),
    )
    _step(tx, request, RequestStep.REOPENED, by)


def give(
    tx: Tx, request: PrivacyRequest, contact_id: str, left_out: Sequence[str], by: Author
) -> None:
    """The file left for this request."""
    facts = {"without": list(left_out)} if left_out else {}
    steps.note(
        tx,
        RequestStep.GIVEN,
        by,
        request_id=request.id,
        contact_id=contact_id,
        branch_id=request.branch_id,
        facts=facts,
    )


def one(conn: sqlite3.Connection, sight: Sight, request_id: str, now_ms: int) -> PrivacyRequest:
    """Raises NotFound."""
    row = conn.execute(f"{_REQUESTS} AND r.id = :id", _about(sight) | {"id": request_id}).fetchone()
    if row is None:
        raise NotFound("request")
    return _from_row(row, now_ms)


def open_ones(conn: sqlite3.Connection, sight: Sight, now_ms: int) -> Sequence[PrivacyRequest]:
    """What is due first comes first."""
    rows = conn.execute(
        f"{_REQUESTS} AND r.done_ms IS NULL ORDER BY r.due_day, r.id", _about(sight)
    )
    return [_from_row(row, now_ms) for row in rows]


def done_ones(
    conn: sqlite3.Connection, sight: Sight, now_ms: int, *, most: int
) -> Sequence[PrivacyRequest]:
    """What was done last comes first."""
    rows = conn.execute(
        f"{_REQUESTS} AND r.done_ms IS NOT NULL ORDER BY r.done_ms DESC, r.id LIMIT :most",
        _about(sight) | {"most": most},
    )
    return [_from_row(row, now_ms) for row in rows]


def after(
    conn: sqlite3.Connection, sight: Sight, now_ms: int, *, last_id: str, limit: int
) -> Sequence[PrivacyRequest]:
    """By id, for programs."""
    rows = conn.execute(
        f"{_REQUESTS} AND r.id > :after ORDER BY r.id LIMIT :most",
        _about(sight) | {"after": last_id, "most": limit},
    )
    return [_from_row(row, now_ms) for row in rows]


def _must_be_open(request: PrivacyRequest) -> None:
    if not request.is_open:
        raise Refused(Reason.REQUEST_DONE, "This request is done; open it again first.")


def _step(tx: Tx, request: PrivacyRequest, what: RequestStep, by: Author, **facts: str) -> None:
    steps.note(
        tx,
        what,
        by,
        request_id=request.id,
        contact_id=request.contact_id,
        branch_id=request.branch_id,
        facts=facts,
    )


def _said(text: str, field: str, most: int, *, needed: bool = True) -> str:
    said = text.strip()
    if needed and not said:
        raise InvalidInput(field, "Say this in a few words.")
    if len(said) > most:
        raise InvalidInput(field, f"This is longer than {most} letters.")
    return said


def _zone(conn: sqlite3.Connection, branch_id: str | None) -> str:
    row = conn.execute("SELECT settings FROM branch WHERE id = ?", (branch_id,)).fetchone()
    return settings_of(row["settings"] if row else "{}").zone


def _about(sight: Sight) -> dict[str, object]:
    return {"branches": sight.json}


def _from_row(row: sqlite3.Row, now_ms: int) -> PrivacyRequest:
    zone = settings_of(row["settings"] or "{}").zone
    due_on = date.fromisoformat(row["due_day"])
    return PrivacyRequest(
        id=row["id"],
        kind=RequestKind(row["kind"]),
        contact_id=row["contact_id"],
        name=row["name"],
        number=row["number"],
        branch_id=row["branch_id"],
        branch=row["branch"],
        zone=zone,
        asked_by=row["asked_by"],
        asked_how=AskedHow(row["asked_how"]),
        wish=row["wish"],
        asked_on=date.fromisoformat(row["asked_day"]),
        due_on=due_on,
        days_left=(due_on - due.today(now_ms, zone)).days,
        late_why=row["late_why"],
        checked=CheckedHow(row["checked"]) if row["checked"] else None,
        checked_ms=row["checked_ms"],
        done_ms=row["done_ms"],
        outcome=AnsweredHow(row["outcome"]) if row["outcome"] else None,
        outcome_why=row["outcome_why"],
        created_ms=row["created_ms"],
    )


_REQUESTS = """
SELECT r.*, branch.name AS branch, branch.settings,
  coalesce(k.office_name, k.chosen_name) AS name,
  (SELECT value FROM contact_identity WHERE contact_id = k.id ORDER BY created_ms LIMIT 1) AS number
FROM privacy_request r LEFT JOIN branch ON branch.id = r.branch_id
LEFT JOIN contact at_first ON at_first.id = r.contact_id
LEFT JOIN contact k ON k.id = coalesce(at_first.joined_into, at_first.id)
WHERE (:branches IS NULL OR r.branch_id IN (SELECT value FROM json_each(:branches)))
"""
