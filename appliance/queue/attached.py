"""The file that a message carries, as a device gets it."""

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from appliance.devices.media_protocol import OutgoingFile
from appliance.media.files import MediaFiles
from appliance.store.media import Media, media_of
from appliance.store.media import by_id as media_by_id

NO_FILES = MediaFiles(Path())
"""For a queue whose messages have no files."""


def files_of(
    conn: sqlite3.Connection, message_ids: Iterable[str], files: MediaFiles
) -> Mapping[str, OutgoingFile]:
    """By message; one without a file is not in it. The bytes may be gone meanwhile."""
    return {
        message_id: outgoing_file(each, files)
        for message_id, found in media_of(conn, message_ids).items()
        for each in found[:1]
    }


def picture_of(
    conn: sqlite3.Connection, media_id: str | None, files: MediaFiles
) -> OutgoingFile | None:
    """None where Balie has it no more."""
    found = media_by_id(conn, media_id) if media_id else None
    return outgoing_file(found, files) if found and found.here else None


def is_gone(conn: sqlite3.Connection, message_id: str, files: MediaFiles) -> bool:
    """Whether the message has a file that Balie has no more."""
    found = media_of(conn, [message_id]).get(message_id, ())
    return any(each.here is None or not files.path_of(each.here).is_file() for each in found)


def outgoing_file(media: Media, files: MediaFiles) -> OutgoingFile:
    return OutgoingFile(
        path=files.path_of(media.sha256 or ""),
        name=media.name,
        type=media.type,
        kind=media.kind,
    )
