"""Opening the chat with one number, making sure that it is that chat, and leaving it."""

import logging
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

from appliance.devices.phone.arrivals import Arrivals
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.phrases import DialogKind
from appliance.devices.phone.row_memory import identity
from appliance.devices.phone.screen import Box, Screen, read_screen
from appliance.devices.phone.texts import canonical, digits_in
from appliance.devices.phone.whatsapp_screen import (
    ChatRow,
    ChatsList,
    Chooser,
    Conversation,
    Dialog,
    Elsewhere,
    LookingUp,
    Seen,
    Stopped,
    classify,
)
from appliance.errors import BalieError, DeviceError, LineStopped, NotOnChannel, Transient

log = logging.getLogger(__name__)

Keep = Callable[..., dict[str, Any]]

# A link of WhatsApp's own scheme: no browser takes it, and Android asks nothing about it.
_LINK = "whatsapp://send?phone={digits}"
# How often a chat is pulled down to find what an answer has pushed off the screen.
_PULLS = 6
# Enough for some hundreds of unread messages.
_MOST_PULLS = 60
# A chat that grows faster than it can be left is told by its notification in the end.
_MOST_RETURNS = 3
_NOTHING_SEEN = read_screen("<hierarchy rotation='0' />")


class StaleScreen(Exception):
    """What shows belongs to another number: the link is tried once more."""


def _keep_nothing(screen: Screen | None, **facts: Any) -> dict[str, Any]:
    del screen
    return facts


