"""Codes of the lower floors as sentences: English here, other languages in the catalogue.

Tests hold that each reason that a page shows has a sentence, here or in `device_phrases.py`, and
that each sentence has its Dutch.
"""

from collections.abc import Mapping

from appliance.messages import MessageState
from appliance.reasons import Reason
from appliance.store.consent import ConsentKind

WAITING: Mapping[Reason, str] = {
    Reason.TYPING: "a person would need this long to type it",
    Reason.GAP: "there is a pause between two messages",
    Reason.CEILING_MINUTE: "this number has sent enough for one minute",
    Reason.CEILING_HOUR: "this number has sent enough for one hour",
    Reason.CEILING_DAY: "this number has sent enough for today",
    Reason.CEILING_MONTH: "this number has sent SMS to enough different people this month",
    Reason.FIRST_CONTACTS: "this number has begun enough new conversations for today",
    Reason.NEWCOMERS: "many new people wrote at once and replies go first",
    Reason.SMS_LIMIT: "the phone allows no more SMS for a while",
    Reason.OFFICE_HOURS: "the branch is closed until then",
    Reason.UNANSWERED: "the last messages went unanswered; it goes on when the contact writes",
    Reason.NEAR_STOP: "they may want no more messages and somebody has to decide",
    Reason.PAUSED: "somebody paused the list that it belongs to",
    Reason.LISTED_TODAY: "a list wrote to them today already and they have not answered",
    Reason.DEVICE_ABSENT: "the phone or modem is not plugged in",
    Reason.DEVICE_UNAUTHORIZED: "Balie is not allowed to use the phone or modem yet",
    Reason.DEVICE_OFFLINE: "the connection with the phone or modem is dead",
    Reason.DEVICE_LOCKED: "the phone is locked",
    Reason.DEVICE_DEGRADED: "something on the phone or modem needs attention",
    Reason.SERVICE_AWAY: "the service that carries it does not answer",
    Reason.SERVICE_UNTRUSTED: "the service that carries it cannot prove who it is",
    Reason.ACCOUNT_SHUT: "the service that carries it does not let Balie in",
    Reason.READ_ELSEWHERE: "another program reads what people answer there",
    Reason.HAS_WEBHOOK: "another program gets what people answer there",
    Reason.TOO_FAST: "the service that carries it wants a pause",
    Reason.OTHER_SIM: "another SIM card is in the phone or modem",
    Reason.TOO_HOT: "the phone is too hot and rests until it has cooled",
    Reason.LINE_STOPPED: "this number was stopped and somebody has to look at it",
    Reason.NO_ROUTE: "nothing is connected that can send from this number",
    Reason.NEXT_ROUTE: "it cannot go by WhatsApp and takes the next way",
    Reason.FALLBACK: "the phone cannot send it, so the modem does",
    Reason.ROAMING: "the modem is roaming and lists wait until it is home",
    Reason.NEXT_FILE: "the next of its files follows",
    Reason.RETRY: "the last try did not get through and it will be tried again",
    Reason.BUSY: "another message is being typed first",
    Reason.LOOKING: "it is being looked up whether it left",
    Reason.PERSON: "nothing there tells what happened and a person has to decide",
    Reason.DEVICE_GONE: "what was sending it has been away for a day",
    Reason.NOT_BEFORE: "it was planned for later",
    Reason.WAITS_FOR_BOX: "its box has not been reached yet",
    Reason.CLOCK_WRONG: "the clock of Balie is wrong and nothing is sent until it is right",
    Reason.NOT_ON_WHATSAPP: "this number is not on WhatsApp",
    Reason.MEDIA_GONE: "its file was no longer there",
    Reason.OPTED_OUT: "the contact asked to stop",
    Reason.BLOCKED: "the office has blocked this person",
    Reason.TOO_OLD: "it became too old to be worth sending",
    Reason.ANSWERED: "they were answered already",
    Reason.BY_PERSON: "a colleague withdrew it",
    Reason.LINE_REMOVED: "this number was removed",
    Reason.ERASED: "the person was erased",
    Reason.ROUND_FILLED: "each seat of the round was taken",
    Reason.ROUND_OVER: "the round asks nobody any more",
    Reason.DECIDED: "a colleague saw that it did not leave",
    Reason.PERMANENT: "it was refused for good",
    Reason.PROVEN_ABSENT: "it is proven that it did not leave, so it is sent again",
    Reason.NOT_DELIVERED: "the network could not deliver it",
    Reason.CONSENT_REQUIRED: "the contact never wrote to this number",
    Reason.WINDOW_CLOSED: "the service takes no free text so long after their last message",
    Reason.GROUP_LEFT: "this number is in that group no more",
    Reason.GUARD_CEILING: "the name was put back often and somebody has to decide",
    Reason.INVITE_ONLY: "they let nobody add them, and somebody has to decide",
}
"""Completes “Expected at 14:32, because …” and its companions."""

