"""Why somebody in a round is not asked."""

from collections.abc import Mapping

from appliance.api.web.words import phrases
from appliance.api.web.words.i18n import Words
from appliance.reasons import Reason

NOT_ASKED: Mapping[Reason, str] = {
    Reason.OTHER_ROUND: "another round asks them for the same hours",
    Reason.SAID_NO: "they said no today already",
    Reason.NAME_UNKNOWN: "the text needs a name, and none is known",
    Reason.TOO_LONG: "the text is too long",
    Reason.INVALID_NUMBER: "it is no phone number",
}


def why_not(words: Words, why: Reason) -> str:
    """What keeps a message from somebody keeps a question from them as well."""
    said = {**phrases.WAITING, **NOT_ASKED}.get(why, phrases.WAITING[Reason.PERMANENT])
    return words.text(said)
