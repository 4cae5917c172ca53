"""What programs are told, by the names that they know: which event of the log each one is.

The log has more kinds, and spells them for Balie alone. A program is told what it can act on.
"""

from collections.abc import Iterable, Mapping, Sequence

from appliance.errors import InvalidInput
from appliance.events import Event, EventKind
from appliance.messages import MessageState

_K = EventKind

EVERYTHING = "*"
PLANNED = "message.planned"
PING = "webhook.ping"

PLAIN: Mapping[EventKind, str] = {
    _K.MESSAGE_RECEIVED: "message.received",
    _K.MESSAGE_PLANNED: PLANNED,
    _K.CALL_MISSED: "call.missed",
    _K.CONTACT_CREATED: "contact.created",
    _K.CONTACT_CHANGED: "contact.changed",
    _K.CONTACT_JOINED: "contact.joined",
    _K.CONTACT_ERASED: "contact.erased",
    _K.NEAR_STOP: "consent.near_stop",
    _K.CONVERSATION_ASSIGNED: "conversation.assigned",
    _K.CONVERSATION_DONE: "conversation.done",
    _K.CONVERSATION_REOPENED: "conversation.reopened",
    _K.ROUND_FILLED: "round.filled",
    _K.ROUND_CLOSED: "round.closed",
    _K.DEVICE_STATUS: "device.status",
    _K.DEVICE_ENROLLED: "device.enrolled",
    _K.DEVICE_BALANCE: "device.balance",
    _K.INCIDENT_OPENED: "incident.opened",
    _K.INCIDENT_CLOSED: "incident.closed",
    _K.LINE_ADDED: "line.added",
    _K.LINE_CHANGED: "line.changed",
    _K.LINE_REMOVED: "line.removed",
    _K.LINE_STOPPED: "line.stopped",
    _K.LINE_RESUMED: "line.resumed",
    _K.BRANCH_ADDED: "branch.added",
    _K.WEBHOOK_PING: PING,
    _K.WEBHOOK_DISABLED: "webhook.disabled",
    _K.STAFF_ADDED: "staff.added",
    _K.STAFF_CHANGED: "staff.changed",
    _K.STAFF_LOGGED_IN: "staff.logged_in",
    _K.STAFF_LOGIN_FAILED: "staff.login_failed",
    _K.STAFF_LOGGED_OUT: "staff.logged_out",
    _K.TOKEN_ADDED: "token.added",
    _K.TOKEN_REVOKED: "token.revoked",
}
BY_FACT: Mapping[EventKind, tuple[str, Mapping[str, str]]] = {
    _K.MESSAGE_STATE: (
        "to",
        {
            each.value: f"message.{each.value}"
            for each in MessageState
            if each is not MessageState.RECEIVED
        },
    ),
    _K.CONSENT_RECORDED: (
        "kind",
        {
            "wrote_first": "consent.given",
            "opted_in": "consent.given",
            "opted_in_again": "consent.given",
            "opted_out": "consent.withdrawn",
            "objected": "consent.withdrawn",
            "called": "consent.called",
        },
    ),
    _K.ROUND_PERSON: (
        "to",
        dict.fromkeys(("yes", "reserve", "no", "unclear"), "round.answered"),
    ),
}
"""What the name follows from: a fact of the event, and the names by its value; of others nothing
is told.
"""
NOT_TOLD = frozenset(
    {
        # What the inbox shows, and no program acts on.
        _K.MESSAGE_CHANGED,
        _K.MESSAGE_SETTLED,
        _K.MESSAGE_CARE,
        _K.MEDIA_ADDED,
        _K.CONVERSATION_READ,
        _K.CONVERSATION_SNOOZED,
        _K.CONVERSATION_RETURNED,
        _K.CONVERSATION_LABELLED,
        _K.CONVERSATION_NOTED,
        _K.CONVERSATION_LET_GO,
        _K.CONVERSATION_ADOPTED,
        _K.LABEL_CHANGED,
        _K.VIEW_CHANGED,
        _K.TEXT_CHANGED,
        # People: the erasure is told when it is done.
        _K.CONTACT_SPLIT,
        _K.CONTACT_HOLD,
        _K.ERASURE_ASKED,
        _K.ERASURE_COMPLETE,
        # Of the house: devices, screens, settings.
        _K.IMPORT_CHANGED,
        _K.TOKEN_LIMITED,
        _K.TOKEN_SIGNS_ANEW,
        _K.DEVICE_ADOPTION,
        _K.DEVICE_SETTINGS,
        _K.DEVICE_PORT,
        _K.SCREEN_UNKNOWN,
        _K.SCREEN_SETTLED,
        _K.SCREEN_RULE_REMOVED,
        _K.SCREEN_RULE_USED,
        _K.SCREEN_RULE_SPENT,
        _K.SCREEN_LOOK_BEGUN,
        _K.SCREEN_LOOK_ENDED,
        _K.SCREEN_PRESSED,
        _K.PHONE_REMOVAL,
        _K.BRANCH_CHANGED,
        _K.LINE_HANDOVER,
        _K.LINE_ROSTER,
        _K.LINE_CROWDED,
        _K.LINE_CODE,
        _K.PUSH_CHANGED,
        _K.UPDATE_ASKED,
        _K.HOME_CHANGED,
        _K.OFFICE_CHANGED,
        _K.OFFICE_COMMAND,
        _K.OFFICE_HEARD,
        _K.OFFICE_ASKED,
        _K.REPORTS_CHANGED,
        _K.READINGS_CHANGED,
        _K.WEBHOOK_CHANGED,
        # What is between asking and an answer.
        _K.ROUND_STARTED,
        _K.ROUND_REOPENED,
        _K.ROUND_CANCELLED,
        _K.GROUP_CHANGED,
        _K.GROUP_STOPPED,
        _K.LIST_CHANGED,
        _K.LIST_SEND,
        # Of the privacy desk.
        _K.PRIVACY_REQUEST,
        _K.ARCHIVE_ASKED,
        _K.ARCHIVE_MADE,
        _K.ARCHIVE_TAKEN,
        _K.ARCHIVE_CHANGED,
        _K.RETENTION_CHANGED,
        _K.RETENTION_RUN,
        _K.EMERGENCY_BEGAN,
        _K.EMERGENCY_ENDED,
    }
)
NAMES: Sequence[str] = tuple(
    dict.fromkeys(
        [*PLAIN.values(), *(name for _, names in BY_FACT.values() for name in names.values())]
    )
)
_FOR_AUDIT = ("staff.", "token.")
_GROUPS = frozenset(name.partition(".")[0] + ".*" for name in NAMES)
WANTED: Sequence[str] = (EVERYTHING, *NAMES, *sorted(_GROUPS))
"""What a webhook may name."""


