"""How many people of a round can be asked by when today, at the pace of its lines.

The times are those of the steady rate, which the planner's far plan has as well. What leaves is
decided message by message, so this promises nothing; it shows whether a round can be filled in
time, and what more lines would change.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.beginnings import Beginnings
from appliance.desk.outgoing.rhythm import rhythm_of
from appliance.desk.rounds.judging import Asker, Judged, RoundJudge, midnight_ms
from appliance.desk.rounds.starting import QUESTIONS_A_SEAT, Draft
from appliance.messages import MessageClass
from appliance.queue.estimate import SteadyRate
from appliance.queue.lanes import Lane
from appliance.queue.pacing import DAY_MS, DEFAULT_PROFILE, HOUR_MS, MINUTE_MS, Profile
from appliance.store import branches, lines, routes
from appliance.store.lines import Line
from appliance.store.rounds import Round

STEP_MS = 15 * MINUTE_MS
MOST_OTHERS = 5
"""Other lines that are tried out: each is a walk along all people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """By `by_ms`, `count` people can have been asked."""

    by_ms: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreLines:
    """What one line more would change. `enough_ms`: when as many are asked as are asked at first;
    None: not today.
    """

    line_id: str
    count: int
    enough_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Askable:
    """`enough_ms` as in `MoreLines`. `seats_today` is for how many seats people can be asked."""

    reach: Sequence[Reach]
    enough_ms: int | None
    seats_today: int
    more_lines: Sequence[MoreLines] = ()


def askable(conn: sqlite3.Connection, sight: Sight, draft: Draft, *, now_ms: int) -> Askable:
    about, until_ms = draft.about, _until_ms(conn, draft.about, now_ms)
    times = _times(conn, draft.judged, now_ms=now_ms, until_ms=until_ms)
    share = max(1, about.at_once // about.seats)
    return Askable(
        reach=_steps(times, now_ms),
        enough_ms=_enough_ms(times, about),
        seats_today=min(len(times) // min(share, QUESTIONS_A_SEAT), about.seats),
        more_lines=[
            _with(conn, draft, line_id, now_ms=now_ms, until_ms=until_ms)
            for line_id in _others(conn, sight, about)
        ],
    )


def _with(
    conn: sqlite3.Connection, draft: Draft, line_id: str, *, now_ms: int, until_ms: int
) -> MoreLines:
    about = replace(draft.about, line_ids=[*draft.about.line_ids, line_id])
    judge = RoundJudge.of(conn, about, now_ms=now_ms)
    judged = [judge.judge(each.contact_id, place) for place, each in enumerate(draft.judged)]
    times = _times(conn, judged, now_ms=now_ms, until_ms=until_ms)
    return MoreLines(line_id=line_id, count=len(times), enough_ms=_enough_ms(times, about))


def _others(conn: sqlite3.Connection, sight: Sight, about: Round) -> Sequence[str]:
    """The other lines of the branch, then those of other branches."""
    found = [
        each
        for each in lines.lines(conn)
        if each.id not in about.line_ids and sight.sees_branch(each.branch_id)
    ]
    found.sort(key=lambda each: each.branch_id != about.branch_id)
    return [each.id for each in found[:MOST_OTHERS]]


def _until_ms(conn: sqlite3.Connection, about: Round, now_ms: int) -> int:
    zone = branches.branch(conn, about.branch_id).settings.zone
    tomorrow_ms = midnight_ms(midnight_ms(now_ms, zone) + DAY_MS + 2 * HOUR_MS, zone)
    return min(about.closes_ms, tomorrow_ms)


@dataclass(slots=True, kw_only=True)
class _Pace:
    """The rhythm of one line, and how many people it can begin a first conversation with today."""

    rhythm: SteadyRate
    newcomers: int

    def last_ms(self) -> int:
        return max(self.rhythm.now_ms, *self.rhythm.last_ms.values())

    def takes(self, asker: Asker) -> bool:
        return not asker.is_new or self.newcomers > 0

    def next_ms(self, asker: Asker, length: int) -> int:
        self.newcomers -= asker.is_new
        at_ms, _ = self.rhythm.next(Lane(MessageClass.AUTOMATIC, asker.answering), length)
        return at_ms


@dataclass(slots=True, kw_only=True)
class _Paces:
    conn: sqlite3.Connection
    now_ms: int
    until_ms: int
    by_line: dict[str, _Pace] = field(default_factory=dict)

    def of(self, asker: Asker) -> _Pace:
        if asker.line.id not in self.by_line:
            rhythm = rhythm_of(
                self.conn, asker.line, DEFAULT_PROFILE, from_ms=self.now_ms, now_ms=self.now_ms
            )
            newcomers = self._newcomers(asker.line, rhythm.profile)
            self.by_line[asker.line.id] = _Pace(rhythm=rhythm, newcomers=newcomers)
        return self.by_line[asker.line.id]

    def _newcomers(self, line: Line, profile: Profile) -> int:
        """Counted on the line's own SIM."""
        own = routes.routes_of_line(self.conn, line.id)[0].device_id
        sim = Beginnings.of(self.conn, line, profile, now_ms=self.now_ms).on(own)
        return sim.firsts_until(self.now_ms, self.until_ms)


def _times(
    conn: sqlite3.Connection,
    judged: Sequence[Judged],
    *,
    now_ms: int,
    until_ms: int,
) -> Sequence[int]:
    """When each could be asked today, one after another, each by the line that is free first."""
    paces, times = _Paces(conn=conn, now_ms=now_ms, until_ms=until_ms), list[int]()
    for each in judged:
        if not each.can_be_asked:
            continue
        free = [asker for asker in each.askers if paces.of(asker).takes(asker)]
        if free:
            first = min(free, key=lambda asker: paces.of(asker).last_ms())
            times.append(paces.of(first).next_ms(first, len(each.text)))
    return sorted(at_ms for at_ms in times if at_ms < until_ms)


def _steps(times: Sequence[int], now_ms: int) -> Sequence[Reach]:
    """Each quarter of an hour in which somebody more can be asked, the last to the moment."""
    steps: dict[int, int] = {}
    for count, at_ms in enumerate(times, start=1):
        steps[-(-(at_ms + 1 - now_ms) // STEP_MS) * STEP_MS + now_ms] = count
    reach = [Reach(by_ms=by_ms, count=count) for by_ms, count in steps.items()]
    return [*reach[:-1], Reach(by_ms=times[-1], count=len(times))] if times else []


def _enough_ms(times: Sequence[int], about: Round) -> int | None:
    return times[about.at_once - 1] if len(times) >= about.at_once else None
