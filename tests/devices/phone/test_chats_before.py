"""Chats that the phone had before Balie came, as its driver reads them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from appliance.devices.adoption_protocol import ChatToRead, GaveWay, KnownMessage, ReadChat
from appliance.emulated.phone.commands import content
from appliance.emulated.phone.whatsapp.media import Medium, MediumKind
from appliance.emulated.world.numbers import jid_of
from appliance.errors import DeviceError, Transient
from tests.devices.phone.chat_past import OURS, THEIRS, ZONE, at, had
from tests.devices.phone.conftest import OLDER_DUTCH, RECENT_ENGLISH
from tests.devices.phone.driver_kit import ANNA, BEA, Desk

GENERATIONS = pytest.mark.parametrize(
    "spec", [OLDER_DUTCH, RECENT_ENGLISH], indirect=True, ids=["older-nl", "recent-en"]
)
CARO = "+31687654323"
LID = "9876543210@lid"


def always() -> bool:
    return True


def read(desk: Desk, name: str, known: Sequence[KnownMessage] = ()) -> ReadChat:
    listed = {each.name: each for each in desk.driver.list_chats(always, most=100)}
    wanted = ChatToRead(name=name, day=listed[name].day, known=lambda _: known, goes_on=always)
    return desk.driver.read_chat(wanted)


@GENERATIONS
def test_the_list_tells_each_chat_with_its_day(desk: Desk) -> None:
    """Numbers, names and groups; of two with one name it says so. Nothing is opened."""
    had(desk.world, ANNA, [(THEIRS, "Hoi")], from_ms=desk.world.clock.now_ms(), name="Anna")
    had(desk.world, BEA, [(THEIRS, "Hoi")], from_ms=at(desk.world, 1, "10:00"))
    had(desk.world, CARO, [(OURS, "Dag")], from_ms=at(desk.world, 9, "10:00"), name="Jan")
    had(desk.world, LID, [(OURS, "Dag")], from_ms=at(desk.world, 12, "10:00"), name="Tom")
    for place in range(9):
        number = f"+3161111000{place}"
        had(desk.world, number, [(OURS, "x")], from_ms=at(desk.world, 20 + place, "10:00"))
    had(desk.world, "+31611110009", [(OURS, "y")], from_ms=at(desk.world, 40, "9:00"), name="Jan")
    listed = desk.driver.list_chats(always, most=100)
    today = datetime.fromtimestamp(desk.world.clock.now_ms() / 1000, ZONE).date()
    assert [each.name for each in listed][:2] == ["Anna", "+31 6 87654322"]
    days = {each.name: each.day and (today - each.day).days for each in listed}
    assert (days["Anna"], days["+31 6 87654322"]) == (0, 1)
    assert {each.name for each in listed if each.alike} == {"Jan"}
    assert len(listed) == 13
    assert desk.world.handset.front is desk.world.handset.launcher
    assert desk.world.truth() == []


@GENERATIONS
def test_a_chat_is_read_to_its_beginning_with_the_day_of_each_message(desk: Desk) -> None:
    """Also the text of an emoji, which a dump loses; what is not a message is left out."""
    had(
        desk.world,
        ANNA,
        [(own, f"{place} 💪") for place, own in enumerate([THEIRS, OURS] * 8)],
        from_ms=at(desk.world, 12, "10:00"),
        name="Anna 🌸",
    )
    had(desk.world, ANNA, [(THEIRS, "Tot morgen"), (OURS, "Ok")], from_ms=at(desk.world, 1, "9:30"))
    found = read(desk, "Anna ..")
    assert (found.who, found.whole, found.seen) == (ANNA, True, 18)
    today = datetime.fromtimestamp(desk.world.clock.now_ms() / 1000, ZONE).date()
    told = [(r.own, r.text, r.day and (today - r.day).days, r.minute) for r in found.rows]
    assert told[:2] == [(THEIRS, "0 💪", 12, 600), (OURS, "1 💪", 12, 601)]
    assert told[-2:] == [(THEIRS, "Tot morgen", 1, 570), (OURS, "Ok", 1, 571)]
    assert len({row.key for row in found.rows}) == 18
    assert desk.recorder.messages == []
    assert desk.recorder.typed_ones == []
    assert desk.world.truth() == []


def test_a_long_chat_is_read_as_far_as_the_walk_goes(desk: Desk) -> None:
    """Above the first divider that showed, the day is not known, and is not guessed."""
    said = [(THEIRS, f"{place} " + "regel " * 80) for place in range(40)]
    had(desk.world, ANNA, said, from_ms=at(desk.world, 9, "8:00"))
    had(desk.world, ANNA, [(THEIRS, "nu")], from_ms=at(desk.world, 3, "8:00"))
    found = read(desk, "+31 6 87654321")
    assert not found.whole
    assert [row.text[:2] for row in found.rows][-2:] == ["39", "nu"]
    assert 10 < found.seen < 40
    assert {row.day for row in found.rows[:-1]} == {None}
    assert found.rows[-1].day is not None


def test_what_balie_has_of_the_chat_is_not_told_again(desk: Desk) -> None:
    """By text, day and minute; each message stands for one row."""
    had(desk.world, ANNA, [(THEIRS, "ok"), (THEIRS, "ok")], from_ms=at(desk.world, 2, "9:00"))
    day = datetime.fromtimestamp(at(desk.world, 2, "9:00") / 1000, ZONE).date()
    known = [KnownMessage(own=False, text="ok", day=day, minute=541)]
    found = read(desk, "+31 6 87654321", known)
    assert [(row.text, row.minute) for row in found.rows] == [("ok", 540)]
    assert found.seen == 2


def test_a_medium_is_told_by_its_sign(desk: Desk) -> None:
    photo = Medium(kind=MediumKind.PHOTO)
    had(desk.world, ANNA, [(THEIRS, "CV")], from_ms=at(desk.world, 2, "9:00"), medium=photo)
    (row,) = read(desk, "+31 6 87654321").rows
    assert row.text == "📷 CV"
    assert row.media


def test_whose_a_name_is_is_not_guessed(desk: Desk) -> None:
    """Somebody who hides their number and is not known yet, and a name that two numbers have."""
    had(desk.world, LID, [(THEIRS, "Hoi")], from_ms=at(desk.world, 2, "9:00"), name="Tom")
    had(desk.world, ANNA, [(THEIRS, "Hoi")], from_ms=at(desk.world, 3, "9:00"), name="Jan")
    desk.world.on_loop(lambda: desk.world.handset.contacts.update({BEA: "Jan"}))
    assert read(desk, "~Tom").who is None
    assert read(desk, "Jan").who is None
    assert desk.world.traffic.taps == 0


def test_who_hides_their_number_is_known_by_what_they_wrote_to_balie(desk: Desk) -> None:
    had(desk.world, LID, [(THEIRS, "Hoi"), (OURS, "Dag")], from_ms=at(desk.world, 2, "9:00"))
    desk.world.inject(kind="person", number=ANNA, lid=LID)
    desk.world.write(ANNA, "Ik heb weer tijd", name="Tom", saved=False)
    desk.driver.receive()
    day = datetime.fromtimestamp(desk.world.clock.now_ms() / 1000, ZONE)
    minute = day.hour * 60 + day.minute
    came = KnownMessage(own=False, text="Ik heb weer tijd", day=day.date(), minute=minute)
    found = read(desk, "~Tom", [came])
    assert (found.who, [row.text for row in found.rows]) == (LID, ["Hoi", "Dag"])
    assert desk.recorder.texts(LID) == ["Ik heb weer tijd"]


@pytest.mark.parametrize("reads", [True, False], ids=["walk", "send"])
def test_a_message_of_days_ago_is_no_news_at_the_same_time_of_day(
    desk: Desk, *, reads: bool
) -> None:
    """Its divider says of which day it is."""
    days_ms = 5 * 24 * 3_600_000
    had(desk.world, ANNA, [(THEIRS, "Oud")], from_ms=desk.world.clock.now_ms() - days_ms)
    if reads:
        assert [row.text for row in read(desk, "+31 6 87654321").rows] == ["Oud"]
    else:
        desk.send("Dag")
    assert desk.recorder.messages == []


def test_a_message_that_comes_during_the_reading_is_told_as_any(desk: Desk) -> None:
    had(desk.world, ANNA, [(THEIRS, "Hoi")] * 40, from_ms=at(desk.world, 2, "9:00"))
    came: list[str] = []

    def goes_on() -> bool:
        if not came:
            came.append(desk.world.write(ANNA, "Nieuw!"))
        return True

    wanted = ChatToRead(name="+31 6 87654321", day=None, known=lambda _: (), goes_on=goes_on)
    desk.driver.read_chat(wanted)
    assert desk.recorder.texts(ANNA) == ["Nieuw!"]


def test_the_reading_gives_way_to_a_message_that_is_due(desk: Desk) -> None:
    """The chat is left, and nothing is told of it."""
    had(desk.world, ANNA, [(THEIRS, "Hoi")] * 40, from_ms=at(desk.world, 2, "9:00"))
    wanted = ChatToRead(name="+31 6 87654321", day=None, known=lambda _: (), goes_on=lambda: False)
    with pytest.raises(GaveWay):
        desk.driver.read_chat(wanted)
    assert desk.world.handset.front is desk.world.handset.launcher


def test_a_name_that_no_phone_book_has_is_told_by_the_info_of_its_chat(desk: Desk) -> None:
    """Its number stands there; a chat in which something is unread is not opened for that."""
    had(desk.world, ANNA, [(THEIRS, "Hoi"), (OURS, "Dag")], from_ms=at(desk.world, 2, "9:00"))
    had(desk.world, BEA, [(THEIRS, "Hallo")], from_ms=at(desk.world, 3, "9:00")).unread = 1
    account = desk.world.handset.whatsapp.account
    desk.world.on_loop(lambda: setattr(account, "contacts", {ANNA: "Anna", BEA: "Bea"}))
    found = read(desk, "Anna")
    assert (found.who, [row.text for row in found.rows]) == (ANNA, ["Hoi", "Dag"])
    with pytest.raises(Transient):
        read(desk, "Bea")
    assert account.chats[jid_of(BEA)].unread == 1
    assert desk.world.truth() == []


def meanwhile(desk: Desk, acts: dict[str, Callable[[], None]]) -> None:
    """What happens on the phone, once, right after Balie tapped something of that name."""
    whatsapp = desk.world.handset.whatsapp
    perform = whatsapp.perform

    def performed(action: str) -> None:
        perform(action)
        acts.pop(action.partition(":")[0], lambda: None)()

    desk.world.on_loop(lambda: setattr(whatsapp, "perform", performed))


def test_what_comes_while_nobody_knows_whose_chat_it_is_is_told_later(desk: Desk) -> None:
    """The chat is open and so read; at the next try it is told as theirs."""
    world, handset = desk.world, desk.world.handset
    chat = had(world, ANNA, [(THEIRS, "Hoi"), (OURS, "Dag")], from_ms=at(world, 2, "9:00"))
    account = handset.whatsapp.account
    world.on_loop(lambda: setattr(account, "contacts", {ANNA: "Anna"}))

    def writes() -> None:
        now_ms = world.clock.now_ms()
        account.add(chat, letter_id="", text="STOP", at_ms=now_ms, sender=ANNA)

    def goes_home() -> None:
        handset.whatsapp.back()
        handset.bring(handset.launcher)

    acts = {"open-chat": writes, "contact-info": goes_home}
    meanwhile(desk, acts)
    with pytest.raises(Transient):
        read(desk, "Anna")
    assert (acts, desk.recorder.messages) == ({}, [])
    assert read(desk, "Anna").who == ANNA
    desk.driver.receive()
    assert [(each.sender, each.text) for each in desk.recorder.messages] == [(ANNA, "STOP")]


def test_what_comes_in_a_chat_of_nobody_knows_whom_is_left_to_a_person(desk: Desk) -> None:
    """Its info page shows no number. It is never told as that of nobody."""
    world, whatsapp = desk.world, desk.world.handset.whatsapp
    chat = had(world, ANNA, [(THEIRS, "Hoi"), (OURS, "Dag")], from_ms=at(world, 2, "9:00"))
    account = whatsapp.account
    world.on_loop(lambda: setattr(account, "contacts", {ANNA: "Anna"}))

    def writes() -> None:
        now_ms = world.clock.now_ms()
        account.add(chat, letter_id="", text="STOP", at_ms=now_ms, sender=ANNA)
        whatsapp.back()

    meanwhile(desk, {"contact-info": writes})
    found = read(desk, "Anna")
    assert (found.who, found.came) == (None, 1)
    desk.driver.receive()
    assert (desk.recorder.messages, desk.recorder.typed_ones) == ([], [])


@pytest.mark.parametrize("spec", [replace(RECENT_ENGLISH, keeps_archived=True)], indirect=True)
def test_the_search_for_a_chat_gives_way_to_a_message_that_is_due(desk: Desk) -> None:
    """In the list and in the archive, for the list and for one chat."""
    world, asked = desk.world, list[str]()
    for place in range(20):
        had(world, f"+316111100{place:02}", [(OURS, "x")], from_ms=at(world, 2 + place, "10:00"))
    world.inject(kind="archive", jid=jid_of("+31611110019"))

    def goes_on() -> bool:
        asked.append(world.handset.whatsapp.activity())
        return len(asked) < turns

    wanted = ChatToRead(name="Anna", day=None, known=lambda _: (), goes_on=goes_on)
    turns = 1
    with pytest.raises(GaveWay):
        desk.driver.read_chat(wanted)
    assert len(asked) == 1
    turns = 99
    with pytest.raises(Transient, match="does not show the chat"):
        desk.driver.read_chat(wanted)
    assert len({*asked}) == 2
    asked.clear()
    turns = 1
    with pytest.raises(GaveWay):
        desk.driver.list_chats(goes_on, most=100)
    assert len(asked) == 1


def test_a_number_in_their_own_words_does_not_say_whose_chat_it_is(desk: Desk) -> None:
    """Its link leads to somebody else's chat, which is read for that, so its news is told."""
    world, account = desk.world, desk.world.handset.whatsapp.account
    had(world, LID, [(THEIRS, "Hoi"), (OURS, "Dag")], from_ms=at(world, 2, "9:00"))
    had(world, BEA, [(THEIRS, "Hallo")], from_ms=at(world, 3, "9:00"))
    world.on_loop(lambda: account.contacts.update({LID: "Tom"}))
    world.on_loop(lambda: account.abouts.update({LID: "+31 6 87654322"}))
    account_chat = account.chats[jid_of(BEA)]

    def writes() -> None:
        now_ms = world.clock.now_ms()
        account.add(account_chat, letter_id="", text="STOP", at_ms=now_ms, sender=BEA)
        account_chat.unread = 1

    meanwhile(desk, {"contact-info": writes})
    assert read(desk, "Tom").who is None
    desk.driver.receive()
    assert [(each.sender, each.text) for each in desk.recorder.messages] == [(BEA, "STOP")]


def test_a_phone_book_that_cannot_be_read_says_nothing_of_who_is_not_in_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two may have the name there: the chat is not opened, and asked for again later."""
    world = desk.world
    had(world, ANNA, [(THEIRS, "Hoi")], from_ms=at(world, 2, "9:00"), name="Jan")
    monkeypatch.delitem(content._TABLES, "content://com.android.contacts/data/phones")
    with pytest.raises(DeviceError):
        read(desk, "Jan")
    assert world.traffic.taps == 0
