"""What head office asks is done here once, by the doors and rights of this box, or refused."""

import random
from typing import Any

import pytest

from appliance.desk.access import tokens
from appliance.desk.team import staff
from appliance.events import EventKind
from appliance.ids import new_id
from appliance.messages import MessageState
from appliance.office.at_box.credential import BEFORE, readable
from tests.office.at_box.conftest import Box
from tests.office.at_box.small_office import Fault
from tests.queue.counter import ANNA, BART

HERE = "00000000-0000-7000-8000-00000000aa01"
"""A colleague of the office who may write here."""
NOWHERE = "00000000-0000-7000-8000-00000000aa02"
OF_NOBODY = {"staff": "00000000-0000-7000-8000-00000000aa99", "name": "Nobody"}


def colleague(staff_id: str, name: str, grants: list[str], **about: Any) -> dict[str, Any]:
    granted = [{"permission": each, "branch": None, "role": "staff"} for each in grants]
    known = {"id": staff_id, "name": name, "language": "nl", "disabled": False}
    return {**known, "grants": granted, **about}


def message(box: Box, to: str = ANNA, text: str = "Kun je morgen?", **more: Any) -> dict[str, Any]:
    now_ms = box.counter.clock.now_ms()
    return {"message": new_id(now_ms), "line": box.counter.line_id, "to": to, "text": text, **more}


@pytest.fixture
def joined(box: Box) -> Box:
    box.counter.hears(sender=ANNA, name="Anna")
    box.joins()
    said = [
        colleague(HERE, "Noor", ["inbox.read", "inbox.write"]),
        colleague(NOWHERE, "Piet", []),
    ]
    box.office.done(box.office.ask_staff(1, said))
    return box


def test_a_message_leaves_by_the_consent_and_the_plan_of_this_box(joined: Box) -> None:
    """It has the id that the office chose, and whoever wrote to nobody here is written to by
    nobody there.
    """
    office, counter = joined.office, joined.counter
    body = message(joined)
    facts = office.done(office.ask("send", body, by={"staff": HERE, "name": "Noor"}))
    row = counter.row(body["message"])
    assert (facts["outcome"], row["staff_id"], row["class"]) == ("done", HERE, "reply")
    assert row["state"] == MessageState.QUEUED.value
    counter.sends()

    def refused(kind: str, told: dict[str, Any], **about: Any) -> tuple[str, str]:
        said = office.done(office.ask(kind, told, **about))
        return said["outcome"], said["why"]

    assert refused("send", message(joined, to=BART)) == ("refused", "consent-required")
    assert refused("send", body) == ("refused", "message-exists")
    assert refused("send", message(joined), by=OF_NOBODY) == ("refused", "not-found")
    nowhere = {"staff": NOWHERE, "name": "Piet"}
    assert refused("send", message(joined), by=nowhere) == ("refused", "not-found")
    late = counter.clock.now_ms() - 1
    assert refused("send", message(joined), expires_ms=late) == ("refused", "too-late")
    assert refused("send", {"text": 5}) == ("refused", "invalid-input")
    assert refused("cancel", {"message": body["message"]}) == ("refused", "cannot-cancel")
    assert refused("fly", {}) == ("refused", "unknown-kind")
    counter.hears("STOP", sender=ANNA)
    assert refused("send", message(joined)) == ("refused", "opted-out")
    assert len(counter.all("SELECT 1 FROM message WHERE direction = 'out' AND rule IS NULL")) == 1


def test_head_office_speaks_for_its_own_people_only(joined: Box) -> None:
    """Neither for a colleague nor for a token that the box made itself, whatever they may here."""
    office, store = joined.office, joined.counter.store
    own = store.write(lambda tx: staff.add(tx, "Sanne", role="lead", branch_id=None))
    token = store.write(lambda tx: tokens.add(tx, "HR")).id
    thread = joined.counter.one("SELECT id FROM conversation")["id"]
    asked = {
        "send": message(joined),
        "note": {"conversation": thread, "text": "Namens een ander"},
        "case": {"conversation": thread, "state": "done"},
        "fetch": {"ask": "own", "path": "/api/v1/messages"},
    }
    for by in ({"staff": own, "name": "Sanne"}, {"token": token, "name": "HR"}):
        for kind, body in asked.items():
            said = office.done(office.ask(kind, body, by=by))
            assert (said["outcome"], said["why"]) == ("refused", "office-author"), (kind, by)
    nobody = office.done(office.ask("fetch", asked["fetch"], by=OF_NOBODY))
    assert (nobody["outcome"], nobody["why"]) == ("refused", "not-found")
    assert not office.answers
    assert not joined.counter.all("SELECT 1 FROM note")
    assert joined.counter.one("SELECT name FROM api_token WHERE id = ?", token)["name"] == "HR"


