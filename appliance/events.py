"""Events: the append-only record that the browser, the API and the audit view all read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class EventKind(Enum):
    MESSAGE_RECEIVED = "message.received"
    #: An incoming message changed; facts: `change`, which is `words` (its missing words came),
    #: `edited`, `deleted` or `media` (a file of it came, or will not).
    MESSAGE_CHANGED = "message.changed"
    #: It entered a state; facts: `from`, `to`, `reason`, `attempt`, `evidence`.
    MESSAGE_STATE = "message.state"
    #: Its expected time, or the reason why it waits, became another one to somebody who waits for
    #: it (`queue/news.py`); facts: `expected_ms`, `reason`.
    MESSAGE_PLANNED = "message.planned"
    #: Somebody has seen to a message that did not arrive; facts: `again`, the id of the message
    #: that they sent instead.
    MESSAGE_SETTLED = "message.settled"
    #: A file was uploaded; facts: `media`, `kind`, `bytes`.
    MEDIA_ADDED = "media.added"
    CALL_MISSED = "call.missed"
    CONTACT_CREATED = "contact.created"
    #: Facts: `fields`, or `field`, what is other now; `token` where software did it. `apart`: they
    #: are not the same person as `other`.
    CONTACT_CHANGED = "contact.changed"
    #: Two contacts were joined into one person; facts: `other`, the id that is gone, and `undone`
    #: where a splitting was undone.
    CONTACT_JOINED = "contact.joined"
    #: One contact became two; facts: `other`, the one that is new or is back, and `undone` where a
    #: joining was undone.
    CONTACT_SPLIT = "contact.split"
    #: Nothing of theirs is let go or erased any more, or that has ended; facts: `on`, `hold`,
    #: `until_ms`, `why` where time ended it, and `token` where software did it.
    CONTACT_HOLD = "contact.hold"
    #: Somebody asked that a person be erased; facts of each below: `erasure`, and `token` where
    #: software asked.
    ERASURE_ASKED = "erasure.asked"
    #: The person is nobody here any more: whoever got data of them is to erase them, too. Facts:
    #: `conversations`, the ids of those with them.
    CONTACT_ERASED = "contact.erased"
    #: Nothing of them is left in the database and the files.
    ERASURE_COMPLETE = "erasure.complete"
    CONSENT_RECORDED = "consent.recorded"
    #: A message may mean STOP, or somebody decided about it; facts: `decision`.
    NEAR_STOP = "consent.near-stop"
    #: Somebody read up to a message; for that person's other browsers.
    CONVERSATION_READ = "conversation.read"
    #: Somebody has it now, or nobody; facts: `from` and `to`, and `why` where it went back by
    #: itself. All below that are about a conversation: `token` where software did it.
    CONVERSATION_ASSIGNED = "conversation.assigned"
    CONVERSATION_DONE = "conversation.done"
    #: It is done no more; facts: `why`, which is `message` where they wrote.
    CONVERSATION_REOPENED = "conversation.reopened"
    #: It was put away; facts: `returns`, which is `time` or `reply`, and `until_ms`.
    CONVERSATION_SNOOZED = "conversation.snoozed"
    #: It is put away no more; facts: `why`, which is `time`, `message` or `person`.
    CONVERSATION_RETURNED = "conversation.returned"
    #: Facts: `labels`, the ids of all that it has now.
    CONVERSATION_LABELLED = "conversation.labelled"
    #: Somebody wrote a note for colleagues; facts: `note`, and `mentions`, who is named in it.
    CONVERSATION_NOTED = "conversation.noted"
    #: A label itself; facts: `label`, and `what`, which is `added`, `renamed`, `coloured`, `merged`
    #: (then `into`, the other one) or `removed`.
    LABEL_CHANGED = "label.changed"
    #: What was older than its term was let go; facts: `run`, and `before_ms`: for `texts`, `media`
    #: and `evidence` the time before which nothing is left.
    CONVERSATION_LET_GO = "conversation.let-go"
    #: What a phone had of a conversation before Balie came was taken over; facts: `adoption`,
    #: `came`, `went`, which count its messages.
    CONVERSATION_ADOPTED = "conversation.adopted"
    #: The walk along a phone's chats began, is held up, goes on or is over, or a chat of it was
    #: read; facts: `adoption`, `state`.
    DEVICE_ADOPTION = "device.adoption"
    DEVICE_STATUS = "device.status"
    DEVICE_ENROLLED = "device.enrolled"
    #: Balie is about to set something on a phone, or has put it back; facts: `fields`, the names,
    #: and `put_back` where it is the latter.
    DEVICE_SETTINGS = "device.settings"
    #: The power of its USB port is to be switched off and on, or how that went; facts: `what`:
    #: `asked`, `switched`, or why not: `unseen`, `taken`, `shared`, `often`, `failed`, `no-answer`.
    DEVICE_PORT = "device.port"
    #: The credit of a SIM changed; facts: `cents`.
    DEVICE_BALANCE = "device.balance"
    #: Something is wrong with a device, a line or the machine, or is not any more; facts:
    #: `incident`, `kind`.
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_CLOSED = "incident.closed"
    #: A screen that no rule is for stopped an attempt; facts: `screen`, `times`, and `attempt`
    #: where evidence of it was kept. What opens an incident follows this.
    SCREEN_UNKNOWN = "screen.unknown"
    #: A person said what to do about a screen; facts: `screen`, and `rule` where it is a rule.
    SCREEN_SETTLED = "screen.settled"
    SCREEN_RULE_REMOVED = "screen.rule-removed"
    #: A rule was obeyed; facts: `rule`.
    SCREEN_RULE_USED = "screen.rule-used"
    #: It was not, because it was obeyed too often in an hour; facts as above.
    SCREEN_RULE_SPENT = "screen.rule-spent"
    #: Somebody looks at the live screen of a phone, or does no longer; facts: `look`.
    SCREEN_LOOK_BEGUN = "screen.look-begun"
    SCREEN_LOOK_ENDED = "screen.look-ended"
    #: Somebody pressed on it from afar; facts: `what`, which is `tap` or `back`.
    SCREEN_PRESSED = "screen.pressed"
    BRANCH_ADDED = "branch.added"
    #: Its hours, its language or what else it was told; facts as those of a line.
    BRANCH_CHANGED = "branch.changed"
    LINE_ADDED = "line.added"
    #: Somebody said what it does; facts: `fields`, the names of what is other now, and `by` where
    #: it was none of the staff.
    LINE_CHANGED = "line.changed"
    LINE_REMOVED = "line.removed"
    LINE_STOPPED = "line.stopped"
    LINE_RESUMED = "line.resumed"
    #: A shift handed over to the next one; facts: `note`, and `what`: `written` or `put-away`.
    LINE_HANDOVER = "line.handover"
    #: Its duty roster; facts: `what`, which is `imported` or `removed`, and `shifts`, how many.
    LINE_ROSTER = "line.roster"
    #: Many new people wrote at once, and first answers to them wait.
    LINE_CROWDED = "line.crowded"
    #: A code for the line itself came, or its text is gone; facts: `code`, `gone`.
    LINE_CODE = "line.code"
    #: A round began; facts of each below: `round`. Here also `seats`, and how many `people` may be
    #: asked, and how many `refused` may not.
    ROUND_STARTED = "round.started"
    #: Somebody in it came into another state; facts: `from`, `to`, and `why` where they are not
    #: asked; `token` where software decided it.
    ROUND_PERSON = "round.person"
    #: Its last seat is taken; facts: `after_ms`, since it began.
    ROUND_FILLED = "round.filled"
    #: A seat came free, and nobody on the reserve list took it.
    ROUND_REOPENED = "round.reopened"
    #: Nobody is asked any more; facts: `why`: `time` or `person`; `token` where software did it.
    ROUND_CLOSED = "round.closed"
    #: It was called off; facts as above.
    ROUND_CANCELLED = "round.cancelled"
    #: A group, its guard, its members or what a phone is to do in it; facts: `group`, `what`.
    GROUP_CHANGED = "group.changed"
    #: Somebody in a group wrote STOP; facts: `group`, `member`. They have to be taken out of it.
    GROUP_STOPPED = "group.stopped"
    #: A saved view; facts: `view`, and `what`, which is `added`, `changed` or `removed`.
    VIEW_CHANGED = "view.changed"
    #: A list of people; facts: `list`, `what` (`added`, `changed` or `removed`), and `token` where
    #: software did it.
    LIST_CHANGED = "list.changed"
    #: A text was sent to a list, or somebody said what becomes of the rest; facts: `send`, `list`,
    #: and `what`, which is `sent` (then `goes` and `refused` count people), `paused`, `resumed` or
    #: `cancelled` (then `messages` counts what waited); `token` as above.
    LIST_SEND = "list.send"
    #: What somebody asked about their data; facts: `request`, and `what` was done for it, which is
    #: `taken` (then `kind`), `checked`, `given` (then `without`, the kinds of others' data
    #: that were left out), `longer`, `done` (then `outcome`) or `reopened`; `token` where software
    #: did it. A file that was made without a request has no `request`.
    PRIVACY_REQUEST = "privacy.request"
    #: Somebody asked for an archive; facts: `archive`, `format`, `token` where software did it, and
    #: `quarter` where the clock did.
    ARCHIVE_ASKED = "archive.asked"
    #: An archive is there, or could not be made; facts: `archive`, `messages`, `why`.
    ARCHIVE_MADE = "archive.made"
    #: Somebody had an archive; facts: `archive`; `token` as above.
    ARCHIVE_TAKEN = "archive.taken"
    #: Where the archive of each quarter goes; facts: `on`, `format`.
    ARCHIVE_CHANGED = "archive.changed"
    #: A folder for files of people, or what came in it; facts: `folder`, `what` (`watched`, `left`,
    #: `changed`, `allowed`, `forbidden`, `done`, `refused`), `import` where it is about one file,
    #: `by` where the console did it.
    IMPORT_CHANGED = "import.changed"
    #: Somebody said how long things are kept; facts: `fields`, the names of what is other now, as
    #: `placed.texts`; `token` where software did it.
    RETENTION_CHANGED = "retention.changed"
    #: What is older than that is let go, or has been; facts: `run`, `state`: `running` or `done`,
    #: and then how many `messages`, `people`, `media`.
    RETENTION_RUN = "retention.run"
    #: `given` are the roles, each with its branch or none for everywhere; `by` is who gave them,
    #: none where it was done on the console. So in the next one where roles were changed.
    STAFF_ADDED = "staff.added"
    STAFF_CHANGED = "staff.changed"
    #: An administrator took the right to read and answer for a while; facts: `emergency`,
    #: `until_ms`.
    EMERGENCY_BEGAN = "emergency.began"
    #: Its time has come, its person gave it back or gives no rights there any more, or an officer
    #: ended it; facts: `emergency`, and `by`: `time`, `person`, `disabled`, `rights`, or `staff:`
    #: with the officer's id.
    EMERGENCY_ENDED = "emergency.ended"
    STAFF_LOGGED_IN = "staff.logged-in"
    #: A wrong password, set-up code or token; facts: `what`, and `tries` in this spell.
    STAFF_LOGIN_FAILED = "staff.login-failed"
    #: One session of a person ended, or all; facts: `by`, and `sessions` when it could be several.
    STAFF_LOGGED_OUT = "staff.logged-out"
    #: Somebody said whether browsers are notified while no page is open; facts: `on`, `shows_text`.
    PUSH_CHANGED = "push.changed"
    #: Root was asked for an update from a page; facts: `version`, or `seen`, the version of which
    #: somebody knows that it came back.
    UPDATE_ASKED = "update.asked"
    #: Somebody said whether colleagues may come from home; facts: `on`.
    HOME_CHANGED = "home.changed"
    #: The link with head office: facts: `what`, which is `joined`, `left`, `privacy` (then
    #: `privacy`, the choice), `struck-off`, `held` or `well` again.
    OFFICE_CHANGED = "office.changed"
    #: What head office asked for is done or refused; facts: `command`, its id, `n`, `kind`,
    #: `outcome`, `why` where it was refused, and what it was about, such as `message`.
    OFFICE_COMMAND = "office.command"
    #: At head office: a box has told something; facts: `box`, `epoch`, `after` and `last` (the
    #: box's own numbers), `whole` where more than events came.
    OFFICE_HEARD = "office.heard"
    #: At head office: a box was asked something about a conversation, or has decided; facts: `box`,
    #: `command`, `kind`, `outcome` once it has decided. Without a conversation: a first message,
    #: of the colleague `by`.
    OFFICE_ASKED = "office.asked"
    #: A text that the office has ready; facts: `text`, and `what`: `added`, `changed`, `removed`.
    TEXT_CHANGED = "text.changed"
    #: Somebody said whether reports tell colleagues apart; facts: `per_person`.
    REPORTS_CHANGED = "reports.changed"
    #: Something is to be taken off a phone, or that came further; facts: `removal`, `what` (`chat`
    #: or `message`), `state`, and `reason` where a person has to do it.
    PHONE_REMOVAL = "phone.removal"
    #: A message has something in it that should not be kept, or somebody said what becomes of it;
    #: facts: `what`, which is `marked` (then `hidden`), `opened`, `none` or `removed`.
    MESSAGE_CARE = "message.care"
    #: Somebody said whether it is noted who reads what of whom; facts: `on`; `token` as above.
    READINGS_CHANGED = "readings.changed"
    TOKEN_ADDED = "token.added"  # noqa: S105 -- the name of an event
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 -- the name of an event
    #: Who is told what happens; facts of each below: `webhook`, and `token` where software did it.
    #: Here also `what`: `added`, `changed`, `on`, `off`, `rotated`, `replayed`, `resent` or
    #: `removed`.
    WEBHOOK_CHANGED = "webhook.changed"
    #: Balie tells it no more; facts: `why`, which is `gone` or `failing`.
    WEBHOOK_DISABLED = "webhook.disabled"
    #: A test: only that one is told.
    WEBHOOK_PING = "webhook.ping"
    #: How often a program may ask was changed; facts: `token`, `per_minute` (null: as usual), `by`.
    TOKEN_LIMITED = "token.limited"  # noqa: S105 -- the name of an event
    #: It signs with a new key; facts: `token`, `by`.
    TOKEN_SIGNS_ANEW = "token.signs_anew"  # noqa: S105 -- the name of an event


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`facts` holds ids, states, counts and codes; never a text and never a number."""

    seq: int
    at_ms: int
    kind: EventKind
    branch_id: str | None = None
    line_id: str | None = None
    conversation_id: str | None = None
    contact_id: str | None = None
    message_id: str | None = None
    device_id: str | None = None
    staff_id: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
