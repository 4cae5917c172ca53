"""A stick that breaks, a disk that is full, a power cut, a clock that was ahead: what is there
stays whole, and new copies come.
"""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from appliance.box import whole_copy
from appliance.box.away import AwayServer, name_of
from appliance.box.copy_codes import CopyPlace, CopyWhy
from appliance.box.sftp import SftpServer
from appliance.box.whole_restore import check_whole
from appliance.copy_settings import CopySettings, SftpSettings
from appliance.desk.lines import copies
from appliance.errors import CopyFailed, StoreUnavailable
from appliance.runtime.copier import Copier
from appliance.store import erasure_journal, kept_copies, media_copies
from appliance.store.keeping import low_bytes
from appliance.store.store import Store
from tests.box.kit import Pair, furnish
from tests.runtime.copied_house import DAY_S, NIGHT, House

WITHIN_S = 60

# Writes to the stick until it is killed, or the stick is gone.
WRITES_A_COPY = """
import sys
from pathlib import Path
from appliance.box.stick import Stick
from appliance.clock import ManualClock
from appliance.copy_settings import CopySettings
from appliance.runtime.copier import Copier
from appliance.store.store import Store

data, by_label, mounts, recipient, now_ms = sys.argv[1:]
store = Store(Path(data) / "balie.db", ManualClock(int(now_ms)))
stick = Stick(by_label=Path(by_label), mounts=Path(mounts))
copier = Copier(store, CopySettings(recipient=recipient), stick)
print("begins", flush=True)
copier.look()
"""


class PowerCut(Exception):
    pass


def test_a_box_that_was_made_anew_takes_no_withdrawal_from_its_stick(
    house: House, tmp_path: Path, pair: Pair
) -> None:
    """Its older copies still lie there, and who withdrew since stays out when one comes back."""
    house.plug_in()
    house.night()
    copy = house.folder / str(house.told().name)
    house.withdraws()
    house.copier.look()
    own = set(erasure_journal.read(house.store.path.parent))
    with closing(furnish(tmp_path / "anew", house.clock)) as anew:
        for _ in range(2):
            house.clock.advance(s=DAY_S)
            copies.make(anew, kept_copies.copy_by_night)
            Copier(anew, CopySettings(recipient=pair.recipient), house.stick).look()
        new = set(erasure_journal.read(anew.path.parent))
    assert not own & new
    back = tmp_path / "back"
    back.mkdir()
    erasure_journal.bring_back(copy, back)
    assert sorted(erasure_journal.read(back), key=str) == sorted(own | new, key=str)


