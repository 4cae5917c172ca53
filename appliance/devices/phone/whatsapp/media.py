"""Media in a chat: the views of their rows, and their signs in notifications.

A notification has the sign and then the caption, or else a word in the phone's language, which any
update may change. So a row and a notification are compared by sign and caption, not by that word.
Ids and signs are those of WhatsApp's own layouts and code.
"""

import re
from dataclasses import dataclass

from appliance.devices.media_protocol import IncomingMedia
from appliance.devices.phone.screen import View
from appliance.devices.phone.texts import canonical, label
from appliance.media.kinds import MediaKind

_MEDIA = {
    "📷": MediaKind.IMAGE,
    "🎥": MediaKind.VIDEO,
    "👾": MediaKind.VIDEO,
    "🎤": MediaKind.VOICE,
    "🎵": MediaKind.AUDIO,
    "📄": MediaKind.DOCUMENT,
    "💟": MediaKind.STICKER,
    "📌": MediaKind.LOCATION,
    "👤": MediaKind.CONTACT,
    "①": MediaKind.IMAGE,
}
_NO_FILE = frozenset({MediaKind.LOCATION, MediaKind.CONTACT})
_ONCE = "①"
PLACE = "📌"
# A notification of a place has only the word for it; people write this sign before addresses.
_PLACE = re.compile(r"(?:live )?locat(?:ion|ie)", re.IGNORECASE)

# What a notification says of a place or a card whose name it does not tell.
_WORD_ALONE = re.compile(rf"(?:{_PLACE.pattern}|contact)?", re.IGNORECASE)

CALL = "📞"
"""A call has a row but is no message: its notification tells of it."""

ALBUM = "×"
"""Behind it stands what the row of an album shows: its tiles, and the number on the last one. So
the row of an album that grew is another one.
"""

