"""A data directory with something of everything, and a pair of keys of age."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from appliance.clock import ManualClock
from appliance.identities import Identity
from appliance.media.files import FOLDER, MediaFiles
from appliance.media.kinds import MediaKind
from appliance.store import branches, erasure_journal
from appliance.store.erasure_journal import JournalWhat
from appliance.store.house_key import HouseKey
from appliance.store.store import Store, Tx
from tests.fresh_store import fresh_store

PHOTO = b"\x89PNG of a diploma " * 5000
EVIDENCE = Path(FOLDER, "evidence", "0190c0de-attempt", "screen.png")


@dataclass(frozen=True, slots=True)
class Pair:
    """`identity` is the file of the private half."""

    recipient: str
    identity: Path


def make_pair(folder: Path, name: str = "head-office") -> Pair:
    identity = folder / f"{name}.txt"
    subprocess.run(["age-keygen", "--output", identity], check=True, capture_output=True)
    done = subprocess.run(["age-keygen", "-y", identity], check=True, capture_output=True)
    return Pair(done.stdout.decode().strip(), identity)


def furnish(data: Path, clock: ManualClock) -> Store:
    """A branch, a photo in a message, a picture of a screen, a key, and somebody who withdrew."""
    store = fresh_store(data / "balie.db", clock)
    store.write(lambda tx: branches.add_branch(tx, "Utrecht"))
    with MediaFiles(data / FOLDER).growing() as growing:
        growing.write(PHOTO)
        kept = growing.keep()
    store.write(lambda tx: _note_photo(tx, kept.sha256))
    (data / EVIDENCE).parent.mkdir(parents=True)
    (data / EVIDENCE).write_bytes(b"a screen")
    HouseKey.of(data)
    store.read(
        lambda conn: erasure_journal.note(
            conn, JournalWhat.CLOSED, Identity("+31611111111", "tel"), at_ms=clock.now_ms()
        )
    )
    return store


def _note_photo(tx: Tx, sha256: str) -> None:
    tx.conn.execute(
        "INSERT INTO media (id, kind, type, name, sha256, bytes, state, created_ms)"
        " VALUES (?, ?, 'image/png', 'diploma.png', ?, ?, 'here', ?)",
        (tx.new_id(), MediaKind.IMAGE.value, sha256, len(PHOTO), tx.now_ms),
    )