def test_a_stick_that_is_pulled_out_while_it_is_written_keeps_its_older_copies(
    house: House, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The half one has no name, and the page says what happened until the next one has come."""
    house.plug_in()
    house.night()
    whole = house.on_stick()
    away = house.folder.with_name("in somebody's pocket")
    write = whole_copy.CopyFile.write

    def pulled(written: whole_copy.CopyFile, data: bytes, /) -> int:
        if house.folder.exists():
            house.folder.rename(away)
        return write(written, data)

    with monkeypatch.context() as moment:
        moment.setattr(whole_copy.CopyFile, "write", pulled)
        house.night()
    assert house.told().failed == CopyWhy.PULLED
    assert house.told().name == whole[0]
    away.rename(house.folder)
    assert house.on_stick() == whole
    check_whole(house.folder / whole[0], house.folder, pair.identity)
    house.copier.look()
    assert house.told().failed is None
    assert len(house.on_stick()) == 2
    assert list(house.folder.glob("*.part")) == []


def test_a_stick_that_breaks_each_time_is_left_alone_for_an_hour(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a few tries. Who plugs it in again, or asks for a copy, has it tried at once; a clock
    that was ahead changes nothing.
    """
    tried: list[int] = []

    def breaks(written: whole_copy.CopyFile, data: bytes, /) -> int:
        del written, data
        tried.append(house.clock.now_ms())
        raise OSError(errno.EIO, "Input/output error")

    def looks(times: int) -> int:
        """How often it was tried."""
        tried.clear()
        for _ in range(times):
            house.clock.advance(s=20)
            house.copier.look()
        return len(tried)

    monkeypatch.setattr(whole_copy.CopyFile, "write", breaks)
    house.plug_in()
    house.night()
    assert house.told().failed == CopyWhy.PULLED
    assert looks(10) == 2
    house.pull_out()
    assert looks(1) == 0
    house.plug_in()
    assert looks(10) == 1
    house.copier.make_copy()
    assert looks(10) == 1
    house.clock.advance(s=3600)
    assert looks(10) == 1
    house.clock.advance(s=900 * DAY_S)
    house.night()
    house.clock.advance(s=-900 * DAY_S)
    house.copier.make_copy()
    assert looks(10) == 1
    monkeypatch.undo()
    house.clock.advance(s=3600)
    house.copier.look()
    assert house.told().failed is None


def test_a_machine_that_is_switched_off_while_it_writes_leaves_whole_copies(
    house: House, pair: Pair
) -> None:
    """Each file with the name of a copy is one, and what was left goes with the next."""
    house.plug_in()
    house.night()
    (house.store.path.parent / "media" / "evidence" / "film.mp4").write_bytes(
        os.urandom(24_000_000)
    )
    house.clock.advance(s=DAY_S)
    copies.make(house.store, kept_copies.copy_by_night)
    command = [sys.executable, "-c", WRITES_A_COPY, str(house.store.path.parent)]
    command += [str(house.stick.by_label), str(house.stick.mounts), pair.recipient]
    with subprocess.Popen([*command, str(house.clock.now_ms())], stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        deadline = time.monotonic() + WITHIN_S
        while not _grows(house.folder) and time.monotonic() < deadline:
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
    assert len(house.on_stick()) == 1
    assert _grows(house.folder)
    house.copier.look()
    assert len(house.on_stick()) == 2
    assert not _grows(house.folder)
    for each in house.on_stick():
        check_whole(house.folder / each, house.folder, pair.identity)


def _grows(folder: Path) -> bool:
    return any(each.stat().st_size for each in folder.glob("*.part"))


def test_a_copy_behind_which_the_power_was_cut_has_its_files(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there from the moment that the database has its name."""
    copy_to = Store.copy_to

    def cut(store: Store, target: Path) -> None:
        copy_to(store, target)
        raise PowerCut

    monkeypatch.setattr(Store, "copy_to", cut)
    with pytest.raises(PowerCut):
        kept_copies.copy_by_night(house.store)
    (copy,) = kept_copies.kept(house.store.path.parent)
    assert media_copies.check(house.store.path.parent / "backups" / copy.name) == 1


def test_a_stick_that_is_full_gives_older_copies_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Down to the newest one, which stays until another is whole."""
    house.plug_in()
    house.night()
    house.night()
    older, newer = house.on_stick()
    usage = shutil.disk_usage

    def full_while_two(path: Path) -> object:
        found = usage(path)
        return found._replace(free=0) if len(house.on_stick()) > 1 else found

    monkeypatch.setattr(shutil, "disk_usage", full_while_two)
    house.clock.advance(s=DAY_S)
    with pytest.raises(StoreUnavailable):
        copies.make(house.store, kept_copies.copy_by_night)
    monkeypatch.undo()
    copies.make(house.store, kept_copies.copy_by_night)
    monkeypatch.setattr(shutil, "disk_usage", full_while_two)
    house.copier.look()
    assert house.told().failed is None
    assert older not in house.on_stick()
    assert newer in house.on_stick()
    assert name_of(house.told().made_ms or 0) in house.on_stick()


@pytest.fixture
def nowhere(house: House, pair: Pair) -> AwayServer:
    """A server that is never reached."""
    sftp = SftpSettings(host="127.0.0.1", port=1, user="balie", host_key=f"ssh-rsa {'A' * 40}")
    settings = CopySettings(recipient=pair.recipient, sftp=sftp)
    server = SftpServer(sftp, house.store.path.parent)
    return AwayServer(store=house.store, settings=settings, server=server)


def test_neither_a_drill_nor_what_is_on_its_way_to_a_server_makes_the_disk_low(
    house: House, nowhere: AwayServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where they do not fit beside what Balie needs to go on they are not begun."""
    house.night()
    newest = kept_copies.kept(house.store.path.parent)[0]
    usage = shutil.disk_usage
    free = low_bytes(house.store.path.parent) + 1000
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(path)._replace(free=free))
    house.copier.check_copy()
    house.copier.look()
    told = house.drill()
    assert told is not None
    assert told.failed == CopyWhy.FULL
    with pytest.raises(CopyFailed) as refused:
        nowhere.bring(newest)
    assert refused.value.why == CopyWhy.FULL
    monkeypatch.undo()
    with pytest.raises(CopyFailed) as refused:
        nowhere.bring(newest)
    assert refused.value.why == CopyWhy.UNREACHABLE


def test_what_fails_on_this_machine_is_no_stick_that_was_pulled_out(
    house: House, nowhere: AwayServer
) -> None:
    """On the way to a server: its own disk may be failing."""
    house.night()
    backups = house.store.path.parent / "backups"
    (backups / "leaving.tar.age" / "in the way").mkdir(parents=True)
    with pytest.raises(CopyFailed) as failed:
        nowhere.bring(kept_copies.kept(house.store.path.parent)[0])
    assert failed.value.why == CopyWhy.DATABASE


def test_what_a_process_that_was_killed_had_in_hand_goes_at_the_next_start(house: House) -> None:
    """A copy on its way, a drill, a copy that somebody had made a day ago: gigabytes each."""
    house.night()
    backups = house.store.path.parent / "backups"
    there = sorted(backups.iterdir())
    for name in ("drill-x", "leaving-x", "leaving-y"):
        (backups / name).mkdir()
        (backups / name / "checked.db").write_bytes(b"plain")
    (backups / "leaving.tar.age").write_bytes(b"whole")
    os.utime(backups / "leaving-x", (0, 0))
    house.copier.start()
    house.copier.stop()
    assert sorted(backups.iterdir()) == sorted([*there, backups / "leaving-y"])


def test_a_new_copy_stays_beside_those_whose_names_are_of_a_later_day(house: House) -> None:
    """A clock was ahead when they were made, or somebody else has put them there."""
    house.plug_in()
    for day in range(3):
        (house.folder / name_of(NIGHT + (900 + day) * DAY_S * 1000)).touch()
    house.night()
    told = house.told()
    assert (told.failed, told.kept) == (None, 2)
    assert str(told.name) in house.on_stick()
    assert len(house.on_stick()) == 2
    house.night()
    assert house.told().name != told.name
    assert str(house.told().name) in house.on_stick()


def test_copies_go_on_leaving_after_a_clock_was_ahead(house: House) -> None:
    """The one that was made then is no newer one than those of now."""
    house.plug_in()
    house.clock.advance(s=900 * DAY_S)
    house.night()
    house.clock.advance(s=-900 * DAY_S)
    for _ in range(2):
        house.night()
        assert house.told().made_ms == house.told(CopyPlace.BOX).made_ms == house.clock.now_ms()
        assert str(house.told().name) in house.on_stick()


def test_a_stick_that_takes_no_file_so_long_keeps_its_older_copies(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As FAT does of four gigabytes: they would go for nothing."""
    house.plug_in()
    house.night()
    house.night()
    there = house.on_stick()

    def is_too_long(written: whole_copy.CopyFile, data: bytes, /) -> int:
        del written, data
        raise OSError(errno.EFBIG, "File too large")

    monkeypatch.setattr(whole_copy.CopyFile, "write", is_too_long)
    house.night()
    assert house.told().failed == CopyWhy.FULL
    assert house.on_stick() == there
    assert len(there) == 2