DOCUMENT = "📄"
ANY = "📎"
_VISUAL = "📷🎥👾"
_SOUND = "🎤🎵"
_SIGNS = f"{_VISUAL}{_SOUND}①💟👥📊📌👤📄🛒🗓"
_OF_OWN = {
    MediaKind.IMAGE: "📷👾",
    MediaKind.VIDEO: "🎥👾",
    MediaKind.AUDIO: _SOUND,
    MediaKind.VOICE: _SOUND,
}
_NUMBER = re.compile(r"\d{1,3}")
_LENGTH = re.compile(r"\d{1,3}:\d{2}(?::\d{2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """`signs` are its possible signs; `words` is the view whose text a notification repeats."""

    signs: str
    ids: frozenset[str]
    words: str = ""


def _kind(signs: str, *ids: str, words: str = "") -> _Kind:
    return _Kind(signs=signs, ids=frozenset(ids), words=words)


# The first match counts: a document that is not downloaded has a `control_btn`, too.
_KINDS = (
    _kind("①", "view_once_media_container_large", "view_once_media_container_small"),
    _kind("①", "view_once_media"),
    _kind("💟", "sticker_image", "sticker_root"),
    _kind("👥", "invite_container"),
    _kind("📊", "poll_name", words="poll_name"),
    _kind(CALL, "call_log_title", "call_log_subtitle"),
    _kind(PLACE, "place_name", "map_frame", "map_holder", words="place_name"),
    _kind("📌", "live_location_info_holder", "live_location_caption"),
    _kind("👤", "vcard_text", words="vcard_text"),
    _kind("📄", "document_frame", "document_info_container", words="title"),
    _kind("📄", "file_type", "file_size", "bullet_file_size", words="title"),
    _kind(_SOUND, "audio_seekbar", "audio_visualizer", words="duration"),
)
_MOVING = (
    _kind("👾", "gif_attribution"),
    _kind("🎥", "play_frame", "play_button", "info", words="info"),
)
_STILL = frozenset({"media_container", "image", "thumb", "media_grid", "thumb_0"})
_NOT_HERE = frozenset({"control_btn", "control_frame"})


def medium_in(row: View) -> tuple[str, str] | None:
    """The possible signs of this row's medium, the likeliest first, and its title or length.

    A picture and a film look alike before they are downloaded.
    """
    ids = {below.id for below in row.walk()}
    if "media_grid" in ids:
        return f"{_VISUAL}{ALBUM}{_tiles(row)}", ""
    kind = next((kind for kind in _KINDS if ids & kind.ids), None)
    # A text with a link shows a picture of the page.
    if kind is None and ids & _STILL and "message_text" not in ids:
        still = _kind(_VISUAL if ids & _NOT_HERE else "📷")
        kind = next((kind for kind in _MOVING if ids & kind.ids), still)
    if kind is None:
        return (ANY, "") if ids & _NOT_HERE else None
    view = row.first(kind.words) if kind.words else None
    return kind.signs, label(view.text) if view else ""


def told_medium(text: str) -> IncomingMedia | None:
    """The medium that a notification's text tells, if it tells one that may have a file."""
    sign, words = text[:1], text[1:].strip()
    if text[1:2] not in ("", " ") or (sign == "📌" and not _PLACE.fullmatch(label(words))):
        return None
    return shown_medium(sign, words)


def may_be_told(text: str, told: str, *, has_file: bool) -> bool:
    """Whether a phone may tell a message of ours so; a file it tells by its sign alone."""
    return told_medium(told) is not None if has_file else canonical(told) == canonical(text)


def signs_of_own(kind: MediaKind) -> str:
    """The signs that the row of a file of ours may have once it is no longer under way."""
    return _OF_OWN.get(kind, DOCUMENT)


def shown_medium(sign: str, words: str) -> IncomingMedia | None:
    """The medium of a row with this sign."""
    kind = _MEDIA.get(sign)
    if kind is None:
        return None
    once = sign == _ONCE
    has_file = not once and kind not in _NO_FILE
    name = "" if has_file or once or _WORD_ALONE.fullmatch(label(words)) else label(words)
    return IncomingMedia(kind=kind, sign=sign, words=words, once=once, has_file=has_file, name=name)


def lasting(signs: str | None) -> str | None:
    """The part of a row's signs that stays the same when its medium is downloaded."""
    if signs is None:
        return None
    _, mark, pieces = signs.partition(ALBUM)
    return f"{_VISUAL}{mark}{pieces}" if signs[0] in _VISUAL else signs


def pieces_of(signs: str | None) -> int:
    """How many messages a row shows at least; an album shows several.

    The number on its last tile may count that tile or not; here it does, so that no message is told
    that was none.
    """
    tiles, _, hidden = (signs or "").partition(ALBUM)[2].partition("+")
    return max(int(tiles or 1), int(tiles or 1) - 1 + int(hidden or 1))


def without_pieces(signs: str | None) -> str | None:
    return signs and signs.partition(ALBUM)[0]


def _tiles(album: View) -> str:
    tiles = sum(1 for below in album.walk() if below.id.startswith("thumb_"))
    more = album.first("more")
    hidden = _NUMBER.search(label(more.text)) if more else None
    return f"{tiles}+{hidden.group()}" if hidden else str(tiles)


def is_same(signs: str, words: str, told: str) -> bool:
    """Whether the medium of a row can be the one that a notification told."""
    if signs[0] != ANY and not told.startswith(tuple(signs)):
        return False
    if signs[0] == PLACE:
        return True  # a row has the name of the place, a notification the word alone
    return told.startswith(tuple(_SIGNS)) and _fits(canonical(words), canonical(told[1:]))


def are_alike(shown: str, told: str) -> bool:
    """Whether a message told from a screen and one told by a notification can be the same."""
    if canonical(shown) == canonical(told):
        return True
    if not shown.startswith(tuple(_SIGNS + ANY)):
        return False
    family = next((each for each in (_VISUAL, _SOUND) if shown[0] in each), shown[0])
    return is_same(family, shown[1:], told)


def _fits(words: str, told: str) -> bool:
    """Captions and titles must be equal, lengths if both are told; pages may follow a title."""
    if not words:
        return True
    if _LENGTH.fullmatch(words):
        length = _LENGTH.search(told)
        return length is None or length.group() == words
    return told == words or told.startswith(f"{words} (")
