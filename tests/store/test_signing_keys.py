"""Each token has a key of signatures, which the database alone does not tell."""

from contextlib import closing
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.desk.access import tokens
from appliance.errors import NotFound
from appliance.store import house_key, sealing
from appliance.store.house_key import HouseKey
from appliance.store.store import Store
from tests.fresh_store import fresh_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return fresh_store(tmp_path / "balie.db", ManualClock(at_ms=1_772_440_200_000))


def key_of(store: Store, data: Path, token_id: str) -> str:
    return store.read(lambda conn: tokens.signing_key(conn, HouseKey.of(data), token_id))


def test_it_is_the_same_until_it_is_changed_and_lies_sealed(store: Store, tmp_path: Path) -> None:
    """Under a new key of the house, too."""
    with closing(store):
        new = store.write(lambda tx: tokens.add(tx, "planning"))
        assert new.signing_key is not None
        assert len(bytes.fromhex(new.signing_key)) == 32
        house_key.turn(tmp_path)
        store.write(lambda tx: sealing.settle(tx, tmp_path))
        assert key_of(store, tmp_path, new.id) == new.signing_key
        sealed = "SELECT signing_key FROM api_token"
        kept = store.read(lambda conn: conn.execute(sealed).fetchone()[0])
        assert HouseKey.of(tmp_path).seals_newest(kept)
        assert new.signing_key not in kept


def test_a_token_of_before_gets_one_at_the_start(store: Store, tmp_path: Path) -> None:
    with closing(store):
        new = store.write(lambda tx: tokens.add(tx, "planning"))
        store.write(lambda tx: tx.conn.execute("UPDATE api_token SET signing_key = NULL"))
        store.write(lambda tx: sealing.settle(tx, tmp_path))
        assert len(key_of(store, tmp_path, new.id)) == 64


def test_it_is_made_anew_once_its_key_is_lost_for_good(store: Store, tmp_path: Path) -> None:
    """Until then it waits: the key may be put back."""
    with closing(store):
        new = store.write(lambda tx: tokens.add(tx, "planning"))
        store.write(lambda tx: sealing.settle(tx, tmp_path))
        (tmp_path / house_key.FILE).unlink()
        sealed = "SELECT signing_key FROM api_token"
        before = store.read(lambda conn: conn.execute(sealed).fetchone()[0])
        assert store.write(lambda tx: sealing.settle(tx, tmp_path)) != []
        assert store.read(lambda conn: conn.execute(sealed).fetchone()[0]) == before
        store.write(lambda tx: sealing.forget(tx, tmp_path))
        assert key_of(store, tmp_path, new.id) not in (None, new.signing_key)


def test_the_key_of_before_stays_a_day_and_lies_sealed(store: Store, tmp_path: Path) -> None:
    """Under a new key of the house, too; the one before that signs no more."""
    with closing(store):
        new = store.write(lambda tx: tokens.add(tx, "planning"))
        first, second = (
            store.write(lambda tx: tokens.rotate_key(tx, new.id, by="cli")) for _ in "ab"
        )
        assert first.previous_ends_ms == store.clock.now_ms() + 24 * 3_600_000
        house_key.turn(tmp_path)
        store.write(lambda tx: sealing.settle(tx, tmp_path))
        sealed = "SELECT previous_key FROM api_token"
        kept = store.read(lambda conn: conn.execute(sealed).fetchone()[0])
        assert HouseKey.of(tmp_path).seals_newest(kept)

        def keys(at_ms: int) -> list[str]:
            key = HouseKey.of(tmp_path)
            found = store.read(lambda conn: tokens.all_signing_keys(conn, key, new.id, at_ms))
            return list(found[0])

        assert keys(second.previous_ends_ms - 1) == [second.signing_key, first.signing_key]
        assert keys(second.previous_ends_ms) == [second.signing_key]
        store.write(lambda tx: tokens.revoke(tx, new.id))
        with pytest.raises(NotFound):
            store.write(lambda tx: tokens.rotate_key(tx, new.id, by="cli"))
