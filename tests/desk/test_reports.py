"""What reports count is what was said and proven, whenever it is counted and however often anew."""

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from appliance.desk.access import tokens
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import ALL_SCOPES
from appliance.desk.outgoing.sending import Author
from appliance.desk.reports import asking, following, house, sends
from appliance.desk.reports.asking import Report, ReportKind, ReportWish
from appliance.desk.reports.sheets import By
from appliance.desk.reports.spreads import Spans, Spread
from appliance.desk.team import cases, labels, staff
from appliance.devices.protocol import Finding, Found, Proof, Tick, Ticks, TickVisit
from appliance.errors import InvalidInput, Permanent, Refused, Unconfirmed
from appliance.messages import MessageClass
from appliance.queue.attempt import QueueAttempt
from appliance.store import branch_settings, line_settings, reports
from appliance.store.store import Tx
from tests.queue.counter import ANNA, BART, HOUR_S, Counter, at, tapping

PEOPLE = (ANNA, BART, "+31633333333")
ALL = Sight(None)
NOBODY = Author()


def catch_up(counter: Counter, most: int = following.PIECE) -> None:
    while counter.store.write(partial(following.catch_up, most=most)):
        pass


def read(counter: Counter, kind: ReportKind, *, by: By = By.LINE, days: str = "") -> Report:
    catch_up(counter)
    first, _, last = days.partition(" ")
    asked = ReportWish(kind=kind, first=first, last=last or first, by=by)
    now_ms = counter.clock.now_ms()
    return counter.store.read(lambda conn: asking.report(conn, ALL, asked, now_ms=now_ms))


def response(counter: Counter, days: str = "") -> tuple[Spread, Spread, Spread]:
    """First answers: of all, in hours, out of hours."""
    total = read(counter, ReportKind.RESPONSE, days=days).total
    assert total is not None
    took = total.first_response
    return took.all, took.in_hours, took.out_of_hours


def colleague(counter: Counter, name: str) -> str:
    return counter.store.write(lambda tx: staff.add(tx, name, role="staff", branch_id=None))


def program(counter: Counter) -> Author:
    token = counter.store.write(lambda tx: tokens.add(tx, "planning", scopes=ALL_SCOPES))
    return Author(token_id=token.id)


def answers(counter: Counter, to: str = ANNA, *, staff_id: str | None = None) -> None:
    """Typed, and proven to have left some seconds later."""
    counter.queues(to=to, author=Author(staff_id=staff_id) if staff_id else program(counter))
    counter.clock.advance(s=30)
    counter.sends()


def conversation(counter: Counter, who: str = ANNA) -> str:
    sql = "SELECT id FROM conversation WHERE contact_id = ?"
    return str(counter.one(sql, counter.contact_id(who))["id"])


def test_a_wait_lasts_from_the_first_message_until_an_answer_is_proven_to_have_left(
    counter: Counter,
) -> None:
    """An answer that only waits to leave ends none, and neither does what a rule wrote."""
    counter.hears()
    counter.clock.advance(s=60)
    counter.sends()  # the welcome
    counter.clock.advance(s=240)
    counter.hears("Hallo?")
    counter.queues(author=program(counter))
    assert response(counter)[0].count == 0
    counter.clock.advance(s=300)
    counter.sends()
    answered, in_hours, out_of_hours = response(counter)
    assert (answered.count, answered.median_s, answered.within) == (1, 600, 1)
    assert (in_hours.count, out_of_hours.count) == (1, 0)


def test_what_begins_outside_office_hours_is_told_apart(counter: Counter) -> None:
    """And it belongs to the day on which it began, by the clock of the branch."""
    counter.clock.advance(s=13 * HOUR_S)  # Monday 23:00
    counter.hears()
    counter.clock.advance(s=10 * HOUR_S)
    answers(counter)
    answered, in_hours, out_of_hours = response(counter, "2026-06-15")
    assert (answered.count, in_hours.count, out_of_hours.median_s) == (1, 0, 10 * HOUR_S)
    assert response(counter, "2026-06-16")[0].count == 0


