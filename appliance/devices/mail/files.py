"""Files of mails: what their content tells that they are, and how they are kept."""

from appliance.characters import clean_file_name
from appliance.devices.mail.parts import MailFile
from appliance.devices.media_protocol import Fetched, FetchedFile, FetchFinding, MediaFetch
from appliance.media import kinds, probing
from appliance.media.kinds import FileType


def type_of(file: MailFile) -> FileType:
    """By its content: what a mail says of it counts for nothing."""
    return kinds.told(file.content[: kinds.HEAD_BYTES], file.name)


def bring(file: MailFile, fetch: MediaFetch) -> Fetched:
    """Raises StoreUnavailable on a full disk."""
    told = type_of(file)
    if len(file.content) > kinds.LIMITS[told.kind]:
        return Fetched(finding=FetchFinding.TOO_LARGE)
    with fetch.files.growing() as growing:
        growing.write(file.content)
        return Fetched(
            finding=FetchFinding.HERE,
            path=fetch.wanted.sign,
            file=FetchedFile(
                name=clean_file_name(file.name) or "",
                told=told,
                measured=probing.measure(growing.path, told),
                kept=growing.keep(),
            ),
        )
