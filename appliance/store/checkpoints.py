"""Copies the write-ahead log back into the database, beside the writer.

SQLite would do it inside the commit that makes the log long, and whoever waits for that commit
would wait for two more syncs, of pages all over the file. This thread does it while others read
and write. One that falls behind is no harm: the writer copies the log itself when it is very long.
"""

import logging
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from appliance.errors import StoreError
from appliance.store.connection import connect_checkpointer, translated
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

COMMITS = 64
"""Between two copies: a reply writes about fifty pages, so the log has some thousands then."""

TRIES = 4
"""What was written meanwhile is copied, too: SQLite begins the log anew only when all of it is."""


class Checkpoints:
    """`committed` is called in the writer's thread; the rest happens in a thread of its own, which
    begins with the first copy.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._commits = 0
        self._closed = False
        self._due = threading.Event()
        self._thread: threading.Thread | None = None

    def committed(self) -> None:
        self._commits += 1
        if self._commits % COMMITS == 0:
            self._due.set()
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="store-checkpoints", daemon=True
                )
                self._thread.start()

    def close(self) -> None:
        """After the writer's end."""
        self._closed = True
        self._due.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        trouble = Trouble(log, "the write-ahead log is not copied back")
        while self._due.wait() and not self._closed:
            self._due.clear()
            try:
                with translated(self._path), closing(connect_checkpointer(self._path)) as conn:
                    _copy_back(conn)
            except StoreError as exc:
                trouble.met(exc)
            else:
                trouble.over()


def _copy_back(conn: sqlite3.Connection) -> None:
    """Ends early where a reader still needs what was there before."""
    before = -1
    for _ in range(TRIES):
        _, frames, copied = conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if copied in (frames, before):
            return
        before = copied
