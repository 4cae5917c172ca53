"""Messages that come while their chat is open: read from the screen, reported once, never lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from appliance.channels import Channel
from appliance.devices.phone.adb.calls import Output
from appliance.devices.protocol import DeviceState, Finding, TickVisit
from appliance.errors import DeviceError, StoreUnavailable
from tests.devices.phone.driver_kit import ANNA, BEA, Desk
from tests.emulated.phone_bench import eventually


def test_an_answer_to_an_open_chat_is_read_from_the_screen(desk: Desk) -> None:
    """There is no notification for it; the time is the one on the screen."""
    attempt = desk.attempt("Dag")
    attempt.after_tap = lambda: desk.world.write(ANNA, "Jij ook")
    desk.driver.send(attempt)
    (message,) = desk.recorder.messages
    assert (message.sender, message.text, message.exact) == (ANNA, "Jij ook", False)
    assert abs(message.at_ms - desk.world.clock.now_ms()) < 61_000


def test_what_was_typed_before_the_tap_is_told_too(desk: Desk) -> None:
    attempt = desk.attempt("Dag")
    attempt.before_tap = lambda: desk.world.write(ANNA, "Wacht")
    desk.driver.send(attempt)
    assert desk.recorder.texts() == ["Wacht"]


def test_emoji_are_told_as_they_are(desk: Desk) -> None:
    """The dump has two dots for each emoji, so the driver reads the text from the view itself."""
    attempt = desk.attempt("Dag")
    attempt.after_tap = lambda: desk.world.write(ANNA, "👍 prima.. 👷🏽‍♀️")
    desk.driver.send(attempt)
    assert desk.recorder.texts() == ["👍 prima.. 👷🏽‍♀️"]


def test_a_long_text_is_told_whole(desk: Desk) -> None:
    """WhatsApp cuts it at its Read more, which the driver opens."""
    text = "Beste planning, 👍 " + "woord\n" * 250
    attempt = desk.attempt("Dag")
    attempt.after_tap = lambda: desk.world.write(ANNA, text)
    desk.driver.send(attempt)
    assert desk.recorder.texts() == [text]


def test_the_same_text_soon_after_is_another_message(desk: Desk) -> None:
    """The first is read from the screen, the second from its notification."""
    attempt = desk.attempt("Dag")
    attempt.after_tap = lambda: desk.world.write(ANNA, "ok")
    desk.driver.send(attempt)
    desk.world.write(ANNA, "ok")
    desk.driver.receive()
    assert desk.recorder.texts() == ["ok", "ok"]


def test_what_was_told_before_is_not_told_again(desk: Desk) -> None:
    """The chat shows it below its divider; the notification has already reported it."""
    desk.world.write(ANNA, "ok")
    desk.world.write(ANNA, "ok")
    desk.send("Dag")
    assert desk.recorder.texts() == ["ok", "ok"]
    assert all(message.exact for message in desk.recorder.messages)


def test_a_later_notification_does_not_repeat_the_screen(desk: Desk) -> None:
    attempt = desk.attempt("Dag")
    attempt.after_tap = lambda: desk.world.write(ANNA, "een")
    desk.driver.send(attempt)
    desk.world.write(ANNA, "twee")
    desk.driver.receive()
    assert desk.recorder.texts() == ["een", "twee"]


def test_three_times_ok_in_one_minute_are_three_messages(desk: Desk) -> None:
    for _ in range(3):
        attempt = desk.attempt("Dag")
        attempt.after_tap = lambda: desk.world.write(ANNA, "ok")
        desk.driver.send(attempt)
    assert desk.recorder.texts() == ["ok", "ok", "ok"]


def test_a_message_whose_notification_was_swiped_away_is_found_below_the_divider(
    desk: Desk,
) -> None:
    desk.world.write(ANNA, "weggeveegd")
    desk.world.inject(kind="dismiss")
    desk.driver.receive()
    assert desk.recorder.texts() == []
    desk.send("Dag")
    assert desk.recorder.texts() == ["weggeveegd"]


def test_old_rows_are_no_news(desk: Desk) -> None:
    """The earlier messages of a chat from before Balie are not reported."""
    desk.world.write(ANNA, "van gisteren", at_ms=desk.world.clock.now_ms() - 30_000_000)
    desk.world.inject(kind="seen-elsewhere", **{"from": ANNA})
    desk.send("Dag")
    assert desk.recorder.texts() == []


def _once(desk: Desk, call: Callable[[], object]) -> None:
    """Something happens after the last look at the chat, just before it is left."""
    session = desk.driver._phone.session
    back = type(session).back
    left: list[bool] = []

    def interrupted() -> None:
        if not left:
            left.append(True)
            call()
        back(session)

    session.back = interrupted  # type: ignore[method-assign]


def test_what_comes_while_the_chat_is_being_left_is_not_lost(desk: Desk) -> None:
    """The list of chats shows that the chat has grown, so it is opened once more."""
    _once(desk, lambda: desk.world.write(ANNA, "nog iets"))
    desk.send("Dag")
    assert desk.recorder.texts() == ["nog iets"]
    assert desk.world.truth() == ["Dag"]


def test_leaving_after_an_answer_opens_nothing_again(desk: Desk) -> None:
    attempt = desk.attempt("Dag")
    attempt.after_tap = lambda: desk.world.write(ANNA, "Jij ook")
    desk.driver.send(attempt)
    assert desk.world.traffic.shell_commands["am"] == 1


def test_a_look_and_a_visit_tell_what_they_see(desk: Desk) -> None:
    attempt = desk.attempt("Dag")
    desk.driver.send(attempt)
    _once(desk, lambda: desk.world.write(ANNA, "tijdens het kijken"))
    assert desk.driver.look(attempt.as_look()).finding is Finding.PRESENT
    _once(desk, lambda: desk.world.write(ANNA, "tijdens het bezoek"))
    desk.driver.visit(TickVisit(channel=Channel.WHATSAPP, number=ANNA, sent=[attempt.outgoing]))
    assert desk.recorder.texts() == ["tijdens het kijken", "tijdens het bezoek"]


def test_what_cannot_be_stored_now_is_told_later(desk: Desk) -> None:
    """A screen shows it only once, so the driver keeps it until the store takes it."""
    attempt = desk.attempt("Dag")

    def mischief() -> None:
        desk.world.write(ANNA, "Jij ook")
        desk.recorder.broken = StoreUnavailable("the disk is full")

    attempt.after_tap = mischief
    desk.driver.send(attempt)
    assert desk.recorder.texts() == []
    desk.recorder.broken = None
    desk.driver.receive()
    assert desk.recorder.texts() == ["Jij ook"]


def test_others_are_received_while_a_chat_is_open(desk: Desk) -> None:
    attempt = desk.attempt("Dag")
    attempt.after_tap = lambda: desk.world.write(BEA, "van Bea")
    desk.driver.send(attempt)
    desk.driver.receive()
    assert desk.recorder.texts() == ["van Bea"]


def test_more_unread_than_a_notification_holds_is_read_from_the_chat(desk: Desk) -> None:
    """Notifications keep the last 25 messages; earlier ones are read from the chat."""
    texts = [f"bericht {at}" for at in range(60)]
    for text in texts:
        desk.world.write(ANNA, text)
    desk.driver.receive()
    assert sorted(desk.recorder.texts()) == sorted(texts)
    assert desk.world.handset.front is desk.world.handset.launcher


def test_a_full_notification_whose_messages_are_known_opens_nothing(desk: Desk) -> None:
    for at in range(40):
        desk.world.write(ANNA, f"bericht {at}")
        if at % 10 == 0:
            desk.driver.receive()
    desk.driver.receive()
    assert len(desk.recorder.messages) == 40
    assert desk.world.traffic.shell_commands["am"] == 0


def _back_again(desk: Desk) -> bool:
    with suppress(DeviceError):
        if desk.driver.probe().state is DeviceState.READY:
            desk.driver.receive()
    return not desk.driver._phone.returns


def test_a_chat_that_stayed_open_when_the_phone_went_is_looked_into_again(desk: Desk) -> None:
    """The driver could not leave the chat, and messages in it made no notification."""

    def mischief() -> None:
        desk.world.fault("phone-gone", seconds=1.0)
        desk.world.write(ANNA, "tussendoor")

    attempt = desk.attempt("Dag")
    attempt.before_tap = mischief
    with pytest.raises(DeviceError):
        desk.driver.send(attempt)
    assert desk.recorder.texts() == []
    assert eventually(lambda: _back_again(desk) and desk.recorder.texts() == ["tussendoor"])


def test_a_wrong_chat_that_was_opened_swallows_nothing(desk: Desk) -> None:
    """Opening it marked it read."""
    desk.world.write(BEA, "Hoi")
    desk.send("Dag", to=BEA)
    desk.world.fault("wrong-chat")
    attempt = desk.attempt("Dag")
    with _stranger_writes(desk, "in de verkeerde chat"):
        desk.driver.send(attempt)
    desk.driver.receive()
    assert desk.recorder.texts(BEA) == ["Hoi", "in de verkeerde chat"]


@contextmanager
def _stranger_writes(desk: Desk, text: str) -> Iterator[None]:
    """Somebody writes after the dump of the notifications and before their chat opens."""
    session = desk.driver._phone.session
    run = type(session).run

    def interrupted(*commands: str) -> list[Output]:
        if any(command.startswith("am start") for command in commands):
            desk.world.write(BEA, text)
            del session.run
        return run(session, *commands)

    session.run = interrupted  # type: ignore[method-assign]
    yield
