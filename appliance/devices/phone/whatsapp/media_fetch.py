"""Brings the file of a message from the phone: found among WhatsApp's files, read, and checked.

Where WhatsApp has not downloaded it, the chat is opened once and its button is tapped. The one file
that is new once its row says that it is there is it.
"""

import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import partial

from appliance.characters import clean_file_name
from appliance.devices.media_protocol import (
    Fetched,
    FetchedFile,
    FetchFinding,
    MediaFetch,
    WantedFile,
)
from appliance.devices.phone.adb.files import PhoneFile, PhoneFiles
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.media_folders import files_in, fits, folder_of
from appliance.devices.phone.whatsapp.media_matching import matched
from appliance.devices.phone.whatsapp.media_rows import FoundRow, RowSays, find_row, is_here
from appliance.devices.phone.whatsapp.opening import open_chat
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.visit import visiting
from appliance.errors import StoreUnavailable
from appliance.media.files import GrowingFile
from appliance.media.kinds import HEAD_BYTES, MOST, FileType, MediaKind, told
from appliance.media.probing import Measured, measure

log = logging.getLogger(__name__)

# A file that was written to so lately may still grow.
_SETTLED_S = 2
_LENGTH = re.compile(r"(\d{1,3}):(\d{2})\b")
_S_PER_MINUTE = 60
# A length is shown in whole seconds, rounded either way.
_ROUNDED_S = 1
# Of so many voice notes, none larger than half an hour, the length is read to tell them apart.
_MOST_HEARD = 8
_HEARD_BYTES = 4 * 1024 * 1024

_CHAT_MAY_TELL = frozenset({FetchFinding.NONE, FetchFinding.UNCLEAR})
"""After these the chat is opened: the button of a row tells what is not downloaded yet."""

_CONTENT = {
    MediaKind.IMAGE: ("image/",),
    MediaKind.STICKER: ("image/",),
    MediaKind.VIDEO: ("video/", "image/gif"),
    MediaKind.VOICE: ("audio/",),
    MediaKind.AUDIO: ("audio/", "video/mp4"),
    MediaKind.DOCUMENT: ("",),
}
"""What the content of each kind begins with as a type; another file is not the message's."""


def fetch_media(phone: Phone, fetch: MediaFetch, take_in_hand: Callable[[str], object]) -> Fetched:
    """`take_in_hand` prepares the phone for opening a chat. Raises DeviceError."""
    files = PhoneFiles(phone.session.device)
    folder = folder_of(fetch.wanted.sign, phone.whatsapp)
    if folder is None:
        return Fetched(finding=FetchFinding.NONE)
    if fetch.path is not None:
        file = files.stat(fetch.path)
        return Fetched(finding=FetchFinding.NONE) if file is None else _take(phone, fetch, file)
    found = _look(phone, fetch, files_in(files, folder))
    if found.finding not in _CHAT_MAY_TELL or fetch.number is None:
        return found
    take_in_hand(fetch.number)
    return _download(phone, fetch, files, folder)


def _look(phone: Phone, fetch: MediaFetch, listed: Sequence[PhoneFile]) -> Fetched:
    """Takes the file where it is sure which it is."""
    ahead_ms = phone.time.ahead_ms
    free = [file for file in listed if file.path not in fetch.taken]
    alike = [
        each
        for each in (fetch.wanted, *fetch.others)
        if folder_of(each.sign, phone.whatsapp) == folder_of(fetch.wanted.sign, phone.whatsapp)
    ]
    may_have = partial(fits, ahead_ms=ahead_ms)
    pairs = matched(alike, free, may_have)
    if fetch.wanted.media_id not in pairs and fetch.wanted.kind is MediaKind.VOICE:
        near = [file for file in free if any(may_have(each, file) for each in alike)]
        seconds = _seconds_of(phone, fetch, near)
        pairs = matched(
            alike,
            free,
            lambda each, file: may_have(each, file) and _lasts(each, seconds.get(file.path)),
        )
    if (file := pairs.get(fetch.wanted.media_id)) is not None:
        return _take(phone, fetch, file)
    may_be = any(may_have(fetch.wanted, file) for file in free)
    return Fetched(finding=FetchFinding.UNCLEAR if may_be else FetchFinding.NONE)


def _seconds_of(
    phone: Phone, fetch: MediaFetch, files: Sequence[PhoneFile]
) -> Mapping[str, int | None]:
    """How long each of these voice notes is, by path: the files say it, a list of them does not."""
    found: dict[str, int | None] = {}
    for file in [each for each in files if each.size <= _HEARD_BYTES][:_MOST_HEARD]:
        try:
            with fetch.files.growing() as growing:
                what = told(_read(phone, file, growing), file.name)
                found[file.path] = measure(growing.path, what).seconds
        except StoreUnavailable as exc:
            log.warning("a voice note cannot be measured: %s", exc)
            break
    return found


# Reading a file


