"""Which message somebody answers, by the words that their phone quotes."""

import pytest

from appliance.desk.outgoing.sending import cancel
from appliance.devices.news_protocol import Quoting
from appliance.devices.protocol import Group, QuotedText
from appliance.events import EventKind
from appliance.store.quotes import quoted_by
from tests.queue.counter import ANNA, BART, STAFF, WHATSAPP, Counter


def answers(counter: Counter, key: str, quoted: str) -> None:
    told = Quoting(key=key, channel=WHATSAPP, sender=ANNA, quoted=quoted)
    counter.reception.quoted(counter.device_id, [told])


def quoted(counter: Counter) -> list[str]:
    """The texts of all messages that another one answers."""
    ids = [row["id"] for row in counter.all("SELECT id FROM message")]
    found = counter.store.read(lambda conn: quoted_by(conn, ids))
    return [each.text for each in found.values()]


@pytest.fixture
def talk(counter: Counter) -> Counter:
    counter.hears("Is er werk?")
    for text, key in (("Kom je *morgen*?", "k1"), ("Ja", "k2")):
        counter.clock.advance(s=60)
        counter.hears(text, key=key)
    return counter


def test_an_answer_stands_beside_what_it_quotes(talk: Counter) -> None:
    """Told once more, it changes nothing."""
    before = talk.last_seq()
    answers(talk, "k2", "Kom je morgen?")
    (event,) = talk.events(after=before)
    assert (event.kind, event.facts["change"]) == (EventKind.MESSAGE_CHANGED, "quote")
    assert quoted(talk) == ["Kom je *morgen*?"]
    answers(talk, "k2", "Kom je morgen?")
    assert talk.last_seq() == event.seq


def test_an_answer_in_a_group_stands_beside_what_it_quotes(counter: Counter) -> None:
    """Whoever wrote either of them."""
    team = Group(jid="120363001@g.us", name="Team Venlo")
    counter.hears("Wie kan?", ANNA, group=team)
    counter.hears("Ik niet", BART, group=team, key="k9")
    told = Quoting(key="k9", channel=WHATSAPP, sender="Bart", quoted="Wie kan?", group=team.jid)
    counter.reception.quoted(counter.device_id, [told])
    assert quoted(counter) == ["Wie kan?"]


@pytest.mark.parametrize(
    ("key", "words"), [("k2", "Andere woorden"), ("unknown", "Is er werk?"), ("k1", "Ja")]
)
def test_what_fits_no_message_before_it_is_left_out(talk: Counter, key: str, words: str) -> None:
    """Words that nobody wrote, an answer that is not known, words that came later."""
    answers(talk, key, words)
    assert quoted(talk) == []


def test_a_device_gets_the_words_that_a_message_answers(talk: Counter) -> None:
    """With who wrote them and when, and the device's own name of that message."""
    (theirs,) = talk.all("SELECT id, happened_ms FROM message WHERE device_key = 'k1'")
    (welcome,) = talk.outgoing()
    talk.store.write(lambda tx: cancel(tx, welcome["id"], STAFF))
    talk.queues("Ja hoor", quotes=theirs["id"])
    assert talk.attempt().outgoing.quoted == QuotedText(
        text="Kom je *morgen*?", own=False, at_ms=theirs["happened_ms"], key="k1"
    )
