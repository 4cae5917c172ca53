"""Finds the rows of a chat that are new since an earlier view."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from appliance.devices.phone.texts import digest
from appliance.devices.phone.whatsapp.media import lasting
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.rows import MessageRow

# As many rows as any screen shows.
_KEPT_ROWS = 40


@dataclass(slots=True, kw_only=True)
class ChatMemory:
    """What was seen of one chat: since when, the last view, and rows that were not told yet.

    Rows of days before `from_day` are no news. `above`: what the divider above the last row said,
    where one showed.
    """

    opened_ms: int
    last: ChatPage | None = None
    rows: list[MessageRow] = field(default_factory=list)
    from_day: date | None = None
    above: str | None = None


def identity(row: MessageRow) -> tuple[bool, str, str, str | None]:
    """The parts of a row that stay the same when its tick changes and its medium is downloaded."""
    return row.own, row.text, row.time, lasting(row.media)


def readings(before: Sequence[Hashable], now: Sequence[Hashable]) -> list[int]:
    """How many rows of `now` may be known from `before`; the likeliest first, empty if none fits.

    Both are parts of one list that only grows at its end, so the known rows of `now` come first and
    end like `before`. A longer overlap is likelier; of equal overlaps the one that leaves more rows
    as new. Rows that look alike allow several answers.
    """
    if not before:
        return [0]
    fits = [
        (min(known, len(before)), -known)
        for known in range(1, len(now) + 1)
        if _ends_alike(before, now[:known])
    ]
    return [-known for _, known in sorted(fits, reverse=True)]


def _ends_alike(before: Sequence[Hashable], known: Sequence[Hashable]) -> bool:
    overlap = min(len(before), len(known))
    return list(before[-overlap:]) == list(known[-overlap:])


def rows_after(before: Sequence[MessageRow], now: Sequence[MessageRow]) -> list[MessageRow] | None:
    """The rows of `now` that were not in `before`; None when the two do not overlap."""
    fits = readings([identity(row) for row in before], [identity(row) for row in now])
    return list(now[fits[0] :]) if fits else None


def baseline_of(conversation: ChatPage, *, text: str, salt: str) -> dict[str, Any]:
    """The rows of the chat before the tap, as hashes without texts."""
    rows = [list(_mark(row, salt)) for row in conversation.rows[-_KEPT_ROWS:]]
    whole = conversation.loaded and not conversation.filled
    return {"rows": rows, "equal": conversation.own_equal(text), "whole": whole}


def since_baseline(
    baseline: Mapping[str, Any], conversation: ChatPage, *, salt: str
) -> list[list[MessageRow]]:
    """The rows that may be new, one list for each reading; empty when the views do not overlap."""
    if not conversation.loaded:
        return []
    before = [tuple(mark) for mark in baseline.get("rows", [])]
    if not before and conversation.filled and not conversation.from_start:
        return []
    now = [_mark(row, salt) for row in conversation.rows]
    known = readings(before, now)
    if baseline.get("whole") and not conversation.filled:
        # Both views show the chat from its first message on, so the count is certain.
        known = [count for count in known if count == len(before)]
    return [list(conversation.rows[count:]) for count in known]


def stood_there(baseline: Mapping[str, Any], row: MessageRow, *, salt: str) -> bool:
    """Whether a row with this one's words and time was there at the baseline."""
    return _mark(row, salt) in {tuple(mark) for mark in baseline.get("rows", [])}


def _mark(row: MessageRow, salt: str) -> tuple[Hashable, ...]:
    return row.own, digest(salt, row.text), row.time, lasting(row.media)
