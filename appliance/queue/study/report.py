"""How much like a person a line has sent, read from the attempts of a period.

The yardsticks are published: a person types 36 words a minute on a phone, with a deviation of 13
(Palin et al. 2019, 37,000 people); the time between two messages of one person is heavy-tailed,
with exponents from about 1.5 to 2.1 (Hong, Han, Zhou and Wang, Chinese Physics Letters 2009). They
show what would be unusual. They are no target: pacing brakes, it does not imitate.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from appliance.channels import Channel
from appliance.identities import Identity
from appliance.queue.history import History, Left
from appliance.queue.profile import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Profile
from appliance.store.lines import Line

QUICK_WORDS_PER_MINUTE = 62.0
"""The mean and two deviations: hardly anybody types quicker."""

_TAIL_EXPONENT = 1.8
_SHORTEST_MS = 10 * SECOND_MS
"""A person's heavy tail begins here: the time to open a chat and type a few words."""

_BINS = (
    ("under 10 s", 10 * SECOND_MS),
    ("10-30 s", 30 * SECOND_MS),
    ("30-60 s", MINUTE_MS),
    ("1-2 min", 2 * MINUTE_MS),
    ("2-10 min", 10 * MINUTE_MS),
    ("10-60 min", HOUR_MS),
    ("1-8 h", 8 * HOUR_MS),
    ("over 8 h", None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowUse:
    """The most that one sliding window held, and the ceiling at that moment."""

    window: str
    most: int
    ceiling: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The share of the pauses in this bin, and a person's by the published tail."""

    label: str
    share: float
    person: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReport:
    """`line` is its number; `sent`, `parts` and `replies_share` are its own.

    The rest is about its SIMs, with what other lines sent over them. `too_quick`: nobody typed it,
    and no person could have typed it in that time.
    """

    line: str
    from_ms: int
    to_ms: int
    sent: int
    parts: int
    replies_share: float
    windows: Sequence[WindowUse]
    gaps: Sequence[Gap]
    too_quick: int
    overlaps: int
    same_second: int


@dataclass(frozen=True, slots=True)
class _Departure:
    line_id: str
    device_id: str
    at_ms: int
    identity: Identity
    answering: bool
    parts: int
    sms: bool
    typed: bool
    is_reply: bool
    length: int


def report_on(
    conn: sqlite3.Connection, line: Line, profile: Profile, *, from_ms: int, to_ms: int
) -> LineReport:
    """The report on one line; each device's SIM counts as one person, whoever sends over it."""
    sends = _sends(conn, line.id, from_ms, to_ms)
    by_device = [list(group) for _, group in groupby(sends, key=lambda each: each.device_id)]
    pairs = [pair for each in by_device for pair in pairwise(each)]
    own = [each for each in sends if each.line_id == line.id]
    answers = sum(each.answering or each.is_reply for each in own)
    return LineReport(
        line=line.number,
        from_ms=from_ms,
        to_ms=to_ms,
        sent=len(own),
        parts=sum(each.parts for each in own),
        replies_share=answers / len(own) if own else 0.0,
        windows=_windows(by_device, line, profile),
        gaps=_gaps([after.at_ms - before.at_ms for before, after in pairs]),
        too_quick=sum(_is_too_quick(before, after, profile) for before, after in pairs),
        overlaps=_overlaps(conn, line.id, from_ms, to_ms),
        same_second=sum(
            before.at_ms // SECOND_MS == after.at_ms // SECOND_MS for before, after in pairs
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySends:
    """What one line sent on one day, and how full the windows of its SIMs were at the most."""

    line_id: str
    sent: int
    replies: int
    windows: Sequence[WindowUse]


def sends_of_day(
    conn: sqlite3.Connection, lines: Mapping[str, tuple[Line, Profile]], *, from_ms: int, to_ms: int
) -> Sequence[DaySends]:
    """Of those of the lines that sent something, by the line's id."""
    before_ms = from_ms - DAY_MS  # the windows of the morning reach back into the day before
    found: dict[str, list[Sequence[_Departure]]] = {}
    for (device_id,) in conn.execute("SELECT id FROM device ORDER BY id").fetchall():
        values = {"device": device_id, "begin": before_ms, "end": to_ms}
        sends = [_send(row) for row in conn.execute(_SENDS_OF_DEVICE, values)]
        for line_id in sorted({each.line_id for each in sends if each.at_ms >= from_ms}):
            found.setdefault(line_id, []).append(sends)
    return [
        _of_day(*lines[line_id], by_device, from_ms)
        for line_id, by_device in found.items()
        if line_id in lines
    ]


def _of_day(
    line: Line, profile: Profile, by_device: Sequence[Sequence[_Departure]], from_ms: int
) -> DaySends:
    own = [
        each
        for sends in by_device
        for each in sends
        if each.line_id == line.id and each.at_ms >= from_ms
    ]
    return DaySends(
        line_id=line.id,
        sent=len(own),
        replies=sum(each.answering or each.is_reply for each in own),
        windows=_windows(by_device, line, profile, since_ms=from_ms),
    )


_ITS_SIMS = """a.device_id IN (SELECT DISTINCT b.device_id FROM attempt b
  JOIN message n ON n.id = b.message_id
  WHERE n.line_id = :line AND b.started_ms >= :begin AND b.started_ms < :end)"""
_SENDS = f"""
SELECT m.line_id, a.device_id, a.tapped_ms, m.scheme, m.value, m.answering, a.parts, a.channel,
       m.typed, m.class IN ('reply', 'confirmation'), length(m.text)
FROM attempt a JOIN message m ON m.id = a.message_id
WHERE {_ITS_SIMS} AND a.tapped_ms >= :begin AND a.tapped_ms < :end
  AND a.outcome IS NOT 'not_sent'
ORDER BY a.device_id, a.tapped_ms
"""  # noqa: S608 -- our own words
_SENDS_OF_DEVICE = """
SELECT m.line_id, a.device_id, a.tapped_ms, m.scheme, m.value, m.answering, a.parts, a.channel,
       m.typed, m.class IN ('reply', 'confirmation'), length(m.text)
FROM attempt a JOIN message m ON m.id = a.message_id
WHERE a.device_id = :device AND a.tapped_ms >= :begin AND a.tapped_ms < :end
  AND a.outcome IS NOT 'not_sent'
ORDER BY a.tapped_ms
"""
_IN_HAND = f"""
SELECT a.device_id, a.started_ms, a.ended_ms FROM attempt a
WHERE {_ITS_SIMS} AND a.started_ms >= :begin AND a.started_ms < :end AND a.ended_ms IS NOT NULL
ORDER BY a.device_id, a.started_ms
"""  # noqa: S608 -- as above


def _sends(
    conn: sqlite3.Connection, line_id: str, from_ms: int, to_ms: int
) -> Sequence[_Departure]:
    rows = conn.execute(_SENDS, {"line": line_id, "begin": from_ms, "end": to_ms})
    return [_send(row) for row in rows]


def _send(row: sqlite3.Row) -> _Departure:
    line_id, device_id, at_ms, scheme, value, *rest = row
    answering, parts, channel, typed, is_reply, length = rest
    flags = (Channel.named(channel).counts_parts, bool(typed), bool(is_reply))
    to = Identity(scheme=scheme, value=value)
    return _Departure(line_id, device_id, at_ms, to, bool(answering), parts, *flags, length)


def _windows(
    by_device: Sequence[Sequence[_Departure]], line: Line, profile: Profile, *, since_ms: int = 0
) -> Sequence[WindowUse]:
    """As they were when something left since then; what left before is in them."""
    fullest = {
        "minute": (0, profile.per_minute),
        "hour": (0, profile.per_hour),
        "day": (0, profile.day_budget_at(0)),
    }
    for sends in by_device:
        history = History(left=(), since_ms=line.created_ms)
        for each in sends:
            history.add(_left(each))
            if each.at_ms < since_ms:
                continue
            age_days = max(0, each.at_ms - line.created_ms) // DAY_MS
            for name, used, ceiling in (
                ("minute", history.all.used(each.at_ms, MINUTE_MS), profile.per_minute),
                ("hour", history.all.used(each.at_ms, HOUR_MS), profile.per_hour),
                (
                    "day",
                    history.begun.used(each.at_ms, DAY_MS),
                    profile.day_budget_at(age_days),
                ),
            ):
                # Of equals the later: its ceiling is that of the line's age by then.
                fullest[name] = max((used, ceiling), fullest[name], key=lambda use: use[0] / use[1])
    return [
        WindowUse(window=name, most=used, ceiling=ceiling)
        for name, (used, ceiling) in fullest.items()
    ]


def _left(send: _Departure) -> Left:
    return Left(
        at_ms=send.at_ms,
        identity=send.identity,
        answering=send.answering or send.is_reply,
        parts=send.parts,
        sms=send.sms,
    )


def _gaps(gaps_ms: Sequence[int]) -> Sequence[Gap]:
    found, from_ms = [], 0
    for label, to_ms in _BINS:
        inside = sum(from_ms <= gap and (to_ms is None or gap < to_ms) for gap in gaps_ms)
        share = inside / len(gaps_ms) if gaps_ms else 0.0
        beyond = 0.0 if to_ms is None else _tail(to_ms)
        found.append(Gap(label=label, share=share, person=_tail(from_ms) - beyond))
        from_ms = to_ms or from_ms
    return found


def _tail(gap_ms: int) -> float:
    """The share of a person's pauses that are longer."""
    return float(min(1.0, (max(gap_ms, 1) / _SHORTEST_MS) ** (1 - _TAIL_EXPONENT)))


def _is_too_quick(before: _Departure, after: _Departure, profile: Profile) -> bool:
    if after.typed:
        return False
    words = after.length / profile.characters_per_word
    return after.at_ms - before.at_ms < words / QUICK_WORDS_PER_MINUTE * MINUTE_MS


def _overlaps(conn: sqlite3.Connection, line_id: str, from_ms: int, to_ms: int) -> int:
    """Attempts that a device began before its attempt before had ended."""
    rows = conn.execute(_IN_HAND, {"line": line_id, "begin": from_ms, "end": to_ms})
    return sum(
        before[0] == after[0] and after[1] < before[2]
        for before, after in pairwise(map(tuple, rows))
    )
