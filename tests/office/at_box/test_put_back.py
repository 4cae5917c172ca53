"""A box whose database was put back from a copy: what happened since comes down before it sends."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.errors import Refused
from appliance.messages import MessageState
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.reasons import Reason
from appliance.slices import Privacy
from appliance.store import office_link
from appliance.store.copies import copy_database
from appliance.store.restoring import restore
from appliance.store.slice_privacy import Mask
from appliance.store.store import Store
from tests.office.at_box.conftest import Box
from tests.office.at_box.test_joining import released
from tests.queue.counter import ANNA, BART, Counter
from tests.running_demo import eventually


def switched_off(box: Box) -> None:
    """Its link first: what that does in a thread ends before the database is closed."""
    box.link.stop()
    box.counter.store.close()


def put_back(box: Box, copy: Path) -> None:
    """As `balie restore` does it, and the start after it."""
    switched_off(box)
    for each in box.data.glob("balie.db*"):
        each.unlink()
    restore(copy, box.data / "balie.db", clock_ms=box.counter.clock.now_ms())
    store = Store(box.data / "balie.db", ManualClock(box.counter.clock.now_ms()))
    box.counter = Counter(store, store.clock, box.data / "evidence")  # type: ignore[arg-type]
    doubt_everything_in_hand(store)


def test_what_left_since_the_copy_is_in_doubt_and_who_stopped_stays_out(
    box: Box, tmp_path: Path
) -> None:
    counter, office = box.counter, box.office
    counter.hears(sender=ANNA)
    counter.hears(sender=BART)
    later_ms = counter.clock.now_ms() + 3_600_000
    waits = counter.queues("Tot straks", ANNA, not_before_ms=later_ms)
    box.joins()
    box.is_told()
    copy = tmp_path / "copy.db.zst"
    copy_database(box.data / "balie.db", copy)
    of_copy = counter.last_seq()
    counter.hears("STOP", sender=BART)
    box.is_told()
    told_as = next(
        str(row["value"]) for row in office.copy.rows("consent") if row["kind"] == "opted_out"
    )
    assert told_as.startswith("~")
    old_epoch = office.epoch

    put_back(box, copy)
    with pytest.raises(Refused) as refused:
        released(box)
    assert refused.value.code is Reason.OFFICE_SILENT
    known = box.counter.store.read(office_link.link)
    assert known is not None
    told = {
        "messages": [{"id": waits, "state": "sent", "sent_ms": 1}],
        "withdrawals": [
            {"value": told_as, "scheme": "tel", "line": box.counter.line_id, "at_ms": 1}
        ],
    }
    command = office.ask("happened", told, by={"name": "office"})
    box.linked()
    assert office.done(command)["outcome"] == "done"
    first = next(each for each in office.pushes if each["epoch"] != old_epoch)
    assert first["descent"] == {"epoch": old_epoch, "seq": of_copy}
    assert first["first"] == of_copy + 1
    assert box.counter.state(waits) is MessageState.UNCONFIRMED
    with pytest.raises(Refused) as closed:
        box.counter.accepts(to=BART)
    assert closed.value.code is Reason.OPTED_OUT

    def settled() -> bool:
        found = box.counter.store.read(office_link.link)
        return found is not None and not found.unsettled

    office.wait_for(settled)
    released(box)
    box.is_told()
    switched_off(box)


@pytest.mark.parametrize("privacy", [Privacy.ON_DEMAND, Privacy.FIGURES])
def test_who_was_erased_since_the_copy_is_erased_once_more(
    box: Box, tmp_path: Path, privacy: Privacy
) -> None:
    """Also where the office has only what stands for them, and no journal knows it here."""
    counter, office = box.counter, box.office
    counter.hears("Ik ben het", sender=ANNA, name="Anna Achternaam")
    counter.hears(sender=BART)
    office.privacy = privacy.value
    box.joins()
    box.is_told()
    known = counter.store.read(office_link.link)
    assert known is not None
    anna, bart = counter.contact_id(ANNA), counter.contact_id(BART)
    copy = tmp_path / "copy.db.zst"
    copy_database(box.data / "balie.db", copy)

    def told_as(conn: sqlite3.Connection) -> str:
        return str(Mask(conn=conn, privacy=privacy, key=known.hash_key).contact_id(anna))

    erased = [{"contact": counter.store.read(told_as), "at_ms": 1}]
    put_back(box, copy)
    happened = {"messages": [], "withdrawals": [], "erasures": erased}
    command = office.ask("happened", happened, by={"name": "office"})
    box.linked()
    assert office.done(command)["outcome"] == "done"
    number = "SELECT 1 FROM contact_identity WHERE value = ?"
    eventually(lambda: not box.counter.all(number, ANNA), "she is erased once more")
    people = {
        row["id"]: row["joined_into"]
        for row in box.counter.all("SELECT id, joined_into FROM contact")
    }
    assert (people[anna], people[bart]) == (anna, None)
    switched_off(box)


def test_a_copy_of_before_it_was_told_of_descends_from_what_the_office_knows(
    box: Box, tmp_path: Path
) -> None:
    box.counter.hears(sender=ANNA)
    box.joins()
    box.is_told()
    old_epoch, seq = box.office.epoch, box.counter.last_seq()
    first, second = tmp_path / "first.db.zst", tmp_path / "second.db.zst"
    copy_database(box.data / "balie.db", first)
    put_back(box, first)
    box.counter.hears(sender=BART)
    copy_database(box.data / "balie.db", second)
    put_back(box, second)
    box.linked()
    box.is_told()
    told = next(each for each in box.office.pushes if each["epoch"] != old_epoch)
    assert told["descent"] == {"epoch": old_epoch, "seq": seq}
    switched_off(box)
    shutil.rmtree(box.data / "backups", ignore_errors=True)


def test_no_number_starts_before_all_of_what_happened_was_taken_in(
    box: Box, tmp_path: Path
) -> None:
    """What could not be taken in is none of it, and neither is what is for another epoch."""
    box.counter.hears(sender=ANNA)
    box.joins()
    box.is_told()
    copy = tmp_path / "copy.db.zst"
    copy_database(box.data / "balie.db", copy)
    put_back(box, copy)
    box.linked()
    office = box.office

    def hears(**body: object) -> str:
        told = {"messages": [], "withdrawals": [], **body}
        command = office.ask("happened", told, by={"name": "office"})
        return str(office.done(command)["outcome"])

    def unsettled() -> bool:
        found = box.counter.store.read(office_link.link)
        return found is not None and found.unsettled

    assert hears(messages="all") == "refused"
    assert hears(**{"for": "another"}) == "done"
    assert hears(part=1, parts=2) == "done"
    assert unsettled()
    assert hears(part=0, parts=2, **{"for": office.epoch}) == "done"
    assert not unsettled()
    released(box)
    switched_off(box)
