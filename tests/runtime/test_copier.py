"""Copies leave the machine by themselves, and once a month one is tried."""

import os
import time
from contextlib import closing
from pathlib import Path

import pytest

from appliance.api.web.words import incident_phrases
from appliance.box.away import journal_name
from appliance.box.copy_codes import CopyPlace, CopyWhy
from appliance.box.whole_restore import check_whole
from appliance.copy_settings import CopySettings
from appliance.desk.lines import copies
from appliance.errors import StoreUnavailable
from appliance.runtime.copier import Copier
from appliance.store import copy_places, erasure_journal, incidents, kept_copies
from appliance.store.store import Store
from tests.box.kit import Pair, furnish
from tests.runtime.copied_house import DAY_S, House


def test_a_stick_gets_a_copy_as_soon_as_it_is_plugged_in(house: House, pair: Pair) -> None:
    """And each night after; two are kept, each is whole, and the journal lies beside them."""
    house.night()
    assert [each.place for each in house.store.read(copy_places.places)] == ["box"]
    house.plug_in()
    house.copier.look()
    first = house.told()
    assert house.on_stick() == [first.name]
    assert (first.made_ms, first.failed) == (house.told(CopyPlace.BOX).made_ms, None)
    house.copier.look()
    assert house.told() == first
    house.night()
    house.night()
    assert len(house.on_stick()) == house.told().kept == 2
    found = check_whole(house.folder / house.on_stick()[-1], house.folder, pair.identity)
    assert (len(found.media), found.has_key) == (1, True)
    assert (house.folder / journal_name()).exists()


def test_who_withdraws_after_the_copy_is_known_on_the_stick(house: House) -> None:
    """So a card that dies takes no STOP with it. How old the file there looks is no matter."""
    house.plug_in()
    house.night()
    house.withdraws()
    own = house.store.path.parent / erasure_journal.FILE
    os.utime(house.folder / journal_name(), (time.time() + 10**8, time.time() + 10**8))
    house.copier.look()
    assert (house.folder / journal_name()).read_bytes() == own.read_bytes()


def test_machines_that_share_a_stick_take_no_journal_from_each_other(
    house: House, tmp_path: Path, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The STOP that came after a copy comes back with it, whoever wrote on the stick since."""
    monkeypatch.setattr("socket.gethostname", lambda: "utrecht")
    house.plug_in()
    house.night()
    copy = house.folder / str(house.told().name)
    test_who_withdraws_after_the_copy_is_known_on_the_stick(house)
    own = erasure_journal.read(house.store.path.parent)
    monkeypatch.setattr("socket.gethostname", lambda: "utrecht-2")
    with closing(furnish(tmp_path / "other", house.clock)) as other:
        copies.make(other, kept_copies.copy_by_night)
        Copier(other, CopySettings(recipient=pair.recipient), house.stick).look()
    back = tmp_path / "back"
    back.mkdir()
    erasure_journal.bring_back(copy, back)
    assert erasure_journal.read(back) == own


def test_a_place_without_a_new_copy_is_wrong_after_two_days_and_right_again_by_one(
    house: House,
) -> None:
    """One night may be missed. That the stick is away is said at once, on the page."""
    house.plug_in()
    house.night()
    house.pull_out()
    house.night()
    assert house.told().failed == CopyWhy.ABSENT
    assert house.wrong() == set()
    house.night()
    house.night()
    assert house.wrong() == {"stick"}
    assert incident_phrases.BY_CODE["copy-stick"]
    house.plug_in()
    house.copier.look()
    assert house.wrong() == set()
    assert house.told().failed is None


def test_a_machine_that_is_off_by_night_is_copied_by_day(house: House) -> None:
    """Once a copy is overdue. A failure is tried again an hour later, and wrong after two days."""
    house.copier.look()
    house.clock.advance(s=31 * 3600)
    house.copier.look()
    assert house.told(CopyPlace.BOX).made_ms == house.clock.now_ms()
    backups = house.store.path.parent / "backups"
    backups.rename(backups.with_name("away"))
    backups.touch()
    house.clock.advance(s=3 * DAY_S)
    house.copier.look()
    assert house.told(CopyPlace.BOX).failed == CopyWhy.NOT_WRITABLE
    assert house.wrong() == {"box"}
    backups.unlink()
    backups.with_name("away").rename(backups)
    house.copier.look()
    assert house.wrong() == {"box"}
    house.clock.advance(s=3601)
    house.copier.look()
    assert house.wrong() == set()


def test_once_a_month_by_night_the_newest_copy_is_opened_checked_and_counted(house: House) -> None:
    """Nothing of it is left behind. By day only who asks for it."""
    house.clock.advance(s=6 * 3600)
    copies.make(house.store, kept_copies.copy_by_night)
    house.copier.look()
    assert house.drill() is None
    house.clock.advance(s=-6 * 3600)
    house.copier.look()
    told = house.drill()
    assert told is not None
    assert (told.failed, told.files, told.messages) == (None, 1, 0)
    backups = house.store.path.parent / "backups"
    assert [each.name for each in backups.iterdir() if each.name.startswith("drill-")] == []
    house.clock.advance(s=29 * DAY_S)
    house.copier.look()
    assert house.drill() == told
    house.night()
    again = house.drill()
    assert again is not None
    assert again.at_ms > told.at_ms


def test_a_copy_that_cannot_be_opened_is_wrong_until_one_can(house: House) -> None:
    """Somebody asks for the check, makes a new copy, and asks again."""
    house.night()
    told = house.drill()
    assert told is not None
    assert told.failed is None
    newest = kept_copies.kept(house.store.path.parent)[0]
    os.truncate(house.store.path.parent / "backups" / newest.name, 2000)
    house.copier.check_copy()
    house.copier.look()
    told = house.drill()
    assert told is not None
    assert told.failed == CopyWhy.DAMAGED
    assert house.wrong() == {incidents.IncidentKind.COPY_DRILL.value}
    house.clock.advance(s=60)
    house.copier.make_copy()
    house.copier.check_copy()
    house.copier.look()
    assert house.wrong() == set()


def test_what_is_gone_from_the_stick_is_found_by_the_drill(house: House) -> None:
    """A copy is read back from there; one that reads otherwise is none."""
    house.plug_in()
    house.night()
    (name,) = house.on_stick()
    with (house.folder / name).open("r+b") as file:
        file.seek(1000)
        file.write(b"\0\0\0\0")
    house.copier.check_copy()
    house.copier.look()
    assert house.told().failed == CopyWhy.DAMAGED


def test_a_copy_that_fails_is_noted_and_raises(house: House) -> None:
    """The page says why; the copies of before stay."""

    def fails(store: Store) -> Path:
        raise StoreUnavailable("The copy needs 5 MB.")

    house.night()
    with pytest.raises(StoreUnavailable):
        copies.make(house.store, fails)
    told = house.told(CopyPlace.BOX)
    assert (told.failed, told.note) == (CopyWhy.FULL, "The copy needs 5 MB.")
    assert told.made_ms is not None
