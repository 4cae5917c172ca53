"""What people wrote while their chat was open: WhatsApp tells it on the screen alone."""

import hashlib
from collections.abc import Sequence

from appliance.devices.phone.phone import Phone
from appliance.devices.phone.phone_clock import MS_PER_MINUTE, is_between, minute_in
from appliance.devices.phone.row_memory import identity, rows_after
from appliance.devices.phone.texts import as_dumped, canonical, digits_in
from appliance.devices.phone.whatsapp_screen import Conversation, Row
from appliance.devices.protocol import Incoming
from appliance.errors import DeviceError
from appliance.messages import Channel

# A row on the screen is compared with what came from this person in the last days.
_RECENT_MS = 3 * 24 * 60 * MS_PER_MINUTE
_TEXT_VIEW = r".*:id/message_text"
_LOST_EMOJI = ".."


class Arrivals:
    """The incoming rows of one open chat that may be news, gathered over its dumps."""

    def __init__(self, phone: Phone, number: str) -> None:
        self._phone = phone
        self._number = number
        self._opened_ms = phone.clock.now_ms()
        self._last: Conversation | None = None
        self._rows: list[Row] = []

    def see(self, conversation: Conversation) -> None:
        """Takes what is new in this view of the chat."""
        before, self._last = self._last, conversation
        if before is None:
            self._rows += self._unread(conversation)
            return
        later = rows_after(before.rows, conversation.rows)
        if later is None:
            known = {identity(row) for row in self._rows}
            later = [row for row in conversation.rows if identity(row) not in known]
            later = [row for row in later if self._just_now(row)]
        self._rows += [row for row in later if not row.own]

    def _unread(self, conversation: Conversation) -> list[Row]:
        """Rows below the divider, and those so young that no notification can have told them."""
        divider = conversation.unread_from
        rows = enumerate(conversation.rows)
        return [
            row
            for at, row in rows
            if not row.own and ((divider is not None and at >= divider) or self._just_now(row))
        ]

    def _just_now(self, row: Row) -> bool:
        if minute_in(row.time) is None:
            return False
        time, clock = self._phone.time, self._phone.clock
        first = time.minute_of_day(self._opened_ms)
        return is_between(row.time, first, time.minute_of_day(clock.now_ms()))

    @property
    def last(self) -> Conversation | None:
        """The chat as it was seen last, if it was seen."""
        return self._last

    def news(self) -> list[Incoming]:
        """The gathered rows that no notification has told; the chat must still be open."""
        if not self._rows:
            return []
        sender = f"+{digits_in(self._number)}"
        now_ms = self._phone.clock.now_ms()
        told = self._phone.listener.recent(
            self._phone.device_id, sender, since_ms=now_ms - _RECENT_MS
        )
        fresh = _untold(self._rows, told, self._phone)
        self._rows = []
        news: list[Incoming] = []
        for row in fresh:
            news.append(self._incoming(row, sender, [*told, *news]))
        return news

    def _incoming(self, row: Row, sender: str, before: list[Incoming]) -> Incoming:
        """Its key counts what is alike: the third "ok" of a minute is not the second."""
        text = self._text(row)
        at_ms = self._phone.time.latest_ms(row.time, now_ms=self._phone.clock.now_ms())
        alike = sum(canonical(m.text) == canonical(text) for m in before)
        facts = f"{sender}\0{at_ms // MS_PER_MINUTE}\0{text}\0{alike}"
        mark = hashlib.sha256(facts.encode(errors="replace")).hexdigest()[:24]
        return Incoming(
            channel=Channel.WHATSAPP,
            key=f"wa-screen:{mark}",
            sender=sender,
            text=text,
            at_ms=at_ms,
            exact=False,
        )

    def _text(self, row: Row) -> str:
        """The true text where the dump has lost emoji; a sign for what is no text."""
        if row.media is not None:
            return f"{row.media} {row.text}".strip()
        if _LOST_EMOJI not in row.text or self._last is None:
            return row.text
        now = next((r for r in self._last.rows if identity(r) == identity(row)), None)
        if now is None:
            return row.text
        try:
            text = self._phone.session.text_of(_TEXT_VIEW, now.place)
        except DeviceError:
            return row.text
        return text if as_dumped(text) == row.text else row.text


def _untold(rows: Sequence[Row], told: Sequence[Incoming], phone: Phone) -> list[Row]:
    """Each message that was told stands for one row; what is left over is news."""
    left = list(told)
    fresh: list[Row] = []
    for row in reversed(rows):
        match = next((t for t in reversed(left) if _is_told(row, t, phone)), None)
        if match is None:
            fresh.append(row)
        else:
            left.remove(match)
    return fresh[::-1]


def _is_told(row: Row, told: Incoming, phone: Phone) -> bool:
    minute = phone.time.minute_of_day(told.at_ms)
    if not is_between(row.time, minute, minute):
        return False
    if row.media is not None:
        return told.text.startswith(row.media)
    if canonical(told.text) == canonical(row.text):
        return True
    return row.head is not None and canonical(told.text).startswith(canonical(row.head))
