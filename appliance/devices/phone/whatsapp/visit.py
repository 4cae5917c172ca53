"""Leaves a chat without losing messages that came while it was open."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from appliance.devices.phone.adb.calls import Output
from appliance.devices.phone.obstacles import Obstacle
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.texts import canonical
from appliance.devices.phone.whatsapp.by_hand import rows_by_hand
from appliance.devices.phone.whatsapp.chat import Keep, OpenChat, keep_nothing
from appliance.devices.phone.whatsapp.dialogs import DialogMeaning
from appliance.devices.phone.whatsapp.groups.group_chat import GroupChat
from appliance.devices.phone.whatsapp.opening import StaleScreen, follow
from appliance.devices.phone.whatsapp.pages import (
    ChatRow,
    ChatsList,
    DialogPage,
    Seen,
    Stopped,
    UnknownPage,
)
from appliance.devices.phone.whatsapp.row_memory import ChatMemory
from appliance.devices.protocol import Group
from appliance.errors import BalieError, DeviceError, DeviceGone, StoreError

log = logging.getLogger(__name__)

# If a chat grows faster than Balie can leave it, its notification tells the rest.
_MOST_RETURNS = 3


@contextmanager
def visiting(
    phone: Phone,
    number: str,
    keep: Keep = keep_nothing,
    history: ChatMemory | None = None,
    group: Group | None = None,
    opened: Output | None = None,
) -> Iterator[OpenChat]:
    """The chat; it is left again whatever happens. `opened` as `OpenChat` says."""
    chat = (
        OpenChat(phone, number, keep, history, opened)
        if group is None
        else GroupChat(phone, group, keep, history)
    )
    with leaving(chat):
        yield chat


Chat = TypeVar("Chat", bound=OpenChat)


@contextmanager
def leaving(chat: Chat) -> Iterator[Chat]:
    gone = False
    try:
        yield chat
    except DeviceGone:
        gone = True
        raise
    finally:
        _leave(chat, gone=gone)


def _leave(chat: OpenChat, *, gone: bool) -> None:
    """Tells what came meanwhile and goes to the home screen; raises none of our errors.

    A chat that may still be open, or that could not be looked at again, is opened again later.
    """
    settled = False
    shown = chat.seen
    try:
        tell_news(chat)
        _leave_nothing_unseen(chat)
        settled = not gone or chat.arrivals.last is not None
    except (BalieError, StaleScreen) as exc:
        log.warning("arrivals of an open chat on %s: %s", chat.phone.device_id, exc)
    try:
        chat.phone.session.leave(closing=not _is_unknown(shown))
    except DeviceError as exc:
        log.info("%s was not left on its home screen: %s", chat.phone.device_id, exc)
    if not settled:
        chat.come_back()


def _is_unknown(seen: Seen) -> bool:
    """Whether an unknown question may be on the screen: even Back may answer it."""
    if isinstance(seen, DialogPage):
        return seen.kind is DialogMeaning.UNKNOWN
    return isinstance(seen, Stopped | Obstacle | UnknownPage)


def tell_news(chat: OpenChat) -> None:
    """What the looks at the chat so far have shown, and nobody was told."""
    chat.phone.deliver_from_screen(chat.arrivals.news())
    last = chat.arrivals.last
    if isinstance(chat, GroupChat):
        chat.tell_picture()
    elif last is not None and chat.address:
        typed = rows_by_hand(chat.phone, chat.address, last)
        if typed:
            chat.phone.listener.typed(chat.phone.device_id, typed)
    quotings = chat.arrivals.quotings()
    if quotings:
        with suppress(StoreError):  # they are told again when the chat is opened again
            chat.phone.listener.quoted(chat.phone.device_id, quotings)
    places = chat.arrivals.places()
    if places:
        with suppress(StoreError):
            chat.phone.listener.places_named(chat.phone.device_id, places)


def _leave_nothing_unseen(chat: OpenChat) -> None:
    """Messages between the last look and the leaving are marked read, so no notification tells
    them.

    The list of chats marks nothing as read and shows whether the chat has grown; if so, the chat is
    opened once more.
    """
    if chat.arrivals.last is None or _is_unknown(chat.seen):
        return
    for _ in range(_MOST_RETURNS):
        chat.phone.session.back()
        rows = _rows_in_list(chat)
        if not rows or any(_knows(chat, row) for row in rows):
            return
        follow(chat)
        tell_news(chat)


def _rows_in_list(chat: OpenChat) -> list[ChatRow]:
    """The chat's row, and those of others with its name; none where the list does not show."""
    seen, last = chat.dump(), chat.arrivals.last
    if not isinstance(seen, ChatsList) or last is None:
        return []
    return [row for row in seen.rows if row.name == last.title]


def _knows(chat: OpenChat, row: ChatRow) -> bool:
    """Whether the newest message of the list is the last that was seen in the chat."""
    if row.own_last:
        return True
    last = chat.arrivals.last
    shown = canonical(row.preview.rstrip("…"))
    known = last.rows[-1] if last is not None and last.rows else None
    if known is None or known.own or row.unread:
        return False
    return known.media is not None or canonical(known.text).startswith(shown)
