"""Words on WhatsApp's screens in the languages that phones here speak.

Looked at only after the structure of a screen has said what it could be. Portuguese and English
come from dumps and public projects; Spanish from help pages; Dutch from WhatsApp's help pages
and, where those are silent (marked), from the words Dutch WhatsApp users quote: to be checked
on a real phone before a Dutch phone is trusted with a dialog.
"""

import re
from enum import Enum

from appliance.devices.phone.texts import label
from appliance.devices.protocol import Tick

TICKS = {
    # en
    "pending": Tick.PENDING,
    "sent": Tick.SENT,
    "delivered": Tick.DELIVERED,
    "read": Tick.READ,
    "played": Tick.READ,
    # nl; "In behandeling" and "Wachten" are not confirmed
    "in behandeling": Tick.PENDING,
    "wachten": Tick.PENDING,
    "verzonden": Tick.SENT,
    "afgeleverd": Tick.DELIVERED,
    "bezorgd": Tick.DELIVERED,
    "gelezen": Tick.READ,
    "afgespeeld": Tick.READ,
    # pt
    "pendente": Tick.PENDING,
    "enviada": Tick.SENT,
    "enviado": Tick.SENT,
    "entregue": Tick.DELIVERED,
    "lida": Tick.READ,
    "lido": Tick.READ,
    # es
    "pendiente": Tick.PENDING,
    "entregado": Tick.DELIVERED,
    "leído": Tick.READ,
}

OWN_NAMES = frozenset({"You", "Jij", "Du", "Você", "Tú", "Vous"})
"""How notifications name the phone's own owner."""

READ_MORE = ("Read more", "Meer lezen", "Lees meer", "Ler mais", "Leer más", "Leer mas")
"""The link with which WhatsApp cuts a very long message."""

ENCRYPTED = re.compile(
    r"Messages and calls are end-to-end encrypted"
    r"|Berichten en oproepen worden end-to-end versleuteld"
)
"""How the notice begins with which every chat begins, in English and Dutch alone.

In another language the beginning of a chat is not proven, and a person is asked.
"""

DELETED_BY_OTHERS = re.compile(r"This message was deleted|Dit bericht is verwijderd")
DELETED_BY_OWNER = re.compile(
    r"You deleted this message|(?:U|Je) hebt dit bericht verwijderd", re.IGNORECASE
)
"""What stands where a message was."""

MESSAGE_WORDS = "messages?|berichten?|bericht|mensagens|mensagem|mensajes?|Nachrichten?"
"""The word in the count that WhatsApp puts behind a group's name in notifications."""

SEARCHING = re.compile(r"^(?:searching|looking up|zoeken|pesquisando|buscando)\b", re.IGNORECASE)


class DialogKind(Enum):
    NOT_ON_WHATSAPP = "not-on-whatsapp"
    LOOKUP_FAILED = "lookup-failed"
    BAD_NUMBER = "bad-number"
    UNKNOWN = "unknown"


class StopKind(Enum):
    """Screens at which a line stops until a person has looked."""

    BANNED = "banned"
    LOGGED_OUT = "logged-out"
    EXPIRED = "expired"
    NOT_SET_UP = "not-set-up"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_DIALOGS = (
    (
        DialogKind.LOOKUP_FAILED,
        _any(
            r"couldn.t look up",
            r"try again later",
            r"probeer het later opnieuw",
            r"kan .*niet opzoeken",
            r"tente novamente mais tarde",
            r"inténtalo (?:de nuevo )?más tarde",
        ),
    ),
    (
        DialogKind.NOT_ON_WHATSAPP,
        _any(
            r"(?:isn.t|is not) on WhatsApp",
            r"(?:zit|staat|is) niet op WhatsApp",
            r"gebruikt geen WhatsApp",
            r"heeft geen WhatsApp",
            r"não está no WhatsApp",
            r"no está en WhatsApp",
        ),
    ),
    (
        DialogKind.BAD_NUMBER,
        _any(
            r"shared via url is invalid",
            r"telefoonnummer .*(?:is )?ongeldig",
            r"via (?:url|link) .*inválido",
        ),
    ),
)

_STOPS = (
    (
        StopKind.BANNED,
        _any(
            r"(?:is not allowed to|can(?:no longer| no longer|.t)) use WhatsApp",
            r"banned",
            r"(?:mag|kan) (?:geen gebruik (?:meer )?maken van WhatsApp|WhatsApp niet)",
            r"(?:account|telefoonnummer) is geblokkeerd",
            r"não (?:pode|tem permissão para|está autorizada a) (?:mais )?usar o WhatsApp",
            r"ya no puede usar WhatsApp",
        ),
    ),
    (
        StopKind.LOGGED_OUT,
        _any(
            r"no longer registered with WhatsApp",
            r"have been logged out",
            r"need to verify your account",
            r"login not available",
            r"niet langer (?:bij WhatsApp )?geregistreerd",
            r"bent uitgelogd",
            r"não está mais registrado",
            r"ya no está registrado",
        ),
    ),
    (
        StopKind.EXPIRED,
        _any(
            r"version of WhatsApp is no longer supported",
            r"versie van WhatsApp wordt niet (?:meer|langer) ondersteund",
            r"download the latest version",
            r"versão do WhatsApp .*(?:expirou|não é mais)",
            r"official WhatsApp to log in",
        ),
    ),
    (
        StopKind.NOT_SET_UP,
        _any(r"welcome to WhatsApp", r"welkom bij WhatsApp", r"bem-vindo ao WhatsApp"),
    ),
)


def tick_of(description: str) -> Tick | None:
    """The tick that a status icon's description names; None for a word not in the table."""
    return TICKS.get(label(description).casefold())


def dialog_kind(message: str) -> DialogKind:
    text = label(message)
    return next((kind for kind, words in _DIALOGS if words.search(text)), DialogKind.UNKNOWN)


def stop_kind(text: str) -> StopKind | None:
    plain = label(text)
    return next((kind for kind, words in _STOPS if words.search(plain)), None)
