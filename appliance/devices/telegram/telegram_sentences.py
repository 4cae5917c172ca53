"""What is said otherwise of a bot than of other devices: English, as in `phrases`."""

from collections.abc import Mapping

from appliance.reasons import Reason

SENTENCES: Mapping[Reason, tuple[str, str]] = {
    Reason.NONE: ("The bot is there, and Telegram answers.", ""),
    Reason.NOT_ANSWERING: (
        "Telegram answers strangely, so Balie waits.",
        "Wait a minute. If it lasts, see balie doctor on the console.",
    ),
    Reason.SERVICE_AWAY: (
        "Telegram does not answer, or Balie has no internet. What waits goes by itself later.",
        "See whether Balie's network reaches the internet.",
    ),
    Reason.ACCOUNT_SHUT: (
        "Telegram does not know the bot's token any more, or Balie cannot open it.",
        "Get a token from @BotFather and give it to Balie on its console.",
    ),
}
