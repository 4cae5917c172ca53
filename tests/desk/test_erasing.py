"""The erasure of a person: nothing of them is left, and what they had withdrawn stays withdrawn."""

import json
import multiprocessing
import shutil
import signal
import sqlite3
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
    consent,
    contacts,
    erasures,
    forgetting,
    holds,
    media,
    restoring,
)
from appliance.store.data_classes import DataClass
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


def _fill_rows(tx: Tx, counter: Counter, contact_id: str, picture: str, noted: str) -> None:
    conn = tx.conn
    (staff_id,) = conn.execute("SELECT id FROM staff").fetchone()
    (thread,) = conn.execute(
        "SELECT id FROM conversation WHERE contact_id = ?", (contact_id,)
    ).fetchone()
    (other,) = conn.execute(
        "SELECT id FROM conversation WHERE contact_id <> ?", (contact_id,)
    ).fetchone()
    (first,) = conn.execute(
        "SELECT min(id) FROM message WHERE conversation_id = ?", (thread,)
    ).fetchone()
    (attempt, tried) = conn.execute("SELECT id, message_id FROM attempt").fetchone()
    media.attach(conn, first, [picture])
    for statement, values in (
        (
            "UPDATE contact SET office_name = 'Anouschka Kowalczyk', personnel_number = 'P-77001', fields = '{\"bijnaam\": \"geheimpje\"}' WHERE id = ?",
            (contact_id,),
        ),
        ("INSERT INTO contact_note VALUES (?, ?, 'geheimpje')", (contact_id, counter.branch_id)),
        ("INSERT INTO draft VALUES (?, ?, 'zonnebloem', 1, NULL)", (staff_id, thread)),
        ("INSERT INTO note_draft VALUES (?, ?, 'zonnebloem', 1)", (staff_id, thread)),
        (
            "INSERT INTO note (id, conversation_id, staff_id, text, at_ms) VALUES ('n1', ?, ?, 'zonnebloem', 1)",
            (thread, staff_id),
        ),
        ("INSERT INTO note_media VALUES ('n1', 0, ?)", (noted,)),
        (
            "INSERT INTO note (id, conversation_id, staff_id, text, at_ms) VALUES ('n2', ?, ?, 'vraag anouschka kowalczyk, 06-12345678, morgen', 1)",
            (other, staff_id),
        ),
        (
            "INSERT INTO handover VALUES ('h1', ?, ?, 'bel +31 6 1234 5678 nog', 1, NULL, NULL)",
            (counter.line_id, staff_id),
        ),
        (
            "INSERT INTO casework (conversation_id, line_id, assignee_id, closing_note) VALUES (?, ?, ?, 'zonnebloem')",
            (thread, counter.line_id, staff_id),
        ),
        (
            "INSERT INTO idempotency VALUES ('t', 'k', 'h', 202, ?, ?)",
            (
                json.dumps({"id": tried, "text": "zonnebloem", "contact": {"number": ANNA}}),
                tx.now_ms,
            ),
        ),
        (
            "UPDATE attempt SET baseline = 'zonnebloem', evidence = '{\"row\": \"zonnebloem\"}' WHERE id = ?",
            (attempt,),
        ),
        (
            "INSERT INTO unknown_screen (id, device_id, signature, package, ids, text, buttons, attempt_id, files, first_ms, last_ms, times) VALUES ('u1', ?, 's', 'p', '[]', 'zonnebloem', '[]', ?, '[]', 1, 1, 1)",
            (counter.device_id, attempt),
        ),
        (
            "INSERT INTO long_sms VALUES ('l1', ?, ?, 1, 0, 2, 'person', 'k', 1, 1, NULL)",
            (counter.device_id, ANNA),
        ),
        (
            "INSERT INTO long_sms_part VALUES (?, 'k', 'l1', 1, ?)",
            (counter.device_id, "zonnebloem".encode("utf-16-le")),
        ),
        (
            "INSERT INTO early_report VALUES (?, '0612345678', 1, 1, 'arrived', 0, 1)",
            (counter.device_id,),
        ),
        (
            "INSERT INTO adoption (id, line_id, device_id, state, created_ms) VALUES ('a1', ?, ?, 'done', 1)",
            (counter.line_id, counter.device_id),
        ),
        (
            "INSERT INTO adoption_chat (id, adoption_id, place, name, value, scheme, fate) VALUES ('c1', 'a1', 1, 'Anouschka Kowalczyk', ?, 'tel', 'adopted')",
            (ANNA,),
        ),
        ("INSERT INTO reaction VALUES (?, ?, 'tel', '👍', 1)", (tried, ANNA)),
        (
            "INSERT INTO contact_change (kind, contact_id, other_id, before, consent_seq, at_ms) VALUES ('split', ?, ?, '{\"name\": \"Anouschka Kowalczyk\"}', 0, 1)",
            (contact_id, contact_id),
        ),
        (
            "INSERT INTO hold (id, contact_id, reason, since_ms, ended_ms) VALUES ('d1', ?, 'geheimpje', 1, 2)",
            (contact_id,),
        ),
        (
            "INSERT INTO media_fetch (media_id, device_id, sign, words, asked_ms, path) VALUES (?, ?, 's', 'zonnebloem', 1, '/sdcard/geheimpje.jpg')",
            (picture, counter.device_id),
        ),
        (
            "INSERT INTO list (id, branch_id, name, created_ms) VALUES ('li', ?, 'Ploeg', 1)",
            (counter.branch_id,),
        ),
        ("INSERT INTO list_member VALUES ('li', 1, ?)", (contact_id,)),
        (
            "INSERT INTO former_holder (value, scheme, contact_id, consent_seq) VALUES ('+31612345678', 'tel', ?, 0)",
            (contact_id,),
        ),
    ):
        conn.execute("PRAGMA defer_foreign_keys = ON")
        conn.execute(statement, values)
    conn.execute(
        "INSERT INTO api_token (id, name, token_hash, scopes, created_ms) VALUES ('t', 'HR', 'x', '[]', 1)"
    )
    (group,) = conn.execute("SELECT id FROM chat_group").fetchone()
    conn.execute(
        "INSERT INTO group_journal VALUES ('j1', ?, 1, 'member', 'Anouschka Kowalczyk', ?, NULL, 0)",
        (group, ANNA),
    )


def rows_that_tell(path: Path) -> list[str]:
    """Each column of each table that still holds a piece of her, by introspection."""
    found = []
    with closing(sqlite3.connect(path)) as conn:
        tables = conn.execute(
            "SELECT name FROM pragma_table_list WHERE type IN ('table', 'shadow') AND schema = 'main'"
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
