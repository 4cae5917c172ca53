"""What is older than its term goes, and only that: what was simulated, and nothing that is held,
waited for or on its way.
"""

import pytest

from appliance.desk.access.sight import Sight
from appliance.desk.automatic import rules
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.retention import along, nightly, settings
from appliance.desk.privacy.retention.along import Along
from appliance.desk.privacy.retention.letting_go import LettingGo
from appliance.desk.search import following
from appliance.desk.team import cases, notes
from appliance.events import EventKind
from appliance.media.files import FOLDER, MediaFiles
from appliance.media.kinds import FileType, MediaKind
from appliance.store import aging, holds, lines, retention_runs, terms
from appliance.store.aging import Aged
from appliance.store.media import NewUpload, add_upload, attach
from appliance.store.retention_runs import RetentionRun, RunState
from appliance.store.store import Tx
from appliance.store.terms import DAY_MS, Terms
from tests.queue.counter import ANNA, BART, Counter

EVERYBODY = Sight(None)
OFFICER = Author(rule="officer")


@pytest.fixture(autouse=True)
def silent(counter: Counter) -> None:
    """The line says nothing by itself."""
    line = counter.store.read(lambda conn: lines.line(conn, counter.line_id))
    counter.store.write(
        lambda tx: rules.change(tx, line.id, line.rules, {"welcome": {"on": False}}, by="cli")
    )


def days_pass(counter: Counter, days: int) -> None:
    counter.clock.advance(ms=days * DAY_MS)


def says(counter: Counter, **days: int) -> Terms:
    """Terms by names such as `placed_texts`."""
    wanted = terms.checked({name.replace("_", "."): each for name, each in days.items()})
    counter.store.write(lambda tx: settings.change(tx, EVERYBODY, wanted, OFFICER))
    return wanted


def tried(counter: Counter, wanted: Terms) -> Aged:
    now_ms = counter.clock.now_ms()
    return counter.store.read(lambda conn: settings.tried(conn, EVERYBODY, wanted, now_ms))


def runs(counter: Counter) -> RetentionRun:
    """One run from its beginning to its end; gives its report."""
    run_id = counter.store.write(retention_runs.begin)
    letting_go = LettingGo(counter.store, counter.store.path.parent)
    while letting_go.go_on():
        pass
    found = counter.store.read(lambda conn: retention_runs.one(conn, run_id))
    assert found is not None
    assert found.state is RunState.DONE
    return found


def texts(counter: Counter) -> list[str]:
    return [row["text"] for row in counter.all("SELECT text FROM message ORDER BY seq")]


def is_done(counter: Counter, *numbers: str) -> None:
    """A colleague marks their conversations as done: nobody waits there."""
    for number in numbers:
        thread = counter.one(
            "SELECT c.id FROM conversation c JOIN contact_identity i ON i.contact_id = c.contact_id"
            " WHERE i.value = ?",
            number,
        )["id"]
        counter.store.write(
            lambda tx, thread=thread: cases.close(tx, thread, OFFICER)  # type: ignore[misc]
        )


def stands(counter: Counter, number: str, state: str) -> None:
    contact_id, now_ms = counter.contact_id(number), counter.clock.now_ms()
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE contact SET state = ?, state_ms = ? WHERE id = ?", (state, now_ms, contact_id)
        )
    )


def has_file(counter: Counter, number: str, content: bytes) -> str:
    """The newest message of this person has a file; gives its hash."""
    files = MediaFiles(counter.store.path.parent / FOLDER)
    with files.growing() as growing:
        growing.write(content)
        kept = growing.keep()
    told = FileType(MediaKind.DOCUMENT, "application/pdf")
    message_id = counter.one(
        "SELECT id FROM message WHERE value = ? ORDER BY seq DESC LIMIT 1", number
    )["id"]

    def add(tx: Tx) -> None:
        media = add_upload(tx, NewUpload(told=told, name="rooster.pdf", kept=kept))
        attach(tx.conn, message_id, [media.id])

    counter.store.write(add)
    return kept.sha256


