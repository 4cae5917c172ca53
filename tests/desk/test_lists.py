"""Lists: who would get what and when, and the same again when it is sent."""

from collections import Counter as Tally
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from appliance.desk.contacts import editing
from appliance.desk.outgoing.lists import MANY, ListRequest, Recipient, accept_list, preview
from appliance.desk.outgoing.room import Room
from appliance.desk.outgoing.wording import WordedText, Wording
from appliance.devices.protocol import DeviceState, Status
from appliance.errors import InvalidInput, LineFull
from appliance.identities import tel
from appliance.messages import MessageClass, MessageState
from appliance.reasons import Reason
from appliance.store import devices, line_settings, lines, routes
from appliance.store.store import Tx
from tests.queue.counter import ANNA, BART, HOUR_S, SMS, STAFF, WHATSAPP, Counter, at

CARLA = "+31633333333"
DAY_MS = 24 * HOUR_S * 1000


def request(counter: Counter, numbers: Sequence[str], *texts: str, **about: Any) -> ListRequest:
    return ListRequest(
        line_id=counter.line_id,
        numbers=numbers,
        texts=texts or ("Er is werk.",),
        author=STAFF,
        **about,
    )


def previewed(counter: Counter, wanted: ListRequest) -> Sequence[Recipient]:
    now_ms = counter.clock.now_ms()
    return counter.store.read(lambda conn: preview(conn, wanted, now_ms=now_ms))


def accepted(counter: Counter, wanted: ListRequest) -> Sequence[Recipient]:
    return counter.store.write(lambda tx: accept_list(tx, wanted))


def named(counter: Counter, number: str, name: str) -> None:
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE contact SET office_name = ? WHERE id ="
            " (SELECT contact_id FROM contact_identity WHERE value = ?)",
            (name, number),
        )
    )


def people(count: int) -> list[str]:
    return [f"+31612{place:06d}" for place in range(count)]


def test_each_recipient_has_a_verdict(counter: Counter) -> None:
    """A wrong number, a stranger, an opt-out and a double entry cost the others nothing."""
    counter.knows(ANNA, BART)
    counter.hears("STOP", BART)
    found = previewed(
        counter, request(counter, [ANNA, "06 11 11 11 11", BART, CARLA, "geen nummer"])
    )
    assert [each.refusal for each in found] == [
        None,
        "twice",
        "opted-out",
        "consent-required",
        "invalid-number",
    ]
    assert found[0].expected_ms is not None
    assert found[0].expected_ms >= counter.clock.now_ms()


def test_a_preview_keeps_nothing(counter: Counter) -> None:
    counter.knows(ANNA)
    seq = counter.last_seq()
    previewed(counter, request(counter, [ANNA]))
    assert counter.last_seq() == seq
    assert [row["state"] for row in counter.outgoing(ANNA)] == ["cancelled"]


def test_what_was_previewed_is_what_is_accepted(counter: Counter) -> None:
    """Sending gives the same words to the same people at the same times, each as an own message."""
    numbers = people(8)
    counter.knows(*numbers)
    wanted = request(counter, [*numbers, CARLA])
    before = previewed(counter, wanted)
    after = accepted(counter, wanted)
    assert [(e.text, e.expected_ms, e.refusal) for e in before] == [
        (e.text, e.expected_ms, e.refusal) for e in after
    ]
    for each in after[:8]:
        row = counter.row(each.message_id or "")
        assert (row["class"], row["state"], row["expected_ms"], row["text"]) == (
            "list",
            "queued",
            each.expected_ms,
            each.text,
        )
    assert after[8].message_id is None


def test_a_list_lives_until_the_end_of_the_day(counter: Counter) -> None:
    """The author may give another time to live."""
    counter.knows(ANNA, BART)
    (day,) = accepted(counter, request(counter, [ANNA]))
    (hour,) = accepted(counter, request(counter, [BART], ttl_ms=HOUR_S * 1000))
    assert counter.row(day.message_id or "")["expires_ms"] == at("2026-06-16 00:00")
    expires_ms = counter.row(hour.message_id or "")["expires_ms"]
    assert expires_ms == counter.clock.now_ms() + HOUR_S * 1000


