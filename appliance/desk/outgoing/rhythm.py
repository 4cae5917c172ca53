"""The steady rate of a line, from what its SIM sent today and what is promised on it."""

import sqlite3

from appliance.queue import rows
from appliance.queue.estimate import SteadyRate
from appliance.queue.lanes import LANES
from appliance.queue.office_hours import hours_of
from appliance.queue.pacing import Profile
from appliance.queue.stored_history import Histories
from appliance.store import branches, routes, unmade
from appliance.store.lines import Line

PROMISED = 160
"""Promises of a lane that an estimate begins from: as many as an hour's and a day's ceiling."""


def rhythm_of(
    conn: sqlite3.Connection,
    line: Line,
    profile: Profile,
    *,
    from_ms: int,
    now_ms: int,
    echo: float = 0.0,
) -> SteadyRate:
    """Gives times from `from_ms` on, behind all that is promised already; replies will come in
    between as often as they did, and as many more as `echo` says of what reaches people.
    """
    hours = hours_of(branches.branch(conn, line.branch_id))
    rhythm = SteadyRate.after(line, profile, hours, now_ms=from_ms)
    rhythm.echo = echo
    taken = [
        (at_ms, lane.answering)
        for lane in LANES
        for at_ms in rows.latest_expected(conn, line.id, lane, now_ms=now_ms, limit=PROMISED)
    ]
    taken += [
        (at_ms, answering)
        for answering in (True, False)
        for at_ms in unmade.latest_expected(
            conn, line.id, answering=answering, now_ms=now_ms, limit=PROMISED
        )
    ]
    histories = Histories()
    for device_id in {route.device_id for route in routes.routes_of_line(conn, line.id)}:
        answers_a_ms = histories.answers_a_ms(conn, device_id, hours, now_ms=now_ms)
        rhythm.answers_a_ms = max(rhythm.answers_a_ms, answers_a_ms)
        history = histories.of(conn, device_id, line, now_ms=now_ms)
        taken += [(left.at_ms, left.answering) for left in history.left]
    for at_ms, answering in sorted(taken):
        rhythm.left(at_ms, answering=answering)
    return rhythm
