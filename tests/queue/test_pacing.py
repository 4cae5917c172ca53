"""Pacing: a simulated SIM that follows `earliest` never does what a person could not do."""

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.identities import tel
from appliance.messages import MessageClass
from appliance.queue.pacing import (
    DAY_MS,
    DEFAULT_PROFILE,
    HOUR_MS,
    MINUTE_MS,
    MONTH_MS,
    History,
    Left,
    Waiting,
    earliest,
)
from appliance.queue.profile import PhoneLimit
from appliance.reasons import Reason
from tests.queue.counter import ANNA, MONDAY, at
from tests.queue.pacing_kit import BEGUN, OFFICE, OLD, REPLY, TYPED, sent, slot, waiting


def test_a_typed_reply_leaves_at_once() -> None:
    """A reply that staff typed waits for nothing when the number is free, also at night."""
    night = at("2026-06-14 03:00")
    assert slot(replace(TYPED, created_ms=night), now_ms=night) == (night, None)
    assert slot(TYPED, *sent(1_000)) == (MONDAY, None)


@given(st.integers(1, 4096))
def test_what_nobody_typed_takes_a_person_s_time(length: int) -> None:
    """Opening the chat and typing at 36 words a minute: a word is five characters."""
    at_ms, brake = slot(waiting(text_length=length))
    assert brake is Reason.TYPING
    assert at_ms is not None
    assert at_ms - MONDAY == pytest.approx(4_000 + length / (36 * 5) * MINUTE_MS, abs=1)


def test_typing_begins_when_the_hands_are_free() -> None:
    """The hands that sent a message a second ago could not have begun earlier."""
    free_ms = MONDAY - 1_000
    at_ms, _ = slot(waiting(created_ms=MONDAY - HOUR_MS), *sent(1_000))
    assert at_ms == free_ms + 4_000 + 60 * MINUTE_MS // 180


@given(st.text(min_size=1), st.booleans())
def test_a_pause_is_never_below_half_a_minute(message_id: str, answering: bool) -> None:
    """Before a message that is no reply lie 30-60 s, and more before one to a stranger."""
    message = replace(BEGUN, id=message_id, answering=answering, text_length=1)
    at_ms, brake = slot(message, *sent(0))
    assert at_ms is not None
    assert brake is Reason.GAP
    factor = 1 if answering else 2
    assert 30_000 * factor <= at_ms - MONDAY <= 60_000 * factor


def test_the_same_question_gets_the_same_answer() -> None:
    """The random part comes from the message itself; another message gets another pause."""
    pauses = {
        name: {slot(replace(BEGUN, id=name, text_length=1), *sent(0)) for _ in range(3)}
        for name in ("a", "b", "c", "d")
    }
    assert all(len(each) == 1 for each in pauses.values())
    assert len({next(iter(each)) for each in pauses.values()}) > 1


def test_pauses_are_skewed() -> None:
    """Most pauses are short and some long: the median lies below the middle."""
    drawn = []
    for i in range(400):
        at_ms, _ = slot(replace(BEGUN, id=str(i), answering=True, text_length=1), *sent(0))
        drawn.append((at_ms or 0) - MONDAY)
    drawn.sort()
    assert drawn[200] < 42_000
    assert drawn[-1] > 48_000


def test_a_list_leaves_room_for_a_reply() -> None:
    """With 80 % of a minute used, a list waits and a typed reply does not."""
    used = sent(1_000, 2_000, 3_000, 50_000)
    assert slot(replace(BEGUN, answering=True, text_length=1), *used)[0] != MONDAY
    assert slot(TYPED, *used) == (MONDAY, None)


def test_the_ceiling_of_a_minute_holds_replies_too() -> None:
    """The seventh message of a minute waits until the first is a minute old."""
    used = sent(1_000, 2_000, 3_000, 4_000, 5_000, 40_000)
    assert slot(TYPED, *used) == (MONDAY + 20_000, Reason.CEILING_MINUTE)


def test_the_ceiling_of_an_hour_holds_replies_too() -> None:
    """The 81st message of an hour waits until the first is an hour old."""
    used = sent(*(60_000 + i * 40_000 for i in range(80)))
    assert slot(TYPED, *used) == (MONDAY - 60_000 - 79 * 40_000 + HOUR_MS, Reason.CEILING_HOUR)


def test_parts_of_an_sms_count_each() -> None:
    """An SMS of four parts is four messages to the network."""
    used = [replace(each, parts=4) for each in sent(10_000)]
    assert slot(TYPED, *used) == (MONDAY, None)
    assert slot(replace(TYPED, parts=3), *used) == (MONDAY + 50_000, Reason.CEILING_MINUTE)


