"""The dialogs with which WhatsApp answers a link with a number."""

import re
from collections.abc import Iterable
from enum import Enum

from appliance.devices.phone.texts import label


class DialogMeaning(Enum):
    NOT_ON_WHATSAPP = "not-on-whatsapp"
    #: It may work later.
    LOOKUP_FAILED = "lookup-failed"
    NO_INTERNET = "no-internet"
    #: WhatsApp will never take this number.
    BAD_NUMBER = "bad-number"
    UNKNOWN = "unknown"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# In this order: the words for a bad number begin like those for a failed look-up.
_WORDS = (
    (
        DialogMeaning.BAD_NUMBER,
        _any(
            r"look up phone number .* because it\b",
            r"telefoonnummer .* niet opzoeken, omdat\b",
            r"is not a valid phone number",
            r"is geen geldig telefoonnummer",
            r"shared via url is invalid",
            r"via (?:url|link) .*inválido",
        ),
    ),
    (
        DialogMeaning.NO_INTERNET,
        _any(r"check your phone.s internet connection", r"controleer de internetverbinding van"),
    ),
    (
        DialogMeaning.LOOKUP_FAILED,
        _any(
            r"couldn.t look up",
            r"try again later",
            r"kan .*niet opzoeken",
            r"tente novamente mais tarde",
            r"inténtalo (?:de nuevo )?más tarde",
        ),
    ),
    (
        DialogMeaning.NOT_ON_WHATSAPP,
        _any(
            r"(?:isn.t|is not) on WhatsApp",
            r"geen WhatsApp-account gelinkt aan",
            r"não está no WhatsApp",
            r"no está en WhatsApp",
        ),
    ),
)
# Only somebody without WhatsApp can be invited to it.
_INVITE = _any(r"^invite\b", r"^uitnodigen\b", r"^convidar\b", r"^invitar\b")

SENTENCES = (*(words for _, words in _WORDS), _INVITE)
"""All that is known of what these dialogs say."""


def dialog_kind(message: str, buttons: Iterable[str] = ()) -> DialogMeaning:
    """By the words of the message, else by the words of its buttons."""
    text = label(message)
    kind = next((kind for kind, words in _WORDS if words.search(text)), DialogMeaning.UNKNOWN)
    if kind is DialogMeaning.UNKNOWN and any(_INVITE.search(label(each)) for each in buttons):
        return DialogMeaning.NOT_ON_WHATSAPP
    return kind
