"""Opens a chat from WhatsApp's list of chats, where no link can.

The row is proven by its name, its last text and its time, or it is the only one of that name. Of
rows that look alike none is tapped. What was opened is proven again by its head and its rows.
"""

import logging
import time
from collections.abc import Iterator

from appliance.devices.phone.phone import Phone
from appliance.devices.phone.phone_clock import (
    MINUTES_PER_DAY,
    MS_PER_MINUTE,
    is_between,
    minute_in,
)
from appliance.devices.phone.texts import canonical
from appliance.devices.phone.whatsapp.archive import MOST_PULLS, opened_archive
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.hidden.acquaintance import Acquaintance
from appliance.devices.phone.whatsapp.list_of_chats import PassBy, opened_list, views_of_list
from appliance.devices.phone.whatsapp.pages import ChatRow, ChatsList
from appliance.errors import Transient, Unconfirmed

log = logging.getLogger(__name__)

# A message in doubt may have left or not, so that one before it is the last.
_LAST_OWN = 3


class NotInList(Transient):
    """The list was seen as far as Balie looks, and their chat is not in it."""


def tap_in_list(chat: OpenChat, them: Acquaintance, pass_by: PassBy) -> float:
    """Taps their row; returns the moment. Raises Transient where no row is certainly theirs."""
    them.refresh()
    if them.name is None or not them.came:
        raise Transient("Balie does not know under which name WhatsApp shows them.", _NOT_FOUND)
    return _tapped(chat, _certain_row(chat, them, _top_of_list(chat, pass_by)))


def _tapped(chat: OpenChat, row: ChatRow) -> float:
    try:
        chat.phone.session.tap(row.box.centre)
    except Unconfirmed as exc:
        raise Transient("The phone did not say whether it opened the chat.") from exc
    return time.monotonic()


def tap_in_archive(chat: OpenChat, them: Acquaintance, pass_by: PassBy) -> float | None:
    """As above, among the archived chats; None where the phone shows no list of them."""
    first = opened_archive(chat, pass_by)
    if first is None:
        return None
    return _tapped(chat, _certain_row(chat, them, first))


_NOT_FOUND = {"seen": "not in the list"}
_ALIKE = {"seen": "chats alike"}


def _top_of_list(chat: OpenChat, pass_by: PassBy) -> ChatsList:
    seen = opened_list(chat, pass_by, within_s=chat.phone.patience.chat_s)
    *_, top = _views(chat, seen, upwards=True)
    return top


def _views(chat: OpenChat, seen: ChatsList, *, upwards: bool = False) -> Iterator[ChatsList]:
    return views_of_list(chat, seen, most=MOST_PULLS, upwards=upwards)


def _certain_row(chat: OpenChat, them: Acquaintance, top: ChatsList) -> ChatRow:
    """A row of the last view.

    Rows of one minute stand together, so rows that look alike are seen together; a row at the edge
    is looked at again half a screen on.
    """
    named: dict[tuple[str, str], ChatRow] = {}
    pages, proven, page = 0, [], top
    for page in _views(chat, top):
        pages += 1
        bearing = [row for row in page.rows if them.bears(row.name)]
        named |= {(row.preview, row.time): row for row in bearing}
        proven = [row for row in bearing if _is_proven(chat.phone, row, them)]
        if len(proven) > 1 or (proven and proven[0] is not page.rows[-1]):
            break
    if len(proven) == 1:
        return proven[0]
    if proven or len(named) > 1:
        raise Transient("Two chats look like theirs.", chat.keep(chat.screen, **_ALIKE))
    if not named or pages > MOST_PULLS:
        sentence = "Their chat is not in WhatsApp's list, or too far down in it."
        raise NotInList(sentence, chat.keep(chat.screen, **_NOT_FOUND))
    return _found_again(chat, next(iter(named.values())), page)


def _found_again(chat: OpenChat, only: ChatRow, end: ChatsList) -> ChatRow:
    """The row where it stands now, upwards from the end of the list."""
    for page in _views(chat, end, upwards=True):
        for row in page.rows:
            if (row.name, row.preview, row.time) == (only.name, only.preview, only.time):
                return row
    raise Transient("Their chat moved in WhatsApp's list.", _NOT_FOUND)


def _is_proven(phone: Phone, row: ChatRow, them: Acquaintance) -> bool:
    """Whether it shows the last that they or the line wrote, at its time."""
    if row.own_last:
        own = them.written[-_LAST_OWN:]
        return any(_shows(phone, row, each.text, each.at_ms) for each in own)
    last = them.came[-1]
    return _shows(phone, row, last.text, last.at_ms)


def _shows(phone: Phone, row: ChatRow, text: str, at_ms: int) -> bool:
    shown, said = canonical(row.preview), canonical(text)
    cut = shown.removesuffix("…").rstrip()
    same = said.startswith(cut) if cut != shown else said == shown
    return bool(cut) and same and _is_of(phone, row.time, at_ms)


def _is_of(phone: Phone, shown: str, at_ms: int) -> bool:
    """A row shows the time of today's messages, and a date or a day of earlier ones."""
    now_ms = phone.clock.now_ms()
    if minute_in(shown) is None:
        return phone.time.day_of(at_ms) != phone.time.day_of(now_ms)
    minute = phone.time.minute_of_day(at_ms)
    recent = now_ms - at_ms < MINUTES_PER_DAY * MS_PER_MINUTE
    return recent and is_between(shown, minute, minute)
