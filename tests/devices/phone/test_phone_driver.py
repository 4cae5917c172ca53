"""The phone driver at an emulated phone, through the real adb server and unmodified libraries."""

import pytest

from appliance.channels import Channel
from appliance.devices.protocol import DeviceState, Finding, Proof, Tick, TickVisit
from appliance.errors import NotOnChannel, Refused, SimMissing, Transient
from appliance.reasons import Reason
from tests.devices.phone.conftest import OLDER_DUTCH, RECENT_ENGLISH
from tests.devices.phone.driver_kit import ANNA, BEA, OWN, Desk

GENERATIONS = pytest.mark.parametrize(
    "spec", [OLDER_DUTCH, RECENT_ENGLISH], indirect=True, ids=["older-nl", "recent-en"]
)
AWKWARD = [
    "Kan ik morgen 👷🏽‍♀️ werken? 🙏🏼",
    "Hoi\n\nik kan niet\nmaandag\ndinsdag\n\ngroet",
    "50% korting & \"gratis\" <b>koffie</b> $(reboot) `id` 'ja' %0A; rm -rf /",
    "أحمد \u202eomgekeerd\u202c",
    "één keer e\u0301e\u0301n",
    "&#10; &amp; ]]> <?xml version='1.0'?>",
    "Tot dan, time=123}",
    "*Vet* _schuin_ ~door~",
    "Bericht",
    "+31 6 12345678",
]


# Sending WhatsApp


@GENERATIONS
def test_a_text_leaves_once_and_is_proven(desk: Desk) -> None:
    """Both generations of WhatsApp, in Dutch and in English."""
    desk.world.write(ANNA, "Hoi")
    proof = desk.send("Dag Anna")
    assert proof.tick in {Tick.SENT, Tick.DELIVERED, Tick.READ}
    assert desk.world.truth() == ["Dag Anna"]


def test_texts_arrive_as_they_were_written(desk: Desk) -> None:
    """Emoji, lines, signs of the shell, of XML and of the dumps, the entry's own hint."""
    for text in AWKWARD:
        desk.send(text)
    assert desk.world.truth() == AWKWARD


@GENERATIONS
def test_a_long_text_is_proven_by_its_beginning(desk: Desk) -> None:
    """WhatsApp cuts it on the screen at its Read more."""
    text = "Beste allemaal, " + "woord " * 660
    desk.world.write(ANNA, "Hoi")
    desk.send(text)
    assert desk.world.truth() == [text]


def test_the_same_text_twice_is_two_messages(desk: Desk) -> None:
    """The second is different from the first though both look alike."""
    for _ in range(3):
        desk.send("ok")
    assert desk.world.truth() == ["ok", "ok", "ok"]


def test_a_saved_contact_is_known_by_its_phone_book_name(desk: Desk) -> None:
    """The title of the chat is then a name; the phone book says which number it is."""
    desk.world.write(ANNA, "Hoi", name="Anna de Vries")
    desk.send("Dag")
    assert desk.world.truth() == ["Dag"]


def test_a_name_that_two_numbers_bear_proves_nothing(desk: Desk) -> None:
    """Nothing is typed into a chat that may be somebody else's."""
    desk.world.write(ANNA, "Hoi", name="Jan")
    desk.world.write(BEA, "Hallo", name="Jan")
    desk.driver.receive()
    with pytest.raises(Transient):
        desk.send("Dag")
    assert desk.world.truth() == []
    assert desk.world.traffic.taps == 0


def test_a_number_without_whatsapp_is_an_answer(desk: Desk) -> None:
    desk.world.inject(kind="person", number=ANNA, whatsapp=False)
    with pytest.raises(NotOnChannel):
        desk.send("Dag")
    assert desk.world.truth() == []


def test_a_reply_takes_at_most_ten_round_trips(desk: Desk) -> None:
    desk.world.write(ANNA, "Hoi", name="Anna")
    desk.driver.receive()
    before = desk.world.traffic.round_trips
    desk.send("Dag Anna")
    assert desk.world.traffic.round_trips - before <= 10


def test_an_sms_takes_at_most_eight_round_trips(desk: Desk) -> None:
    """Two looks at its row included: the network needs a moment."""
    desk.driver.receive()
    before = desk.world.traffic.round_trips
    desk.send("Dag Anna", channel=Channel.SMS)
    assert desk.world.traffic.round_trips - before <= 8


