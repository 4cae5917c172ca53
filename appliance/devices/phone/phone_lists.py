"""SMS and missed calls, from the phone's own lists by their ids."""

import logging
import time

from appliance.devices.phone.content_rows import AccessRefused, content_query, read_rows
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.senses import Sense
from appliance.devices.phone.sms_provider import Box, SmsRow, addresses, bodies, find
from appliance.devices.protocol import Incoming, MissedCall
from appliance.errors import InvalidInput, Transient
from appliance.messages import Channel
from appliance.phone_numbers import parse_number
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

SMS_CURSOR = "sms"
CALLS_CURSOR = "calls"

# Without news from the SMS app the inbox is still looked through this often: `content query`
# starts a Java program on the phone, which takes a second on a slow one.
_SWEEP_S = 10.0
# Calls announce themselves by the dialer's notification; the sweep is for what was missed.
_CALLS_SWEEP_S = 60.0
# A line that is connected for the first time takes what is unread since yesterday, no older.
_FIRST_MS = 24 * 3_600_000

_CALLS = "content://call_log/calls"
_CALL_COLUMNS = ("_id", "date", "number")
# CallLog.Calls.MISSED_TYPE of AOSP.
_MISSED = 3


class SmsInbox:
    """`news` is set by whoever has seen that the SMS app has something new."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._swept = 0.0
        self._failed = False
        self.news = True

    def poll(self) -> bool:
        """Nothing that is wrong with the list keeps the rest of the phone from being read."""
        if time.monotonic() < self._swept + self._pause_s():
            return False
        try:
            found = self._fetch()
        except (AccessRefused, Transient) as exc:
            self._phone.senses.failed(Sense.SMS, exc)
            self.news = self._failed = True
            return False
        finally:
            self._swept = time.monotonic()
        self._phone.senses.works(Sense.SMS)
        self.news = self._failed = False
        return found

    def _pause_s(self) -> float:
        if not self.news:
            return _SWEEP_S
        return self._phone.patience.read_again_s if self._failed else 0.0

    def _fetch(self) -> bool:
        """Those above the cursor; without one, what is unread since yesterday."""
        phone = self._phone
        cursor = phone.listener.cursor(phone.device_id, SMS_CURSOR)
        where = f"_id>{cursor}" if cursor is not None else f"date>{_yesterday(phone)}"
        rows = find(phone.session.device, where)
        wanted = [row for row in rows if row.box is Box.INBOX and not (cursor is None and row.read)]
        texts = bodies(phone.session.device, [row.id for row in wanted])
        who = addresses(phone.session.device, texts)
        messages = [
            self._message(row, who.get(row.id, ""), texts[row.id])
            for row in wanted
            if row.id in texts
        ]
        phone.deliver(messages)
        if rows:
            last = max(row.id for row in rows)
            phone.listener.move_cursor(phone.device_id, SMS_CURSOR, last)
        return bool(messages)

    def _message(self, row: SmsRow, address: str, text: str) -> Incoming:
        return Incoming(
            channel=Channel.SMS,
            key=f"sms:{row.id}:{row.date_ms}",
            sender=in_e164(address),
            text=text,
            at_ms=row.date_ms - self._phone.time.ahead_ms,
        )


class MissedCalls:
    """A phone that does not let the shell read its call log is not asked again."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._swept = 0.0
        self._trouble = Trouble(log, f"missed calls of {phone.device_id}")
        self.news = True
        self.refused = False

    def poll(self) -> None:
        if self.refused or (not self.news and time.monotonic() < self._swept + _CALLS_SWEEP_S):
            return
        try:
            self._fetch()
        except AccessRefused as exc:
            log.info("missed calls of %s: %s", self._phone.device_id, exc)
            self.refused = True
        except Transient as exc:
            self._trouble.met(exc)
        else:
            self._trouble.over()
        self.news = False
        self._swept = time.monotonic()

    def _fetch(self) -> None:
        phone = self._phone
        cursor = phone.listener.cursor(phone.device_id, CALLS_CURSOR)
        since = f"_id>{cursor}" if cursor is not None else f"date>{_yesterday(phone)}"
        where = f"type={_MISSED} AND {since}"
        query = content_query(_CALLS, _CALL_COLUMNS, where=where, sort="_id ASC")
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


def _yesterday(phone: Phone) -> int:
    return phone.clock.now_ms() + phone.time.ahead_ms - _FIRST_MS


def in_e164(address: str) -> str:
    """E.164 where the address is a number; a sender's word stays as it is."""
    try:
        return parse_number(address)
    except InvalidInput:
        return address
