"""An archive of 10,000 messages as PDF: how long it takes, and how much memory it needs.

Messages are the sentences of workers; every tenth is in Arabic or has emoji, two hundred have a
photo. The thread of Balie makes it, with the rests that it leaves to others, in a process of its
own.
"""

import json
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from functools import cache
from pathlib import Path

from appliance.clock import ManualClock
from appliance.desk.access import tokens
from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.archive import asking
from appliance.desk.privacy.archive.asking import ArchiveWish
from appliance.media.files import MediaFiles
from appliance.media.kinds import FileType, MediaKind
from appliance.queue.pacing import DAY_MS
from appliance.runtime.archivist import Archivist
from appliance.store import archives, lines, media
from appliance.store.archives import ArchiveFormat, ArchiveState
from appliance.store.media import NewUpload
from appliance.store.store import Store, Tx
from tests.bench import years
from tests.bench.benchmark import Measured, at_most
from tests.media import samples
from tests.queue.counter import MONDAY

GROUP = "privacy"
MESSAGES, PICTURES = 10_000, 200
AFTER_MS = MONDAY + 3 * 365 * DAY_MS
"""All of it is written."""
_PATIENCE_S = 600


@at_most(60, "s for a PDF of 10,000 messages (peer: s of the processor)")
def archive_of_ten_thousand() -> Measured:
    found = _made()
    return Measured(value=found["took_s"], peer=found["cpu_s"])


@at_most(200, "MB of memory for a PDF of 10,000 messages, at most")
def memory_of_an_archive() -> Measured:
    """All of a process that opens the database and makes the archive."""
    return Measured(value=_made()["mb"])


@cache
def _made() -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        years.fill(Path(folder) / "balie.db", messages=MESSAGES)
        command = [sys.executable, "-m", "tests.bench.archive", folder]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=_PATIENCE_S
        )
        found: dict[str, float] = json.loads(done.stdout)
        return found


def _furnish(store: Store, files: MediaFiles) -> None:
    """Words of other languages, and photos, which are all different."""
    store.write(_in_other_languages)
    for number in range(PICTURES):
        with files.growing() as growing:
            growing.write(samples.photo(1280, 960, colour=f"hsl({number}, 60%, 50%)"))
            kept = growing.keep()
        new = NewUpload(told=FileType(MediaKind.IMAGE, "image/jpeg"), name="photo.jpg", kept=kept)
        store.write(lambda tx, new=new, number=number: _attach(tx, new, number), durable=False)  # type: ignore[misc]


def _in_other_languages(tx: Tx) -> None:
    tx.conn.execute(
        "UPDATE message SET text = text || ' 👍🏽 dziękuję, до завтра' WHERE seq % 10 = 0"
    )
    tx.conn.execute(
        "UPDATE message SET text = 'مرحبا، هل يمكنني العمل غدا في الساعة 07:00؟' WHERE seq % 20 = 1"
    )


def _attach(tx: Tx, new: NewUpload, number: int) -> None:
    row = tx.conn.execute("SELECT id FROM message ORDER BY seq LIMIT 1 OFFSET ?", (number * 40,))
    media.attach(tx.conn, row.fetchone()["id"], [media.add_upload(tx, new).id])


def _make(folder: Path) -> dict[str, float]:
    files = MediaFiles(folder / "media")
    with closing(Store(folder / "balie.db", ManualClock(at_ms=AFTER_MS))) as store:
        _furnish(store, files)
        token = store.write(lambda tx: tokens.add(tx, "officer"))
        line = store.read(lines.lines)[0]
        wish = ArchiveWish(line=line.id, format=ArchiveFormat.PDF, language="nl")
        author = Author(token_id=token.id)
        began_s, cpu_s = time.perf_counter(), time.process_time()
        job_id = store.write(lambda tx: asking.ask(tx, Sight(None), wish, author))
        thread = Archivist(store, folder, files)
        thread.start()
        while (job := store.read(lambda conn: archives.find(conn, job_id))) is not None:
            if job.state not in (ArchiveState.QUEUED, ArchiveState.RUNNING):
                break
            time.sleep(0.2)
        took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
        thread.stop()
    if job is None or job.state is not ArchiveState.COMPLETE or (job.messages or 0) < MESSAGES:
        raise ValueError(f"it was not made: {job}")
    return {"took_s": took_s, "cpu_s": cpu_s, "mb": _most_mb()}


def _most_mb() -> float:
    status = Path("/proc/self/status").read_text()
    kb = next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]
    return int(kb) / 1000


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_make(Path(sys.argv[1]))))
