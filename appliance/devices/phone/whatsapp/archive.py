"""The list of the archived chats. WhatsApp may keep them there, silent, when a message comes."""

import time

from appliance.devices.adoption_protocol import GoesOn
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.list_of_chats import (
    PassBy,
    opened_list,
    views_of_list,
    whatever_comes,
)
from appliance.devices.phone.whatsapp.pages import ChatsList
from appliance.errors import Transient, Unconfirmed

MOST_PULLS = 10
"""Half a screen each: some forty chats."""


def opened_archive(
    chat: OpenChat,
    pass_by: PassBy,
    *,
    most: int = MOST_PULLS,
    goes_on: GoesOn = whatever_comes,
) -> ChatsList | None:
    """Its first view, by the row above the list of chats, which may have been left `most` pulls
    below its top; None where nothing shows that one is there. Raises GaveWay.
    """
    seen = opened_list(chat, pass_by, within_s=chat.phone.patience.chat_s)
    for _ in views_of_list(chat, seen, most=most, upwards=True, goes_on=goes_on):
        pass  # the row may show only once the list was pulled beyond its top
    return _entered(chat)


def _entered(chat: OpenChat) -> ChatsList | None:
    top = chat.seen
    if not isinstance(top, ChatsList) or top.archive is None:
        return None
    try:
        chat.phone.session.tap(top.archive.centre)
    except Unconfirmed as exc:
        raise Transient("The phone did not open the archived chats.", exc.evidence) from exc
    deadline = time.monotonic() + chat.phone.patience.wrong_s
    pauses = chat.phone.patience.pauses()
    while time.monotonic() < deadline:
        time.sleep(next(pauses))
        seen = chat.dump()
        if isinstance(seen, ChatsList) and seen.archived:
            return seen
    return None
