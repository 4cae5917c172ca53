"""The far part of a line's plan: by its steady rate, going on from what was planned in detail."""

import sqlite3
from collections.abc import Sequence

from appliance.queue import rows
from appliance.queue.estimate import SteadyRate
from appliance.queue.lanes import LANES, Lane
from appliance.queue.office_hours import hours_of
from appliance.queue.pacing import Profile
from appliance.queue.planned import OWN_TIME, Planned, own_time
from appliance.queue.routing import Parcel, Ways
from appliance.queue.stored_history import Histories
from appliance.reasons import Reason
from appliance.store import branches
from appliance.store.lines import Line


def distant_plan(
    conn: sqlite3.Connection,
    line: Line,
    profile: Profile,
    near: Sequence[Planned],
    *,
    now_ms: int,
    limit: int,
    histories: Histories,
) -> Sequence[tuple[rows.Distant, int | None, Reason | None]]:
    """For those behind `near` in their lanes, `limit` a lane, a time by the steady rate.

    Each is asked for its own way; what keeps a whole lane from any time keeps them, too.
    """
    ways = Ways.of(conn, line)
    hours = hours_of(branches.branch(conn, line.branch_id))
    rhythm = SteadyRate.after(line, profile, hours, now_ms=now_ms)
    devices = {entry.route.device_id for entry in near if entry.route}
    rates = (histories.answers_a_ms(conn, each, hours, now_ms=now_ms) for each in devices)
    rhythm.answers_a_ms = max(rates, default=0.0)
    for entry in sorted(near, key=lambda each: each.expected_ms or 0):
        if entry.expected_ms is not None and entry.reason not in OWN_TIME:
            rhythm.left(entry.expected_ms, answering=entry.queued.waiting.answering)
    found: list[tuple[rows.Distant, int | None, Reason | None]] = []
    for lane in LANES:
        last = _last_ready(near, lane)
        if last is None:
            continue
        behind = rows.distant(conn, line.id, lane, after=last.queued.waiting.id, limit=limit)
        for each in behind:
            way = ways.choose(_parcel_of(each))
            if way.route is None:
                found.append((each, None, way.obstacle))
            elif last.expected_ms is None and last.reason in _HOLDS_THE_LANE:
                found.append((each, None, last.reason))
            else:
                found.append((each, *_by_rhythm(each, rhythm)))
    return found


_HOLDS_THE_LANE = (Reason.OFFICE_HOURS, Reason.ROAMING)


def _parcel_of(each: rows.Distant) -> Parcel:
    return Parcel(
        identity=each.identity,
        text=each.text,
        kind=each.lane.kind,
        wanted=each.wanted,
        on_whatsapp=each.on_whatsapp,
        bound_to=each.bound_to,
        prefers=each.prefers,
        has_files=each.has_files,
    )


def _by_rhythm(each: rows.Distant, rhythm: SteadyRate) -> tuple[int, Reason | None]:
    at_ms, brake = rhythm.next(each.lane, len(each.text))
    if each.not_before_ms > at_ms:
        at_ms, brake = each.not_before_ms, own_time(each.tries)
    return at_ms, brake


def _last_ready(near: Sequence[Planned], lane: Lane) -> Planned | None:
    """The last of a lane that was planned in detail and is not parked or for later."""
    aside = (Reason.UNANSWERED, *OWN_TIME)
    ready = [each for each in near if each.queued.lane == lane and each.reason not in aside]
    return max(ready, key=lambda each: each.queued.waiting.id, default=None)
