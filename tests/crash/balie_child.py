"""The real Balie in a process that ends itself, by SIGKILL, at the step that it is told.

`python -m tests.crash.balie_child DATA ORIGIN_MS SPEED [STEP]`. Commands come as JSON lines on
standard input: `{"text", "number", "channel", "step"}` accepts a message and dies at the step,
if one is given. What was accepted is acknowledged by its id on standard output, after it is
durable.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from appliance.channels import Channel
from appliance.clock import ScaledClock
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.queue import outcomes
from appliance.queue.pacing import DAY_MS, DEFAULT_PROFILE
from appliance.queue.steps import Step
from appliance.runtime.balie import Balie
from appliance.store import lines
from appliance.store.store import Tx

ACCEPTING, ACCEPTED = "accepting", "accepted"
"""The first two steps, before the queue has it: uncommitted, and durable but not acknowledged."""

QUICK = replace(
    DEFAULT_PROFILE,
    words_per_minute=60_000.0,
    open_chat_ms=0,
    gap_min_ms=0,
    gap_max_ms=1,
    per_minute=1_000,
    per_hour=10_000,
    day_budget=((0, 10_000),),
    recipients_per_month=10_000,
    headroom=1.0,
    unanswered_in_a_row=1_000,
)


@dataclass(slots=True)
class Death:
    at: str | None

    def step(self, step: Step) -> None:
        self.reach(step.value)

    def reach(self, name: str) -> None:
        if name == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def run(data: Path, clock: ScaledClock, step: str | None) -> None:
    # The world's clock runs on while a busy machine keeps this process waiting: what it could not
    # prove in those few real seconds is not a person's to decide here.
    outcomes.PERSON_AFTER_MS = DAY_MS
    death = Death(step)
    balie = Balie(data, clock, profile=QUICK, steps=death.step)
    balie.start()
    try:
        for command in map(json.loads, sys.stdin):
            death.at = command["step"]
            print(_accept(balie, death, command), flush=True)  # noqa: T201 -- the protocol
            balie.services.planned()
    finally:
        balie.stop()


def _accept(balie: Balie, death: Death, command: dict[str, str]) -> str:
    def work(tx: Tx) -> str:
        by_number = {line.number: line for line in lines.lines(tx.conn)}
        request = SendRequest(
            line_id=by_number[command["line"]].id,
            number=command["number"],
            text=command["text"],
            author=Author(rule="test"),
            channel=Channel.named(command["channel"]),
            typed=True,
        )
        message_id = accept(tx, request).id
        death.reach(ACCEPTING)
        return message_id

    write: Callable[[Callable[[Tx], str]], str] = balie.store.write
    message_id = write(work)
    death.reach(ACCEPTED)
    return message_id


if __name__ == "__main__":
    data, origin_ms, speed, *step = sys.argv[1:]
    run(
        Path(data),
        ScaledClock(origin_ms=int(origin_ms), speed=float(speed)),
        step[0] if step else None,
    )
