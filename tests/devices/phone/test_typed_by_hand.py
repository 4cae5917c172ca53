"""What somebody types on the phone itself is told, and never taken for the line's own messages."""

from dataclasses import replace

import pytest

from appliance.channels import Channel
from appliance.devices.news_protocol import TypedByHand, Written
from appliance.devices.phone.whatsapp.by_hand import is_same
from appliance.devices.protocol import Finding
from appliance.errors import Transient
from tests.devices.phone.driver_kit import ANNA, BEA, Desk
from tests.emulated.phone_bench import eventually


def types(desk: Desk, text: str, *, to: str = ANNA, in_shade: bool = False) -> None:
    desk.world.inject(kind="typed", to=to, text=text, in_shade=in_shade)


def types_sms(desk: Desk, text: str, *, to: str = ANNA) -> None:
    """And waits until it has left."""
    before = len(desk.world.truth("sms"))
    desk.world.inject(kind="typed", channel="sms", to=to, text=text)
    assert eventually(lambda: len(desk.world.truth("sms")) > before)


def told(desk: Desk) -> list[tuple[str, str]]:
    return [(each.to, each.text) for each in desk.recorder.typed_ones]


@pytest.fixture
def heard(desk: Desk) -> Desk:
    """Anna has written, and what she wrote was told."""
    desk.world.write(ANNA, "Hoi", name="Anna")
    desk.driver.receive()
    return desk


def test_an_answer_from_the_shade_is_told_once(heard: Desk) -> None:
    """WhatsApp repeats it in the notification, under the owner's name."""
    types(heard, "Ik bel je zo", in_shade=True)
    for _ in range(2):
        heard.driver.receive()
    heard.send("Dag Anna")
    assert told(heard) == [(ANNA, "Ik bel je zo")]
    assert heard.recorder.texts() == ["Hoi"]
    assert heard.world.truth() == ["Ik bel je zo", "Dag Anna"]


def test_a_row_of_a_chat_that_is_open_anyway_is_told(heard: Desk) -> None:
    """With the words as they are, below what Anna wrote and above what the line wrote then."""
    types(heard, "Kom je om 8? 👍")
    attempt = heard.attempt("Dag Anna")
    heard.driver.send(attempt)
    heard.send("Tot dan")
    (typed,) = heard.recorder.typed_ones
    assert (typed.to, typed.text, typed.exact) == (ANNA, "Kom je om 8? 👍", False)
    hoi = heard.recorder.messages[0]
    assert hoi.at_ms < typed.at_ms
    assert heard.world.truth() == ["Kom je om 8? 👍", "Dag Anna", "Tot dan"]


def test_a_conversation_that_a_colleague_began_is_told_whole(desk: Desk) -> None:
    """Below the divider of this day; what stands above it may be of any day."""
    yesterday_ms = desk.world.clock.now_ms() - 24 * 3_600_000
    account = desk.world.handset.whatsapp.account

    def wrote_yesterday() -> None:
        chat = account.chat(f"{ANNA.removeprefix('+')}@s.whatsapp.net")
        account.add(chat, letter_id="", text="Van gisteren", at_ms=yesterday_ms)

    desk.world.on_loop(wrote_yesterday)
    types(desk, "Kun je morgen?")
    desk.world.write(ANNA, "Ja")
    desk.driver.receive()
    desk.send("Mooi")
    assert told(desk) == [(ANNA, "Kun je morgen?")]


def test_of_equal_texts_each_is_told_of_once(heard: Desk) -> None:
    """Two by hand and two of the line look all alike."""
    for _ in range(2):
        types(heard, "ok")
        heard.send("ok")
    assert told(heard) == [(ANNA, "ok")] * 2
    assert heard.world.truth() == ["ok"] * 4


def test_the_lines_own_rows_are_never_told(heard: Desk) -> None:
    """Not even in doubt: the row may be what the attempt left."""
    attempt = heard.attempt("Dag Anna")
    heard.world.fault("late-answer", method="click", seconds=2.0)
    outcomes = heard.carry(attempt)
    assert outcomes[-1] in {"sent", "present"}
    heard.send("Nog iets")
    assert told(heard) == []


def test_a_look_does_not_take_a_typed_row_for_an_attempt(heard: Desk) -> None:
    """Balie ended between gate and tap, and a colleague answered the same a minute later."""
    attempt = heard.attempt("ok")
    before_ms = attempt.outgoing.started_ms - 60_000
    attempt.outgoing = replace(attempt.outgoing, started_ms=before_ms)
    attempt.before_tap = _ends
    with pytest.raises(Transient):
        heard.driver.send(attempt)
    heard.world.write(ANNA, "Nu?", name="Anna")
    heard.driver.receive()
    types(heard, "ok", in_shade=True)
    heard.driver.receive()
    assert told(heard) == [(ANNA, "ok")]
    assert heard.driver.look(attempt.as_look()).finding is Finding.UNCLEAR
    assert heard.world.truth() == ["ok"]


def _ends() -> None:
    raise RuntimeError


# SMS


def test_an_sms_from_the_phone_is_told_once(desk: Desk) -> None:
    """Also to somebody whom Balie does not know; what the line sent is not told."""
    types_sms(desk, "Ik bel je zo")
    types_sms(desk, "Hallo Bea", to=BEA)
    desk.send("Dag Anna", channel=Channel.SMS)
    desk.world.write(BEA, "Ja?", "sms")
    desk.driver.receive()
    assert told(desk) == [(ANNA, "Ik bel je zo"), (BEA, "Hallo Bea")]
    assert all(each.exact for each in desk.recorder.typed_ones)


def test_equal_sms_are_told_apart_by_their_rows(desk: Desk) -> None:
    desk.world.write(ANNA, "Hoi", "sms")
    desk.driver.receive()
    desk.send("ok", channel=Channel.SMS)
    types_sms(desk, "ok")
    desk.world.write(ANNA, "Goed", "sms")
    desk.driver.receive()
    typed: list[TypedByHand] = desk.recorder.typed_ones
    assert [each.text for each in typed] == ["ok"]
    attempt = desk.attempt("ok", channel=Channel.SMS)
    attempt.noted = {"sms_id": 2, "since_ms": 0}
    assert desk.driver.look(attempt.as_look()).finding is Finding.ABSENT
    assert desk.world.truth("sms") == ["ok", "ok"]


def test_the_echo_of_a_photo_of_the_line_is_not_typed_by_anybody(heard: Desk) -> None:
    """A notification tells it by its sign, and its caption may be empty."""
    photo = Written(
        channel=Channel.WHATSAPP, text="", at_ms=heard.world.clock.now_ms(), has_file=True
    )
    echo = TypedByHand(
        channel=Channel.WHATSAPP, key="wa-own:1", to=ANNA, text="📷 Foto", at_ms=photo.at_ms
    )
    assert is_same(photo, echo)
    assert not is_same(replace(photo, has_file=False), echo)
    assert not is_same(photo, replace(echo, text="Tot zo"))
