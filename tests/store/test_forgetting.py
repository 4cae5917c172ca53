"""Messages that are forgotten: what they held goes, also after a crash; that they were stays."""

from pathlib import Path

import pytest

from appliance.media.files import FOLDER, MediaFiles
from appliance.media.kinds import FileType, MediaKind
from appliance.store import media
from appliance.store.forgetting import EVIDENCE, forget_files, forget_messages
from appliance.store.media import NewUpload
from appliance.store.store import Store, Tx
from tests.queue.counter import Counter

TYPE = FileType(MediaKind.IMAGE, "image/png")


def keeps(store: Store, tmp_path: Path, content: bytes) -> str:
    """The id of a file that lies among the media."""
    files, source = MediaFiles(tmp_path / FOLDER), tmp_path / "source"
    source.write_bytes(content)
    kept = files.keep(source)
    new = NewUpload(told=TYPE, name="rooster.png", kept=kept)
    return store.write(lambda tx: media.add_upload(tx, new)).id


def files_in(tmp_path: Path) -> set[bytes]:
    found = (tmp_path / FOLDER).rglob("*")
    return {path.read_bytes() for path in found if path.is_file()}


def first_of(counter: Counter) -> str:
    return counter.store.read(
        lambda conn: str(conn.execute("SELECT id FROM message ORDER BY seq").fetchone()["id"])
    )


@pytest.mark.parametrize("crashed", [False, True])
def test_what_a_message_held_goes_and_that_it_was_stays(
    counter: Counter, tmp_path: Path, crashed: bool
) -> None:
    """Its words, its file and its evidence; a file that another one has, too, stays there."""
    store = counter.store
    counter.knows("+31611110001")
    counter.hears("Tweede bericht", "+31611110001")
    first = first_of(counter)
    own, shared = keeps(store, tmp_path, b"own"), keeps(store, tmp_path, b"shared")
    attempt = tmp_path / FOLDER / EVIDENCE / "a1"
    attempt.mkdir(parents=True)
    (attempt / "1.jpg").write_bytes(b"screen")

    def fill(tx: Tx) -> None:
        (other,) = tx.conn.execute("SELECT max(id) FROM message").fetchone()
        media.attach(tx.conn, first, [own, shared])
        media.attach(tx.conn, other, [shared])
        tx.conn.execute(
            "INSERT INTO attempt (id, message_id, device_id, channel, started_ms, ended_ms,"
            " baseline, evidence) VALUES ('a1', ?, ?, 'sms', 1, 2, 'rows', '{\"row\": \"x\"}')",
            (first, counter.device_id),
        )

    store.write(fill)
    gone = store.write(lambda tx: forget_messages(tx, [first]))
    assert len(gone.media) == 1
    assert gone.evidence == {"a1"}
    if crashed:  # before the files went: the rows say what is left
        store.write(lambda tx: forget_messages(tx, [first]))
    assert forget_files(store, tmp_path) == 2
    assert files_in(tmp_path) == {b"shared"}
    row = store.read(lambda conn: conn.execute("SELECT * FROM message ORDER BY seq").fetchone())
    assert (row["text"], row["sender_name"], row["device_key"]) == ("", None, "")
    assert row["key_digest"] is not None
    tried = store.read(lambda conn: conn.execute("SELECT * FROM attempt").fetchone())
    assert (tried["baseline"], tried["evidence"], tried["ended_ms"]) == (None, "{}", 2)
    assert [
        each.state for each in store.read(lambda conn: media.media_of(conn, [first]))[first]
    ] == ["erased"]


def test_a_file_that_comes_again_before_it_is_taken_away_stays(
    counter: Counter, tmp_path: Path
) -> None:
    """Its row is committed after the file has its name: in between no row tells of it."""
    store, files = counter.store, MediaFiles(tmp_path / FOLDER)
    counter.knows("+31611110001")
    first, own = first_of(counter), keeps(store, tmp_path, b"rooster")
    store.write(lambda tx: media.attach(tx.conn, first, [own]))
    assert len(store.write(lambda tx: forget_messages(tx, [first])).media) == 1
    kept = files.keep(tmp_path / "source")
    forget_files(store, tmp_path)
    assert files.is_whole(kept.sha256)
    new = NewUpload(told=TYPE, name="rooster.png", kept=kept)
    assert store.write(lambda tx: media.add_upload(tx, new)).state == "here"
    assert forget_files(store, tmp_path) == 0