def test_the_phone_is_left_on_its_home_screen(desk: Desk) -> None:
    desk.send("Dag")
    assert desk.world.handset.front is desk.world.handset.launcher


def test_a_shut_gate_lets_nothing_out(desk: Desk) -> None:
    """Refused at the last moment: no tap, and no draft is left in the chat."""
    attempt = desk.attempt("Dag")
    attempt.gate_shut = True
    with pytest.raises(Refused):
        desk.driver.send(attempt)
    assert desk.world.traffic.taps == 0
    chat = next(iter(desk.world.handset.whatsapp.account.chats.values()))
    assert chat.draft == ""


def test_the_baseline_holds_no_text(desk: Desk) -> None:
    """It is recorded before the tap, and holds counts, times and salted marks."""
    desk.world.write(ANNA, "Geheimpje")
    attempt = desk.attempt("Ook geheim")
    desk.driver.send(attempt)
    assert attempt.noted is not None
    assert attempt.noted["equal"] == 0
    assert len(attempt.noted["rows"]) == 1
    assert "eheim" not in str(attempt.noted)


def test_a_sleeping_phone_is_woken(desk: Desk) -> None:
    desk.world.inject(kind="sleep")
    desk.send("Dag")
    assert desk.world.truth() == ["Dag"]


# Receiving


@GENERATIONS
def test_notifications_are_told_once_with_all_their_messages(desk: Desk) -> None:
    desk.world.write(ANNA, "een", name="Anna", saved=False)
    desk.driver.receive()
    desk.world.write(ANNA, "twee", name="Anna", saved=False)
    desk.world.write(BEA, "drie")
    assert desk.driver.receive()
    assert not desk.driver.receive()
    assert desk.recorder.texts(ANNA) == ["een", "twee"]
    assert desk.recorder.texts(BEA) == ["drie"]
    assert desk.recorder.repeated == 0


def test_messages_are_received_as_they_were_written(desk: Desk) -> None:
    """One by one, and as the array that repeats them all."""
    for text in AWKWARD:
        desk.world.write(ANNA, text)
        desk.driver.receive()
    assert desk.recorder.texts() == AWKWARD
    assert desk.recorder.repeated == 0


def test_what_waits_in_the_shade_is_told_before_a_chat_is_opened(desk: Desk) -> None:
    """Opening the chat removes the notification, and no message is lost."""
    desk.world.write(ANNA, "vlak ervoor")
    desk.send("Dag")
    assert desk.recorder.texts(ANNA) == ["vlak ervoor"]
    desk.driver.receive()
    assert desk.recorder.texts(ANNA) == ["vlak ervoor"]


def test_a_group_post_is_kept_apart(desk: Desk) -> None:
    desk.world.write(ANNA, "Wie kan?", name="Anna", group="Team Noord")
    desk.driver.receive()
    (message,) = desk.recorder.messages
    assert message.group is not None
    assert message.group.name == "Team Noord"


def test_an_own_echo_is_no_message(desk: Desk) -> None:
    """Messages that the account wrote from another device stand in the notification, too."""
    desk.world.write(ANNA, "Hoi")
    desk.world.inject(kind="said-elsewhere", to=ANNA, text="Van elders")
    desk.driver.receive()
    assert desk.recorder.texts() == ["Hoi"]


def test_sms_are_told_once_and_the_cursor_moves(desk: Desk) -> None:
    desk.world.write(ANNA, "per sms\nmet regels", "sms")
    assert desk.driver.receive()
    (message,) = desk.recorder.messages
    assert (message.channel, message.sender) == (Channel.SMS, ANNA)
    assert message.text == "per sms\nmet regels"
    places = [at for name, at in desk.recorder.cursors.items() if name.split()[0] == "sms"]
    assert places == [1]
    assert not desk.driver.receive()
    desk.world.write("KPN", "Uw bundel", "sms")
    desk.driver.receive()
    assert desk.recorder.texts("KPN") == ["Uw bundel"]


