"""Messages that change after they came, and notifications beside them, on an emulated phone."""

import pytest

from appliance.channels import Channel
from appliance.devices.protocol import TextForm, TickVisit
from tests.devices.phone.conftest import OLDER_DUTCH, RECENT_ENGLISH
from tests.devices.phone.driver_kit import ANNA, BEA, Desk

GENERATIONS = pytest.mark.parametrize(
    "spec", [OLDER_DUTCH, RECENT_ENGLISH], indirect=True, ids=["older-nl", "recent-en"]
)


@GENERATIONS
def test_a_message_that_is_posted_again_with_another_text_is_the_same(desk: Desk) -> None:
    """It waits for its words, gets them, is edited and is deleted."""
    first = desk.world.write(ANNA, "Ik kom om 8", waiting=True)
    desk.driver.receive()
    assert [message.form for message in desk.recorder.messages] == [TextForm.WAITING]
    for to, text in (("words", "Ik kom om 8"), ("edited", "Ik kom om 9"), ("deleted", "")):
        desk.world.change(first, to, text)
        desk.driver.receive()
        desk.driver.receive()
    assert desk.recorder.texts() == ["Ik kom om 9"]
    assert [change.form for change in desk.recorder.changes] == [
        *(TextForm.WORDS, TextForm.WORDS, TextForm.DELETED)
    ]


def test_two_messages_of_one_millisecond_are_two(desk: Desk) -> None:
    """This holds even if one of them changes later."""
    now_ms = desk.world.clock.now_ms()
    ids = [desk.world.write(ANNA, text, at_ms=now_ms) for text in ("ja", "ja", "nee")]
    desk.driver.receive()
    assert desk.recorder.texts() == ["ja", "ja", "nee"]
    desk.world.change(ids[1], "edited", "ja hoor")
    desk.driver.receive()
    assert desk.recorder.texts() == ["ja", "ja hoor", "nee"]


@GENERATIONS
@pytest.mark.parametrize("waiting", [True, False], ids=["waited-for", "edited"])
def test_words_that_change_before_the_chat_is_opened_are_the_same_message(
    desk: Desk, waiting: bool
) -> None:
    """A notification reported it and was swiped away; the chat shows its later state."""
    first = desk.world.write(ANNA, "eerst", waiting=waiting)
    desk.driver.receive()
    desk.world.inject(kind="dismiss")
    desk.world.change(first, "words" if waiting else "edited", "daarna")
    desk.world.inject(kind="dismiss")
    desk.send("Dag")
    assert desk.recorder.texts() == ["daarna"]


@GENERATIONS
def test_a_deletion_that_only_the_chat_shows_is_of_the_message_told(desk: Desk) -> None:
    first = desk.world.write(ANNA, "Mijn adres")
    desk.driver.receive()
    desk.world.change(first, "deleted")
    desk.world.inject(kind="dismiss")
    desk.send("Dag")
    assert desk.recorder.texts() == ["Mijn adres"]
    assert [change.form for change in desk.recorder.changes] == [TextForm.DELETED]


def test_an_edit_in_the_open_chat_is_the_same_message(desk: Desk) -> None:
    """Both versions showed on the screen, one after the other."""
    attempt = desk.attempt("Dag")
    ids: list[str] = []
    attempt.before_tap = lambda: ids.append(desk.world.write(ANNA, "om 8"))
    attempt.after_tap = lambda: desk.world.change(ids[0], "edited", "om 9")
    desk.driver.send(attempt)
    assert desk.recorder.texts() == ["om 9"]


def test_an_unchanged_neighbour_is_not_what_was_edited(desk: Desk) -> None:
    """Of the messages of one minute, the one whose words are gone was edited."""
    desk.world.write(ANNA, "blijft")
    second = desk.world.write(ANNA, "om 8")
    desk.world.write(ANNA, "blijft ook")
    desk.driver.receive()
    desk.world.change(second, "edited", "om 9")
    desk.world.inject(kind="dismiss")
    desk.send("Dag")
    assert desk.recorder.texts() == ["blijft", "om 9", "blijft ook"]


@GENERATIONS
def test_a_reaction_is_no_message(desk: Desk) -> None:
    desk.send("Kun je morgen?")
    desk.world.inject(kind="reaction", text="Kun je morgen?", **{"from": ANNA})
    desk.driver.receive()
    desk.world.write(ANNA, "Ja")
    desk.driver.receive()
    assert desk.recorder.texts() == ["Ja"]


