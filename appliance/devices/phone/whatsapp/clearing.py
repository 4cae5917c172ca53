"""Empties the chat with one person by WhatsApp's own menu, and looks that it is empty.

The way is More options, More, Clear chat. Words only lead to the question; what the question is its
own ids say (the layout `dialog_clear_messages` of WhatsApp's code since 2020), because a tap on its
first button cannot be taken back. Whatever looks otherwise stops, and becomes a task for a person.
"""

import re
import time
from collections.abc import Sequence

from appliance.devices.phone.evidence import Evidence
from appliance.devices.phone.notification_records import NotificationRecord
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.texts import label
from appliance.devices.phone.whatsapp.addresses import jid_of
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.groups.group_hands import GroupHands
from appliance.devices.phone.whatsapp.opening import open_chat
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.visit import tell_news, visiting
from appliance.devices.removal_protocol import RemovalTurn
from appliance.errors import Transient, Unconfirmed

# English from dumps; the Dutch words were found in no resources, and the question proves them.
_MORE = re.compile(r"^(?:more|meer)$", re.IGNORECASE)
_CLEAR = re.compile(r"^(?:clear chat|chat (?:wissen|leegmaken))$", re.IGNORECASE)
_BOXES = (
    ("delete_media_checkbox", "delete_media_container"),
    ("delete_starred_checkbox", "delete_starred_container"),
)
"""A box of the question and what one presses for it: files of the chat, and starred messages."""
_OF_LISTS = ("conversations_row_contact_name", "conversation_list_view_host")
_EMPTY_LOOKS = 3
"""So often a chat must show no message: a list that still loads shows none either."""


def clear_chat(phone: Phone, turn: RemovalTurn, listed: Sequence[NotificationRecord]) -> None:
    """The phone is left on its home screen. Not while messages wait there unread, as `listed`
    tells: opening it would mark them as read. Raises DeviceError, and what the turn's gate raises.
    """
    jid = jid_of(turn.number)
    if any(record.shortcut == jid and record.message_count for record in listed):
        raise Transient("Messages wait in this chat.")
    evidence = Evidence(turn.evidence_folder, phone.session)
    with visiting(phone, turn.number, evidence.keep) as chat:
        seen = open_chat(chat)
        if seen.group:
            raise chat_lost(chat, "This chat is a group.")
        if _is_empty(chat):
            return
        _hear_all(chat)
        _ask(chat)
        _answer(chat, turn)
        _await_empty(chat)


def chat_lost(chat: OpenChat, sentence: str) -> Transient:
    return Transient(sentence, chat.keep(chat.screen, seen=type(chat.seen).__name__.lower()))


def _hear_all(chat: OpenChat) -> None:
    """What stands there and was not told would be lost."""
    now = chat.look()
    if now is None:
        raise chat_lost(chat, "The chat did not stay open.")
    if now.send is not None:
        raise chat_lost(chat, "Somebody has begun to write in this chat on the phone.")
    tell_news(chat)
    if chat.phone.undelivered:
        raise Transient("Messages of this chat could not be kept yet.")


def _ask(chat: OpenChat) -> None:
    """Comes to the question whether the chat is to be cleared, with its boxes ticked."""
    hands = GroupHands(chat.phone, chat.keep)
    hands.press(hands.until(lambda app: _by_id(app, "menuitem_overflow"), "the menu of the chat"))
    first = hands.until(lambda app: _row(app, _CLEAR) or _row(app, _MORE), "“More” in its menu")
    hands.press(first)
    if _MORE.match(label(first.text)):
        hands.press(hands.until(lambda app: _row(app, _CLEAR), "“Clear chat” in its menu"))
    hands.until(_question, "the question that it knows")
    for box, container in _BOXES:
        _tick(hands, box, container)


def _tick(hands: GroupHands, box: str, container: str) -> None:
    """A box that does not show does not matter: there is nothing of its kind."""

    def is_ticked(app: Screen) -> bool | None:
        if _question(app) is None:
            return None
        view = app.first(box)
        return True if view is None or view.box.empty or view.checked else None

    if hands.seen(is_ticked, within_s=0.01):
        return
    view = hands.until(lambda app: _by_id(app, container) or _by_id(app, box), "its box")
    hands.press(view)
    hands.until(is_ticked, "that its box is ticked")


def _answer(chat: OpenChat, turn: RemovalTurn) -> None:
    """One tap on the first button of the question, which is Android's yes."""
    phone = chat.phone
    screen = phone.session.screen()
    yes = _question(screen.of(phone.whatsapp))
    if yes is None:
        raise Transient("The question went away.", chat.keep(screen, seen="no question"))
    with turn.clear_to_remove():
        try:
            phone.session.tap(yes.box.centre)
        except Unconfirmed:
            return  # whether it was tapped the chat shows


def _await_empty(chat: OpenChat) -> None:
    deadline = time.monotonic() + chat.phone.patience.chat_s
    pauses = chat.phone.patience.pauses()
    while not _is_empty(chat):
        if time.monotonic() > deadline:
            raise chat_lost(chat, "The chat still shows messages.")
        time.sleep(next(pauses))


def _is_empty(chat: OpenChat) -> bool:
    """Proven by the chat itself: its head is theirs, and no message shows, look after look."""
    pauses = chat.phone.patience.pauses()
    for _ in range(_EMPTY_LOOKS):
        time.sleep(next(pauses))
        seen = chat.dump()
        if not isinstance(seen, ChatPage) or not chat.is_ours(seen):
            return False
        if seen.rows or seen.filled:
            return False
    return True


def _question(app: Screen) -> View | None:
    """Its yes. The same layout asks about all chats from the settings, so none may lie below."""
    known = any(app.first(box, container) for box, container in _BOXES)
    yes = _by_id(app, "button1")
    if not known or app.first(*_OF_LISTS) is not None:
        return None
    return yes if _by_id(app, "button2") is not None else None


def _by_id(app: Screen, name: str) -> View | None:
    found = app.first(name)
    return found if found is not None and not found.box.empty else None


def _row(app: Screen, words: re.Pattern[str]) -> View | None:
    """A row of a menu; words of people stand in other views."""
    rows = (view for view in app.having("title") if words.match(label(view.text)))
    return next((row for row in rows if not row.box.empty), None)
