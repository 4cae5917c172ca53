"""One question how it went after a conversation is done, and what people answer."""

from dataclasses import replace

import pytest

from appliance.desk.consent.near_stop import NearStopAnswer
from appliance.desk.intake import sign_off
from appliance.desk.outgoing.after_answers import Mark, mark_of
from appliance.desk.outgoing.after_done import MONTH_MS, Closed, time_to_ask
from appliance.desk.outgoing.sending import Author
from appliance.desk.reports.after_done import answers_by_month
from appliance.desk.team import cases, staff
from appliance.devices.media_protocol import IncomingMedia
from appliance.devices.protocol import Group, Tick
from appliance.events import EventKind
from appliance.media.kinds import MediaKind
from appliance.messages import MessageState
from appliance.queue.pacing import QUIET_MS
from appliance.store import casework, conversations, line_settings
from tests.queue.counter import ANNA, BART, Counter, at

QUESTION = "Hoe heeft {branch} je geholpen, van 1 (slecht) tot 5 (goed)?"
DAY_S = 24 * 3600
NOW_MS = at("2026-06-15 10:00")
CLOSED = Closed(
    question=QUESTION,
    by_person=True,
    in_group=False,
    writable=True,
    undecided=False,
    answered_ms=NOW_MS - 60_000,
    asked_ms=None,
    now_ms=NOW_MS,
)


def test_it_leaves_five_minutes_after_the_answer() -> None:
    """Or at once, where the answer is older."""
    assert time_to_ask(CLOSED) == NOW_MS - 60_000 + QUIET_MS
    assert time_to_ask(replace(CLOSED, answered_ms=NOW_MS - QUIET_MS)) == NOW_MS


@pytest.mark.parametrize(
    "otherwise",
    [
        {"question": None},
        {"by_person": False},
        {"in_group": True},
        {"writable": False},
        {"undecided": True},
        {"answered_ms": None},
        {"asked_ms": NOW_MS - MONTH_MS + 1},
    ],
)
def test_it_is_not_asked(otherwise: dict[str, object]) -> None:
    """Each of these is enough."""
    assert time_to_ask(replace(CLOSED, **otherwise)) is None  # type: ignore[arg-type]


def test_a_month_later_they_may_be_asked_again() -> None:
    assert time_to_ask(replace(CLOSED, asked_ms=NOW_MS - MONTH_MS)) is not None


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("5", Mark.FIVE),
        (" 1! ", Mark.ONE),
        ("4\ufe0f\u20e3", Mark.FOUR),
        ("٣", Mark.THREE),
        ("👍", Mark.UP),
        ("👍🏽👍🏽", Mark.UP),
        ("👎.", Mark.DOWN),
        ("Goed!", Mark.UP),
        ("źle", Mark.DOWN),
        ("Добре", Mark.UP),
        ("сти", None),
        ("0", None),
        ("6", None),
        ("45", None),
        ("5 minuten later", None),
        ("👍👎", None),
        ("🙏", None),
        ("goed, hoe laat morgen?", None),
        ("", None),
    ],
)
def test_an_answer_is_read_strictly(text: str, mark: Mark | None) -> None:
    """The whole message is a mark, or a person reads it."""
    assert mark_of(text) is mark


@pytest.fixture
def sanne(counter: Counter) -> Author:
    """At a counter whose line asks."""
    counter.store.write(
        lambda tx: line_settings.change(tx, counter.line_id, {"after_done": QUESTION}, by="test")
    )
    made = counter.store.write(
        lambda tx: staff.add(tx, "Sanne", role="staff", branch_id=counter.branch_id)
    )
    return Author(staff_id=made)


def thread(counter: Counter, number: str = ANNA) -> str:
    contact_id = counter.contact_id(number)
    found = counter.store.read(
        lambda conn: conversations.of_contact(conn, counter.line_id, contact_id)
    )
    assert found
    return found


