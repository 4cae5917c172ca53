"""The chat with one person: looking at it, scrolling it, typing into it."""

import time
from collections.abc import Callable, Generator
from typing import Any

from appliance.devices.phone.activities import complaint_in
from appliance.devices.phone.adb.calls import Output
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.screen import Box, Screen, read_screen
from appliance.devices.phone.whatsapp.addresses import address_of, is_hidden
from appliance.devices.phone.whatsapp.hidden.acquaintance import Acquaintance
from appliance.devices.phone.whatsapp.pages import ChatPage, Elsewhere, Seen, classify
from appliance.devices.phone.whatsapp.row_memory import ChatMemory, identity, rows_after
from appliance.devices.phone.whatsapp.rows import MessageRow
from appliance.devices.phone.whatsapp.seen_in_chat import ChatArrivals
from appliance.devices.protocol import Outgoing, QuotedText
from appliance.errors import Transient

Keep = Callable[..., dict[str, Any]]
"""Saves what was seen with an attempt, and returns the facts that name the files."""

# A link of WhatsApp's own scheme: no browser opens it, and Android asks no question about it.
_LINK = "whatsapp://send?phone={digits}"
# How often a chat is scrolled to find a row that an answer has pushed off the screen.
_PULLS = 6
# Enough for some hundreds of unread messages.
_MOST_PULLS = 60
_NOTHING_SEEN = read_screen("<hierarchy rotation='0' />")


def link_to(phone: Phone, outgoing: Outgoing) -> str | None:
    """The command that opens a person's chat; a group and a hidden number have no link."""
    if outgoing.group is not None or is_hidden(outgoing.number):
        return None
    return _command(phone, address_of(outgoing.number))


def _command(phone: Phone, address: str) -> str:
    link = _LINK.format(digits=address)
    return f"am start -a android.intent.action.VIEW -d '{link}' -p {phone.whatsapp}"


def keep_nothing(screen: Screen | None, **facts: Any) -> dict[str, Any]:
    del screen
    return facts


class OpenChat:
    """`screen` is the last dump and `seen` what it shows; `arrivals` gathers what is new.

    `address` is that of `addresses`; `hidden` is set where it is no number. `opened` is the answer
    to its link, where that was followed already.
    """

    def __init__(
        self,
        phone: Phone,
        number: str,
        keep: Keep = keep_nothing,
        history: ChatMemory | None = None,
        opened: Output | None = None,
    ) -> None:
        self.phone = phone
        self._opened = opened
        self.keep = keep
        self.address = address_of(number)
        self.hidden = Acquaintance(phone, self.address) if is_hidden(self.address) else None
        self.arrivals = ChatArrivals(phone, number, history)
        self.screen: Screen = _NOTHING_SEEN
        self.seen: Seen = Elsewhere(asleep=False)

    def follow_link(self) -> float:
        """Asks WhatsApp to open the chat; returns the moment of asking."""
        answer, self._opened = self._opened, None
        if answer is None:
            (answer,) = self.phone.session.run(_command(self.phone, self.address))
        if complaint := complaint_in(answer.text):
            raise Transient("WhatsApp did not open.", {"am": complaint})
        return time.monotonic()

    def dump(self) -> Seen:
        self.screen = self.phone.session.screen()
        self.seen = classify(self.screen, self.phone.whatsapp)
        return self.seen

    def look(self) -> ChatPage | None:
        """The chat as it is now; None when something else is on the screen."""
        seen = self.dump()
        if not isinstance(seen, ChatPage) or not self.is_ours(seen):
            return None
        self.arrivals.see(seen)
        return seen

    def is_ours(self, seen: ChatPage) -> bool:
        """By the number in the title, else by a name that only this number has.

        Where the number is hidden, by the name and what they wrote last.
        """
        if not seen.title or seen.group:
            return False
        if self.hidden is not None:
            return self.hidden.is_theirs(seen)
        if seen.number is not None:
            return seen.number == self.address
        return self.phone.contacts.bears(self.address, seen.title)

    def prove(self, seen: ChatPage) -> None:
        """A number has one chat: its head proves it."""

    def calls_author(self, quoted: QuotedText, name: str) -> bool:
        """Whether that is the name of who wrote the quoted message; here it is whose chat it is."""
        del quoted
        return isinstance(self.seen, ChatPage) and name == self.seen.title

    def is_by_author(self, quoted: QuotedText, row: MessageRow) -> bool | None:
        """Whether who wrote the quoted message wrote this row; None where that does not show."""
        del quoted, row
        return True

    def refuse_to_write(self, seen: ChatPage) -> None:
        """Raises Permanent where the chat shows that it will never take a text; a person's does."""

    def refuse_to_guess(self) -> None:
        """Raises Transient where a text must not leave without the message that it quotes, because
        several look like that one; to a person it may.
        """

    def come_back(self) -> None:
        """It is opened again later: messages may have come that were not told."""
        self.phone.returns[self.address] = self.arrivals.history

    def type(self, seen: ChatPage, text: str) -> bool:
        """Replaces the text in the entry."""
        if seen.entry is None:
            return False
        return self.phone.session.set_text(seen.entry.view_id, text)

    def read_on(self, seen: ChatPage) -> ChatPage:
        """Scrolls to the unread rows below the edge: a chat opens at its first unread row."""
        if seen.unread_from is None or seen.area is None:
            return seen
        missing = seen.unread_count - (len(seen.rows) - seen.unread_from)
        low, high = half_of(seen.area)
        for _ in range(_MOST_PULLS if missing > 0 else 0):
            self.phone.session.swipe(low, high)
            now = self.look()
            if now is None or not rows_after(seen.rows, now.rows):
                break
            seen = now
        return seen

    def to_end(self, seen: ChatPage) -> ChatPage | None:
        """The chat at its end, where it scrolls no further; None when the end is not reached."""
        if seen.area is None:
            return None
        low, high = half_of(seen.area)
        for _ in range(_PULLS):
            self.phone.session.swipe(low, high)
            now = self.look()
            if now is None:
                return None
            if list(map(identity, now.rows)) == list(map(identity, seen.rows)):
                return now
            seen = now
        return None

    def above(self, seen: ChatPage) -> Generator[ChatPage, None, None]:
        """Views of older rows, half a screen apart; afterwards scrolls back to the end."""
        if seen.area is None:
            return
        low, high = half_of(seen.area)
        pulled = 0
        try:
            while pulled < _PULLS:
                self.phone.session.swipe(high, low)
                pulled += 1
                now = self.dump()
                if not isinstance(now, ChatPage) or not self.is_ours(now):
                    return
                yield now
        finally:
            for _ in range(pulled + 1):
                self.phone.session.swipe(low, high)
            self.look()


def half_of(area: Box) -> tuple[tuple[int, int], tuple[int, int]]:
    """The lower and the upper end of a drag that moves a list by half its height."""
    (x, y), quarter = area.centre, (area.bottom - area.top) // 4
    return (x, y + quarter), (x, y - quarter)
