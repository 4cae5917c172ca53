"""The erasure of a person: nothing of them is left, and what they had withdrawn stays withdrawn."""

import json
import multiprocessing
import shutil
import signal
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from appliance.api.web.words import care_sentences
from appliance.api.web.words.i18n import Words
from appliance.clock import ManualClock
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.care import by_hand
from appliance.desk.privacy.erasing import again, asking, job
from appliance.desk.privacy.erasing.asking import ErasureWish
from appliance.desk.team import staff
from appliance.devices.kind import Kind
from appliance.devices.protocol import Proof, Tick
from appliance.errors import InvalidInput, Refused
from appliance.events import EventKind
from appliance.messages import MessageState
from appliance.queue.profile import DAY_MS
from appliance.reasons import Reason
from appliance.store import (
    archives,
    consent,
    contacts,
    devices,
    erasures,
    holds,
    house_key,
    restoring,
    routes,
    sealing,
)
from appliance.store.cleaning import Unclean
from appliance.store.erasures import ErasureState
from appliance.store.store import Store, Tx
from tests.desk.erased_person import (
    ANNA,
    BART,
    EVERYWHERE,
    OFFICER,
    asks,
    columns_that_tell,
    erases,
    files_that_tell,
    fills,
    goes_on,
    personal_columns,
    put,
    rows_that_tell,
    silent_columns,
    state,
)
from tests.desk.erasing_child import erase_until
from tests.fresh_store import fresh_store
from tests.queue.counter import MONDAY, Counter, tapping, who


@pytest.fixture
def data(store: Store) -> Path:
    return store.path.parent


KILLING = multiprocessing.get_context("forkserver")
KILLING.set_forkserver_preload(["tests.desk.erasing_child"])


def test_nothing_of_an_erased_person_is_left(counter: Counter, data: Path) -> None:
    """In no column of any table, in no file, index, log or free page; of the others all is. Before,
    each column that may hold a person tells of her, or is named with why it cannot.
    """
    fills(counter, data)
    assert personal_columns() - columns_that_tell(counter.store.path) == silent_columns()
    hashes = [row["sha256"] for row in counter.all("SELECT sha256 FROM media")]
    erases(counter)
    assert rows_that_tell(counter.store.path) == []
    assert files_that_tell(data) == []
    kept = [path.name for path in data.rglob("*") if path.is_file()]
    assert not [name for name in kept for sha256 in hashes if sha256 in name]
    whole = b"".join(path.read_bytes() for path in data.glob("balie.db*"))
    assert not [sha256 for sha256 in hashes if sha256.encode() in whole]
    assert [
        row["text"] for row in counter.all("SELECT text FROM message WHERE value = ?", BART)
    ] != [""]
    assert counter.one("SELECT text FROM note WHERE id = 'n2'")["text"] == "vraag …, …, morgen"
    assert counter.one("SELECT status FROM idempotency")["status"] == 202


@pytest.mark.parametrize(
    ("kind", "whose", "said"),
    [
        ("mail", "mail:anna@example.com", "delete all mail of E-mail anna@example.com"),
        ("telegram", "telegram:4711", "no bot can delete a chat. Ask Telegram 4711"),
    ],
)
def test_what_stays_at_a_service_a_person_is_asked_to_delete(
    counter: Counter, kind: str, whose: str, said: str
) -> None:
    """Balie marks a mail as read and deletes none, and a bot deletes no chat."""
    counter.store.write(lambda tx: staff.add_first_admin(tx, "Sanne", "no-password"))
    (channel,) = Kind.named(kind).channels

    def beside(tx: Tx) -> str:
        made = devices.enrol(tx, kind=kind, address="x")
        routes.add_route(tx, line_id=counter.line_id, device_id=made, channel=channel)
        return made

    counter.device_id = counter.store.write(beside)
    counter.hears("Hoi", whose, channel=channel)
    contact_id = counter.one("SELECT id FROM contact")["id"]
    wish = ErasureWish(reason="Zij vroeg erom", typed="ERASE")
    by = Author(staff_id=counter.one("SELECT id FROM staff")["id"])
    counter.store.write(lambda tx: asking.ask(tx, EVERYWHERE, contact_id, wish, by))
    goes_on(counter)
    (task,) = counter.store.read(lambda conn: by_hand.tasks(conn, EVERYWHERE))
    assert said in care_sentences.task(Words("en"), task, counter.clock.now_ms())


