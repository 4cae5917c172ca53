"""A bot as a person gives it: its token, and where its Bot API is."""

from collections.abc import Mapping

from appliance.devices.kind import GivenAccount
from appliance.devices.telegram.bot_address import OFFICIAL, bot_id_of, checked
from appliance.devices.telegram.bot_api import BotApi, NotAnswered, NotReached, SaidNo
from appliance.devices.telegram.telegram_sentences import UNKNOWN_TOKEN
from appliance.errors import InvalidInput


def read_account(given: Mapping[str, str], token: str) -> GivenAccount:
    """A bot whose API does not answer is taken all the same: it begins when that does. Raises
    InvalidInput for what is no token or address, and for a token that Telegram does not know.
    """
    address = checked(given.get("api") or OFFICIAL)
    bot_id = bot_id_of(token)
    api = BotApi(address, token)
    try:
        me = api.call("getMe")
    except SaidNo as exc:
        if exc.is_shut:
            raise InvalidInput("token", UNKNOWN_TOKEN) from exc
        me, note = {}, f"Telegram says: {exc}."
    except (NotReached, NotAnswered):
        me, note = {}, "Telegram does not answer now; the bot begins when it does."
    else:
        note = ""
    finally:
        api.close()
    username = me.get("username") if isinstance(me, dict) else None
    return GivenAccount(
        address=bot_id,
        name=f"@{username}" if isinstance(username, str) else f"bot {bot_id}",
        settings={"api": address},
        note=note,
    )
