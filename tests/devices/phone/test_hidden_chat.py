"""People whose number WhatsApp hides, at an emulated phone: the truth log says who got what."""

from typing import Any

import pytest

from appliance.channels import Channel
from appliance.devices.protocol import Finding, Tick, TickVisit
from appliance.errors import Permanent, Transient
from tests.devices.phone.conftest import OLDER_DUTCH, RECENT_ENGLISH
from tests.devices.phone.driver_kit import ANNA, BEA, Desk

GENERATIONS = pytest.mark.parametrize(
    "spec", [OLDER_DUTCH, RECENT_ENGLISH], indirect=True, ids=["older-nl", "recent-en"]
)
LID = "9876543210@lid"
OTHER = "1234509876@lid"


def hides(desk: Desk, number: str, lid: str) -> None:
    desk.world.inject(kind="person", number=number, lid=lid)


def writes(desk: Desk, text: str, *, number: str = ANNA, name: str = "Anna") -> None:
    desk.world.write(number, text, name=name, saved=False)
    desk.driver.receive()


@pytest.fixture
def anna(desk: Desk) -> Desk:
    """She hides her number, and has written."""
    hides(desk, ANNA, LID)
    writes(desk, "Hoi, is er werk?")
    return desk


def sent(desk: Desk) -> list[tuple[str, str]]:
    """To whom the network really took what."""
    found = desk.world.emulator.truth.items()
    return [(each.to, each.text) for each in found]


def fails(desk: Desk, text: str = "Dag") -> Transient:
    with pytest.raises(Transient) as caught:
        desk.send(text, to=LID)
    return caught.value


def chat_of(desk: Desk, jid: str) -> Any:
    return desk.world.handset.whatsapp.account.chats[jid]


@GENERATIONS
def test_who_hides_their_number_is_answered(anna: Desk) -> None:
    """Heard under their jid, found in the list of chats, and the chat proven by what they wrote."""
    (message,) = anna.recorder.messages
    assert (message.sender, message.sender_name) == (LID, "Anna")
    proof = anna.send("Dag Anna", to=LID)
    assert proof.tick in {Tick.SENT, Tick.DELIVERED, Tick.READ}
    assert sent(anna) == [(LID, "Dag Anna")]
    assert anna.world.handset.front is anna.world.handset.launcher


def test_an_sms_never_goes_to_a_jid(anna: Desk) -> None:
    """Its digits are no number."""
    with pytest.raises(Permanent):
        anna.send("Dag", to=LID, channel=Channel.SMS)
    assert anna.world.truth() == []


def test_the_chat_is_found_below_others_and_again_after_an_answer(anna: Desk) -> None:
    for place in range(12):
        anna.world.write(f"+3161111{place:04}", "Ik ook", name=f"Persoon {place}")
    anna.send("een", to=LID)
    anna.send("twee", to=LID)
    assert sent(anna) == [(LID, "een"), (LID, "twee")]


def test_their_words_may_be_further_up_than_the_screen(anna: Desk) -> None:
    """What the line wrote to them since fills it, and is proof as well."""
    for place in range(3):
        anna.send(f"{place} " + "regel\n" * 30, to=LID)
    assert len(sent(anna)) == 3


def test_a_new_name_is_the_name_from_then_on(anna: Desk) -> None:
    """It is the same account; who took a new name and did not write with it is not found."""
    writes(anna, "Ik ben getrouwd", name="Anna Bakker")
    anna.send("Gefeliciteerd", to=LID)
    assert sent(anna) == [(LID, "Gefeliciteerd")]
    account = anna.world.handset.whatsapp.account
    anna.world.on_loop(lambda: account.push_names.update({LID: "Iemand anders"}))
    assert fails(anna).evidence["seen"] == "not in the list"


def test_of_two_chats_that_look_alike_none_is_opened(desk: Desk) -> None:
    """The same name as a dump shows it, the same words, the same minute: a person is asked."""
    for number, lid, name in ((ANNA, LID, "Anna 🌸"), (BEA, OTHER, "Anna 🌻")):
        hides(desk, number, lid)
        writes(desk, "Hoi", number=number, name=name)
    assert fails(desk).evidence["seen"] == "chats alike"
    assert desk.world.truth() == []
    assert desk.world.traffic.taps == 0
    assert (chat_of(desk, LID).unread, chat_of(desk, OTHER).unread) == (1, 1)


def test_of_two_with_one_name_the_words_tell_which(desk: Desk) -> None:
    hides(desk, ANNA, LID)
    hides(desk, BEA, OTHER)
    writes(desk, "Ik kan maandag 💪")
    writes(desk, "Ik kan dinsdag", number=BEA)
    desk.send("Tot maandag", to=LID)
    desk.send("Tot dinsdag", to=OTHER)
    assert sent(desk) == [(LID, "Tot maandag"), (OTHER, "Tot dinsdag")]


