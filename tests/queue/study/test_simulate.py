"""A line in virtual time: the promises hold, the estimate comes true, the picture is drawn."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import count, pairwise
from types import FrameType
from xml.etree import ElementTree as ET

import pytest

from appliance.queue.profile import (
    DAY_MS,
    DEFAULT_PROFILE,
    HOUR_MS,
    MINUTE_MS,
    Profile,
    checked,
    profile_of,
)
from appliance.queue.study.drawing import draw
from appliance.queue.study.load import Load
from appliance.queue.study.simulate import PHONE_MS, Item, Run, simulate
from appliance.queue.study.summary import as_announced, summary_of
from tests.queue.counter import AMSTERDAM
from tests.queue.test_office_hours import DUTCH

WEEK = Load()
HEAVY = Load(contacts=400, lists=4, inbound_per_day=150, days=5, seed=3, age_days=0)


@cache
def run_of(load: Load, profile: Profile = DEFAULT_PROFILE) -> Run:
    (run,) = simulate(load, profile, DUTCH)
    return run


def fullest(items: Sequence[Item], span_ms: int) -> int:
    """The most parts that left in any span with more than one message in it."""
    times = [(item.left_ms or 0, item.waiting.parts) for item in items]
    most = first = used = 0
    for at_ms, parts in times:
        used += parts
        while times[first][0] <= at_ms - span_ms:
            used -= times[first][1]
            first += 1
        if used > parts:
            most = max(most, used)
    return most


def calls_of(load: Load) -> int:
    """The calls of Python functions that a simulation takes."""
    calls = count()

    def noted(_frame: FrameType, event: str, _arg: object) -> None:
        if event == "call":
            next(calls)

    sys.setprofile(noted)
    try:
        simulate(load, DEFAULT_PROFILE, DUTCH)
    finally:
        sys.setprofile(None)
    return next(calls)


def test_a_year_of_a_line_takes_seconds() -> None:
    """Each message takes so many steps, from being written to having left; there were 560 when each
    plan asked anew what had not changed.
    """
    load = Load(contacts=250, lists=3, inbound_per_day=125)
    sent = len(run_of(load).sent)
    assert calls_of(load) <= 400 * sent


@pytest.mark.parametrize("load", [WEEK, HEAVY], ids=["week", "heavy"])
def test_a_simulated_line_keeps_every_promise(load: Load) -> None:
    """It keeps the ceilings in parts, the pauses, typing and hours, one message at a time."""
    run = run_of(load)
    begun = [item for item in run.sent if item.waiting.is_begun]
    assert fullest(run.sent, MINUTE_MS) <= 6
    assert fullest(run.sent, HOUR_MS) <= 80
    assert all(each.day <= each.budget for each in run.peaks.values())
    assert run.overlaps == 0
    for before, after in pairwise(run.sent):
        apart_ms = (after.left_ms or 0) - (before.left_ms or 0)
        assert apart_ms >= PHONE_MS
        if not after.waiting.typed:
            assert apart_ms >= 4_000 + after.waiting.text_length / 180 * MINUTE_MS - 1
        if not after.waiting.is_reply:
            assert apart_ms >= 30_000
    for item in begun:
        local = datetime.fromtimestamp((item.left_ms or 0) / 1000, UTC).astimezone(AMSTERDAM)
        assert DUTCH.open_from(item.left_ms or 0) == item.left_ms, local
        assert item.waiting.unanswered < 3


def test_nothing_disappears() -> None:
    """Each accepted message left, waits, or became too old, and counts exactly once."""
    for load in (WEEK, HEAVY):
        run = run_of(load)
        assert run.accepted == len(run.sent) + run.expired + run.waiting
        assert len({item.waiting.id for item in run.sent}) == len(run.sent)


def test_first_contacts_are_few() -> None:
    """However many never wrote, no day begins more than two conversations."""
    load = Load(contacts=300, lists=5, inbound_per_day=5, days=5)
    first = [item for item in run_of(load).sent if item.waiting.is_begun and item.waiting.first]
    assert first
    assert fullest(first, DAY_MS) <= 2 * max(item.waiting.parts for item in first)
    days = [
        sum((item.left_ms or 0) // DAY_MS == (each.left_ms or 0) // DAY_MS for item in first)
        for each in first
    ]
    assert max(days) <= 2


@pytest.mark.parametrize("seed", range(1, 6))
def test_what_is_announced_comes_true(seed: int) -> None:
    """In a simulated week 80 % of the messages leave within a tenth of the announced wait."""
    run = run_of(Load(seed=seed))
    assert len(run.sent) > 300
    assert as_announced([run]) >= 0.8


def test_a_reply_waits_for_the_phone_and_not_for_a_list() -> None:
    """In the middle of a list, a message that staff typed leaves as soon as the phone is free."""
    replies = [item for item in run_of(WEEK).sent if item.waiting.typed]
    waits = sorted(item.waited_ms for item in replies)
    assert waits[len(waits) // 2] <= PHONE_MS
    assert waits[int(0.99 * len(waits))] <= MINUTE_MS


def test_the_same_seed_gives_the_same_days() -> None:
    """Another seed gives other days, and each branch has a world of its own."""
    first, second = simulate(WEEK, DEFAULT_PROFILE, DUTCH, branches=2)
    (again,) = simulate(WEEK, DEFAULT_PROFILE, DUTCH)
    times = [item.left_ms for item in first.sent]
    assert times == [item.left_ms for item in again.sent]
    assert times != [item.left_ms for item in second.sent]


def test_a_slower_profile_sends_slower() -> None:
    """The line keeps to its own lower limits."""
    slow = profile_of(checked({"per_hour": 20, "per_minute": 2, "gap_min_ms": 120_000}))
    run = run_of(WEEK, slow)
    assert fullest(run.sent, HOUR_MS) <= 20
    assert fullest(run.sent, MINUTE_MS) <= 2


def test_the_summary_counts_what_happened() -> None:
    """The figures fit into JSON and show the ceilings beside the peaks."""
    run = run_of(WEEK)
    facts = summary_of([run], WEEK, DEFAULT_PROFILE)
    assert facts["sent"] == len(run.sent)
    assert facts["accepted"] == facts["sent"] + facts["expired"] + facts["waiting"]
    assert sum(each["count"] for each in facts["waits_s"].values()) == facts["sent"]
    assert facts["peaks"]["hour"] <= facts["peaks"]["hour_ceiling"] == 80
    assert facts["overlaps"] == 0


def test_the_picture_is_drawn() -> None:
    """The SVG is well-formed and has its three panels, also for a load without messages."""
    for load in (WEEK, Load(contacts=1, lists=0, inbound_per_day=0, days=1)):
        tree = ET.fromstring(draw([run_of(load)], load, DEFAULT_PROFILE))  # noqa: S314 -- our own text
        texts = [each.text or "" for each in tree.iter("{http://www.w3.org/2000/svg}text")]
        assert any(text.startswith("Sends over the day") for text in texts)
        assert any("of the ceiling" in text for text in texts)
        assert any(text.startswith("Age of the oldest") for text in texts)