def test_conversations_are_worked_on_as_by_a_colleague_here(joined: Box) -> None:
    office, counter = joined.office, joined.counter
    thread = counter.one("SELECT id FROM conversation")["id"]
    noor = {"staff": HERE, "name": "Noor"}
    news = counter.one("SELECT max(id) AS id FROM message WHERE direction = 'in'")["id"]
    note_id = new_id(counter.clock.now_ms())
    for kind, body in (
        ("case", {"conversation": thread, "assignee": HERE, "assignee_name": "Noor"}),
        ("note", {"conversation": thread, "note": note_id, "text": "Belt straks terug"}),
        ("read", {"conversation": thread, "message": news}),
        ("send", {"conversation": thread, "message": new_id(1), "text": "Ja hoor"}),
    ):
        assert office.done(office.ask(kind, body, by=noor))["outcome"] == "done", kind
    assert counter.one("SELECT assignee_id FROM casework")["assignee_id"] == HERE
    assert counter.one("SELECT id, staff_id FROM note") == {"id": note_id, "staff_id": HERE}
    assert counter.one("SELECT message_id FROM read_mark")["message_id"] == news
    done = {"conversation": thread, "state": "done", "closing_note": "Geregeld"}
    assert office.done(office.ask("case", done))["outcome"] == "done"
    told = counter.events(EventKind.CONVERSATION_DONE)[-1]
    assert told.facts["token"] == "planning"
    wrong = office.done(office.ask("case", {"conversation": thread, "state": "gone"}))
    assert wrong["why"] == "invalid-input"
    assert office.done(office.ask("backup", {}))["outcome"] == "done"
    assert joined.copies == ["asked"]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_command_that_comes_again_in_any_order_is_done_once(joined: Box, seed: int) -> None:
    """Also after lost answers, and after a restart in the midst of it."""
    office, chance = joined.office, random.Random(seed)

    def shuffled(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        again = [*office.commands[1:], *found]
        chance.shuffle(again)
        return again

    def breaks(_: Any) -> Fault | None:
        return chance.choice([Fault.LOSES_ANSWER, Fault.AWAY]) if chance.random() < 0.3 else None

    office.orders, office.on_commands, office.on_push = shuffled, breaks, breaks
    bodies = [message(joined, text=f"Bericht {number}") for number in range(12)]
    asked = []
    for number, body in enumerate(bodies):
        asked.append(office.ask("send", body))
        if number == 5:
            joined.link.stop()
            joined.linked()
    for each in asked:
        assert office.done(each)["outcome"] == "done"
    joined.is_told()
    assert [len(office.told_done(each)) for each in asked] == [1] * len(asked)
    sent = joined.counter.all("SELECT id FROM message WHERE token_id = 'planning' ORDER BY seq")
    assert sorted(row["id"] for row in sent) == sorted(each["message"] for each in bodies)


def test_who_the_people_of_the_office_are_is_signed_and_whole(joined: Box) -> None:
    """An older list changes nothing, and who is left out of a newer one may nothing any more."""
    office, counter = joined.office, joined.counter
    forged = office.ask("staff", {"version": 9, "staff": [], "signature": "AAAA"})
    assert office.done(forged)["why"] == "office-refuses"
    thread = counter.one("SELECT id FROM conversation")["id"]
    claim = {"conversation": thread, "assignee": HERE}
    office.done(office.ask("case", claim, by={"staff": HERE, "name": "Noor"}))
    again = [colleague(NOWHERE, "Piet", ["inbox.read", "rule.the.world"], disabled=False)]
    assert office.done(office.ask_staff(3, again))["changed"] == 2
    office.done(office.ask_staff(2, [colleague(HERE, "Noor", ["inbox.write"])]))
    people = counter.all("SELECT id, disabled_ms FROM staff")
    assert {row["id"] for row in people if row["disabled_ms"] is None} == {NOWHERE}
    grants = counter.all("SELECT staff_id, permission FROM staff_grant")
    assert [tuple(each.values()) for each in grants] == [(NOWHERE, "inbox.read")]
    assert counter.one("SELECT assignee_id FROM casework")["assignee_id"] is None


def test_a_credential_is_renewed_and_the_one_before_opens_while_the_new_is_unknown(
    box: Box,
) -> None:
    box.office.renew_by_ms = box.counter.clock.now_ms()
    box.joins()
    both = ["credential-1", "credential-0"]
    box.office.wait_for(lambda: readable(box.data) == both)
    box.office.credentials.remove("credential-1")
    box.counter.hears(sender=BART)
    box.is_told()
    assert readable(box.data) == both
    (box.data / BEFORE).write_text("credential-9\n")
    box.office.wait_for(lambda: box.link.now().trouble == "unauthorized")
    box.office.credentials.append("credential-1")
    box.counter.hears(sender=BART)
    box.is_told()
    assert not box.counter.events(EventKind.LINE_STOPPED)


def test_an_update_is_begun_for_the_office_and_for_who_manages_all_devices(joined: Box) -> None:
    """By the door of updates, once; what that door refuses the office is told."""
    office = joined.office
    manager = colleague(NOWHERE, "Marit", ["device.manage"])
    office.done(office.ask_staff(2, [colleague(HERE, "Noor", ["inbox.write"]), manager]))

    def told(version: str | None, **about: Any) -> tuple[str, str | None]:
        body = {} if version is None else {"version": version}
        said = office.done(office.ask("update", body, **about))
        return said["outcome"], said.get("why")

    itself = {"staff": None, "name": "office"}
    assert told(None, by=itself) == ("done", None)
    assert told("2.0", by={"staff": NOWHERE, "name": "Marit"}) == ("done", None)
    assert told("3.0", by=itself) == ("refused", "other-version")
    assert told("2.0", by={"staff": HERE, "name": "Noor"}) == ("refused", "not-found")
    assert told("2.0", by=OF_NOBODY) == ("refused", "not-found")
    assert told("2.0", by=itself, expires_ms=1) == ("refused", "too-late")
    assert joined.updates == [None, "2.0", "3.0"]