def test_the_word_is_typed_and_nobody_who_is_held_is_erased(counter: Counter, data: Path) -> None:
    """A wrong word erases nothing; a hold is told with its reason."""
    contact_id = fills(counter, data)
    with pytest.raises(InvalidInput, match="ERASE"):
        asks(counter, typed="erase")
    staff_id = counter.one("SELECT id FROM staff")["id"]
    counter.store.write(
        lambda tx: holds.put(tx, contact_id, "Geschil", until_ms=None, staff_id=staff_id)
    )
    with pytest.raises(Refused, match="Geschil") as caught:
        asks(counter)
    assert caught.value.code is Reason.HELD
    assert counter.all("SELECT 1 FROM person_erasure") == []


def test_the_writer_counts_nothing_that_a_reader_has_counted(counter: Counter) -> None:
    """To look through all notes takes seconds in which nobody could write."""
    counter.hears("Dag", ANNA)
    found = counter.store.read(lambda conn: asking.counted(conn, EVERYWHERE, ANNA))
    assert found is not None
    assert found["messages"] > 0
    wish, looked_through = ErasureWish(reason="brief", typed="ERASE"), list[str]()

    def ask(tx: Tx) -> Mapping[str, int]:
        tx.conn.set_trace_callback(looked_through.append)
        try:
            return asking.ask(tx, EVERYWHERE, ANNA, wish, OFFICER, counts=found).counts
        finally:
            tx.conn.set_trace_callback(None)

    assert counter.store.write(ask) == found
    assert [each for each in looked_through if "FROM note" in each] == []
    assert counter.store.read(lambda conn: asking.counted(conn, EVERYWHERE, "+31600000000")) is None


def test_who_is_held_after_the_asking_is_erased_when_the_hold_ends(
    counter: Counter, data: Path
) -> None:
    contact_id = fills(counter, data)
    erasure_id = asks(counter)
    counter.store.write(lambda tx: holds.put(tx, contact_id, "Geschil", until_ms=None))
    assert not job.go_on(counter.store)
    erasure = counter.store.read(lambda conn: erasures.by_id(conn, erasure_id))
    assert erasure
    assert erasure.state is ErasureState.WAITING
    assert counter.store.read(lambda conn: asking.waits_for_hold(conn, erasure))
    counter.store.write(lambda tx: holds.end(tx, contact_id))
    goes_on(counter)
    assert state(counter, erasure_id) is ErasureState.COMPLETE


def test_a_message_in_hand_ends_first_and_what_waits_is_withdrawn(
    counter: Counter, data: Path
) -> None:
    """The erasure waits for a device that has tapped, and for nothing else."""
    fills(counter, data)
    first = counter.queues("eerst", ANNA)
    counter.clock.advance(s=60)
    attempt = counter.attempt()
    second = counter.queues("dan", ANNA)
    with tapping(attempt):
        erasure_id = asks(counter)
        job.go_on(counter.store)
        assert not job.go_on(counter.store)
        assert state(counter, erasure_id) is ErasureState.WAITING
    counter.work.sent(attempt, Proof(tick=Tick.SENT))
    while job.go_on(counter.store):
        pass
    assert state(counter, erasure_id) is ErasureState.COMPLETE
    assert counter.state(first) is MessageState.SENT
    assert (counter.state(second), counter.row(second)["reason"]) == (
        MessageState.CANCELLED,
        Reason.ERASED,
    )


def test_one_that_cannot_be_cleaned_holds_nobody_else_up(counter: Counter, data: Path) -> None:
    """Whoever is asked for later is nobody as soon, and what waited for them leaves no more."""
    fills(counter, data)
    waiting = counter.queues("dan", BART)
    with closing(sqlite3.connect(counter.store.path)) as reader:
        first = asks(counter)
        while job.go_on(counter.store, with_cleaning=False):
            pass
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM message").fetchall()
        second = asks(counter, BART)
        assert counter.state(waiting) is MessageState.CANCELLED
        with pytest.raises(Unclean):
            goes_on(counter)
        assert state(counter, first) is state(counter, second) is ErasureState.CLEANING
    goes_on(counter)
    assert state(counter, first) is state(counter, second) is ErasureState.COMPLETE