def test_whose_turn_would_come_too_late_is_refused(counter: Counter) -> None:
    """A message that the ceilings would hold until it is too old is not accepted."""
    numbers = people(60)
    counter.knows(*numbers)
    counter.clock.advance(s=2 * 24 * HOUR_S)  # nobody is in conversation any more
    texts = [f"Er is werk, {place}." for place in range(20)]
    found = accepted(counter, request(counter, numbers, *texts))
    fates = Tally(each.refusal for each in found)
    assert fates == {None: 20, "does-not-fit": 40}  # a young line's budget of a day
    assert [each.refusal for each in found] == [None] * 20 + ["does-not-fit"] * 40


def test_three_without_an_answer_and_the_list_passes_them_by(counter: Counter) -> None:
    counter.knows(ANNA, BART)
    counter.clock.at_ms = at("2026-06-17 10:00")
    for place in range(3):
        counter.queues(f"Werk? {place}", ANNA)
        counter.sends()
        counter.clock.advance(s=400)
    found = previewed(counter, request(counter, [ANNA, BART]))
    assert [each.refusal for each in found] == ["unanswered", None]


def test_a_list_stands_behind_what_is_promised_already(counter: Counter) -> None:
    """A second list is announced for after the first."""
    numbers = people(16)
    counter.knows(*numbers)
    first = accepted(counter, request(counter, numbers[:8]))
    second = previewed(counter, request(counter, numbers[8:]))
    assert min(each.expected_ms or 0 for each in second) > max(
        each.expected_ms or 0 for each in first
    )


def test_a_line_without_its_phone_promises_no_time(counter: Counter) -> None:
    counter.knows(ANNA)
    counter.phone_is(DeviceState.ABSENT, Reason.NOT_PLUGGED_IN)
    (one,) = accepted(counter, request(counter, [ANNA]))
    assert (one.refusal, one.expected_ms, one.reason) == (None, None, "device-absent")


def test_a_stop_of_one_device_leaves_the_list_to_the_other(counter: Counter) -> None:
    """A recipient with an open route has a time; one without waits for the stopped device."""
    counter.knows(ANNA, BART)

    def add_modem(tx: Tx) -> str:
        device_id = devices.enrol(tx, kind="modem", address="/dev/ttyUSB0")
        routes.add_route(tx, line_id=counter.line_id, device_id=device_id, channel=SMS)
        everything = {"fallback_classes": frozenset(MessageClass)}
        line_settings.change(tx, counter.line_id, everything, by="test")
        lines.stop_line(tx, counter.line_id, "no-credit", device_id=counter.device_id)
        return device_id

    modem = counter.store.write(add_modem)
    counter.reception.status(modem, Status(state=DeviceState.READY, channels=frozenset({SMS})))
    (one,) = previewed(counter, request(counter, [ANNA]))
    assert one.reason != "line-stopped"
    assert one.expected_ms is not None
    (other,) = accepted(counter, request(counter, [BART], channel=WHATSAPP))
    assert (other.refusal, other.expected_ms, other.reason) == (None, None, "line-stopped")


def test_a_wrong_clock_promises_no_time(counter: Counter) -> None:
    """This holds for the preview and the sending, and nothing is refused for coming too late."""
    numbers = people(30)
    counter.knows(*numbers)
    counter.clock.advance(s=2 * 24 * HOUR_S)
    counter.hears("Hoi", CARLA)
    counter.clock.advance(s=-HOUR_S)
    texts = [f"Er is werk, {place}." for place in range(20)]
    for look in (previewed, accepted):
        found = look(counter, request(counter, numbers, *texts))
        assert {(each.refusal, each.expected_ms, each.reason) for each in found} == {
            (None, None, "clock-wrong")
        }


