"""What is said otherwise of a bot than of other devices: English, as in `phrases`."""

from collections.abc import Mapping, Sequence

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
        "Get a token from @BotFather and give it to Balie under Settings, Numbers.",
    ),
}

ABOUT = (
    "People write to a bot of your own in Telegram, and you answer them here. Make one with"
    " @BotFather in Telegram (/newbot); it gives you the token."
)
TOKEN_HINT = "Whoever has it is the bot, so keep it nowhere else."  # noqa: S105 -- a sentence
SAMPLE = "123456:AAF3…"
NO_TOKEN = "That is no token of a bot. @BotFather gives one such as 123456:AAF3…."  # noqa: S105 -- a sentence
UNKNOWN_TOKEN = "Telegram does not know this token."  # noqa: S105 -- a sentence

DELETED_BY_THEM: Sequence[str] = (
    (
        "Telegram, beside {phone}: no bot can delete a chat. Ask {number} to delete the chat with"
        " the bot, for the bot too."
    ),
    "Telegram, beside {phone}: ask {number} to delete the message of {moment}, for the bot too.",
)
"""A bot deletes what it sent itself, for two days (Bot API, deleteMessage), and nobody else of the
company has the chat.
"""
