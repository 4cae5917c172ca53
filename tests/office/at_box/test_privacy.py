"""What of a person head office has, by what the company chose: proven in the bytes of its copy."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.slices import Privacy, Value
from appliance.store import slice_tables, slices
from appliance.store.slice_privacy import Mask
from tests.api import full_person, person_rows
from tests.api.office import Office, WebServer, open_office, run_web_server
from tests.office.at_box.copy_of_rows import CopyOfRows
from tests.queue.counter import MONDAY

OF_PEOPLE = (
    *(person_rows.ANNA, person_rows.FORMER, person_rows.CLAIMED, person_rows.BRAM),
    *(person_rows.BRAM_NAME, full_person.GROUP_TEXT, "Anna Achternaam", "Annelies", "PX-4471"),
    *("XL-44", "Ik kan maandag", "Ik kan dinsdag", "Wie kan er dinsdag", "Tot maandag om zeven"),
    *("Bel na vier", "Geschil 0", "Ik wil graag berichten", "Inschrijfformulier", "mijn pas"),
    *("Komt vaak te laat", "Rijdt mee met Bram", "Alles geregeld", "Je loon is betaald"),
)
NEVER = ("Beste Anna, helaas", "Nog eens bellen", "Anna Telefoon")
"""What a colleague has begun to write, and what a phone shows."""


@pytest.fixture(scope="module")
def web_server() -> Iterator[WebServer]:
    with run_web_server() as running:
        yield running


@pytest.fixture
def office(web_server: WebServer, tmp_path: Path) -> Iterator[Office]:
    with open_office(web_server, tmp_path, ManualClock(MONDAY)) as opened:
        yield opened


@pytest.mark.parametrize("privacy", list(Privacy))
def test_a_choice_holds_for_each_table_that_is_told(
    office: Office, tmp_path: Path, privacy: Privacy
) -> None:
    person = full_person.fill(office, office.desk("Tilburg", "+31612345678"))
    copy = CopyOfRows(tmp_path / "copy.db")
    copy.put(
        office.store.read(
            lambda conn: list(slices.everything(Mask(conn=conn, privacy=privacy, key=b"key")))
        )
    )
    found = copy.says(*OF_PEOPLE)
    assert found == (set(OF_PEOPLE) if privacy is Privacy.ALL else set())
    assert not copy.says(*NEVER)
    assert bool(copy.says(person.contact)) is (privacy is not Privacy.FIGURES)
    assert copy.says(person.message, person.conversation)
    counted = {each: len(copy.rows(each)) for each in ("message", "consent", "contact", "note")}
    assert counted == {each: office.count(each) for each in counted}
    assert set(copy.tables()) >= slice_tables.named_tables()


def test_the_same_number_is_the_same_to_the_office_and_nobody_to_who_has_another_key(
    office: Office,
) -> None:
    full_person.fill(office, office.desk("Tilburg", "+31612345678"))

    def told(key: bytes) -> tuple[set[Value], set[Value]]:
        def read(conn: sqlite3.Connection) -> tuple[set[Value], set[Value]]:
            found = list(slices.everything(Mask(conn=conn, privacy=Privacy.ON_DEMAND, key=key)))
            values = [
                {row["value"] for each in found if each.table == table for row in each.rows}
                for table in ("contact_identity", "message")
            ]
            return values[0], values[1]

        return office.store.read(read)

    (people, written), (others, _) = told(b"one"), told(b"two")
    assert written <= people
    assert not people & others