def close(counter: Counter, by: Author, number: str = ANNA) -> None:
    counter.store.write(lambda tx: cases.close(tx, thread(counter, number), by))


def is_done(counter: Counter) -> bool:
    return counter.store.read(lambda conn: casework.of(conn, thread(counter)).is_done)


def helped(counter: Counter, by: Author) -> None:
    """They wrote and were answered, which left."""
    counter.knows(ANNA)
    counter.queues("Kom maar langs", author=by)
    counter.clock.advance(s=30)
    counter.sends(Tick.READ)


def questions(counter: Counter, number: str = ANNA) -> list[dict[str, object]]:
    return [dict(row) for row in counter.outgoing(number) if row["rule"] == "after-done"]


def asked(counter: Counter, by: Author) -> str:
    """The question has left; gives its id."""
    helped(counter, by)
    close(counter, by)
    counter.clock.advance(s=1800)
    return counter.sends(Tick.READ)


def test_a_close_asks_once_it_is_quiet(counter: Counter, sanne: Author) -> None:
    """As an automatic message, with the branch's name, five minutes after the answer."""
    helped(counter, sanne)
    close(counter, sanne)
    (question,) = questions(counter)
    assert question["class"] == "automatic"
    assert question["text"] == "Hoe heeft Utrecht je geholpen, van 1 (slecht) tot 5 (goed)?"
    answer = counter.outgoing()[-2]
    assert question["not_before_ms"] == answer["sent_ms"] + QUIET_MS
    counter.clock.advance(s=240)
    assert counter.task() is None
    counter.clock.advance(s=1800)
    assert counter.sends(Tick.READ) == question["id"]


def test_a_close_is_never_held_up(counter: Counter, sanne: Author) -> None:
    """Where they may not be written to, nothing is asked and the conversation is done."""
    helped(counter, sanne)
    counter.hears("STOP")
    close(counter, sanne)
    assert questions(counter) == []
    assert is_done(counter)


def test_only_people_who_were_helped_are_asked(counter: Counter, sanne: Author) -> None:
    """Not who nobody answered, nor when a program closes, nor in a group."""
    counter.knows(ANNA, BART)
    close(counter, sanne)
    counter.queues("Kom maar langs", to=BART, author=sanne)
    counter.clock.advance(s=30)
    counter.sends(Tick.READ)
    close(counter, Author(), BART)
    assert questions(counter) == questions(counter, BART) == []
    counter.hears("Hoi allemaal", group=Group(jid="1@g.us", name="Nachtploeg"))
    group = str(counter.one("SELECT id FROM conversation WHERE contact_id IS NULL")["id"])
    counter.store.write(lambda tx: cases.close(tx, group, sanne))
    assert counter.all("SELECT 1 FROM message WHERE rule = 'after-done'") == []


def test_a_person_is_asked_once_a_month(counter: Counter, sanne: Author) -> None:
    asked(counter, sanne)
    counter.clock.advance(s=20 * DAY_S)
    helped(counter, sanne)
    close(counter, sanne)
    assert len(questions(counter)) == 1
    counter.clock.advance(s=12 * DAY_S)
    helped(counter, sanne)
    close(counter, sanne)
    assert len(questions(counter)) == 2


def test_words_that_may_mean_stop_come_first(counter: Counter, sanne: Author) -> None:
    """While nobody has decided, none is asked, and one that waits goes on waiting."""
    helped(counter, sanne)
    counter.hears("haal mij van de lijst")
    close(counter, sanne)
    assert questions(counter) == []
    near = str(counter.one("SELECT message_id FROM near_stop")["message_id"])
    sign_off.decide(
        counter.store, counter.gate, near, NearStopAnswer.LEAVE, staff_id=sanne.staff_id or ""
    )
    close(counter, sanne)
    cases_reopened(counter, sanne)
    close(counter, sanne)
    assert len(questions(counter)) == 1
    counter.hears("kan je mij uitschrijven")
    counter.clock.advance(s=1800)
    assert counter.task() is None


