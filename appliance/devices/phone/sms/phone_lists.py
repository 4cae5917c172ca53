"""SMS and missed calls, from the phone's own lists by their ids."""

import logging
import time
from collections.abc import Sequence

from appliance.channels import Channel
from appliance.devices.news_protocol import MissedCall
from appliance.devices.phone.content_rows import (
    AccessRefused,
    NoSuchColumn,
    Row,
    content_query,
    read_rows,
)
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.row_ids import last_read, read_up_to
from appliance.devices.phone.senses import Sense
from appliance.devices.phone.sms.by_hand import is_leaving, rows_by_hand
from appliance.devices.phone.sms.provider import SmsBox, SmsRow, addresses, bodies, find
from appliance.devices.phone.texts import in_e164
from appliance.devices.protocol import Incoming
from appliance.errors import Transient
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
# CallLog.Calls.PHONE_ACCOUNT_ID of AOSP: the subscription, on older phones the card's number.
_CALL_SIM = "subscription_id"
# CallLog.Calls.MISSED_TYPE of AOSP.
_MISSED = 3


class SmsInbox:
    """`news` is set from outside when the SMS app has something new."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._swept = 0.0
        self._failed = False
        # Rows above the cursor that are settled: told, of the other SIM, or the line's own.
        self._settled: set[int] = set()
        self._began_ms = phone.clock.now_ms() + phone.time.ahead_ms
        self.news = True

    def poll(self) -> bool:
        """A list that cannot be read does not stop the reading of the rest of the phone."""
        if time.monotonic() < self._swept + self._pause_s():
            return False
        try:
            found = self._fetch()
        except (AccessRefused, Transient) as exc:
            sense = Sense.SIMS if isinstance(exc, NoSuchColumn) else Sense.SMS
            self._phone.senses.failed(sense, exc)
            self.news = self._failed = True
            return False
        finally:
            self._swept = time.monotonic()
        for sense in (Sense.SMS, Sense.SIMS):
            self._phone.senses.works(sense)
        self.news = self._failed = False
        return found

    def _pause_s(self) -> float:
        if not self.news:
            return _SWEEP_S
        return self._phone.patience.read_again_s if self._failed else 0.0

    def _fetch(self) -> bool:
        """Tells rows above the cursor; without a cursor, unread rows since yesterday.

        Raises NoSuchColumn where the phone has not noted the SIM of one row. The cursor then waits
        for that row; the others, a STOP too, are told before.
        """
        phone = self._phone
        cursor = last_read(phone, SMS_CURSOR)
        where = f"_id>{cursor}" if cursor is not None else f"date>{_yesterday(phone)}"
        rows = find(phone.session.device, where, by_sim=phone.one_of_two is not None)
        came = [
            row for row in rows if row.box is SmsBox.INBOX and not (cursor is None and row.read)
        ]
        noted = [row for row in came if self._is_noted(row)]
        found = self._tell([row for row in noted if self._is_ours(row)])
        own = [row for row in rows if cursor is not None or row.date_ms >= self._began_ms]
        self._tell_typed(own)
        if len(noted) < len(came):
            self._settled |= {row.id for row in noted}
            raise NoSuchColumn("The phone does not say to which of its SIMs an SMS came.")
        self._move_on(rows, cursor, leaving=[row.id for row in own if is_leaving(phone, row)])
        return found

    def _move_on(
        self, rows: Sequence[SmsRow], cursor: int | None, *, leaving: Sequence[int]
    ) -> None:
        """Up to an SMS that is leaving: what becomes of it is read again."""
        phone = self._phone
        last = min(leaving) - 1 if leaving else max((row.id for row in rows), default=0)
        self._settled = {row.id for row in rows if row.id > last and row.id not in leaving}
        if rows and last != cursor:
            read_up_to(phone, SMS_CURSOR, last)

    def _tell_typed(self, rows: Sequence[SmsRow]) -> None:
        """Tells what somebody wrote on the phone itself over this SIM."""
        left = [row for row in rows if row.id not in self._settled and self._is_ours(row)]
        typed = rows_by_hand(self._phone, left)
        if typed:
            self._phone.listener.typed(self._phone.device_id, typed)

    def _tell(self, rows: Sequence[SmsRow]) -> bool:
        """Durable on return."""
        device = self._phone.session.device
        texts = bodies(device, [row.id for row in rows if row.id not in self._settled])
        who = addresses(device, texts)
        messages = [
            self._message(row, who.get(row.id, ""), texts[row.id])
            for row in rows
            if row.id in texts
        ]
        self._phone.deliver(messages)
        return bool(messages)

    def _is_noted(self, row: SmsRow) -> bool:
        """Whether the phone says to which SIM the row came, where that matters."""
        return self._phone.one_of_two is None or row.subscription is not None

    def _is_ours(self, row: SmsRow) -> bool:
        ours = self._phone.one_of_two
        return ours is None or row.subscription == ours.subscription

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

    def poll(self) -> bool:
        """Whether the list was asked for."""
        if self.refused or (not self.news and time.monotonic() < self._swept + _CALLS_SWEEP_S):
            return False
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
        return True

    def _fetch(self) -> None:
        phone = self._phone
        cursor = last_read(phone, CALLS_CURSOR)
        since = f"_id>{cursor}" if cursor is not None else f"date>{_yesterday(phone)}"
        where = f"type={_MISSED} AND {since}"
        columns = (*_CALL_COLUMNS, _CALL_SIM) if phone.one_of_two else _CALL_COLUMNS
        query = content_query(_CALLS, columns, where=where, sort="_id ASC")
        (answer,) = phone.session.run(query)
        rows = read_rows(answer.text, columns)
        calls = [
            MissedCall(
                key=f"call:{row['_id']}:{row['date']}",
                number=in_e164(row["number"] or ""),
                at_ms=int(row["date"] or 0) - phone.time.ahead_ms,
            )
            for row in rows
            if self._is_ours(row)
        ]
        if calls:
            phone.listener.missed_calls(phone.device_id, calls)
        if rows:
            last = max(int(row["_id"] or 0) for row in rows)
            read_up_to(phone, CALLS_CURSOR, last)

    def _is_ours(self, row: Row) -> bool:
        """A call whose SIM is not known licenses no answer, so it is not told."""
        ours = self._phone.one_of_two
        if ours is None:
            return True
        came_to = row[_CALL_SIM]
        return came_to is not None and came_to in {str(ours.subscription), ours.sim.iccid}


def _yesterday(phone: Phone) -> int:
    return phone.clock.now_ms() + phone.time.ahead_ms - _FIRST_MS
