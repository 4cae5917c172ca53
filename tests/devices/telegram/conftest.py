from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.desk.lines import beside
from appliance.desk.lines.beside import NewBeside
from appliance.devices.kind import Kind
from appliance.emulated.telegram.bot_server import serving
from appliance.emulated.telegram.bot_world import EmulatedBot
from appliance.media.files import MediaFiles
from appliance.queue.gate import ConsentGate
from appliance.runtime import kinds
from appliance.store import branches, devices, lines, routes
from appliance.store.house_key import HouseKey
from appliance.store.store import Tx
from tests.devices.telegram.bot_desk import MORNING_MS, NUMBER, BotDesk
from tests.fresh_store import fresh_store


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[BotDesk]:
    kinds.load()
    clock = ManualClock(MORNING_MS)
    store = fresh_store(tmp_path / "balie.db", clock)
    with serving() as server:
        bot = server.world.add_bot("rivierwerk_bot")
        line_id, device_id = store.write(lambda tx: _furnish(tx, bot, server.url, tmp_path))
        files = MediaFiles(tmp_path / "media")
        made = BotDesk(store, clock, ConsentGate(), server, bot, line_id, device_id, files)
        yield made
        made.end()
    store.close()


def _furnish(tx: Tx, bot: EmulatedBot, url: str, data: Path) -> tuple[str, str]:
    branch_id = branches.add_branch(tx, "Utrecht")
    line_id = lines.add_line(tx, branch_id=branch_id, number=NUMBER)
    phone_id = devices.enrol(tx, kind="phone", address="emulated")
    for channel in Kind.named("phone").channels:
        routes.add_route(tx, line_id=line_id, device_id=phone_id, channel=channel)
    wanted = NewBeside(
        kind="telegram", address=str(bot.id), settings={"api": url}, secret=bot.token
    )
    return line_id, beside.put(tx, line_id, wanted, key=HouseKey.of(data), by="cli")
