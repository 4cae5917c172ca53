"""Queues, histories and profiles by chance: what waits on one line, without a database."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from appliance.channels import Channel
from appliance.devices.protocol import DeviceState
from appliance.identities import Identity, tel
from appliance.messages import MessageClass
from appliance.queue.history import History, Left
from appliance.queue.lanes import LANES, Lane, Queued, by_class, place
from appliance.queue.office_hours import OfficeHours
from appliance.queue.pacing import Profile, Waiting
from appliance.queue.plan import asked_in_turn
from appliance.queue.planned import Planned
from appliance.queue.profile import DAY_MS, DEFAULT_PROFILE, HOUR_MS, MINUTE_MS
from appliance.queue.routing import Ways
from appliance.queue.situation import Situation
from appliance.reasons import Reason
from appliance.store.devices import Device
from appliance.store.lines import Line
from appliance.store.routes import Route
from tests.queue.counter import MONDAY
from tests.queue.queue_promises import TIGHT
from tests.queue.test_office_hours import DUTCH

HERE = "here"
ANY = Channel(name=HERE, label=HERE, needs_own_message=False)
MOMENTS = (MONDAY, MONDAY - 3 * HOUR_MS, MONDAY + 11 * HOUR_MS)
"""In the morning, before the office opens, and in the evening."""


@dataclass(slots=True, kw_only=True)
class RandomQueue:
    """`waiting` in the queue's order; `left` is what its SIM has sent."""

    profile: Profile
    hours: OfficeHours
    now_ms: int
    waiting: Sequence[Queued]
    left: Sequence[Left] = field(default_factory=list)

    def situation(self) -> Situation:
        return desk_of(self.profile, self.hours, History(left=self.left, since_ms=0))

    def departures(self, *, until_ms: int) -> Iterator[tuple[str, int]]:
        """Each message by its id and when it leaves, as one decision after the other has it."""
        situation, remaining, at_ms = self.situation(), list(self.waiting), self.now_ms
        while (found := self._decided(remaining, situation, at_ms, until_ms)) is not None:
            entry, at_ms = found
            remaining.remove(entry.queued)
            situation.histories[HERE].add(entry.queued.waiting.left_at(at_ms))
            yield entry.queued.waiting.id, at_ms

    def _decided(
        self, remaining: Sequence[Queued], situation: Situation, at_ms: int, until_ms: int
    ) -> tuple[Planned, int] | None:
        while at_ms < until_ms:
            closed: set[Lane] = set()
            ready = by_class(_ready(remaining, at_ms), closed)
            situation.held.clear()
            asked = asked_in_turn(ready, closed, situation, HERE, now_ms=at_ms)
            own_times = (each.waiting.not_before_ms for each in remaining)
            next_ms = min((each for each in own_times if each > at_ms), default=until_ms)
            for entry in asked:
                if entry.is_due(at_ms):
                    return entry, at_ms
                next_ms = min(next_ms, entry.expected_ms or next_ms)
            at_ms = next_ms
        return None


def _ready(remaining: Sequence[Queued], now_ms: int) -> Mapping[Lane, Sequence[Queued]]:
    ready = [each for each in remaining if each.waiting.not_before_ms <= now_ms]
    return {lane: [each for each in ready if each.lane == lane] for lane in LANES}


def random_queue(seed: int) -> RandomQueue:
    dice = random.Random(seed)
    now_ms = dice.choice(MOMENTS)
    sent = sorted(
        now_ms - dice.choice([500, 5_000, 30_000, 10 * MINUTE_MS, 2 * HOUR_MS])
        for _ in range(dice.randrange(6))
    )
    return RandomQueue(
        profile=dice.choice([DEFAULT_PROFILE, TIGHT, replace(TIGHT, sms_parts=3)]),
        hours=DUTCH,
        now_ms=now_ms,
        waiting=sorted((_queued(dice, n, now_ms) for n in range(dice.randrange(1, 9))), key=place),
        left=[_left(dice, at_ms) for at_ms in sent],
    )


def _queued(dice: random.Random, count: int, now_ms: int) -> Queued:
    kind = dice.choice(list(MessageClass))
    is_reply = kind in (MessageClass.REPLY, MessageClass.CONFIRMATION)
    answering = is_reply or dice.random() < 0.5
    waiting = Waiting(
        id=f"{count:03}-{dice.random()}",
        identity=_somebody(dice),
        kind=kind,
        text_length=dice.choice([5, 60, 400]),
        created_ms=now_ms - dice.choice([0, 0, 1_000, MINUTE_MS, HOUR_MS]),
        typed=kind is MessageClass.REPLY and dice.random() < 0.5,
        answering=answering,
        unanswered=0 if answering else dice.choice([0, 0, 1, 3]),
        not_before_ms=dice.choice([0] * 6 + [now_ms + 5_000, now_ms + HOUR_MS]),
        parts=dice.choice([1, 1, 2]),
        heard_length=dice.choice([0, 50]) if answering else 0,
        first=not answering and dice.random() < 0.2,
        sms=dice.random() < 0.3,
        greets=kind is MessageClass.AUTOMATIC and dice.random() < 0.2,
    )
    return Queued(
        waiting=waiting,
        contact_id=waiting.identity.value,
        text="",
        wanted=None,
        on_whatsapp=None,
        expected_ms=None,
        reason=None,
        tries=0,
        blocked=False,
    )


def _left(dice: random.Random, at_ms: int) -> Left:
    return Left(
        at_ms=at_ms,
        identity=_somebody(dice),
        answering=dice.random() < 0.5,
        parts=1,
        sms=dice.random() < 0.3,
        first=False,
        greets=False,
    )


def desk_of(profile: Profile, hours: OfficeHours, history: History) -> Situation:
    """A line with one way to send, which is open."""
    line = Line(id=HERE, branch_id=HERE, number="", stopped=None, created_ms=0)
    device = Device(
        id=HERE,
        kind=HERE,
        address="",
        iccid=None,
        sim_number=None,
        state=DeviceState.READY.value,
        reason=Reason.NONE.value,
        channels=frozenset({ANY}),
        facts="{}",
        changed_ms=0,
        created_ms=0,
    )
    route = Route(line_id=HERE, device_id=HERE, channel=ANY)
    return Situation(
        line=line,
        profiles={HERE: profile},
        ways=Ways(line=line, branch="", routes=[route], devices={HERE: device}),
        histories={HERE: history},
        hours=hours,
    )


LATER_MS = 3 * DAY_MS


def _somebody(dice: random.Random) -> Identity:
    return tel(f"+3161234567{dice.randrange(6)}")
