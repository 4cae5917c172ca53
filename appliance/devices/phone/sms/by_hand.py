"""SMS that somebody wrote on the phone itself, from the phone's own list of them."""

from collections.abc import Sequence

from appliance.channels import Channel
from appliance.devices.news_protocol import TypedByHand, Written
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.phone_clock import MS_PER_MINUTE
from appliance.devices.phone.sms.provider import SmsBox, SmsRow, addresses, bodies
from appliance.devices.phone.texts import in_e164

SMS_ID = "sms_id"
"""The fact of a proof that names the row."""

# A row has the time of its tap; the phone's clock and the app may take their time.
_TAPPED_WITHIN_MS = MS_PER_MINUTE
# What waits for longer than this may wait for ever: nothing waits for it.
_LEAVES_WITHIN_MS = 10 * MS_PER_MINUTE

_LEAVING = frozenset({SmsBox.OUTBOX, SmsBox.QUEUED})


def is_leaving(phone: Phone, row: SmsRow) -> bool:
    """Whether it will soon be known what becomes of it."""
    now_ms = phone.clock.now_ms() + phone.time.ahead_ms
    return row.box in _LEAVING and now_ms - row.date_ms < _LEAVES_WITHIN_MS


def rows_by_hand(phone: Phone, rows: Sequence[SmsRow]) -> list[TypedByHand]:
    """Those that left and are none of the line's messages."""
    left = [row for row in rows if row.box is SmsBox.SENT and row.id not in phone.own_sms]
    who = addresses(phone.session.device, [row.id for row in left])
    texts = bodies(phone.session.device, [row.id for row in left])
    there = [row for row in left if row.id in who and row.id in texts]
    typed = [_typed(phone, row, who[row.id], texts[row.id]) for row in there]
    return [each for row, each in zip(there, typed, strict=True) if not _is_ours(phone, row, each)]


def key_of(row: SmsRow) -> str:
    return f"sms-own:{row.id}:{row.date_ms}"


def _typed(phone: Phone, row: SmsRow, address: str, text: str) -> TypedByHand:
    return TypedByHand(
        channel=Channel.SMS,
        key=key_of(row),
        to=in_e164(address),
        text=text,
        at_ms=row.date_ms - phone.time.ahead_ms,
    )


def _is_ours(phone: Phone, row: SmsRow, typed: TypedByHand) -> bool:
    """By the row that a proof names; a message without proof may be any row with its words."""
    since_ms = typed.at_ms - _TAPPED_WITHIN_MS
    written = [
        each
        for each in phone.listener.written(phone.device_id, typed.to, since_ms=since_ms)
        if each.channel is Channel.SMS and each.key is None
    ]
    if any(each.facts.get(SMS_ID) == row.id for each in written):
        return True
    return any(_may_be(each, typed) for each in written if SMS_ID not in each.facts)


def _may_be(written: Written, typed: TypedByHand) -> bool:
    near = abs(typed.at_ms - written.at_ms) <= _TAPPED_WITHIN_MS
    return near and written.text.strip() == typed.text.strip()