def test_a_message_longer_than_the_ceiling_leaves_when_the_window_is_empty() -> None:
    """Ten parts never fit under six a minute: they wait for an empty minute, and not for ever."""
    assert slot(replace(TYPED, parts=10)) == (MONDAY, None)
    assert slot(replace(TYPED, parts=10), *sent(10_000)) == (MONDAY + 50_000, Reason.CEILING_MINUTE)


@pytest.mark.parametrize(
    ("age_days", "budget"), [(0, 20), (2, 20), (3, 50), (6, 50), (7, 100), (14, 150), (900, 150)]
)
def test_the_day_s_budget_grows_with_the_line_s_age(age_days: int, budget: int) -> None:
    """Messages that Balie begins are counted over 24 hours; answers are not."""
    since_ms = MONDAY - age_days * DAY_MS - HOUR_MS
    begun = sent(*(2 * HOUR_MS + i * 60_000 for i in range(budget)), answering=False)
    free = slot(BEGUN, *begun[1:], now_ms=MONDAY, since_ms=since_ms)
    full = slot(BEGUN, *begun, now_ms=MONDAY, since_ms=since_ms)
    assert free[1] is not Reason.CEILING_DAY
    assert full[0] is not None
    assert full[0] >= begun[0].at_ms + DAY_MS
    assert slot(TYPED, *begun, since_ms=since_ms) == (MONDAY, None)


def test_a_plan_s_recipients_of_a_month_are_capped() -> None:
    """The 251st number of a month waits for its SMS; one of the 250 does not, nor does WhatsApp."""
    left = [
        Left(
            at_ms=MONDAY - 20 * DAY_MS + i * 60_000,
            identity=tel(f"+316{i:08}"),
            answering=True,
            sms=True,
        )
        for i in range(250)
    ]
    begun = replace(BEGUN, created_ms=OLD, sms=True)
    assert slot(replace(begun, sms=False), *left) == (MONDAY, None)
    over_whatsapp = [replace(each, sms=False) for each in left]
    assert slot(begun, *over_whatsapp) == (MONDAY, None)
    at_ms, brake = slot(begun, *left)
    assert at_ms is not None
    assert at_ms >= left[0].at_ms + MONTH_MS
    assert brake in (Reason.CEILING_MONTH, Reason.OFFICE_HOURS)
    known = replace(begun, identity=left[7].identity)
    assert slot(known, *left) == (MONDAY, None)


def test_two_members_of_staff_never_send_in_one_second() -> None:
    """Two typed replies leave one after the other, at least a second apart."""
    assert slot(TYPED, *sent(0)) == (MONDAY + 1_000, Reason.BUSY)
    assert slot(TYPED, *sent(400)) == (MONDAY + 600, Reason.BUSY)


def test_a_person_reads_before_answering() -> None:
    """A rule's answer also takes reading time, at 238 words a minute; a typed reply does not."""
    heard = waiting(text_length=60, heard_length=238 * 5)
    at_ms, brake = slot(heard)
    assert (at_ms, brake) == (MONDAY + 4_000 + 20_000 + MINUTE_MS, Reason.TYPING)
    assert slot(replace(heard, typed=True)) == (MONDAY, None)


def test_the_phone_s_own_limit_of_sms_is_kept() -> None:
    """Thirty parts in half an hour over all SMS of the phone; WhatsApp messages do not count."""
    used = [replace(each, parts=3, sms=True) for each in sent(*range(120_000, 1_320_000, 120_000))]
    assert sum(each.parts for each in used) == 30
    freed_ms = used[0].at_ms + 30 * MINUTE_MS
    assert slot(replace(TYPED, sms=True), *used) == (freed_ms, Reason.SMS_LIMIT)
    assert slot(TYPED, *used) == (MONDAY, None)
    automatic = waiting(kind=MessageClass.AUTOMATIC, sms=True, text_length=1)
    assert slot(automatic, *used[2:])[1] is Reason.SMS_LIMIT
    assert slot(replace(TYPED, sms=True), *used[2:]) == (MONDAY, None)


