"""Files that lie at a link: had under the policy of addresses, and kept as an upload is.

Whoever may send names the link, so it leads to public places alone and to those of the config, and
what is said where it fails is always the same: it would tell what there is inside.
"""

import asyncio
import logging
import mimetypes
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from appliance.api.cloud.errors import MEDIA, cloud_error
from appliance.api.problems import ProblemError
from appliance.api.services import Services
from appliance.api.uploads import ReceivedFile, file_name
from appliance.errors import FileRefused, InvalidInput
from appliance.media.files import GrowingFile, MediaFiles
from appliance.media.kinds import HEAD_BYTES, FileType, need_carried, need_size, told
from appliance.media.probing import measure
from appliance.relay.getting import GetFailed, getting
from appliance.store import forgetting

WITHIN_S = 30.0
"""A client waits for the answer meanwhile."""
_AT_ONCE = 256 * 1024
_OK = 200

_NOT_HAD = (
    "The file at this link could not be had, or cannot be sent. The link has to lead, by https and"
    " without a redirection, to a public place or to one that Balie's settings allow."
)

log = logging.getLogger(__name__)


async def fetch(services: Services, link: str, name: str | None, *, by: str) -> ReceivedFile:
    """It lies among the media on return; `by` is the id of who asks. Raises ProblemError where it
    cannot be had or sent.
    """
    policy = replace(services.urls, only_public=True)
    try:
        async with getting(policy, link, by=by, within_s=WITHIN_S) as got:
            if got.status != _OK:
                raise _not_had(f"It answers {got.status}.")
            wanted = name or _name_of(link)
            with ExitStack() as stack:
                files = services.media_files
                growing = await asyncio.to_thread(stack.enter_context, files.growing())
                kind = await _written(got.pieces, growing, wanted)
                return await asyncio.to_thread(_kept, files, growing, kind, wanted)
    except InvalidInput as exc:
        raise _not_had(exc.sentence) from exc
    except (GetFailed, FileRefused) as exc:
        raise _not_had(str(exc)) from exc


async def let_go(services: Services, received: ReceivedFile) -> None:
    """Its message was refused: it goes from the disk unless somebody else has it, too."""
    await services.store.awrite(lambda tx: forgetting.note_unused(tx, received.kept.sha256))
    await asyncio.to_thread(forgetting.forget_files, services.store, services.data_dir)


async def _written(pieces: AsyncIterator[bytes], growing: GrowingFile, name: str) -> FileType:
    """What it is, by its first bytes; refused as soon as it can be."""
    kind, waiting = None, bytearray()
    async for piece in pieces:
        waiting += piece
        if kind is None and len(waiting) >= HEAD_BYTES:
            kind = _accepted(waiting, name)
        if kind is not None:
            need_size(kind, growing.bytes + len(waiting))
        if kind is not None and len(waiting) >= _AT_ONCE:
            await asyncio.to_thread(growing.write, bytes(waiting))
            waiting.clear()
    if not waiting and not growing.bytes:
        raise InvalidInput("link", "The file at the link is empty.")
    kind = kind or _accepted(waiting, name)
    await asyncio.to_thread(growing.write, bytes(waiting))
    need_size(kind, growing.bytes)
    return kind


def _accepted(head: bytearray, name: str) -> FileType:
    kind = told(bytes(head[:HEAD_BYTES]), name)
    need_carried(kind)
    return kind


def _kept(files: MediaFiles, growing: GrowingFile, kind: FileType, name: str) -> ReceivedFile:
    kept = growing.keep()
    measured = measure(files.path_of(kept.sha256), kind)
    if "." not in name:
        name += mimetypes.guess_extension(kind.type) or ""
    return ReceivedFile(name=name, told=kind, kept=kept, measured=measured)


def _name_of(link: str) -> str:
    return file_name(unquote(urlsplit(link).path).rpartition("/")[2].encode())


def _not_had(why: str) -> ProblemError:
    log.info("a file at a link is not had: %s", why)
    return cloud_error(MEDIA, "Media upload error", _NOT_HAD)
