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

from appliance.clock import ManualClock
from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.erasing import again, asking, job
from appliance.desk.privacy.erasing.asking import ErasureWish
from appliance.desk.search import following as search_index
from appliance.desk.team import staff
from appliance.devices.news_protocol import MissedCall
from appliance.devices.protocol import Group, Proof, Tick
from appliance.errors import InvalidInput, Refused
from appliance.events import EventKind
from appliance.media.files import FOLDER, MediaFiles
from appliance.media.kinds import FileType, MediaKind
from appliance.messages import MessageState
from appliance.queue.profile import DAY_MS
from appliance.reasons import Reason
from appliance.store import (
    archives,
    consent,
    contacts,
    erasures,
    forgetting,
    holds,
    house_key,
    media,
    restoring,
    sealing,
)
from appliance.store.cleaning import Unclean
from appliance.store.data_class import DataClass
from appliance.store.erasures import ErasureState
from appliance.store.media import NewUpload
from appliance.store.store import Store, Tx
from tests.desk.erasing_child import erase_until
from tests.fresh_store import fresh_store
from tests.queue.counter import MONDAY, Counter, tapping, who

ANNA, BART = "+31612345678", "+31687654399"
EVERYWHERE = Sight(None)
GROUP = Group(jid="31612300000-1@g.us", name="Loods")
OFFICER = Author(staff_id=None, token_id=None, rule=None)
TOLD = ("Kowalczyk", "Anouschka", "12345678", "612345678", "zonnebloem", "p-77001", "geheimpje")
"""Pieces of what she is called, wrote and was told, in letters that stand nowhere else."""
PERSONAL = (DataClass.IDENTITY, DataClass.CONTENT, DataClass.OFFICE, DataClass.EVIDENCE)


@pytest.fixture
def data(store: Store) -> Path:
    return store.path.parent


KILLING = multiprocessing.get_context("forkserver")
KILLING.set_forkserver_preload(["tests.desk.erasing_child"])


def asks(counter: Counter, number: str = ANNA, *, typed: str = "ERASE") -> str:
    contact_id = counter.contact_id(number)
    wish = ErasureWish(reason="Anouschka Kowalczyk vroeg erom per brief", typed=typed)
    by = Author(staff_id=counter.one("SELECT id FROM staff")["id"])
    return counter.store.write(lambda tx: asking.ask(tx, EVERYWHERE, contact_id, wish, by)).id


def erases(counter: Counter, number: str = ANNA) -> str:
    erasure_id = asks(counter, number)
    while job.go_on(counter.store):
        pass
    assert state(counter, erasure_id) is ErasureState.COMPLETE
    return erasure_id


def goes_on(counter: Counter) -> None:
    while job.go_on(counter.store):
        pass


def state(counter: Counter, erasure_id: str) -> ErasureState:
    found = counter.store.read(lambda conn: erasures.by_id(conn, erasure_id))
    assert found
    return found.state


def keeps_file(counter: Counter, data: Path, content: bytes, name: str) -> str:
    files, source = MediaFiles(data / FOLDER), data.parent / "source"
    source.write_bytes(content)
    kept = files.keep(source)
    files.thumbnail_of(kept.sha256).write_bytes(b"small " + content)
    new = NewUpload(told=FileType(MediaKind.IMAGE, "image/png"), name=name, kept=kept)
    return counter.store.write(lambda tx: media.add_upload(tx, new)).id


def fills(counter: Counter, data: Path) -> str:
    """Anna in each place where data of a person may lie, and Bart beside her; her contact's id."""
    store = counter.store
    store.write(lambda tx: staff.add_first_admin(tx, "Sanne", "no-password"))
    counter.hears("Hoi, ik ben zonnebloem", ANNA, name="Anouschka Kowalczyk", key="anna-1")
    counter.hears("Ik zoek werk", BART, name="Bart")
    counter.clock.advance(s=600)
    store.write(
        lambda tx: tx.conn.execute(
            "UPDATE message SET state = 'cancelled', expected_ms = NULL WHERE state = 'queued'"
        )
    )
    counter.queues("Dag Anouschka, zonnebloem", ANNA)
    counter.sends(Tick.DELIVERED)
    counter.hears("zonnebloem was fout, nu beter", ANNA, key="anna-1", at_ms=counter.clock.now_ms())
    counter.hears("In de groep: zonnebloem", ANNA, group=GROUP, name="Anouschka Kowalczyk")
    counter.hears("Wie is er?", BART, group=GROUP, name="Bart")
    call = MissedCall(key="call:1", number=ANNA, at_ms=counter.clock.now_ms())
    counter.reception.missed_calls(counter.device_id, [call])
    contact_id = counter.contact_id(ANNA)
    picture = keeps_file(counter, data, b"geheimpje in a picture", "geheimpje.png")
    noted = keeps_file(counter, data, b"geheimpje of a note", "notitie-geheimpje.png")
    store.write(lambda tx: _fill_rows(tx, counter, contact_id, picture, noted))
    attempt = counter.one("SELECT id FROM attempt")["id"]
    folder = data / FOLDER / forgetting.EVIDENCE / attempt
    folder.mkdir(parents=True)
    (folder / "1.xml").write_text("<node text='zonnebloem'/>")
    while search_index.catch_up(store):
        pass
    return contact_id


