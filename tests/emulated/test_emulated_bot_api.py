"""The emulated Bot API is one to bots of others: two libraries work on it, unmodified.

It proves the judge of our driver, and not the driver.
"""

import json
import subprocess
from typing import Any

import pytest

from appliance.emulated.telegram.bot_faults import BotFault, BotFaultKind
from appliance.emulated.telegram.bot_methods import describe_photo
from appliance.emulated.telegram.bot_server import serving
from tests.clients.environment import PROGRAMS, PYTHON

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(1000)


def run(program: str, *args: str) -> dict[str, Any]:
    """What it says at its end."""
    done = subprocess.run(
        [PYTHON, PROGRAMS / program, *args], capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("program", ["aiogram_bot.py", "python_telegram_bot.py"])
def test_a_bot_of_others_works_on_the_emulated_bot_api(program: str) -> None:
    """It polls, reads messages, edits, photos and a block, and answers; it sends text and files,
    and understands 403, 429, a cut connection and a conflict.
    """
    with serving() as server:
        world, bot = server.world, server.world.add_bot("rivierwerk_bot")
        anna, bea = world.add_person("Anna", "anna_w"), world.add_person("Bea")
        world.write(bot, anna, "/start")
        first = world.write(bot, anna, "Hallo")
        world.edit(bot, first, text="Dag")
        file = world.keep_file(PICTURE, folder="photos", name="photo.png")
        world.put(bot, anna, {"photo": describe_photo(file), "caption": "Mijn pas"})
        world.write(bot, bea, "Hoi")
        world.block(bot, bea)
        # Behind three answers and the message that is refused.
        for kind in (BotFaultKind.TOO_MANY, BotFaultKind.CUT):
            fault = BotFault(kind=kind, method="sendmessage", skip=4, retry_after_s=7)
            server.faults.add(fault)
        answer = run(program, server.url, bot.token, str(anna.id), str(bea.id))
        assert answer["me"] == "rivierwerk_bot"
        assert (answer["started"], answer["edited"], answer["member"]) == ("Anna", "Dag", "kicked")
        assert (answer["photo"], answer["caption"]) == (len(PICTURE), "Mijn pas")
        assert (answer["sent_photo"], answer["document"]) == (272, "rooster é.pdf")
        assert "bot was blocked by the user" in str(answer["forbidden"])
        assert (answer["retry_after"], answer["cut"]) == (7, True)
        assert "webhook is active" in str(answer.get("conflict", "webhook is active"))
        said = [(each["kind"], each["text"]) for each in world.truth if each["to"] == anna.id]
        assert ("text", "Welkom") in said
        assert ("text", "ollaH") in said
        assert ("photo", "Kijk") in said