def test_a_stricter_limit_of_the_phone_brakes_earlier() -> None:
    """The device's own limit has its own window; a higher limit than the line's changes nothing."""
    used = [replace(each, sms=True) for each in sent(*range(60_000, 360_000, 60_000))]
    strict = replace(DEFAULT_PROFILE, phone_sms=PhoneLimit(parts=5, window_ms=HOUR_MS))
    lax = replace(DEFAULT_PROFILE, phone_sms=PhoneLimit(parts=500, window_ms=MINUTE_MS))
    history = History(left=used, since_ms=OLD)
    message = replace(TYPED, sms=True)
    found = earliest(message, history, strict, OFFICE, now_ms=MONDAY)
    assert (found.at_ms, found.brake) == (used[0].at_ms + HOUR_MS, Reason.SMS_LIMIT)
    assert earliest(message, history, lax, OFFICE, now_ms=MONDAY).at_ms == MONDAY


def test_conversations_that_balie_begins_are_counted_apart() -> None:
    """Two new people a day; more messages to one of them, and answers to anybody, do not count."""
    others = [
        Left(
            at_ms=MONDAY - ago * HOUR_MS,
            identity=tel(f"+3169000000{ago}"),
            answering=False,
            first=True,
        )
        for ago in (3, 2)
    ]
    stranger = replace(BEGUN, first=True, text_length=1)
    at_ms, brake = slot(stranger, *others)
    assert at_ms is not None
    assert at_ms >= others[0].at_ms + DAY_MS
    assert brake in (Reason.FIRST_CONTACTS, Reason.OFFICE_HOURS)
    assert slot(stranger, *others[1:])[0] == MONDAY + 4_000 + MINUTE_MS // 180
    assert slot(replace(stranger, identity=tel("+31690000002")), *others)[1] is Reason.TYPING
    assert slot(replace(stranger, kind=REPLY), *others)[1] is Reason.TYPING
    assert slot(replace(stranger, answering=True), *others)[1] is Reason.TYPING


def test_a_line_may_begin_no_conversation_at_all() -> None:
    """With a profile that allows none, nobody can know when."""
    history = History(left=[], since_ms=OLD)
    none = replace(DEFAULT_PROFILE, first_contacts_per_day=0)
    found = earliest(replace(BEGUN, first=True), history, none, OFFICE, now_ms=MONDAY)
    assert (found.at_ms, found.brake) == (None, Reason.FIRST_CONTACTS)


def test_three_unanswered_messages_are_enough() -> None:
    """Nobody can know when, until the contact writes; an answer to them is not held."""
    assert slot(replace(BEGUN, unanswered=2))[0] is not None
    assert slot(replace(BEGUN, unanswered=3)) == (None, Reason.UNANSWERED)
    assert slot(replace(TYPED, unanswered=3)) == (MONDAY, None)


def test_not_before_is_kept() -> None:
    """The message waits for the time that the caller named, with that as its reason."""
    assert slot(replace(TYPED, not_before_ms=MONDAY + 9)) == (MONDAY + 9, Reason.NOT_BEFORE)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-06-15 10:00", "2026-06-15 10:00"),
        ("2026-06-15 08:00", "2026-06-15 08:30"),
        ("2026-06-15 17:30", "2026-06-16 08:30"),
        ("2026-06-12 18:00", "2026-06-15 08:30"),  # Friday evening
        ("2026-06-13 12:00", "2026-06-15 08:30"),  # Saturday
        ("2026-03-27 18:00", "2026-03-30 08:30"),  # over the night that loses an hour
        ("2026-10-23 18:00", "2026-10-26 08:30"),  # over the night that has one twice
        ("2026-12-31 18:00", "2027-01-01 08:30"),
    ],
)
def test_what_balie_begins_keeps_office_hours(now: str, opens: str) -> None:
    """The hours are those of the branch's own zone, also on nights when its clock changes."""
    now_ms = at(now)
    begun = replace(BEGUN, created_ms=now_ms - HOUR_MS)
    expected = (at(opens), None if now == opens else Reason.OFFICE_HOURS)
    assert slot(begun, now_ms=now_ms) == expected
    answer = replace(begun, answering=True)
    assert slot(answer, now_ms=now_ms) == (now_ms, None)


def test_an_office_that_never_opens_promises_nothing() -> None:
    """Without a weekday, or when closing comes before opening, nobody can know when."""
    for never in (
        replace(OFFICE, weekdays=frozenset()),
        replace(OFFICE, opens=time(17), closes=time(9)),
    ):
        history = History(left=[], since_ms=OLD)
        found = earliest(BEGUN, history, DEFAULT_PROFILE, never, now_ms=MONDAY)
        assert (found.at_ms, found.brake) == (None, Reason.OFFICE_HOURS)


