"""Receiving: WhatsApp from notifications, SMS and missed calls from the phone's own lists."""

import logging
import time
from collections.abc import Sequence

from appliance.devices.adb import Output
from appliance.devices.phone.content_rows import AccessRefused, content_query, read_rows
from appliance.devices.phone.notification_records import Record, Stamp, records
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.sms_provider import Box, SmsRow, bodies, find
from appliance.devices.phone.whatsapp_notifications import ACCOUNT, messages_of
from appliance.devices.phone.whatsapp_screen import PACKAGES
from appliance.devices.protocol import Incoming, MissedCall
from appliance.errors import InvalidInput, Transient
from appliance.messages import Channel
from appliance.phone_numbers import parse_number

log = logging.getLogger(__name__)

REDACTED = "dumpsys notification"
SHOWN = "dumpsys notification --noredact"

SMS_CURSOR = "sms"
CALLS_CURSOR = "calls"

# Without news from the SMS app the inbox is still looked through this often: `content query`
# starts a Java program on the phone, which takes a second on a slow one.
_SWEEP_S = 10.0
# Calls announce themselves by the dialer's notification; the sweep is for what was missed.
_CALLS_SWEEP_S = 60.0
# A line that is connected for the first time takes what is unread since yesterday, no older.
_FIRST_SMS_MS = 24 * 3_600_000

# MessagingStyle keeps this many (Notification.MessagingStyle.MAXIMUM_RETAINED_MESSAGES of AOSP).
_FULL_ARRAY = 25

_DIALERS = frozenset(
    {
        "com.google.android.dialer",
        "com.samsung.android.dialer",
        "com.android.dialer",
        "com.android.server.telecom",
    }
)
_CALLS = "content://call_log/calls"
_CALL_COLUMNS = ("_id", "date", "number")
# CallLog.Calls.MISSED_TYPE of AOSP.
_MISSED = 3


