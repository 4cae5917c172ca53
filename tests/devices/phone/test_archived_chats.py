"""Chats that WhatsApp keeps in its archive, silent: heard, answered and adopted all the same."""

from dataclasses import replace

import pytest

from appliance.devices.protocol import Group
from appliance.emulated.world.numbers import group_jid, jid_of
from tests.devices.phone.chat_past import OURS, THEIRS, at, had
from tests.devices.phone.conftest import OLDER_DUTCH, RECENT_ENGLISH
from tests.devices.phone.driver_kit import ANNA, BEA, Desk

LID = "9876543210@lid"


def archived(desk: Desk, *jids: str) -> None:
    for jid in jids:
        desk.world.inject(kind="archive", jid=jid)


@pytest.mark.parametrize("spec", [replace(OLDER_DUTCH, keeps_archived=True)], indirect=True)
def test_what_comes_in_an_archived_chat_is_heard_without_a_notification(desk: Desk) -> None:
    """By number, by a name of the phone book, and of somebody who hides their number; each once."""
    world = desk.world
    world.inject(kind="person", number=BEA, lid=LID)
    world.write(BEA, "Ik ben Bea", name="Bea", saved=False)
    world.write(ANNA, "Hoi")
    desk.driver.receive()
    assert desk.driver.hear_archived(()) is False
    archived(desk, jid_of(ANNA), LID)
    world.write(ANNA, "Kan ik vandaag werken? 💪")
    world.write(BEA, "En ik?", name="Bea", saved=False)
    desk.driver.receive()
    assert len(desk.recorder.messages) == 2
    for _ in range(2):
        assert desk.driver.hear_archived(()) is True
        desk.driver.receive()
        desk.driver.receive()
    assert desk.recorder.texts(ANNA) == ["Hoi", "Kan ik vandaag werken? 💪"]
    assert desk.recorder.texts(LID) == ["Ik ben Bea", "En ik?"]
    assert world.truth() == []
    assert world.handset.front is world.handset.launcher
    desk.send("Ja hoor", to=LID)
    assert world.truth() == ["Ja hoor"]


@pytest.mark.parametrize("spec", [replace(RECENT_ENGLISH, keeps_archived=True)], indirect=True)
def test_archived_chats_are_adopted_after_the_others(desk: Desk) -> None:
    had(desk.world, ANNA, [(THEIRS, "Hoi"), (OURS, "Dag")], from_ms=at(desk.world, 3, "9:00"))
    for place in range(12):
        number = f"+316111100{place:02}"
        had(desk.world, number, [(OURS, "x")], from_ms=at(desk.world, 20 + place, "10:00"))
    archived(desk, jid_of(ANNA))
    listed = desk.driver.list_chats(lambda: True, most=100)
    assert (len(listed), listed[-1].name) == (13, "+31 6 87654321")


@pytest.mark.parametrize("spec", [replace(RECENT_ENGLISH, keeps_archived=True)], indirect=True)
def test_a_post_in_an_archived_group_is_heard_and_the_group_written_in(desk: Desk) -> None:
    """Its chat is proven as ever, by what was said in it."""
    group = Group(jid=group_jid("Team Venlo"), name="Team Venlo", known=("Wie kan?",))
    desk.world.write(BEA, "Wie kan?", group=group.name)
    desk.driver.receive()
    archived(desk, group.jid)
    desk.world.write(ANNA, "STOP", group=group.name)
    desk.driver.receive()
    assert desk.driver.hear_archived([group]) is True
    assert desk.recorder.texts() == ["Wie kan?", "STOP"]
    attempt = desk.attempt("Dag", to=group.jid)
    desk.driver.send(replace(attempt, outgoing=replace(attempt.outgoing, group=group)))
    assert desk.world.truth() == ["Dag"]