def name_of(event: Event) -> str | None:
    """Under which name it is told; None for what is not."""
    if (plain := PLAIN.get(event.kind)) is not None:
        return plain
    if (by_fact := BY_FACT.get(event.kind)) is None:
        return None
    fact, names = by_fact
    return names.get(str(event.facts.get(fact)))


def is_wanted(name: str, wanted: Iterable[str], *, may_audit: bool) -> bool:
    """What is planned is told to who names it only: there is much of it."""
    if name.startswith(_FOR_AUDIT) and not may_audit:
        return False
    if name in wanted:
        return True
    group = f"{name.partition('.')[0]}.*"
    return name != PLANNED and (EVERYTHING in wanted or group in wanted)


def checked(wanted: Sequence[str]) -> Sequence[str]:
    """Each name once. Raises InvalidInput for `events`."""
    names = list(dict.fromkeys(wanted))
    if not names:
        raise InvalidInput("events", "Name at least one event, or “*” for all.")
    for name in names:
        if name not in WANTED:
            sentence = f"“{name[:80]}” is no event. The events are: {', '.join(NAMES)}."
            raise InvalidInput("events", sentence)
    return names


def needs_audit(wanted: Iterable[str]) -> bool:
    """Whether it names what is told with an audit scope only."""
    return any(name.startswith(_FOR_AUDIT) for name in wanted)