def test_an_erased_person_who_writes_again_is_somebody_new(counter: Counter, data: Path) -> None:
    """With consent of their own; what the phone shows again of before is dropped."""
    before = fills(counter, data)
    erases(counter)
    assert counter.store.read(lambda conn: contacts.find(conn, before)) is None
    told = [each.facts for each in counter.events(EventKind.CONTACT_ERASED)]
    assert len(told) == 1
    assert ANNA not in json.dumps(told)
    count = len(counter.all("SELECT 1 FROM message"))
    counter.hears("Hoi, ik ben zonnebloem", ANNA, key="geheimpje-1")
    assert len(counter.all("SELECT 1 FROM message")) == count
    counter.clock.advance(s=60)
    counter.hears("Mag ik terugkomen?", ANNA, key="anna-9")
    assert counter.contact_id(ANNA) != before
    assert counter.store.read(
        lambda conn: consent.verdict(conn, counter.line_id, who(ANNA))
    ).allowed


@pytest.mark.parametrize("with_copy", [False, True])
def test_who_had_withdrawn_stays_so_until_start(
    counter: Counter, data: Path, with_copy: bool
) -> None:
    """After the erasure, and after a copy from before the STOP was put back, too."""
    fills(counter, data)
    copy = data / "backups" / "copy.db"
    copy.parent.mkdir()
    counter.store.copy_to(copy)
    counter.hears("STOP", ANNA, key="stop")
    erases(counter)
    if with_copy:
        counter = restored(counter, data, copy)
    counter.hears("Hoi", ANNA, key="new-1")
    verdict = counter.store.read(lambda conn: consent.verdict(conn, counter.line_id, who(ANNA)))
    assert verdict.opted_out
    counter.hears("START", ANNA, key="new-2")
    verdict = counter.store.read(lambda conn: consent.verdict(conn, counter.line_id, who(ANNA)))
    assert verdict.allowed


def restored(counter: Counter, data: Path, copy: Path) -> Counter:
    """The same data directory with the copy as its database."""
    counter.store.close()
    for path in data.glob("balie.db*"):
        path.unlink()
    restoring.restore(copy, data / "balie.db", clock_ms=counter.clock.now_ms())
    store = Store(data / "balie.db", counter.clock)
    again.obey_journal(store)
    return Counter(store, counter.clock, data / "evidence")


def test_an_older_copy_that_is_put_back_is_erased_again(counter: Counter, data: Path) -> None:
    """Before anybody sees it, and with all that belongs to it; the other person is there."""
    fills(counter, data)
    copy = data / "backups" / "copy.db"
    copy.parent.mkdir()
    counter.store.copy_to(copy)
    erases(counter)
    later = restored(counter, data, copy)
    assert rows_that_tell(later.store.path) == []
    assert files_that_tell(data) == []
    assert later.contact_id(BART)
    later.store.close()


def test_a_copy_that_is_put_back_before_its_key_waits_for_it(counter: Counter, data: Path) -> None:
    """No line is started meanwhile; with the key who was erased since is erased again."""
    fills(counter, data)
    counter.store.write(lambda tx: sealing.settle(tx, data))
    copy, key = data / "backups" / "copy.db", data / house_key.FILE
    copy.parent.mkdir()
    counter.store.copy_to(copy)
    erases(counter)
    key.rename(data.parent / "kept-apart")
    later = restored(counter, data, copy)
    later.store.write(lambda tx: sealing.settle(tx, data))
    assert again.obey_journal(later.store) == 0
    with pytest.raises(Refused) as caught:
        later.store.read(again.check_obeyed)
    assert caught.value.code is Reason.RESTORED
    house_key.add(data, data.parent / "kept-apart")
    assert again.obey_journal(later.store) == 1
    later.store.read(again.check_obeyed)
    assert rows_that_tell(later.store.path) == []
    later.store.close()


