"""Views of the inbox: which conversations a list shows, in which order, and its address."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query

from appliance.desk.inbox import overview
from appliance.desk.inbox.overview import Filter, Order
from appliance.desk.inbox.view_counts import LineCounts

MAX_ROWS = 400


class InboxView(Enum):
    """By its name in `/inbox/{view}`."""

    WAITING = "waiting"
    MINE = "mine"
    NOBODYS = "nobodys"
    LATER = "later"
    NOT_ARRIVED = "not-arrived"
    UNREAD = "unread"
    GROUPS = "groups"
    ALL = "all"


_SHOWS: Mapping[InboxView, tuple[Filter, Order]] = {
    InboxView.WAITING: (Filter.ALL, Order.WAITING),
    InboxView.MINE: (Filter.MINE, Order.LATEST),
    InboxView.NOBODYS: (Filter.NOBODYS, Order.WAITING),
    InboxView.LATER: (Filter.LATER, Order.LATEST),
    InboxView.NOT_ARRIVED: (Filter.NONE, Order.LATEST),
    InboxView.UNREAD: (Filter.UNREAD, Order.LATEST),
    InboxView.GROUPS: (Filter.GROUPS, Order.LATEST),
    InboxView.ALL: (Filter.ALL, Order.LATEST),
}


def counts_of(counts: Sequence[LineCounts]) -> Mapping[str, Sequence[int]]:
    """Of each line, by the name of the view; the other views have no number beside them, because
    there is nothing that one does about it.
    """
    return {
        InboxView.WAITING.value: [each.waiting for each in counts],
        InboxView.MINE.value: [each.mine for each in counts],
        InboxView.NOT_ARRIVED.value: [each.missing for each in counts],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the list shows. `line` empty: all numbers. `open`: the conversation beside it. `saved`:
    the id of a saved view, which is shown instead of `view`.
    """

    view: InboxView
    saved: str = ""
    line: str = ""
    rows: int = overview.PAGE
    open: str = ""

    @property
    def name(self) -> str:
        """As addresses have it."""
        return self.saved or self.view.value

    @property
    def which(self) -> Filter:
        return _SHOWS[self.view][0]

    @property
    def order(self) -> Order:
        return _SHOWS[self.view][1]

    def instead(
        self, *, view: InboxView | None = None, saved: str = "", line: str | None = None
    ) -> "Wanted":
        """Another list from its top, with the same conversation beside it."""
        chosen = self.line if line is None else line
        kept = saved if saved or view else self.saved
        return Wanted(view=view or self.view, saved=kept, line=chosen, open=self.open)

    def more(self) -> "Wanted":
        return dataclasses.replace(self, rows=self.rows + overview.PAGE)

    def address(self) -> str:
        """The page of this list."""
        return f"/inbox/{self.name}{_query(line=self.line)}"

    def query(self) -> str:
        """These choices beside another page's address: the list that stands beside it."""
        view = "" if self.name == InboxView.ALL.value else self.name
        return _query(view=view, line=self.line)

    def part(self) -> str:
        """The address of the list alone."""
        rows = "" if self.rows == overview.PAGE else str(self.rows)
        return f"/list{_query(view=self.name, line=self.line, rows=rows)}"


def _query(**told: str) -> str:
    said = {name: value for name, value in told.items() if value}
    return f"?{urlencode(said)}" if said else ""


def _wanted(
    view: InboxView | UUID = InboxView.ALL,
    line: Annotated[str, Query(max_length=40)] = "",
    rows: Annotated[int, Query(ge=1, le=MAX_ROWS)] = overview.PAGE,
    open_id: Annotated[str, Query(alias="open", max_length=40)] = "",
) -> Wanted:
    saved = isinstance(view, UUID)
    return Wanted(
        view=InboxView.ALL if isinstance(view, UUID) else view,
        saved=str(view) if saved else "",
        line=line,
        rows=rows,
        open=open_id,
    )


Choices = Annotated[Wanted, Depends(_wanted)]


def old_address(line: str, show: str, order: str) -> Wanted:
    """What an address from before there were views asked for."""
    known = {each.value: each for each in InboxView}
    view = InboxView.WAITING if order == "waiting" else known.get(show)
    return Wanted(view=view or (InboxView.ALL if order else InboxView.WAITING), line=line)
