"""What stands in an open chat, upwards from its end, each message with its day.

Half of each view was in the one before, which is how the views are put together. A row shows a
time of day alone: its day is that of the divider above it.
"""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from appliance.devices.adoption_protocol import ChatToRead, GaveWay, HistoryRow, KnownMessage
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.phone_clock import minute_in
from appliance.devices.phone.texts import as_dumped, canonical
from appliance.devices.phone.whatsapp.chat import OpenChat, half_of
from appliance.devices.phone.whatsapp.day_labels import day_in, today_of
from appliance.devices.phone.whatsapp.media import CALL, is_same, shown_medium
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.row_memory import rows_after
from appliance.devices.phone.whatsapp.rows import MessageRow
from appliance.devices.phone.whatsapp.seen_in_chat import TEXT_VIEW
from appliance.devices.protocol import TextForm
from appliance.errors import DeviceError, Transient

log = logging.getLogger(__name__)

MOST_PULLS = 12
"""Half a screen each: some fifty messages."""
_LOST_EMOJI = ".."
# Rows and Balie may be a minute apart, and an hour where the clock was put forward or back since.
_APART_MIN = frozenset({0, 1, 59, 60, 61})


@dataclass(frozen=True, slots=True, kw_only=True)
class _SeenRow:
    """A row, its text in full, and the divider right above it, where one shows."""

    row: MessageRow
    text: str
    divider: str | None


class Stretch:
    """The part of a chat that was seen, oldest first."""

    def __init__(self, chat: OpenChat, end: ChatPage) -> None:
        self._chat = chat
        self._rows = self._view(end)
        self.whole = end.from_start

    def read_up(self, wanted: ChatToRead, end: ChatPage) -> None:
        """Scrolls up as far as it goes, and back to the end. Raises GaveWay."""
        if end.area is None:
            return
        low, high = half_of(end.area)
        pulled = 0
        try:
            while not self.whole and pulled < MOST_PULLS:
                if not wanted.goes_on():
                    raise GaveWay("A message is due.")
                self._chat.phone.session.swipe(high, low)
                pulled += 1
                if not self._add_above(self._page()):
                    break
        finally:
            if pulled:
                for _ in range(pulled + 1):
                    self._chat.phone.session.swipe(low, high)
                self._chat.look()

    def _page(self) -> ChatPage:
        now = self._chat.dump()
        if not isinstance(now, ChatPage) or not self._chat.is_ours(now):
            raise Transient("The chat was left while it was read.", {"seen": "not the chat"})
        return now

    def _add_above(self, page: ChatPage) -> bool:
        """False where it goes no further, or where a part was passed over."""
        view = [seen.row for seen in self._rows]
        later = rows_after(page.rows, view)
        self.whole = page.from_start
        if later is None:
            return False
        known = len(view) - len(later)
        if known >= len(page.rows):
            return False
        above = len(page.rows) - known
        overlap = [
            replace(seen, divider=seen.divider or page.days.get(above + at))
            for at, seen in enumerate(self._rows[:known])
        ]
        self._rows = [*self._view(page)[:above], *overlap, *self._rows[known:]]
        return True

    def _view(self, page: ChatPage) -> list[_SeenRow]:
        return [
            _SeenRow(row=row, text=_text(self._chat.phone, row), divider=page.days.get(at))
            for at, row in enumerate(page.rows)
        ]

    def dated(self, last_day: date | None) -> Iterator[tuple[_SeenRow, date | None]]:
        """Without a divider all of it is of one day, that of the last message."""
        phone = self._chat.phone
        today = today_of(phone.time, phone.clock.now_ms())
        day = None if any(seen.divider for seen in self._rows) else last_day
        for seen in self._rows:
            if seen.divider:
                day = day_in(seen.divider, today)
            yield seen, day


def fresh_rows(stretch: Stretch, wanted: ChatToRead, who: str) -> tuple[Sequence[HistoryRow], int]:
    """The messages that Balie does not have, and how many there are in all."""
    said = [each for each in stretch.dated(wanted.day) if _is_message(each[0].row)]
    left = list(wanted.known(who))
    fresh: list[tuple[_SeenRow, date | None]] = []
    for seen, day in reversed(said):
        known = next((k for k in reversed(left) if _fits(seen.row, day, k)), None)
        if known is None:
            fresh.append((seen, day))
        else:
            left.remove(known)
    rows: list[HistoryRow] = []
    for seen, day in reversed(fresh):
        rows.append(_history_row(seen, day, who, rows))
    return rows, len(said)


def _is_message(row: MessageRow) -> bool:
    """Not a call, nor a sentence of WhatsApp's in place of a message."""
    if row.media == CALL or row.form is not TextForm.WORDS or (row.rewritten and not row.edited):
        return False
    return row.media is not None or bool(canonical(row.text))


def _fits(row: MessageRow, day: date | None, known: KnownMessage) -> bool:
    """Whether the row may show this message; what an edited one said before shows no more."""
    if row.own is not known.own or day not in (None, known.day):
        return False
    minute = minute_in(row.time)
    if minute is not None and abs(minute - known.minute) not in _APART_MIN:
        return False
    if row.media is None:
        return row.edited or row.says(known.text)
    caption = row.text or row.detail
    alike = known.has_file and canonical(row.text) == canonical(known.text)
    return alike or is_same(row.media, caption, known.text)


def _history_row(
    seen: _SeenRow, day: date | None, who: str, before: Sequence[HistoryRow]
) -> HistoryRow:
    """The key counts equal messages: the third "ok" of a minute is not the second."""
    row, minute = seen.row, minute_in(seen.row.time)
    same = (row.own, seen.text, day, minute)
    alike = sum((each.own, each.text, each.day, each.minute) == same for each in before)
    facts = f"{who}\0{row.own}\0{day}\0{minute}\0{seen.text}\0{alike}"
    mark = hashlib.sha256(facts.encode(errors="replace")).hexdigest()[:24]
    return HistoryRow(
        key=f"wa-adopted:{mark}",
        own=row.own,
        text=seen.text,
        day=day,
        minute=minute,
        media=shown_medium(row.media[0], row.text or row.detail) if row.media else None,
    )


def _text(phone: Phone, row: MessageRow) -> str:
    """Asked for exactly where the dump has lost emoji."""
    if row.media is not None:
        return f"{row.media[0]} {row.text or row.detail}".strip()
    if _LOST_EMOJI not in row.text:
        return row.text
    try:
        text = phone.session.text_of(TEXT_VIEW, row.place)
    except DeviceError as exc:
        log.info("a message is taken over as the screen shows it: %s", exc)
        return row.text
    return text if as_dumped(text) == row.text else row.text
