"""The records of `dumpsys notification`, as AOSP's NotificationRecord.dump writes them.

The dump escapes nothing: a message may hold line breaks and even a forged record. Only the dump
*without* `--noredact` is free of other people's words, so it alone says which records there are.
Each record has an identity hash that nobody outside the phone can guess; by this hash its texts are
found in the dump that shows them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Flag as Flags

# Older generations print `key=…appImportanceLocked=…: ` with nothing in between; WhatsApp's tags
# end in a line break, so a header may be spread over several lines.
_HEADER = re.compile(
    r"^ {4}NotificationRecord\(0x(?P<hash>[0-9a-f]+): pkg=(?P<package>\S+) "
    r"user=UserHandle\{(?P<user>-?\d+)\} id=(?P<id>-?\d+) tag=(?P<tag>.*?) "
    r"importance=(?P<importance>-?\d+) key=(?P<key>.*?)"
    r"(?:appImportanceLocked=\w+)?: Notification\((?P<notification>[^\n]*)",
    re.MULTILINE | re.DOTALL,
)
_LIST = "\n  Notification List:"
_SHORTCUT = re.compile(r"\bshortcut=(\S+?)[ )\n]")
_FOUND_SHORTCUT = re.compile(r"^ {6}(?:mShortcutInfo|shortcut)=(\S+) found", re.MULTILINE)
_WHEN = re.compile(r"^ {12,}when=(\d+)", re.MULTILINE)
_UPDATED = re.compile(r"^ {6}mUpdateTimeMs=(\d+)", re.MULTILINE)
_CHANNEL = re.compile(r"\bchannel=(\S+)")
_CATEGORY = re.compile(r"\bcategory=(\S+)")
_FLAGS = re.compile(r"\bflags=(0x[0-9a-fA-F]+|[0-9A-Z_|]+)")
_PROGRESS = re.compile(
    r"^ {16}android\.(?:progressMax=Integer \([1-9]|progressIndeterminate=Boolean \(true)",
    re.MULTILINE,
)
_COUNT = re.compile(r"^ {16}android\.messages=(?:Parcelable|Bundle)\[\] \((\d+)\)", re.MULTILINE)
_RINGING = re.compile(
    r"^ {12}fullscreenIntent=PendingIntent"
    r"|^ {16}android\.(?:callType=Integer|template=String \(android\.app\.Notification\$CallStyle)",
    re.MULTILINE,
)
_EXTRAS = re.compile(r"^ {12}extras=\{\n", re.MULTILINE)


class Flag(Flags):
    """Notification.FLAG_* of AOSP; Android 16 prints flags by name."""

    ONGOING_EVENT = 0x2
    FOREGROUND_SERVICE = 0x40
    GROUP_SUMMARY = 0x200


Stamp = tuple[str, str, int, int, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRecord:
    """One notification. `raw` is its part of the dump with texts, empty where the dump lacks it.

    `progress`: it shows how far something has come. `ringing`: it asks for an answer at once, as a
    call does. `message_count` None: it has no array of messages.
    """

    identity: str
    package: str
    user: int
    key: str
    shortcut: str | None
    when_ms: int
    updated_ms: int
    channel: str
    category: str
    flags: Flag
    progress: bool
    ringing: bool
    message_count: int | None
    raw: str

    @property
    def stamp(self) -> Stamp:
        """What changes when the app posts this notification again."""
        return self.identity, self.key, self.when_ms, self.updated_ms, self.message_count


def records(redacted: str, *, shown: str = "") -> list[NotificationRecord]:
    """The records of the redacted dump, with their texts from `shown` where it has them.

    `shown` may be the dump of a moment later: new records are left out, and records that are gone
    have no texts. Later sections of a dump repeat records: the first of each counts.
    """
    listed = {header["hash"]: (header, body) for header, body in reversed(_stretches(redacted))}
    texts = _texts(shown, listed)
    found = [_record(header, body, texts.get(name, "")) for name, (header, body) in listed.items()]
    return found[::-1]


def _stretches(dump: str) -> list[tuple[re.Match[str], str]]:
    """Each header with all that follows it up to the next header."""
    begin = dump.find(_LIST)
    headers = list(_HEADER.finditer(dump, begin)) if begin >= 0 else []
    ends = [*(header.start() for header in headers[1:]), len(dump)]
    return [
        (header, dump[header.start() : end]) for header, end in zip(headers, ends, strict=False)
    ]


def _texts(shown: str, hashes: Iterable[str]) -> dict[str, str]:
    """The part of each known record; a header with an unknown hash is somebody's text."""
    begin = max(shown.find(_LIST), 0)
    places = {name: shown.find(f"\n    NotificationRecord(0x{name}: ", begin) for name in hashes}
    starts = sorted((place, name) for name, place in places.items() if place >= 0)
    ends = [*(start for start, _ in starts[1:]), len(shown)]
    return {name: shown[start:end] for (start, name), end in zip(starts, ends, strict=False)}


def _record(header: re.Match[str], body: str, raw: str) -> NotificationRecord:
    when, updated, count = _WHEN.search(body), _UPDATED.search(body), _COUNT.search(body)
    return NotificationRecord(
        identity=header["hash"],
        package=header["package"],
        user=int(header["user"]),
        key=header["key"],
        shortcut=_shortcut(header["notification"] + "\n", body),
        when_ms=int(when[1]) if when else 0,
        updated_ms=int(updated[1]) if updated else 0,
        channel=_word(_CHANNEL, header["notification"]),
        category=_word(_CATEGORY, header["notification"]),
        flags=_flags(body),
        progress=_PROGRESS.search(body) is not None,
        ringing=_RINGING.search(body) is not None,
        message_count=int(count[1]) if count else None,
        raw=raw,
    )


def _shortcut(notification: str, body: str) -> str | None:
    found = _SHORTCUT.search(notification) or _FOUND_SHORTCUT.search(body)
    return found[1] if found and found[1] != "null" else None


def _word(pattern: re.Pattern[str], notification: str) -> str:
    found = pattern.search(notification)
    return found[1] if found else ""


def _flags(body: str) -> Flag:
    """The flags that matter here."""
    found = _FLAGS.search(body)
    printed = found[1] if found else "0"
    if printed.startswith("0x"):
        bits = int(printed, 16)
        return Flag(sum(flag.value for flag in Flag if bits & flag.value))
    names = printed.split("|")
    return Flag(sum(flag.value for flag in Flag if flag.name in names))


def extras_of(record: NotificationRecord) -> str:
    """From `extras={` up to the end of the record, because texts may fake the closing brace."""
    begin = _EXTRAS.search(record.raw)
    return record.raw[begin.end() :] if begin else ""
