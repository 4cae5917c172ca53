"""What WhatsApp says of one message, in notifications, in rows and in the list of chats."""

from appliance.emulated.phone.whatsapp import media
from appliance.emulated.phone.whatsapp.model import Message

_DELETED = {"en": "This message was deleted", "nl": "Dit bericht is verwijderd"}
_WAITING = {
    "en": "Waiting for this message. This may take a while.",
    "nl": "Wachten op dit bericht. Dit kan even duren.",
}
_REACTED = {"en": 'Reacted {emoji} to "{text}"', "nl": 'Reageerde met {emoji} op "{text}"'}


def in_notification(message: Message, language: str) -> str:
    if message.medium is not None and not message.deleted and not message.waiting:
        return media.told(message.medium, message.text, language)
    return in_row(message, language)


def in_row(message: Message, language: str) -> str:
    """A medium's row has its caption alone."""
    if message.deleted:
        return message.text if message.outgoing else _DELETED[language]
    return _WAITING[language] if message.waiting else message.text


def in_list(message: Message, language: str) -> str:
    if message.medium is not None and not message.deleted and not message.waiting:
        return media.previewed(message.medium, message.text, language)
    return in_row(message, language)


def reaction(emoji: str, text: str, language: str) -> str:
    """The Dutch form is ours: nobody has published it."""
    return _REACTED[language].format(emoji=emoji, text=text)
