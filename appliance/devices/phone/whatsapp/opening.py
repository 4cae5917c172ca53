"""Opens the chat with one person, and makes sure that it is that chat."""

import logging
import time

from appliance.devices.phone.nags import is_unknown, put_away, tell_unknown
from appliance.devices.phone.obstacles import SENTENCES, Obstacle, clear_away
from appliance.devices.phone.whatsapp.addresses import is_hidden
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.closed import refuse, why_closed
from appliance.devices.phone.whatsapp.dialogs import DialogMeaning
from appliance.devices.phone.whatsapp.hidden.acquaintance import Acquaintance, people_shown_as
from appliance.devices.phone.whatsapp.hidden.chats_list import (
    NotInList,
    tap_in_archive,
    tap_in_list,
)
from appliance.devices.phone.whatsapp.hidden.shade import tap_in_shade
from appliance.devices.phone.whatsapp.pages import (
    ChatPage,
    DialogPage,
    Elsewhere,
    LookingUp,
    Seen,
    Stopped,
)
from appliance.devices.phone.whatsapp.row_memory import ChatMemory
from appliance.devices.phone.whatsapp.seen_in_chat import ChatArrivals
from appliance.errors import DeviceError, NotOnChannel, Transient

log = logging.getLogger(__name__)


class StaleScreen(Exception):
    """The screen may belong to another person, so it is tried once more.

    `else_` is the error to raise if the same way leads there again.
    """

    def __init__(self, else_: DeviceError | None = None) -> None:
        super().__init__()
        self.else_ = else_


def open_chat(chat: OpenChat) -> ChatPage:
    """The chat, proven to be that of the person; nothing has been typed.

    Raises NotOnChannel, LineStopped, Transient, DeviceGone.
    """
    try:
        return _proven(chat, follow(chat))
    except StaleScreen:
        log.info("another chat than asked for showed on %s", chat.phone.device_id)
    _remember_stranger(chat)
    chat.phone.session.leave()
    try:
        return _proven(chat, follow(chat))
    except StaleScreen as exc:
        _remember_stranger(chat)
        if exc.else_ is not None:
            raise exc.else_ from exc
        facts = chat.keep(chat.screen, seen="another chat")
        raise Transient("The phone showed another chat than the one asked for.", facts) from exc


def _proven(chat: OpenChat, seen: ChatPage) -> ChatPage:
    chat.prove(seen)
    return seen


def follow(chat: OpenChat) -> ChatPage:
    """The chat once its way has led to it; raises StaleScreen when it led elsewhere."""
    asked = chat.follow_link() if chat.hidden is None else _ask_without_link(chat, chat.hidden)
    patience = chat.phone.patience
    pauses = patience.pauses()
    time.sleep(next(pauses))
    while True:
        time.sleep(next(pauses))
        seen = chat.dump()
        if put_away(chat.phone, chat.screen, seen):
            asked = time.monotonic()
            continue
        ready = _judge(chat, seen)
        if ready is not None:
            chat.arrivals.see(ready)
            return chat.read_on(ready)
        says_nothing = isinstance(seen, LookingUp) or chat.screen.empty
        if time.monotonic() - asked > (patience.chat_s if says_nothing else patience.wrong_s):
            _give_up(chat, seen)


def _ask_without_link(chat: OpenChat, them: Acquaintance) -> float:
    """By the list of chats, else by that of the archived ones, else by the notification; returns
    the moment of asking.
    """
    try:
        return tap_in_list(chat, them, pass_by)
    except NotInList:
        asked = _tap_elsewhere(chat, them)
        if asked is None:
            raise
        return asked


def _tap_elsewhere(chat: OpenChat, them: Acquaintance) -> float | None:
    try:
        asked = tap_in_archive(chat, them, pass_by)
    except NotInList:
        asked = None
    return tap_in_shade(chat, them) if asked is None else asked


def pass_by(chat: OpenChat, seen: Seen) -> None:
    """What shows on the way to the list of chats; a chat that a colleague left open was read."""
    _judge(chat, seen)
    if isinstance(seen, ChatPage):
        _remember_stranger(chat)


def _judge(chat: OpenChat, seen: Seen) -> ChatPage | None:
    """The chat, if it shows; None while it may still come. Raises what keeps it from coming."""
    match seen:
        case ChatPage() if seen.entry is not None and chat.is_ours(seen):
            return seen
        case Stopped():
            refuse(chat.phone, seen.kind, chat.keep(chat.screen, seen=seen.kind.value))
        case DialogPage():
            _judge_dialog(chat, seen)
        case Obstacle():
            facts = chat.keep(chat.screen, seen=seen.kind.value)
            if is_unknown(seen):
                tell_unknown(chat.phone, chat.screen, facts)
            clear_away(chat.phone.session, seen)
            raise Transient(SENTENCES[seen.kind], facts)
        case _:
            pass
    return None


def _judge_dialog(chat: OpenChat, dialog: DialogPage) -> None:
    """Raises what the dialog means; StaleScreen for one with another number, which is old.

    A dialog that refuses a number for good must name it, or come twice.
    """
    if dialog.number is not None and dialog.number != chat.address:
        raise StaleScreen
    facts = {"dialog": dialog.kind.value}
    match dialog.kind:
        case DialogMeaning.NOT_ON_WHATSAPP if dialog.number is not None:
            chat.phone.session.back()
            raise NotOnChannel("This number is not on WhatsApp.", facts)
        case DialogMeaning.BAD_NUMBER:
            chat.phone.session.back()
            never = NotOnChannel("WhatsApp does not take this for a phone number.", facts)
            raise never if dialog.number is not None else StaleScreen(never)
        case DialogMeaning.LOOKUP_FAILED:
            chat.phone.session.back()
            raise Transient("WhatsApp could not look the number up.", facts)
        case DialogMeaning.NO_INTERNET:
            chat.phone.session.back()
            raise Transient("WhatsApp has no internet.", facts)
        case _:
            facts = chat.keep(chat.screen, **facts)
            tell_unknown(chat.phone, chat.screen, facts)
            raise Transient("WhatsApp shows a dialog that Balie does not know.", facts)


def _give_up(chat: OpenChat, seen: Seen) -> None:
    if isinstance(seen, ChatPage) and seen.title and not chat.is_ours(seen):
        raise StaleScreen
    if isinstance(seen, ChatPage) and chat.is_ours(seen):
        chat.refuse_to_write(seen)
    if isinstance(seen, Elsewhere) and seen.asleep:
        raise Transient("The phone is locked or dark.", {"seen": "locked"})
    facts = chat.keep(chat.screen, seen=type(seen).__name__.lower())
    closed = why_closed(chat.phone, seen)
    if closed is not None:
        refuse(chat.phone, closed, {**facts, "activity": closed.value})
    if is_unknown(seen):
        tell_unknown(chat.phone, chat.screen, facts)
    raise Transient("The chat did not open.", facts)


def _remember_stranger(chat: OpenChat) -> None:
    """Opening another person's chat marked it read, so it is opened again later for its news.

    Where it shows no number it may be the chat of any who has that name.
    """
    seen, phone = chat.seen, chat.phone
    if not isinstance(seen, ChatPage) or seen.group:
        return
    for who, _ in people_shown_as(phone, seen.title) if seen.number is None else ():
        if is_hidden(who) and who != chat.address:
            phone.returns.setdefault(who, ChatMemory(opened_ms=chat.arrivals.history.opened_ms))
    number = seen.number or phone.contacts.number_of(seen.title)
    if number is not None and number != chat.address:
        arrivals = ChatArrivals(phone, number)
        arrivals.see(seen)
        phone.returns[number] = arrivals.history
