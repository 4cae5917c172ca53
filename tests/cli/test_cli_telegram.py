"""`balie line telegram`: a bot stands beside a line, and is taken away again."""

from pathlib import Path

import pytest

from appliance.devices.telegram.bot_address import checked
from appliance.emulated.telegram.bot_server import serving
from appliance.errors import InvalidInput
from tests.cli.shell import NUMBER, a_line, data, refused, told

__all__ = ["data"]  # the fixture: every verb finds its own data directory

TELEGRAM = ("line", "telegram", "--line", NUMBER)


def channels_of(number: str) -> list[str]:
    found = next(each for each in told("line", "list")["items"] if each["number"] == number)
    return [each["channel"] for each in found["routes"]]


def test_a_bot_is_put_beside_a_line_and_taken_away(data: Path) -> None:
    """Its token comes on stdin and lies sealed; a token that Telegram does not know is refused."""
    told("branch", "add", "Utrecht")
    a_line()
    with serving() as server:
        bot = server.world.add_bot("rivierwerk_bot")
        api = ("--token-stdin", "--api", server.url)
        added = told(*TELEGRAM, *api, stdin=bot.token)
        assert (added["kind"], added["name"], added["line"]) == (
            "telegram",
            "@rivierwerk_bot",
            NUMBER,
        )
        assert channels_of(NUMBER) == ["whatsapp", "sms", "telegram"]
        assert bot.token.encode() not in (data / "balie.db").read_bytes()
        unknown = refused(*TELEGRAM, *api, stdin=f"{bot.id}:AAnotTheOneThatTelegramGave12345")
        assert "does not know this token" in unknown
        assert "AAnot" not in unknown
        new = server.world.renew_token(bot)
        assert told(*TELEGRAM, *api, stdin=new)["device"] == added["device"]
        a_line("+31612345679", adb="R58M124")
        other = ("line", "telegram", "--line", "+31612345679")
        assert "belongs to the line" in refused(*other, *api, stdin=new)
        assert told(*TELEGRAM, "--remove")["device"] == added["device"]
        assert channels_of(NUMBER) == ["whatsapp", "sms"]
        assert told(*other, *api, stdin=new)["line"] == "+31612345679"


def test_without_telegram_it_begins_later() -> None:
    """A bot is taken although its Bot API does not answer now; what is no token is not."""
    told("branch", "add", "Utrecht")
    a_line()
    away = ("--token-stdin", "--api", "http://127.0.0.1:1")
    added = told(*TELEGRAM, *away, stdin="7100000001:AAbbccddeeffgghhiijjkkllmmnnooppqq")
    assert "does not answer" in added["note"]
    assert "no token of a bot" in refused(*TELEGRAM, *away, stdin="geheim")
    assert "on stdin" in refused(*TELEGRAM)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.telegram.org",
        "http://8.8.8.8",
        "http://169.254.169.254",
        "http://0.0.0.0:8081",
        "http://[::ffff:127.0.0.1]",
        "http://127.1",
        "http://0x7f000001",
        "https://me:pass@api.telegram.org",
        "https://api.telegram.org?x=1",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "https://",
        "https://api.telegram.org:70000",
    ],
)
def test_a_token_goes_over_https_or_not_far(url: str) -> None:
    """It stands in each address, so nobody on the way may read it."""
    with pytest.raises(InvalidInput):
        checked(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.telegram.org",
        "http://127.0.0.1:8081/",
        "http://localhost:8081",
        "http://192.168.1.20:8081",
        "http://10.0.0.3",
        "http://[::1]:8081",
        "http://[fd00::5]",
    ],
)
def test_a_bot_api_of_ones_own_may_be_near(url: str) -> None:
    """On the machine itself or in its network."""
    assert checked(url) == url.rstrip("/")