FAILED_TRIES: Mapping[str | None, str] = {
    "locked": "the phone was locked",
    "no-internet": "WhatsApp had no internet",
    "lookup-failed": "WhatsApp could not look the number up",
    "another chat": "the phone opened another chat",
    "chats alike": "two chats look like theirs; answer them on the phone",
    "not in the list": "their chat is not in WhatsApp's list; answer them on the phone",
    "sms limit": "the phone would not send more SMS",
    "DeviceGone": "what was to send it went away",
    "congestion": "the network did not take it",
    "network out of order": "the network did not take it",
    "no network service": "the modem had no network",
}
"""By the driver's word: completes “Tried at 14:32, but …”."""

DID_NOT_LEAVE = "it did not leave"
"""Why a try was in vain, where nothing more can be said of it."""

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
    Reason.OTHER_ACCOUNT: (
        "WhatsApp on the phone has another number than this one, so nothing is sent over it.",
        (
            "Register WhatsApp on that phone with this number. Balie looks again within the hour"
            " and goes on by itself."
        ),
    ),
    Reason.RESTORED: (
        "Balie was put back from a copy: what happened since then is not in it.",
        (
            "Sign off who asked to stop since then, and look at what is in doubt: Balie asks the"
            " phones what has left already. Then start the number again."
        ),
    ),
    Reason.STRUCK_OFF: (
        "Head office does not know this box any more, so it sends nothing.",
        (
            "Ask head office why. Where the branch goes on without it, an administrator ends the"
            " link under Settings, Head office. Then start the number again."
        ),
    ),
}
"""Why a number was stopped, where it has a code, and what a person should do."""