def test_what_was_simulated_goes_and_nothing_else(counter: Counter) -> None:
    """Texts and files of what is older; that it was, when and with whom stays."""
    counter.hears("Oud bericht", ANNA, name="Anna")
    sha256 = has_file(counter, ANNA, b"oud rooster")
    is_done(counter, ANNA)
    days_pass(counter, 20)
    counter.hears("Nieuw bericht", ANNA, name="Anna")
    counter.hears("Van Bart", BART)
    is_done(counter, ANNA, BART)
    days_pass(counter, 15)

    wanted = says(counter, any_texts=30)
    assert tried(counter, wanted) == Aged(messages=1, people=1, media=1)
    before = counter.one("SELECT count(*) AS messages, sum(happened_ms) AS times FROM message")
    report = runs(counter)
    assert (report.messages, report.people, report.media, report.bytes) == (1, 1, 1, 11)
    assert texts(counter) == ["", "Nieuw bericht", "Van Bart"]
    assert counter.one("SELECT count(*) AS messages, sum(happened_ms) AS times FROM message") == (
        before
    )
    assert not MediaFiles(counter.store.path.parent / FOLDER).path_of(sha256).exists()
    assert tried(counter, wanted) == Aged(messages=0, people=0, media=0)
    (told,) = counter.events(EventKind.CONVERSATION_LET_GO)
    assert told.contact_id == counter.contact_id(ANNA)

    days_pass(counter, 20)
    assert runs(counter).messages == 2
    assert texts(counter) == ["", "", ""]


def test_who_stands_otherwise_has_another_term(counter: Counter) -> None:
    """A term of one's own counts from when one came to stand so: nobody who leaves today loses
    anything tonight.
    """
    counter.hears("Van Anna", ANNA)
    counter.hears("Van Bart", BART)
    is_done(counter, ANNA, BART)
    days_pass(counter, 40)
    stands(counter, ANNA, "placed")
    wanted = terms.checked({"self.texts": 30, "placed.texts": 30})
    assert tried(counter, wanted).messages == 1
    assert tried(counter, terms.checked({"any.texts": 30})).messages == 2
    days_pass(counter, 29)
    says(counter, self_texts=30, placed_texts=30)
    assert runs(counter).messages == 1
    assert texts(counter) == ["Van Anna", ""]
    days_pass(counter, 1)
    assert runs(counter).messages == 1
    assert texts(counter) == ["", ""]


def test_the_calendar_says_what_goes_when(counter: Counter) -> None:
    """Each message on the day of the run that takes it, a file with its text or before."""
    counter.hears("Eerste", ANNA)
    days_pass(counter, 3)
    counter.hears("Tweede", ANNA)
    has_file(counter, ANNA, b"rooster")
    counter.hears("Van Bart", BART)
    is_done(counter, ANNA, BART)
    days_pass(counter, 28)
    stands(counter, BART, "placed")
    says(counter, any_texts=30, any_media=29, placed_texts=4)
    now_ms = counter.clock.now_ms()
    week = counter.store.read(lambda conn: settings.week(conn, EVERYBODY, now_ms))
    none = Aged(messages=0, people=0, media=0)
    assert [each.due for each in week] == [
        Aged(messages=1, people=1, media=0),
        Aged(messages=0, people=1, media=1),
        Aged(messages=1, people=1, media=0),
        none,
        Aged(messages=1, people=1, media=0),
        none,
        none,
    ]
    assert week[0].due == tried(counter, counter.store.read(terms.house).terms)


def test_a_held_person_loses_nothing_until_it_ends(counter: Counter) -> None:
    """Also when the hold comes between two steps of a run."""
    for number in (ANNA, BART):
        counter.hears("Hoi", number)
    is_done(counter, ANNA, BART)
    days_pass(counter, 40)
    anna = counter.contact_id(ANNA)
    counter.store.write(lambda tx: holds.put(tx, anna, "Geschil", until_ms=None))
    wanted = says(counter, any_texts=30)
    assert tried(counter, wanted).messages == 1
    run_id = counter.store.write(retention_runs.begin)
    letting_go = LettingGo(counter.store, counter.store.path.parent)
    bart = counter.contact_id(BART)
    walks = counter.store.read(lambda conn: aging.walks(conn, wanted))
    assert [each.contact_id for each in walks] == [bart]
    counter.store.write(lambda tx: holds.put(tx, bart, "Ook", until_ms=None))
    while letting_go.go_on():
        pass
    found = counter.store.read(lambda conn: retention_runs.one(conn, run_id))
    assert found is not None
    assert (found.messages, texts(counter)) == (0, ["Hoi", "Hoi"])
    for each in (anna, bart):
        counter.store.write(lambda tx, each=each: holds.end(tx, each))  # type: ignore[misc]
    assert runs(counter).messages == 2