def test_a_start_after_a_copy_waits_for_no_device_and_for_no_cleaning(
    counter: Counter, data: Path
) -> None:
    """A message in hand in the copy is nobody's, and somebody who reads stops no start."""
    fills(counter, data)
    counter.queues("dan", ANNA)
    counter.clock.advance(s=60)
    attempt, copy = counter.attempt(), data / "backups" / "copy.db"
    copy.parent.mkdir()
    with tapping(attempt):
        counter.store.copy_to(copy)
    counter.work.sent(attempt, Proof(tick=Tick.SENT))
    erases(counter)
    counter.store.close()
    for path in data.glob("balie.db*"):
        path.unlink()
    restoring.restore(copy, data / "balie.db", clock_ms=counter.clock.now_ms())
    with closing(Store(data / "balie.db", counter.clock)) as store:
        with closing(sqlite3.connect(store.path)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM message").fetchall()
            assert again.obey_journal(store) == 1
            (left,) = store.read(erasures.all_open)
            assert left.state is ErasureState.CLEANING
        later = Counter(store, counter.clock, data / "evidence")
        goes_on(later)
        assert rows_that_tell(store.path) == []


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data directory in which an erasure was just asked for, and its id."""
    data, clock = tmp_path_factory.mktemp("asked"), ManualClock(at_ms=MONDAY)
    counter = Counter(fresh_store(data / "balie.db", clock), clock, data / "evidence")
    fills(counter, data)
    erasure_id = asks(counter)
    counter.store.close()
    return data, erasure_id


@pytest.mark.parametrize("step", list(job.ErasureStep))
def test_a_kill_at_any_step_leaves_nothing(
    asked: tuple[Path, str], tmp_path: Path, step: job.ErasureStep
) -> None:
    """Whatever the step at which SIGKILL ends the process: the next one comes to the same end."""
    source, erasure_id = asked
    data = shutil.copytree(source, tmp_path / "data")
    killed = KILLING.Process(target=erase_until, args=(data, step))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    clock = ManualClock(at_ms=MONDAY + DAY_MS)
    with closing(Store(data / "balie.db", clock)) as store:
        later = Counter(store, clock, data / "evidence")
        while job.go_on(store):
            pass
        assert state(later, erasure_id) is ErasureState.COMPLETE
        assert rows_that_tell(store.path) == []
        assert files_that_tell(data) == []
        assert len(later.events(EventKind.CONTACT_ERASED)) == 1


def test_archives_that_hold_them_go_and_those_of_the_company_are_named(
    counter: Counter, data: Path
) -> None:
    """A message to them that a list had not made yet is made no more."""
    contact_id = fills(counter, data)
    with_them = counter.one("SELECT id FROM conversation WHERE contact_id = ?", contact_id)["id"]
    folder = data / archives.FOLDER
    folder.mkdir()
    mine, quarter = folder / "a1.json", data.parent / "2026-Q1.json"
    for path in (mine, quarter):
        path.write_text("Anouschka Kowalczyk")

    def made(tx: Tx) -> None:
        done = {"from_ms": 0, "until_ms": 9, "format": "json", "language": "nl", "created_ms": 1}
        done |= {"line_id": counter.line_id, "state": "complete"}
        put(tx.conn, "archive", id="a1", name=mine.name, expires_ms=1 << 50, **done)
        put(tx.conn, "archive", id="a2", name=str(quarter), quarter="2026-Q1", **done)
        for archive in ("a1", "a2"):
            of = {"branch_id": counter.branch_id, "contact_id": contact_id}
            put(tx.conn, "archive_part", archive_id=archive, conversation_id=with_them, **of)

    counter.store.write(made)
    seen = counter.store.read(lambda conn: asking.preview(conn, EVERYWHERE, contact_id, data))
    assert seen.archives == [str(quarter)]
    erases(counter)
    assert not mine.exists()
    assert quarter.exists()
    states = counter.all("SELECT id, state FROM archive ORDER BY id")
    assert [(row["id"], row["state"]) for row in states] == [("a1", "expired"), ("a2", "complete")]
    assert counter.all("SELECT 1 FROM list_send_unmade") == []
    assert counter.one("SELECT why FROM list_send_item")["why"] == Reason.ERASED
