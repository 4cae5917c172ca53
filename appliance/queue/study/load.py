"""The load for a simulation: branches, their contacts, lists, and who writes when."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from appliance.identities import tel
from appliance.messages import MessageClass
from appliance.queue.office_hours import OfficeHours
from appliance.queue.pacing import ANSWER_WINDOW_MS, Waiting
from appliance.queue.profile import DAY_MS, HOUR_MS, MINUTE_MS
from appliance.sms_parts import count_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one branch has to do. `lists` are send lists a week, each to `list_share` of the
    contacts; `inbound_per_day` are people who write by themselves on a working day.
    """

    contacts: int = 200
    lists: int = 2
    inbound_per_day: int = 60
    days: int = 7
    seed: int = 1
    list_share: float = 0.25
    starts: datetime = datetime(2026, 1, 5, tzinfo=ZoneInfo("Europe/Amsterdam"))
    age_days: int = 30  # of the line, when the simulation begins

    @property
    def starts_ms(self) -> int:
        return _ms_of(self.starts)

    @property
    def ends_ms(self) -> int:
        return self.starts_ms + self.days * DAY_MS

    @property
    def since_ms(self) -> int:
        return self.starts_ms - self.age_days * DAY_MS


@lru_cache
def _ms_of(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


# Shares of a day's messages by the hour: few at night, most by day, many in the evening.
_BY_HOUR = (1, 1, 0, 0, 0, 1, 4, 8, 12, 12, 10, 9, 8, 9, 9, 9, 9, 9, 7, 6, 5, 5, 4, 2)
_WEEKEND = 0.3
_ANSWERED = 0.85  # of those who write, by staff
_STAFF_MEDIAN_MS = 4 * MINUTE_MS
_GOES_ON = 0.3  # of the answered, who write again
_GOES_ON_MEDIAN_MS = 5 * MINUTE_MS
_REACTS = 0.35  # of those whom a list reached
_REACTS_MEDIAN_MS = 30 * MINUTE_MS
_UNHEARD = 0.03  # of the contacts agreed elsewhere and never wrote
_SMS_ONLY = 0.15
_LENGTHS = {MessageClass.REPLY: 60, MessageClass.AUTOMATIC: 110, MessageClass.LIST: 140}
_HEARD_LENGTH = 45


@dataclass(slots=True)
class SimulatedContact:
    number: str
    sms: bool
    spoken: bool
    last_in_ms: int | None = None
    unanswered: int = 0
    heard_length: int = 0


class Happening(NamedTuple):
    """An event in the branch's world at one moment; `kind` is None when a contact writes.

    `order` is another one for each, so nothing behind it is compared.
    """

    at_ms: int
    order: int
    contact: SimulatedContact | None
    kind: MessageClass | None = None


class SimulatedPeople:
    """The people around one line. All that looks random comes from the load's seed."""

    def __init__(self, load: Load, hours: OfficeHours, line: int) -> None:
        self._load = load
        self._hours = hours
        self._dice = random.Random(f"{load.seed}-{line}")  # noqa: S311 -- a repeatable world
        self._count = 0
        self._line = line
        self.contacts = [self._contact(place) for place in range(load.contacts)]

    def day(self, at_ms: int) -> Iterator[Happening]:
        """The people who will write on the day that begins here, and the list if one is sent."""
        day = datetime.fromtimestamp(at_ms / 1000, self._load.starts.tzinfo)
        working = day.isoweekday() in self._hours.weekdays
        mean = self._load.inbound_per_day * (1.0 if working else _WEEKEND)
        for _ in range(max(0, round(self._dice.gauss(mean, mean**0.5)))):
            hour = self._dice.choices(range(24), _BY_HOUR)[0]
            moment_ms = at_ms + hour * HOUR_MS + self._dice.randrange(HOUR_MS)
            yield self._happens(moment_ms, self._dice.choice(self.contacts))
        if working:
            yield from self._lists(day)

    def writes(self, contact: SimulatedContact, at_ms: int) -> Iterator[Happening]:
        """A contact writes: that leads perhaps to a welcome, mostly to a person's answer."""
        contact.last_in_ms, contact.unanswered = at_ms, 0
        contact.heard_length = self._length(_HEARD_LENGTH)
        if not contact.spoken:
            contact.spoken = True
            yield self._happens(at_ms, contact, MessageClass.AUTOMATIC)
        if self._dice.random() < _ANSWERED:
            thinks_ms = self._spread(_STAFF_MEDIAN_MS)
            opens_ms = self._hours.open_from(at_ms)
            if opens_ms is not None and opens_ms > at_ms:
                thinks_ms += opens_ms - at_ms + self._dice.randrange(HOUR_MS)
            yield self._happens(at_ms + thinks_ms, contact, MessageClass.REPLY)

    def left(
        self, contact: SimulatedContact, kind: MessageClass, at_ms: int
    ) -> Iterator[Happening]:
        """A message reached them, and perhaps they write back."""
        listed = kind is MessageClass.LIST
        if self._dice.random() < (_REACTS if listed else _GOES_ON):
            after_ms = self._spread(_REACTS_MEDIAN_MS if listed else _GOES_ON_MEDIAN_MS)
            yield self._happens(at_ms + after_ms, contact)

    def message(self, contact: SimulatedContact, kind: MessageClass, at_ms: int) -> Waiting:
        self._count += 1
        length = self._length(_LENGTHS[kind])
        last_ms = contact.last_in_ms
        answering = last_ms is not None and at_ms - last_ms <= ANSWER_WINDOW_MS
        return Waiting(
            id=f"{self._load.seed}-{self._line}-{self._count:09}",
            identity=tel(contact.number),
            kind=kind,
            text_length=length,
            created_ms=at_ms,
            typed=kind is MessageClass.REPLY,
            answering=answering,
            unanswered=contact.unanswered,
            parts=count_parts("x" * length) if contact.sms else 1,
            heard_length=contact.heard_length if answering else 0,
            first=not contact.spoken,
            sms=contact.sms,
        )

    def _lists(self, day: datetime) -> Iterator[Happening]:
        """Each working day gets its share of the week's lists, in its first hours."""
        days = max(1, len(self._hours.weekdays))
        week = day.isocalendar().week
        for place in range(self._load.lists):
            if sorted(self._hours.weekdays)[(place + week) % days] != day.isoweekday():
                continue
            minutes = self._dice.randrange(9 * 60, 15 * 60)
            at_ms = int((day + timedelta(minutes=minutes)).timestamp() * 1000)
            size = round(len(self.contacts) * self._load.list_share)
            for contact in self._dice.sample(self.contacts, size):
                yield self._happens(at_ms, contact, MessageClass.LIST)

    def _happens(
        self, at_ms: int, contact: SimulatedContact, kind: MessageClass | None = None
    ) -> Happening:
        self._count += 1
        return Happening(at_ms, self._count, contact, kind)

    def _contact(self, place: int) -> SimulatedContact:
        return SimulatedContact(
            number=f"+316{place:08}",
            sms=self._dice.random() < _SMS_ONLY,
            spoken=self._dice.random() >= _UNHEARD,
        )

    def _spread(self, median_ms: int) -> int:
        return int(median_ms * self._dice.lognormvariate(0, 1))

    def _length(self, median: int) -> int:
        return max(2, min(1_500, int(median * self._dice.lognormvariate(0, 0.6))))
