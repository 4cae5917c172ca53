"""The ticks of messages sent earlier, read off the rows of an open chat."""

from collections.abc import Sequence

from appliance.devices.phone.phone import Phone
from appliance.devices.phone.phone_clock import MS_PER_MINUTE, is_between
from appliance.devices.phone.whatsapp.own_row import is_row_of
from appliance.devices.phone.whatsapp.rows import MessageRow
from appliance.devices.protocol import Outgoing, Tick

# The row of a message shows a time at most this long after its attempt began.
_SENT_WITHIN_MS = 10 * MS_PER_MINUTE
_ORDER = tuple(Tick)


def ticks_of(phone: Phone, sent: Sequence[Outgoing], rows: Sequence[MessageRow]) -> dict[str, Tick]:
    """By message id, matched from the newest upwards; messages that do not show are left out. Of a
    message with several files it is the least tick of those that show.
    """
    ticks: dict[str, Tick] = {}
    for outgoing in reversed(sent):
        place = next(
            (at for at in reversed(range(len(rows))) if _is_row_of(phone, rows[at], outgoing)),
            None,
        )
        if place is None:
            continue
        tick = rows[place].tick
        rows = rows[:place]
        if tick is not None:
            known = ticks.get(outgoing.message_id, tick)
            ticks[outgoing.message_id] = min(tick, known, key=_ORDER.index)
    return ticks


def _is_row_of(phone: Phone, row: MessageRow, outgoing: Outgoing) -> bool:
    if not row.own or not is_row_of(row, outgoing):
        return False
    first = phone.time.minute_of_day(outgoing.started_ms)
    return is_between(
        row.time, first, phone.time.minute_of_day(outgoing.started_ms + _SENT_WITHIN_MS)
    )
