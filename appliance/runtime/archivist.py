"""The thread that makes archives, one after the other, and takes old files away.

What was being made when the process ended is begun again. A file has its name only when it is
whole.
"""

import logging
import shutil
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from appliance.api.papers.archive_files import WORK, ArchiveWriter, WrittenArchive
from appliance.desk.privacy.archive import asking, content, making, quarters
from appliance.desk.privacy.archive.asking import SeenArchive
from appliance.desk.privacy.archive.sights import sight_of_maker
from appliance.errors import LettersMissing, NotFound, StoreUnavailable
from appliance.media.files import MediaFiles
from appliance.runtime.patient_follower import PatientFollower
from appliance.store import archives
from appliance.store.archives import ArchiveJob, MadeFile
from appliance.store.store import Store

log = logging.getLogger(__name__)

GATHER_S = 0.2
PARTS_AT_ONCE = 500
TOLD_EVERY_S = 1.0
"""Between two notes of how far it is."""


class _EndedError(Exception):
    """The process stops; the next one begins this archive again."""


class Archivist(PatientFollower):
    rests = 0.5  # somebody waits for it, and ten thousand messages are a minute's work on a Pi

    def __init__(self, store: Store, data: Path, files: MediaFiles) -> None:
        super().__init__(
            store, name="archives", trouble="archives could not be made", gather_s=GATHER_S
        )
        self._data = data
        self._files = files
        self._is_clean = False
        self._told_s = 0.0

    def catch_up(self) -> bool:
        if not self._is_clean:
            self._clear_left()
            self._is_clean = True
        self._take_away_old()
        job = self._store.read(archives.next_open)
        if job is None:
            return False
        try:
            self._make(job)
        except _EndedError:
            self._store.write(lambda tx: archives.take_back_try(tx, job.id))
            return False
        return True

    def _make(self, job: ArchiveJob) -> None:
        if job.tries >= making.MOST_TRIES:
            self._fail(job, "broken")
            return
        self._store.write(lambda tx: archives.begin(tx, job.id))
        target = self._target(job)
        if target is None:
            self._fail(job, "folder")
            return
        try:
            now_ms = self._store.clock.now_ms()
            seen, ids = self._store.read(lambda conn: _asked(conn, job, now_ms))
        except NotFound:
            self._fail(job, "rights")
            return
        writer = ArchiveWriter(self._store, self._files, seen, lambda done: self._tell(job, done))
        try:
            made = writer.write(ids, target, self._counted(job, ids))
        except LettersMissing as exc:
            log.error("an archive could not be written: %s", exc)  # noqa: TRY400 -- the sentence says it
            self._fail(job, "letters")
            return
        except StoreUnavailable as exc:
            log.warning("an archive could not be written: %s", exc)
            self._fail(job, "disk")
            return
        self._complete(job, made)

    def _counted(self, job: ArchiveJob, ids: Sequence[str]) -> int:
        """How many messages there are, also for who looks how far it is."""
        messages = 0
        for at in range(0, len(ids), PARTS_AT_ONCE):
            messages += self._count_some(job, ids[at : at + PARTS_AT_ONCE])
            self._go_on()
        self._store.write(lambda tx: archives.note_count(tx, job.id, messages), durable=False)
        return messages

    def _count_some(self, job: ArchiveJob, ids: Sequence[str]) -> int:
        self._store.write(lambda tx: archives.note_parts(tx, job.id, ids))
        return self._store.read(
            lambda conn: sum(content.count(conn, job.scope, each) for each in ids)
        )

    def _tell(self, job: ArchiveJob, done: int) -> None:
        if time.monotonic() - self._told_s >= TOLD_EVERY_S:
            self._told_s = time.monotonic()
            self._store.write(lambda tx: archives.note_done(tx, job.id, done), durable=False)
        self._go_on()

    def _go_on(self) -> None:
        if self.rest():
            raise _EndedError

    def _target(self, job: ArchiveJob) -> Path | None:
        """Without its ending; None where the company's folder is not there."""
        if job.quarter is None:
            folder = self._data / archives.FOLDER
            folder.mkdir(mode=0o700, exist_ok=True)
            return folder / job.id
        told = self._store.read(quarters.settings)
        if told.folder is None or not quarters.is_there(told.folder):
            return None
        number = self._store.read(lambda conn: quarters.file_name(conn, job))
        return Path(told.folder) / number

    def _complete(self, job: ArchiveJob, made: WrittenArchive) -> None:
        ours = job.quarter is None
        told = MadeFile(
            name=made.path.name if ours else str(made.path),
            bytes=made.bytes,
            sha256=made.sha256,
            chain=made.chain,
            expires_ms=self._store.clock.now_ms() + asking.KEEP_MS if ours else None,
        )
        if not self._store.write(lambda tx: making.completed(tx, job, told, made.messages)):
            made.path.unlink(missing_ok=True)

    def _fail(self, job: ArchiveJob, why: str) -> None:
        self._store.write(lambda tx: making.failed(tx, job, why))

    def _take_away_old(self) -> None:
        """The file first: a row without its file is told as expired, a file without a row never."""
        now_ms = self._store.clock.now_ms()
        old = self._store.read(lambda conn: archives.over(conn, now_ms))
        if not old:
            return
        for job in old:
            making.path_of(self._data, job).unlink(missing_ok=True)
        self._store.write(lambda tx: making.let_go(tx, old))

    def _clear_left(self) -> None:
        """What a killed process had begun, and files that no row knows or that are not there."""
        folder = self._data / archives.FOLDER
        known = self._store.read(archives.complete_ones)
        names = {job.name for job in known}
        for path in folder.glob("*") if folder.is_dir() else ():
            if path.name.endswith(WORK):
                shutil.rmtree(path, ignore_errors=True)
            elif path.name not in names:
                path.unlink(missing_ok=True)
        gone = [
            job
            for job in known
            if job.quarter is None and not making.path_of(self._data, job).is_file()
        ]
        if gone:
            self._store.write(lambda tx: making.let_go(tx, gone))


def _asked(
    conn: sqlite3.Connection, job: ArchiveJob, now_ms: int
) -> tuple[SeenArchive, Sequence[str]]:
    """What is archived, as far as who asked may see it now. Raises NotFound."""
    sight = sight_of_maker(conn, job, now_ms)
    return asking.one(conn, sight, job.id), content.thread_ids(conn, sight, job.scope)
