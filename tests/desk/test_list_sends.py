"""A text to a list: a verdict for each, one message a day, paused, resumed, answered."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance.desk.access.sight import Sight
from appliance.desk.lists import saved_lists, sends
from appliance.desk.lists.saved_lists import SavedList
from appliance.desk.lists.steering import steered
from appliance.desk.outgoing.lists import ListRequest, accept_list
from appliance.errors import InvalidInput, NotFound, Transient
from appliance.events import EventKind
from appliance.media.files import MediaFiles
from appliance.queue.planner import Planner
from appliance.queue.profile import checked
from appliance.reasons import Reason
from appliance.store import branches, lines
from tests.desk.list_team import (
    ALL,
    DAY_S,
    VARIANTS,
    leaves,
    list_of,
    look,
    next_attempt,
    none_leaves,
    sent,
    sent_again,
    steer,
    team,
    told,
    verdicts,
    wish,
)
from tests.queue.counter import ANNA, BART, HOUR_S, STAFF, Counter, at, tapping
from tests.queue.test_files import files, uploaded
from tests.queue.test_line_pacing import STRANGERS, agreed_on_paper

__all__ = ["files", "team"]  # the fixtures


def test_what_a_dry_run_says_is_what_is_sent(counter: Counter, team: SavedList) -> None:
    counter.hears("STOP", BART)
    before = told(counter, wish(counter, team))
    assert [each.refusal for each in before] == [None, Reason.OPTED_OUT, None]
    assert not counter.all("SELECT 1 FROM list_send")
    found = look(counter, sent(counter, wish(counter, team)))
    assert verdicts(found) == [("goes", None), ("refused", Reason.OPTED_OUT), ("goes", None)]
    assert [each.expected_ms for each in found.items] == [each.expected_ms for each in before]
    assert [each.text for each in found.items] == [VARIANTS[0], None, VARIANTS[1]]
    assert found.done_by_ms == before[2].expected_ms
    assert (found.state, found.counts.goes, found.counts.waiting) == ("running", 2, 2)
    (event,) = counter.events(EventKind.LIST_SEND)
    assert (event.facts["what"], event.facts["goes"], event.facts["refused"]) == ("sent", 2, 1)


def test_nobody_gets_two_messages_of_lists_a_day_unless_they_answered(
    counter: Counter, team: SavedList
) -> None:
    """Over all lines and lists, one that software sends to numbers too; a new day begins anew."""
    other_line, _ = counter.add_line("+31687654322", "R58M124")
    sent(counter, wish(counter, team))
    direct = ListRequest(line_id=counter.line_id, numbers=[ANNA], texts=VARIANTS, author=STAFF)
    (refused,) = counter.store.write(lambda tx: accept_list(tx, direct))
    assert refused.refusal is Reason.LISTED_TODAY
    assert leaves(counter)
    counter.clock.advance(s=HOUR_S)
    counter.hears("Ja, ik kan", ANNA)
    counter.store.write(lambda tx: tx.conn.execute(_CONSENT, (other_line,)))
    again = told(counter, wish(counter, team, line_id=other_line))
    assert [each.refusal for each in again] == [None, Reason.LISTED_TODAY, Reason.LISTED_TODAY]
    tomorrow = at("2026-06-16 09:00")
    later = told(counter, wish(counter, team, not_before_ms=tomorrow))
    assert [each.refusal for each in later] == [None, None, None]


_CONSENT = (
    "INSERT INTO consent (value, scheme, contact_id, line_id, kind, channel, message_id, words,"
    " source, given_ms, recorded_by, at_ms, as_of) SELECT value, scheme, contact_id, ?, kind,"
    " channel, message_id, words, source, given_ms, recorded_by, at_ms, as_of || 'x' FROM consent"
)


def test_a_paused_list_waits_also_after_a_restart_and_goes_on(
    counter: Counter, team: SavedList
) -> None:
    send = sent(counter, wish(counter, team))
    leaves(counter)
    held = next_attempt(counter)
    steer(counter, sends.pause, send)
    with pytest.raises(Transient, match="holds back") as held_back, tapping(held):
        pass
    counter.work.not_sent(held, held_back.value)
    later = Counter(counter.store, counter.clock, counter.evidence)
    planner = Planner(counter.store, counter.profile, lambda _: None)
    for _ in range(3):
        planner.round()
        assert none_leaves(later, hours=1)
    found = look(counter, send)
    assert (found.state, found.counts.waiting, found.done_by_ms) == ("paused", 2, None)
    assert {each.why for each in found.items[1:]} == {Reason.PAUSED}
    steer(counter, sends.resume, send)
    planner.round()
    assert look(counter, send).done_by_ms is not None
    leaves(later)
    leaves(later)
    assert look(counter, send).state == "done"
    whats = [each.what for each in counter.store.read(lambda conn: steered(conn, send))]
    assert whats == ["sent", "paused", "resumed"]


def test_answers_belong_to_the_list_message_before_them(counter: Counter, team: SavedList) -> None:
    first = sent(counter, wish(counter, team))
    counter.hears("Ben ik al aan de beurt?", ANNA)
    for _ in range(3):
        leaves(counter)
    counter.clock.advance(s=1)
    counter.hears("Ja graag", ANNA)
    counter.hears("Hoe laat?", ANNA)
    counter.clock.advance(s=DAY_S)
    second = sent(counter, wish(counter, team))
    counter.hears("Nee", BART)
    while look(counter, second).counts.waiting:
        leaves(counter)
    counter.clock.advance(s=1)
    counter.hears("Nu wel", BART)
    answers = [(each.contact_id, each.text) for each in look(counter, first).answers]
    anna, bart = counter.contact_id(ANNA), counter.contact_id(BART)
    assert answers == [(anna, "Ja graag"), (anna, "Hoe laat?"), (bart, "Nee")]
    assert look(counter, first).counts.answered == 2
    assert [each.text for each in look(counter, second).answers] == ["Nu wel"]
    counter.clock.advance(s=8 * DAY_S)
    counter.hears("Mijn loonstrook klopt niet", BART)
    assert [each.text for each in look(counter, second).answers] == ["Nu wel"]


def test_whose_turn_comes_after_the_day_is_refused_before_anything_is_sent(
    counter: Counter, team: SavedList
) -> None:
    until_ms = counter.clock.now_ms() + 40_000
    found = told(counter, wish(counter, team, until_ms=until_ms))
    assert [each.refusal for each in found][-1] is Reason.TOO_LATE
    send = sent(counter, wish(counter, team))
    assert send.until_ms == at("2026-06-16 00:00")
    rows = counter.all("SELECT DISTINCT expires_ms FROM message WHERE class = 'list'")
    assert [row["expires_ms"] for row in rows] == [send.until_ms]


def test_whom_the_sim_cannot_begin_with_today_is_refused_before_anything_is_sent(
    counter: Counter,
) -> None:
    """Two first conversations a day: those that left count, and those that wait."""
    agreed_on_paper(counter, *STRANGERS)
    until_ms = counter.clock.now_ms() + 7 * HOUR_S * 1000
    both = [None, None, Reason.TOO_LATE, Reason.TOO_LATE]
    four = wish(counter, list_of(counter, *STRANGERS, name="A"), until_ms=until_ms)
    assert [each.refusal for each in told(counter, four)] == both
    first = sent(counter, wish(counter, list_of(counter, *STRANGERS[:2], name="B")))
    others = wish(counter, list_of(counter, *STRANGERS[2:], name="C"), until_ms=until_ms)
    while True:
        assert [each.refusal for each in told(counter, others)] == both[2:]
        if not look(counter, first).counts.waiting:
            break
        leaves(counter)
    tomorrow = replace(others, until_ms=until_ms + 2 * DAY_S * 1000)
    assert [each.reason for each in told(counter, tomorrow)] == [Reason.FIRST_CONTACTS] * 2


def test_whom_the_month_s_sms_have_no_room_for_is_refused_before_anything_is_sent(
    counter: Counter,
) -> None:
    agreed_on_paper(counter, *STRANGERS)
    few = checked({"recipients_per_month": 1})
    counter.store.write(lambda tx: lines.pace_line(tx, counter.line_id, few, by="test"))
    until_ms = counter.clock.now_ms() + 7 * HOUR_S * 1000
    two = wish(counter, list_of(counter, *STRANGERS[:2]), until_ms=until_ms)
    assert [each.refusal for each in told(counter, two)] == [None, Reason.TOO_LATE]
    first = sent(counter, wish(counter, list_of(counter, STRANGERS[0], name="B")))
    other = wish(counter, list_of(counter, STRANGERS[1], name="C"), until_ms=until_ms)
    assert [each.refusal for each in told(counter, other)] == [Reason.TOO_LATE]
    while look(counter, first).counts.waiting:
        leaves(counter)
    assert [each.refusal for each in told(counter, other)] == [Reason.TOO_LATE]


def test_who_got_it_by_a_repetition_is_not_asked_again(counter: Counter, team: SavedList) -> None:
    """Nor who was taken out of the list since; not the next day either."""
    first = sent(counter, wish(counter, team))
    steer(counter, sends.cancel, first)
    members = [counter.contact_id(each) for each in (ANNA, BART)]
    change = saved_lists.ListChange(members=members)
    counter.store.write(lambda tx: saved_lists.change(tx, ALL, STAFF, team, change))
    second = sent_again(counter, first)
    leaves(counter)
    steer(counter, sends.cancel, second)
    counter.clock.advance(s=DAY_S)
    third = look(counter, sent_again(counter, first))
    assert [each.contact_id for each in third.items] == members[1:]
    with pytest.raises(InvalidInput):
        sent_again(counter, second)


@pytest.mark.parametrize(
    ("about", "field"),
    [
        ({"variants": ("Hoi {voor naam}",)}, "variants"),
        ({"variants": ("Hoi {bijnaam}",)}, "variants"),
        ({"variants": ()}, "variants"),
        ({"until_ms": 1}, "deliver_until"),
        ({"media": ("no such file",)}, "media"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_field(
    counter: Counter, team: SavedList, about: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        told(counter, wish(counter, team, **about))
    assert refused.value.field == field


def test_a_send_of_another_branch_is_not_there(counter: Counter, team: SavedList) -> None:
    send = sent(counter, wish(counter, team))
    other = counter.store.write(lambda tx: branches.add_branch(tx, "Zwolle"))
    with pytest.raises(NotFound):
        counter.store.read(lambda conn: sends.one(conn, Sight(frozenset({other})), send.id))


def test_files_go_with_each_message_over_whatsapp(
    counter: Counter, team: SavedList, files: MediaFiles, tmp_path: Path
) -> None:
    """Without words, too; a line that cannot carry them sends nothing."""
    photo = uploaded(counter, files, tmp_path)
    send = sent(counter, wish(counter, team, media=(photo,), variants=()))
    rows = counter.all(
        "SELECT m.text, m.wanted, f.media_id FROM message m JOIN message_media f"
        " ON f.message_id = m.id WHERE m.class = 'list'"
    )
    assert [tuple(row.values()) for row in rows] == [("", "whatsapp", photo)] * 3
    assert send.media == [photo]
    counter.store.write(lambda tx: tx.conn.execute("DELETE FROM route WHERE channel = 'whatsapp'"))
    with pytest.raises(InvalidInput):
        told(counter, wish(counter, team, media=(photo,)))
