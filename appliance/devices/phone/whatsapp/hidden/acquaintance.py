"""Whether an open chat is that of somebody who hides their number: by their name, and by what they
wrote last.
"""

from collections.abc import Iterator, Sequence

from appliance.channels import Channel
from appliance.characters import clean_name
from appliance.devices.news_protocol import Written
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.phone_clock import MINUTES_PER_DAY, MS_PER_MINUTE, is_between
from appliance.devices.phone.texts import as_dumped, label
from appliance.devices.phone.whatsapp.by_hand import is_row_of
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.row_memory import rows_after
from appliance.devices.phone.whatsapp.rows import MessageRow
from appliance.devices.phone.whatsapp.seen_in_chat import is_told
from appliance.devices.protocol import Incoming

KNOWN_MS = 60 * MINUTES_PER_DAY * MS_PER_MINUTE
"""Who has not written for longer is not recognised: rows show no year."""


class Acquaintance:
    """What Balie knows of one person, as the chats of this phone may show it.

    `came` and `written` are the messages of the last weeks, `name` the one that they had last.
    """

    def __init__(self, phone: Phone, who: str) -> None:
        self._phone = phone
        self._who = who
        self._opened_ms = phone.clock.now_ms()
        self._same = {who}
        self._proven: Sequence[MessageRow] | None = None
        self.name: str | None = None
        self.came: Sequence[Incoming] = ()
        self.written: Sequence[Written] = ()

    def refresh(self) -> None:
        """Reads anew what is known, and takes nothing as proven: the chat is opened again."""
        phone = self._phone
        told = phone.listener.recent(phone.device_id, self._who, since_ms=self._since_ms())
        self.came = [message for message in told if message.sender == self._who]
        self._same = {self._who, *(message.sender for message in told)}
        self._proven = None
        self.written = self._written_to(self._who)
        named = (message.sender_name for message in reversed(self.came) if message.sender_name)
        self.name = next(named, None)

    def bears(self, shown: str) -> bool:
        """Whether a title or a row may have their name."""
        return self.name is not None and as_shown(shown) == as_shown(self.name)

    def is_theirs(self, page: ChatPage) -> bool:
        """True once title and rows have proven it, and as long as the rows go on from there."""
        if page.group or page.number is not None or not self.bears(page.title):
            return False
        if not self._goes_on(page.rows) and not self._is_proven_by(page):
            return False
        self._proven = page.rows
        return True

    def _goes_on(self, rows: Sequence[MessageRow]) -> bool:
        """Whether this view and the one before are parts of one chat, in either direction."""
        before = self._proven
        if not before or not rows:
            return False
        return rows_after(before, rows) is not None or rows_after(rows, before) is not None

    def _is_proven_by(self, page: ChatPage) -> bool:
        if not self._fits(page, self.came, self.written):
            return False
        return not any(
            self._fits(page, self._came_from(other), self._written_to(other))
            for other in self.namesakes()
        )

    def _fits(self, page: ChatPage, came: Sequence[Incoming], written: Sequence[Written]) -> bool:
        """Whether the newest that came from somebody stands there, and below it only what may.

        Where it is further up, all that shows must be what the line wrote to them since.
        """
        place = self._place_of_last(page.rows, came)
        if place is not None:
            return all(self._may_follow(page, at) for at in range(place + 1, len(page.rows)))
        return bool(page.rows) and all(
            row.own and any(is_row_of(self._phone, row, each) for each in written)
            for row in page.rows
        )

    def namesakes(self) -> Iterator[str]:
        """Others whose name a screen may show in the same way."""
        for who, name in people_shown_as(self._phone, self.name or ""):
            if who not in self._same and self.bears(name):
                yield who

    def _place_of_last(self, rows: Sequence[MessageRow], came: Sequence[Incoming]) -> int | None:
        """Where the newest of their messages stands."""
        if not came:
            return None
        places = (at for at in reversed(range(len(rows))) if not rows[at].own)
        return next((at for at in places if is_told(rows[at], came[-1], self._phone)), None)

    def _may_follow(self, page: ChatPage, at: int) -> bool:
        """Whether the row may come after the last one that was told: ours, unread, or just now."""
        row, unread = page.rows[at], page.unread_from
        if row.own or (unread is not None and at >= unread):
            return True
        first = self._phone.time.minute_of_day(self._opened_ms)
        return is_between(row.time, first, self._phone.time.minute_of_day(self._now_ms()))

    def _came_from(self, who: str) -> list[Incoming]:
        phone = self._phone
        told = phone.listener.recent(phone.device_id, who, since_ms=self._since_ms())
        return [message for message in told if message.sender == who]

    def _written_to(self, who: str) -> list[Written]:
        phone = self._phone
        written = phone.listener.written(phone.device_id, who, since_ms=self._since_ms())
        return [each for each in written if each.channel is Channel.WHATSAPP]

    def _since_ms(self) -> int:
        return self._now_ms() - KNOWN_MS

    def _now_ms(self) -> int:
        return self._phone.clock.now_ms()


def people_shown_as(phone: Phone, name: str) -> Sequence[tuple[str, str]]:
    """People and their names that a dump may show as this one."""
    found = phone.listener.people_named(phone.device_id, _beginning(name))
    return [(who, other) for who, other in found if as_shown(other) == as_shown(name)]


def as_shown(name: str) -> str:
    """The name as a dump has it, without the sign that WhatsApp sets before a chosen one."""
    return clean_name(as_dumped(label(name).removeprefix("~"))) or ""


def _beginning(name: str) -> str:
    """Up to what a dump does not show."""
    return as_shown(name).partition("..")[0]