def test_the_target_is_the_branchs_own(counter: Counter) -> None:
    counter.hears()
    counter.clock.advance(s=150)
    answers(counter)
    assert response(counter)[0].within == 1
    patch = {"answer_within_min": 2}
    counter.store.write(lambda tx: branch_settings.change(tx, counter.branch_id, patch, by="cli"))
    assert response(counter)[0].within == 0


def test_done_ends_a_wait_that_nobody_answered_and_resolves_the_case(counter: Counter) -> None:
    """Undone, it is as if it had never been done; a message after *done* begins another case."""
    counter.hears()
    counter.clock.advance(s=120)
    thread = conversation(counter)
    counter.store.write(lambda tx: cases.close(tx, thread, NOBODY))

    def resolved() -> Sequence[float | None]:
        total = read(counter, ReportKind.RESPONSE).total
        assert total is not None
        return total.resolution.all.count, total.resolution.all.median_s

    assert resolved() == (1, 120)
    counter.store.write(lambda tx: cases.reopen(tx, thread, NOBODY))
    assert resolved() == (0, None)
    counter.clock.advance(s=60)
    counter.store.write(lambda tx: cases.close(tx, thread, NOBODY))
    assert resolved() == (1, 180)
    assert response(counter)[0].count == 0
    counter.hears()
    counter.clock.advance(s=30)
    answers(counter)
    assert response(counter)[0].median_s == 60


def test_a_mark_of_how_it_went_is_no_case(counter: Counter) -> None:
    """It waits for no answer, and what they write later waits from then on."""
    sanne = Author(staff_id=colleague(counter, "Sanne"))
    asks = {"after_done": "Hoe ging het, van 1 tot 5?"}
    counter.store.write(lambda tx: line_settings.change(tx, counter.line_id, asks, by="test"))
    counter.knows(ANNA)
    answers(counter, staff_id=sanne.staff_id)
    counter.store.write(lambda tx: cases.close(tx, conversation(counter), sanne))
    counter.clock.advance(s=1800)
    counter.sends()  # the question
    counter.hears("5")
    counter.clock.advance(s=3600)
    counter.hears("Hoi, nog iets")
    counter.clock.advance(s=30)
    answers(counter)
    total = read(counter, ReportKind.RESPONSE).total
    assert total is not None
    assert (total.first_response.all.count, total.resolution.all.count) == (2, 1)
    assert total.first_response.all.p90_s == 57


def test_a_label_counts_for_the_case_that_has_it(counter: Counter) -> None:
    """Also for what was said in it before it had the label, and no more once it is taken off."""
    label = counter.store.write(lambda tx: labels.add(tx, "ziek", counter.branch_id))
    counter.hears()
    counter.clock.advance(s=60)
    answers(counter)
    thread = conversation(counter)

    def under() -> Sequence[tuple[str | None, int, int]]:
        found = read(counter, ReportKind.VOLUME, by=By.LABEL).entries
        return [(each.whom.name, each.came, each.went) for each in found if each.came]

    assert under() == []
    counter.store.write(lambda tx: cases.put_labels(tx, thread, [label], NOBODY))
    assert under() == [("ziek", 1, 1)]
    counter.hears()
    assert under() == [("ziek", 2, 1)]
    other = counter.store.write(lambda tx: labels.add(tx, "griep", counter.branch_id))
    counter.store.write(lambda tx: _merge(tx, label, other))
    assert under() == [("griep", 2, 1)]
    counter.store.write(lambda tx: cases.put_labels(tx, thread, [], NOBODY))
    assert under() == []


