"""Telegram as a channel, and the identities of people who use it."""

import re

from appliance.channels import Channel

SCHEME = "telegram"

# A user's id, which is the id of their private chat with a bot, too; groups have negative ones. It
# has at most 52 significant bits (Bot API, Chat).
_IDENTITY = re.compile(rf"{SCHEME}:([1-9]\d{{0,15}})", re.IGNORECASE)
_CAPTION = 1024
"""Characters below a file (Bot API, sendPhoto)."""
_TEXT = 4096
"""Characters of a message (Bot API, sendMessage)."""


def read_identity(text: str) -> str | None:
    """`telegram:123456789`, however it is written; None for anything else."""
    found = _IDENTITY.fullmatch(text.strip())
    return identity_of(int(found[1])) if found else None


def identity_of(user_id: int) -> str:
    return f"{SCHEME}:{user_id}"


def chat_of(value: str) -> int:
    """The private chat with the person of this identity."""
    return int(value.removeprefix(f"{SCHEME}:"))


TELEGRAM = Channel(
    name="telegram",
    label="Telegram",
    identity=SCHEME,
    reads_identity=read_identity,
    identity_form=rf"{SCHEME}:[1-9][0-9]{{0,15}}",
    carries_media=True,
    can_be_edited=True,
    longest=_TEXT,
    longest_caption=_CAPTION,
)
