"""Which rule of a line speaks, from how things stand alone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.desk.automatic import texts as rule_texts
from appliance.desk.automatic.deciding import (
    Circumstances,
    RuleDecision,
    RuleName,
    Spoken,
    Why,
    decide,
)
from appliance.queue.pacing import AUTOMATIC_RULES, DAY_MS, HOUR_MS, QUIET_MS
from tests.desk.automatic_line import (
    ALL_ON,
)


def test_the_rules_of_the_queue_and_of_the_desk_have_the_same_names() -> None:
    """Those of the queue are taken back when somebody answers."""
    assert set(AUTOMATIC_RULES) == set(RuleName)


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
