"""An archive on paper: a head that says what it is, the conversations, and how it is proven.

What is too much for one document goes on in the next volume, because a document grows in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.api.papers.archive_entries import Entry
from appliance.api.web.words import archive_sentences
from appliance.api.web.words.i18n import Words
from appliance.channels import Channel
from appliance.desk.privacy.archive.chain import SHORT
from appliance.media.files import MediaFiles
from appliance.paper.document import PaperDocument, PaperMessage

VOLUME = 12_000
"""Messages of one document: some 25 MB of memory."""
VOLUME_PICTURES = 400
"""Each weighs up to 90 kB, twice while the document is written."""
_EDGE = 720
"""Pixels of a picture's longer side: 220 points wide at most, so 200 and more to an inch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveHead:
    """What stands on the first page. `rows` are facts: what they are, and what is said of it."""

    title: str
    rows: Sequence[tuple[str, str]]
    made_ms: int


class ArchiveVolumes:
    """Of one thread. `folder` gets `archive.pdf`, or `archive-1.pdf` and so on."""

    def __init__(self, words: Words, head: ArchiveHead, folder: Path, files: MediaFiles) -> None:
        self._words = words
        self._head = head
        self._folder = folder
        self._files = files
        self._messages = self._pictures = 0
        self._thread: Entry | None = None
        self._day = ""
        self.paths: list[Path] = []
        self._document = self._begun()

    def add(self, entry: Entry, number: int) -> None:
        if self._messages >= VOLUME or self._pictures >= VOLUME_PICTURES:
            self._next_volume()
        if entry["kind"] == "conversation":
            self._thread = entry
            self._begin_thread(entry)
            return
        self._say_day(entry)
        if entry["kind"] == "call":
            self._call(entry, number)
        else:
            self._message(entry, number)
        self._messages += 1

    def end(self, sentences: Sequence[str]) -> Sequence[Path]:
        """The documents. `sentences` end the last one."""
        self._document.heading(self._words.text("How this archive is proven"), 2)
        for each in sentences:
            self._document.paragraph(each)
        self._keep()
        if len(self.paths) == 1:
            only = self.paths[0].rename(self._folder / "archive.pdf")
            self.paths = [only]
        return self.paths

    def _begun(self) -> PaperDocument:
        head = self._head
        title = head.title
        if self.paths:
            volume = self._words.text("{title}, volume {n}")
            title = volume.format(title=title, n=len(self.paths) + 1)
        document = PaperDocument(
            title=title, language=self._words.language, made_ms=head.made_ms, edge=_EDGE
        )
        document.heading(title)
        document.table(["", ""], head.rows, [1, 3])
        return document

    def _next_volume(self) -> None:
        self._document.paragraph(self._words.text("It goes on in the next volume."), soft=True)
        self._keep()
        self._messages = self._pictures = 0
        self._document = self._begun()
        if self._thread is not None:
            self._begin_thread(self._thread)

    def _keep(self) -> None:
        path = self._folder / f"archive-{len(self.paths) + 1}.pdf"
        self._document.keep(path, self._footer)
        self.paths.append(path)

    def _footer(self, page: int, pages: int) -> str:
        told = self._words.text("{title} · page {page} of {pages}")
        return told.format(title=self._head.title, page=page, pages=pages)

    def _begin_thread(self, entry: Entry) -> None:
        words = self._words
        self._day = ""
        self._document.heading(entry["name"] or _numbers(entry) or "?", 2)
        told = [
            words.text("by number {number} of {branch}").format(
                number=entry["line"], branch=entry["branch"]
            ),
            _numbers(entry),
        ]
        if entry["personnel_number"]:
            number = words.text("personnel number {number}")
            told.append(number.format(number=entry["personnel_number"]))
        told.append(words.text("times in {zone}").format(zone=entry["zone"]))
        self._document.paragraph(" · ".join(each for each in told if each), soft=True)

    def _say_day(self, entry: Entry) -> None:
        """A time is told as day, time and zone; of some messages no day is known."""
        if not entry["local"][0].isdigit():
            return
        day = " ".join(entry["local"].split(" ")[:-2])
        if day != self._day:
            self._day = day
            self._document.divider(day)

    def _call(self, entry: Entry, number: int) -> None:
        self._document.said(
            PaperMessage(
                who=entry["from"],
                when=entry["local"],
                text=entry["text"],
                mine=False,
                mark=_mark(entry, number),
            )
        )

    def _message(self, entry: Entry, number: int) -> None:
        channel = Channel.named(entry["channel"]).label if entry["channel"] else ""
        pictures = [each for each in entry["media"] if _is_picture(each)]
        self._pictures += len(pictures)
        self._document.said(
            PaperMessage(
                who=entry["from"],
                when=entry["local"],
                text=entry["text"],
                mine=entry["direction"] == "out",
                aside=", ".join([each for each in (channel, *entry["marks"]) if each]),
                below=self._below(entry),
                pictures=[self._files.path_of(each["sha256"]) for each in pictures],
                mark=_mark(entry, number),
            )
        )

    def _below(self, entry: Entry) -> Sequence[str]:
        words = self._words
        said = [archive_sentences.quoted(words, entry["quoted"])] if entry["quoted"] else []
        said += [archive_sentences.earlier(words, each) for each in entry["earlier"]]
        said += [_file(each) for each in entry["media"]]
        if entry["reactions"]:
            said.append(archive_sentences.reactions(words, entry["reactions"]))
        proof = [
            ", ".join(each for each in (fact["sentence"], fact["local"]) if each)
            for fact in entry["proof"]
        ]
        return [*said, "; ".join(proof)] if proof else said


def _is_picture(media: Entry) -> bool:
    return media["file"] is not None and media["type"].startswith("image/")


def _file(media: Entry) -> str:
    told = [media["what"], media["name"], media["why"]]
    if media["file"]:
        told.append(f"SHA-256 {media['sha256']}")
    return " · ".join(each for each in told if each)


def _numbers(entry: Entry) -> str:
    return ", ".join(each["value"] for each in entry["identities"])


def _mark(entry: Entry, number: int) -> str:
    return f"{number} · {entry['chain'][:SHORT]}"
