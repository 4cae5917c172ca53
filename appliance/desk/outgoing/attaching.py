"""What of a message with a file is checked when it is accepted."""

import sqlite3
from collections.abc import Sequence

from appliance.channels import Channel
from appliance.characters import is_blank
from appliance.errors import InvalidInput
from appliance.identities import Identity
from appliance.media.kinds import MediaKind, MediaState
from appliance.messages import clean_text
from appliance.store import media, note_media, routes
from appliance.store.lines import Line

_WITHOUT_WORDS = frozenset({MediaKind.AUDIO, MediaKind.VOICE})
_ONLY_COME_IN = frozenset({MediaKind.STICKER, MediaKind.LOCATION})


def words_of(text: str, files: Sequence[str]) -> str:
    """The text, which may be empty beside a file. Raises InvalidInput."""
    return "" if files and is_blank(text) else clean_text(text)


def channel_for(
    conn: sqlite3.Connection, line_id: str, identity: Identity | None, wanted: Channel | None
) -> Channel:
    """The channel of a message with a file: it waits for that and takes no other.

    `identity` None: any that it may write to. Raises InvalidInput where the line has none.
    """
    if wanted is not None and not wanted.carries_media:
        raise InvalidInput("media", f"{wanted.label} carries no files. Leave “channel” out.")
    ways = (route.channel for route in routes.routes_of_line(conn, line_id))
    found = (each for each in ways if each.carries_media and _reaches(each, identity))
    carrying = wanted or next(found, None)
    if carrying is None:
        raise InvalidInput(
            "media", "This line has no way that carries files: SMS does not. Send the text alone."
        )
    return carrying


def may_go_without(line: Line, text: str) -> bool:
    """Whether the text goes by SMS, without the files, where no channel carries them."""
    return bool(text) and line.settings.without_files is not None


def _reaches(channel: Channel, identity: Identity | None) -> bool:
    return identity is None or channel.writes_to(identity)


def check_files(conn: sqlite3.Connection, files: Sequence[str], text: str) -> None:
    """Raises InvalidInput for files that cannot be sent, or not with these words."""
    if len(files) > MOST_FILES:
        raise InvalidInput(
            "media", f"A message carries at most {MOST_FILES} files. Send the others in another."
        )
    for place, each in enumerate(files):
        found = media.by_id(conn, each)
        if found is None:
            raise InvalidInput("media", NO_SUCH_FILE)
        if note_media.is_of_note(conn, found.id):
            raise InvalidInput("media", "This file is in a note for colleagues and is never sent.")
        if found.kind in _ONLY_COME_IN:
            raise InvalidInput("media", "Stickers and locations can be received, but not sent.")
        if text and place == 0 and found.kind in _WITHOUT_WORDS:
            raise InvalidInput(
                "media",
                "WhatsApp shows no words beside sound. Send them as a message of their own.",
            )
        if found.state is not MediaState.HERE:
            raise InvalidInput("media", "Balie does not have this file any more. Upload it again.")


def check_caption(channel: Channel, text: str) -> None:
    """Raises InvalidInput for more words below a file than the channel carries there."""
    most = channel.longest_caption
    if most is not None and len(text) > most:
        raise InvalidInput(
            "text",
            f"Beside a file {channel.label} carries at most {most} characters; it has {len(text)}."
            " Send the text as a message of its own.",
        )


def refuse_answer(files: Sequence[str], quotes: str | None) -> None:
    """Raises InvalidInput for files that are to answer a message: WhatsApp takes a file over as a
    message of its own, and lets nobody choose there what it answers.
    """
    if files and quotes:
        raise InvalidInput(
            "media",
            "WhatsApp cannot send a file as the answer to a message. Send the text with “quotes”"
            " first, and the files in a message of their own.",
        )


MOST_FILES = 30
"""As many as WhatsApp lets a person choose at once."""

NO_SUCH_FILE = "There is no such file. Upload it first."
