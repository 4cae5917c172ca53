"""What a line says by itself: after hours, at most so often, and never to a machine."""

import pytest

from appliance.channels import Channel
from appliance.desk.access import tokens
from appliance.desk.outgoing.sending import Author
from appliance.devices.news_protocol import MissedCall
from appliance.devices.protocol import Group, Proof, Tick
from appliance.errors import Transient
from appliance.queue.attempt import QueueAttempt
from appliance.store import line_settings
from tests.desk.automatic_line import (
    CHRIS,
    ON,
    branch_told,
    colleague,
    known,
    night_falls,
    said,
    texts,
    told,
)
from tests.queue.counter import ANNA, BART, HOUR_S, SMS, Counter, at, tapping

__all__ = ["colleague", "known"]  # the fixtures


def test_after_hours_somebody_is_told_when_the_branch_opens(counter: Counter, known: None) -> None:
    """Once in so many hours, in variants that are taken in turn."""
    told(counter, outside_hours={"on": True, "variants": ["Dicht tot {opent}.", "Tot {opent}!"]})
    night_falls(counter)
    counter.hears("Kan ik maandag?")
    counter.hears("Of dinsdag?")
    counter.hears("Ik ook?", BART)
    assert texts(counter)[-1] == "Dicht tot maandag om 08:30."
    assert texts(counter, BART)[-1] == "Tot maandag om 08:30!"
    assert said(counter) == ["outside-hours"]
    counter.clock.advance(s=12 * HOUR_S)
    counter.hears("Nog iets?")
    assert said(counter) == ["outside-hours", "outside-hours"]


def test_in_office_hours_it_is_not_said(counter: Counter, known: None) -> None:
    """Nor on a day that the branch says to be open, holiday or not."""
    told(counter, outside_hours=ON)
    counter.hears("Goedemorgen")
    assert said(counter) == []
    open_all_day = [{"date": "2026-06-20", "open": [["00:00", "24:00"]]}]
    branch_told(counter, exceptions=open_all_day)
    night_falls(counter)
    counter.hears("Nog wakker?")
    assert said(counter) == []
    branch_told(counter, exceptions=[], week={"6": [["20:00", "21:30"]]})
    counter.hears("En nu?")
    assert said(counter) == ["outside-hours"]


def test_whoever_is_new_at_night_gets_one_message(counter: Counter) -> None:
    """The welcome with the sentence about privacy, and that nobody is there."""
    told(counter, outside_hours={"on": True, "variants": ["We zijn dicht."]})
    branch_told(
        counter,
        welcome_text="Welkom bij {branch}!",
        privacy_text="Wat we bewaren: https://example.com/privacy",
    )
    night_falls(counter)
    counter.hears()
    (text,) = texts(counter)
    assert text == (
        "Welkom bij Utrecht!\n\nWat we bewaren: https://example.com/privacy\n\nWe zijn dicht."
    )
    counter.clock.advance(s=13 * HOUR_S)
    counter.hears("Hallo?")
    assert texts(counter)[1:] == ["We zijn dicht."]


def test_a_welcome_that_does_not_fit_beside_a_rule_goes_alone(counter: Counter) -> None:
    """They read about privacy once; that the branch is closed they read the next time."""
    told(counter, outside_hours={"on": True, "variants": ["D" * 900]})
    branch_told(counter, welcome_text="W" * 700, privacy_text="Privacy: https://example.com")
    night_falls(counter)
    counter.hears(channel=SMS)
    assert (said(counter), len(texts(counter))) == (["welcome"], 1)
    assert "Privacy" in texts(counter)[0]
    counter.clock.advance(s=13 * HOUR_S)
    counter.hears("Hallo?", channel=SMS)
    assert texts(counter)[1:] == ["D" * 900]


def test_who_was_not_welcomed_is_welcomed_the_next_time(counter: Counter) -> None:
    """The welcome did not fit at all."""
    told(counter, outside_hours={"on": True, "variants": ["Dicht."]})
    privacy = f"Privacy: https://example.com/{'x' * 300}"
    branch_told(counter, welcome_text="W" * 1_500, privacy_text=privacy)
    night_falls(counter)
    counter.hears(channel=SMS)
    assert texts(counter) == ["Dicht."]
    branch_told(counter, welcome_text="Welkom!", privacy_text="")
    counter.clock.advance(s=13 * HOUR_S)
    counter.hears("Hallo?", channel=SMS)
    assert texts(counter)[1:] == ["Welkom!\n\nDicht."]


def test_a_line_has_a_welcome_of_its_own_or_the_branch_s(counter: Counter) -> None:
    """Whoever has no name gets a variant that needs none; where it is off, nobody gets one."""
    branch_told(counter, welcome_text="Dag van {branch}.")
    counter.hears()
    told(counter, welcome={"on": True, "variants": ["Hoi {voornaam}!", "Hoi!"]})
    counter.hears(sender=CHRIS, name="Chris de Wit")
    counter.hears(sender=BART)
    told(counter, welcome={"on": False})
    counter.hears(sender="+31644444444")
    told(counter, welcome=ON)
    counter.hears(sender="+31644444444")
    everybody = (ANNA, BART, CHRIS, "+31644444444")
    assert [texts(counter, each) for each in everybody] == [
        ["Dag van Utrecht."],
        ["Hoi!"],
        ["Hoi Chris!"],
        [],
    ]


