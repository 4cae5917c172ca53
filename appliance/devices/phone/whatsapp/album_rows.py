"""The row of an album: WhatsApp draws photos that came one after another as one.

Which photos become one, and what the number on the last tile counts, is uncertain.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from appliance.devices.phone.whatsapp.media import lasting, pieces_of, without_pieces
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.rows import MessageRow


def with_each_message(seen: ChatPage, before: ChatPage | None) -> ChatPage:
    """The chat with a row for each message that they wrote.

    An album shows the time of its last photo alone. Where photos that stood at the end of `before`
    have become its first ones, they keep the times that they had there.
    """
    newest = next((row for row in reversed(seen.rows) if _is_album(row)), None)
    if newest is None:
        return seen
    times = _times_at_end(before.rows) if before else ()
    rows: list[MessageRow] = []
    unread_from = None
    days: dict[int, str] = {}
    for at, row in enumerate(seen.rows):
        if at == seen.unread_from:
            unread_from = len(rows)
        if at in seen.days:
            days[len(rows)] = seen.days[at]
        rows += _pieces(row, times if row is newest else ())
    return replace(seen, rows=tuple(rows), unread_from=unread_from, days=days)


def _pieces(row: MessageRow, times: Sequence[str]) -> Iterator[MessageRow]:
    if not _is_album(row):
        yield row
        return
    for place in range(pieces_of(row.media)):
        time = times[place] if place < len(times) else row.time
        yield replace(row, media=without_pieces(row.media), piece=place, time=time)


def _is_album(row: MessageRow) -> bool:
    return not row.own and pieces_of(row.media) > 1


def _times_at_end(rows: Sequence[MessageRow]) -> Sequence[str]:
    """Of the photos without words, and of nothing else, with which what they wrote ends."""
    times: list[str] = []
    for row in reversed([row for row in rows if not row.own]):
        if row.text or lasting(row.media) != lasting("📷"):
            break
        times.insert(0, row.time)
    return times