@GENERATIONS
def test_a_reaction_is_told_once_with_what_it_is_about(desk: Desk) -> None:
    """The notification goes on standing, and is read again when a chat is opened."""
    desk.send("Kun je morgen?")
    desk.world.inject(kind="reaction", text="Kun je morgen?", emoji="👷🏽‍♀️", **{"from": ANNA})
    desk.driver.receive()
    desk.driver.receive()
    desk.send("Dag")
    (reaction,) = desk.recorder.reactions
    assert (reaction.sender, reaction.emoji) == (ANNA, "👷🏽‍♀️")
    assert reaction.quoted == "Kun je morgen?"


@GENERATIONS
@pytest.mark.parametrize("named", [True, False], ids=["with-a-chat", "without"])
def test_what_whatsapp_says_of_itself_is_no_message(desk: Desk, named: bool) -> None:
    """Checking, sending, a backup, a possible new message, a failed message."""
    about = {"from": ANNA} if named else {}
    for what in ("checking", "sending-media", "backup", "may-have-new", "not-sent"):
        desk.world.inject(kind="notice", what=what, **about)
    desk.driver.receive()
    assert (desk.recorder.messages, desk.recorder.calls) == ([], [])


@GENERATIONS
def test_a_missed_call_over_whatsapp_is_a_call_and_told_once(desk: Desk) -> None:
    """It is not reported while it rings; its number is that of the chat."""
    desk.world.inject(kind="whatsapp-call", ringing=True, **{"from": ANNA})
    desk.driver.receive()
    assert desk.recorder.calls == []
    desk.world.inject(kind="whatsapp-call", name="Anna", **{"from": ANNA})
    for _ in range(2):
        desk.driver.receive()
    assert [call.number for call in desk.recorder.calls] == [ANNA]
    assert desk.recorder.messages == []


def test_a_missed_call_keeps_no_tick_from_being_read(desk: Desk) -> None:
    """Nothing unread is in the chat, so it may be opened."""
    attempt = desk.attempt("Dag")
    desk.driver.send(attempt)
    desk.world.inject(kind="whatsapp-call", **{"from": ANNA})
    visit = TickVisit(channel=Channel.WHATSAPP, number=ANNA, sent=[attempt.outgoing])
    assert desk.driver.visit(visit).by_message


def test_words_that_a_notification_brings_belong_to_what_the_chat_showed(desk: Desk) -> None:
    """The open chat showed the awaited message; the next message of that minute is another."""
    attempt = desk.attempt("Dag")
    now_ms = desk.world.clock.now_ms()
    attempt.after_tap = lambda: desk.world.write(ANNA, "x", waiting=True, at_ms=now_ms)
    desk.driver.send(attempt)
    desk.world.write(ANNA, "de woorden", at_ms=now_ms)
    desk.world.write(ANNA, "en meer", at_ms=now_ms)
    desk.driver.receive()
    assert desk.recorder.texts() == ["de woorden", "en meer"]
    assert [change.text for change in desk.recorder.changes] == ["de woorden"]


def test_a_missed_call_without_a_chat_is_known_by_the_number_it_shows(desk: Desk) -> None:
    desk.world.inject(kind="whatsapp-call", shortcut=False, **{"from": BEA})
    desk.driver.receive()
    assert [call.number for call in desk.recorder.calls] == [BEA]


@pytest.mark.parametrize(
    "jid", ["status@broadcast", "120363144038483540@newsletter", "31612345678-1@broadcast"]
)
def test_broadcasts_are_no_conversations(desk: Desk, jid: str) -> None:
    desk.world.write(ANNA, "Kijk mijn status", jid=jid)
    desk.driver.receive()
    desk.send("Dag")
    assert desk.recorder.messages == []


@GENERATIONS
def test_what_an_answer_quotes_is_told_when_its_chat_is_open(desk: Desk) -> None:
    """Of an answer that a notification told, and of one that only the chat shows. The quoted words
    are no part of it.
    """
    desk.send("Kun je morgen?")
    desk.world.write(ANNA, "Ja hoor", quotes="Kun je morgen?")
    desk.driver.receive()
    desk.world.write(ANNA, "Of toch niet", quotes="Kun je morgen?")
    desk.world.inject(kind="dismiss")
    desk.send("Goed")
    assert desk.recorder.texts() == ["Ja hoor", "Of toch niet"]
    keys = [message.key for message in desk.recorder.messages]
    told = {each.key: (each.sender, each.quoted) for each in desk.recorder.quotings}
    assert told == dict.fromkeys(keys, (ANNA, "Kun je morgen?"))
