"""A narrower choice of privacy empties at the office what was told as a wider one."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.office.api.fetched import FetchedMemory
from appliance.office.head import privacy_choice
from appliance.office.head.forgetting import Forgetter
from appliance.office.link import FetchAnswer
from appliance.office.tables import replica_privacy
from appliance.slices import Privacy
from tests.api import full_person
from tests.api.office import Office
from tests.api.person_rows import FullPerson
from tests.fresh_store import fresh_store
from tests.office.at_box.test_privacy import OF_PEOPLE
from tests.office.head_office import HeadOffice
from tests.office.over_boxes import followed
from tests.office.real_box import RealBox, joined

COUNTED = ("message", "consent", "contact", "note", "event")


@pytest.fixture
def box(office: HeadOffice, tmp_path: Path, clock: ManualClock) -> Iterator[RealBox]:
    office.store.write(lambda tx: privacy_choice.choose(tx, Privacy.ALL))
    store = fresh_store(tmp_path / "branch" / "balie.db", clock)
    with closing(store), httpx.Client() as client:
        yield joined(office, Office(store, clock, office.url, client), "Tilburg", "+31612399999")


def _filled(office: HeadOffice, box: RealBox) -> FullPerson:
    person = full_person.fill(box.branch, box.desk)
    box.tells_all()
    followed(office, [box])
    while office.head.indexer.catch_up(box.id):
        pass
    return person


def _chosen(office: HeadOffice, box: RealBox, privacy: Privacy) -> None:
    """Once what it forbids is gone, also from the bytes of the file."""
    office.store.write(lambda tx: privacy_choice.choose(tx, privacy))

    def is_done(conn: sqlite3.Connection) -> bool:
        is_so = replica_privacy.told(conn) is privacy
        return is_so and not replica_privacy.is_unclean(conn)

    office.until(lambda _: office.replica(box.plain, is_done) or None)


def _says(office: HeadOffice, box: RealBox, words: Sequence[str]) -> set[str]:
    """Which of these stand in the files of its replica."""
    files = [
        each.read_bytes().replace(b"gm-+", b"gm-")  # ids of a test
        for each in (office.data / "boxes").glob(f"{box.id}.db*")
    ]
    return {each for each in words if any(each.encode() in content for content in files)}


def _counts(office: HeadOffice, box: RealBox) -> list[int]:
    def read(conn: sqlite3.Connection) -> list[int]:
        return [conn.execute(f"SELECT count(*) FROM {each}").fetchone()[0] for each in COUNTED]  # noqa: S608

    return office.replica(box.plain, read)


def test_a_narrower_choice_empties_what_was_told_before(office: HeadOffice, box: RealBox) -> None:
    """While the box is cut off: replica, search and work list; ids, states, times stay. What the
    box told as it was allowed before it heard is not taken in.
    """
    person = _filled(office, box)
    counted = _counts(office, box)
    assert _says(office, box, OF_PEOPLE) == set(OF_PEOPLE)
    _chosen(office, box, Privacy.ON_DEMAND)
    assert _says(office, box, OF_PEOPLE) == set()
    assert _says(office, box, [person.contact, person.message]) == {person.contact, person.message}
    assert _counts(office, box) == counted
    _refused_as_it_was(office, box)
    counted = _counts(office, box)
    _chosen(office, box, Privacy.FIGURES)
    assert _says(office, box, [person.contact, person.message]) == {person.message}
    assert _counts(office, box) == counted
    followed(office, [box])
    of_people = "SELECT 1 FROM work_list WHERE contact_id = ?"
    assert not office.store.read(lambda conn: conn.execute(of_people, (person.contact,)).fetchall())


def _refused_as_it_was(office: HeadOffice, box: RealBox) -> None:
    box.hears("+31655500321", "Nog als alles", name="Te Breed")
    cursor, box.told_as = box.plain.cursor, Privacy.ALL
    answer = box.tells_once()
    assert answer == {"cursor": cursor, "privacy": "on_demand"}
    assert _says(office, box, ["Nog als alles", "Te Breed"]) == set()
    box.told_as = box.privacy = Privacy.ON_DEMAND
    box.tells()
    assert box.plain.cursor > cursor
    assert _says(office, box, ["Nog als alles", "Te Breed"]) == set()


def test_a_box_that_tells_less_is_known_less_of_at_once(office: HeadOffice, box: RealBox) -> None:
    """Its own choice counts with the first batch that names it."""
    _filled(office, box)
    box.privacy = Privacy.ON_DEMAND
    box.hears("+31655500322", "Hoi")
    box.tells()
    office.until(
        lambda _: office.replica(box.plain, lambda c: not replica_privacy.is_unclean(c)) or None
    )
    assert _says(office, box, OF_PEOPLE) == set()


def test_a_box_that_tells_more_is_not_emptied_by_its_choice_of_before(
    office: HeadOffice, box: RealBox
) -> None:
    """It told all once and does not again. So what it allows is known before its rows are kept, and
    what was written down of an earlier batch, later, changes nothing.
    """
    box.privacy = Privacy.ON_DEMAND
    _filled(office, box)
    for _ in range(3):
        for box.privacy in (Privacy.ON_DEMAND, Privacy.ALL):
            box.tells_all()
        for _ in ("before it was written down who was seen", "after that"):
            Forgetter(office.store, office.head.replicas, office.head.forgotten).look()
            assert _says(office, box, OF_PEOPLE) == set(OF_PEOPLE)
            office.head.upkeep.look()


def test_what_was_fetched_is_forgotten_and_what_is_on_its_way_is_not_kept() -> None:
    memory, answer = FetchedMemory(), FetchAnswer(status=200, type="", body=b"Ik ben ziek")
    here, other = ("box", "/messages", b""), ("other", "/messages", b"")
    for key in (here, other):
        memory.keep(key, answer, memory.mark(key[0]))
    mark = memory.mark("box")
    memory.forget("box")
    assert (memory.find(here), memory.find(other)) == (None, answer)
    memory.keep(here, answer, mark)
    assert memory.find(here) is None
    memory.keep(here, answer, memory.mark("box"))
    assert memory.find(here) == answer