def test_an_hour_is_the_branchs_own_also_when_its_clock_changes(counter: Counter) -> None:
    """In June it is ten o'clock there when it is eight in UTC, in December nine."""
    counter.hears()
    counter.clock.advance(s=(at("2026-12-15 10:00") - counter.clock.now_ms()) // 1000)
    counter.hears()
    found = read(counter, ReportKind.BUSY, days="2026-06-01 2026-12-31").entries
    assert [(each.weekday, each.hour, each.came) for each in found if each.came] == [
        (1, 10, 1),
        (2, 10, 1),
    ]


def test_a_day_of_sends_knows_the_evening_before(counter: Counter) -> None:
    """A window of twenty-four hours reaches back; what is kept of a day is what was seen live."""
    counter.knows(ANNA, BART)
    for to in (ANNA, BART):
        answers(counter, to)
    (today,) = read(counter, ReportKind.SENDS, days="2026-06-15").entries
    assert (today.sent, today.replies) == (2, 2)
    assert [(each.window, each.most) for each in today.windows][:2] == [("minute", 2), ("hour", 2)]
    counter.clock.advance(s=24 * HOUR_S)
    while counter.store.write(sends.keep_next_day):
        pass
    assert counter.one("SELECT sends_day FROM report_house")["sends_day"] == "2026-06-15"
    assert read(counter, ReportKind.SENDS, days="2026-06-15").entries == [today]


def test_colleagues_are_told_apart_only_where_the_company_wants_it(counter: Counter) -> None:
    """Then they stand by name, whoever was quicker."""
    zoe, ali = colleague(counter, "Zoë"), colleague(counter, "Ali")
    for who, staff_id, wait_s in ((ANNA, zoe, 30), (BART, ali, 900)):
        counter.hears(sender=who)
        counter.clock.advance(s=wait_s)
        answers(counter, who, staff_id=staff_id)
    with pytest.raises(Refused, match="works council"):
        read(counter, ReportKind.RESPONSE, by=By.STAFF)
    counter.store.write(lambda tx: house.set_per_person(tx, on=True, staff_id=zoe))
    found = read(counter, ReportKind.RESPONSE, by=By.STAFF).entries
    told = [(each.whom.name, each.first_response.all.median_s) for each in found]
    assert told == [("Ali", 930), ("Zoë", 60)]


def test_a_wrong_day_is_refused_with_an_example(counter: Counter) -> None:
    for days in ("gisteren", "2026-13-01", "2026-06-16 2026-06-15"):
        with pytest.raises(InvalidInput):
            read(counter, ReportKind.VOLUME, days=days)


def test_an_answer_that_is_proven_late_answers_what_was_written_before_it(counter: Counter) -> None:
    """Who wrote after it waits since then."""
    counter.hears()
    counter.queues(author=program(counter))
    counter.clock.advance(s=30)
    attempt = counter.attempt()
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, Unconfirmed("Who knows?"))
    counter.clock.advance(s=20)
    counter.hears("Hallo?")
    counter.clock.advance(s=60)
    proof = Proof(tick=Tick.SENT)
    counter.work.looked(counter.look(), Found(finding=Finding.PRESENT, proof=proof))
    assert (response(counter)[0].count, response(counter)[0].median_s) == (1, 30)
    (waiting,) = counter.all("SELECT waiting_ms FROM report_case")
    assert waiting["waiting_ms"] == counter.clock.now_ms() - 60_000


@pytest.mark.parametrize(
    ("spans", "median_s", "p90_s"),
    [
        ((), None, None),
        ((5,), 5, 5),
        ((10, 20), 15, 19),
        ((3, 1, 2), 2, 2.8),
        ((7, 7, 7, 1), 7, 7),
        ((3_601, 3_629, 3_700), 3_600, 3_600),
        ((500_000_000,), 31_449_600, 31_449_600),
    ],
)
def test_the_middle_and_the_ninth_in_ten_are_right(
    spans: Sequence[int], median_s: float | None, p90_s: float | None
) -> None:
    """To the second up to a minute, to five minutes after an hour; at most a year."""
    found = Spans()
    found.add(map(reports.letter_of, spans), target_s=10)
    assert (found.spread.median_s, found.spread.p90_s) == (median_s, p90_s)


@pytest.mark.parametrize("seed", range(4))
def test_counting_anew_finds_what_was_counted_as_it_happened(counter: Counter, seed: int) -> None:
    """Over random lives of an office, followed in pieces of any size. What is proven late is left
    out: as it happened, it was told after what came between.
    """
    dice = random.Random(seed)
    office = Office(counter, dice)
    for _ in range(120):
        office.happens()
        if dice.random() < 0.2:
            catch_up(counter, most=dice.choice([1, 3, 50]))
    catch_up(counter)
    followed = sheets_of(counter)
    assert any(key[0] == "label" for key in followed), seed
    counter.store.write(reports.begin_anew)
    assert following.count_the_past(counter.store, lambda: False)
    assert sheets_of(counter) == followed


