"""Makes the file of an archive, from its first message on: PDF, JSON, or both with all files.

It grows beside the place where it will lie and gets its name when it is whole and on the disk.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from appliance.api.json.times import iso
from appliance.api.papers.archive_entries import (
    Entry,
    call_entry,
    file_name,
    message_entry,
    thread_entry,
)
from appliance.api.web.words import archive_sentences
from appliance.api.web.words.i18n import Words
from appliance.desk.inbox.bubbles import CallMark
from appliance.desk.privacy.archive import chain, content
from appliance.desk.privacy.archive.asking import SeenArchive
from appliance.desk.privacy.archive.chain import Chain
from appliance.desk.privacy.archive.content import ArchivedThread, ThreadPlace
from appliance.media.files import MediaFiles
from appliance.store.archives import ArchiveFormat
from appliance.store.part_files import cannot_write, keep
from appliance.store.store import Store

if TYPE_CHECKING:  # its library takes 24 MB, so only who makes a PDF has it in memory
    from appliance.api.papers.archive_pdf import ArchiveVolumes

T = TypeVar("T")
WORK = ".work"
"""Ends the name of the folder in which an archive grows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenArchive:
    """A whole file, on the disk. `messages` are those written, without calls."""

    path: Path
    bytes: int
    sha256: str
    chain: str
    messages: int


Progress = Callable[[int], None]
"""Told after each piece how many messages are written; it may raise to end the work."""