def test_a_list_that_moves_before_the_tap_leads_to_nobody_else(desk: Desk) -> None:
    """The chat of a namesake opens: its rows are other words, so nothing is typed into it."""
    hides(desk, ANNA, LID)
    hides(desk, BEA, OTHER)
    writes(desk, "Ik kan maandag")
    writes(desk, "Ik kan dinsdag", number=BEA)
    desk.world.fault("list-moved")
    desk.send("Tot maandag", to=LID)
    assert chat_of(desk, OTHER).draft == ""
    assert sent(desk) == [(LID, "Tot maandag")]


@pytest.mark.parametrize("fault", ["renamed", "chat-switched"])
def test_what_changes_while_it_is_typed_stops_it(anna: Desk, fault: str) -> None:
    """Another name above the chat, or another chat: no tap, and the text is taken out again."""
    anna.world.write(BEA, "Hallo", name="Bea")
    anna.driver.receive()
    taps = anna.world.handset.tapped
    anna.world.fault(fault)
    fails(anna)
    assert "send" not in taps
    chats = anna.world.handset.whatsapp.account.chats.values()
    assert [chat.draft for chat in chats] == ["", ""]
    assert anna.world.truth() == []


def test_a_chat_that_a_colleague_has_opened_is_left_first(anna: Desk) -> None:
    anna.world.write(BEA, "Hallo", name="Bea")
    anna.driver.receive()
    handset = anna.world.handset
    bea = next(jid for jid in handset.whatsapp.account.chats if jid != LID)

    def open_bea() -> None:
        handset.wake()
        handset.bring(handset.whatsapp)
        handset.whatsapp.open_chat(handset.whatsapp.account.chats[bea])

    anna.world.on_loop(open_bea)
    anna.send("Dag Anna", to=LID)
    assert sent(anna) == [(LID, "Dag Anna")]


def test_an_archived_chat_is_opened_from_its_notification(anna: Desk) -> None:
    """The list does not show it. Without a notification it is not found, and nothing leaves."""
    anna.world.inject(kind="archive", jid=LID)
    anna.send("Dag Anna", to=LID)
    assert sent(anna) == [(LID, "Dag Anna")]
    assert fails(anna, "Nog iets").evidence["seen"] == "not in the list"
    assert not anna.world.handset.shade_open
    assert anna.world.truth() == ["Dag Anna"]


def test_who_shows_no_name_is_not_looked_for(desk: Desk) -> None:
    hides(desk, ANNA, LID)
    writes(desk, "Hoi", name="")
    fails(desk)
    assert desk.world.traffic.shell_commands["am"] == 0


def test_a_doubt_is_settled_in_the_chat_found_again(anna: Desk) -> None:
    """Left before the answer of the phone was lost, or not at all: the rows say which."""
    attempt = anna.attempt("Dag Anna", to=LID)
    attempt.before_tap = lambda: anna.world.fault("never-answers", method="click")
    outcomes = anna.carry(attempt)
    assert outcomes in (["unconfirmed", "present"], ["sent"])
    assert sent(anna) == [(LID, "Dag Anna")]
    quiet = anna.attempt("Nog iets", to=LID)
    quiet.noted = attempt.noted
    assert anna.driver.look(quiet.as_look()).finding is not Finding.PRESENT


def test_a_spoilt_tap_on_the_row_sends_nothing_twice(anna: Desk) -> None:
    """It opens a chat at most; the attempt begins again."""
    anna.world.fault("http-500-after-acting", method="click")
    outcomes = anna.carry(anna.attempt("Dag Anna", to=LID))
    assert outcomes[-1] == "sent"
    assert sent(anna) == [(LID, "Dag Anna")]


def test_ticks_are_read_in_the_chat_found_again(anna: Desk) -> None:
    attempt = anna.attempt("Dag Anna", to=LID)
    anna.driver.send(attempt)
    chat = chat_of(anna, LID)
    anna.world.on_loop(lambda: chat.messages[-1].reach(3))
    visit = TickVisit(channel=Channel.WHATSAPP, number=LID, sent=[attempt.outgoing])
    assert anna.driver.visit(visit).by_message == {"message-1": Tick.READ}


def test_what_they_write_while_their_chat_is_open_is_told(anna: Desk) -> None:
    attempt = anna.attempt("Dag Anna", to=LID)
    attempt.before_tap = lambda: anna.world.write(ANNA, "Nog een vraag", name="Anna", saved=False)
    anna.driver.send(attempt)
    assert anna.recorder.texts(LID) == ["Hoi, is er werk?", "Nog een vraag"]
