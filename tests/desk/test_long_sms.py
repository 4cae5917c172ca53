"""A long SMS that comes in part by part."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.clock import ManualClock
from appliance.desk.intake.reception import Reception
from appliance.devices.modem_protocol import IncomingPart
from appliance.events import EventKind
from tests.fresh_store import fresh_store
from tests.queue.counter import ANNA, BART, MONDAY, Counter
from tests.queue.office import Modem

WORDS = ("Ik kom morgen ", "niet, want mijn ", "fiets is kapot.")


@pytest.fixture
def modem(counter: Counter) -> Modem:
    counter.knows(ANNA)
    return Modem(counter)


def part(
    counter: Counter,
    number: int,
    *,
    of: Sequence[str] = WORDS,
    sender: str = ANNA,
    reference: int = 5,
    again: str = "",
    wide: bool = False,
) -> IncomingPart:
    """A part as the modem holds it; `again` marks a second message with this reference."""
    return IncomingPart(
        key=f"{sender}/{reference}/{number}/{again}/{counter.clock.now_ms()}",
        sender=sender,
        reference=reference,
        wide=wide,
        part=number,
        total=len(of),
        text=of[number - 1],
        at_ms=counter.clock.now_ms(),
    )


def comes(modem: Modem, *parts: IncomingPart) -> None:
    modem.counter.reception.received_parts(modem.device_id, parts)


def shown(counter: Counter, sender: str = ANNA) -> list[str]:
    rows = counter.all(
        "SELECT text FROM message WHERE direction = 'in' AND value = ? AND channel = 'sms'"
        " ORDER BY id",
        sender,
    )
    return [row["text"] for row in rows]


def after_a_while(counter: Counter) -> None:
    counter.clock.advance(s=601)
    counter.reception.show_incomplete()


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1, 2, 3)])
def test_parts_in_any_order_are_one_message(
    counter: Counter, modem: Modem, order: tuple[int, ...]
) -> None:
    """The message is there with its last part, once, however often a part is reported."""
    parts = {number: part(counter, number) for number in (1, 2, 3)}
    for number in order:
        comes(modem, parts[number])
    comes(modem, *parts.values())
    assert shown(counter) == ["".join(WORDS)]
    after_a_while(counter)
    assert shown(counter) == ["".join(WORDS)]


def test_a_character_that_was_cut_is_whole_again(counter: Counter, modem: Modem) -> None:
    """Half an emoji in one part, half in the next."""
    halves = ("Tot morgen \ud83d", "\ude00!")
    comes(modem, part(counter, 2, of=halves), part(counter, 1, of=halves))
    assert shown(counter) == ["Tot morgen 😀!"]


def test_half_a_character_alone_is_shown_as_unreadable(counter: Counter, modem: Modem) -> None:
    comes(modem, part(counter, 1, of=("Tot morgen \ud83d", "\ude00!")))
    after_a_while(counter)
    assert shown(counter) == ["Tot morgen \ufffd [deel 2 van 2 ontbreekt]"]


def test_what_is_there_is_shown_after_ten_minutes(counter: Counter, modem: Modem) -> None:
    """Marks stand for the missing parts; a later part is shown as one."""
    late = part(counter, 2)
    comes(modem, part(counter, 1), part(counter, 3))
    counter.clock.advance(s=590)
    counter.reception.show_incomplete()
    assert shown(counter) == []
    counter.clock.advance(s=11)
    counter.reception.show_incomplete()
    counter.reception.show_incomplete()
    first = f"{WORDS[0]} [deel 2 van 3 ontbreekt] {WORDS[2]}"
    assert shown(counter) == [first]
    comes(modem, late)
    comes(modem, late, part(counter, 1, again="x"))
    assert shown(counter) == [first, f"[deel 2 van 3] {WORDS[1]}"]


def test_several_late_parts_are_one_message(counter: Counter, modem: Modem) -> None:
    text = ("a", "b", "c", "d", "e")
    late = [part(counter, number, of=text) for number in (3, 4, 1)]
    comes(modem, part(counter, 5, of=text))
    after_a_while(counter)
    comes(modem, *late)
    assert shown(counter) == [
        "[deel 1-4 van 5 ontbreekt] e",
        "[deel 1 van 5] a [deel 3-4 van 5] cd",
    ]


def test_a_reference_is_used_again(counter: Counter, modem: Modem) -> None:
    """Parts belong to the message that was sent at about the same time."""
    one, two = ("een ", "twee"), ("drie ", "vier")
    first = part(counter, 1, of=one)
    counter.clock.advance(s=60)
    second = part(counter, 1, of=two, again="x")
    rest = part(counter, 2, of=two, again="x")
    comes(modem, first, second, rest)
    assert shown(counter) == ["drie vier"]
    comes(modem, part(counter, 2, of=one))
    assert shown(counter) == ["drie vier", "een twee"]


@pytest.mark.parametrize("minutes", [6, 60, 26 * 60])
@pytest.mark.parametrize("is_shown", [False, True])
def test_a_part_that_is_left_over_takes_no_part_of_a_later_message(
    counter: Counter, modem: Modem, minutes: int, is_shown: bool
) -> None:
    """Part 1 of the old message is lost; then its sender's phone begins its references anew.

    The parts may come together, when the modem was off for days: only their stamps are far apart.
    """
    old, new = ("Ik ben ", "vandaag ziek"), ("Ik ben ", "er morgen weer")
    left_over = part(counter, 2, of=old)
    if is_shown:
        comes(modem, left_over)
        after_a_while(counter)
        counter.clock.advance(s=(minutes - 5) * 60)
    else:
        counter.clock.advance(s=minutes * 60)
    parts = [part(counter, number, of=new, again="x") for number in (1, 2)]
    comes(modem, *([] if is_shown else [left_over]), *parts)
    assert "Ik ben er morgen weer" in shown(counter)
    after_a_while(counter)
    alone = "[deel 1 van 2 ontbreekt] vandaag ziek"
    assert sorted(shown(counter)) == ["Ik ben er morgen weer", alone]


def test_parts_that_come_days_later_are_of_their_message(counter: Counter, modem: Modem) -> None:
    """The modem was off in between: the stamps of the parts decide."""
    first = part(counter, 1)
    counter.clock.advance(s=120)
    rest = [part(counter, number) for number in (2, 3)]
    comes(modem, first)
    after_a_while(counter)
    counter.clock.advance(s=2 * 86_400)
    comes(modem, *rest)
    assert shown(counter)[1:] == [f"[deel 2-3 van 3] {WORDS[1]}{WORDS[2]}"]


def test_the_same_part_with_other_octets_is_another_message_s(
    counter: Counter, modem: Modem
) -> None:
    """A gateway with only one reference wrote twice within a minute."""
    comes(modem, part(counter, 1, of=("een", "twee")))
    counter.clock.advance(s=20)
    comes(modem, part(counter, 1, of=("drie ", "vier"), again="x"))
    comes(modem, part(counter, 2, of=("drie ", "vier"), again="x"))
    after_a_while(counter)
    assert shown(counter) == ["drie vier", "een [deel 2 van 2 ontbreekt]"]


def test_others_with_the_same_reference_are_others(counter: Counter, modem: Modem) -> None:
    """They have another sender, another kind of reference, or another number of parts."""
    comes(
        modem,
        part(counter, 1),
        part(counter, 2, sender=BART),
        part(counter, 2, wide=True),
        part(counter, 3, of=(*WORDS, "")),
    )
    assert shown(counter) == []
    assert len(counter.all("SELECT * FROM long_sms")) == 4


def test_parts_survive_a_restart(counter: Counter, modem: Modem) -> None:
    """All that is known is in the database."""
    comes(modem, part(counter, 1), part(counter, 2))
    counter.reception = Reception(counter.store, counter.gate)
    comes(modem, part(counter, 3))
    assert shown(counter) == ["".join(WORDS)]


def test_it_is_a_message_like_others(counter: Counter, modem: Modem) -> None:
    """It makes one event. STOP in two parts is STOP, and its words stay nowhere else."""
    comes(modem, part(counter, 1), part(counter, 2), part(counter, 3))
    assert len(counter.events(EventKind.MESSAGE_RECEIVED)) == 2
    kept = counter.all("SELECT units FROM long_sms_part")
    assert {row["units"] for row in kept} == {b""}
    comes(modem, part(counter, 1, of=("ST", "OP"), reference=6))
    comes(modem, part(counter, 2, of=("ST", "OP"), reference=6))
    assert counter.all("SELECT 1 FROM consent WHERE kind = 'opted_out'")


def test_a_part_that_cannot_be_one_stands_for_itself(counter: Counter, modem: Modem) -> None:
    """Networks have sent part 0 and part 3 of 2."""
    wrong = IncomingPart(
        key="k", sender=ANNA, reference=1, wide=False, part=3, total=2, text="hoi", at_ms=MONDAY
    )
    comes(modem, wrong)
    assert shown(counter) == ["hoi"]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data(), message=st.text(min_size=2, max_size=40))
def test_nothing_is_lost_and_nothing_comes_twice(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, message: str
) -> None:
    """Cut anywhere, even inside characters, in any order and with repeats: the text is whole."""
    folder, clock = tmp_path_factory.mktemp("long"), ManualClock(at_ms=MONDAY)
    store = fresh_store(folder / "balie.db", clock)
    counter = Counter(store, clock, folder)
    modem = Modem(counter)
    units = message.encode("utf-16-le")
    cut = data.draw(st.integers(1, len(units) // 2 - 1)) * 2
    pieces = [each.decode("utf-16-le", "surrogatepass") for each in (units[:cut], units[cut:])]
    parts = [part(counter, number, of=pieces) for number in (1, 2)]
    for number in [*data.draw(st.lists(st.integers(0, 1), max_size=3)), 1, 0]:
        comes(modem, parts[number])
    try:
        assert shown(counter) == [message]
    finally:
        store.close()
