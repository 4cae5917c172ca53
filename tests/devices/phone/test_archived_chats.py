"""Chats that WhatsApp keeps in its archive, silent: heard, answered and adopted all the same."""

from dataclasses import replace
from datetime import timedelta

import pytest

from appliance.devices.protocol import Group
from appliance.emulated.phone.whatsapp.model import Chat
from appliance.emulated.world.numbers import group_jid, jid_of
from tests.devices.phone.chat_past import OURS, THEIRS, at, had
from tests.devices.phone.conftest import OLDER_DUTCH, RECENT_ENGLISH
from tests.devices.phone.driver_kit import ANNA, BEA, DEVICE, Desk

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


def unread(desk: Desk, chat: Chat, count: int) -> None:
    desk.world.on_loop(lambda: setattr(chat, "unread", count))


def hear(desk: Desk, *groups: Group) -> None:
    """A look, and what follows from it."""
    assert desk.driver.hear_archived(groups) is True
    for _ in range(2):
        desk.driver.receive()


@pytest.mark.parametrize("days_ago", [1, 400])
@pytest.mark.parametrize("spec", [replace(RECENT_ENGLISH, keeps_archived=True)], indirect=True)
def test_what_lay_unread_in_the_archive_before_balie_came_is_no_news(
    desk: Desk, days_ago: int
) -> None:
    """The chat stays as it is; today's message in another such chat is told without the old one,
    also where the old ones fill the screen.
    """
    world, long_ago = desk.world, "regel\n" * 12
    old = had(world, BEA, [(THEIRS, "Hebben jullie werk?")], from_ms=at(world, days_ago, "9:00"))
    said = [(THEIRS, f"{place} {long_ago}") for place in range(4)]
    mixed = had(world, ANNA, said, from_ms=at(world, days_ago, "9:00"))
    world.write(ANNA, "STOP")
    archived(desk, old.jid, mixed.jid)
    unread(desk, old, 1)
    unread(desk, mixed, 5)
    for _ in range(2):
        hear(desk)
    assert desk.recorder.texts() == ["STOP"]
    assert (old.unread, mixed.unread) == (1, 0)


@pytest.mark.parametrize("spec", [replace(OLDER_DUTCH, keeps_archived=True)], indirect=True)
def test_what_lay_unread_in_an_archived_group_is_no_news(desk: Desk) -> None:
    group = Group(jid=group_jid("Team Venlo"), name="Team Venlo", known=("Wie kan?",))
    world, account = desk.world, desk.world.handset.whatsapp.account
    chat = world.on_loop(lambda: account.chat(group.jid, subject=group.name))
    had(world, group.jid, [(THEIRS, "Wie kan?")], from_ms=at(world, 30, "9:00"))
    archived(desk, group.jid)
    unread(desk, chat, 1)
    hear(desk, group)
    assert (chat.unread, desk.recorder.texts()) == (1, [])
    world.write(ANNA, "STOP", group=group.name)
    hear(desk, group)
    assert (chat.unread, desk.recorder.texts()) == (0, ["STOP"])


@pytest.mark.parametrize("spec", [replace(RECENT_ENGLISH, keeps_archived=True)], indirect=True)
def test_what_came_to_the_archive_since_the_last_look_is_news(desk: Desk) -> None:
    """The last look was days ago; after a restart nothing is told again."""
    world, phone = desk.world, desk.driver._phone
    had(world, BEA, [(THEIRS, "Oud")], from_ms=at(world, 30, "9:00"))
    archived(desk, jid_of(BEA))
    hear(desk)
    assert phone.archive_from is not None
    phone.archive_from -= timedelta(days=3)
    chat = had(world, BEA, [(THEIRS, "Ik stop ermee")], from_ms=at(world, 2, "9:00"))
    unread(desk, chat, 2)
    hear(desk)
    assert desk.recorder.texts() == ["Ik stop ermee"]
    desk.driver = desk.driver_for(DEVICE, desk.recorder)
    desk.driver.probe()
    unread(desk, chat, 1)
    hear(desk)
    assert desk.recorder.texts() == ["Ik stop ermee"]


@pytest.mark.parametrize("spec", [replace(OLDER_DUTCH, keeps_archived=True)], indirect=True)
def test_news_in_an_archived_chat_of_nobody_knows_whom_is_told_to_a_person(desk: Desk) -> None:
    """As long as it lies there unread."""
    chat = had(desk.world, LID, [(THEIRS, "STOP")], from_ms=desk.world.clock.now_ms(), name="Tom")
    archived(desk, LID)
    for count in (1, 0):
        unread(desk, chat, count)
        hear(desk)
    assert (desk.recorder.unplaced, desk.recorder.messages) == ([1, 0], [])
