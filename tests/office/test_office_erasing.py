"""Somebody who was erased at a box is nowhere at the office either, and does not come back."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.clock import ManualClock
from appliance.desk.privacy.erasing import again, elsewhere
from appliance.office.tables import commands
from tests.desk.erased_person import ANNA, BART, files_that_tell, rows_that_tell
from tests.office.erased_at_box import KnownBox, known_at
from tests.office.head_office import HeadOffice
from tests.running_demo import eventually

HERS = {"contact", "contact_identity", "contact_note", "former_holder", "consent", "list_member"}


@pytest.fixture
def known(office: HeadOffice, tmp_path: Path, clock: ManualClock) -> Iterator[KnownBox]:
    with known_at(office, tmp_path, clock) as it:
        yield it


def _asks(known: KnownBox) -> str:
    """What programs at the office say of her; a message that its box refused is what it gives."""
    line, caller = known.box.desk.number, known.caller
    talk = f"/api/v1/conversations/{_talk(known)}"
    note = {"text": "Anouschka Kowalczyk belt terug over zonnebloem"}
    kept = {**caller.headers, "Idempotency-Key": "note"}
    assert caller.client.post(f"{talk}/notes", json=note, headers=kept).status_code == 201
    refused = caller.post({"line": line, "to": BART, "text": "Vraag Anouschka om zonnebloem"})
    assert caller.post({"line": line, "to": ANNA, "text": "Dag"}).status_code == 202
    message: str = refused.json()["id"]
    command = next(
        each
        for each in known.box.plain.commands().json()["commands"]
        if each["body"].get("message") == message
    )
    known.box.says_over(command, "refused", why="consent-required")
    known.cleared()
    return message


def _talk(known: KnownBox) -> str:
    found = "SELECT id FROM conversation WHERE contact_id = ?"
    return str(known.counter.one(found, known.contact)["id"])


def test_nothing_of_an_erased_person_is_left_at_the_office(known: KnownBox) -> None:
    """In no column of any table, in no file: replica, office.db, their logs and the search. What
    was asked about her is not asked for any more, and others are as before.
    """
    refused = _asks(known)
    office_db = known.office.store.path
    assert len(rows_that_tell(known.replica)) > 20
    assert len(rows_that_tell(office_db)) > 2
    assert known.caller.get("/search", q="zonnebloem").json()["items"]
    known.erased()
    eventually(lambda: not _told_after_indexing(known), "her words have left the index, too")
    assert rows_that_tell(known.replica) == []
    assert rows_that_tell(office_db) == []
    assert files_that_tell(known.office.data) == []
    assert not _open_kinds(known) & {"send", "note"}
    assert known.caller.get(f"/messages/{refused}").json()["text"] == ""
    assert known.caller.get("/search", q="zonnebloem").json()["items"] == []
    assert known.caller.get("/search", q="Bart").json()["items"]
    assert _texts(known) == {""}
    assert "Ik zoek werk" in known.office.texts(known.box.plain)


def _told_after_indexing(known: KnownBox) -> list[str]:
    """The office's own thread follows, too: whoever comes second finds nothing left to do."""
    known.indexed()
    return rows_that_tell(known.replica)


def _texts(known: KnownBox) -> set[str]:
    """Of her thread, as the office has it."""
    found, talk = "SELECT text FROM message WHERE conversation_id = ?", _talk(known)

    def read(conn: sqlite3.Connection) -> set[str]:
        return {row["text"] for row in conn.execute(found, (talk,))}

    return known.office.replica(known.box.plain, read)


def _open_kinds(known: KnownBox) -> set[Any]:
    box_id = known.box.id
    waiting = known.office.store.read(lambda conn: commands.waiting(conn, box_id, 0))
    return {each.kind for each in waiting}


@pytest.mark.parametrize("waits", [True, False])
def test_who_was_erased_stays_so_when_the_box_is_put_back_to_a_day_before(
    known: KnownBox, tmp_path: Path, *, waits: bool
) -> None:
    """The office says whom the box has to erase once more, and a box tells nothing before it has.
    Of one that does not wait nothing is taken in of their card, their numbers and their thread.
    """
    copy, seq = tmp_path / "put back" / "balie.db", known.counter.last_seq()
    copy.parent.mkdir()
    known.counter.store.copy_to(copy)
    known.erased()
    assert rows_that_tell(known.replica) == []
    known.put_back(copy, seq)
    assert rows_that_tell(copy)
    happened = known.box.plain.commands().json()["commands"][-1]
    assert happened["kind"] == "happened"
    told = [each["contact"] for each in happened["body"]["erasures"]]
    assert told == [known.contact]
    if waits:
        known.counter.store.write(lambda tx: elsewhere.ask_again(tx, told, b"k"))
        again.make_nobody(known.counter.store)
    known.box.tells_all()
    known.cleared()
    known.indexed()
    left = rows_that_tell(known.replica)
    assert not left if waits else HERS.isdisjoint(each.partition("[")[0] for each in left)
    assert _texts(known) == {""}