class Chat:
    """The chat of one number while it is open.

    `keep` saves what was seen with an attempt and returns the facts that name the files.
    """

    def __init__(self, phone: Phone, number: str, keep: Keep = _keep_nothing) -> None:
        self._phone = phone
        self._keep = keep
        self._link_opened = 0.0
        self.digits = digits_in(number)
        self.screen: Screen = _NOTHING_SEEN
        self.arrivals = Arrivals(phone, number)

    # Opening

    def open(self) -> Conversation:
        """The chat, proven to be that of the number; nothing has been typed.

        Raises NotOnChannel, LineStopped, Transient, DeviceGone.
        """
        self._follow_link()
        try:
            return self._read_on(self._wait_for_chat())
        except StaleScreen:
            log.info("another chat than asked for showed on %s", self._phone.device_id)
        self._phone.session.leave()
        self._follow_link()
        try:
            return self._read_on(self._wait_for_chat())
        except StaleScreen as exc:
            facts = self._keep(self.screen, seen="another chat")
            raise Transient("The phone showed another chat than the one asked for.", facts) from exc

    def _follow_link(self) -> None:
        link = _LINK.format(digits=self.digits)
        command = f"am start -a android.intent.action.VIEW -d '{link}' -p {self._phone.whatsapp}"
        (answer,) = self._phone.session.run(command)
        self._link_opened = time.monotonic()
        said = answer.text.partition("\n")[2]  # the first line echoes the intent
        if "Error" in said or "Exception" in said:
            raise Transient("WhatsApp did not open.", {"am": said[:200]})

    def _wait_for_chat(self) -> Conversation:
        patience = self._phone.patience
        pauses = patience.pauses()
        time.sleep(next(pauses))
        while True:
            time.sleep(next(pauses))
            seen = self.dump()
            ready = self._judge(seen)
            if ready is not None:
                self.arrivals.see(ready)
                return ready
            says_nothing = isinstance(seen, LookingUp) or self.screen.empty
            waited = time.monotonic() - self._link_opened
            if waited > (patience.chat_s if says_nothing else patience.wrong_s):
                self._give_up(seen)

    def _read_on(self, seen: Conversation) -> Conversation:
        """A chat opens at its first unread row: those below the edge are read too."""
        if seen.unread_from is None or seen.area is None:
            return seen
        missing = seen.unread_count - (len(seen.rows) - seen.unread_from)
        low, high = _half(seen.area)
        for _ in range(_MOST_PULLS if missing > 0 else 0):
            self._phone.session.swipe(low, high)
            now = self.look()
            if now is None or list(map(identity, now.rows)) == list(map(identity, seen.rows)):
                break
            seen = now
        return seen

    def dump(self) -> Seen:
        self.screen = self._phone.session.screen()
        return classify(self.screen, self._phone.whatsapp)

    def _judge(self, seen: Seen) -> Conversation | None:
        """The chat if this is it; None while it may still become it."""
        match seen:
            case Conversation() if seen.entry is not None and self.is_ours(seen):
                return seen
            case Stopped():
                self._phone.stopped = seen.kind
                facts = self._keep(self.screen, seen=seen.kind.value)
                raise LineStopped(f"WhatsApp is closed for this number ({seen.kind.value}).", facts)
            case Dialog():
                self._judge_dialog(seen)
            case Chooser():
                facts = self._keep(self.screen, seen="chooser")
                raise Transient("The phone asks with which app to open the chat.", facts)
            case _:
                pass
        return None

    def _judge_dialog(self, dialog: Dialog) -> None:
        """A dialog may be left over from another number: the number in it decides."""
        if dialog.number is not None and dialog.number != self.digits:
            raise StaleScreen
        facts = {"dialog": dialog.kind.value}
        match dialog.kind:
            case DialogKind.NOT_ON_WHATSAPP if dialog.number is not None:
                self._phone.session.back()
                raise NotOnChannel("This number is not on WhatsApp.", facts)
            case DialogKind.LOOKUP_FAILED | DialogKind.BAD_NUMBER:
                self._phone.session.back()
                raise Transient("WhatsApp could not look the number up.", facts)
            case _:
                facts = self._keep(self.screen, **facts)
                raise Transient("WhatsApp shows a dialog that Balie does not know.", facts)

    def is_ours(self, seen: Conversation) -> bool:
        """By the number in the title, else by a name that only this number bears."""
        if not seen.title or seen.group:
            return False
        if seen.number is not None:
            return seen.number == self.digits
        return self._phone.contacts.bears(self.digits, seen.title)

    def _give_up(self, seen: Seen) -> None:
        if isinstance(seen, Conversation) and seen.title and not self.is_ours(seen):
            raise StaleScreen
        if isinstance(seen, Elsewhere) and seen.asleep:
            raise Transient("The phone is locked or dark.", {"seen": "locked"})
        facts = self._keep(self.screen, seen=type(seen).__name__.lower())
        raise Transient("The chat did not open.", facts)

    # Being there

    def look(self) -> Conversation | None:
        """The chat as it is now; None when something else is on the screen."""
        seen = self.dump()
        if not isinstance(seen, Conversation) or not self.is_ours(seen):
            return None
        self.arrivals.see(seen)
        return seen

    def above(self, seen: Conversation) -> Generator[Conversation, None, None]:
        """Older stretches of the chat, half a screen each; afterwards the end shows again."""
        if seen.area is None:
            return
        low, high = _half(seen.area)
        pulled = 0
        try:
            while pulled < _PULLS:
                self._phone.session.swipe(high, low)
                pulled += 1
                now = self.dump()
                if not isinstance(now, Conversation) or not self.is_ours(now):
                    return
                yield now
        finally:
            for _ in range(pulled + 1):
                self._phone.session.swipe(low, high)
            self.look()

    def type(self, seen: Conversation, text: str) -> bool:
        """Replaces what stands in the entry."""
        if seen.entry is None:
            return False
        return self._phone.session.set_text(seen.entry.view_id, text)

    # Leaving

    def leave(self) -> None:
        """Tells what came meanwhile and goes to the home screen; raises nothing of ours."""
        try:
            self._tell_news()
            if self.arrivals.last is not None:
                self._leave_nothing_unseen()
        except BalieError as exc:
            log.warning("arrivals of an open chat on %s: %s", self._phone.device_id, exc)
        try:
            self._phone.session.leave()
        except DeviceError as exc:
            log.info("%s was not left on its home screen: %s", self._phone.device_id, exc)

    def _tell_news(self) -> None:
        self._phone.deliver_from_screen(self.arrivals.news())

    def _leave_nothing_unseen(self) -> None:
        """What comes between the last look and the leaving is marked read and told nowhere.

        The list of chats, which marks nothing, shows whether the chat has grown; if so it is
        opened once more.
        """
        for _ in range(_MOST_RETURNS):
            self._phone.session.back()
            row = self._row_in_list()
            if row is None or self._knows(row):
                return
            self._follow_link()
            self._wait_for_chat()
            self._tell_news()

    def _row_in_list(self) -> ChatRow | None:
        """The chat's row; None where the list does not show, or shows no such row."""
        seen, last = self.dump(), self.arrivals.last
        if not isinstance(seen, ChatsList) or last is None:
            return None
        return next((row for row in seen.rows if row.name == last.title), None)

    def _knows(self, row: ChatRow) -> bool:
        """Whether the newest message of the list is the last that was seen in the chat."""
        if row.own_last:
            return True
        last = self.arrivals.last
        shown = canonical(row.preview.rstrip("…"))
        known = last.rows[-1] if last is not None and last.rows else None
        if known is None or known.own or row.unread:
            return False
        return known.media is not None or canonical(known.text).startswith(shown)


def _half(area: Box) -> tuple[tuple[int, int], tuple[int, int]]:
    """The lower and the upper end of a drag that moves a list by half of what it shows."""
    (x, y), quarter = area.centre, (area.bottom - area.top) // 4
    return (x, y + quarter), (x, y - quarter)


@contextmanager
def visiting(phone: Phone, number: str, keep: Keep = _keep_nothing) -> Iterator[Chat]:
    """A chat that is left again whatever happens."""
    chat = Chat(phone, number, keep)
    try:
        yield chat
    finally:
        chat.leave()
