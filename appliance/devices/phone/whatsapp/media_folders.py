"""Where WhatsApp puts the files that come, and which of them can be the one of a message.

The folders below `Android/media` are [P], their names for GIFs, stickers and audio [?]; a folder
that is not there has no files. Files of own messages lie in `Sent` below, which is not looked into.
"""

import re
from collections.abc import Sequence

from appliance.devices.media_protocol import WantedFile
from appliance.devices.phone.adb.files import PhoneFile, PhoneFiles
from appliance.media.kinds import MediaKind

_ROOTS = {
    "com.whatsapp": ("WhatsApp", "WhatsApp"),
    "com.whatsapp.w4b": ("WhatsApp Business", "WhatsApp Business"),
}
_MEDIA = "/sdcard/Android/media/{package}/{app}/Media/{prefix} {kind}"
# By the sign that the phone told: a film may come as a GIF.
_FOLDERS = {
    "📷": "Images",
    "🎥": "Video",
    "👾": "Animated Gifs",
    "🎤": "Voice Notes",
    "🎵": "Audio",
    "📄": "Documents",
    "💟": "Stickers",
}
# Voice notes lie in folders by week: the newest have the files of these days.
_BY_WEEK = re.compile(r"\d{6}")
_NEWEST_WEEKS = 2
# Older releases name a document after its day, newer ones as its sender did.
_NUMBERED = re.compile(r"DOC-\d{8}-WA\d+")
_PAGES = re.compile(r" \(\d+ [^()]+\)$")

# Of the phone's clock and of a sender's against WhatsApp's own.
EARLIER_MS = 5_000
# WhatsApp downloads by itself within this, or not before somebody asks.
LATER_MS = 10 * 60_000


def folder_of(sign: str, package: str) -> str | None:
    """None for what has no file."""
    kind = _FOLDERS.get(sign)
    if kind is None or package not in _ROOTS:
        return None
    app, prefix = _ROOTS[package]
    return _MEDIA.format(package=package, app=app, prefix=prefix, kind=kind)


def files_in(phone_files: PhoneFiles, folder: str) -> Sequence[PhoneFile]:
    """The files of a kind, those of the last weeks where they lie by week."""
    found = phone_files.list(folder)
    weeks = [each for each in found.folders if _BY_WEEK.fullmatch(each.rpartition("/")[2])]
    deeper = [phone_files.list(each).files for each in sorted(weeks)[-_NEWEST_WEEKS:]]
    return [each for files in (found.files, *deeper) for each in files if is_whole_name(each)]


def is_whole_name(file: PhoneFile) -> bool:
    """Hidden files and parts are none that were received; a name of broken bytes is none at all."""
    hidden = file.name.startswith(".") or file.name.endswith((".tmp", ".part"))
    return not hidden and file.name.isprintable()


def fits(wanted: WantedFile, file: PhoneFile, *, ahead_ms: int) -> bool:
    """Whether it can be the message's by its time and, of a document, by its name."""
    at_ms = file.changed_s * 1000 - ahead_ms
    first_ms = wanted.written_ms - EARLIER_MS
    last_ms = max(wanted.written_ms, wanted.came_ms) + LATER_MS
    if not first_ms <= at_ms <= last_ms or not file.size:
        return False
    return wanted.kind is not MediaKind.DOCUMENT or _has_title(wanted.words, file.name)


def _has_title(words: str, name: str) -> bool:
    """A caption or the word for a document may stand in place of its title."""
    title = _PAGES.sub("", words).strip()
    if "." not in title or _NUMBERED.match(name):
        return True
    stem = title.rpartition(".")[0]
    return name == title or name.startswith(stem)