def test_who_is_held_between_two_steps_keeps_the_rest(counter: Counter) -> None:
    """What colleagues noted, their calls, and a message in their conversation that is nobody's."""
    counter.hears("Hoi", ANNA)
    counter.hears("Voicemail", ANNA)
    is_done(counter, ANNA)
    thread, anna = counter.one("SELECT id FROM conversation")["id"], counter.contact_id(ANNA)
    counter.store.write(lambda tx: notes.write(tx, thread, "Belt morgen terug", OFFICER))
    counter.store.write(
        lambda tx: tx.conn.execute("UPDATE message SET contact_id = NULL WHERE text = 'Voicemail'")
    )
    counter.store.write(
        lambda tx: tx.conn.execute(
            "INSERT INTO missed_call (id, device_key, line_id, value, scheme, at_ms)"
            " VALUES ('call', 'a', ?, ?, 'tel', 1)",
            (counter.line_id, ANNA),
        )
    )
    days_pass(counter, 40)
    wanted = says(counter, any_texts=30, any_calls=30)
    run_id, now_ms = counter.store.write(retention_runs.begin), counter.clock.now_ms()
    walks = counter.store.read(lambda conn: aging.walks(conn, wanted))
    found = counter.store.read(lambda conn: aging.calls(conn, wanted, now_ms, after="", most=10))
    steps = Along(counter.store, run_id, walks, now_ms).steps()
    under_way = next(steps)
    counter.store.write(lambda tx: holds.put(tx, anna, "Geschil", until_ms=None))
    counter.store.write(under_way)
    for step in steps:
        counter.store.write(step)
    counter.store.write(lambda tx: along.forget_calls(tx, run_id, found))
    assert [each.goes for each in found] == [True]
    assert texts(counter) == ["Hoi", "Voicemail"]
    assert len(counter.all("SELECT id FROM note")) == 1
    assert len(counter.all("SELECT id FROM missed_call")) == 1
    counter.store.write(lambda tx: holds.end(tx, anna))
    runs(counter)  # to its end
    report = runs(counter)
    assert (report.messages, report.notes, report.calls) == (2, 1, 1)


def test_what_is_open_stays(counter: Counter) -> None:
    """What somebody waits for an answer to, what waits to be sent with its conversation, and what
    was put away until a time.
    """
    counter.hears("Eerste", ANNA)
    is_done(counter, ANNA)
    counter.clock.advance(s=1)
    counter.hears("Wie antwoordt mij?", ANNA)
    counter.hears("Van Bart", BART)
    is_done(counter, BART)
    days_pass(counter, 40)
    counter.queues("Kom je morgen?", BART, not_before_ms=counter.clock.now_ms() + DAY_MS)
    wanted = says(counter, any_texts=30)
    assert tried(counter, wanted).messages == 1
    assert runs(counter).messages == 1
    assert texts(counter) == ["", "Wie antwoordt mij?", "Van Bart", "Kom je morgen?"]