def _take(phone: Phone, fetch: MediaFetch, file: PhoneFile) -> Fetched:
    """Reads it, and keeps it where it did not change meanwhile and is what was told."""
    if file.size > MOST:
        return Fetched(finding=FetchFinding.TOO_LARGE)
    age_s = (phone.clock.now_ms() + phone.time.ahead_ms) // 1000 - file.changed_s
    if age_s < _SETTLED_S:
        return Fetched(finding=FetchFinding.GROWING, path=file.path)
    try:
        with fetch.files.growing() as growing:
            head = _read(phone, file, growing)
            files = PhoneFiles(phone.session.device)
            if growing.bytes != file.size or files.stat(file.path) != file:
                return Fetched(finding=FetchFinding.GROWING, path=file.path)
            return _kept(fetch, file, growing, head)
    except StoreUnavailable as exc:
        log.warning("a file of a message cannot be kept: %s", exc)
        return Fetched(finding=FetchFinding.AWAY)


def _read(phone: Phone, file: PhoneFile, growing: GrowingFile) -> bytes:
    head = b""
    for piece in PhoneFiles(phone.session.device).pieces(file.path):
        if len(head) < HEAD_BYTES:
            head += piece[: HEAD_BYTES - len(head)]
        growing.write(piece)
        if growing.bytes > file.size:
            break
    return head


def _kept(fetch: MediaFetch, file: PhoneFile, growing: GrowingFile, head: bytes) -> Fetched:
    what = told(head, file.name)
    measured = measure(growing.path, what)
    if not _is_it(fetch.wanted, what, measured):
        log.info("file %s on the phone is not what a message told", fetch.wanted.media_id)
        return Fetched(finding=FetchFinding.UNCLEAR)
    return Fetched(
        finding=FetchFinding.HERE,
        path=file.path,
        file=FetchedFile(
            name=clean_file_name(file.name) or "",
            told=what,
            kept=growing.keep(),
            measured=measured,
        ),
    )


def _is_it(wanted: WantedFile, what: FileType, measured: Measured) -> bool:
    """By its type, and by its length where both are known."""
    if not what.type.startswith(_CONTENT.get(wanted.kind, ())):
        return False
    return wanted.kind is MediaKind.DOCUMENT or _lasts(wanted, measured.seconds)


def _lasts(wanted: WantedFile, seconds: int | None) -> bool:
    length = _LENGTH.search(wanted.words)
    if length is None or seconds is None:
        return True
    told_s = int(length[1]) * _S_PER_MINUTE + int(length[2])
    return abs(told_s - seconds) <= _ROUNDED_S


# Having it downloaded


def _download(phone: Phone, fetch: MediaFetch, files: PhoneFiles, folder: str) -> Fetched:
    """Opens the chat, taps the button of its row, and says which file came of it."""
    before = {file.path for file in files_in(files, folder)}
    with visiting(phone, fetch.number or "") as chat:
        says = _tap_its_button(chat, fetch)
        if says is RowSays.TEXT:
            return Fetched(finding=FetchFinding.TEXT, opened=True)
        if says is not RowSays.COME:
            return Fetched(finding=FetchFinding.NONE, opened=True)
        new = [file for file in files_in(files, folder) if file.path not in before]
    if len(new) > 1:
        # Those of an album: once all are there, they are told apart by their order.
        return Fetched(finding=FetchFinding.GROWING, opened=True)
    path = new[0].path if new else None
    finding = FetchFinding.GROWING if new else FetchFinding.NONE
    return Fetched(finding=finding, path=path, opened=True)


def _tap_its_button(chat: OpenChat, fetch: MediaFetch) -> RowSays:
    """On the screen that opens, else in a view above it; waits there until it has come."""
    seen = open_chat(chat)
    says = _tap_in_view(chat, fetch)
    if says is RowSays.UNCLEAR:
        with closing(chat.above(seen)) as views:
            for _ in views:
                says = _tap_in_view(chat, fetch)
                if says is not RowSays.UNCLEAR:
                    break
    return says


def _tap_in_view(chat: OpenChat, fetch: MediaFetch) -> RowSays:
    phone = chat.phone
    app = chat.screen.of(phone.whatsapp)
    row = find_row(app, fetch.wanted, fetch.others, phone.time)
    if row.tap is not None:
        phone.session.tap(row.tap)
        if _is_downloaded(chat, fetch.wanted, row):
            return RowSays.COME
    return row.says


def _is_downloaded(chat: OpenChat, wanted: WantedFile, tapped: FoundRow) -> bool:
    """Once its row says so; a file that merely came meanwhile may be another message's."""
    phone = chat.phone
    until_s = time.monotonic() + phone.patience.download_s
    for pause_s in phone.patience.pauses():
        time.sleep(pause_s)
        seen = chat.dump()
        shows = isinstance(seen, ChatPage) and chat.is_ours(seen)
        if shows and is_here(chat.screen.of(phone.whatsapp), wanted, tapped, phone.time):
            return True
        if time.monotonic() > until_s:
            break
    return False