class Receiver:
    """Tells the listener all that is new on one phone. A poll costs one shell call."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._stamps: set[Stamp] = set()
        self._told: set[str] = set()
        self.overflowing: set[str] = set()
        self._sms_news = self._calls_news = True
        self._swept = self._calls_swept = 0.0
        self._calls_refused = False

    def restart(self) -> None:
        """The phone was away: everything is looked through again."""
        self._stamps.clear()
        self._told.clear()
        self._sms_news = self._calls_news = True
        self._calls_refused = False

    def poll(self) -> bool:
        self._phone.deliver([])
        (redacted,) = self._phone.session.run(REDACTED)
        listed = records(redacted.text)
        news = self._note(listed)
        found = self._fetch() if news else False
        found |= self._sms_if_due()
        self._calls_if_due()
        return found

    def before_a_chat(self, redacted: Output, shown: Output) -> list[Record]:
        """Tells what the notifications hold now: opening a chat takes them away."""
        listed = records(redacted.text, shown=shown.text)
        self._note(listed)
        self._tell(listed)
        return listed

    # Notifications

    def _note(self, listed: Sequence[Record]) -> bool:
        """Whether one of WhatsApp's is new; what is new of other apps is remembered."""
        stamps = {record.stamp for record in listed}
        fresh = [record for record in listed if record.stamp not in self._stamps]
        self._sms_news |= any(record.package == self._phone.sms_app for record in fresh)
        self._calls_news |= any(record.package in _DIALERS for record in fresh)
        news = any(record.package in PACKAGES for record in fresh)
        if not news:
            self._stamps = stamps
        return news

    def _fetch(self) -> bool:
        """The texts come from another dump; which records it has is asked for with it."""
        redacted, shown = self._phone.session.run(REDACTED, SHOWN)
        now = records(redacted.text, shown=shown.text)
        found = self._tell(now)
        self._stamps = {r.stamp for r in now if r.raw or r.package not in PACKAGES}
        return found

    def _tell(self, listed: Sequence[Record]) -> bool:
        """Only what was told durably counts as told."""
        here: list[Incoming] = []
        for record in listed:
            messages = self._messages(record)
            self._note_overflow(record, messages)
            here += messages
        fresh = [m for m in here if m.key not in self._told and not self._phone.was_on_screen(m)]
        self._phone.deliver(sorted(fresh, key=lambda message: message.at_ms))
        self._told = {message.key for message in here}
        return bool(fresh)

    def _note_overflow(self, record: Record, messages: Sequence[Incoming]) -> None:
        """A full array whose first message is news may have pushed out others before it."""
        jid = record.shortcut or ""
        if record.message_count < _FULL_ARRAY or not jid.endswith(ACCOUNT) or not messages:
            return
        first = messages[0]
        if first.key in self._told:
            return
        phone = self._phone
        before = phone.listener.recent(phone.device_id, first.sender, since_ms=first.at_ms - 1)
        if first.key not in {message.key for message in before}:
            self.overflowing.add(first.sender)

    def _messages(self, record: Record) -> list[Incoming]:
        messages = messages_of(record, offset_ms=self._phone.time.ahead_ms)
        jid = record.shortcut or ""
        if jid.endswith(ACCOUNT):
            names = [message.sender_name for message in messages if message.sender_name]
            for name in names[-1:]:
                self._phone.contacts.learn(jid.removesuffix(ACCOUNT), name)
        return messages

    # SMS

    def _sms_if_due(self) -> bool:
        if not self._sms_news and time.monotonic() < self._swept + _SWEEP_S:
            return False
        found = self._sms()
        self._sms_news = False
        self._swept = time.monotonic()
        return found

    def _sms(self) -> bool:
        phone = self._phone
        cursor = phone.listener.cursor(phone.device_id, SMS_CURSOR)
        where = f"_id>{cursor}" if cursor is not None else f"date>{self._yesterday()}"
        rows = find(phone.session.device, where)
        wanted = [row for row in rows if row.box is Box.INBOX and self._is_due(row, cursor)]
        texts = bodies(phone.session.device, [row.id for row in wanted])
        messages = [self._sms_message(row, texts[row.id]) for row in wanted if row.id in texts]
        phone.deliver(messages)
        last = max((row.id for row in rows), default=cursor if cursor is not None else 0)
        if last != cursor:
            phone.listener.move_cursor(phone.device_id, SMS_CURSOR, last)
        return bool(messages)

    def _yesterday(self) -> int:
        return self._phone.clock.now_ms() + self._phone.time.ahead_ms - _FIRST_SMS_MS

    def _is_due(self, row: SmsRow, cursor: int | None) -> bool:
        return cursor is not None or not row.read

    def _sms_message(self, row: SmsRow, text: str) -> Incoming:
        return Incoming(
            channel=Channel.SMS,
            key=f"sms:{row.id}:{row.date_ms}",
            sender=in_e164(row.address),
            text=text,
            at_ms=row.date_ms - self._phone.time.ahead_ms,
        )

    # Missed calls

    def _calls_if_due(self) -> None:
        if self._calls_refused:
            return
        if not self._calls_news and time.monotonic() < self._calls_swept + _CALLS_SWEEP_S:
            return
        try:
            self._calls()
        except (AccessRefused, Transient) as exc:
            log.info("missed calls of %s: %s", self._phone.device_id, exc)
            self._calls_refused = True
        self._calls_news = False
        self._calls_swept = time.monotonic()

    def _calls(self) -> None:
        phone = self._phone
        cursor = phone.listener.cursor(phone.device_id, CALLS_CURSOR)
        where = f"type={_MISSED} AND "
        where += f"_id>{cursor}" if cursor is not None else f"date>{self._yesterday()}"
        query = content_query(
            "content://call_log/calls", _CALL_COLUMNS, where=where, sort="_id ASC"
        )
        (answer,) = phone.session.run(query)
        rows = read_rows(answer.text, _CALL_COLUMNS)
        calls = [
            MissedCall(
                key=f"call:{row['_id']}:{row['date']}",
                number=in_e164(row["number"] or ""),
                at_ms=int(row["date"] or 0) - phone.time.ahead_ms,
            )
            for row in rows
        ]
        if calls:
            phone.listener.missed_calls(phone.device_id, calls)
            last = max(int(row["_id"] or 0) for row in rows)
            phone.listener.move_cursor(phone.device_id, CALLS_CURSOR, last)


def in_e164(address: str) -> str:
    """E.164 where the address is a number; a sender's word stays as it is."""
    try:
        return parse_number(address)
    except InvalidInput:
        return address
