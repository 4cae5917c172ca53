"""Begins an answer to one message of the open chat, as a person does, and proves which one it is.

How the menu of a message is built is uncertain, so there is a second way: the swipe. Whatever
fails, the chat is left without an answer that was begun, or nothing is sent.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from appliance.devices.phone.phone_clock import is_between
from appliance.devices.phone.screen import Box, View
from appliance.devices.phone.whatsapp.chat import OpenChat, half_of
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.rows import MessageRow, list_of, read_rows
from appliance.devices.protocol import QuotedText
from appliance.errors import Transient

# Views above the newest messages in which the quoted one is sought, half a screen apart.
_MOST_PULLS = 3


def begin_reply(chat: OpenChat, seen: ChatPage, quoted: QuotedText) -> QuotedText | None:
    """The message as the frame above the entry shows it; None where no answer could be begun.

    The chat is at its end afterwards. Raises Transient where several in a group look like it: an
    answer there would be read as one to somebody else.
    """
    done = _begun(chat, seen, quoted)
    if (now := chat.look()) is None or chat.to_end(now) is None:
        raise Transient("The end of the chat was not reached.", {"seen": "not the end"})
    return done


def drop_reply(chat: OpenChat, seen: ChatPage) -> ChatPage:
    """The chat without an answer that was begun. Raises Transient where it stays."""
    if seen.reply is None:
        return seen
    if seen.reply.cross is not None:
        chat.phone.session.tap(seen.reply.cross.centre)
        now = _await(chat, lambda page: page.reply is None)
        if now is not None:
            return now
    raise Transient("An answer to another message is begun in this chat.", {"seen": "reply"})


def _begun(chat: OpenChat, seen: ChatPage, quoted: QuotedText) -> QuotedText | None:
    found = _find(chat, seen, quoted)
    if found is None:
        return None
    place, row = found
    shown = replace(quoted, by=quoted.by | {each for each in (row.sender, row.pushed) if each})
    for way in (_by_menu, _by_swipe):
        way(chat, place)
        now = _await(chat, lambda page: page.reply is not None)
        if now is not None and now.reply is not None:
            if now.reply.shows(shown, calls_author=chat.calls_author):
                return shown
            drop_reply(chat, now)
            return None
    return None


def _find(chat: OpenChat, seen: ChatPage, quoted: QuotedText) -> tuple[Box, MessageRow] | None:
    """Its row and where to press it, where it is the only one that it can be."""
    if seen.area is None:
        return None
    low, high = half_of(seen.area)
    may_be_it = False
    for pulls in range(_MOST_PULLS + 1):
        alike = [(view, row) for view, row in _drawn(chat) if _is_alike(chat, row, quoted)]
        found = [each for each in alike if _is_theirs(chat, each[1], quoted)]
        if alike:
            may_be_it = any(_is_theirs(chat, row, quoted) is None for _, row in alike)
        if len(found) > 1:
            chat.refuse_to_guess()
            return None
        if found:
            date = found[0][0].first("date")
            return (date.box, found[0][1]) if date and not date.box.empty else None
        if pulls < _MOST_PULLS:
            chat.phone.session.swipe(high, low)
            if chat.look() is None:
                return None
    if may_be_it:
        chat.refuse_to_guess()
    return None


def _drawn(chat: OpenChat) -> list[tuple[View, MessageRow]]:
    app = chat.screen.of(chat.phone.whatsapp)
    messages = list_of(app)
    views = [child for child in messages.children if child.first("date")] if messages else []
    return list(zip(views, read_rows(app)[0], strict=True))


def _is_alike(chat: OpenChat, row: MessageRow, quoted: QuotedText) -> bool:
    minute = chat.phone.time.minute_of_day(quoted.at_ms)
    return row.own is quoted.own and row.says(quoted.text) and is_between(row.time, minute, minute)


def _is_theirs(chat: OpenChat, row: MessageRow, quoted: QuotedText) -> bool | None:
    return True if row.own else chat.is_by_author(quoted, row)


def _by_menu(chat: OpenChat, row: Box) -> None:
    """A message that is pressed long gets a menu in place of the chat's head."""
    phone = chat.phone
    phone.session.hold(row.centre)
    deadline = time.monotonic() + phone.patience.wrong_s
    for pause_s in phone.patience.pauses():
        time.sleep(pause_s)
        chat.dump()
        reply = chat.screen.of(phone.whatsapp).first("menuitem_reply")
        if reply is not None and not reply.box.empty:
            phone.session.tap(reply.box.centre)
            return
        if time.monotonic() > deadline:
            break
    if chat.look() is None:  # the message is still chosen
        phone.session.back()


def _by_swipe(chat: OpenChat, row: Box) -> None:
    x, y = row.centre
    chat.phone.session.swipe((x // 2, y), (x // 2 + x // 2, y))


def _await(chat: OpenChat, is_so: Callable[[ChatPage], bool]) -> ChatPage | None:
    deadline = time.monotonic() + chat.phone.patience.wrong_s
    pauses = chat.phone.patience.pauses()
    while time.monotonic() < deadline:
        time.sleep(next(pauses))
        now = chat.look()
        if now is not None and is_so(now):
            return now
    return None
