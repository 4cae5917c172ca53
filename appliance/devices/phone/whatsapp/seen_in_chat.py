"""What people wrote while their chat was open: WhatsApp shows it only on the screen."""

import hashlib
import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

from appliance.channels import Channel
from appliance.devices.news_protocol import PlaceName, Quoting
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.phone_clock import MS_PER_MINUTE, is_between, minute_in
from appliance.devices.phone.texts import as_dumped, canonical
from appliance.devices.phone.whatsapp.addresses import sender_of
from appliance.devices.phone.whatsapp.album_rows import with_each_message
from appliance.devices.phone.whatsapp.day_labels import is_of_before, today_of
from appliance.devices.phone.whatsapp.media import CALL, PLACE, is_same, shown_medium
from appliance.devices.phone.whatsapp.old_rows import without_old
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.row_memory import ChatMemory, identity, rows_after
from appliance.devices.phone.whatsapp.rows import MessageRow, is_cut
from appliance.devices.protocol import Incoming, TextForm
from appliance.errors import DeviceError

log = logging.getLogger(__name__)

# Looks until a message that was cut shows whole.
_EXPANDS_WITHIN = 6
# A row on the screen is compared with this person's messages of the last days.
_RECENT_MS = 3 * 24 * 60 * MS_PER_MINUTE
TEXT_VIEW = r".*:id/message_text"
_LOST_EMOJI = ".."


class ChatArrivals:
    """The incoming rows of one open chat that may be news, gathered over its dumps."""

    def __init__(self, phone: Phone, number: str, history: ChatMemory | None = None) -> None:
        self._phone = phone
        self._number = number
        self.history = history or ChatMemory(opened_ms=phone.clock.now_ms())

    def see(self, conversation: ChatPage) -> None:
        """Collects the new rows of this view of the chat."""
        before = self.history.last
        conversation = with_each_message(conversation, before)
        self.history.last = conversation
        later = rows_after(before.rows, conversation.rows) if before else None
        if before is None:
            fresh = self._unread(conversation)
        elif later is None:
            rows = enumerate(conversation.rows)
            fresh = [row for at, row in rows if self._just_now(row, at, conversation)]
        else:
            fresh = later
        today, goes_on = self._today(), later is not None
        self.consider(without_old(self.history, conversation, fresh, today, goes_on=goes_on))

    def consider(self, rows: Iterable[MessageRow]) -> None:
        """Adds rows that may be news; `news` removes those that were told already."""
        self.history.rows += [
            row
            for row in rows
            if not row.own and row.media != CALL and row not in self.history.rows
        ]

    def _unread(self, conversation: ChatPage) -> list[MessageRow]:
        """Rows below the divider, and rows so new that no notification can have told them."""
        divider = conversation.unread_from
        rows = enumerate(conversation.rows)
        return [
            row
            for at, row in rows
            if not row.own
            and ((divider is not None and at >= divider) or self._just_now(row, at, conversation))
        ]

    def _just_now(self, row: MessageRow, at: int, conversation: ChatPage) -> bool:
        """By its time of day, where no divider proves that it is of an earlier day."""
        if minute_in(row.time) is None or self._is_of_before(at, conversation):
            return False
        time, clock = self._phone.time, self._phone.clock
        first = time.minute_of_day(self.history.opened_ms)
        return is_between(row.time, first, time.minute_of_day(clock.now_ms()))

    def _is_of_before(self, at: int, conversation: ChatPage) -> bool:
        return is_of_before(conversation.days, at, self._today())

    def _today(self) -> date:
        return today_of(self._phone.time, self._phone.clock.now_ms())

    @property
    def last(self) -> ChatPage | None:
        """The last view of the chat, if there was one."""
        return self.history.last

    @property
    def asked(self) -> str:
        """Under what the listener has what was told of this chat."""
        return sender_of(self._number)

    @property
    def group_jid(self) -> str | None:
        """Of the group whose chat it is."""
        return None

    def news(self) -> list[Incoming]:
        """The gathered rows that no notification has told; the chat must still be open.

        A row that replaces a message told before keeps that message's key.
        """
        if not self.history.rows:
            return []
        sender = self.asked
        now_ms = self._phone.clock.now_ms()
        told = self._phone.listener.recent(
            self._phone.device_id, sender, since_ms=now_ms - _RECENT_MS
        )
        rows, self.history.rows = self.history.rows, []
        fresh, _ = match(rows, told, self._phone)
        _, changed = match(self._in_view(), told, self._phone)
        news: list[Incoming] = []
        for row in fresh:
            before = self._before_change(row, changed)
            if before is not None:
                changed.remove(before)
                news.append(replace(before, text=self._text(row), form=row.form))
                continue
            news.append(self._incoming(row, sender, [*told, *news]))
            if row not in self._in_view():
                changed.append(news[-1])
        return news

    def quotings(self) -> list[Quoting]:
        """The messages in view that were told already and answer another one."""
        if not any(row.quoted for row in self._in_view()):
            return []
        phone = self._phone
        since_ms = phone.clock.now_ms() - _RECENT_MS
        sender = self.asked
        told = phone.listener.recent(phone.device_id, sender, since_ms=since_ms)
        return [
            Quoting(
                key=each.key,
                channel=each.channel,
                sender=each.sender,
                quoted=row.quoted,
                group=self.group_jid,
            )
            for row, each in paired(self._in_view(), told, phone)
            if row.quoted
        ]

    def places(self) -> list[PlaceName]:
        """The places in view that were told already, with the names that their rows have."""
        shown = [row for row in self._in_view() if (row.media or "")[:1] == PLACE and row.detail]
        if not shown:
            return []
        phone, sender = self._phone, self.asked
        since_ms = phone.clock.now_ms() - _RECENT_MS
        told = phone.listener.recent(phone.device_id, sender, since_ms=since_ms)
        return [
            PlaceName(key=each.key, channel=each.channel, sender=each.sender, name=row.detail)
            for row, each in paired(shown, told, phone)
        ]

    def _in_view(self) -> list[MessageRow]:
        rows = self.history.last.rows if self.history.last is not None else ()
        return [row for row in rows if not row.own]

    def _before_change(self, row: MessageRow, gone: Sequence[Incoming]) -> Incoming | None:
        """The message that this row replaces, whose words no longer show."""
        return next(
            (
                told
                for told in reversed(gone)
                if (told.form is TextForm.WAITING or row.form is TextForm.DELETED or row.edited)
                and told.form is not TextForm.DELETED
                and _same_minute(row, told, self._phone)
            ),
            None,
        )

    def _incoming(self, row: MessageRow, sender: str, before: list[Incoming]) -> Incoming:
        """The key counts equal messages: the third "ok" of a minute is not the second."""
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
            media=shown_medium(row.media[0], row.text or row.detail) if row.media else None,
            at_ms=at_ms,
            exact=False,
            form=row.form,
        )

    def _text(self, row: MessageRow) -> str:
        """The text; asked for exactly where the screen cuts it or the dump has lost emoji."""
        if row.media is not None:
            return f"{row.media[0]} {row.text or row.detail}".strip()
        now = self._on_screen(row)
        try:
            if row.head is not None and now is not None and now.more is not None:
                return self._expanded(row.head, now.more) or row.text
            if _LOST_EMOJI in row.text and now is not None:
                return self._exact(row.text, now.place)
        except DeviceError as exc:
            log.info("a message is told as the screen shows it: %s", exc)
        return row.text

    def _on_screen(self, row: MessageRow) -> MessageRow | None:
        return next((now for now in self._in_view() if identity(now) == identity(row)), None)

    def _exact(self, shown: str, place: int) -> str:
        text = self._phone.session.text_of(TEXT_VIEW, place)
        return text if as_dumped(text) == shown else shown

    def _expanded(self, head: str, link: tuple[int, int]) -> str | None:
        """Taps Read more, once; the whole bubble may be longer than the screen."""
        self._phone.session.tap(link)
        for pause_s in islice(self._phone.patience.pauses(), _EXPANDS_WITHIN):
            time.sleep(pause_s)
            bubbles = self._phone.session.screen().of(self._phone.whatsapp).having("message_text")
            for place, bubble in enumerate(bubbles):
                if bubble.text.startswith(head) and not is_cut(bubble.text):
                    return self._exact(bubble.text, place)
        return None


