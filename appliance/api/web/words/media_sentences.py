"""What is said of a file beside a message: its name, its size, and why it is not here."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from appliance.api.web.words.i18n import Words
from appliance.desk.inbox.bubbles import Bubble
from appliance.errors import FileRefused
from appliance.media.kinds import INLINE, MediaKind, MediaState, MediaWhy
from appliance.media.voice_notes import NoFfmpeg
from appliance.store.media import Media

KINDS: Mapping[MediaKind, str] = {
    MediaKind.IMAGE: "Photo",
    MediaKind.VIDEO: "Film",
    MediaKind.VOICE: "Voice note",
    MediaKind.AUDIO: "Sound",
    MediaKind.DOCUMENT: "Document",
    MediaKind.STICKER: "Sticker",
    MediaKind.LOCATION: "Location",
    MediaKind.CONTACT: "Contact card",
}
WHY_NOT_HERE: Mapping[MediaWhy | None, str] = {
    MediaWhy.NOT_FOUND: "Balie did not find its file on the phone. Look at it on the phone itself.",
    MediaWhy.BEFORE: "It is from before Balie came. Look at it on the phone itself.",
    MediaWhy.UNCLEAR: "Several files on the phone may be this one. Look at it on the phone itself.",
    MediaWhy.VIEW_ONCE: "It can be seen once, on the phone only, and is never kept.",
    MediaWhy.TOO_LARGE: "It is too large for Balie. Look at it on the phone itself.",
    MediaWhy.NO_FILE: "It is shown on the phone only.",
    MediaWhy.QUOTA: "Balie made room and let go of its copy. It may still be on the phone.",
    MediaWhy.LOST: "A copy of Balie was put back without it. It may still be on the phone.",
    None: "It is on the phone only.",
}
STATES: Mapping[MediaState, str] = {
    MediaState.FETCHING: "It is being brought from the phone.",
    MediaState.ERASED: "It was erased.",
}
_KB, _MB = 1024, 1024 * 1024

# A phone tells a medium without a caption by a sign and a word, both of WhatsApp.
_SIGNED = re.compile(r"[📷🎥👾🎤🎵📄💟📌👤①] ?(?P<words>.*?)(?: \([^()]*\))?", re.DOTALL)
_WORD = re.compile(
    r"(?:Photo|Foto|Afbeelding|Video|GIF|Voice message|Spraakbericht|Audio|Document|Sticker|Contact"
    r"|(?:Live )?(?:Location|locatie))?",
    re.IGNORECASE,
)
_DRAWN_EDGE = 320
"""Pixels of the longer side in the thread."""


def name(words: Words, media: Media) -> str:
    """Its own name where it has one, else what it is."""
    return media.name or words.text(KINDS[media.kind])


def kind(words: Words, media: Media) -> str:
    return words.text(KINDS[media.kind])


def state(words: Words, media: Media) -> str:
    """Why it cannot be opened; empty where it can."""
    if media.state is MediaState.HERE:
        return ""
    return words.text(STATES.get(media.state) or WHY_NOT_HERE[media.why])


def map_of(media: Media) -> str:
    """Where a place is looked up on a map by its name; empty for all else."""
    if media.kind is not MediaKind.LOCATION or not media.name:
        return ""
    return f"https://www.openstreetmap.org/search?{urlencode({'query': media.name})}"


def is_told_whole(media: Media) -> bool:
    """Whether its name is all that there is of it: a person's card, a place."""
    return media.why is MediaWhy.NO_FILE and bool(media.name)


def is_card(media: Media) -> bool:
    """Whether people stand on it who can be entered."""
    return media.kind is MediaKind.CONTACT and media.state is MediaState.HERE


def not_recorded(words: Words, exc: FileRefused) -> str:
    if isinstance(exc, NoFfmpeg):
        return words.text(
            "Recording needs ffmpeg on the machine that Balie runs on. Ask your administrator to"
            " install it, or attach a file that was recorded elsewhere."
        )
    return words.text("Balie cannot read this recording. Record it once more.")


def says_it_all(bubble: Bubble) -> bool:
    """Whether the text says no more than the file beside it does: there is no caption."""
    signed = _SIGNED.fullmatch(bubble.text.strip())
    if signed is None:
        return not bubble.text.strip()
    words = signed["words"]
    return _WORD.fullmatch(words) is not None or words in {each.name for each in bubble.media}


def drawn_size(media: Media) -> tuple[int, int] | None:
    """Width and height in the thread, known before the picture is there, so that nothing jumps."""
    if not media.width or not media.height:
        return None
    share = min(1.0, _DRAWN_EDGE / max(media.width, media.height))
    return max(round(media.width * share), 1), max(round(media.height * share), 1)


def told_of(words: Words, media: Media) -> str:
    """Its length and size."""
    return " · ".join(each for each in (length(media), size(words, media)) if each)


def size(words: Words, media: Media) -> str:
    if media.bytes is None:
        return ""
    if media.bytes < _MB:
        return f"{max(media.bytes // _KB, 1)} kB"
    return words.megabytes(media.bytes / _MB)


def length(media: Media) -> str:
    if media.seconds is None:
        return ""
    minutes, seconds = divmod(media.seconds, 60)
    return f"{minutes}:{seconds:02}"


def drawn_as(media: Media) -> str:
    """The element that shows it: `picture`, `audio`, `video`, or a `link` to save it."""
    if media.type not in INLINE:
        return "link"
    return {"image": "picture", "video": "video"}.get(media.type.partition("/")[0], "audio")