def test_sms_that_came_while_balie_was_down_are_found_by_the_cursor(desk: Desk) -> None:
    """This includes messages that somebody has read on the phone."""
    desk.world.write(ANNA, "een", "sms")
    desk.driver.receive()
    desk.world.write(ANNA, "twee", "sms")
    desk.world.on_loop(lambda: desk.world.handset.providers.read_thread(1))
    desk.world.inject(kind="dismiss")
    desk.driver._receiver.restart()
    desk.driver.receive()
    assert desk.recorder.texts(ANNA) == ["een", "twee"]


def test_a_missed_call_is_told(desk: Desk) -> None:
    desk.world.write(ANNA, "", "call")
    desk.driver.receive()
    (call,) = desk.recorder.calls
    assert call.number == ANNA


@pytest.mark.parametrize("spec", [OLDER_DUTCH], indirect=True)
def test_a_refused_call_log_hurts_nothing(desk: Desk) -> None:
    """Before Android 13 the shell may not read it."""
    desk.world.write(ANNA, "", "call")
    desk.world.write(ANNA, "Hoi")
    assert desk.driver.receive()
    assert desk.recorder.calls == []


@pytest.mark.parametrize("spec", [OLDER_DUTCH], indirect=True)
def test_without_a_list_the_dialer_tells_of_calls(desk: Desk) -> None:
    """Once each; a caller who is shown by a name that nobody knows has no number."""
    for _ in range(2):
        desk.world.write(ANNA, "", "call")
        desk.driver.receive()
        desk.driver.receive()
    desk.world.write(BEA, "", "call", name="Bea")
    for _ in range(2):
        desk.driver.receive()
    assert [call.number for call in desk.recorder.calls] == [ANNA, ANNA, ""]


# Ticks


def test_a_visit_reads_the_ticks_of_what_was_sent(desk: Desk) -> None:
    desk.world.inject(kind="person", number=ANNA, reads=False, delivered_ms=1)
    attempts = [desk.attempt("een"), desk.attempt("twee"), desk.attempt("een")]
    for attempt in attempts:
        desk.driver.send(attempt)
    desk.world.inject(kind="read", **{"from": ANNA})
    sent = [attempt.outgoing for attempt in attempts]
    visit = TickVisit(channel=Channel.WHATSAPP, number=ANNA, sent=sent)
    ticks = desk.driver.visit(visit).by_message
    assert ticks == {outgoing.message_id: Tick.READ for outgoing in sent}


def test_a_send_reads_the_ticks_of_what_was_sent_before(desk: Desk) -> None:
    """The chat is open anyway, so no visit is needed; an equal text does not confuse the ticks."""
    desk.world.inject(kind="person", number=ANNA, reads=False, delivered_ms=1)
    first = desk.attempt("een")
    desk.driver.send(first)
    desk.world.inject(kind="read", **{"from": ANNA})
    second = desk.attempt("een")
    second.earlier = [first.outgoing]
    assert desk.driver.send(second).earlier == {first.outgoing.message_id: Tick.READ}


def test_a_visit_leaves_a_chat_with_something_unread_alone(desk: Desk) -> None:
    """Opening it would mark it read before a person has seen it."""
    attempt = desk.attempt("een")
    desk.driver.send(attempt)
    desk.world.write(ANNA, "nieuw")
    visit = TickVisit(channel=Channel.WHATSAPP, number=ANNA, sent=[attempt.outgoing])
    assert desk.driver.visit(visit).by_message == {}
    assert desk.recorder.texts() == ["nieuw"]
    (chat,) = desk.world.handset.whatsapp.account.chats.values()
    assert chat.unread == 1


# SMS


@GENERATIONS
def test_an_sms_is_proven_from_the_sent_box(desk: Desk) -> None:
    """The app's old views and its Compose screen."""
    proof = desk.send("Dag per sms", channel=Channel.SMS)
    assert isinstance(proof, Proof)
    assert proof.tick is Tick.SENT
    assert desk.world.truth("sms") == ["Dag per sms"]


def test_sms_arrive_as_they_were_written(desk: Desk) -> None:
    texts = [*AWKWARD, "Sms-bericht", "x" * 400]
    for text in texts:
        desk.send(text, channel=Channel.SMS)
    assert desk.world.truth("sms") == texts