messages = st.builds(
    Waiting,
    id=st.uuids().map(str),
    identity=st.sampled_from([tel(f"+3160000000{i}") for i in range(6)]),
    kind=st.sampled_from(MessageClass),
    text_length=st.integers(1, 1_600),
    created_ms=st.just(MONDAY),
    typed=st.booleans(),
    answering=st.booleans(),
    unanswered=st.integers(0, 4),
    not_before_ms=st.one_of(st.just(0), st.integers(MONDAY, MONDAY + DAY_MS)),
    parts=st.integers(1, 3),
    heard_length=st.integers(0, 300),
    first=st.booleans(),
    sms=st.booleans(),
)
histories = st.lists(
    st.builds(
        Left,
        at_ms=st.integers(MONDAY - 2 * HOUR_MS, MONDAY),
        identity=st.just(tel(ANNA)),
        answering=st.booleans(),
        parts=st.integers(1, 4),
        sms=st.booleans(),
        first=st.booleans(),
    ),
    max_size=90,
).map(lambda left: sorted(left, key=lambda each: each.at_ms))


@given(messages, histories, st.integers(MONDAY, MONDAY + 3 * DAY_MS))
def test_a_slot_is_one_in_which_the_message_may_leave(
    message: Waiting, left: list[Left], now_ms: int
) -> None:
    """Asked again at the named time, the answer is *now*; it is never before the time of asking."""
    history = History(left=left, since_ms=OLD)
    found = earliest(message, history, DEFAULT_PROFILE, OFFICE, now_ms=now_ms)
    if found.at_ms is None:
        assert found.brake is Reason.UNANSWERED
        return
    assert found.at_ms >= now_ms
    assert (found.brake is None) == (found.at_ms == now_ms)
    again = earliest(message, history, DEFAULT_PROFILE, OFFICE, now_ms=found.at_ms)
    assert (again.at_ms, again.brake) == (found.at_ms, None)


@given(messages, histories, st.integers(MONDAY, MONDAY + DAY_MS))
def test_a_slot_exceeds_no_window(message: Waiting, left: list[Left], now_ms: int) -> None:
    """Added up by hand, the messages before it and the message itself fit under every ceiling."""
    found = earliest(
        message, History(left=left, since_ms=OLD), DEFAULT_PROFILE, OFFICE, now_ms=now_ms
    )
    if found.at_ms is None:
        return
    slot_ms, share = found.at_ms, 1.0 if message.is_reply else 0.8
    known = {each.identity for each in left}
    first = {each.identity for each in left if each.first and each.at_ms > slot_ms - DAY_MS}
    for span_ms, ceiling, counted in (
        (MINUTE_MS, 6, left),
        (HOUR_MS, 80, left),
        (HOUR_MS // 2, 30, [each for each in left if each.sms] if message.sms else []),
    ):
        used = sum(each.parts for each in counted if each.at_ms > slot_ms - span_ms)
        assert used + message.parts <= max(int(ceiling * share), message.parts)
    if message.is_begun:
        begun = [each for each in left if not each.answering and each.at_ms > slot_ms - DAY_MS]
        assert sum(each.parts for each in begun) + message.parts <= 150
        assert not message.first or message.identity in known or len(first) < 2
    if left:
        assert slot_ms >= left[-1].at_ms + 1_000


@given(histories, histories)
def test_a_history_grows_as_if_it_had_been_so_from_the_start(
    left: list[Left], later: list[Left]
) -> None:
    """Adding one by one, in any order, gives the same as reading all at once; a copy is its own."""
    grown = History(left=left, since_ms=OLD)
    copied = grown.copy()
    for each in reversed(later):
        grown.add(each)
    whole = History(left=sorted([*left, *later], key=lambda each: each.at_ms), since_ms=OLD)
    before = History(left=left, since_ms=OLD)
    for ago_ms in (0, MINUTE_MS, HOUR_MS, DAY_MS):
        for one, other in ((grown, whole), (copied, before)):
            assert one.all.used(MONDAY, ago_ms) == other.all.used(MONDAY, ago_ms)
            assert one.begun.used(MONDAY, ago_ms) == other.begun.used(MONDAY, ago_ms)
            assert one.sms.used(MONDAY, ago_ms) == other.sms.used(MONDAY, ago_ms)
            assert one.recipients(MONDAY) == other.recipients(MONDAY)
    grown.forget_before(MONDAY - HOUR_MS)
    assert grown.all.used(MONDAY, HOUR_MS) == whole.all.used(MONDAY, HOUR_MS)
