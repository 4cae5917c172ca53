"""Why WhatsApp does not go on: by what its page shows, else by the name of its activity."""

from typing import Any, NoReturn

from appliance.devices.phone.health import WINDOW
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.whatsapp.pages import Seen, Stopped, UnknownPage
from appliance.devices.phone.whatsapp.stops import OF_THE_PHONE, StopKind, stop_in_front
from appliance.errors import LineStopped, Transient


def why_closed(phone: Phone, seen: Seen) -> StopKind | None:
    """The activity is asked only for an unknown page."""
    if isinstance(seen, Stopped):
        return seen.kind
    if not isinstance(seen, UnknownPage):
        return None
    (window,) = phone.session.run(WINDOW)
    return stop_in_front(window.text, phone.whatsapp)


def refuse(phone: Phone, kind: StopKind, facts: dict[str, Any]) -> NoReturn:
    """Remembers the stop until the page is gone; a stop of the phone alone stops no line."""
    phone.stopped = kind
    sentence = f"WhatsApp is closed for this number ({kind.value})."
    if kind in OF_THE_PHONE:
        raise Transient(f"WhatsApp does not go on, on this phone ({kind.value}).", facts)
    raise LineStopped(sentence, facts)