def test_a_person_is_reached_by_the_number_that_agreed(counter: Counter) -> None:
    """Another number of theirs that may not be written to does not prevent it."""
    counter.knows(BART)
    counter.store.write(
        lambda tx: editing.add_identity(tx, counter.contact_id(BART), tel(ANNA), "staff")
    )
    found = previewed(counter, request(counter, [ANNA, BART, BART]))
    assert [each.refusal for each in found] == ["consent-required", None, "twice"]


def test_a_list_for_next_week_answers_nobody(counter: Counter) -> None:
    """Next week it is no answer to what they wrote today: hours and the day's budget count."""
    counter.knows(ANNA)
    next_week = at("2026-06-22 03:00")
    (one,) = accepted(counter, request(counter, [ANNA], not_before_ms=next_week))
    assert not one.answering
    counter.clock.at_ms = next_week
    assert counter.task() is None
    counter.clock.at_ms = at("2026-06-22 08:40")
    assert counter.sends() == one.message_id


def test_names_and_variants_fill_the_text(counter: Counter) -> None:
    """The office's name or its first word; without a name they get a variant without, or
    nothing.
    """
    counter.knows(ANNA, BART)
    named(counter, ANNA, "Anna de Wit")
    texts = ("Hoi {voornaam}!", "Dag {naam}.")
    found = previewed(counter, request(counter, [ANNA, BART], *texts))
    assert [(each.text, each.refusal) for each in found] == [
        ("Hoi Anna!", None),
        ("", "name-unknown"),
    ]
    found = previewed(counter, request(counter, [ANNA, BART], *texts, "Beste allemaal"))
    assert [each.text for each in found] == ["Hoi Anna!", "Beste allemaal"]


def test_many_never_get_the_same_words_in_a_row(counter: Counter) -> None:
    """A few people may; for more people the author writes variants, which alternate."""
    numbers = people(MANY + 1)
    counter.knows(*numbers)
    assert len(previewed(counter, request(counter, numbers[:MANY]))) == MANY
    with pytest.raises(InvalidInput, match="variants") as refused:
        accepted(counter, request(counter, numbers))
    assert refused.value.field == "texts"
    found = previewed(counter, request(counter, numbers, "Er is werk.", "Wie kan werken?"))
    texts = [each.text for each in found]
    assert all(before != after for before, after in pairwise(texts))


@pytest.mark.parametrize("texts", [[], [""], ["a" * 5000], ["Hoi {achternaam}"], ["x"] * 21])
def test_texts_that_cannot_be_sent_are_refused(texts: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        Wording.of(texts)
    assert refused.value.field == "texts"


def test_braces_that_name_nothing_stay_as_they_are() -> None:
    assert Wording.of(["{} of { 1 }"]).words_for(None, 0, None) == WordedText(*["{} of { 1 }"] * 2)


def test_a_text_too_long_for_sms_is_refused_as_sms(counter: Counter) -> None:
    counter.knows(ANNA)
    (one,) = previewed(counter, request(counter, [ANNA], "lang " * 700, channel=SMS))
    assert one.refusal == "too-long"


def test_a_list_that_does_not_fit_the_line_is_refused_whole(counter: Counter) -> None:
    """It is one transaction: no message of the list is kept."""
    numbers = people(5)
    counter.knows(*numbers)
    with pytest.raises(LineFull):
        accepted(counter, request(counter, numbers, room=Room(4)))
    assert counter.all("SELECT 1 FROM message WHERE class = 'list'") == []
    accepted(counter, request(counter, numbers, room=Room(5)))


def test_a_list_leaves_and_stop_takes_the_rest_back(counter: Counter) -> None:
    """The gate checks each of its messages."""
    counter.knows(ANNA, BART)
    first, second = accepted(counter, request(counter, [ANNA, BART], "Een", "Twee"))
    counter.clock.advance(s=30)
    assert counter.sends() == first.message_id
    counter.hears("STOP", BART)
    assert counter.state(second.message_id or "") is MessageState.CANCELLED
