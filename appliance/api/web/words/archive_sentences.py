"""What archives say: on paper, and on the page where they are asked for."""

import functools
from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from appliance.api.web.words import bubble_sentences
from appliance.api.web.words.i18n import KEPT, Words
from appliance.desk.inbox.bubbles import Bubble
from appliance.desk.privacy.archive.asking import SeenArchive
from appliance.messages import MessageState
from appliance.store.archives import ArchiveFormat, ArchiveScope, ArchiveState

STATES = {
    ArchiveState.QUEUED: "Waits for its turn",
    ArchiveState.RUNNING: "Is being made",
    ArchiveState.COMPLETE: "Made",
    ArchiveState.FAILED: "Could not be made",
    ArchiveState.EXPIRED: "Deleted",
}
KINDS = {
    ArchiveFormat.PDF: "PDF, to read and print",
    ArchiveFormat.ZIP: "ZIP: PDF, data and all files",
    ArchiveFormat.JSON: "JSON, for programs",
}
FORMATS = tuple(KINDS)
WHY = {
    "rights": "Who asked for it may not read this any more.",
    "disk": "There was no room on the disk, or it could not be written.",
    "letters": (
        "The letters for PDF are missing on this machine. Whoever looks after it prepares them."
    ),
    "folder": "The folder for the archives of each quarter is not there.",
    "broken": "Balie began it several times and did not come to its end. The log says more.",
}
WRONG = {
    "from": "The first day is still to come, or is no day.",
    "to": "The last day lies before the first one, or is no day.",
    "period": "That period is still to come.",
    "line": "Choose a number, or write the number of a person.",
    "format": "Choose PDF, JSON or ZIP.",
    "folder": "Balie cannot use this folder. It must be there, with its whole path, and Balie's"
    " user must have the right to write in it.",
}
"""By the field that cannot be."""
HOW = (
    "Messages of the office are moved in and have a green bar. Under each of them stands what is"
    " proven of it: when it left, and whether it arrived and was read. At the right stands its"
    " number with the beginning of its hash."
)
CHAINED = (
    "Each entry has a hash (SHA-256) over the hash of the entry before it and its own content. So"
    " what is changed, left out, put in or moved changes every hash that comes after it."
)
CHECK = (
    "archive.json holds the same entries with their whole hashes. Balie checks it with"
    " `balie archive verify FILE`, and knows by its hash any file that it made, also after it has"
    " deleted it. By hand: SHA-256 of the hash before it in hex, followed by the entry as JSON in"
    " UTF-8 without “chain”, with sorted names and no spaces; the first hash is that of “archive”."
)
SENTENCES = (
    *STATES.values(),
    *KINDS.values(),
    *WHY.values(),
    *WRONG.values(),
    *(HOW, CHAINED, CHECK),
)
_TOLD = (MessageState.SENT, MessageState.DELIVERED, MessageState.READ, MessageState.RECEIVED)


def stamp(words: Words, at_ms: int, zone: str) -> str:
    """A moment that stands for itself, with its zone: `3 August 2026 14:32:01 CEST`."""
    local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    return f"{_day(words, local.date())} {local:%H:%M:%S %Z}"


@functools.lru_cache(maxsize=KEPT)
def _day(words: Words, day: date) -> str:
    """Many messages are of the same few days."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return words.date(int(noon.timestamp() * 1000), "UTC")


def marks(words: Words, bubble: Bubble, zone: str, now_ms: int) -> Sequence[str]:
    """What happened to a message, and what it waits for or why it went no further."""
    said = [bubble_sentences.mark(words, bubble)]
    if bubble.state not in _TOLD:
        said.append(bubble_sentences.waits(words, bubble, zone, now_ms))
    if bubble.written_ms is not None:
        written = words.text("written on {time}, and long on its way")
        said.append(written.format(time=stamp(words, bubble.written_ms, zone)))
    said.append(bubble_sentences.without_files(words, bubble))
    return [each for each in said if each]


def earlier(words: Words, text: str) -> str:
    return words.text("Before it was edited: “{text}”").format(text=text)


def quoted(words: Words, text: str) -> str:
    return words.text("Answers “{text}”").format(text=text)


def reactions(words: Words, emoji: Sequence[str]) -> str:
    return words.text("They put on it: {emoji}").format(emoji=" ".join(emoji))


def title(words: Words, whose: str) -> str:
    return words.text("Archive of {whose}").format(whose=whose)


def between(words: Words, scope: ArchiveScope, zone: str) -> str:
    """The period, its last moment told as the day on which it lies."""
    until = words.date(scope.until_ms - 1, zone)
    if scope.from_ms <= 0:
        return words.text("up to and including {day}").format(day=until)
    sentence = words.text("{first} up to and including {last}")
    return sentence.format(first=words.date(scope.from_ms, zone), last=until)


def state(words: Words, seen: SeenArchive) -> str:
    said = words.text(STATES[seen.state])
    if seen.state is ArchiveState.RUNNING and seen.job.messages:
        share = min(seen.job.done * 100 // seen.job.messages, 99)
        return words.text("Is being made: {share} %").format(share=share)
    return said


def kind(words: Words, form: ArchiveFormat) -> str:
    return words.text(KINDS[form])


def asked(words: Words, seen: SeenArchive) -> str:
    by = seen.by or words.text("Balie, for the quarter")
    day = words.date(seen.job.created_ms, seen.zone)
    return words.text("asked for by {name} on {day}").format(name=by, day=day)


def below(words: Words, seen: SeenArchive) -> str:
    """What stands under the state: until when it is there, or why it is not."""
    job = seen.job
    if seen.state is ArchiveState.FAILED:
        return words.text(WHY.get(job.why or "", WHY["broken"]))
    if seen.state is ArchiveState.EXPIRED:
        return words.text("Its file was deleted after a week. Ask for it again if it is needed.")
    if seen.state is ArchiveState.COMPLETE and job.expires_ms is not None:
        day = words.date(job.expires_ms, seen.zone)
        return words.text("Deleted by itself on {day}").format(day=day)
    if seen.state is ArchiveState.COMPLETE:
        return words.text("In the folder for the archives of each quarter")
    return ""


def quarter_label(words: Words, name: str) -> str:
    """`Quarter 3 of 2026`, or the year."""
    year, _, quarter = name.partition("-Q")
    if not quarter:
        return words.text("The year {year}").format(year=year)
    return words.text("Quarter {n} of {year}").format(n=quarter, year=year)
