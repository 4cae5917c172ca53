"""What a line says by itself while nobody is there, or the colleague is away."""

import pytest

from appliance.desk.access import sessions
from appliance.desk.automatic import absence
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import cases, staff
from appliance.errors import InvalidInput
from tests.desk.automatic_line import ON, colleague, goes_away, known, logs_in, said, texts, told
from tests.queue.counter import BART, HOUR_S, Counter

__all__ = ["colleague", "known"]  # the fixtures


def test_nobody_logged_in_is_who_may_answer_there(
    counter: Counter, known: None, colleague: Author
) -> None:
    """A colleague who manages phones answers nobody; who is logged in does."""
    told(counter, nobody_logged_in=ON)
    technician = counter.store.write(
        lambda tx: staff.add(tx, "Ties", role="branch-it", branch_id=counter.branch_id)
    )
    logs_in(counter, technician)
    counter.hears("Is er iemand?")
    assert said(counter) == ["nobody-logged-in"]
    token = logs_in(counter, colleague.staff_id or "")
    counter.hears("Is er iemand?", BART)
    assert said(counter, BART) == []
    counter.store.write(lambda tx: sessions.end(tx, token))
    counter.hears("Nu dan?", BART)
    assert said(counter, BART) == ["nobody-logged-in"]


def test_a_colleague_who_is_away_is_not_there(
    counter: Counter, known: None, colleague: Author
) -> None:
    """Their browser may still be logged in."""
    me = colleague.staff_id or ""
    told(counter, nobody_logged_in=ON)
    logs_in(counter, me)
    goes_away(counter, me, "Ik ben weg.")
    counter.hears("Is er iemand?")
    assert said(counter) == ["nobody-logged-in"]
    counter.store.write(lambda tx: absence.come_back(tx, me))
    counter.hears("Is er iemand?", BART)
    assert said(counter, BART) == []


def test_a_colleague_who_is_away_says_so_where_it_is_theirs(
    counter: Counter, known: None, colleague: Author
) -> None:
    """Also after their log-out gave it back; not where somebody else has it."""
    me = colleague.staff_id or ""
    token = logs_in(counter, me)
    (conversation,) = counter.all(
        "SELECT id FROM conversation WHERE contact_id = ?", counter.contact_id()
    )
    text = "{collega} is er {terug} weer."
    counter.store.write(lambda tx: cases.claim(tx, conversation["id"], me))
    goes_away(counter, me, text)
    counter.store.write(lambda tx: sessions.end(tx, token))
    counter.hears("Voor Piet")
    counter.hears("Voor wie?", BART)
    assert texts(counter)[-1] == "Piet is er donderdag 18 juni weer."
    assert said(counter, BART) == []
    counter.clock.advance(s=3 * 24 * HOUR_S)
    counter.hears("Ben je er weer?")
    assert said(counter) == ["absence"]


def test_an_absence_that_cannot_be_filled_in_is_told_in_usual_words(
    counter: Counter, known: None, colleague: Author
) -> None:
    """One without a name; a text that nobody could send is not kept."""
    me = colleague.staff_id or ""
    (conversation,) = counter.all(
        "SELECT id FROM conversation WHERE contact_id = ?", counter.contact_id()
    )
    counter.store.write(lambda tx: cases.claim(tx, conversation["id"], me))
    for wrong in (" ", "x" * 1_600):
        with pytest.raises(InvalidInput) as refused:
            goes_away(counter, me, wrong)
        assert refused.value.field == "absence_text"
    goes_away(counter, me, "Hoi {voornaam}!")
    counter.hears("Ben je er?")
    assert texts(counter)[-1] == (
        "Bedankt voor je bericht aan Utrecht. Piet is er donderdag 18 juni weer."
    )
