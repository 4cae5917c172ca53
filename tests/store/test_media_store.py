"""Files of messages over time: a quota, copies, and a copy that is put back."""

import os
import tempfile
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from appliance.__main__ import app
from appliance.clock import ManualClock
from appliance.media.files import FOLDER, MediaFiles
from appliance.media.kinds import FileType, MediaKind, MediaState, MediaWhy
from appliance.store import holds, kept_copies, media_copies
from appliance.store.media import Media, NewUpload, add_upload, attach, by_id
from appliance.store.media_quota import STAYS_MS, MediaRoom, keep_within
from appliance.store.store import Store, Tx
from tests.queue.counter import Counter

TEXT = FileType(MediaKind.DOCUMENT, "text/plain")
TEN = 10


class Shelf:
    """The files of one store."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self.store = store
        self.clock = clock
        self.files = MediaFiles(store.path.parent / FOLDER)

    def adds(self, content: bytes) -> str:
        with self.files.growing() as growing:
            growing.write(content)
            kept = growing.keep()
        new = NewUpload(told=TEXT, name="a.txt", kept=kept)
        return self.store.write(lambda tx: add_upload(tx, new)).id

    def of(self, media_id: str) -> Media:
        found = self.store.read(lambda conn: by_id(conn, media_id))
        assert found is not None
        return found

    def ages(self) -> None:
        """Two days go by, also for the files."""
        self.clock.advance(ms=2 * STAYS_MS)
        then_s = time.time() - 2 * 24 * 3600
        for path in self.files.folder.rglob("*"):
            if path.is_file():
                os.utime(path, (then_s, then_s))

    def there(self) -> set[str]:
        return {path.name for path in self.files.folder.rglob("*") if path.is_file()}


@pytest.fixture
def shelf(counter: Counter) -> Shelf:
    return Shelf(counter.store, counter.clock)


def balie(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_oldest_go_when_the_room_is_used_up(shelf: Shelf) -> None:
    """And say why they are on the phone only; equal content is one file."""
    old, same, new = shelf.adds(b"a" * TEN), shelf.adds(b"a" * TEN), ""
    shelf.ages()
    new = shelf.adds(b"b" * TEN)
    room = MediaRoom(most_bytes=TEN)
    keep_within(shelf.store, shelf.files, room)
    for media_id in (old, same):
        found = shelf.of(media_id)
        assert (found.state, found.why) == (MediaState.ON_PHONE_ONLY, MediaWhy.QUOTA)
    assert shelf.of(new).state is MediaState.HERE
    assert shelf.there() == {shelf.of(new).sha256}
    assert (room.used_bytes, room.is_nearly_full) == (TEN, True)


def test_what_came_today_or_waits_to_leave_stays(shelf: Shelf, counter: Counter) -> None:
    """However little room there is."""
    waits = shelf.adds(b"waits")
    counter.knows("+31611110001")
    message_id = counter.queues(to="+31611110001", ttl_ms=10 * STAYS_MS)
    shelf.store.write(lambda tx: attach(tx.conn, message_id, [waits]))
    shelf.ages()
    today = shelf.adds(b"today")
    keep_within(shelf.store, shelf.files, MediaRoom(most_bytes=1))
    assert [shelf.of(each).state for each in (waits, today)] == [MediaState.HERE] * 2


def test_files_of_somebody_who_is_held_stay(shelf: Shelf, counter: Counter) -> None:
    """A dispute is about them; the file of nobody goes in their place."""
    theirs, nobodys = shelf.adds(b"theirs"), shelf.adds(b"nobody's")
    counter.knows("+31611110001")
    message_id = counter.queues(to="+31611110001")
    shelf.store.write(lambda tx: attach(tx.conn, message_id, [theirs]))
    shelf.store.write(lambda tx: _sent_and_held(tx, message_id))
    shelf.ages()
    keep_within(shelf.store, shelf.files, MediaRoom(most_bytes=1))
    kept = [shelf.of(each).state for each in (theirs, nobodys)]
    assert kept == [MediaState.HERE, MediaState.ON_PHONE_ONLY]


def _sent_and_held(tx: Tx, message_id: str) -> None:
    tx.conn.execute("UPDATE message SET state = 'sent' WHERE id = ?", (message_id,))
    (contact_id,) = tx.conn.execute(
        "SELECT c.contact_id FROM message m JOIN conversation c ON c.id = m.conversation_id"
        " WHERE m.id = ?",
        (message_id,),
    ).fetchone()
    holds.put(tx, contact_id, "Er loopt een geschil.", until_ms=None)


def test_files_without_a_row_go_once_they_are_no_upload(shelf: Shelf) -> None:
    """A kill between file and row leaves one."""
    with shelf.files.growing() as growing:
        growing.write(b"left")
        growing.keep()
    room = MediaRoom(most_bytes=TEN)
    keep_within(shelf.store, shelf.files, room)
    assert len(shelf.there()) == 1
    shelf.ages()
    keep_within(shelf.store, shelf.files, room)
    assert shelf.there() == set()


def test_a_copy_holds_the_files_and_adds_only_what_is_new(shelf: Shelf) -> None:
    """What no copy names any more goes with its last one."""
    first = shelf.of(shelf.adds(b"first"))
    one = kept_copies.copy_by_hand(shelf.store)
    beside = one.parent / media_copies.BESIDE
    kept = {path.name: path.stat().st_ino for path in beside.rglob("*") if path.is_file()}
    assert set(kept) == {first.sha256}
    shelf.clock.advance(s=1)
    second = shelf.of(shelf.adds(b"second"))
    kept_copies.copy_by_hand(shelf.store)
    now = {path.name: path.stat().st_ino for path in beside.rglob("*") if path.is_file()}
    assert set(now) == {first.sha256, second.sha256}
    assert now[str(first.sha256)] == kept[str(first.sha256)]
    for copy in one.parent.glob("balie-*.zst"):
        copy.unlink()
    media_copies.let_go(one.parent)
    assert not [path for path in one.parent.rglob("*") if path.is_file()]


def test_a_copy_on_another_disk_has_files_of_its_own(shelf: Shelf, tmp_path: Path) -> None:
    """A second name of a file is possible on its own disk only."""
    other = Path("/dev/shm")  # noqa: S108 -- a disk of its own, where there is one
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("this machine has no second disk to write to")
    found = shelf.of(shelf.adds(b"content"))
    with tempfile.TemporaryDirectory(dir=other) as folder:
        data = shelf.store.path.parent
        assert balie("backup", "--out", f"{folder}/a.db.zst", "--data", data).exit_code == 0
        assert (
            balie("restore", f"{folder}/a.db.zst", "--check", "--data", tmp_path / "c").exit_code
            == 0
        )
        beside = MediaFiles(Path(folder) / media_copies.BESIDE)
        assert beside.is_whole(str(found.sha256))


def test_a_copy_that_is_put_back_brings_its_files(shelf: Shelf, tmp_path: Path) -> None:
    """`--check` reads each; a message whose file is gone says so."""
    here, lost = shelf.adds(b"here"), shelf.adds(b"lost")
    copy = kept_copies.copy_by_hand(shelf.store)
    assert balie("restore", copy, "--check", "--data", tmp_path / "checked").exit_code == 0
    gone = MediaFiles(copy.parent / media_copies.BESIDE).path_of(str(shelf.of(lost).sha256))
    gone.unlink()
    checked = balie("restore", copy, "--check", "--data", tmp_path / "checked")
    assert checked.exit_code == 1
    assert "1 of 2 files of messages" in " ".join(checked.output.split())
    data = tmp_path / "back"
    assert balie("restore", copy, "--data", data).exit_code == 0
    back = Shelf(Store(data / "balie.db", shelf.clock), shelf.clock)
    try:
        assert back.of(here).state is MediaState.HERE
        assert back.files.path_of(str(back.of(here).sha256)).read_bytes() == b"here"
        found = back.of(lost)
        assert (found.state, found.why) == (MediaState.ON_PHONE_ONLY, MediaWhy.LOST)
    finally:
        back.store.close()
