"""Two offices on one data directory: one serves, and the other goes on when that one is killed."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import nats.errors
import pytest

from appliance.office.head import inviting
from tests.office.nats_box import NatsBox, running_servers
from tests.office.office_pair import office_pair
from tests.office.plain_box import PlainBox
from tests.office.test_kill import (
    LivingBox,
    judge,
    live_through_kills,
    office_beside,
)
from tests.own_loop import OwnLoop
from tests.running_demo import eventually

BOXES = 3


class PatientBox(NatsBox):
    """Nobody may answer over the broker for a moment: then it asks again, as one over HTTPS."""

    def ask(self, verb: str, question: dict[str, Any]) -> httpx.Response:
        try:
            return super().ask(verb, question)
        except (nats.errors.NoRespondersError, nats.errors.TimeoutError) as exc:
            raise httpx.ConnectError(str(exc)) from exc


@contextmanager
def over_https(tokens: list[str]) -> Iterator[list[PlainBox]]:
    boxes = [PlainBox.invited(each, f"Box {place}") for place, each in enumerate(tokens)]
    for box in boxes:
        box.join()
    yield boxes
    for box in boxes:
        box.client.close()


@contextmanager
def over_broker(tokens: list[str]) -> Iterator[list[PlainBox]]:
    loop = OwnLoop("nats-boxes")
    boxes = [PatientBox.let_in(each, f"Box {place}", loop) for place, each in enumerate(tokens)]
    yield list(boxes)
    for box in boxes:
        box.close()
    loop.close()


@pytest.mark.parametrize("nats", [False, True], ids=["https", "broker"])
def test_while_each_is_killed_in_turn_nothing_is_lost_or_doubled(
    tmp_path: Path, nats: bool
) -> None:
    """Each box's own log is the judge: events, messages, rows of the work list and commands."""
    data = tmp_path / "office"
    with ExitStack() as ended:
        if nats:
            ended.enter_context(running_servers(data, tmp_path / "servers"))
        pair = ended.enter_context(office_pair(data))
        store = ended.enter_context(office_beside(data))
        tokens = [inviting.invite(store, data, branch=None, url=pair.url) for _ in range(BOXES)]
        over = over_broker if nats else over_https
        told = threading.Event()
        living = [LivingBox(each, told) for each in ended.enter_context(over(tokens))]
        given = live_through_kills(store, pair, living, told)
        judge(store, data, living, given)


def test_the_one_that_waits_refuses_and_goes_on_when_the_other_is_told_to_stop(
    tmp_path: Path,
) -> None:
    """As for an update. Whoever comes to it before its turn takes the other way at once."""
    with office_pair(tmp_path / "office") as pair:
        says_that_it_waits(tmp_path)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{pair.waiting.port}/healthz")
        os.kill(pair.serving.child, signal.SIGTERM)
        pair.until_turned()
        pair.start()
        pair.until_up()


def test_the_one_that_waits_can_be_told_to_stop(tmp_path: Path) -> None:
    """What is served is none of its matter."""
    with office_pair(tmp_path / "office") as pair:
        says_that_it_waits(tmp_path)
        os.kill(pair.waiting.child, signal.SIGTERM)
        eventually(lambda: not Path(f"/proc/{pair.waiting.child}").exists(), "it has ended")
        assert httpx.get(f"{pair.url}/healthz").is_success


def says_that_it_waits(folder: Path) -> None:
    log = folder / "office-office.log"
    eventually(lambda: "this one waits" in log.read_text("utf-8"), "it says that it waits")
