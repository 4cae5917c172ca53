"""Codes of the lower floors as sentences: English here, other languages in the catalogue.

The catalogue is checked against this file by a test, so a new code cannot be forgotten.
"""

from collections.abc import Mapping

from appliance.messages import Channel, MessageState
from appliance.reasons import Reason
from appliance.store.consent import ConsentKind

WAITING: Mapping[str, str] = {
    "typing": "a person would need this long to type it",
    "gap": "there is a pause between two messages",
    "ceiling-minute": "this number has sent enough for one minute",
    "ceiling-hour": "this number has sent enough for one hour",
    "ceiling-day": "this number has sent enough for today",
    "ceiling-month": "this number has written to enough different people this month",
    "first-contacts": "this number has begun enough new conversations for today",
    "newcomers": "many new people wrote at once and replies go first",
    "sms-limit": "the phone allows no more SMS for a while",
    "office-hours": "the branch is closed until then",
    "unanswered": "the last messages went unanswered; it goes on when the contact writes",
    "near-stop": "they may want no more messages and somebody has to decide",
    "device-absent": "the phone or modem is not plugged in",
    "device-unauthorized": "Balie is not allowed to use the phone or modem yet",
    "device-offline": "the connection with the phone or modem is dead",
    "device-locked": "the phone is locked",
    "device-degraded": "something on the phone or modem needs attention",
    "other-sim": "another SIM card is in the phone or modem",
    "line-stopped": "this number was stopped and somebody has to look at it",
    "no-route": "nothing is connected that can send from this number",
    "next-route": "it cannot go by WhatsApp and takes the next way",
    "fallback": "the phone cannot send it, so the modem does",
    "roaming": "the modem is roaming and lists wait until it is home",
    "retry": "the last try did not get through and it will be tried again",
    "busy": "another message is being typed first",
    "looking": "it is being looked up on the phone or modem",
    "person": "nothing there tells what happened and a person has to decide",
    "device-gone": "the phone or modem that had it has been away for a day",
    "not-before": "it was planned for later",
    "clock-wrong": "the clock of Balie is wrong and nothing is sent until it is right",
    "not-on-whatsapp": "this number is not on WhatsApp",
    "opted-out": "the contact asked to stop",
    "too-old": "it became too old to be worth sending",
    "by-person": "a colleague withdrew it",
    "tries-used-up": "all tries were used up",
    "decided": "a colleague saw on the phone that it did not leave",
    "permanent": "it was refused for good",
    "proven-absent": "it is proven that it did not leave, so it is sent again",
    "not-delivered": "the network could not deliver it",
    "consent-required": "the contact never wrote to this number",
}
"""Completes “Expected at 14:32, because …” and its companions."""

STATES: Mapping[MessageState, str] = {
    MessageState.QUEUED: "Waits to be sent",
    MessageState.SENDING: "Is being sent now",
    MessageState.UNCONFIRMED: "Not proven yet",
    MessageState.SENT: "Sent",
    MessageState.DELIVERED: "Delivered",
    MessageState.READ: "Read",
    MessageState.FAILED: "Not delivered",
    MessageState.REFUSED: "Not sent",
    MessageState.EXPIRED: "Not sent: too old",
    MessageState.CANCELLED: "Withdrawn",
    MessageState.RECEIVED: "Received",
}

REPORTS: Mapping[str, str] = {
    "arrived": "part {part} of {n} arrived, says the network",
    "failed": "part {part} of {n} did not arrive, says the network",
    "trying": "part {part} of {n}: the network keeps trying",
}
"""What the network reports of one part of an SMS."""

CHANNELS: Mapping[Channel, str] = {Channel.WHATSAPP: "WhatsApp", Channel.SMS: "SMS"}

STOPPED: Mapping[Reason, tuple[str, str]] = {
    Reason.SIM_MISSING: (
        "The SIM card is missing, so nothing was sent.",
        "Put the SIM card in, or push it firmly into place. Then start the number again.",
    ),
    Reason.NO_CREDIT: (
        "The SIM card has no credit left, so nothing was sent.",
        "Top it up, or ask the provider. Then start the number again.",
    ),
    Reason.BARRED: (
        "The network does not let this SIM card send, so nothing was sent.",
        "Ask the provider why. When it is settled, start the number again.",
    ),
    Reason.NO_SERVICE_CENTRE: (
        "The SIM card lacks the number of its SMS service centre, so nothing was sent.",
        "Set it with the card in a phone, or ask the provider. Then start the number again.",
    ),
}
"""Why a number was stopped, where it has a code, and what a person should do."""

CONSENT: Mapping[ConsentKind, str] = {
    ConsentKind.WROTE_FIRST: "Wrote first",
    ConsentKind.CALLED: "Called",
    ConsentKind.OPTED_IN: "Agreed",
    ConsentKind.OPTED_OUT: "Asked to stop",
    ConsentKind.OPTED_IN_AGAIN: "Agreed again",
    ConsentKind.OBJECTED: "Objected",
    ConsentKind.ERASED: "Was erased",
}

REFUSALS: Mapping[Reason, tuple[str, str]] = {
    Reason.CONSENT_REQUIRED: (
        "Nothing was sent: this person has not written to this number.",
        (
            "Balie writes only to people who asked. Let them send a WhatsApp message or an SMS to"
            " {line} first; then you can answer."
        ),
    ),
    Reason.OPTED_OUT: (
        "Nothing was sent: this person asked to stop.",
        "You can write again as soon as they write START to {line}.",
    ),
    Reason.NOT_ON_WHATSAPP: (
        "Nothing was sent: this number is not on WhatsApp.",
        "Send it as SMS if the message may go that way.",
    ),
    Reason.CANNOT_CANCEL: (
        "It can no longer be withdrawn: it is being typed, or has left.",
        "Write to the person if it was a mistake.",
    ),
    Reason.NOTHING_TO_DECIDE: (
        "There is nothing to decide about it any more.",
        "Somebody was quicker, or the phone could tell after all.",
    ),
    Reason.WRONG_PASSWORD: (
        "The name or the password is not right.",
        "Try again, or ask an administrator for a log-in link.",
    ),
    Reason.NOT_FRESH: (
        "The first administrator was already made.",
        "Log in instead.",
    ),
    Reason.NAME_TAKEN: ("There is one with this name already.", "Choose another name."),
    Reason.NUMBER_TAKEN: ("This number is here already.", "Look at the page of the devices."),
    Reason.DEVICE_TAKEN: (
        "This device has the SIM card of another number.",
        "One device has one SIM card: choose another one, or remove that number first.",
    ),
    Reason.SAME_CONTACT: ("This number belongs to this contact already.", ""),
    Reason.CROWDED: (
        "Too many people are logging in at this moment.",
        "Try again in a few seconds.",
    ),
    Reason.WRONG_SETUP_CODE: (
        "That is not the set-up code.",
        "Balie prints it on its console and in its log when it starts for the first time.",
    ),
}
"""Why something was refused, and what would change it."""
