"""What keeps a bot from working, asked of Telegram itself."""

from collections.abc import Iterator, Sequence

from appliance.devices.complaint import Complaint
from appliance.devices.kind import Enrolled
from appliance.devices.telegram.bot_address import OFFICIAL
from appliance.devices.telegram.bot_api import BotApi, NotAnswered, NotReached, SaidNo

_NEW_TOKEN = "Get a token from @BotFather and give it: balie line telegram --line L --token-stdin."  # noqa: S105 -- a sentence


def doctor(enrolled: Sequence[Enrolled]) -> Sequence[Complaint]:
    return [
        Complaint(about=f"Telegram {each.address}", sentence=sentence, remedy=remedy)
        for each in enrolled
        for sentence, remedy in _complaints(each)
    ]


def _complaints(device: Enrolled) -> Iterator[tuple[str, str]]:
    if device.account is None:
        yield (
            "Its token cannot be opened: the key of the house that sealed it is not here.",
            ("Put the key back: balie key add FILE. Or give the token again."),
        )
        return
    api = BotApi(str(device.account.settings.get("api") or OFFICIAL), device.account.secret)
    try:
        told = api.call("getWebhookInfo")
    except SaidNo as exc:
        if exc.is_shut:
            yield "Telegram does not know this token any more.", _NEW_TOKEN
        else:
            yield f"Telegram says: {exc}.", "Try again later."
    except (NotReached, NotAnswered):
        yield "The Bot API does not answer.", "See whether this machine reaches the internet."
    else:
        if isinstance(told, dict) and told.get("url"):
            yield (
                "Another program has a webhook for this bot and gets its messages.",
                ("End it there, or make a bot of Balie's own with @BotFather."),
            )
    finally:
        api.close()
