"""What somebody wrote on the phone itself: from its notifications, and from the rows of a chat that
is open anyway.

What the line wrote, or may have written, is never taken for it: each of its messages stands for one
row. A row shows no day, so it counts only below one whose day is known, or below today's divider.
"""

import hashlib
import logging
from collections.abc import Sequence

from appliance.channels import Channel
from appliance.devices.news_protocol import TypedByHand, Written
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.phone_clock import MINUTES_PER_DAY, MS_PER_MINUTE, is_between
from appliance.devices.phone.texts import as_dumped, canonical
from appliance.devices.phone.whatsapp.addresses import sender_of
from appliance.devices.phone.whatsapp.media import may_be_told
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.rows import MessageRow
from appliance.devices.phone.whatsapp.seen_in_chat import TEXT_VIEW, is_told
from appliance.errors import DeviceError

log = logging.getLogger(__name__)

# A minute of the day is of one day alone for so long, give or take some minutes.
_CLEAR_MS = (MINUTES_PER_DAY - 5) * MS_PER_MINUTE
# A message has the time of its tap, which comes this soon after the gate.
_TAPPED_WITHIN_MS = 15_000
_LOST_EMOJI = ".."


def echoes_by_hand(phone: Phone, echoes: Sequence[TypedByHand]) -> list[TypedByHand]:
    """Those that are none of the line's own messages, and were not read from their chat before."""
    known: dict[str, list[Written]] = {}
    found = []
    for echo in echoes:
        if echo.to not in known:
            known[echo.to] = _written(phone, echo.to, since_ms=echo.at_ms - _CLEAR_MS)
        same = next((each for each in known[echo.to] if is_same(each, echo)), None)
        if same is None:
            found.append(echo)
        else:
            known[echo.to].remove(same)
    return found


def is_same(written: Written, echo: TypedByHand) -> bool:
    if written.key is not None and written.key == echo.key:
        return True
    within_ms = _TAPPED_WITHIN_MS if written.key is None else MS_PER_MINUTE
    near = abs(echo.at_ms - written.at_ms) <= within_ms
    return near and may_be_told(written.text, echo.text, has_file=written.has_file)


def rows_by_hand(phone: Phone, address: str, page: ChatPage) -> list[TypedByHand]:
    """The own rows of this view that are none of the line's messages; the chat is still open."""
    if not any(row.own for row in page.rows):
        return []
    to = sender_of(address)
    now_ms = phone.clock.now_ms()
    written = _written(phone, to, since_ms=now_ms - _CLEAR_MS)
    times = _known_times(phone, to, page.rows, written)
    typed: list[TypedByHand] = []
    above_ms: int | None = None
    for place, row in enumerate(page.rows):
        if place == page.today_from:
            above_ms = above_ms or 0
        if place in times:
            above_ms = max(times[place], above_ms or 0)
        elif above_ms is not None and _is_text_of_ours(row):
            below_ms = min((ms for at, ms in times.items() if at > place), default=now_ms)
            at_ms = min(max(phone.time.latest_ms(row.time, now_ms=now_ms), above_ms + 1), below_ms)
            typed.append(_typed(phone, to, row, at_ms, [*written, *typed]))
            above_ms = at_ms
    return typed


def _written(phone: Phone, to: str, *, since_ms: int) -> list[Written]:
    found = phone.listener.written(phone.device_id, to, since_ms=since_ms)
    return [each for each in found if each.channel is Channel.WHATSAPP]


def _known_times(
    phone: Phone, to: str, rows: Sequence[MessageRow], written: Sequence[Written]
) -> dict[int, int]:
    """When the rows that Balie knows were written, by their places; the newest are paired first."""
    since_ms = phone.clock.now_ms() - _CLEAR_MS
    told = list(phone.listener.recent(phone.device_id, to, since_ms=since_ms))
    own = list(written)
    times: dict[int, int] = {}
    for place in reversed(range(len(rows))):
        row = rows[place]
        if row.own:
            ours = next((each for each in reversed(own) if is_row_of(phone, row, each)), None)
            if ours is not None:
                own.remove(ours)
                times[place] = ours.at_ms
        else:
            theirs = next((each for each in reversed(told) if is_told(row, each, phone)), None)
            if theirs is not None:
                told.remove(theirs)
                times[place] = theirs.at_ms
    return times


def is_row_of(phone: Phone, row: MessageRow, written: Written) -> bool:
    """Whether the row may show this message of the line."""
    minute = phone.time.minute_of_day(written.at_ms)
    return row.says(written.text) and is_between(row.time, minute, minute)


def _is_text_of_ours(row: MessageRow) -> bool:
    return row.own and row.media is None and not row.rewritten and bool(canonical(row.text))


def _typed(
    phone: Phone, to: str, row: MessageRow, at_ms: int, before: Sequence[Written | TypedByHand]
) -> TypedByHand:
    """The key counts equal messages: the third "ok" of a minute is not the second."""
    text = _text(phone, row)
    alike = sum(each.key is not None and each.text == text for each in before)
    facts = f"{to}\0{at_ms // MS_PER_MINUTE}\0{text}\0{alike}"
    mark = hashlib.sha256(facts.encode(errors="replace")).hexdigest()[:24]
    return TypedByHand(
        channel=Channel.WHATSAPP,
        key=f"wa-own-screen:{mark}",
        to=to,
        text=text,
        at_ms=at_ms,
        exact=False,
    )


def _text(phone: Phone, row: MessageRow) -> str:
    """Asked for exactly where the dump has lost emoji."""
    if _LOST_EMOJI not in row.text:
        return row.text
    try:
        text = phone.session.text_of(TEXT_VIEW, row.place)
    except DeviceError as exc:
        log.info("a message is told as the screen shows it: %s", exc)
        return row.text
    return text if as_dumped(text) == row.text else row.text
