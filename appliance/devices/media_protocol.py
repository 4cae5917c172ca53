"""What a device and the floors above tell each other of the files of messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol, runtime_checkable

from appliance.media.files import KeptFile, MediaFiles
from appliance.media.kinds import FileType, MediaKind
from appliance.media.probing import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMedia:
    """What came beside the text, as the device shows it: `sign` and `words`, which are a caption, a
    title, a length, or the device's own word for it.

    `once`: it can be seen once and is never kept. Not `has_file`: there is nothing to bring, and
    `name` is all that is told of it: of a place or a person.
    """

    kind: MediaKind
    sign: str
    words: str
    once: bool = False
    has_file: bool = True
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFile:
    """The file that a message carries. Whoever gets a document reads its `name`."""

    path: Path
    name: str
    type: str
    kind: MediaKind


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFile:
    """The medium of a message, as the device told it. `chat` is the same for all of one chat.

    `written_ms` and `came_ms` are by our clock: when it was sent, and when the device told it.
    """

    media_id: str
    kind: MediaKind
    sign: str
    words: str
    chat: str
    written_ms: int
    came_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFetch:
    """A file that is to be brought from the device. `number`: whose chat may be opened to have it
    downloaded; None where it may not.

    `others` are the media of that day whose file is not known, either: a file may be theirs.
    `taken` are the paths of files that are known to be another message's; `path` is that of this
    one where it is known.
    """

    wanted: WantedFile
    others: Sequence[WantedFile]
    taken: frozenset[str]
    path: str | None
    number: str | None
    files: MediaFiles


class FetchFinding(Enum):
    HERE = "here"
    #: There is no file of it yet.
    NONE = "none"
    #: It is still being written.
    GROWING = "growing"
    #: Several files may be it, or one may be several messages'.
    UNCLEAR = "unclear"
    TOO_LARGE = "too-large"
    #: The phone is away, or the disk of Balie takes no more: nothing was looked at.
    AWAY = "away"
    #: The chat shows a text: its sign is part of what somebody wrote.
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedFile:
    name: str
    told: FileType
    kept: KeptFile
    measured: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """`opened`: the chat was opened for it. `path` is where it lies on the device, once that is
    sure; `file` is there when it is here.
    """

    finding: FetchFinding
    path: str | None = None
    file: FetchedFile | None = None
    opened: bool = False


@runtime_checkable
class MediaDriver(Protocol):
    """A driver whose device has files of messages."""

    def fetch(self, fetch: MediaFetch) -> Fetched:
        """Brings the file where it is sure which it is; raises DeviceError."""
        ...
