"""What a line says by itself: when nobody is there, at most so often, and never to a machine."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.channels import Channel
from appliance.desk.access import sessions, tokens
from appliance.desk.automatic import absence, rules, waiting
from appliance.desk.automatic import texts as rule_texts
from appliance.desk.automatic.deciding import (
    Circumstances,
    RuleDecision,
    RuleName,
    Spoken,
    Why,
    decide,
)
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import cases, staff
from appliance.devices.news_protocol import MissedCall
from appliance.devices.protocol import Group, Proof, Tick
from appliance.errors import InvalidInput, Transient
from appliance.queue.attempt import QueueAttempt
from appliance.queue.pacing import AUTOMATIC_RULES, DAY_MS, HOUR_MS, QUIET_MS
from appliance.store import branch_settings, line_settings, lines
from appliance.store.line_rules import BusyRule, LineRules, Rule
from tests.queue.counter import ANNA, BART, HOUR_S, SMS, Counter, at, tapping
from tests.queue.inbox_reader import Colleague

CHRIS = "+31633333333"
ZONE = "Europe/Amsterdam"
ON = {"on": True}
NIGHT = at("2026-06-20 22:00")  # a Saturday
ALL_ON = LineRules(
    welcome=Rule(on=True),
    outside_hours=Rule(on=True),
    nobody_logged_in=Rule(on=True),
    all_busy=BusyRule(on=True),
)


def told(counter: Counter, **patch: Any) -> None:
    """The line is told these rules."""
    line = counter.store.read(lambda conn: lines.line(conn, counter.line_id))
    counter.store.write(lambda tx: rules.change(tx, line.id, line.rules, patch, by="cli"))


def branch_told(counter: Counter, **patch: Any) -> None:
    counter.store.write(lambda tx: branch_settings.change(tx, counter.branch_id, patch, by="cli"))


def said(counter: Counter, to: str = ANNA) -> list[str]:
    """Which rules spoke to them, and were not taken back."""
    rows = counter.outgoing(to)
    return [row["rule"] for row in rows if row["rule"] and row["state"] != "cancelled"]


def texts(counter: Counter, to: str = ANNA) -> list[str]:
    return [row["text"] for row in counter.outgoing(to)]


def night_falls(counter: Counter) -> None:
    counter.clock.advance(s=(NIGHT - counter.clock.now_ms()) / 1000)


@pytest.fixture
def known(counter: Counter) -> None:
    """Both were welcomed long ago."""
    counter.knows(ANNA, BART)


@pytest.fixture
def colleague(counter: Counter) -> Author:
    return Author(staff_id=Colleague(counter).id)


def logs_in(counter: Counter, staff_id: str) -> str:
    return counter.store.write(lambda tx: sessions.begin(tx, staff_id)).token


def goes_away(counter: Counter, staff_id: str, text: str) -> None:
    counter.store.write(lambda tx: absence.go(tx, staff_id, "2026-06-18", text, ZONE))


def test_the_rules_of_the_queue_and_of_the_desk_have_the_same_names() -> None:
    """Those of the queue are taken back when somebody answers."""
    assert set(AUTOMATIC_RULES) == set(RuleName)


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{opent} zijn we er weer.", "Morgen om 08:30 zijn we er weer."),
        ("Dicht!  {opent} weer open.", "Dicht!  Morgen om 08:30 weer open."),
        ("We zijn dicht\n{opens} weer open", "We zijn dicht\nMorgen om 08:30 weer open"),
        ("Tot {opent}, {opent}.", "Tot morgen om 08:30, morgen om 08:30."),
        ("Dicht. {vestiging} wel.", "Dicht. de Loods wel."),
    ],
)
def test_a_time_begins_a_sentence_with_a_capital(text: str, expected: str) -> None:
    """A name stays as it is written."""
    values = {"opens": "morgen om 08:30", "branch": "de Loods"}
    assert rule_texts.filled(text, None, values) == expected


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


def test_who_waits_too_long_is_told_once(counter: Counter, known: None, colleague: Author) -> None:
    """While somebody is there; also after a restart, and not who waits since yesterday."""
    told(counter, welcome={"on": False}, all_busy={"on": True, "after_min": 10}, every_hours=0)
    counter.clock.advance(s=24 * HOUR_S)
    counter.hears("Is er plek?", CHRIS)
    counter.clock.advance(s=601)
    waiting.look(counter.store)
    assert said(counter, CHRIS) == []  # nobody is logged in
    logs_in(counter, colleague.staff_id or "")
    for _ in range(3):
        waiting.look(counter.store)
        counter.clock.advance(s=15)
    assert said(counter, CHRIS) == ["all-busy"]
    counter.hears("Hallo?", CHRIS)
    counter.clock.advance(s=1_200)
    waiting.look(counter.store)
    assert said(counter, CHRIS) == ["all-busy"]
    assert said(counter) == said(counter, BART) == []


def test_a_line_whose_branch_is_closed_is_not_busy(
    counter: Counter, known: None, colleague: Author
) -> None:
    """Whoever wrote just before the closing hour waits for tomorrow."""
    told(counter, all_busy={"on": True, "after_min": 15})
    logs_in(counter, colleague.staff_id or "")
    counter.clock.advance(s=(at("2026-06-15 17:25") - counter.clock.now_ms()) / 1000)
    counter.hears("Kan ik morgen?", CHRIS)
    counter.clock.advance(s=16 * 60)
    waiting.look(counter.store)
    assert said(counter, CHRIS) == ["welcome"]
    busy = decide(ALL_ON, Circumstances(now_ms=DAY_MS, waits_ms=HOUR_MS // 2))
    assert busy.rule is RuleName.ALL_BUSY
    closed = Circumstances(now_ms=DAY_MS, is_open=False, waits_ms=HOUR_MS // 2)
    assert decide(ALL_ON, closed).rule is None


def test_who_is_blocked_is_not_tried_at_each_look(
    counter: Counter, known: None, colleague: Author, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is written for them, nor do they keep others from their turn."""
    told(counter, all_busy={"on": True, "after_min": 10})
    logs_in(counter, colleague.staff_id or "")
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE contact SET blocked_ms = ? WHERE id = ?", (tx.now_ms, counter.contact_id())
        )
    )
    counter.clock.advance(s=601)
    for _ in range(3):
        waiting.look(counter.store)
    assert (said(counter), said(counter, BART)) == ([], ["all-busy"])
    assert "could not say" not in caplog.text


