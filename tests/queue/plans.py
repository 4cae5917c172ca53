"""The plan of a line, and what the planner wrote of a message."""

from appliance.queue.plan import plan_line
from appliance.store import lines
from tests.queue.counter import Counter


def plan(counter: Counter) -> dict[str, tuple[int | None, str | None]]:
    """For each message id the milliseconds from now and the reason's code."""
    line = counter.store.read(lambda conn: lines.line(conn, counter.line_id))
    now_ms = counter.clock.now_ms()
    planned = counter.store.read(lambda conn: plan_line(conn, line, counter.profile, now_ms=now_ms))
    return {
        each.queued.waiting.id: (
            None if each.expected_ms is None else each.expected_ms - now_ms,
            each.reason,
        )
        for each in planned
    }


def shown(counter: Counter, message_id: str) -> tuple[int | None, str | None]:
    """What the planner wrote into the message's row."""
    counter.planner.round()
    row = counter.row(message_id)
    return row["expected_ms"], row["reason"]
