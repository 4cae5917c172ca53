"""The file of a message: one that was uploaded, or one that lies at a link."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from appliance.api.cloud import ids, links
from appliance.api.cloud.bodies import CloudFile
from appliance.api.cloud.errors import MEDIA, cloud_error
from appliance.api.json.callers import Caller, require
from appliance.api.json.uploading import upload_of
from appliance.api.uploads import ReceivedFile, file_name
from appliance.desk.access.tokens import Scope
from appliance.desk.inbox.attachments import seen_by_token
from appliance.desk.outgoing.attaching import NO_SUCH_FILE
from appliance.errors import InvalidInput, NotFound
from appliance.media.files import KeptFile
from appliance.media.kinds import FileType, MediaKind
from appliance.media.probing import Measured
from appliance.store.media import add_upload
from appliance.store.store import Tx

Check = Callable[[sqlite3.Connection], None]
"""Raises where it would be refused."""

_ANY = frozenset(MediaKind)
KINDS: Mapping[str, frozenset[MediaKind]] = {
    "image": frozenset({MediaKind.IMAGE}),
    "video": frozenset({MediaKind.VIDEO}),
    "audio": frozenset({MediaKind.AUDIO, MediaKind.VOICE}),
    "document": _ANY,
}
"""What a file may be, by the type of the message. Its content tells what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """Either `media_id`, of an upload, or `received`, from a link. `name` is what it is to be
    called, if that was said.
    """

    media_id: str | None = None
    received: ReceivedFile | None = None
    name: str | None = None


async def had(caller: Caller, given: CloudFile | None, check: Check) -> Attached | None:
    """The file is here on return; None where none is given. Before a link is followed, `check`
    raises for a message that would be refused anyway. Raises ProblemError, InvalidInput.
    """
    if given is None:
        return None
    name = file_name(given.filename.encode()) if given.filename else None
    if given.id not in (None, ""):
        media_id = ids.file_from(str(given.id))
        if media_id is None:
            raise InvalidInput("id", NO_SUCH_FILE)
        return Attached(media_id=media_id, name=name)
    if not given.link:
        raise InvalidInput("id", "Give the “id” of an upload or a “link”.")
    require(caller, Scope.MEDIA_WRITE)
    await caller.services.store.aread(check)
    return Attached(
        received=await links.fetch(caller.services, given.link, name, by=caller.token.id)
    )


async def let_go(caller: Caller, file: Attached | None) -> None:
    """Of a message that was refused: an upload stays, what came from a link does not."""
    if file is not None and file.received is not None:
        await links.let_go(caller.services, file.received)


def kept(tx: Tx, caller: Caller, message_type: str, file: Attached) -> str:
    """The id of the file as it is sent. Raises InvalidInput, ProblemError."""
    if file.received is not None:
        _check(file.received.told.kind, message_type)
        return _uploaded(tx, caller, file.received)
    try:
        found = seen_by_token(tx.conn, caller.sight, caller.token.id, file.media_id or "").media
    except NotFound as exc:
        raise InvalidInput("id", NO_SUCH_FILE) from exc
    _check(found.kind, message_type)
    if file.name is None or file.name == found.name or found.here is None:
        return found.id
    again = ReceivedFile(
        name=file.name,
        told=FileType(found.kind, found.type),
        kept=KeptFile(sha256=found.here, bytes=found.bytes or 0),
        measured=Measured(seconds=found.seconds, width=found.width, height=found.height),
    )
    return _uploaded(tx, caller, again)


def _uploaded(tx: Tx, caller: Caller, received: ReceivedFile) -> str:
    return add_upload(tx, upload_of(caller, received)).id


def _check(kind: MediaKind, message_type: str) -> None:
    if kind not in KINDS[message_type]:
        raise cloud_error(
            MEDIA,
            "Media upload error",
            f"The content of this file is no {message_type}, whatever its name says.",
        )