@pytest.mark.parametrize("by", ["colleague", "program"])
def test_nobody_talks_through_a_colleague(
    counter: Counter, known: None, colleague: Author, by: str
) -> None:
    """What was queued is taken back, nothing follows for five minutes, then it may again."""
    token = counter.store.write(lambda tx: tokens.add(tx, "planning"))
    author = colleague if by == "colleague" else Author(token_id=token.id)
    told(counter, outside_hours=ON, every_hours=0)
    night_falls(counter)
    counter.hears("Hallo")
    assert said(counter) == ["outside-hours"]
    counter.queues("Ik kijk even.", author=author)
    assert said(counter) == []
    counter.hears("Fijn")
    counter.clock.advance(s=10)
    counter.sends()
    counter.clock.advance(s=299)
    counter.hears("Nog iets")
    assert said(counter) == []
    counter.clock.advance(s=2)
    counter.hears("En nu?")
    assert said(counter) == ["outside-hours"]


@pytest.mark.parametrize("tried", [False, True])
def test_no_rule_speaks_just_after_an_answer_that_was_planned(
    counter: Counter, known: None, colleague: Author, *, tried: bool
) -> None:
    """The answer was there first: the phone was away until both were due, or the rule did not get
    through before the answer left.
    """
    told(counter, nobody_logged_in=ON)
    counter.clock.advance(s=2 * HOUR_S)
    soon_ms = counter.clock.now_ms() + 3 * 60_000
    counter.queues("Tot zo!", author=colleague, not_before_ms=soon_ms)
    counter.hears("Hoe laat?")
    assert said(counter) == ["nobody-logged-in"]
    if tried:
        counter.clock.advance(s=170)
        attempt = counter.attempt()
        counter.clock.advance(s=20)
        counter.work.not_sent(attempt, Transient("The chat did not open."))
    else:
        counter.clock.advance(s=190)
    for _ in range(45):
        counter.clock.advance(s=5)
        if isinstance(task := counter.task(), QueueAttempt):
            with tapping(task):
                pass
            counter.work.sent(task, Proof(tick=Tick.SENT))
    assert said(counter) == []
    assert counter.outgoing()[-2]["state"] == "sent"


def test_two_machines_end_after_two(counter: Counter, known: None) -> None:
    """Whatever it answers; a day of silence, or a colleague, begins anew."""
    told(counter, outside_hours=ON, every_hours=0)
    night_falls(counter)
    for number in range(20):
        counter.hears(f"Wij zijn afwezig ({number}{number})." if number % 2 else f"Nr {number}x")
        counter.clock.advance(s=600)
    assert said(counter) == ["outside-hours"] * 2


def test_the_same_words_get_two_answers_for_ever(
    counter: Counter, known: None, colleague: Author
) -> None:
    """Figures in them do not make them others; a colleague's answer does away with it."""
    told(counter, outside_hours=ON, every_hours=1)
    branch_told(counter, week={})
    for day in range(5):
        counter.hears(f"Storing {day} om 0{day}:15 uur!")
        counter.clock.advance(s=25 * HOUR_S)
    assert said(counter) == ["outside-hours"] * 2
    counter.hears("Dit is een ander bericht")
    assert said(counter) == ["outside-hours"] * 3


def test_what_nobody_reads_is_not_answered(counter: Counter) -> None:
    """A group, a company's landline, a notice of the network, and whoever wants no messages."""
    told(counter, outside_hours=ON)
    night_falls(counter)
    counter.hears("Wie kan?", group=Group(jid="31611110001-1@g.us", name="Loods"))
    counter.hears("Uw pakket is er.", "+31201234567", channel=SMS)
    counter.hears("Uw code is 1234", "1234", channel=SMS)
    counter.hears("STOP")
    counter.hears("Kunnen jullie dit lezen?")
    rows = counter.all("SELECT rule FROM message WHERE direction = 'out'")
    assert [row["rule"] for row in rows] == ["stop"]


def test_while_somebody_may_want_to_stop_no_rule_speaks(counter: Counter, known: None) -> None:
    told(counter, outside_hours=ON)
    night_falls(counter)
    counter.hears("stop. dank je")
    counter.hears("Hallo?")
    assert said(counter) == []


def test_after_hours_is_not_said_when_the_branch_is_open_again(
    counter: Counter, known: None
) -> None:
    """The phone was away until then."""
    told(counter, outside_hours=ON)
    counter.clock.advance(s=(at("2026-06-16 08:00") - counter.clock.now_ms()) / 1000)
    counter.hears("Vroeg!")
    counter.clock.advance(s=1_801)
    assert counter.task() is None
    assert counter.outgoing()[-1]["state"] == "expired"


def test_a_missed_call_is_answered_as_ever(counter: Counter) -> None:
    """Once, by the line's own words; the rules do not count it."""
    told(counter, outside_hours=ON)
    counter.store.write(
        lambda tx: line_settings.change(tx, counter.line_id, {"call_answer": "App ons."}, by="cli")
    )
    night_falls(counter)
    call = MissedCall(key="call:1", number=ANNA, at_ms=counter.clock.now_ms())
    counter.reception.missed_calls(counter.device_id, [call])
    counter.hears("Ik belde", channel=Channel.SMS)
    assert said(counter) == ["call", "outside-hours"]
