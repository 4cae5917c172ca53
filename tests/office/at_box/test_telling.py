"""The log of a box at its head office: all of it, once, in whatever way the network fails."""

import random
from functools import partial
from typing import Any

import pytest

from appliance.desk.contacts import joining
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import cases, notes, staff
from appliance.events import EventKind
from appliance.office.at_box import telling
from appliance.slices import Privacy
from appliance.store import office_link
from appliance.store.store import Tx
from tests.desk import erased_person
from tests.office.at_box.conftest import Box
from tests.office.at_box.small_office import Fault, Log
from tests.queue.counter import ANNA, BART, Counter


def lives(counter: Counter, times: int = 3) -> None:
    """Some of each thing that a branch does."""
    store, team = counter.store, Author(staff_id=_colleague(counter))
    for number in range(times):
        counter.hears(f"Vraag {number}", sender=ANNA, name="Anna")
        counter.hears(f"Vraag {number}", sender=BART)
        counter.queues(f"Antwoord {number}", ANNA)
        counter.sends()
        counter.clock.advance(s=600)
        thread = counter.one("SELECT id FROM conversation ORDER BY id LIMIT 1")["id"]
        store.write(partial(_work_on, thread=str(thread), team=team))


def _work_on(tx: Tx, *, thread: str, team: Author) -> None:
    cases.assign(tx, thread, team.staff_id, team)
    notes.write(tx, thread, "Let op", team)
    cases.close(tx, thread, team)


def _colleague(counter: Counter) -> str:
    found = counter.all("SELECT id FROM staff")
    if found:
        return str(found[0]["id"])
    return counter.store.write(lambda tx: staff.add(tx, "Sanne", role="lead", branch_id=None))


def as_told(box: Box) -> dict[int, tuple[int, str]]:
    log = box.office.log.events
    return {seq: (each["at_ms"], each["kind"]) for seq, each in log.items()}


def as_kept(box: Box) -> dict[int, tuple[int, str]]:
    return {each.seq: (each.at_ms, each.kind.value) for each in box.counter.events()}


def chooses_all(box: Box) -> None:
    box.counter.store.write(lambda tx: office_link.change(tx, privacy=Privacy.ALL.value))


def test_all_of_before_and_all_that_comes_is_told_once(box: Box) -> None:
    """Rows and events are the same at both ends, also of who is erased and who is joined."""
    lives(box.counter)
    box.joins()
    chooses_all(box)
    box.same_rows()
    lives(box.counter)
    keep, other = box.counter.contact_id(ANNA), box.counter.contact_id(BART)
    me = _colleague(box.counter)
    box.counter.store.write(lambda tx: joining.join(tx, keep, other, me))
    box.same_rows()
    erased_person.erases(box.counter, ANNA)
    box.same_rows()
    assert as_told(box) == as_kept(box)
    assert not box.office.copy.says("Antwoord 1", ANNA)
    facts = box.office.pushes[-1]["facts"]
    assert (facts["lines"], facts["address"]) == (1, "https://balie-utrecht.local")


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_fails_on_the_way_loses_and_doubles_nothing(box: Box, seed: int) -> None:
    chance = random.Random(seed)
    faults = [Fault.AWAY, Fault.LOSES_ANSWER, Fault.PORTAL, Fault.BUSY]
    faults = [each for each in faults if each is not Fault.BUSY or seed == 1]

    def breaks(_: Any) -> Fault | None:
        return chance.choice(faults) if chance.random() < 0.4 else None

    box.office.on_push = breaks
    box.office.on_commands = breaks
    box.joins()
    chooses_all(box)
    for _ in range(4):
        lives(box.counter, times=1)
    box.same_rows()
    assert as_told(box) == as_kept(box)


