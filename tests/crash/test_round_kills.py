"""The process is really killed inside a round: nobody is lost, and nobody is asked twice."""

import os
import signal
from multiprocessing import get_context
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.desk.rounds import hearing, seats
from appliance.desk.rounds.following import followed_to
from appliance.store import events
from appliance.store.rounds import PersonState
from appliance.store.store import Store, Tx
from tests.desk.rounds_office import CONFIRM, QUESTION, RoundsOffice
from tests.queue.conftest import clock, counter, store
from tests.queue.counter import Counter

__all__ = ["clock", "counter", "store"]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _live(path: Path, at_ms: int, round_id: str, step: str) -> None:
    """Takes the next step of the round and dies: before it is on the disk, or right after."""
    opened = Store(path, ManualClock(at_ms=at_ms))

    def work(tx: Tx) -> None:
        if step == "hearing":
            for event in events.after(tx.conn, followed_to(tx.conn)):
                if hearing.concerns(tx.conn, event, tx.now_ms):
                    hearing.hear(tx, event)
        seats.advance(tx, round_id)
        if step != "asked":
            _die()

    opened.write(work)
    _die()


def _killed(counter: Counter, round_id: str, step: str) -> None:
    about = (counter.store.path, counter.clock.now_ms(), round_id, step)
    child = get_context("spawn").Process(target=_live, args=about)
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("step", ["asking", "asked", "hearing"])
def test_a_kill_inside_a_round_asks_everybody_once(counter: Counter, step: str) -> None:
    """After a no another person is asked, and a yes is confirmed; the kill is in between."""
    office = RoundsOffice(counter)
    anna, bart, chris, dirk = office.knows(4)
    round_id = office.starts([anna, bart, chris, dirk])
    for _ in range(3):
        office.sends_next()
    counter.hears("nee", anna)
    if step == "hearing":
        counter.hears("ja", bart)
    else:
        while office.follower.catch_up():
            pass
    _killed(counter, round_id, step)
    after = RoundsOffice(counter, left=office.left)
    after.follows()
    if step != "hearing":
        after.hears(bart, "ja")
    after.sends_all()
    asked = {each for each, text in after.left if text == QUESTION}
    assert len([text for _, text in after.left if text == QUESTION]) == len(asked)
    assert asked >= {anna, bart, chris}
    assert after.texts_to(bart) == [QUESTION, CONFIRM]
    assert after.states(round_id)[bart] is PersonState.YES