def put(conn: sqlite3.Connection, table: str, **columns: object) -> None:
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    conn.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values()))  # noqa: S608 -- our own names


def _fill_rows(tx: Tx, counter: Counter, contact_id: str, picture: str, noted: str) -> None:
    conn, at = tx.conn, {"created_ms": 1}
    one = {
        name: conn.execute(statement, values).fetchone()[0]
        for name, statement, values in (
            ("staff", "SELECT id FROM staff", ()),
            ("thread", "SELECT id FROM conversation WHERE contact_id = ?", (contact_id,)),
            ("other", "SELECT id FROM conversation WHERE contact_id <> ?", (contact_id,)),
            ("first", "SELECT min(id) FROM message WHERE value = ?", (ANNA,)),
            ("tried", "SELECT message_id FROM attempt", ()),
            ("attempt", "SELECT id FROM attempt", ()),
            ("group", "SELECT id FROM chat_group", ()),
        )
    }
    own = {"staff_id": one["staff"], "conversation_id": one["thread"]}
    on_phone = {"device_id": counter.device_id}
    media.attach(conn, one["first"], [picture])
    conn.execute(
        "UPDATE contact SET office_name = 'Anouschka Kowalczyk', personnel_number = 'P-77001',"
        " fields = json_object('bijnaam', 'geheimpje') WHERE id = ?",
        (contact_id,),
    )
    conn.execute("UPDATE attempt SET baseline = 'zonnebloem', evidence = '{\"r\": \"zonnebloem\"}'")
    put(conn, "contact_note", contact_id=contact_id, branch_id="b", text="geheimpje")
    for table in ("draft", "note_draft"):
        put(conn, table, **own, text="zonnebloem", saved_ms=1)
    put(conn, "note", **own, id="n1", text="zonnebloem", at_ms=1)
    put(conn, "note_media", note_id="n1", position=0, media_id=noted)
    elsewhere = {**own, "conversation_id": one["other"]}
    named = "vraag anouschka kowalczyk, 06-12345678, morgen"
    put(conn, "note", **elsewhere, id="n2", text=named, at_ms=1)
    put(
        conn,
        "handover",
        id="h1",
        line_id=counter.line_id,
        staff_id=one["staff"],
        text="bel +31 6 1234 5678 nog",
        at_ms=1,
    )
    put(
        conn,
        "casework",
        conversation_id=one["thread"],
        line_id=counter.line_id,
        assignee_id=one["staff"],
        closing_note="zonnebloem",
    )
    put(conn, "api_token", id="t", name="HR", token_hash="x", scopes="[]", **at)
    told = json.dumps({"id": one["tried"], "text": "zonnebloem", "contact": {"number": ANNA}})
    answer = {"body_hash": "h", "status": 202, "response": told, "at_ms": tx.now_ms}
    put(conn, "idempotency", token_id="t", key="k", **answer)
    put(
        conn,
        "unknown_screen",
        **on_phone,
        **dict.fromkeys(("id", "signature", "package"), "u1"),
        **dict.fromkeys(("ids", "buttons", "files"), "[]"),
        **dict.fromkeys(("first_ms", "last_ms", "times"), 1),
        text="zonnebloem",
        attempt_id=one["attempt"],
    )
    part = {"reference": 1, "wide": 0, "total": 2, "origin": "person", "key": "k"}
    put(conn, "long_sms", id="l1", **on_phone, sender=ANNA, **part, at_ms=1, seen_ms=1)
    units = "zonnebloem".encode("utf-16-le")
    put(conn, "long_sms_part", **on_phone, key="k", long_sms_id="l1", part=1, units=units)
    report = {"report": "arrived", "status": 0, "mr": 1, "at_ms": 1, "seen_ms": 1}
    put(conn, "early_report", **on_phone, number="0612345678", **report)
    put(conn, "adoption", id="a1", line_id=counter.line_id, **on_phone, state="done", **at)
    chat = {"name": "Anouschka Kowalczyk", "value": ANNA, "scheme": "tel", "fate": "adopted"}
    put(conn, "adoption_chat", id="c1", adoption_id="a1", place=1, **chat)
    put(conn, "reaction", message_id=one["tried"], value=ANNA, scheme="tel", emoji="👍", at_ms=1)
    put(
        conn,
        "contact_change",
        kind="split",
        contact_id=contact_id,
        other_id=contact_id,
        before='{"name": "Anouschka Kowalczyk"}',
        consent_seq=0,
        at_ms=1,
    )
    put(conn, "hold", id="d1", contact_id=contact_id, reason="geheimpje", since_ms=1, ended_ms=2)
    wanted = {"sign": "s", "words": "zonnebloem", "asked_ms": 1, "path": "/sdcard/geheimpje.jpg"}
    put(conn, "media_fetch", media_id=picture, **on_phone, **wanted)
    put(conn, "list", id="li", branch_id=counter.branch_id, name="Ploeg", **at)
    put(conn, "list_member", list_id="li", position=1, contact_id=contact_id)
    send = {"variants": "[]", "state": "running", "media": "[]", "deliver_until_ms": 9}
    put(conn, "list_send", id="ls", list_id="li", line_id=counter.line_id, **send, **at)
    coming = {"value": ANNA, "scheme": "tel", "text": "Dag Anouschka", "answering": 0}
    put(conn, "list_send_unmade", send_id="ls", position=1, contact_id=contact_id, **coming)
    asked = {"asked_by": "Anouschka Kowalczyk", "asked_how": "mail", "wish": "geheimpje"}
    day = {"asked_day": "2026-03-02", "due_day": "2026-04-02"}
    put(
        conn,
        "privacy_request",
        id="pr",
        contact_id=contact_id,
        kind="erasure",
        **asked,
        **day,
        **at,
    )
    _fill_names_elsewhere(conn, counter.contact_id(BART), one["staff"])
    former = {"value": ANNA, "scheme": "tel", "contact_id": contact_id, "consent_seq": 0}
    put(conn, "former_holder", **former)
    journal = {"what": "member", "by_whom": "Anouschka Kowalczyk", "before": ANNA, "put_back": 0}
    put(conn, "group_journal", id="j1", group_id=one["group"], at_ms=1, **journal)


