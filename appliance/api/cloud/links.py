"""Files that lie at a link: had under the policy of addresses, and kept as an upload is.

Whoever may send names the link, so it leads to public places alone and to those of the config, and
what is said where it fails is always the same: it would tell what there is inside.
"""

import asyncio
import logging
import mimetypes
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from appliance.api.cloud.errors import MEDIA, cloud_error
from appliance.api.problems import ProblemError
from appliance.api.services import Services
from appliance.api.uploads import ReceivedFile, file_name, receive
from appliance.errors import FileRefused, InvalidInput
from appliance.relay.asking import AskFailed, asking
from appliance.store import forgetting

WITHIN_S = 30.0
"""A client waits for the answer meanwhile."""
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
        async with asking(policy, link, by=by, within_s=WITHIN_S) as got:
            if got.status != _OK:
                raise _not_had(f"It answers {got.status}.")
            wanted = name or _name_of(link)
            received = await receive(got.pieces, services.media_files, lambda: wanted)
    except InvalidInput as exc:
        raise _not_had(exc.sentence) from exc
    except (AskFailed, FileRefused) as exc:
        raise _not_had(str(exc)) from exc
    return replace(received, name=_with_ending(received))


async def let_go(services: Services, received: ReceivedFile) -> None:
    """Its message was refused: it goes from the disk unless somebody else has it, too."""
    await services.store.awrite(lambda tx: forgetting.note_unused(tx, received.kept.sha256))
    await asyncio.to_thread(forgetting.forget_files, services.store, services.data_dir)


def _name_of(link: str) -> str:
    return file_name(unquote(urlsplit(link).path).rpartition("/")[2].encode())


def _with_ending(received: ReceivedFile) -> str:
    if "." in received.name:
        return received.name
    return received.name + (mimetypes.guess_extension(received.told.type) or "")


def _not_had(why: str) -> ProblemError:
    log.info("a file at a link is not had: %s", why)
    return cloud_error(MEDIA, "Media upload error", _NOT_HAD)
