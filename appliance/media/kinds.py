"""What a file is, told by its content and never by what its name or its sender says of it.

What a browser plays or draws inline is told by the table below: the first bytes of those formats
are fixed by their standards. The type of a document only helps whoever opens it, so puremagic tells
it. It needs no library of the system, as libmagic does, and so says the same on every box.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import puremagic

from appliance.errors import FileNotCarried, FileTooLarge

HEAD_BYTES = 4096
"""So much of a file tells what it is."""
UNKNOWN = "application/octet-stream"
_MB = 1024 * 1024


class MediaKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    VOICE = "voice"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"


class MediaState(StrEnum):
    #: Balie has the file.
    HERE = "here"
    #: It is on the phone, and Balie brings it.
    FETCHING = "fetching"
    #: Balie does not have it, or has it no more.
    ON_PHONE_ONLY = "on-phone-only"
    #: It was erased for good.
    ERASED = "erased"


class MediaWhy(StrEnum):
    """Why Balie does not have a file that is on the phone, or was."""

    NOT_FOUND = "not-found"
    #: Several files may be it.
    UNCLEAR = "unclear"
    VIEW_ONCE = "view-once"
    TOO_LARGE = "too-large"
    #: It is none, as a location.
    NO_FILE = "no-file"
    #: Balie let go of it to have room.
    QUOTA = "quota"
    #: It was not beside the copy that was put back.
    LOST = "lost"
    #: The phone had it before Balie came, and nobody asked for it.
    BEFORE = "before"


LIMITS: Mapping[MediaKind, int] = {
    MediaKind.IMAGE: 16 * _MB,
    MediaKind.VIDEO: 16 * _MB,
    MediaKind.VOICE: 16 * _MB,
    MediaKind.AUDIO: 16 * _MB,
    MediaKind.DOCUMENT: 100 * _MB,
    MediaKind.STICKER: _MB,
    MediaKind.CONTACT: _MB,
}
"""Bytes that WhatsApp carries of each kind. A location is no file."""
MOST = max(LIMITS.values())


@dataclass(frozen=True, slots=True)
class FileType:
    kind: MediaKind
    type: str


@dataclass(frozen=True, slots=True)
class _Sign:
    """`at` is where the bytes stand in a file."""

    at: int
    bytes: bytes
    told: FileType


def _sign(start: bytes, kind: MediaKind, media_type: str, at: int = 0) -> _Sign:
    return _Sign(at, start, FileType(kind, media_type))


_IMAGE, _VIDEO, _AUDIO, _DOCUMENT = (
    MediaKind.IMAGE,
    MediaKind.VIDEO,
    MediaKind.AUDIO,
    MediaKind.DOCUMENT,
)
# The first that fits counts.
_SIGNS = (
    _sign(b"\xff\xd8\xff", _IMAGE, "image/jpeg"),
    _sign(b"\x89PNG\r\n\x1a\n", _IMAGE, "image/png"),
    _sign(b"GIF87a", _IMAGE, "image/gif"),
    _sign(b"GIF89a", _IMAGE, "image/gif"),
    _sign(b"WEBP", _IMAGE, "image/webp", at=8),
    _sign(b"WAVE", _AUDIO, "audio/wav", at=8),
    _sign(b"ftypM4", _AUDIO, "audio/mp4", at=4),
    _sign(b"ftyp3g", _VIDEO, "video/3gpp", at=4),
    _sign(b"ftyphei", _DOCUMENT, "image/heic", at=4),
    _sign(b"ftypmif1", _DOCUMENT, "image/heic", at=4),
    _sign(b"ftypavif", _DOCUMENT, "image/avif", at=4),
    _sign(b"ftypqt", _DOCUMENT, "video/quicktime", at=4),
    _sign(b"ftyp", _VIDEO, "video/mp4", at=4),
    _sign(b"\x1aE\xdf\xa3", _DOCUMENT, "video/webm"),
    _sign(b"#!AMR", _AUDIO, "audio/amr"),
    _sign(b"ID3", _AUDIO, "audio/mpeg"),
    _sign(b"\xff\xf1", _AUDIO, "audio/aac"),
    _sign(b"\xff\xf9", _AUDIO, "audio/aac"),
    *(_sign(bytes((0xFF, frame)), _AUDIO, "audio/mpeg") for frame in b"\xfb\xfa\xf3\xf2\xe3\xe2"),
    _sign(b"%PDF-", _DOCUMENT, "application/pdf"),
)
_OGG = b"OggS"
_CARD = re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN:VCARD\b", re.IGNORECASE)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_TEXTS = {".txt": "text/plain", ".csv": "text/csv"}

_OFFICE = "application/vnd.openxmlformats-officedocument."
_CARRIED_DOCUMENTS = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/excel",  # so puremagic calls the Office files of before 2007
        "application/mspowerpoint",
        f"{_OFFICE}wordprocessingml.document",
        f"{_OFFICE}spreadsheetml.sheet",
        f"{_OFFICE}presentationml.presentation",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/rtf",
        "application/zip",
        *_TEXTS.values(),
    }
)
INLINE = frozenset({each.told.type for each in _SIGNS if each.told.kind is not _DOCUMENT}) | {
    "audio/ogg"
}
"""The types that a browser decodes itself, with nothing in them that runs."""


def told(head: bytes, name: str) -> FileType:
    """The kind and the type of a file that begins with these bytes. The name tells apart only what
    is the same inside, such as the office documents, which are all archives.
    """
    found = next((each.told for each in _SIGNS if head.startswith(each.bytes, each.at)), None)
    if found is not None:
        return found
    if head.startswith(_OGG):
        return FileType(MediaKind.VOICE if b"OpusHead" in head[:64] else _AUDIO, "audio/ogg")
    if _CARD.match(head):
        return FileType(MediaKind.CONTACT, "text/vcard")
    return FileType(_DOCUMENT, _document_type(head, _ending(name)))


def need_carried(told: FileType) -> None:
    """Raises FileNotCarried for what WhatsApp does not carry as what it is."""
    if told.kind is _DOCUMENT and told.type not in _CARRIED_DOCUMENTS:
        raise FileNotCarried(
            "WhatsApp carries photos (JPEG, PNG, GIF, WebP), films (MP4, 3GP), sound (MP3, M4A,"
            " AAC, AMR, Ogg), contact cards and documents (PDF, Office, text, ZIP); this file is"
            " none of these, whatever its name says. Save it as one of them."
        )


def need_size(told: FileType, size: int) -> None:
    """Raises FileTooLarge, with the limit of this kind."""
    limit = LIMITS[told.kind]
    if size > limit:
        raise too_large(f"{_NAMES[told.kind]} has at most {limit // _MB} MB on WhatsApp")


def too_large(limit: str) -> FileTooLarge:
    return FileTooLarge(f"The file is too large: {limit}. Send a smaller one.")


_NAMES = {
    MediaKind.IMAGE: "a photo",
    MediaKind.VIDEO: "a film",
    MediaKind.VOICE: "a voice note",
    MediaKind.AUDIO: "sound",
    MediaKind.DOCUMENT: "a document",
    MediaKind.STICKER: "a sticker",
    MediaKind.CONTACT: "a contact card",
}


def _document_type(head: bytes, ending: str) -> str:
    if ending in _TEXTS and _is_text(head):
        return _TEXTS[ending]
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    typed = [each for each in matches if each.mime_type]
    named = [each for each in typed if each.extension == ending]
    if head.startswith(b"PK\x03\x04") and not named:
        return "application/zip"
    return str((named or typed)[0].mime_type) if named or typed else UNKNOWN


def _is_text(head: bytes) -> bool:
    return bool(head) and not _CONTROLS.search(head)


def _ending(name: str) -> str:
    _, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot else ""
