"""What is said of webhooks: what they are told, why one is off, how a try ended."""

from collections.abc import Mapping, Sequence

from appliance.api.web.words.i18n import Words
from appliance.desk.webhooks.event_names import EVERYTHING, PING
from appliance.desk.webhooks.replaying import ReplayCount
from appliance.store.webhook_deliveries import DeliveryAttempt, DeliveryState
from appliance.store.webhooks import OffWhy, WebhookEndpoint

GROUPS: Sequence[tuple[str, Mapping[str, str]]] = (
    (
        "Messages",
        {
            "message.received": "somebody wrote",
            "message.queued": "a message was accepted",
            "message.sending": "a message is being sent",
            "message.unconfirmed": "it is not certain that a message left",
            "message.sent": "a message left",
            "message.delivered": "a message arrived",
            "message.read": "a message was read",
            "message.failed": "a message did not arrive",
            "message.refused": "a message may not be sent any more",
            "message.expired": "a message became too old to send",
            "message.cancelled": "a message was withdrawn",
            "message.planned": "when a message is expected to leave",
            "call.missed": "somebody called",
        },
    ),
    (
        "People",
        {
            "contact.created": "somebody new is known",
            "contact.changed": "what is known of somebody changed",
            "contact.joined": "two people were joined into one",
            "contact.erased": "somebody was erased",
            "consent.given": "somebody agreed to messages",
            "consent.withdrawn": "somebody wants no messages any more",
            "consent.called": "somebody who called may get one answer",
            "consent.near_stop": "somebody may want no messages any more",
        },
    ),
    (
        "Conversations and rounds",
        {
            "conversation.assigned": "a conversation went to a colleague",
            "conversation.done": "a conversation is done",
            "conversation.reopened": "a conversation is open again",
            "round.answered": "somebody answered in a round",
            "round.filled": "a round is full",
            "round.closed": "a round is closed",
        },
    ),
    (
        "Numbers, phones and modems",
        {
            "device.status": "a phone or modem is well, or not",
            "device.enrolled": "a phone or modem was set up",
            "device.balance": "the credit of a SIM changed",
            "incident.opened": "something is wrong",
            "incident.closed": "it is well again",
            "line.added": "there is a new number",
            "line.changed": "a number was set otherwise",
            "line.removed": "a number was removed",
            "line.stopped": "a number sends nothing",
            "line.resumed": "a number sends again",
            "branch.added": "there is a new branch",
            "webhook.disabled": "another webhook was switched off",
        },
    ),
    (
        "Colleagues and programs",
        {
            "staff.added": "a colleague was let in",
            "staff.changed": "what a colleague may do changed",
            "staff.logged_in": "a colleague logged in",
            "staff.login_failed": "somebody tried to log in and could not",
            "staff.logged_out": "a colleague logged out",
            "token.added": "a program got a token",
            "token.revoked": "a token was revoked",
        },
    ),
)
TEST = "a test"
OFF: Mapping[OffWhy, str] = {
    OffWhy.PERSON: "Paused. What happens meanwhile is not posted.",
    OffWhy.TOKEN: "Off: the token of its program was revoked.",
    OffWhy.GONE: "Off: the receiver answered that it is gone for good.",
    OffWhy.FAILING: "Off: nothing arrived there for five days.",
}
STATES: Mapping[DeliveryState, str] = {
    DeliveryState.PENDING: "waits",
    DeliveryState.DELIVERED: "arrived",
    DeliveryState.FAILED: "given up",
}
ERRORS: Mapping[str, str] = {
    "timeout": "no answer within 15 seconds",
    "connect-timeout": "could not be reached within 5 seconds",
    "connection": "could not be reached",
    "unknown-host": "the name of the host is not known",
    "refused-address": "Balie does not post to this address",
    "tls": "the certificate is not right",
    "no-http": "the answer was no HTTP",
    "no-key": "the secret cannot be read: give it a new one",
    "mistake": "Balie made a mistake; its own log says which",
}
SENTENCES: Sequence[str] = (
    TEST,
    *(title for title, _ in GROUPS),
    *(sentence for _, each in GROUPS for sentence in each.values()),
    *OFF.values(),
    *STATES.values(),
    *ERRORS.values(),
)
_BY_NAME = {name: sentence for _, each in GROUPS for name, sentence in each.items()}
_BY_NAME[PING] = TEST


def off(words: Words, why: OffWhy) -> str:
    return words.text(OFF[why])


def state(words: Words, found: DeliveryState) -> str:
    return words.text(STATES[found])


def event(words: Words, name: str) -> str:
    """What happened, in plain words; the name itself where there are none, as other dialects have
    their own.
    """
    return words.text(_BY_NAME[name]) if name in _BY_NAME else name


def attempt(words: Words, found: DeliveryAttempt) -> str:
    """The status that was answered, or why nothing was."""
    if found.status is not None:
        return words.text("answered {status}").format(status=found.status)
    error = found.error or ""
    return words.text(ERRORS[error]) if error in ERRORS else error


def replayed(words: Words, count: ReplayCount) -> str:
    """How much would be posted again."""
    if not count.told:
        return words.text("Nothing that this webhook is told happened since then.")
    many = words.number(count.told)
    if count.about:
        return words.text("About {count} events would be posted again.").format(count=many)
    said = words.plural(
        "{count} event would be posted again.", "{count} events would be posted again.", count.told
    )
    return said.format(count=many)


def wanted(words: Words, endpoint: WebhookEndpoint) -> str:
    if EVERYTHING in endpoint.events:
        return words.text("all that happens")
    return ", ".join(endpoint.events)