def test_each_kind_has_its_term(counter: Counter) -> None:
    """Files go while their text stays, calls by whose number it is, evidence of what was sent, and
    what colleagues noted with the texts.
    """
    counter.hears("Met bijlage", ANNA)
    sha256 = has_file(counter, ANNA, b"bijlage")
    sent = counter.queues("Dank je", ANNA)
    assert counter.sends() == sent
    is_done(counter, ANNA)
    thread = counter.one("SELECT id FROM conversation")["id"]
    counter.store.write(lambda tx: notes.write(tx, thread, "Belt morgen terug", OFFICER))
    for at_ms, key in ((0, "a"), (35, "b")):
        then_ms = counter.clock.now_ms() + at_ms * DAY_MS
        counter.store.write(
            lambda tx, key=key, then_ms=then_ms: tx.conn.execute(  # type: ignore[misc]
                "INSERT INTO missed_call (id, device_key, line_id, value, scheme, at_ms)"
                " VALUES (?, ?, ?, ?, 'tel', ?)",
                (tx.new_id(), key, counter.line_id, ANNA, then_ms),
            )
        )
    days_pass(counter, 40)
    assert counter.attempts(sent)[0]["evidence"] != "{}"
    says(counter, any_media=30, any_evidence=30, any_calls=30)
    report = runs(counter)
    assert (report.media, report.evidence, report.calls, report.messages) == (1, 1, 1, 0)
    assert not MediaFiles(counter.store.path.parent / FOLDER).path_of(sha256).exists()
    assert texts(counter) == ["Met bijlage", "Dank je"]
    attempt = counter.attempts(sent)[0]
    assert (attempt["evidence"], attempt["outcome"]) == ("{}", "sent")
    assert [row["device_key"] for row in counter.all("SELECT device_key FROM missed_call")] == ["b"]
    assert counter.all("SELECT text FROM note") != []
    says(counter, any_texts=30)
    assert (runs(counter).notes, counter.all("SELECT text FROM note")) == (1, [])
    assert texts(counter) == ["", ""]


def test_words_that_went_are_not_in_the_file(counter: Counter) -> None:
    """Neither in the index of the search nor in what it was told of old texts."""
    counter.hears("Zeldzaamwoord", ANNA)
    is_done(counter, ANNA)
    while following.catch_up(counter.store):
        pass
    days_pass(counter, 40)
    says(counter, any_texts=30)
    counter.store.write(lambda tx: settings.run_now(tx, EVERYBODY, OFFICER))
    runs(counter)
    assert counter.all("SELECT 1 FROM search_change") == []
    found = "SELECT rowid FROM search_message WHERE search_message MATCH 'words:zeldzaamwoord'"
    assert counter.all(found) == []


def test_a_run_that_is_killed_at_any_step_goes_on(counter: Counter) -> None:
    """Another process takes it up where it was, and ends with the same report."""
    for number in (ANNA, BART):
        for step in range(15):
            counter.hears(f"Bericht {step}", number)
    is_done(counter, ANNA, BART)
    days_pass(counter, 40)
    says(counter, any_texts=30)
    run_id = counter.store.write(retention_runs.begin)
    for steps in range(1, 40):  # each process takes one step more than the one before it
        letting_go = LettingGo(counter.store, counter.store.path.parent)
        if not all(letting_go.go_on() for _ in range(steps)):
            break
    found = counter.store.read(lambda conn: retention_runs.one(conn, run_id))
    assert found is not None
    assert (found.state, found.messages, found.people) == (RunState.DONE, 30, 2)
    assert set(texts(counter)) == {""}


def test_nothing_goes_before_an_officer_has_said_so(counter: Counter) -> None:
    """Nor in a night in which the clock has leapt ahead."""
    counter.hears("Hoi", ANNA)
    is_done(counter, ANNA)
    days_pass(counter, 400)
    counter.store.write(nightly.begin)
    assert counter.store.read(retention_runs.current) is None
    says(counter, any_texts=30)
    days_pass(counter, 300)
    counter.store.write(nightly.begin)
    assert counter.store.read(retention_runs.current) is None
    days_pass(counter, 1)
    counter.store.write(nightly.begin)
    assert counter.store.read(retention_runs.current) is not None


def test_what_is_older_and_comes_later_is_found(counter: Counter) -> None:
    """A phone's past that is taken over after a run had been there."""
    counter.hears("Hoi", ANNA)
    is_done(counter, ANNA)
    days_pass(counter, 100)
    says(counter, any_texts=30)
    assert runs(counter).messages == 1
    old_ms = counter.clock.now_ms() - 90 * DAY_MS
    counter.store.write(
        lambda tx: tx.conn.execute(
            "INSERT INTO message (id, conversation_id, line_id, contact_id, value, scheme,"
            " direction, channel, text, state, created_ms, happened_ms, imported)"
            " SELECT ?, conversation_id, line_id, contact_id, value, scheme, 'in', channel,"
            " 'Van vroeger', 'received', ?, ?, 1 FROM message LIMIT 1",
            (tx.new_id(), tx.now_ms, old_ms),
        )
    )
    assert runs(counter).messages == 1
    assert texts(counter) == ["", ""]
