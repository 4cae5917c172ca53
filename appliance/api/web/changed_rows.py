"""Rows of the list that changed, drawn for who follows the stream.

The stream brings the row instead of letting the page ask for it: a request costs many times what a
frame does, and thirty pages would ask at once. Who sees the same gets the same drawing. A row is
drawn as the list of all numbers shows it; `static/rows.js` fits it into the list that is open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from appliance.api.web.pages.views import InboxView, Wanted, counts_of
from appliance.api.web.row_drawing import RowPlace, drawn_row
from appliance.api.web.row_reads import AskedRows, RowsFound
from appliance.api.web.visit import Visit
from appliance.desk.access.accesses import Reader
from appliance.events import Event, EventKind

MOST = 20
"""More rows than these at once are half of a list: the page asks for all of it then, which costs
Balie many times what a row does that others see, too.
"""

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


async def hint_of_rows(visit: Visit, changed: Changed) -> tuple[str, Mapping[str, object]] | None:
    """The name of the hint and its data: the rows, what is gone, the unread ones by line, how many
    wait, and how much stands in the views, of each of the lines that are `counted`.
    """
    if changed.whole or len(changed.conversations) + len(changed.people) > MOST:
        return "list", {}
    if not changed.conversations and not changed.people:
        return None
    asked = AskedRows(
        staff_id=visit.staff_id,
        token=visit.token,
        now_ms=visit.now_ms,
        conversations=frozenset(changed.conversations),
        people=frozenset(changed.people),
    )
    accesses = visit.services.accesses(Reader(staff_id=visit.staff_id))
    found = await accesses.found(visit.web.row_reads.find(asked), lambda found: found.shown)
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


def _drawings(visit: Visit, found: RowsFound) -> Sequence[str]:
    may_write = visit.has_page("/chosen") and any(each.may_write for each in found.lines)
    shown = {row.line_id for row in found.rows}
    places = {
        line.id: RowPlace(
            zone=line.zone,
            within_min=line.within_min,
            may_write=may_write,
            branch=line.branch if found.several or len(found.lines) > 1 else "",
            query=_ALL_NUMBERS.query(),
        )
        for line in found.lines
        if line.id in shown
    }
    return [drawn_row(row, places[row.line_id], visit.words, visit.now_ms) for row in found.rows]
