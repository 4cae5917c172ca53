"""Copies go to a real SFTP server, with a key of the machine and to no other server."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.box.away import AwayServer, journal_name, name_of
from appliance.box.copy_codes import CopyWhy
from appliance.box.sftp import KEY, SftpServer
from appliance.box.whole_restore import restore_whole
from appliance.clock import ManualClock
from appliance.copy_settings import CopySettings
from appliance.errors import CopyFailed
from appliance.store import kept_copies
from appliance.store.store import Store
from tests.box import own_sshd
from tests.box.kit import PHOTO, Pair
from tests.box.own_sshd import OwnSshd

DAY_S = 24 * 3600


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnSshd]:
    with own_sshd.running(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def away(store: Store, sshd: OwnSshd, pair: Pair) -> AwayServer:
    settings = CopySettings(recipient=pair.recipient, keep=2, sftp=sshd.settings())
    server = SftpServer(sshd.settings(), store.path.parent)
    sshd.lets_in(server.public_key())
    return AwayServer(store=store, settings=settings, server=server)


def test_the_newest_copies_are_there_and_can_be_put_back(
    away: AwayServer, store: Store, clock: ManualClock, sshd: OwnSshd, tmp_path: Path, pair: Pair
) -> None:
    """Two are kept; what another machine put there stays; nothing of them is left here."""
    there = sshd.home / "copies"
    there.mkdir()
    (there / "balie-breda-20260101T000000Z.tar.age").touch()
    names = []
    for _ in range(3):
        kept_copies.copy_by_night(store)
        copy = kept_copies.kept(store.path.parent)[0]
        brought = away.bring(copy)
        names.append(brought.name)
        away.check(brought.name, brought.sha256, brought.bytes)
        clock.advance(s=DAY_S)
    assert names[-1] == name_of(copy.made_ms)
    assert brought.kept == 2
    assert {each.name for each in there.iterdir()} == {
        *names[1:],
        journal_name(),
        "balie-breda-20260101T000000Z.tar.age",
    }
    assert list((store.path.parent / "backups").glob("leaving*")) == []
    data = tmp_path / "new"
    data.mkdir()
    found = restore_whole(there / names[-1], data / "balie.db", pair.identity, clock_ms=1)
    (sha256,) = found.media
    assert (data / "media" / sha256[:2] / sha256).read_bytes() == PHOTO
    with pytest.raises(CopyFailed) as lost:
        away.check(names[0], "", brought.bytes)
    assert lost.value.why == CopyWhy.DAMAGED


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        ("host", CopyWhy.OTHER_HOST),
        ("key", CopyWhy.NOT_LET_IN),
        ("port", CopyWhy.UNREACHABLE),
        ("folder", CopyWhy.NOT_TAKEN),
    ],
)
def test_each_way_in_which_a_server_takes_nothing_has_its_reason(
    away: AwayServer, store: Store, sshd: OwnSshd, tmp_path: Path, harm: str, why: CopyWhy
) -> None:
    """A server with another key is not talked to at all."""
    kept_copies.copy_by_night(store)
    other: dict[str, str] = {}
    if harm == "host":
        other = {"host_key": own_sshd.make_host_key(tmp_path, "stranger")}
    elif harm == "key":
        sshd.lets_in("")
    elif harm == "port":
        other = {"port": "1"}
    else:
        other = {"folder": "/proc/nowhere"}
    server = SftpServer(sshd.settings(**other), store.path.parent)
    with pytest.raises(CopyFailed) as failed:
        replace(away, server=server).bring(kept_copies.kept(store.path.parent)[0])
    assert failed.value.why == why


def test_the_key_of_the_machine_is_made_once_and_is_its_own(away: AwayServer, store: Store) -> None:
    key = store.path.parent / KEY
    assert away.server.public_key() == away.server.public_key()
    assert key.stat().st_mode & 0o077 == 0
