"""The phone's clock beside ours, and the times of day that its screens show."""

import re
from dataclasses import dataclass

from appliance.clock import MS_PER_S, Clock
from appliance.devices.phone.adb.calls import last_line
from appliance.devices.phone.texts import label
from appliance.errors import Transient

DATE_COMMAND = "date '+%s %z'"

_ANSWER = re.compile(r"(\d+) ([+-])(\d{2})(\d{2})")
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?:\s*([ap])\.?\s?m\.?)?", re.IGNORECASE)

MS_PER_MINUTE = 60_000
MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR
_NOON = 12
# `date` gives whole seconds and the answer needs time, so a smaller difference counts as none.
_TOLERANCE_MS = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneClock:
    """`ahead_ms`: how far the phone's clock is ahead of ours. `zone_minutes`: east of Greenwich."""

    ahead_ms: int
    zone_minutes: int

    def day_of(self, ours_ms: int) -> int:
        """The day on which the phone's screen has a moment of our clock."""
        local_ms = ours_ms + self.ahead_ms + self.zone_minutes * MS_PER_MINUTE
        return local_ms // (MINUTES_PER_DAY * MS_PER_MINUTE)

    def minute_of_day(self, ours_ms: int) -> int:
        """The minute that the phone's screen shows at a moment of our clock."""
        local_ms = ours_ms + self.ahead_ms + self.zone_minutes * MS_PER_MINUTE
        return local_ms // MS_PER_MINUTE % MINUTES_PER_DAY

    def latest_ms(self, time_label: str, *, now_ms: int) -> int:
        """The latest moment up to now at which the phone's screens showed this time of day.

        Now while that minute still runs, else the beginning of the minute. Also now where the label
        is no time.
        """
        minute = minute_in(time_label)
        if minute is None:
            return now_ms
        past = (self.minute_of_day(now_ms) - minute) % MINUTES_PER_DAY
        if past == 0 or past == MINUTES_PER_DAY - 1:
            return now_ms
        return (now_ms // MS_PER_MINUTE - past) * MS_PER_MINUTE


def read_clock(output: str, *, asked_ms: int, answered_ms: int) -> PhoneClock:
    """The offset from the answer to DATE_COMMAND; raises Transient when it is none."""
    found = _ANSWER.fullmatch(last_line(output))
    if found is None:
        raise Transient("The phone does not tell the time.")
    phone_ms = int(found[1]) * MS_PER_S + MS_PER_S // 2
    ahead = phone_ms - (asked_ms + answered_ms) // 2
    uncertain = _TOLERANCE_MS + (answered_ms - asked_ms)
    minutes = int(found[3]) * MINUTES_PER_HOUR + int(found[4])
    return PhoneClock(
        ahead_ms=0 if abs(ahead) <= uncertain else ahead,
        zone_minutes=-minutes if found[2] == "-" else minutes,
    )


def minute_in(time_label: str) -> int | None:
    """The minute of the day in a label such as `22:37` or `3:28 PM`."""
    found = _TIME.fullmatch(label(time_label))
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").lower()
    if half:
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    return hour * MINUTES_PER_HOUR + minute


def is_between(time_label: str, first: int, last: int) -> bool:
    """Whether a time of day lies between two minutes, give or take one, also over midnight.

    True where the label cannot be read, because that proves nothing.
    """
    minute = minute_in(time_label)
    if minute is None:
        return True
    span = (last - first) % MINUTES_PER_DAY
    return (minute - first + 1) % MINUTES_PER_DAY <= span + 2


def measure(clock: Clock, output: str, *, asked_ms: int) -> PhoneClock:
    return read_clock(output, asked_ms=asked_ms, answered_ms=clock.now_ms())
