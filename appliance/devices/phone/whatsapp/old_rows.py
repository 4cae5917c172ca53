"""Rows of a chat that are too old to be news. A row shows a time of day alone: the dividers of the
days tell.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from appliance.devices.phone.whatsapp.day_labels import is_surely_before
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.row_memory import ChatMemory
from appliance.devices.phone.whatsapp.rows import MessageRow


def without_old(
    memory: ChatMemory, page: ChatPage, fresh: Sequence[MessageRow], today: date, *, goes_on: bool
) -> Sequence[MessageRow]:
    """`fresh` are rows of this view; with `goes_on` those at its end, below the view before."""
    from_day, days = memory.from_day, page.days
    if from_day is None:
        return fresh
    if not goes_on:
        memory.above = None
    first = min(days, default=None)
    known = len(page.rows) - len(fresh)
    # The first divider that shows tells how old the rows before it may be.
    comes_to_show = memory.above is None and goes_on and first is not None and first >= known
    if comes_to_show and _is_all_old_above(days[first or 0], from_day, today):
        memory.rows.clear()
    shown = memory.above
    memory.above = days[max(days)] if days else shown
    return [
        row
        for at, row in enumerate(page.rows)
        if any(row is each for each in fresh) and not _is_old(days, at, shown, from_day, today)
    ]


def _is_old(days: Mapping[int, str], at: int, shown: str | None, first: date, today: date) -> bool:
    """`shown` is the divider above the view, where one is known; `first` the first day of news."""
    below = min((each for each in days if each > at), default=None)
    if below is not None and _is_all_old_above(days[below], first, today):
        return True
    above = max((each for each in days if each <= at), default=None)
    divider = shown if above is None else days[above]
    return divider is not None and is_surely_before(divider, first, today)


def _is_all_old_above(divider: str, first: date, today: date) -> bool:
    return first >= today or is_surely_before(divider, first + timedelta(days=1), today)
