"""Words on WhatsApp's screens in the languages that phones here speak.

They are used only after the structure of a screen has told what it could be. English and Dutch come
from WhatsApp's own resources, Portuguese from dumps, Spanish from help pages.
"""

import re

from appliance.devices.phone.texts import label
from appliance.devices.protocol import Tick

# The tick says Read for a text, Played for a voice message, Seen for any other medium.
TICKS = {
    # en
    "pending": Tick.PENDING,
    "sent": Tick.SENT,
    "delivered": Tick.DELIVERED,
    "read": Tick.READ,
    "seen": Tick.READ,
    "played": Tick.READ,
    # nl
    "in behandeling": Tick.PENDING,
    "verzonden": Tick.SENT,
    "afgeleverd": Tick.DELIVERED,
    "gelezen": Tick.READ,
    "gezien": Tick.READ,
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

READ_MORE = (
    "Read more",
    "Meer lezen",
    "Mehr lesen",
    "Voir plus",
    "Ler mais",
    "Leer más",
    "Leer mas",
)
"""The link with which WhatsApp cuts a very long message."""

ENCRYPTED = re.compile(
    r"Messages and calls are end-to-end encrypted"
    r"|Berichten en oproepen worden end-to-end versleuteld"
)
"""The first words of the notice with which every chat begins, in English and Dutch only.

In another language the beginning of a chat is not proven, and a person is asked.
"""

CAPTION_HINTS = frozenset({"Add a caption…", "Onderschrift toevoegen…"})
"""What an empty caption shows."""
TODAY = frozenset({"today", "vandaag", "hoje", "hoy", "heute"})
"""The divider above the first message of this day."""

SEARCHING = re.compile(r"^(?:searching|bezig met zoeken|pesquisando|buscando)\b", re.IGNORECASE)


def tick_of(description: str) -> Tick | None:
    """The tick that a status icon's description names; None for a word not in the table."""
    return TICKS.get(label(description).casefold())
