"""Opens a chat from its notification: a second way, for a chat that the list does not show.

How a shade is built differs from phone to phone and is known of none. So nothing of it is used but
that their name and their last words stand together there once.
"""

import time
from itertools import islice

from appliance.devices.phone.screen import SYSTEM_UI, View
from appliance.devices.phone.texts import canonical
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.hidden.acquaintance import Acquaintance
from appliance.errors import Unconfirmed

_OPEN = "cmd statusbar expand-notifications"
_CLOSE = "cmd statusbar collapse"
# Looks until the shade has come down.
_DOWN_WITHIN = 6


def tap_in_shade(chat: OpenChat, them: Acquaintance) -> float | None:
    """Taps it; returns the moment, or None where it is not certainly there."""
    session = chat.phone.session
    session.run(_OPEN)
    for pause_s in islice(chat.phone.patience.pauses(), _DOWN_WITHIN):
        time.sleep(pause_s)
        windows = session.screen().of(SYSTEM_UI).windows
        places = [place for window in windows for place in _places(window, them)]
        if len(places) == 1:
            try:
                session.tap(places[0].box.centre)
            except Unconfirmed:
                break
            return time.monotonic()
    session.run(_CLOSE)
    return None


def _places(view: View, them: Acquaintance) -> list[View]:
    """The smallest parts of the shade that hold both."""
    below = [place for child in view.children for place in _places(child, them)]
    if below:
        return below
    texts = [each.text for each in view.walk() if each.text]
    last = canonical(them.came[-1].text)
    both = any(map(them.bears, texts)) and any(canonical(text) == last for text in texts)
    return [view] if both else []