def cases_reopened(counter: Counter, by: Author) -> None:
    counter.store.write(lambda tx: cases.reopen(tx, thread(counter), by))


@pytest.mark.parametrize("what", ["they write", "it is opened again"])
def test_it_is_taken_back_when_it_goes_on(counter: Counter, sanne: Author, what: str) -> None:
    """Nobody is asked how it went while it goes on."""
    helped(counter, sanne)
    close(counter, sanne)
    if what == "they write":
        counter.hears("Nog één ding")
    else:
        cases_reopened(counter, sanne)
    (question,) = questions(counter)
    assert question["state"] == "cancelled"


def test_a_colleague_who_writes_on_overtakes_it(counter: Counter, sanne: Author) -> None:
    """It is asked again when it is about to leave: five minutes are five minutes."""
    helped(counter, sanne)
    close(counter, sanne)
    counter.clock.advance(s=285)
    counter.queues("Neem je helm mee", author=sanne)
    counter.clock.advance(s=30)
    counter.sends(Tick.READ)
    for _ in range(20):
        counter.clock.advance(s=10)
        assert counter.task() is None
    (question,) = questions(counter)
    assert question["state"] == "cancelled"


def test_an_answer_that_was_on_its_way_at_the_close_holds_it_back(
    counter: Counter, sanne: Author
) -> None:
    """*Send*, then *Done*: it comes five minutes after the answer left, however late that was."""
    counter.knows(ANNA)
    counter.queues("Kom maar langs", author=sanne)
    close(counter, sanne)
    counter.clock.advance(s=30)
    answer = counter.sends(Tick.READ)
    counter.clock.advance(s=270)
    assert counter.task() is None
    (question,) = questions(counter)
    assert question["not_before_ms"] == counter.row(answer)["sent_ms"] + QUIET_MS
    counter.clock.advance(s=30)
    assert counter.sends(Tick.READ) == question["id"]


def test_what_is_planned_for_tomorrow_answers_nobody_now(counter: Counter, sanne: Author) -> None:
    """It neither holds the question back nor makes one where nobody was helped."""
    counter.knows(ANNA)
    tomorrow_ms = counter.clock.now_ms() + DAY_S * 1000
    counter.queues("Tot morgen!", author=sanne, not_before_ms=tomorrow_ms)
    close(counter, sanne)
    assert questions(counter) == []
    cases_reopened(counter, sanne)
    helped(counter, sanne)
    close(counter, sanne)
    counter.clock.advance(s=300)
    assert counter.sends(Tick.READ) == questions(counter)[0]["id"]