def match(
    rows: Sequence[MessageRow], told: Sequence[Incoming], phone: Phone
) -> tuple[list[MessageRow], list[Incoming]]:
    """The rows and messages that `paired` leaves over."""
    left, fresh = list(told), list(rows)
    for row, found in paired(rows, told, phone):
        left.remove(found)
        fresh.remove(row)
    return fresh, left


def paired(
    rows: Sequence[MessageRow], told: Sequence[Incoming], phone: Phone
) -> list[tuple[MessageRow, Incoming]]:
    """Each told message with one row.

    Rows with words are matched first: a picture without a caption may be any picture.
    """
    left = list(told)
    pairs = []
    newest_first = rows[::-1]
    for row in sorted(newest_first, key=_says_nothing):
        found = next((t for t in reversed(left) if is_told(row, t, phone)), None)
        if found is not None:
            left.remove(found)
            pairs.append((row, found))
    return pairs


def _says_nothing(row: MessageRow) -> bool:
    return not (row.text or row.detail)


def is_told(row: MessageRow, told: Incoming, phone: Phone) -> bool:
    """Whether the row may show this message."""
    if not _same_minute(row, told, phone):
        return False
    if row.form is not TextForm.WORDS or told.form is not TextForm.WORDS:
        return row.form is told.form
    if row.media is not None:
        return is_same(row.media, row.text or row.detail, told.text)
    if canonical(told.text) == canonical(row.text):
        return True
    return row.head is not None and canonical(told.text).startswith(canonical(row.head))


def _same_minute(row: MessageRow, told: Incoming, phone: Phone) -> bool:
    """A notification has the row's minute while both clocks agree; else it may be a minute off."""
    minute = phone.time.minute_of_day(told.at_ms)
    if told.exact and phone.time.ahead_ms == 0:
        return minute_in(row.time) in {minute, None}
    return is_between(row.time, minute, minute)
