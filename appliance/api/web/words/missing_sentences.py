"""Why a message did not arrive, and what one can do about it."""

from appliance.api.web.words import phrases
from appliance.api.web.words.i18n import Words
from appliance.desk.inbox.missing import MissingRow
from appliance.messages import MessageState
from appliance.reasons import Reason

_FORBIDDEN = (Reason.OPTED_OUT, Reason.BLOCKED, Reason.CONSENT_REQUIRED, Reason.GROUP_LEFT)


def why(words: Words, row: MissingRow) -> str:
    state = words.text(phrases.STATES[row.state])
    if row.reason is None:
        return f"{state}."
    because = words.text(phrases.WAITING.get(row.reason, row.reason))
    return f"{state}, {words.text('because {reason}').format(reason=because)}."


def may_go_again(row: MissingRow) -> bool:
    """One that is in doubt may have arrived."""
    return row.state is not MessageState.UNCONFIRMED and row.reason not in _FORBIDDEN


def remedy(words: Words, row: MissingRow) -> str:
    if row.state is MessageState.UNCONFIRMED:
        if row.reason in (Reason.PERSON, Reason.DEVICE_GONE):
            return words.text("Look whether it is there, then say so in the conversation.")
        return words.text("Balie looks it up; if that fails, it asks you.")
    if row.reason in _FORBIDDEN:
        return words.text("Nothing may be sent to them now. Call them if it matters.")
    if row.reason is Reason.NOT_ON_WHATSAPP:
        return words.text("Call them, or ask them for another number.")
    return words.text("Send it again if it still matters, or call.")