def test_nobody_is_asked_at_night(counter: Counter, sanne: Author) -> None:
    """Who was helped late is asked when the branch is open again; so is, within the hours that the
    question lives, whoever should have been asked while the phone was away.
    """
    counter.knows(BART)
    counter.clock.advance(s=(at("2026-06-15 17:00") - counter.clock.now_ms()) // 1000)
    helped(counter, sanne)
    close(counter, sanne)
    counter.clock.advance(s=(at("2026-06-15 18:00") - counter.clock.now_ms()) // 1000)
    assert counter.task() is None
    counter.hears("Nog wakker?", BART)
    counter.queues("Ja hoor", to=BART, author=sanne)
    counter.clock.advance(s=60)
    counter.sends()
    close(counter, sanne, BART)
    for number in (ANNA, BART):
        assert questions(counter, number)[0]["not_before_ms"] == at("2026-06-16 08:30")


def test_an_answer_is_kept_and_it_stays_done(counter: Counter, sanne: Author) -> None:
    """Nobody has to read a mark, and no rule answers it."""
    question_id = asked(counter, sanne)
    before = len(counter.outgoing())
    counter.hears("4")
    row = counter.one("SELECT * FROM after_done")
    assert (row["question_id"], row["answer"]) == (question_id, "4")
    assert is_done(counter)
    assert len(counter.outgoing()) == before
    assert counter.events(EventKind.CONVERSATION_DONE)[-1].facts == {"why": "after-done"}
    counter.hears("5")
    assert len(counter.all("SELECT 1 FROM after_done")) == 1
    assert not is_done(counter)


def test_a_mark_leaves_open_what_a_colleague_has_opened(counter: Counter, sanne: Author) -> None:
    """They go on with it."""
    asked(counter, sanne)
    cases_reopened(counter, sanne)
    counter.store.write(lambda tx: cases.claim(tx, thread(counter), sanne.staff_id or ""))
    counter.hears("4")
    assert counter.one("SELECT answer FROM after_done")["answer"] == "4"
    assert not is_done(counter)


def test_a_mark_below_a_photo_is_for_a_person(counter: Counter, sanne: Author) -> None:
    """Somebody has to look at the photo."""
    asked(counter, sanne)
    photo = IncomingMedia(kind=MediaKind.IMAGE, sign="Foto", words="goed")
    counter.hears("goed", media=photo)
    assert counter.all("SELECT 1 FROM after_done") == []
    assert not is_done(counter)


def test_a_mark_that_they_change_is_read_again(counter: Counter, sanne: Author) -> None:
    """Another mark counts in its place; words are for a person, who is waited for since then."""
    asked(counter, sanne)
    counter.hears("4", key="mark")
    counter.hears("5", key="mark")
    assert counter.one("SELECT answer FROM after_done")["answer"] == "5"
    assert is_done(counter)
    counter.hears("5 maar mijn loon klopt niet", key="mark")
    assert counter.all("SELECT 1 FROM after_done") == []
    assert not is_done(counter)
    kept = counter.one("SELECT waiting_ms FROM conversation WHERE id = ?", thread(counter))
    assert kept["waiting_ms"] == counter.clock.now_ms()


def test_what_is_no_mark_is_for_a_person(counter: Counter, sanne: Author) -> None:
    """And a mark after it is kept, while the conversation stays open."""
    asked(counter, sanne)
    counter.hears("goed maar mijn loon klopt niet")
    assert counter.all("SELECT 1 FROM after_done") == []
    assert not is_done(counter)
    counter.hears("3")
    assert counter.one("SELECT answer FROM after_done")["answer"] == "3"
    assert not is_done(counter)


def test_a_number_that_answers_something_else_is_no_mark(counter: Counter, sanne: Author) -> None:
    """It answers what was said last, and not a question of last week."""
    asked(counter, sanne)
    counter.queues("Hoeveel uur kun je?", author=sanne)
    counter.clock.advance(s=60)
    counter.sends(Tick.READ)
    counter.hears("5")
    assert counter.all("SELECT 1 FROM after_done") == []


def test_answers_are_counted_by_line_and_month(counter: Counter, sanne: Author) -> None:
    """By the month of the question, in the branch's zone; what never left is not counted."""
    counter.clock.advance(s=(at("2026-06-30 16:00") - counter.clock.now_ms()) // 1000)
    asked(counter, sanne)
    counter.hears("👍")
    counter.clock.advance(s=34 * DAY_S)
    asked(counter, sanne)
    counter.hears("4")
    counter.clock.advance(s=32 * DAY_S)
    helped(counter, sanne)
    close(counter, sanne)
    found = counter.store.read(
        lambda conn: answers_by_month(
            conn, [counter.line_id], from_ms=0, to_ms=counter.clock.now_ms() + 1
        )
    )
    assert [(each.month, each.asked, each.answered, each.average) for each in found] == [
        ("2026-06", 1, 1, None),
        ("2026-08", 1, 1, 4.0),
    ]
    assert found[0].answers == {Mark.UP: 1}
    assert counter.state(str(questions(counter)[-1]["id"])) is MessageState.QUEUED
