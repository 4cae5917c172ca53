"""The files that a message carries, as a device gets them: one in each attempt, in their order."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from appliance.channels import Channel
from appliance.devices.media_protocol import OutgoingFile
from appliance.media.files import MediaFiles
from appliance.store.media import Media, media_of
from appliance.store.media import by_id as media_by_id
from appliance.store.media_left import left_by

NO_FILES = MediaFiles(Path())
"""For a queue whose messages have no files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What one attempt carries. `file` None: the message has none, so it carries the text."""

    file: OutgoingFile | None = None
    is_first: bool = True

    def caption(self, text: str) -> str:
        """The text stands below the first file alone."""
        return text if self.is_first else ""


TEXT_ALONE = Carried()


def next_of(
    conn: sqlite3.Connection, message_ids: Iterable[str], files: MediaFiles
) -> Mapping[str, Carried]:
    """By message the file that is to leave next, or that is in doubt: those before it have left. A
    message without one is not in it. The bytes may be gone meanwhile.
    """
    ids = list(message_ids)
    left = left_by(conn, ids)
    found: dict[str, Carried] = {}
    for message_id, its in media_of(conn, ids).items():
        place = len(left.get(message_id, ()))
        if place < len(its):
            found[message_id] = Carried(file=outgoing_file(its[place], files), is_first=place == 0)
    return found


def carried(
    conn: sqlite3.Connection, message_id: str, channel: Channel, files: MediaFiles
) -> Carried:
    """As `next_of`, for an attempt over this channel."""
    if not channel.carries_media:
        return TEXT_ALONE
    return next_of(conn, [message_id], files).get(message_id, TEXT_ALONE)


def by_attempt(
    conn: sqlite3.Connection, message_ids: Iterable[str], files: MediaFiles
) -> Mapping[str, Carried]:
    """By attempt the file that left in it."""
    ids = list(message_ids)
    its = media_of(conn, ids)
    return {
        attempt_id: Carried(file=outgoing_file(its[message_id][place], files), is_first=place == 0)
        for message_id, attempts in left_by(conn, ids).items()
        for place, attempt_id in enumerate(attempts)
    }


def picture_of(
    conn: sqlite3.Connection, media_id: str | None, files: MediaFiles
) -> OutgoingFile | None:
    """None where Balie has it no more."""
    found = media_by_id(conn, media_id) if media_id else None
    return outgoing_file(found, files) if found and found.here else None


def is_gone(conn: sqlite3.Connection, message_id: str, files: MediaFiles) -> bool:
    """Whether a file that the message is still to carry is one that Balie has no more."""
    left = len(left_by(conn, [message_id]).get(message_id, ()))
    found = media_of(conn, [message_id]).get(message_id, ())[left:]
    return any(each.here is None or not files.path_of(each.here).is_file() for each in found)


def outgoing_file(media: Media, files: MediaFiles) -> OutgoingFile:
    return OutgoingFile(
        path=files.path_of(media.sha256 or ""),
        name=media.name,
        type=media.type,
        kind=media.kind,
    )
