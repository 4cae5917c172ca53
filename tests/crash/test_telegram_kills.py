"""Killed at every step, Balie sends over a bot at most once, and takes in each message once.

A bot cannot read what it sent. So from the moment at which the message may have left a person
decides, and nothing is sent again; what was not yet at that moment is sent, once.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.clock import ScaledClock, SystemClock
from appliance.desk.lines import beside
from appliance.desk.lines.beside import NewBeside
from appliance.emulated.telegram.bot_server import BotServer, serving
from appliance.emulated.telegram.bot_world import EmulatedBot
from appliance.queue.steps import Step
from appliance.runtime import kinds
from appliance.runtime.balie import DATABASE
from appliance.store import branches, lines
from appliance.store.connection import connect_reader
from appliance.store.house_key import HouseKey
from appliance.store.store import Store, Tx
from tests.crash.balie_child import ACCEPTED, ACCEPTING
from tests.crash.office import LEFT, Office, World
from tests.running_demo import eventually

NUMBER = "+31612345601"
SPEED = 20.0

NOT_YET = [ACCEPTED, Step.CLAIMED.value, Step.OPENING_GATE.value]
"""Nothing can have left."""
PERHAPS = [each.value for each in (Step.GATE_OPEN, Step.TAPPED, Step.KEEPING_OUTCOME)]
"""Whether it left nobody can know afterwards; at the first of these it did not."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Office, BotServer, EmulatedBot]]:
    """A line with nothing but a bot, and somebody who has written to it."""
    kinds.load()
    clock = ScaledClock(origin_ms=SystemClock().now_ms(), speed=SPEED)
    with serving() as server:
        bot = server.world.add_bot("rivierwerk_bot")
        with closing(Store(tmp_path / DATABASE, clock)) as store:
            store.write(lambda tx: _furnish(tx, bot, server.url, tmp_path))
        world = World(phones=(), control="", clock=clock)
        made = Office(data=tmp_path, world=world, phones=())
        yield made, server, bot
        made.kill()


def _furnish(tx: Tx, bot: EmulatedBot, url: str, data: Path) -> None:
    branch_id = branches.add_branch(tx, "Utrecht")
    line_id = lines.add_line(tx, branch_id=branch_id, number=NUMBER)
    wanted = NewBeside(
        kind="telegram", address=str(bot.id), settings={"api": url}, secret=bot.token
    )
    beside.put(tx, line_id, wanted, key=HouseKey.of(data), by="cli")


def came(office: Office) -> list[str]:
    with closing(connect_reader(office.data / DATABASE)) as conn:
        rows = conn.execute("SELECT text FROM message WHERE direction = 'in' ORDER BY id")
        return [row[0] for row in rows]


def test_nothing_is_doubled_and_nothing_is_lost_over_kills(
    office: tuple[Office, BotServer, EmulatedBot],
) -> None:
    """A message for each step, a kill at that step, and messages that come in meanwhile."""
    desk, server, bot = office
    anna = server.world.add_person("Anna")
    written = ["Hallo"]
    server.world.write(bot, anna, "Hallo")
    desk.start()
    eventually(lambda: came(desk) == written, "Anna's first message came")
    for step in (ACCEPTING, *NOT_YET, *PERHAPS):
        text = f"Bij {step}"
        body = {"line": NUMBER, "text": text, "channel": "telegram", "step": step}
        desk.accept({**body, "identity": f"telegram:{anna.id}"})
        desk.died()
        written.append(f"Na {step}")
        server.world.write(bot, anna, written[-1])
        desk.start()
        eventually(lambda: len(came(desk)) >= len(written), f"what came after {step} is kept")
        if step != ACCEPTING:
            state, reason = desk.settles(text)
            assert (state in LEFT, reason == "person") == (step in NOT_YET, step in PERHAPS), step
    assert came(desk) == written
    left = [each["text"] for each in server.world.truth if each["text"].startswith("Bij ")]
    once = [f"Bij {step}" for step in (*NOT_YET, *PERHAPS[1:])]
    assert sorted(left) == sorted(once)
