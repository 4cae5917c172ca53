"""What the head of an open conversation shows: who has it, and what one may do with it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.rights import Permission
from appliance.desk.inbox.directory import Colleague
from appliance.desk.team import cases, labels
from appliance.desk.team.labels import Label
from appliance.store import casework
from appliance.store.casework import Casework, Returns


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxShown:
    """At a head office: the box that has the conversation. `away_ms`: since when it cannot be
    reached; None: it can.
    """

    name: str
    away_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAsked:
    """What a head office asked of the box, which has not decided. `assignee` None: nothing about
    that, unless it `gives_back`. `refused` is why the box did not do what was asked last.
    """

    assignee: Colleague | None = None
    gives_back: bool = False
    done: bool | None = None
    away: bool | None = None
    labels: bool = False
    refused: str | None = None

    @property
    def is_open(self) -> bool:
        told = (self.assignee, self.done, self.away)
        return self.gives_back or self.labels or any(each is not None for each in told)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCase:
    """`colleagues` are those who may have it, `known` the labels that it may have. `news_id` is the
    newest message that came in. `box` and `asked` are told by a head office alone.
    """

    assignee: Colleague | None
    done_ms: int | None
    closing_note: str | None
    returns: Returns | None
    returns_ms: int | None
    news_id: str
    labels: Sequence[str]
    known: Sequence[Label]
    colleagues: Sequence[Colleague]
    box: BoxShown | None = None
    asked: CaseAsked | None = None


def shown_case(conn: sqlite3.Connection, conversation_id: str) -> ShownCase:
    """Raises NotFound. The caller looks whether the person may see it."""
    case = casework.of(conn, conversation_id)
    owner = conn.execute("SELECT id, name FROM staff WHERE id = ?", (case.assignee_id,)).fetchone()
    return ShownCase(
        assignee=Colleague(**dict(owner)) if owner else None,
        done_ms=case.done_ms,
        closing_note=case.closing_note,
        returns=case.returns,
        returns_ms=case.returns_ms,
        news_id=case.news_id or "",
        labels=labels.names_on(conn, conversation_id),
        known=labels.of_branch(conn, case.branch_id),
        colleagues=colleagues(conn, case),
    )


def colleagues(conn: sqlite3.Connection, case: Casework) -> Sequence[Colleague]:
    """Who may answer there, by name."""
    rows = conn.execute(
        "SELECT id, name FROM staff WHERE disabled_ms IS NULL AND id IN (SELECT staff_id"
        " FROM staff_grant WHERE permission = ? AND coalesce(branch_id, ?) = ?) ORDER BY name",
        (Permission.INBOX_WRITE.value, case.branch_id, case.branch_id),
    )
    found = [Colleague(**dict(row)) for row in rows]
    if case.contact_id is not None:
        return found
    return [each for each in found if cases.may_have(conn, case, each.id)]
