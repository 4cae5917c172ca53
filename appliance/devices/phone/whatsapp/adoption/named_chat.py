"""A chat that the list shows under a name which does not tell whose it is.

Its own info page shows the number. How that page is built is known of no phone, so nothing of it
is used but that it has the name of the chat and one number. That may stand in words of theirs: only
if its link leads to this chat, too, it is the chat's own.
"""

import time

from appliance.devices.adoption_protocol import GoesOn
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.screen import Screen
from appliance.devices.phone.texts import is_number, label, number_in
from appliance.devices.phone.whatsapp.archive import opened_archive
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.groups.group_words import names_members
from appliance.devices.phone.whatsapp.list_of_chats import (
    opened_list,
    views_of_list,
    whatever_comes,
)
from appliance.devices.phone.whatsapp.opening import pass_by
from appliance.devices.phone.whatsapp.pages import ChatPage, ChatRow, ChatsList
from appliance.devices.phone.whatsapp.row_memory import identity
from appliance.devices.phone.whatsapp.seen_in_chat import ChatArrivals
from appliance.errors import Transient, Unconfirmed

# Half a screen each.
_MOST_PULLS = 60
_MOST_BACKS = 3
_OF_CHAT = ("entry", "conversation_contact", "conversations_row_contact_name")


class NamedChat(OpenChat):
    """Opened from the list by its row; `who` is E.164 once it is proven, and None where the page
    shows no number.
    """

    def __init__(self, phone: Phone, name: str, goes_on: GoesOn) -> None:
        super().__init__(phone, "")
        self._name = name
        self._goes_on = goes_on
        self.who: str | None = None

    def follow_link(self) -> float:
        """Raises Transient where no row is certain, or has messages that were not read yet: whose
        they are may not come to be known. Raises GaveWay.
        """
        row = self._row()
        if row.unread and self.who is None:
            raise Transient("The chat has messages that nobody has read.", {"seen": "unread"})
        try:
            self.phone.session.tap(row.box.centre)
        except Unconfirmed as exc:
            raise Transient("The phone did not open the chat.", exc.evidence) from exc
        return time.monotonic()

    def is_ours(self, seen: ChatPage) -> bool:
        return seen.title == self._name and not seen.group and not names_members(seen.status)

    def prove(self, seen: ChatPage) -> None:
        """By the number of its info page, whose link must lead here."""
        number = self._number_of_info()
        if number is None or not self._is_led_to(number, self.arrivals.last or seen):
            return
        self.address, self.who = number, f"+{number}"
        self.phone.contacts.learn(self.who, self._name)

    def come_back(self) -> None:
        if self.who is not None:
            super().come_back()

    def _row(self) -> ChatRow:
        seen = opened_list(self, pass_by, within_s=self.phone.patience.chat_s)
        goes_on = self._goes_on if self.who is None else whatever_comes
        views = views_of_list(self, seen, most=_MOST_PULLS, upwards=True, goes_on=goes_on)
        *_, top = views
        row = self._row_below(top, goes_on)
        if row is None:
            archived = opened_archive(self, pass_by, most=_MOST_PULLS, goes_on=goes_on)
            row = self._row_below(archived, goes_on) if archived else None
        if row is None:
            raise Transient(
                "The list of chats does not show the chat.", {"seen": "not in the list"}
            )
        return row

    def _row_below(self, top: ChatsList, goes_on: GoesOn) -> ChatRow | None:
        for view in views_of_list(self, top, most=_MOST_PULLS, goes_on=goes_on):
            found = [row for row in view.rows if row.name == self._name]
            if len(found) > 1:
                raise Transient("Several chats have this name.", {"seen": "chats alike"})
            if found:
                return found[0]
        return None

    def _number_of_info(self) -> str | None:
        """The chat shows again afterwards."""
        head = self.screen.of(self.phone.whatsapp).first("conversation_contact")
        if head is None or head.box.empty:
            return None
        try:
            self.phone.session.tap(head.box.centre)
        except Unconfirmed as exc:
            raise Transient("The phone did not open the info.", exc.evidence) from exc
        number = self._await_number()
        for _ in range(_MOST_BACKS):
            if self.look() is not None:
                return number
            self.phone.session.back()
        raise Transient("The chat did not show again.", {"seen": "not the chat"})

    def _is_led_to(self, number: str, before: ChatPage) -> bool:
        """Goes by the list, so that no chat shows but the one to which the link leads."""
        opened_list(self, pass_by, within_s=self.phone.patience.chat_s)
        OpenChat(self.phone, number).follow_link()
        deadline = time.monotonic() + self.phone.patience.wrong_s
        pauses = self.phone.patience.pauses()
        while time.monotonic() < deadline:
            time.sleep(next(pauses))
            seen = self.dump()
            if isinstance(seen, ChatPage) and self.is_ours(seen) and _is_same(before, seen):
                self.arrivals.see(seen)
                return True
        if isinstance(self.seen, ChatPage):
            self._read_later(number, self.seen)
        return False

    def _read_later(self, number: str, seen: ChatPage) -> None:
        """The chat of somebody else was opened, and so marked as read."""
        arrivals = ChatArrivals(self.phone, number)
        arrivals.see(seen)
        self.phone.returns.setdefault(number, arrivals.history)

    def _await_number(self) -> str | None:
        deadline = time.monotonic() + self.phone.patience.wrong_s
        pauses = self.phone.patience.pauses()
        while time.monotonic() < deadline:
            time.sleep(next(pauses))
            self.dump()
            found = numbers_on_info(self.screen.of(self.phone.whatsapp), self._name)
            if found:
                return found.pop() if len(found) == 1 else None
        return None


def _is_same(before: ChatPage, now: ChatPage) -> bool:
    """Whether the two show the same rows; what came meanwhile is seen at the next try."""
    rows = list(map(identity, before.rows))
    return bool(rows) and rows == list(map(identity, now.rows))


def numbers_on_info(app: Screen, name: str) -> set[str]:
    """The digits of each number on the info page of the chat with that name; a chat and a list of
    chats, which show people's words, are none.
    """
    if app.first(*_OF_CHAT):
        return set()
    shown = [label(view.text) for view in app.walk() if view.text]
    if name not in shown:
        return set()
    return {number for each in shown if is_number(each) and (number := number_in(each))}