def test_an_sms_without_a_network_is_proven_not_sent(desk: Desk) -> None:
    """The phone's own list shows that it failed."""
    desk.world.inject(kind="radio", on=False)
    attempt = desk.attempt("Dag", channel=Channel.SMS)
    with pytest.raises(Transient):
        desk.driver.send(attempt)
    assert desk.driver.look(attempt.as_look()).finding is Finding.ABSENT
    assert desk.world.truth("sms") == []


def test_an_opted_out_sms_stays(desk: Desk) -> None:
    attempt = desk.attempt("Dag", channel=Channel.SMS)
    attempt.gate_shut = True
    with pytest.raises(Refused):
        desk.driver.send(attempt)
    assert desk.world.truth() == []


# How the phone is


def test_a_ready_phone_tells_its_facts(desk: Desk) -> None:
    status = desk.driver.probe()
    assert status.state is DeviceState.READY
    assert status.channels == {Channel.WHATSAPP, Channel.SMS}
    assert status.facts.as_json()["battery_percent"] == 80
    assert status.facts.as_json()["whatsapp_version"] == "2.25.23.12"
    assert desk.recorder.sim is not None
    assert (desk.recorder.sim.iccid or "").startswith("89")
    assert desk.recorder.sim.number == OWN


def test_another_sim_stops_all_that_the_phone_does(desk: Desk) -> None:
    """Nothing is sent from it and nothing read, until its own SIM is back."""
    own = desk.world.handset.sim
    desk.world.inject(kind="plug-sim", iccid="8931440000000000001")
    status = desk.driver.probe()
    assert (status.state, status.reason) == (DeviceState.DEGRADED, Reason.OTHER_SIM)
    assert status.channels == frozenset()
    with pytest.raises(Transient):
        desk.send("Dag")
    desk.world.write(ANNA, "Hoi")
    assert not desk.driver.receive()
    desk.world.inject(kind="plug-sim", iccid=own.iccid, number=own.number)
    assert desk.driver.probe().state is DeviceState.READY
    desk.driver.receive()
    assert desk.recorder.texts() == ["Hoi"]


def test_a_phone_without_a_sim_sends_nothing(desk: Desk) -> None:
    desk.world.inject(kind="unplug-sim")
    status = desk.driver.probe()
    assert (status.reason, status.channels) == (Reason.NO_SIM, frozenset())


def test_a_phone_tells_android_s_own_limit_for_sms(desk: Desk) -> None:
    """Where it is not set, what Android takes then."""
    facts = desk.driver.probe().facts.as_json()
    assert (facts["sms_parts"], facts["sms_window_ms"]) == (30, 60_000)
    desk.world.inject(kind="sms-limit", max_count=10, interval_ms=600_000)
    facts = desk.driver.probe().facts.as_json()
    assert (facts["sms_parts"], facts["sms_window_ms"]) == (10, 600_000)


def test_a_limit_that_is_nonsense_is_ignored(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged once, however often the phone is examined."""
    desk.world.inject(kind="sms-limit", max_count="veel", interval_ms=-5)
    with caplog.at_level("WARNING"):
        for _ in range(3):
            facts = desk.driver.probe().facts.as_json()
    assert (facts["sms_parts"], facts["sms_window_ms"]) == (30, 60_000)
    assert [each.message for each in caplog.records if "nonsense" in each.message] == [
        "the phone's limit for SMS is nonsense and ignored: veel",
        "the phone's limit for SMS is nonsense and ignored: -5",
    ]


def test_what_android_asks_its_owner_about_is_declined(desk: Desk) -> None:
    """Balie allows nothing in the owner's name: the SMS has failed, and is proven not sent."""
    desk.world.inject(kind="sms-limit", max_count=1, interval_ms=600_000)
    desk.send("een", channel=Channel.SMS)
    with pytest.raises(Transient) as failure:
        desk.send("twee", channel=Channel.SMS)
    assert failure.value.evidence["declined"] == "sms limit"
    assert desk.world.truth() == ["een"]


@pytest.mark.parametrize("examined", [False, True])
def test_an_sms_without_a_sim_is_for_another_device(desk: Desk, examined: bool) -> None:
    """With or without an examination since the card was taken out; nothing is tapped."""
    desk.world.inject(kind="unplug-sim")
    if examined:
        desk.driver.probe()
    before = desk.world.handset.taps
    with pytest.raises(SimMissing):
        desk.send("Dag", channel=Channel.SMS)
    assert desk.world.handset.taps == before
