"""The real Balie in a process that kills itself by SIGKILL at a given step.

Its office sends it `{"line", "text", "number", "channel", "step"}`: it accepts the message and dies
at the step, if one is given; with `time`, when it is reached for that time. With `photos` the
message carries so many; with `group` it is posted in the group of that name. Once the message is
durable, it acknowledges it by its id.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from appliance.channels import Channel
from appliance.clock import ScaledClock
from appliance.desk.outgoing.posting_in_groups import accept_post
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.emulated.world.numbers import group_jid
from appliance.identities import Identity, meant, tel
from appliance.media.kinds import FileType, MediaKind
from appliance.queue import outcomes
from appliance.queue.pacing import DAY_MS, DEFAULT_PROFILE
from appliance.queue.steps import Step
from appliance.runtime.balie import Balie
from appliance.runtime.options import Options
from appliance.store import groups, lines
from appliance.store.media import NewUpload, add_upload
from appliance.store.store import Tx

ACCEPTING, ACCEPTED = "accepting", "accepted"
"""The two steps before the queue has the message: uncommitted, and durable but not acknowledged."""

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
    time: int = 1

    def step(self, step: Step) -> None:
        self.reach(step.value)

    def reach(self, name: str) -> None:
        if name != self.at:
            return
        self.time -= 1
        if not self.time:
            os.kill(os.getpid(), signal.SIGKILL)


def run(
    data: Path, clock: ScaledClock, step: str | None, commands: "Connection[str, dict[str, Any]]"
) -> None:
    """Ends when the office closes its end of the pipe."""
    stderr = os.open(data / "stderr", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(stderr, 2)
    # The world's clock runs on while a busy machine delays this process. A doubt of those few real
    # seconds must not be left to a person here.
    outcomes.PERSON_AFTER_MS = DAY_MS
    death = Death(step)
    balie = Balie(data, clock, Options(profile=QUICK, steps=death.step))
    balie.start()
    try:
        with suppress(EOFError):
            while True:
                command = commands.recv()
                death.at, death.time = command["step"], command.get("time", 1)
                commands.send(_accept(balie, death, command))
                balie.services.planned()
    finally:
        balie.stop()


def photo_of(text: str, place: int) -> bytes:
    """The photos of each message are others, so that the judge can tell them apart."""
    return b"\xff\xd8\xff\xe0 " + f"{text} {place}".encode()


def _photo(balie: Balie, content: bytes) -> NewUpload:
    with balie.services.media_files.growing() as growing:
        growing.write(content)
        kept = growing.keep()
    return NewUpload(told=FileType(MediaKind.IMAGE, "image/jpeg"), name="helm.jpg", kept=kept)


def _person(command: dict[str, Any]) -> Identity:
    """By their `identity` on a channel of its own, else by their `number`."""
    return meant(command["identity"]) if "identity" in command else tel(command["number"])


def _group(tx: Tx, line_id: str, name: str) -> Identity:
    found = groups.of_jid(tx.conn, line_id, group_jid(name))
    assert found
    return found.identity


def _accept(balie: Balie, death: Death, command: dict[str, Any]) -> str:
    text = command["text"]
    photos = [_photo(balie, photo_of(text, place)) for place in range(command.get("photos", 0))]

    def work(tx: Tx) -> str:
        by_number = {line.number: line for line in lines.lines(tx.conn)}
        line_id, group = by_number[command["line"]].id, command.get("group")
        request = SendRequest(
            line_id=line_id,
            identity=_group(tx, line_id, group) if group else _person(command),
            text=text,
            author=Author(rule="test"),
            channel=Channel.named(command["channel"]),
            typed=True,
            media=[add_upload(tx, photo).id for photo in photos],
        )
        message_id = (accept_post if group else accept)(tx, request).id
        death.reach(ACCEPTING)
        return message_id

    write: Callable[[Callable[[Tx], str]], str] = balie.store.write
    message_id = write(work)
    death.reach(ACCEPTED)
    return message_id
