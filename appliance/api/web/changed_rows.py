"""Rows of the list that changed, drawn for who follows the stream.

The stream brings the row instead of letting the page ask for it: a request costs many times what a
frame does, and thirty pages would ask at once. Who sees the same gets the same drawing. A row is
drawn as the list of all numbers shows it; `static/rows.js` fits it into the list that is open.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from appliance.api.web.pages.views import InboxView, Wanted, counts_of
from appliance.api.web.row_drawing import RowPlace, drawn_row
from appliance.api.web.visit import Visit
from appliance.desk.access import sessions
from appliance.desk.access.accesses import Reader, Shown
from appliance.desk.access.rights import Permission
from appliance.desk.inbox import overview
from appliance.desk.inbox.overview import ConversationRow, InboxLine
from appliance.desk.inbox.view_counts import LineCounts, view_counts
from appliance.events import Event, EventKind
from appliance.store.store import ReaderPool

MOST = 6
"""More rows than these at once cost more than the list, which the page asks for then."""

_OF_MESSAGES = frozenset(
    {
        EventKind.MESSAGE_RECEIVED,
        EventKind.MESSAGE_CHANGED,
        EventKind.MESSAGE_STATE,
        EventKind.NEAR_STOP,
        EventKind.MESSAGE_CARE,
        EventKind.CONVERSATION_ADOPTED,
        EventKind.CONVERSATION_READ,
        EventKind.MESSAGE_SETTLED,
        EventKind.CONVERSATION_NOTED,
        EventKind.CONVERSATION_ASSIGNED,
        EventKind.CONVERSATION_DONE,
        EventKind.CONVERSATION_REOPENED,
        EventKind.CONVERSATION_SNOOZED,
        EventKind.CONVERSATION_RETURNED,
        EventKind.CONVERSATION_LABELLED,
    }
)
_OF_PEOPLE = frozenset({EventKind.CONTACT_CHANGED, EventKind.CONSENT_RECORDED})
ABOUT_LINES = frozenset(
    {
        EventKind.BRANCH_ADDED,
        EventKind.BRANCH_CHANGED,
        EventKind.LINE_ADDED,
        EventKind.LINE_REMOVED,
        EventKind.LINE_CHANGED,
        EventKind.LINE_STOPPED,
        EventKind.LINE_RESUMED,
        EventKind.LINE_CODE,
        EventKind.LINE_CROWDED,
        EventKind.LINE_HANDOVER,
        EventKind.LINE_ROSTER,
        EventKind.INCIDENT_OPENED,
        EventKind.INCIDENT_CLOSED,
    }
)
_OF_THE_LIST = ABOUT_LINES | {EventKind.CONTACT_JOINED, EventKind.CONTACT_SPLIT}
_ALL_NUMBERS = Wanted(view=InboxView.ALL)


@dataclass(slots=True, kw_only=True)
class Changed:
    """What some events changed in the list. `whole`: more than rows."""

    conversations: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    whole: bool = False

    def note(self, event: Event) -> None:
        if event.kind in _OF_THE_LIST:
            self.whole = True
        elif event.kind in _OF_MESSAGES and event.conversation_id:
            self.conversations.add(event.conversation_id)
        elif event.kind in _OF_PEOPLE and event.contact_id:
            self.people.add(event.contact_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsFound:
    """Empty for a session that has ended: nothing is shown any more. `several`: there are more
    lines in sight than these.
    """

    rows: Sequence[ConversationRow] = ()
    gone: Sequence[str] = ()
    lines: Sequence[InboxLine] = ()
    several: bool = False
    counts: Sequence[LineCounts] = ()

    @property
    def shown(self) -> Iterable[Shown]:
        return [
            Shown(contact_id=row.contact_id, conversation_id=row.id, listed=True)
            for row in self.rows
        ]


async def hint_of_rows(visit: Visit, changed: Changed) -> tuple[str, Mapping[str, object]] | None:
    """The name of the hint and its data: the rows, what is gone, the unread ones by line, how many
    wait, and how much stands in the views, of each of the lines that are `counted`.
    """
    if changed.whole or len(changed.conversations) + len(changed.people) > MOST:
        return "list", {}
    if not changed.conversations and not changed.people:
        return None
    accesses = visit.services.accesses(Reader(staff_id=visit.staff_id))
    found = await accesses.read(
        lambda conn: _find(conn, visit, changed), lambda found: found.shown, ReaderPool.LIVE
    )
    return told_rows(visit, found)


def told_rows(visit: Visit, found: RowsFound) -> tuple[str, Mapping[str, object]] | None:
    if not found.lines:
        return None
    return "rows", {
        "rows": _drawings(visit, found),
        "gone": list(found.gone),
        "unread": {line.id: line.unread for line in found.lines},
        "waiting": sum(each.waiting for each in found.counts),
        "views": counts_of(found.counts),
        "counted": [each.line_id for each in found.counts],
    }


def _find(conn: sqlite3.Connection, visit: Visit, changed: Changed) -> RowsFound:
    """The rights are asked after the rows: what they hold was still within them."""
    ids = sorted(changed.conversations | overview.conversations_with(conn, changed.people))
    rows = overview.rows_of(conn, visit.staff_id, ids)
    session = sessions.find(conn, visit.token, visit.now_ms)
    if session is None or not session.rights.has(Permission.INBOX_READ):
        return RowsFound()
    lines = overview.lines(conn, session.rights, visit.staff_id)
    readable = {line.id for line in lines}
    return RowsFound(
        rows=[
            row
            for row in rows.values()
            if row.line_id in readable and not session.rights.groups.hides(row.id)
        ],
        gone=[each for each in ids if each not in rows],
        lines=lines,
        counts=view_counts(
            conn, visit.staff_id, [line.id for line in lines], session.rights.groups.hidden
        ),
    )


def _drawings(visit: Visit, found: RowsFound) -> Sequence[str]:
    chooses = visit.has_page("/chosen")
    places = {
        line.id: RowPlace(
            zone=line.zone,
            within_min=line.within_min,
            may_write=chooses and any(each.may_write for each in found.lines),
            branch=line.branch if found.several or len(found.lines) > 1 else "",
            query=_ALL_NUMBERS.query(),
        )
        for line in found.lines
    }
    return [drawn_row(row, places[row.line_id], visit.words, visit.now_ms) for row in found.rows]