def test_a_count_that_was_cut_off_begins_anew(counter: Counter) -> None:
    counter.hears()
    answers(counter)
    catch_up(counter)
    followed = sheets_of(counter)
    counter.store.write(reports.begin_anew)
    assert not following.count_the_past(counter.store, lambda: True)
    assert not read(counter, ReportKind.VOLUME).counted
    assert following.count_the_past(counter.store, lambda: False)
    assert sheets_of(counter) == followed
    assert read(counter, ReportKind.VOLUME).counted


def sheets_of(counter: Counter) -> Mapping[tuple[str, ...], Sequence[object]]:
    """Without those from which all was taken away again."""
    rows = counter.all("SELECT * FROM report_day")
    columns = ("answers", "answers_shut", "cases", "cases_shut")
    found = {
        (row["by_what"], row["who"], row["line_id"], row["day"]): (
            "".join(sorted(row["came"])),
            "".join(sorted(row["went"])),
            row["by_itself"],
            *("".join(sorted(row[name])) for name in columns),
        )
        for row in rows
    }
    return {key: each for key, each in found.items() if any(each)}


def _merge(tx: Tx, label_id: str, into_id: str) -> None:
    labels.merge(tx, *(labels.one(tx.conn, ALL, each) for each in (label_id, into_id)))


class Office:
    """Three people who write, a colleague, a program and two labels, by chance."""

    def __init__(self, counter: Counter, dice: random.Random) -> None:
        self.counter, self.dice = counter, dice
        self.sanne, self.program = colleague(counter, "Sanne"), program(counter)
        self.labels = [
            counter.store.write(lambda tx, name=name: labels.add(tx, name, counter.branch_id))  # type: ignore[misc]  # a default in a lambda
            for name in ("ziek", "rooster")
        ]
        counter.hears(sender=ANNA)

    def happens(self) -> None:
        acts: Sequence[Callable[[], None]] = (
            *(self.writes, self.is_answered, self.phone_works, self.time_passes) * 3,
            self.gets_a_list,
            self.is_labelled,
            self.is_labelled,
            self.is_done,
            self.is_opened,
        )
        self.dice.choice(acts)()
        self.counter.clock.advance(s=1)

    def writes(self) -> None:
        self.counter.hears(sender=self.dice.choice(PEOPLE))

    def is_answered(self) -> None:
        self._sends(self.dice.choice([Author(staff_id=self.sanne), self.program]))

    def gets_a_list(self) -> None:
        self._sends(self.program, kind=MessageClass.LIST)

    def phone_works(self) -> None:
        self.counter.clock.advance(s=60)
        match self.counter.task():
            case TickVisit() as visit:
                self.counter.work.visited(visit, Ticks(by_message={}))
            case QueueAttempt() as attempt:
                with tapping(attempt):
                    pass
                if self.dice.random() < 0.8:
                    self.counter.work.sent(attempt, Proof(tick=Tick.SENT))
                else:
                    self.counter.work.not_sent(attempt, Permanent("No."))

    def time_passes(self) -> None:
        self.counter.clock.advance(s=self.dice.choice([30, 3000, 40_000, 8 * 86_400]))

    def is_labelled(self) -> None:
        some = self.dice.sample(self.labels, self.dice.randrange(3))
        self._on(lambda tx, thread: cases.put_labels(tx, thread, some, NOBODY))

    def is_done(self) -> None:
        self._on(lambda tx, thread: cases.close(tx, thread, Author(staff_id=self.sanne)))

    def is_opened(self) -> None:
        self._on(lambda tx, thread: cases.reopen(tx, thread, NOBODY))

    def _on(self, act: Callable[..., None]) -> None:
        threads = [row["id"] for row in self.counter.all("SELECT id FROM conversation ORDER BY id")]
        thread = self.dice.choice(threads)
        self.counter.store.write(lambda tx: act(tx, thread))

    def _sends(self, by: Author, **about: Any) -> None:
        with suppress(Refused):
            self.counter.queues(to=self.dice.choice(PEOPLE), author=by, **about)
