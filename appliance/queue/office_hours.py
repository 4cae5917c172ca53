"""The hours in which Balie begins messages by itself, in the branch's own time zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from appliance.store.lines import Branch

_LOOK_AHEAD_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """`weekdays` are ISO numbers, 1 is Monday."""

    zone: str
    opens: time
    closes: time
    weekdays: frozenset[int]

    def open_from(self, at_ms: int) -> int | None:
        """The first moment from `at_ms` on at which the office is open; None when it never is."""
        if self.closes <= self.opens:
            return None
        local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(self.zone))
        for ahead in range(_LOOK_AHEAD_DAYS):
            day = local.date() + timedelta(days=ahead)
            if day.isoweekday() not in self.weekdays:
                continue
            opening = datetime.combine(day, self.opens, local.tzinfo)
            if local < opening:
                return int(opening.timestamp() * 1000)
            if local < datetime.combine(day, self.closes, local.tzinfo):
                return at_ms
        return None


def hours_of(branch: Branch) -> OfficeHours:
    return OfficeHours(
        zone=branch.zone,
        opens=time.fromisoformat(branch.opens),
        closes=time.fromisoformat(branch.closes),
        weekdays=frozenset(int(digit) for digit in branch.weekdays),
    )
