"""A box that was put back, and two machines that speak as one."""

import copy

import pytest

from appliance.errors import InvalidInput
from appliance.office.head import joining
from appliance.office.tables import commands, work_list
from tests.office.head_office import HeadOffice
from tests.office.plain_box import Log, PlainBox, Row, new_id


def put_back(box: PlainBox) -> Log:
    """The log as a copy had it, under a new epoch."""
    copied = copy.deepcopy(box.log)
    copied.epoch = new_id()
    return copied


def settle(office: HeadOffice, box: PlainBox, believe: str | None) -> None:
    office.store.write(lambda tx: joining.settle(tx, box.box, believe))


def test_a_box_that_was_put_back_hears_what_it_does_not_know(
    office: HeadOffice, tilburg: PlainBox
) -> None:
    """What it sent after the copy, and who withdrew since; then both go on from the copy, and rows
    that the box never had are gone.
    """
    talk = tilburg.log.person()
    before = tilburg.log.writes(talk, "Voor", out=True)
    tilburg.push_all()
    copied = put_back(tilburg)
    descent: Row = {"epoch": tilburg.log.epoch, "seq": tilburg.log.head}
    lost = tilburg.log.writes(talk, "Erna", out=True)
    tilburg.log.tell("message.state", message_id=before, conversation_id=talk)
    contact = tilburg.log.conversations[talk]["contact_id"]
    consent = {
        "seq": 1,
        "value": "+31612345678",
        "scheme": "tel",
        "contact_id": contact,
        "kind": "opted_out",
        "recorded_by": "rule",
        "at_ms": tilburg.log.events[-1]["at_ms"],
    }
    withdrawn = {"table": "consent", "of": {"contact_id": contact}, "rows": [consent]}
    batch = tilburg.log.batch(tilburg.cursor)
    batch["slices"].append(withdrawn)
    assert tilburg.push(batch).status_code == 200
    tilburg.log, tilburg.cursor = copied, descent["seq"]
    assert tilburg.push(descent=descent).status_code == 200
    (command,) = tilburg.commands().json()["commands"]
    assert command["kind"] == "happened"
    told = command["body"]
    assert (told["epoch"], told["after"]) == (descent["epoch"], descent["seq"])
    assert {each["id"]: each["state"] for each in told["messages"]} == dict.fromkeys(
        (before, lost), "sent"
    )
    assert [each["value"] for each in told["withdrawals"]] == ["+31612345678"]
    assert tilburg.push(descent=descent).status_code == 200
    tilburg.log.writes(talk, "Nieuw")
    tilburg.push_all()
    assert office.texts(tilburg) == ["Voor", "Nieuw"]
    assert office.told(tilburg) == [(each["seq"], each["kind"]) for each in copied.events]
    assert len(tilburg.commands().json()["commands"]) == 1


def test_what_the_office_never_had_needs_no_fact(office: HeadOffice, tilburg: PlainBox) -> None:
    """The copy has more than the office: the box goes on from what the office has."""
    tilburg.push_all()
    had = tilburg.cursor
    tilburg.log.writes(tilburg.log.person())
    descent: Row = {"epoch": tilburg.log.epoch, "seq": tilburg.log.head}
    tilburg.log, tilburg.cursor = put_back(tilburg), descent["seq"]
    answer = tilburg.push(descent=descent)
    assert (answer.status_code, tilburg.cursor) == (409, had)
    tilburg.push_all()
    (command,) = tilburg.commands().json()["commands"]
    assert command["body"]["messages"] == []


@pytest.mark.parametrize("descent", [None, {"epoch": "nobody", "seq": 1}])
def test_a_numbering_that_nobody_knows_is_held_until_a_person_decides(
    office: HeadOffice, tilburg: PlainBox, descent: dict[str, object] | None
) -> None:
    """Neither machine gets a command meanwhile. The one that is believed is told from its
    beginning; the other one is struck off, and never gets a command.
    """
    old, old_log = tilburg.log.epoch, tilburg.log
    talk = tilburg.log.person()
    tilburg.push_all()
    office.until(lambda conn: work_list.box_of(conn, talk))
    new = Log("Tilburg", branch_id=old_log.branch_id, line_id=old_log.line_id)
    tilburg.log, tilburg.cursor = new, 0
    assert tilburg.push(descent=descent).status_code == 422
    assert office.box(tilburg).conflict
    assert tilburg.commands(epoch=old).status_code == 422
    for believe in (None, "nobody"):
        with pytest.raises(InvalidInput):
            settle(office, tilburg, believe)
    settle(office, tilburg, new.epoch)
    tilburg.push_all()
    assert office.told(tilburg) == [(1, "line.added")]
    office.until(lambda conn: work_list.box_of(conn, talk) is None or None)
    assert tilburg.commands(epoch=old).status_code == 401
    assert tilburg.commands().status_code == 422
    tilburg.log, tilburg.cursor = old_log, 0
    assert tilburg.push().json()["code"] == "struck-off"


def test_an_epoch_that_ended_with_a_restore_cannot_go_on(
    office: HeadOffice, tilburg: PlainBox
) -> None:
    """The old machine was switched on again: held, and the new one is believed on."""
    tilburg.push_all()
    old, descent = tilburg.log, {"epoch": tilburg.log.epoch, "seq": tilburg.log.head}
    tilburg.log = new = put_back(tilburg)
    assert tilburg.push(descent=descent).status_code == 200
    tilburg.log = old
    assert tilburg.push().status_code == 422
    assert office.box(tilburg).conflict
    tilburg.log = new
    assert tilburg.push().status_code == 422
    settle(office, tilburg, new.epoch)
    new.writes(new.person())
    tilburg.push_all()
    assert office.told(tilburg) == [(each["seq"], each["kind"]) for each in new.events]
    assert office.store.read(lambda conn: len(commands.waiting(conn, tilburg.box, 0))) == 1


def test_whom_happened_names_goes_once_it_is_done(office: HeadOffice, tilburg: PlainBox) -> None:
    """The command loses them, and so does the replica."""
    talk = tilburg.log.person()
    tilburg.push_all()
    copied, descent = tilburg.log.head, {"epoch": tilburg.log.epoch, "seq": tilburg.log.head}
    tilburg.log.writes(talk, "Erna", out=True)
    contact = tilburg.log.conversations[talk]["contact_id"]
    consent = {
        "value": "+31655500399",
        "scheme": "tel",
        "seq": 1,
        "contact_id": contact,
        "kind": "opted_out",
        "recorded_by": "rule",
        "at_ms": tilburg.log.events[-1]["at_ms"],
    }
    batch = tilburg.log.batch(tilburg.cursor)
    batch["slices"].append({"table": "consent", "of": {"contact_id": contact}, "rows": [consent]})
    assert tilburg.push(batch).status_code == 200
    tilburg.log.epoch, tilburg.cursor = new_id(), copied
    del tilburg.log.events[copied:]
    assert tilburg.push(descent=descent).status_code == 200
    (command,) = tilburg.commands().json()["commands"]
    assert "+31655500399" in _happened(office, tilburg)
    tilburg.says_over(command, kind="happened")
    tilburg.push_all()
    assert "+31655500399" not in _happened(office, tilburg)
    assert tilburg.push().json()["cursor"] == tilburg.log.head


def _happened(office: HeadOffice, box: PlainBox) -> str:
    found = "SELECT happened FROM replica_link"
    return office.replica(box, lambda conn: str(conn.execute(found).fetchone()["happened"]))
