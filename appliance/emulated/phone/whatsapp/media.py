"""Messages that are no plain text: their sign and word in a notification, and their row."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from appliance.emulated.phone.layout import Brush
from appliance.emulated.phone.node import Bounds, Node


class MediumKind(StrEnum):
    PHOTO = "photo"
    VIDEO = "video"
    GIF = "gif"
    VOICE = "voice"
    AUDIO = "audio"
    DOCUMENT = "document"
    LOCATION = "location"
    LIVE_LOCATION = "live-location"
    CONTACT = "contact"
    STICKER = "sticker"
    POLL = "poll"
    INVITE = "invite"
    VIEW_ONCE = "view-once"
    CALL = "call"
    PRODUCT = "product"
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """`name` is that of a file, a contact, a place or a poll; `length` is as the app writes it.

    `data` are the bytes of its file, which appears `late_ms` after the download began: at once when
    it comes, or, if it is not `downloaded`, when somebody taps its button.
    """

    kind: MediumKind
    name: str = ""
    length: str = ""
    pages: int = 0
    downloaded: bool = True
    data: bytes = b""
    late_ms: int = 0


_SIGNS = {
    MediumKind.PHOTO: "📷",
    MediumKind.VIDEO: "🎥",
    MediumKind.GIF: "👾",
    MediumKind.VOICE: "🎤",
    MediumKind.AUDIO: "🎵",
    MediumKind.DOCUMENT: "📄",
    MediumKind.LOCATION: "📌",
    MediumKind.LIVE_LOCATION: "📌",
    MediumKind.CONTACT: "👤",
    MediumKind.STICKER: "💟",
    MediumKind.POLL: "📊",
    MediumKind.INVITE: "👥",
    MediumKind.VIEW_ONCE: "①",
    MediumKind.PRODUCT: "🛒",
    MediumKind.EVENT: "🗓",
}

# English and Dutch, in the order of the languages below.
_WORDS = {
    MediumKind.PHOTO: ("Photo", "Afbeelding"),
    MediumKind.VIDEO: ("Video", "Video"),
    MediumKind.GIF: ("GIF", "GIF"),
    MediumKind.VOICE: ("Voice message", "Spraakbericht"),
    MediumKind.AUDIO: ("Audio", "Audio"),
    MediumKind.DOCUMENT: ("Document", "Document"),
    MediumKind.LOCATION: ("Location", "Locatie"),
    MediumKind.LIVE_LOCATION: ("Live location", "Live locatie"),
    MediumKind.CONTACT: ("Contact", "Contact"),
    MediumKind.STICKER: ("Sticker", "Sticker"),
    MediumKind.POLL: ("Poll", "Peiling"),
    MediumKind.INVITE: ("WhatsApp group invite", "WhatsApp-groepsuitnodiging"),
    MediumKind.VIEW_ONCE: ("Photo", "Foto"),
    MediumKind.CALL: ("Missed voice call", "Gemiste spraakoproep"),
    MediumKind.PRODUCT: ("Product", "Product"),
    MediumKind.EVENT: ("Event", "Evenement"),
}
_PAGES = ("{n} pages", "{n} pagina's")
_LANGUAGES = ("en", "nl")
#: A notification shows the word for these, not their name.
_NAMELESS = {MediumKind.LOCATION, MediumKind.LIVE_LOCATION, MediumKind.INVITE}


def told(medium: Medium, caption: str, language: str) -> str:
    """The text of a notification: the sign, then the caption if there is one, else the word."""
    return f"{_SIGNS[medium.kind]} {previewed(medium, caption, language)}"


def previewed(medium: Medium, caption: str, language: str) -> str:
    """The same without the sign, as in the list of chats."""
    at = _LANGUAGES.index(language)
    name = "" if medium.kind in _NAMELESS else medium.name
    words = caption or name or _WORDS[medium.kind][at]
    if medium.length and not caption:
        return f"{words} ({medium.length})"
    return f"{words} ({_PAGES[at].format(n=medium.pages)})" if medium.pages else words


# The views of each kind's row beside its caption, by id; `=` stands before the view's text.
_VIEWS = {
    MediumKind.PHOTO: ("media_container", "image"),
    MediumKind.VIDEO: ("media_container", "thumb", "info=length"),
    MediumKind.GIF: ("media_container", "thumb", "gif_attribution"),
    MediumKind.VOICE: ("audio_seekbar", "audio_visualizer", "duration=length"),
    MediumKind.AUDIO: ("audio_seekbar", "duration=length"),
    MediumKind.DOCUMENT: (
        *("document_frame", "document_info_container", "title=name", "info=pages"),
        *("file_size=size", "file_type=type"),
    ),
    MediumKind.LOCATION: ("map_frame", "map_holder", "place_name=name"),
    MediumKind.LIVE_LOCATION: ("map_holder", "live_location_info_holder", "live_location_caption"),
    MediumKind.CONTACT: ("vcard_text=name",),
    MediumKind.STICKER: ("sticker_root", "sticker_image"),
    MediumKind.POLL: ("poll_name=name", "poll_type_text", "poll_option_name"),
    MediumKind.INVITE: ("invite_container", "group_name=name"),
    MediumKind.VIEW_ONCE: ("view_once_media_container_large",),
    MediumKind.CALL: ("call_log_title=word", "call_log_subtitle=length"),
    MediumKind.PRODUCT: ("media_container", "image"),
    MediumKind.EVENT: ("media_container", "image"),
}
_PLAYED = {MediumKind.VIDEO, MediumKind.GIF}
_FETCHED = {
    *(MediumKind.PHOTO, MediumKind.VIDEO, MediumKind.GIF, MediumKind.DOCUMENT),
    *(MediumKind.LOCATION, MediumKind.STICKER),
}


def draw(
    medium: Medium, brush: Brush, bounds: Bounds, language: str, *, action: str
) -> Iterator[Node]:
    """The views of the row; some kinds have a button while they are not downloaded, which does
    `action`.
    """
    at = _LANGUAGES.index(language)
    texts = {
        "length": medium.length,
        "name": medium.name,
        "pages": _PAGES[at].format(n=medium.pages) if medium.pages else "",
        "size": f"{len(medium.data) // 1000} kB" if medium.data else "275 kB",
        "type": medium.name.rpartition(".")[2].upper(),
        "word": _WORDS[medium.kind][at],
    }
    for view in _VIEWS[medium.kind]:
        rid, _, what = view.partition("=")
        if not what:
            yield brush("FrameLayout", bounds, rid=rid)
        elif texts[what]:
            yield brush("TextView", bounds, rid=rid, text=texts[what])
    if not medium.downloaded and medium.kind in _FETCHED:
        yield brush.button("ImageButton", bounds, rid="control_btn", action=action)
    elif medium.kind in _PLAYED:
        yield brush("ImageButton", bounds, rid="play_button")
