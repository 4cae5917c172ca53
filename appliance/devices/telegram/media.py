"""Files of messages: which one an update tells of, how it is brought, and how one is sent.

`IncomingMedia.words` holds the id of the file and, behind a blank, its name. The file is asked for
when it is time to bring it: where it lies changes within the hour (Bot API, getFile).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.characters import clean_file_name
from appliance.devices.media_protocol import (
    Fetched,
    FetchedFile,
    FetchFinding,
    IncomingMedia,
    MediaFetch,
    OutgoingFile,
)
from appliance.devices.stored_json import is_whole
from appliance.devices.telegram.bot_api import BotApi, NotAnswered, NotReached, SaidNo
from appliance.errors import StoreUnavailable
from appliance.media.files import GrowingFile
from appliance.media.kinds import HEAD_BYTES, MediaKind, told
from appliance.media.probing import measure

_MB = 1024 * 1024
MOST_IN = 20 * _MB
"""What a bot can bring (Bot API, getFile)."""
MOST_OUT = 50 * _MB
"""What a bot can send (Bot API, Sending files)."""
_MOST_PHOTO = 10 * _MB

# The first that a message has counts: an animation stands under `document`, too.
_KINDS: Sequence[tuple[str, MediaKind, str]] = (
    ("photo", MediaKind.IMAGE, "📷"),
    ("animation", MediaKind.VIDEO, "👾"),
    ("video", MediaKind.VIDEO, "🎥"),
    ("video_note", MediaKind.VIDEO, "🎥"),
    ("voice", MediaKind.VOICE, "🎤"),
    ("audio", MediaKind.AUDIO, "🎵"),
    ("sticker", MediaKind.STICKER, "💟"),
    ("document", MediaKind.DOCUMENT, "📄"),
)
_PLACES = ("venue", "location")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldMedium:
    """Its sign stands before the caption in the text, as in the texts of other channels."""

    incoming: IncomingMedia
    caption: str


def medium_in(message: Mapping[str, Any]) -> ToldMedium | None:
    caption = message.get("caption")
    caption = caption if isinstance(caption, str) else ""
    for name, kind, sign in _KINDS:
        if (file := _file(message.get(name))) is not None:
            return _medium(kind, sign, file, caption)
    return _place(message) or _card(message)


def _file(told: object) -> Mapping[str, Any] | None:
    """Of a photo the largest of its sizes."""
    if isinstance(told, list):
        sizes = [each for each in told if isinstance(each, dict)]
        told = max(sizes, key=lambda each: _size(each) or 0, default=None)
    known = isinstance(told, dict) and isinstance(told.get("file_id"), str)
    return told if known and isinstance(told, dict) else None


def _medium(kind: MediaKind, sign: str, file: Mapping[str, Any], caption: str) -> ToldMedium:
    told_name = file.get("file_name")
    name = (clean_file_name(told_name) if isinstance(told_name, str) else None) or ""
    words = f"{file['file_id']} {name}".strip()
    incoming = IncomingMedia(kind=kind, sign=sign, words=words, name=name)
    return ToldMedium(incoming=incoming, caption=caption)


def _place(message: Mapping[str, Any]) -> ToldMedium | None:
    found = next((each for each in map(message.get, _PLACES) if isinstance(each, dict)), None)
    if found is None:
        return None
    inner = found.get("location")
    at = inner if isinstance(inner, dict) else found
    said = [found.get("title"), found.get("address")]
    names = [each for each in said if isinstance(each, str) and each]
    degrees = [at.get(each) for each in ("latitude", "longitude")]
    if not names:
        names = [f"{each:.5f}" for each in degrees if isinstance(each, int | float)]
    return _without_file(MediaKind.LOCATION, "📌", ", ".join(names))


def _card(message: Mapping[str, Any]) -> ToldMedium | None:
    found = message.get("contact")
    if not isinstance(found, dict):
        return None
    said = [found.get(each) for each in ("first_name", "last_name", "phone_number")]
    name = " ".join(each for each in said if isinstance(each, str) and each)
    return _without_file(MediaKind.CONTACT, "👤", name)


def _without_file(kind: MediaKind, sign: str, name: str) -> ToldMedium:
    incoming = IncomingMedia(kind=kind, sign=sign, words="", has_file=False, name=name)
    return ToldMedium(incoming=incoming, caption=name)


def _size(told: Mapping[str, Any]) -> int | None:
    size = told.get("file_size")
    return size if is_whole(size) else None


def fetch(api: BotApi, wanted: MediaFetch) -> Fetched:
    """Brings the file; a service that is away is asked again later."""
    try:
        return _fetch(api, wanted)
    except SaidNo as exc:
        too_big = "too big" in exc.description.lower()
        return Fetched(finding=FetchFinding.TOO_LARGE if too_big else FetchFinding.NONE)
    except (NotReached, NotAnswered, StoreUnavailable):
        return Fetched(finding=FetchFinding.AWAY)


def _fetch(api: BotApi, wanted: MediaFetch) -> Fetched:
    file_id, _, name = wanted.wanted.words.partition(" ")
    about = api.call("getFile", file_id=file_id)
    if not isinstance(about, dict) or not isinstance(about.get("file_path"), str):
        return Fetched(finding=FetchFinding.NONE)
    if (_size(about) or 0) > MOST_IN:
        return Fetched(finding=FetchFinding.TOO_LARGE)
    path = about["file_path"]
    with wanted.files.growing() as growing, api.download(path) as pieces:
        for piece in pieces:
            growing.write(piece)
            if growing.bytes > MOST_IN:
                return Fetched(finding=FetchFinding.TOO_LARGE)
        if not growing.bytes or growing.bytes != (_size(about) or growing.bytes):
            return Fetched(finding=FetchFinding.AWAY)
        return _kept(growing, name or path)


def _kept(growing: GrowingFile, name: str) -> Fetched:
    with growing.path.open("rb") as file:
        type_ = told(file.read(HEAD_BYTES), name)
    measured = measure(growing.path, type_)
    kept = growing.keep()
    file_ = FetchedFile(name=clean_file_name(name) or "", told=type_, kept=kept, measured=measured)
    return Fetched(finding=FetchFinding.HERE, file=file_)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """The method that sends a file, and the name of its field there."""

    method: str
    field: str


_AS_IT_IS = Upload(method="sendDocument", field="document")
_PHOTO = Upload(method="sendPhoto", field="photo")
_BY_KIND = {
    MediaKind.VOICE: Upload(method="sendVoice", field="voice"),
    MediaKind.AUDIO: Upload(method="sendAudio", field="audio"),
    MediaKind.VIDEO: Upload(method="sendVideo", field="video"),
}
_PHOTO_TYPES = frozenset({"image/jpeg", "image/png"})
_AUDIO_TYPES = frozenset({"audio/mpeg", "audio/mp4"})
_VIDEO_TYPES = frozenset({"video/mp4"})


def upload_for(file: OutgoingFile, size: int) -> Upload:
    """What Telegram shows as what it is; all else goes as a document, as it is."""
    if file.type in _PHOTO_TYPES and size <= _MOST_PHOTO:
        return _PHOTO
    if file.kind is MediaKind.AUDIO and file.type not in _AUDIO_TYPES:
        return _AS_IT_IS
    if file.kind is MediaKind.VIDEO and file.type not in _VIDEO_TYPES:
        return _AS_IT_IS
    return _BY_KIND.get(file.kind, _AS_IT_IS)
