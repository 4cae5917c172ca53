"""A whole message that says STOP or START, on the line that it was sent to."""

import pytest

from appliance.devices.protocol import Incoming
from appliance.errors import Refused
from tests.desk.ledger import ledger, rules
from tests.queue.counter import ANNA, BART, SMS, Counter

STOPS = [
    "STOP",
    "stop",
    " Stop! ",
    "Stop.",
    "stop\n",
    "*STOP*",
    "Stoppen",
    "AFMELDEN",
    "Uitschrijven!",
    "unsubscribe",
    "Stop all",
    "ＳＴＯＰ",
    "stop 🛑",
    "\u200bStop",
    "UİTSCHRİJVEN",
    "sto\u200bp",
    "s\u00adt\u00ado\u00adp",
    "S T O P",
    "S.T.O.P.",
    "a f m e l d e n",
    "“STOP”",
    "🛑 STOP 🇳🇱",
    "stooop",
    "STOPPPP!!!",
    "\u0455\u0442\u043e\u0440",
    "S\u0442\u043ep",
    "СТОП",
    "ΣΤΟΠ",
    "🅢🅣🅞🅟",
    "🇸🇹🇴🇵",
    "s\u0336t\u0336o\u0336p\u0336",
    "Stóp",
]

NO_STOPS = [
    "stop maar even met bellen",
    "Ik stop ermee",
    "don't stop",
    "non-stop",
    "stopcontact",
    "stop?  nee hoor",
    "",
    "🛑",
    "Kun je me afmelden voor morgen?",
    "stoop",
    "n o n s t o p",
    "stop 1",
    "sloop",
]


@pytest.mark.parametrize("text", STOPS)
def test_a_whole_message_that_says_stop_is_an_opt_out(counter: Counter, text: str) -> None:
    """In Dutch and English, with or without capitals, marks and space around it."""
    counter.knows(ANNA)
    counter.hears(text)
    assert ledger(counter) == [(ANNA, "wrote_first"), (ANNA, "opted_out")]


@pytest.mark.parametrize("text", NO_STOPS)
def test_a_word_inside_a_sentence_is_no_opt_out(counter: Counter, text: str) -> None:
    """`stop maar even met bellen` is something to read, not a withdrawal."""
    counter.knows(ANNA)
    counter.hears(text)
    assert ledger(counter) == [(ANNA, "wrote_first")]


def test_stop_withdraws_what_waits_and_is_confirmed_once(counter: Counter) -> None:
    """All queued messages to them on this line are cancelled; others' and sent ones stay."""
    counter.knows(ANNA, BART)
    counter.queues("al weg")
    gone = counter.sends()
    mine, theirs = counter.queues(), counter.queues(to=BART)
    counter.hears("STOP")
    assert counter.row(mine)["state"] == "cancelled"
    assert counter.row(mine)["reason"] == "opted-out"
    assert counter.row(theirs)["state"] == "queued"
    assert counter.row(gone)["state"] == "sent"
    counter.hears("STOP")
    counter.hears("stop!")
    confirmations = [each for each in counter.outgoing() if each["rule"] == "stop"]
    assert [each["class"] for each in confirmations] == ["confirmation"]
    assert "START" in confirmations[0]["text"]
    assert ledger(counter)[-1] == (ANNA, "opted_out")
    assert len(ledger(counter)) == 3  # two who wrote first, one who stopped


def test_after_stop_nothing_is_accepted_and_start_opens_again(counter: Counter) -> None:
    """The refusal says what would change it: START, which gets one confirmation."""
    counter.knows(ANNA)
    counter.hears("STOP")
    with pytest.raises(Refused) as refused:
        counter.accepts()
    assert refused.value.code == "opted-out"
    assert "START" in refused.value.remedy
    counter.hears("Hallo?")
    with pytest.raises(Refused):
        counter.accepts()
    counter.hears("Start")
    counter.hears("start")
    assert [each for each in rules(counter) if each == "start"] == ["start"]
    assert ledger(counter)[-1] == (ANNA, "opted_in_again")
    assert counter.queues()


def test_a_start_that_was_written_before_the_stop_opens_nothing(counter: Counter) -> None:
    """An SMS may come hours late; the word that they wrote last counts."""
    counter.knows(ANNA)
    counter.clock.advance(s=3600)
    counter.hears("STOP")
    counter.hears("START", channel=SMS, at_ms=counter.clock.now_ms() - 600_000)
    assert ledger(counter)[-1] == (ANNA, "opted_out")
    counter.hears("START", channel=SMS, at_ms=counter.clock.now_ms() - 30_000)
    assert ledger(counter)[-1] == (ANNA, "opted_in_again")


def test_a_first_message_that_says_stop_is_an_opt_out_without_welcome(counter: Counter) -> None:
    """It is confirmed, and a later START brings no welcome."""
    counter.hears("STOP")
    assert rules(counter) == ["stop"]
    counter.hears("START")
    counter.hears("Hoi")
    assert rules(counter) == ["stop", "start"]


def test_a_stranger_s_start_is_a_first_message(counter: Counter) -> None:
    """There was no withdrawal to undo, so they are welcomed."""
    counter.hears("START")
    assert rules(counter) == ["welcome"]
    assert ledger(counter) == [(ANNA, "wrote_first")]


def test_stop_is_for_the_line_it_was_sent_to(counter: Counter) -> None:
    """Another number of the office may still be answered."""
    counter.knows(ANNA)
    other_line, other_device = counter.add_line("+31687654322", "R58M999")
    counter.reception.received(
        other_device,
        [Incoming(channel=SMS, key="1", sender=ANNA, text="Hoi", at_ms=counter.clock.now_ms())],
    )
    counter.hears("STOP")
    assert counter.queues(line_id=other_line)
    with pytest.raises(Refused):
        counter.accepts()