def test_a_busy_line_tells_nobody_who_has_an_answer(
    counter: Counter, known: None, colleague: Author
) -> None:
    told(counter, all_busy={"on": True, "after_min": 10})
    logs_in(counter, colleague.staff_id or "")
    counter.hears("Is er plek?")
    counter.hears("Voor mij ook?", BART)
    counter.queues("Ja hoor!", author=colleague)
    counter.clock.advance(s=601)
    waiting.look(counter.store)
    assert (said(counter), said(counter, BART)) == ([], ["all-busy"])


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


ALL_KINDS = st.builds(
    Circumstances,
    now_ms=st.just(10 * DAY_MS),
    is_open=st.booleans(),
    is_there=st.booleans(),
    is_absent=st.booleans(),
    is_welcomed=st.booleans(),
    is_undecided=st.booleans(),
    answer_waits=st.booleans(),
    answered_ms=st.none() | st.integers(9 * DAY_MS, 10 * DAY_MS),
    followed_up=st.booleans(),
    words=st.sampled_from(["hoi", "dag"]),
    spoken=st.lists(
        st.builds(Spoken, at_ms=st.integers(0, 10 * DAY_MS), to=st.sampled_from(["hoi", "dag"])),
        max_size=2,
    ).map(lambda found: sorted(found, key=lambda each: -each.at_ms)),
    waits_ms=st.none() | st.integers(0, 3 * HOUR_MS),
    said_in_wait=st.booleans(),
)


@given(ALL_KINDS, st.sampled_from([0, 1, 12]))
def test_whatever_the_standing_the_limits_hold(standing: Circumstances, every_hours: int) -> None:
    """A rule speaks only where none of the limits forbids it, and always says why."""
    line_rules = ALL_ON.model_copy(update={"every_hours": every_hours})
    found = decide(line_rules, standing)
    assert (found.rule is None) == isinstance(found.why, Why)
    if found.rule is None:
        return
    now_ms, last = standing.now_ms, [each.at_ms for each in standing.spoken]
    assert not standing.answer_waits
    assert standing.answered_ms is None or now_ms - standing.answered_ms >= QUIET_MS
    assert not last or now_ms - last[0] >= every_hours * HOUR_MS
    assert not standing.is_undecided or found.rule is RuleName.WELCOME
    assert len(last) < 2 or standing.followed_up or now_ms - last[0] >= DAY_MS


WHY: Mapping[str, tuple[dict[str, Any], RuleDecision]] = {
    "closed": (
        {"is_open": False, "is_absent": True, "is_there": False},
        RuleDecision(rule=RuleName.OUTSIDE_HOURS, why=RuleName.OUTSIDE_HOURS),
    ),
    "absent": (
        {"is_absent": True, "is_there": False},
        RuleDecision(rule=RuleName.ABSENCE, why=RuleName.ABSENCE),
    ),
    "nobody": (
        {"is_there": False, "is_welcomed": False},
        RuleDecision(rule=RuleName.NOBODY_LOGGED_IN, why=RuleName.NOBODY_LOGGED_IN, welcomes=True),
    ),
    "new": (
        {"is_welcomed": False},
        RuleDecision(rule=RuleName.WELCOME, why=RuleName.WELCOME, welcomes=True),
    ),
    "there": ({}, RuleDecision(rule=None, why=Why.NOTHING_TO_SAY)),
}


@pytest.mark.parametrize("name", WHY)
def test_what_is_the_matter_decides_which_rule_speaks(name: str) -> None:
    """The office that is closed first, then who is away, then that nobody is there."""
    about, expected = WHY[name]
    assert decide(ALL_ON, replace(Circumstances(now_ms=DAY_MS), **about)) == expected
