"""Words with which WhatsApp talks about messages, in its notifications and in the rows of a chat.

They are looked at only after structure has said what they could be. The own names, the word of
the count and the two sentences that stand for a message come from WhatsApp's own resources;
Portuguese and Spanish from public projects.
"""

import re

from appliance.devices.phone.texts import label
from appliance.devices.protocol import Form

OWN_NAMES = frozenset(
    {"You", "U", "Je", "Jij", "Du", "Ty", "Dvs.", "Siz", "Ви", "Vous", "Você", "Tú"}
)
"""How notifications name the phone's own owner where they do not say it themselves."""

_MESSAGE_WORDS = (
    "messages?|berichten|bericht|Nachrichten|Nachricht|mensagens|mensagem|mensajes?"
    "|wiadomości|wiadomość|(?:de )?mesaje?|mesaj|съобщения|съобщение|повідомлення|повідомлень"
)
_COUNT_SUFFIX = re.compile(rf"\s*\(\d[\d.,\s]*(?:{_MESSAGE_WORDS})\)$", re.IGNORECASE)

_WAITING = re.compile(r"(?:Waiting for this message|Wachten op dit bericht)[.…].{0,80}", re.DOTALL)
_DELETED = re.compile(
    r"(?:This message was deleted|Dit bericht is verwijderd|Diese Nachricht wurde gelöscht"
    r"|Esta mensagem foi apagada|Mensagem apagada|Se eliminó este mensaje)\.?"
)

DELETED_BY_OWNER = re.compile(
    r"You deleted this message|(?:U|Je) hebt dit bericht verwijderd", re.IGNORECASE
)
"""What stands where a message of the phone's owner was."""

# One emoji, with what joins and colours it, between a few words and the quoted message; one of
# the words is the verb. Only English is known (`Reacted 👍 to "text"`).
_QUOTE = r"[\"“”„«»‘’']"
_EMOJI = r"\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff"
_REACTION = re.compile(
    rf"(?P<before>(?:\w+ ){{0,3}})[{_EMOJI}][{_EMOJI}\u200d\ufe0f]{{0,12}}"
    rf"(?P<after>(?: \w+){{0,3}}):? ?{_QUOTE}.*{_QUOTE}\.?",
    re.DOTALL,
)
_REACTED = re.compile(r"react|reag|réag|reaz|reac|зареаг", re.IGNORECASE)

MISSED_CALL = re.compile(
    r"missed (?:\w+ )?call|gemiste (?:\S+)?oproep|oproepen gemist", re.IGNORECASE
)
"""Titles of notifications about calls that nobody took."""


def without_count(title: str) -> str:
    """The title without the number of messages that WhatsApp puts behind it."""
    return _COUNT_SUFFIX.sub("", title)


def form_of(text: str) -> Form:
    """Whether these are somebody's words, or WhatsApp's own in the place of them."""
    plain = label(text)
    if _WAITING.fullmatch(plain):
        return Form.WAITING
    return Form.DELETED if _DELETED.fullmatch(plain) else Form.WORDS


def is_reaction(text: str) -> bool:
    """Whether WhatsApp tells so that somebody put an emoji on a message."""
    found = _REACTION.fullmatch(label(text))
    return found is not None and bool(_REACTED.search(found["before"] + found["after"]))
