"""WhatsApp's own words about messages, in its notifications and in the rows of a chat.

They are used only after structure has told what they could be. The names for the owner, the word
for the count and the two sentences in place of a message come from WhatsApp's own resources;
Portuguese and Spanish come from public projects.
"""

import re

from appliance.devices.phone.texts import label
from appliance.devices.protocol import TextForm

OWN_NAMES = frozenset(
    {"You", "U", "Je", "Jij", "Du", "Ty", "Dvs.", "Siz", "Ви", "Vous", "Você", "Tú"}
)
"""The names for the phone's owner in notifications that have no `selfDisplayName`."""

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
"""The sentence in place of a deleted message of the phone's owner."""

# One emoji, with its joiners and colours, between a few words and the quoted message; one of the
# words is the verb. Only English is known (`Reacted 👍 to "text"`).
_QUOTE = r"[\"“”„«»‘’']"
_EMOJI = r"\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff"
_REACTION = re.compile(
    rf"(?P<before>(?:\w+ ){{0,3}})(?P<emoji>[{_EMOJI}][{_EMOJI}\u200d\ufe0f]{{0,12}})"
    rf"(?P<after>(?: \w+){{0,3}}):? ?{_QUOTE}(?P<quoted>.*){_QUOTE}\.?",
    re.DOTALL,
)
_JOINER, _STANDS_FOR = "\u200d", "\ue000"
_REACTED = re.compile(r"react|reag|réag|reaz|reac|зареаг", re.IGNORECASE)

MISSED_CALL = re.compile(
    r"missed (?:\w+ )?call|gemiste (?:\S+)?oproep|oproepen gemist", re.IGNORECASE
)
"""Titles of notifications about calls that nobody took."""

SENTENCES = (_WAITING, _DELETED, DELETED_BY_OWNER, MISSED_CALL)
"""All that is known of what WhatsApp says in place of a message."""


# Rows of the system in a group (2021, and with the newer *group name* for *subject*).
_SYSTEM_ROW = re.compile(
    r"changed (?:the (?:subject|group name|group description)|this group.s)\b"
    r"|\b(?:added|removed) .+|was (?:added|removed)$|\bleft$|joined using this group.s invite link"
    r"|created group|you.re now an admin"
    r"|heeft (?:het onderwerp|de groepsnaam|de groeps\w+|de instellingen) .*gewijzigd"
    r"|(?:heeft|hebt) .+ (?:toegevoegd|verwijderd)$|is (?:toegevoegd|verwijderd)$"
    r"|(?:heeft|hebt) de groep (?:verlaten|.+ (?:aan)?gemaakt)|uitnodigingslink van deze groep"
    r"|nu beheerder$|gewijzigd, waardoor alleen beheerders|beveiligingscode .*gewijzigd"
    r"|security code .*changed|berichten met vervaldatum (?:in|uit)geschakeld",
    re.IGNORECASE,
)

# `changed this group's icon` and `heeft de groepsafbeelding gewijzigd` are WhatsApp's own; newer
# words are inferred. `You` goes with `hebt`.
_PICTURE_CHANGED = re.compile(
    r"(?P<en>.{1,80}) (?:changed|deleted|removed) th(?:is|e) group.s (?:icon|picture|photo)\.?"
    r"|(?P<nl>.{1,80}) he(?:eft|bt) (?:de|deze) groeps?(?:afbeelding|foto|pictogram)"
    r" (?:gewijzigd|verwijderd)\.?",
    re.IGNORECASE,
)


def picture_changed_by(text: str) -> str | None:
    """Who changed a group's picture, as WhatsApp's sentence names them; None for another one."""
    found = _PICTURE_CHANGED.fullmatch(label(text))
    return (found["en"] or found["nl"]) if found else None


def is_system_row(text: str) -> bool:
    """Whether these could be WhatsApp's own words about what somebody did in a group."""
    return _SYSTEM_ROW.search(label(text)) is not None or picture_changed_by(text) is not None


def without_count(title: str) -> str:
    """The title without the number of messages that WhatsApp puts after it."""
    return _COUNT_SUFFIX.sub("", title)


def form_of(text: str) -> TextForm:
    """Whether this is somebody's text, or WhatsApp's own sentence in its place."""
    plain = label(text)
    if _WAITING.fullmatch(plain):
        return TextForm.WAITING
    return TextForm.DELETED if _DELETED.fullmatch(plain) else TextForm.WORDS


def reaction_in(text: str) -> tuple[str, str] | None:
    """Emoji and quoted message in WhatsApp's sentence for an emoji that somebody put on a message;
    None for what is no such sentence.
    """
    found = _REACTION.fullmatch(_label_with_joiners(text))
    if found is None or not _REACTED.search(found["before"] + found["after"]):
        return None
    return found["emoji"], found["quoted"]


def _label_with_joiners(text: str) -> str:
    """Emoji are put together by a mark that labels otherwise lose."""
    return label(text.replace(_JOINER, _STANDS_FOR)).replace(_STANDS_FOR, _JOINER)