def test_a_link_that_hangs_is_given_up(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    from appliance.office.at_box import https_link

    monkeypatch.setattr(https_link, "PUSH_S", 2.0)
    once = iter([None, Fault.SILENT])
    box.office.on_push = lambda _: next(once, None)
    box.joins()
    lives(box.counter, times=1)
    box.is_told()
    box.office.wait_for(lambda: box.link.now().trouble is None)


def test_an_office_put_back_from_a_copy_gets_again_what_it_lacks(box: Box) -> None:
    """Its cursor is lower, and rows that were told long ago come with their events."""
    lives(box.counter)
    box.joins()
    chooses_all(box)
    box.same_rows()
    half = box.counter.last_seq() // 2
    for table in ("message", "attempt", "note"):
        box.office.copy.empty(table)
    kept = {seq: each for seq, each in box.office.log.events.items() if seq <= half}
    box.office.logs[box.office.epoch] = Log(cursor=half, events=kept)
    box.counter.hears("Na het herstel", sender=BART)
    box.is_told()
    assert as_told(box) == as_kept(box)
    newest = box.counter.one("SELECT max(id) AS id FROM note")["id"]
    assert newest in {row["id"] for row in box.office.copy.rows("note")}


def test_what_is_written_beside_it_and_before_a_start_is_told_too(box: Box) -> None:
    box.joins()
    box.is_told()
    box.link.stop()
    lives(box.counter, times=1)
    box.linked()
    box.is_told()
    assert as_told(box) == as_kept(box)


def test_a_box_that_the_office_holds_works_on_and_says_why(box: Box) -> None:
    box.joins()
    box.is_told()
    box.office.on_push = lambda _: Fault.REFUSES
    lives(box.counter, times=1)

    def held() -> str | None:
        known = box.counter.store.read(office_link.link)
        return None if known is None else known.held

    assert box.office.wait_for(held) == "A person has to look."
    box.office.on_push = lambda _: None
    box.is_told()
    assert box.office.wait_for(lambda: held() is None)
    changes = box.counter.events(EventKind.OFFICE_CHANGED)
    assert [each.facts["what"] for each in changes] == ["joined", "held", "well"]


def test_what_was_read_before_a_choice_is_not_told_after_it(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of one event that did not fit one batch were to be told next, when the office chose."""
    lives(box.counter, times=1)
    box.joins()
    chooses_all(box)
    box.same_rows()
    box.link.stop()
    monkeypatch.setattr(telling, "MOST_WEIGHT", 300)
    monkeypatch.setattr(telling, "LEAST_WEIGHT", 300)

    def chooses(told: dict[str, Any]) -> None:
        if told["slices"] and not told["events"]:
            box.office.privacy = "on_demand"

    box.office.on_push = chooses
    box.counter.hears("Zeg het niet", sender=ANNA)
    box.linked()
    box.is_told()
    assert box.office.privacy == "on_demand"
    told_as = [each.get("told_as") for each in box.office.pushes]
    last = max(place for place, each in enumerate(told_as) if each == "all")
    assert set(told_as[last + 1 :]) == {"on_demand"}
    after = str(box.office.pushes[last + 1 :])
    assert not [each for each in (ANNA, "Zeg het niet") if each in after]


def test_a_choice_of_privacy_tells_all_anew(box: Box) -> None:
    """What head office may have no more goes there, too, and no number has gone there since."""
    lives(box.counter, times=1)
    box.joins()
    chooses_all(box)
    box.same_rows()
    assert box.office.copy.says("Antwoord 0", ANNA) == {"Antwoord 0", ANNA}
    box.office.privacy = "figures"
    box.counter.hears("Nog iets", sender=ANNA)
    box.is_told()
    ids = [str(each["id"]) for each in box.counter.all("SELECT id FROM contact")]

    def forgot() -> bool:
        texts = {row["text"] for row in box.office.copy.rows("message")}
        people = {row["id"] for row in box.office.copy.rows("contact")}
        return texts == {""} and people.isdisjoint(ids) and len(people) == len(ids)

    box.office.wait_for(forgot)
    last = box.office.pushes[-1]
    box.counter.hears("En nog iets", sender=ANNA)
    box.is_told()
    said = str(box.office.pushes[box.office.pushes.index(last) + 1 :])
    assert not [each for each in (ANNA, "En nog iets", *ids) if each in said]
