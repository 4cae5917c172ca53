"""A box that was put back, and two machines that speak as one."""

import copy

import pytest

from appliance.errors import InvalidInput
from appliance.messages import MessageState
from appliance.office import link
from appliance.office.api.unsent import state_of
from appliance.office.head import joining, undone
from appliance.office.link import CommandAsker, CommandKind
from appliance.office.tables import commands, work_list
from tests.office.head_office import HeadOffice
from tests.office.plain_box import Log, PlainBox, Row, new_id

NOOR = CommandAsker(staff=new_id(), name="Noor")


def put_back(box: PlainBox) -> Log:
    """The log as a copy had it, under a new epoch."""
    copied = copy.deepcopy(box.log)
    copied.epoch = new_id()
    return copied


def descent_of(box: PlainBox) -> Row:
    return {"epoch": box.log.epoch, "seq": box.log.head}


def comes_back(box: PlainBox, copied: Log, descent: Row) -> None:
    box.log, box.cursor = copied, descent["seq"]
    assert box.push(descent=descent).status_code == 200


def asks(office: HeadOffice, box: PlainBox) -> str:
    """A command to send; the id of its message."""
    message = new_id()
    body = {"message": message, "line": box.log.line_id, "text": "Kun je morgen?"}
    office.store.write(lambda tx: commands.give(tx, box.box, CommandKind.SEND, body, NOOR))
    return message


def told_of(office: HeadOffice, box: PlainBox) -> list[Row]:
    found: list[Row] = box.commands().json()["commands"]
    return found


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
    assert tilburg.commands(epoch=None).status_code == 422
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


def test_no_command_goes_to_a_numbering_that_is_not_believed_yet(
    office: HeadOffice, tilburg: PlainBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does what such a box names change the numbers of the one that is believed."""
    monkeypatch.setattr(link, "HELD_OPEN_S", 0.2)
    tilburg.push_all()
    asks(office, tilburg)
    copied, descent, old = put_back(tilburg), descent_of(tilburg), tilburg.log.epoch
    assert tilburg.commands(7, epoch=copied.epoch).json()["commands"] == []
    assert [each["n"] for each in tilburg.commands(epoch=None).json()["commands"]] == [1]
    comes_back(tilburg, copied, descent)
    assert [each["kind"] for each in told_of(office, tilburg)] == ["send", "happened"]
    assert tilburg.commands(epoch=None).status_code == 422
    assert tilburg.commands(epoch=old).status_code == 422


def test_what_was_done_after_the_copy_is_asked_for_again_once(
    office: HeadOffice, tilburg: PlainBox
) -> None:
    """By the same id, to be looked for before it is sent. What was sent is not, and says so; words
    of it are kept no longer than it waited.
    """
    tilburg.push_all()
    copied, descent = put_back(tilburg), descent_of(tilburg)
    waits, sent, open_one = (asks(office, tilburg) for _ in range(3))
    ids = {each["body"]["message"]: each["id"] for each in told_of(office, tilburg)}
    for message, state in ((waits, "queued"), (sent, "sent")):
        tilburg.log.has(message, state)
        tilburg.says_over({"id": ids[message], "n": 1}, message=message)
    tilburg.push_all()
    office.until(lambda conn: commands.of_message(conn, sent).outcome)  # type: ignore[union-attr]
    comes_back(tilburg, copied, descent)
    told = {each["body"].get("message"): each for each in told_of(office, tilburg)}
    assert set(told) == {None, waits, open_one}
    assert told[waits]["id"] == ids[waits]
    assert told[waits]["n"] > told[None]["n"]
    assert told[waits]["body"]["text"] == "Kun je morgen?"
    assert told[waits]["body"]["left_since_ms"] <= office.clock.now_ms()
    lost = office.store.read(lambda conn: commands.of_message(conn, sent))
    assert lost is not None
    assert (state_of(lost)[0], lost.has_words) == (MessageState.UNCONFIRMED, False)
    assert tilburg.push(descent=descent).status_code == 200
    assert len(told_of(office, tilburg)) == 3


def test_what_happened_is_told_in_parts_and_again_where_a_box_could_not_take_it_in(
    office: HeadOffice, tilburg: PlainBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person says when; nothing is taken from the box before that."""
    monkeypatch.setattr(undone, "AT_ONCE", 2)
    tilburg.push_all()
    copied, descent = put_back(tilburg), descent_of(tilburg)
    talk = tilburg.log.person()
    for number in range(3):
        tilburg.log.writes(talk, f"{number}", out=True)
    tilburg.push_all()
    comes_back(tilburg, copied, descent)
    first, second = told_of(office, tilburg)
    assert [(each["body"]["part"], each["body"]["parts"]) for each in (first, second)] == [
        (0, 2),
        (1, 2),
    ]
    assert {first["body"]["for"], second["body"]["for"]} == {copied.epoch}
    tilburg.says_over(first)
    tilburg.says_over(second, "refused", why="internal-error")
    tilburg.push_all()
    office.until(lambda _: office.box(tilburg).held)
    settle(office, tilburg, None)
    (again,) = told_of(office, tilburg)
    assert again["id"] != second["id"]
    assert again["body"] == second["body"]


def test_two_restores_from_one_copy_and_an_office_of_before_know_each_other(
    office: HeadOffice, tilburg: PlainBox
) -> None:
    """The office knows an epoch of before, whichever the box comes from: it goes on from what both
    share. A copy of a machine that somebody decided against stays out.
    """
    tilburg.push_all()
    first, second = put_back(tilburg), put_back(tilburg)
    descent = descent_of(tilburg)
    comes_back(tilburg, first, descent)
    talk = tilburg.log.person()
    tilburg.log.writes(talk)
    tilburg.push_all()
    office.until(lambda conn: work_list.box_of(conn, talk))
    comes_back(tilburg, second, descent)
    tilburg.log.writes(tilburg.log.person(), "Nieuw")
    tilburg.push_all()
    assert office.texts(tilburg) == ["Nieuw"]
    office.until(lambda conn: work_list.box_of(conn, talk) is None or None)
    # This office never heard of the epoch between.
    between, last = descent_of(tilburg), put_back(tilburg)
    last.writes(last.person(), "Later")
    tilburg.log, tilburg.cursor = last, last.head
    unheard = {"epoch": new_id(), "seq": last.head - 1}
    assert tilburg.push(before=[unheard, between, descent]).status_code == 409
    for _ in range(3):
        tilburg.push(before=[unheard, between, descent])
    assert office.texts(tilburg) == ["Nieuw", "Later"]
    clone = Log("Tilburg", branch_id=last.branch_id, line_id=last.line_id)
    tilburg.log, tilburg.cursor = clone, 0
    assert tilburg.push().status_code == 422
    settle(office, tilburg, last.epoch)
    tilburg.log, tilburg.cursor = put_back(tilburg), 0
    disowned = [{"epoch": clone.epoch, "seq": 1}, between]
    assert tilburg.push(before=disowned).status_code == 422
    assert office.box(tilburg).conflict
