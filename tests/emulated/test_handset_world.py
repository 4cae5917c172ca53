"""The people around the emulated phones: the same for the same seed."""

import random

import phonenumbers

from appliance.clock import ManualClock
from appliance.emulated.phone.emulated_handset import EmulatedHandset
from appliance.emulated.phone.spec import PhoneSpec, iccid_for
from appliance.emulated.world import small_talk
from appliance.emulated.world.network import Letter, Network
from appliance.emulated.world.people import Person, make_people
from appliance.emulated.world.timers import SteppedTimers
from appliance.emulated.world.truth import TruthLog
from appliance.emulated.world.world import World
from tests.emulated.handset_rig import AFTERNOON_MS, ANNA, OFFICE, Rig

OFFICES = [OFFICE, "+31612345602"]


class Recorder(EmulatedHandset):
    """A phone that also remembers what arrived."""

    heard: list[tuple[int, str, str, str]]

    def arrive(self, letter: Letter) -> None:
        facts = (letter.at_ms, letter.sender, letter.channel.value, letter.text)
        self.heard = [*getattr(self, "heard", []), facts]
        super().arrive(letter)


def heard(seed: int, *, s: int) -> list[list[tuple[int, str, str, str]]]:
    """What each of two offices hears in this time."""
    timers = SteppedTimers(ManualClock(AFTERNOON_MS))
    network = Network(timers, TruthLog())
    people = make_people(OFFICES, seed=seed, per_office=12)
    world = World(people, timers=timers, network=network, seed=seed, rhythm_s=30)
    network.people = world
    phones = [Recorder(PhoneSpec(number=n), timers=timers, network=network) for n in OFFICES]
    for phone in phones:
        network.attach(phone)
    world.start()
    timers.advance(s=s)
    return [getattr(phone, "heard", []) for phone in phones]


def an_hour(seed: int) -> list[tuple[int, str, str, str]]:
    """What two offices hear in an hour."""
    return [fact for office in heard(seed, s=3600) for fact in office]


def test_the_same_seed_is_the_same_world() -> None:
    """People, texts and moments repeat; another seed is another world."""
    first = an_hour(7)
    assert first == an_hour(7)
    assert first != an_hour(8)
    assert 60 < len(first) < 240


def test_each_office_hears_from_somebody_within_seconds() -> None:
    """Who has just started the demo does not look at an empty list for long."""
    for seed in range(5):
        assert all(heard(seed, s=15))


def test_people_have_valid_mobile_numbers_of_their_own() -> None:
    """Valid for phonenumbers, in the Netherlands, each once."""
    people = make_people(OFFICES, seed=1, per_office=50)
    assert len({person.number for person in people} | set(OFFICES)) == 102
    for number in [*OFFICES, *(person.number for person in people)]:
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_valid_number(parsed)
        assert phonenumbers.number_type(parsed) is phonenumbers.PhoneNumberType.MOBILE


def test_a_small_world_has_all_characters() -> None:
    """Twelve people suffice for each trait."""
    people = make_people([OFFICE], seed=1, per_office=12)
    assert any(not person.on_whatsapp for person in people)
    assert any(not person.reads for person in people)
    assert any(person.awkward for person in people)
    assert any(person.stops for person in people)
    assert any(person.saved for person in people)


def test_people_answer_after_a_while_and_stop_when_they_said_so() -> None:
    """One answer to what came meanwhile; who said STOP says no more."""
    anna = Person(number=ANNA, answers=True, stops=True, delivered_ms=0, read_ms=0, answer_ms=9000)
    rig = Rig(anna)
    rig.world.traffic = True
    rig.send("Hoi")
    rig.send("Nog iets")
    rig.timers.advance(s=8)
    assert rig.phone.whatsapp.account.chats["31612345611@s.whatsapp.net"].messages[-1].outgoing
    rig.timers.advance(s=60)
    rig.send("Ben je er nog?")
    rig.timers.advance(s=60)
    messages = rig.phone.whatsapp.account.chats["31612345611@s.whatsapp.net"].messages
    assert [m.text for m in messages if not m.outgoing] == ["STOP"]


def test_who_is_asked_for_a_shift_answers_that_or_nothing() -> None:
    """Also people who otherwise answer nothing; most of what they say is a plain word."""
    anna = Person(number=ANNA, delivered_ms=0, read_ms=0, answer_ms=1000)
    rig = Rig(anna)
    rig.world.traffic = True
    for _ in range(20):
        rig.send("Kun je morgen werken? Ja of nee?")
        rig.timers.advance(s=60)
    messages = rig.phone.whatsapp.account.chats["31612345611@s.whatsapp.net"].messages
    said = [m.text for m in messages if not m.outgoing]
    assert 8 < len(said) < 20
    assert {"ja", "nee"} & {text.lower().split()[0] for text in said}


def test_without_traffic_nobody_writes_but_ticks_come() -> None:
    """People take and read what they get."""
    anna = Person(number=ANNA, answers=True)
    rig = Rig(anna)
    rig.send("Hoi")
    rig.timers.advance(s=3600)
    messages = rig.phone.whatsapp.account.chats["31612345611@s.whatsapp.net"].messages
    assert [(m.text, m.tick) for m in messages] == [("Hoi", 3)]


def test_a_person_reads_when_told() -> None:
    """Strangers read nothing by themselves."""
    rig = Rig()
    rig.send("Hoi")
    rig.timers.advance(s=60)
    assert rig.node("status").content_desc == "Delivered"
    assert rig.network.read_by(ANNA) == 1
    assert rig.node("status").content_desc == "Read"


def test_landlines_are_not_on_whatsapp() -> None:
    """Any mobile number is, unless somebody said otherwise."""
    rig = Rig()
    assert rig.network.on_whatsapp("+31612349999")
    assert not rig.network.on_whatsapp("+31201234567")
    rig.world.introduce("+31612349999", on_whatsapp=False)
    assert not rig.network.on_whatsapp("+31612349999")


def test_texts_may_be_hard_to_handle() -> None:
    """4,000 characters exactly, and each kind of awkward text."""
    assert len(small_talk.long_text(random.Random(1))) == 4000
    joined = "".join(small_talk.AWKWARD)
    for part in (
        ", time=123}",
        "\nRow: 1 _id=9, body=x",
        "}]",
        "👷🏽‍♀️",
        "אני",
        "\u202e",
        "$(reboot)",
    ):
        assert part in joined


def test_card_numbers_have_a_right_check_digit() -> None:
    """ICCIDs end with a Luhn digit and differ by number."""
    iccid = iccid_for(OFFICE)
    digits = [int(digit) for digit in reversed(iccid)]
    total = sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits))
    assert (len(iccid), total % 10) == (19, 0)
    assert iccid != iccid_for(OFFICES[1])


def test_a_missed_call_waits_for_nobody() -> None:
    """A phone that is off never hears of it."""
    rig = Rig()
    rig.phone.power_off()
    rig.call()
    assert rig.network.waiting(OFFICE) == 0