def of_stop(why: str) -> tuple[str, str]:
    """Its sentence and remedy. What has no code of that list is said as it is, without a remedy."""
    known = {reason.value: said for reason, said in STOPPED.items()}
    return known.get(why, (why, ""))


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
    Reason.STRUCK_OFF: (
        "Head office does not know this box any more.",
        "Ask head office, or end the link with it under Settings, Head office.",
    ),
    Reason.OFFICE_SILENT: (
        "Head office has not said yet what happened since the copy that was put back.",
        (
            "Wait until this box reaches head office, or end the link with it under Settings, Head"
            " office: then nobody knows who stopped since, or what was sent."
        ),
    ),
    Reason.OFFICE_REFUSES: (
        "Head office does not take this invitation. It may be used, or older than three days.",
        "Ask head office for a new one.",
    ),
    Reason.OFFICE_AUTHOR: (
        "Head office asked for it in the name of somebody whom it never told this box of.",
        "Do it at the box, or ask as a colleague or program of head office.",
    ),
    Reason.OFFICE_AWAY: (
        "Head office cannot be reached, or what answers there is not it.",
        "Check the network of this box, then try again.",
    ),
    Reason.OFFICE_JOINED: (
        "This box belongs to a head office already.",
        "End that link first.",
    ),
    Reason.RESTORED: (
        "A key of this house that was used before is not here.",
        (
            "Put it back: balie key add FILE. Without it people who were erased and had said STOP"
            " are not known again. If it is lost for good: balie key forget."
        ),
    ),
    Reason.LINE_STOPPED: (
        "This number was stopped by what its phone or modem showed.",
        "Look at it; then start the number again on the page of the devices.",
    ),
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
    Reason.WINDOW_CLOSED: (
        "Nothing was sent: the service takes no free text so long after their last message.",
        "Wait until they write again, or send one of the approved templates, word for word.",
    ),
    Reason.BLOCKED: (
        "Nothing was sent: the office has blocked this person.",
        "A colleague can end that on the person's page.",
    ),
    Reason.OF_OTHER_BRANCHES: (
        "Nothing was erased: another branch knows this person, too.",
        "Ask an officer of the whole company.",
    ),
    Reason.REQUEST_DONE: (
        "This request is done already.",
        "Open it again to do more for it.",
    ),
    Reason.REQUEST_UNCHECKED: (
        "Nothing was given out: nobody has said yet how they made sure who asks.",
        "Say it below, then the file can be saved.",
    ),
    Reason.NOT_ERASED: (
        "Nobody was erased for this request, or that is not complete yet.",
        "Erase the person first, or choose another answer.",
    ),
    Reason.CANNOT_TAKE_LONGER: (
        "It cannot take longer.",
        "That is possible once, before the first month is over.",
    ),
    Reason.CANNOT_UNDO: (
        "It cannot be undone any more.",
        "Something that was joined or split later comes first.",
    ),
    Reason.CANNOT_CANCEL: (
        "It can no longer be withdrawn: it is being typed, or has left.",
        "Write to the person if it was a mistake.",
    ),
    Reason.HELD: (
        "Nothing of this person is removed: they are held for a dispute.",
        "Who guards privacy ends that on the person's page.",
    ),
    Reason.NOTHING_TO_DECIDE: (
        "There is nothing to decide about it any more.",
        "Somebody was quicker, or the phone could tell after all.",
    ),
    Reason.WRONG_PASSWORD: (
        "The name or the password is not right.",
        "Try again, or ask an administrator for a log-in link.",
    ),
    Reason.PROVIDER_AWAY: (
        "The other log-in cannot be reached now.",
        "Log in here with your name and password, or try again later.",
    ),
    Reason.LOGIN_UNPROVEN: (
        "This log-in does not count: it took too long, was begun elsewhere, or is not proven.",
        "Begin it again here.",
    ),
    Reason.LOGIN_DECLINED: ("You did not log in there.", "Begin it again here."),
    Reason.LOGIN_UNKNOWN: (
        "Nobody here logs in with this account.",
        "Ask an administrator to add its address of e-mail under Colleagues.",
    ),
    Reason.LOGIN_NO_ROLE: (
        "This account has no role in Balie.",
        "Ask whoever manages the accounts of your company.",
    ),
    Reason.EMAIL_UNPROVEN: (
        "It was not confirmed that the address of e-mail of this account is yours.",
        "Ask an administrator for a log-in link; you connect your account there.",
    ),
    Reason.PASSKEY_UNPROVEN: (
        "This passkey lets nobody in: it is not known here, or it took too long.",
        "Try again, or log in with your password.",
    ),
    Reason.ACCOUNT_TAKEN: (
        "A colleague logs in with this account.",
        "Log out there and choose your own account.",
    ),
    Reason.NOT_FRESH: (
        "The first administrator was already made.",
        "Log in instead.",
    ),
    Reason.LAST_ADMINISTRATOR: (
        "This is the only administrator of the whole company. Without one nobody lets others in.",
        "Make somebody else one first.",
    ),
    Reason.DISABLED: ("They may not log in.", "Let them in again first."),
    Reason.PER_PERSON_OFF: (
        "Figures of each colleague are off.",
        "An administrator may switch them on; a works council has a say in that.",
    ),
    Reason.NAME_TAKEN: ("There is one with this name already.", "Choose another name."),
    Reason.NUMBER_TAKEN: ("This number is here already.", "Look whose it is, and begin there."),
    Reason.DEVICE_TAKEN: (
        "This device has the SIM card of another number.",
        "One device has one SIM card: choose another one, or remove that number first.",
    ),
    Reason.LINE_TAKEN: (
        "Another phone has the SIM card of this number.",
        "One number is in one phone: choose another number, or remove this one first.",
    ),
    Reason.PHONE_SENDING: (
        "The old phone of this number is sending a message just now.",
        "Wait a minute; if that lasts, pull the old phone out.",
    ),
    Reason.SAME_CONTACT: ("This number belongs to this contact already.", ""),
    Reason.CROWDED: (
        "Too many people are logging in at this moment.",
        "Try again in a few seconds.",
    ),
    Reason.GROUP_LEFT: ("This number is in that group no more.", ""),
    Reason.CLAIMED: (
        "A colleague was quicker and has this conversation now.",
        "Choose yourself under “Hand over” if you take it from them.",
    ),
    Reason.ANSWERED_MEANWHILE: (
        "A colleague has answered since you began.",
        "Read it first. Send yours anyway if it still helps.",
    ),
    Reason.THEY_WROTE: (
        "They wrote just now, so it is not done.",
        "Read what came, then mark it as done.",
    ),
    Reason.WRONG_SETUP_CODE: (
        "That is not the set-up code.",
        "Balie prints it on its console and in its log when it starts for the first time.",
    ),
}
"""Why something was refused, and what would change it."""
