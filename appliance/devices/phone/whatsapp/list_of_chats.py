"""The way to WhatsApp's list of chats, and along it, for chats that no link leads to."""

import time
from collections.abc import Callable, Iterator

from appliance.devices.adoption_protocol import GaveWay, GoesOn
from appliance.devices.phone.activities import complaint_in
from appliance.devices.phone.whatsapp.chat import OpenChat, half_of
from appliance.devices.phone.whatsapp.groups.group_pages import WORDS_OF_PEOPLE
from appliance.devices.phone.whatsapp.pages import ChatPage, ChatsList, Seen
from appliance.errors import Transient

PassBy = Callable[[OpenChat, Seen], None]
"""Is told what shows before the list does; raises what keeps WhatsApp from going on."""

# The launcher's entry. The classes of WhatsApp Business have WhatsApp's own package, too.
_HOME = "am start -a android.intent.action.MAIN -n {package}/com.whatsapp.Main"
# A chat, a page of a group or another tab may be open; Back leads to the list from each.
_MOST_BACKS = 3


def opened_list(chat: OpenChat, pass_by: PassBy, *, within_s: float) -> ChatsList:
    """The list as it stands, maybe not at its top; what else is open is left."""
    command = _HOME.format(package=chat.phone.whatsapp)
    (answer,) = chat.phone.session.run(command)
    if complaint := complaint_in(answer.text):
        raise Transient("WhatsApp did not open.", {"am": complaint})
    deadline = time.monotonic() + within_s
    backs = 0
    for pause_s in chat.phone.patience.pauses():
        time.sleep(pause_s)
        seen = chat.dump()
        if isinstance(seen, ChatsList) and not seen.archived:
            return seen
        pass_by(chat, seen)
        if _leads_back(chat) and backs < _MOST_BACKS:
            chat.phone.session.back()
            backs += 1
        if time.monotonic() > deadline:
            break
    facts = chat.keep(chat.screen, seen=type(chat.seen).__name__.lower())
    raise Transient("WhatsApp did not show its list of chats.", facts)


def _leads_back(chat: OpenChat) -> bool:
    """Whether Back leads from what shows to the list, and decides nothing."""
    app = chat.screen.of(chat.phone.whatsapp)
    inside = app.first("bottom_nav", *WORDS_OF_PEOPLE) is not None
    return inside or isinstance(chat.seen, ChatPage | ChatsList)


def whatever_comes() -> bool:
    return True


def views_of_list(
    chat: OpenChat,
    seen: ChatsList,
    *,
    most: int,
    upwards: bool = False,
    goes_on: GoesOn = whatever_comes,
) -> Iterator[ChatsList]:
    """The list, half a screen at a time, until it goes no further or was pulled often enough.

    Raises GaveWay.
    """
    yield seen
    _heed(goes_on)
    if seen.area is None:
        return
    start, end = half_of(seen.area)
    for _ in range(most):
        chat.phone.session.swipe(*((end, start) if upwards else (start, end)))
        now = chat.dump()
        if not isinstance(now, ChatsList):
            raise Transient("WhatsApp's list of chats was left.", chat.keep(chat.screen))
        if now.rows == seen.rows:
            return
        seen = now
        yield now
        _heed(goes_on)


def _heed(goes_on: GoesOn) -> None:
    if not goes_on():
        raise GaveWay("A message is due.")