def _fill_names_elsewhere(conn: sqlite3.Connection, other: str, staff_id: str) -> None:
    """In what the officer and administrators wrote of others."""
    said = "samen met Anouschka Kowalczyk, 0612345678"
    words = dict.fromkeys(("asked_by", "wish", "late_why", "outcome_why"), said)
    days = {"asked_how": "mail", "asked_day": "2026-03-02", "due_day": "2026-04-02"}
    put(
        conn,
        "privacy_request",
        id="po",
        contact_id=other,
        kind="access",
        created_ms=1,
        **words,
        **days,
    )
    put(conn, "hold", id="do", contact_id=other, reason=said, since_ms=1, ended_ms=2)
    put(conn, "emergency", id="em", staff_id=staff_id, reason=said, began_ms=1, until_ms=2)


def rows_that_tell(path: Path) -> list[str]:
    """Each column of each table that still holds a piece of her, by introspection."""
    found = []
    with closing(sqlite3.connect(path)) as conn:
        tables = conn.execute(
            "SELECT name FROM pragma_table_list"
            " WHERE type IN ('table', 'shadow') AND schema = 'main'"
        ).fetchall()
        for (table,) in tables:
            for row in conn.execute(f"SELECT * FROM {table}"):  # noqa: S608 -- the schema's own names
                for place, cell in enumerate(row):
                    text = (
                        cell.decode("utf-8", "ignore") + cell.decode("utf-16-le", "ignore")
                        if isinstance(cell, bytes)
                        else str(cell)
                    )
                    if any(piece.casefold() in text.casefold() for piece in TOLD):
                        found.append(f"{table}[{place}]: {text[:60]}")
    return found


def files_that_tell(data: Path) -> list[str]:
    pieces = [
        form
        for piece in TOLD
        for form in (piece.encode(), piece.lower().encode(), piece.encode("utf-16-le"))
    ]
    return [
        f"{path.relative_to(data)}: {piece!r}"
        for path in data.rglob("*")
        if path.is_file() and "backups" not in path.parts and path.name != "source"
        for piece in pieces
        if piece in path.read_bytes() or piece.decode("latin-1") in path.name
    ]


def test_nothing_of_an_erased_person_is_left(counter: Counter, data: Path) -> None:
    """In no column of any table, in no file, index, log or free page; of the others all is."""
    fills(counter, data)
    assert len(rows_that_tell(counter.store.path)) > len(PERSONAL)
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
    counter.hears("Hoi, ik ben zonnebloem", ANNA, key="anna-1")
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
