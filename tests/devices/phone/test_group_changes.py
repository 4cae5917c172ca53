"""What is changed in a group is proven by what the phone shows afterwards."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.devices.group_protocol import (
    GroupPerson,
)
from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.news_protocol import PictureChange
from appliance.devices.protocol import Group
from appliance.emulated.phone.whatsapp.group_phrases import group_phrases
from appliance.emulated.phone.whatsapp.model import Account
from appliance.emulated.phone.wire.seam import DeviceFile
from appliance.emulated.world.numbers import group_jid
from appliance.errors import Permanent, Refused, Transient
from appliance.group_changes import GroupChangeKind
from tests.devices.phone.conftest import VENLO
from tests.devices.phone.driver_kit import ANNA, BEA, Desk, World
from tests.devices.phone.group_kit import (
    LANGUAGES,
    Turn,
    chat_of,
    digest_of,
    disturbed,
    invitation,
    post,
    turn,
)


@LANGUAGES
def test_a_name_is_changed_and_proven(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    renames = turn(tmp_path, venlo, GroupChangeKind.RENAME, name="Ploeg Zuid")
    assert desk.driver.change_group(renames).name == "Ploeg Zuid"
    assert chat_of(world, venlo).subject == "Ploeg Zuid"
    assert renames.entered == 1
    now = replace(venlo, name="Ploeg Zuid")
    again = turn(tmp_path, now, GroupChangeKind.RENAME, name="Ploeg Zuid")
    assert desk.driver.change_group(again).name == "Ploeg Zuid"
    assert again.entered == 0


@LANGUAGES
def test_a_picture_is_put_there_and_proven(
    world: World, desk: Desk, venlo: Group, tmp_path: Path, logo: OutgoingFile
) -> None:
    """Among other pictures on the phone, and over one that is there; the row of the system proves
    it, and the file goes again.
    """
    other = world.handset.files
    world.on_loop(lambda: other.update({"/sdcard/DCIM/Camera/1.jpg": DeviceFile(data=b"1")}))
    first = turn(tmp_path, venlo, GroupChangeKind.PICTURE, picture=logo)
    assert desk.driver.change_group(first).name == VENLO
    assert chat_of(world, venlo).icon == digest_of(logo)
    world.inject(kind="group", group=VENLO, what="icon", by=BEA, notify=False)
    again = turn(tmp_path, venlo, GroupChangeKind.PICTURE, picture=logo)
    desk.driver.change_group(again)
    assert chat_of(world, venlo).icon == digest_of(logo)
    assert (first.entered, again.entered) == (1, 1)
    assert not [path for path in other if "Balie" in path]


def test_a_picture_that_only_admins_may_change_is_left_to_a_person(
    world: World, desk: Desk, venlo: Group, tmp_path: Path, logo: OutgoingFile
) -> None:
    world.inject(kind="group", group=VENLO, what="lock")
    world.inject(kind="group", group=VENLO, what="take-admin")
    with pytest.raises(Permanent, match="only others"):
        desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.PICTURE, picture=logo))
    assert chat_of(world, venlo).icon == ""


def test_a_shut_gate_leaves_the_picture(
    world: World, desk: Desk, venlo: Group, tmp_path: Path, logo: OutgoingFile
) -> None:
    shut = turn(tmp_path, venlo, GroupChangeKind.PICTURE, picture=logo)
    shut.gate_shut = True
    with pytest.raises(Refused):
        desk.driver.change_group(shut)
    assert chat_of(world, venlo).icon == ""


@LANGUAGES
def test_a_changed_picture_is_told(world: World, desk: Desk, venlo: Group) -> None:
    """By the notification, with its time; where there was none, by the row in the chat. It is
    nobody's message, and what the line itself puts there is no news.
    """
    before = len(desk.recorder.messages)
    world.inject(kind="group", group=VENLO, what="icon", by=BEA)
    desk.driver.receive()
    desk.driver.receive()
    (told,) = desk.recorder.pictures
    assert (told.jid, told.by) == (venlo.jid, "Bea")
    assert told.at_ms
    desk.driver.send(post(desk, venlo, "Om 7 uur"))
    assert desk.recorder.pictures[1:] == [PictureChange(jid=venlo.jid, by="Bea", at_ms=None)]
    assert len(desk.recorder.messages) == before


def test_a_shut_gate_changes_nothing(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    renames = turn(tmp_path, venlo, GroupChangeKind.RENAME, name="Ploeg Zuid")
    renames.gate_shut = True
    with pytest.raises(Refused):
        desk.driver.change_group(renames)
    assert chat_of(world, venlo).subject == VENLO


def test_a_name_that_only_admins_may_change_is_left_to_a_person(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    world.inject(kind="group", group=VENLO, what="lock")
    world.inject(kind="group", group=VENLO, what="take-admin")
    renames = turn(tmp_path, venlo, GroupChangeKind.RENAME, name="Ploeg Zuid")
    with pytest.raises(Permanent, match="only others"):
        desk.driver.change_group(renames)
    assert chat_of(world, venlo).subject == VENLO


def test_only_admins_may_change_it_from_now_on(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.LOCK))
    assert chat_of(world, venlo).locked


@LANGUAGES
def test_somebody_is_added_and_taken_out(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    world.inject(kind="group", group=VENLO, what="remove", by=BEA, person=ANNA, notify=False)
    people = [GroupPerson(name="Anna", number=ANNA)]
    seen = desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.ADD, people=people))
    assert ANNA in chat_of(world, venlo).people
    assert seen.people is not None
    seen = desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.REMOVE, people=people))
    assert ANNA not in chat_of(world, venlo).people
    assert seen.people is not None
    assert len(seen.people) == 1


def test_of_two_people_of_one_name_neither_is_taken_out(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    """Where the phone shows no more of somebody than their name, a person does it."""
    other = "+31687654377"
    world.on_loop(lambda: world.handset.contacts.update({other: "Anna"}))
    world.inject(kind="group", group=VENLO, what="add", by=BEA, person=other, notify=False)
    people = [GroupPerson(name="Anna", number=None)]
    with pytest.raises(Permanent, match="by hand"):
        desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.REMOVE, people=people))
    assert {ANNA, other} <= set(chat_of(world, venlo).people)


def test_who_lets_nobody_add_them_is_left_to_a_person(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    """WhatsApp offers to invite them: nobody is written to for it."""
    world.inject(kind="group", group=VENLO, what="remove", by=BEA, person=ANNA, notify=False)
    world.inject(kind="group", group=VENLO, what="refuse", person=ANNA)
    people = [GroupPerson(name="Anna", number=ANNA)]
    with pytest.raises(Permanent, match="nobody add them"):
        desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.ADD, people=people))
    assert ANNA not in chat_of(world, venlo).people
    assert world.truth() == []


@LANGUAGES
def test_who_lets_nobody_add_them_is_invited_once_a_person_said_so(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    """One message leaves, to them; a try that may have sent it sends no second one."""
    adds = invitation(world, venlo, tmp_path)
    assert desk.driver.change_group(adds).invited
    (sent,) = world.truth("whatsapp")
    assert "WhatsApp" in sent
    again = Turn(asked=replace(adds.asked, was_tapped=True), folder=tmp_path)
    with pytest.raises(Permanent, match="invited already"):
        desk.driver.change_group(again)
    assert world.truth("whatsapp") == [sent]


def test_a_group_is_left(world: World, desk: Desk, venlo: Group, tmp_path: Path) -> None:
    desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.LEAVE))
    assert chat_of(world, venlo).left


def test_a_group_is_made(world: World, desk: Desk, venlo: Group, tmp_path: Path) -> None:
    """And not a second one after a crash."""
    new = Group(jid="new:1", name="Ploeg Oost")
    people = [GroupPerson(name="Anna", number=ANNA), GroupPerson(name="Bea", number=BEA)]
    makes = turn(tmp_path, new, GroupChangeKind.CREATE, name="Ploeg Oost", people=people)
    desk.driver.change_group(makes)
    made = world.handset.whatsapp.account.chats[group_jid("Ploeg Oost")]
    assert set(made.people) == {ANNA, BEA}
    again = Turn(asked=replace(makes.asked, was_tapped=True), folder=tmp_path)
    assert desk.driver.change_group(again).name == "Ploeg Oost"
    assert again.entered == 0


@pytest.mark.parametrize("kind", [GroupChangeKind.LEAVE, GroupChangeKind.LOCK])
def test_a_question_that_a_person_put_away_changed_nothing(
    world: World, desk: Desk, venlo: Group, tmp_path: Path, kind: GroupChangeKind
) -> None:
    """It is gone from the screen all the same; only the chat says what became of it."""
    back = world.handset.whatsapp.room.back
    with pytest.raises(Transient):
        desk.driver.change_group(disturbed(world, turn(tmp_path, venlo, kind), back))
    assert not chat_of(world, venlo).left
    assert not chat_of(world, venlo).locked


def test_an_invitation_that_shows_no_more_has_not_left_for_that(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    """Somebody went to the home screen."""
    adds = invitation(world, venlo, tmp_path)
    invites = disturbed(world, adds, lambda: None)

    def at_the_invitation(do: Callable[[], object]) -> Callable[[], object]:
        return lambda: do() if world.handset.whatsapp.room.page == "invite" else None

    def goes_home() -> None:
        world.on_loop(lambda: world.handset.bring(world.handset.launcher))

    invites.loses_tap = at_the_invitation(invites.loses_tap)
    invites.person = at_the_invitation(goes_home)
    with pytest.raises(Transient, match="invitation"):
        desk.driver.change_group(invites)
    assert world.truth() == []


def test_an_old_row_is_no_proof_of_a_new_picture(
    world: World, desk: Desk, venlo: Group, tmp_path: Path, logo: OutgoingFile
) -> None:
    """A message above the picture of before was edited, so the chat is another one."""
    account, chat = world.handset.whatsapp.account, chat_of(world, venlo)
    told = group_phrases("nl").own_icon_changed
    world.on_loop(lambda: account.say(chat, told, at_ms=world.clock.now_ms()))
    said = world.write(BEA, "Mooi", group=VENLO)
    changes = turn(tmp_path, venlo, GroupChangeKind.PICTURE, picture=logo)
    again = disturbed(world, changes, world.handset.whatsapp.room.back)
    put_away = again.person

    def edits() -> None:
        world.change(said, "edited", "Prachtig")
        put_away()

    again.person = edits
    with pytest.raises(Transient, match="does not say"):
        desk.driver.change_group(again)


def test_what_is_so_already_is_not_changed_again(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    """A try that was cut off is taken again; the chat says nothing new about it."""
    for kind in (GroupChangeKind.LOCK, GroupChangeKind.LEAVE):
        first, again = turn(tmp_path, venlo, kind), turn(tmp_path, venlo, kind)
        desk.driver.change_group(first)
        assert desk.driver.change_group(again).name == VENLO
        assert (first.entered, again.entered) == (1, 0)
    assert chat_of(world, venlo).locked
    assert chat_of(world, venlo).left


def test_a_group_is_left_although_the_chat_says_so_late(
    world: World, desk: Desk, venlo: Group, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One try sees no row; the next one does, and taps nothing."""
    with monkeypatch.context() as late:
        late.setattr(Account, "say", lambda *_, **__: None)
        with pytest.raises(Transient, match="did not leave"):
            desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.LEAVE))
    room, chat = world.handset.whatsapp.room, chat_of(world, venlo)
    left = group_phrases("nl").left.format(by=room.you)
    world.on_loop(lambda: room.account.say(chat, left, at_ms=world.clock.now_ms()))
    again = turn(tmp_path, venlo, GroupChangeKind.LEAVE)
    desk.driver.change_group(again)
    assert again.entered == 0


def test_a_lock_is_seen_where_an_old_row_is_pushed_off_the_screen(
    world: World, desk: Desk, venlo: Group, tmp_path: Path
) -> None:
    """It was locked before, and opened by somebody; the page does not say how it is set."""
    room, chat = world.handset.whatsapp.room, chat_of(world, venlo)
    told = group_phrases("nl").only_admins.format(by=room.you)
    world.on_loop(lambda: room.account.say(chat, told, at_ms=world.clock.now_ms()))
    for place in range(20):
        world.write(BEA, f"bericht {place}", group=VENLO)
    world.on_loop(lambda: setattr(room, "shows_setting", False))
    desk.driver.receive()
    desk.driver.change_group(turn(tmp_path, venlo, GroupChangeKind.LOCK))
    assert chat.locked
