"""A copied database is not enough, and a database whose key is gone says so."""

from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from appliance.__main__ import app
from appliance.clock import ManualClock
from appliance.errors import SetupError
from appliance.store import house_key, incidents, push, sealing
from appliance.store.house_key import HouseKey
from appliance.store.push import PushAddress
from appliance.store.store import Store, Tx
from tests.fresh_store import fresh_store

SECRET = "s3cret-of-a-browser"
ADDRESS = PushAddress(endpoint="https://push.example/1", public_key="p", secret=SECRET)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return fresh_store(tmp_path / "balie.db", ManualClock(at_ms=1_772_440_200_000))


def subscribed(tx: Tx) -> None:
    """As a Balie of before kept it: open."""
    tx.conn.execute("INSERT INTO staff (id, name, created_ms) VALUES ('s', 'Anna', 1)")
    push.subscribe(tx, ADDRESS, staff_id="s", session_hash="h", language="nl")


def kept(store: Store) -> list[str]:
    return store.read(
        lambda conn: [row[0] for row in conn.execute("SELECT secret FROM push_subscription")]
    )


def open_kinds(store: Store) -> list[str]:
    return [each.kind.value for each in store.read(incidents.open_ones)]


def test_what_lay_open_is_sealed_at_the_start_and_anew_under_a_new_key(
    store: Store, tmp_path: Path
) -> None:
    with closing(store):
        store.write(subscribed)
        assert kept(store) == [SECRET]
        assert store.write(lambda tx: sealing.settle(tx, tmp_path)) == []
        (first,) = kept(store)
        assert SECRET not in first
        house_key.turn(tmp_path)
        store.write(lambda tx: sealing.settle(tx, tmp_path))
        (second,) = kept(store)
        key = HouseKey.of(tmp_path)
        assert key.seals_newest(second)
        assert second != first
        address = PushAddress(endpoint=ADDRESS.endpoint, public_key="p", secret=second)
        assert push.opened(key, address) == ADDRESS
        store.write(lambda tx: sealing.settle(tx, tmp_path))
        assert kept(store) == [second], "a start without news writes nothing"


def test_a_database_without_its_key_says_so_until_it_is_back_or_given_up(
    store: Store, tmp_path: Path
) -> None:
    """As after a restore on a new machine. A browser whose secret stays shut subscribes again."""
    with closing(store):
        store.write(subscribed)
        store.write(lambda tx: sealing.settle(tx, tmp_path))
        file, aside = tmp_path / house_key.FILE, tmp_path / "kept-apart"
        lost = HouseKey.of(tmp_path).names[0]
        file.rename(aside)
        assert store.write(lambda tx: sealing.settle(tx, tmp_path)) == [lost]
        assert open_kinds(store) == ["house-key"]
        assert kept(store) == []
        house_key.add(tmp_path, aside)
        assert store.write(lambda tx: sealing.settle(tx, tmp_path)) == []
        assert open_kinds(store) == []
        file.unlink()
        store.write(lambda tx: sealing.settle(tx, tmp_path))
        assert store.write(lambda tx: sealing.forget(tx, tmp_path)) == 2
        assert open_kinds(store) == []


def test_by_hand_no_second_key_is_made_beside_that_of_systemd(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / house_key.CREDENTIAL).write_text("07" * 32)
    with closing(store), monkeypatch.context() as served:
        served.setenv("CREDENTIALS_DIRECTORY", str(folder))
        store.write(lambda tx: sealing.settle(tx, tmp_path))
    for words in (("key", "show"), ("key", "new"), ("doctor",)):
        told = CliRunner().invoke(app, [*words, "--data", str(tmp_path)])
        assert told.exit_code == 1
        assert "CREDENTIALS_DIRECTORY" in told.output
    assert not (tmp_path / house_key.FILE).exists()


def test_a_key_that_cannot_be_read_is_said_and_nothing_takes_its_place(
    store: Store, tmp_path: Path
) -> None:
    with closing(store):
        (tmp_path / house_key.FILE).write_text("scrambled")
        assert store.write(lambda tx: sealing.settle(tx, tmp_path)) == [sealing.UNREADABLE]
        assert open_kinds(store) == ["house-key"]
        with pytest.raises(SetupError):
            HouseKey.of(tmp_path)