class ArchiveWriter:
    """Writes one archive, in one thread. Raises StoreUnavailable where the disk refuses it,
    and LettersMissing.
    """

    def __init__(
        self, store: Store, files: MediaFiles, seen: SeenArchive, progress: Progress
    ) -> None:
        self._store = store
        self._files = files
        self._seen = seen
        self._job = seen.job
        self._words = Words(seen.job.language)
        self._progress = progress
        self._now_ms = store.clock.now_ms()
        self._media: dict[str, str] = {}
        self._written = 0

    def write(self, thread_ids: Sequence[str], target: Path, messages: int) -> WrittenArchive:
        """`target` without its ending, which follows from what it becomes."""
        with _work_folder(target) as folder:
            about = self._about(messages)
            links = Chain(about)
            volumes = self._volumes(folder, messages)
            with _Lines(folder / "archive.json", about) as lines:
                for thread_id in thread_ids:
                    for entry in self._entries(thread_id):
                        entry["n"] = links.links + 1
                        entry["chain"] = links.add(entry)
                        lines.add(entry)
                        if volumes is not None:
                            volumes.add(entry, entry["n"])
                lines.end({"entries": links.links, "chain": links.last})
            if volumes is not None:
                volumes.end(self._proven(links))
            return self._placed(folder, target, about, links)

    def _entries(self, thread_id: str) -> Iterator[dict[str, Any]]:
        scope = self._job.scope
        thread = self._read(lambda conn: content.thread(conn, thread_id))
        if thread is None:
            return
        yield thread_entry(thread)
        calls = list(self._read(lambda conn: content.calls(conn, thread.about, scope)))
        after: ThreadPlace | None = ThreadPlace(scope.from_ms, "")
        while after is not None:
            found, after = self._stretch(thread, after)
            for bubble in found:
                yield from self._called(calls, thread, bubble.at_ms)
                self._media |= {each.here: file_name(each) for each in bubble.media if each.here}
                self._written += 1
                yield message_entry(self._words, bubble, thread.about, self._now_ms)
            self._progress(self._written)
        yield from self._called(calls, thread, scope.until_ms)

    def _stretch(self, thread: ArchivedThread, after: ThreadPlace) -> Any:
        until_ms = self._job.scope.until_ms
        return self._read(lambda conn: content.stretch(conn, thread.about, after, until_ms))

    def _called(
        self, calls: list[CallMark], thread: ArchivedThread, until_ms: int
    ) -> Iterator[dict[str, Any]]:
        """The calls before this moment, taken from the list."""
        while calls and calls[0].at_ms < until_ms:
            yield call_entry(self._words, calls.pop(0), thread.about)

    def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return self._store.read(work)

    def _about(self, messages: int) -> dict[str, Any]:
        """What the chain begins with."""
        scope = self._job.scope
        return {
            "balie_archive": chain.VERSION,
            "id": self._job.id,
            "line": scope.line_id,
            "contact": scope.contact_id,
            "conversation": scope.conversation_id,
            "whose": self._seen.whose,
            "from": iso(scope.from_ms),
            "to": iso(scope.until_ms),
            "made_at": iso(self._now_ms),
            "made_by": self._seen.by,
            "language": self._words.language,
            "messages": messages,
        }

    def _volumes(self, folder: Path, messages: int) -> "ArchiveVolumes | None":
        if self._job.format is ArchiveFormat.JSON:
            return None
        from appliance.api.papers.archive_pdf import ArchiveHead, ArchiveVolumes

        words, seen = self._words, self._seen
        rows = [
            (words.text("Of"), seen.whose),
            (words.text("Period"), archive_sentences.between(words, self._job.scope, seen.zone)),
            (words.text("Messages"), str(messages)),
            (words.text("Made"), archive_sentences.stamp(words, self._now_ms, seen.zone)),
            (words.text("Asked for by"), seen.by or words.text("Balie, for the quarter")),
            (words.text("Archive"), self._job.id),
            (words.text("How to read it"), words.text(archive_sentences.HOW)),
        ]
        title = archive_sentences.title(words, seen.whose)
        head = ArchiveHead(title=title, rows=rows, made_ms=self._now_ms)
        return ArchiveVolumes(words, head, folder, self._files)

    def _proven(self, links: Chain) -> Sequence[str]:
        words = self._words
        return [
            words.text(archive_sentences.CHAINED),
            words.text("Entries: {n}. The last hash: {hash}").format(
                n=links.links, hash=links.last
            ),
            words.text(archive_sentences.CHECK),
        ]

    def _placed(
        self, folder: Path, target: Path, about: dict[str, Any], links: Chain
    ) -> WrittenArchive:
        documents = sorted(folder.glob("archive*.pdf"))
        single = len(documents) == 1 and self._job.format is ArchiveFormat.PDF
        if self._job.format is ArchiveFormat.JSON:
            made = folder / "archive.json"
        elif single:
            made = documents[0]
        else:
            made = self._zipped(folder, documents, about, links)
        final = target.with_name(target.name + made.suffix)
        _place(made, final)
        return WrittenArchive(
            path=final,
            bytes=final.stat().st_size,
            sha256=_sha256(final),
            chain=links.last,
            messages=self._written,
        )

    def _zipped(
        self, folder: Path, documents: Sequence[Path], about: dict[str, Any], links: Chain
    ) -> Path:
        """Documents, entries, files of messages and the manifest of them all."""
        made, listed = folder / "archive.zip", []
        with ZipFile(made, "w", ZIP_DEFLATED) as zipped:
            for path in (*documents, folder / "archive.json"):
                zipped.write(path, path.name)
                listed.append(_listed(path.name, path))
            for sha256, name in self._media_names():
                path = self._files.path_of(sha256)
                if path.is_file():
                    zipped.write(path, name, ZIP_STORED)
                    listed.append(_listed(name, path))
                    self._progress(self._written)
            manifest = {**about, "entries": links.links, "chain": links.last, "files": listed}
            zipped.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
        return made

    def _media_names(self) -> Iterator[tuple[str, str]]:
        if self._job.format is not ArchiveFormat.ZIP:
            return
        yield from self._media.items()


class _Lines:
    """The entries as JSON, one a line, so that a long archive can be read line by line."""

    def __init__(self, path: Path, about: Entry) -> None:
        self._file = path.open("w", encoding="utf-8", errors="surrogatepass")
        self._file.write(f'{{"archive": {_json(about)},\n"entries": [')
        self._between = "\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, entry: Entry) -> None:
        self._file.write(self._between + _json(entry))
        self._between = ",\n"

    def end(self, told: Entry) -> None:
        self._file.write(f'\n],\n"end": {_json(told)}}}\n')


def _json(told: Entry) -> str:
    return json.dumps(told, ensure_ascii=False)


@contextmanager
def _work_folder(target: Path) -> Iterator[Path]:
    folder = target.with_name(target.name + WORK)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        yield folder
    except OSError as exc:
        raise cannot_write(target, exc) from exc
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place(made: Path, final: Path) -> None:
    """By its name alone where it is on the same disk, which the work folder beside it is."""
    handle = os.open(made, os.O_RDONLY)
    try:
        keep(made, handle, final)
    finally:
        os.close(handle)


def _listed(name: str, path: Path) -> dict[str, Any]:
    return {"name": name, "sha256": _sha256(path), "bytes": path.stat().st_size}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
