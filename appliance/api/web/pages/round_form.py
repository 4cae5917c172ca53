"""The form of a new round: what was typed, and the round that it asks for."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData

from appliance.api.web.pages.compose import normal_newlines
from appliance.desk.rounds.invited import Invited
from appliance.desk.rounds.starting import RoundOrder, StartRequest
from appliance.desk.team.later import written
from appliance.errors import InvalidInput
from appliance.store.lines import Line
from appliance.store.rounds import RoundAuthor

WAYS = 3
"""Ways to ask that the form has room for."""
_LONGEST = 5_000
_DAY_MS = 24 * 3_600_000
_ORDERS = frozenset(each.value for each in RoundOrder)
_LINE, _SEATS = "line:", "seats:"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundForm:
    """As somebody typed it. `closes` empty: when the work starts; `at_once` empty: as is usual.

    `list`, `label` and `q` say whom, `first` is the name of the label of who is asked first.
    """

    variants: Sequence[str] = ("",)
    day: str = ""
    begins: str = ""
    ends: str = ""
    seats: str = ""
    list: str = ""
    label: str = ""
    q: str = ""
    lines: Sequence[str] = ()
    closes: str = ""
    at_once: str = ""
    order: str = RoundOrder.LONGEST.value
    first: str = ""
    confirm_text: str = ""
    reserve_text: str = ""
    filled_text: str = ""

    @classmethod
    def of(cls, sent: FormData) -> "RoundForm":
        """A value that is no text is none."""
        said = {name: _plain(sent.get(name)) for name in _SINGLE}
        ways = [_plain(each) for each in sent.getlist("variants")[:WAYS]]
        order = said["order"] if said["order"] in _ORDERS else RoundOrder.LONGEST.value
        return cls(
            **{**said, "order": order},
            variants=ways or [""],
            lines=[_plain(each) for each in sent.getlist("lines")],
        )

    @classmethod
    def begun(
        cls, now_ms: int, zone: str, *, lines: Sequence[str], texts: Mapping[str, str]
    ) -> "RoundForm":
        """Work of tomorrow, which is what most rounds are about."""
        today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date()
        day = (today + timedelta(days=1)).isoformat()
        return cls(day=day, begins="07:00", ends="15:00", lines=lines, **texts)

    @property
    def digest(self) -> str:
        """Of what was typed: what is started is what was looked at."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:32]

    @property
    def invited(self) -> Invited:
        return Invited(list_id=self.list, label_id=self.label, q=self.q.strip())

    def with_change(self, do: str) -> "RoundForm":
        """One of the changes that the page offers: a number more, fewer seats."""
        if do.startswith(_LINE):
            return replace(self, lines=[*self.lines, do.removeprefix(_LINE)])
        if do.startswith(_SEATS):
            return replace(self, seats=do.removeprefix(_SEATS), at_once="")
        return self

    def request(
        self,
        lines: Sequence[Line],
        contacts: Sequence[str],
        by: RoundAuthor,
        *,
        zone: str,
        now_ms: int,
    ) -> StartRequest:
        """Without a time it asks until the work starts, and, where that goes on, until it ends.

        Raises InvalidInput.
        """
        starts_ms, ends_ms = self._hours(zone)
        closes_ms = starts_ms if starts_ms > now_ms else ends_ms
        if self.closes:
            closes_ms = written(self.closes, zone=zone, field="closes_at")
        return StartRequest(
            lines=lines,
            contacts=contacts,
            variants=[each for each in self.variants if each.strip()],
            seats=_count(self.seats, "seats"),
            starts_ms=starts_ms,
            ends_ms=ends_ms,
            closes_ms=closes_ms,
            at_once=_count(self.at_once, "at_once") if self.at_once.strip() else None,
            order=RoundOrder(self.order),
            label=self.first if self.order == RoundOrder.LABEL.value else None,
            confirm_text=self.confirm_text,
            reserve_text=self.reserve_text.strip() or None,
            filled_text=self.filled_text.strip() or None,
            by=by,
        )

    def _hours(self, zone: str) -> tuple[int, int]:
        """An end that is not after the beginning is of the next day: a night's work."""
        starts_ms = written(f"{self.day}T{self.begins}", zone=zone, field="starts_at")
        ends_ms = written(f"{self.day}T{self.ends}", zone=zone, field="starts_at")
        return starts_ms, ends_ms if ends_ms > starts_ms else ends_ms + _DAY_MS


_SINGLE = tuple(
    name for name in RoundForm.__dataclass_fields__ if name not in ("variants", "lines")
)


def _plain(value: object) -> str:
    return normal_newlines(value)[:_LONGEST] if isinstance(value, str) else ""


def _count(text: str, field: str) -> int:
    """Raises InvalidInput."""
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 6):  # noqa: PLR2004 -- digits
        raise InvalidInput(field, "Write a number.")
    return int(plain)
