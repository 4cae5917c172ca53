"""A person in every place where a database and its files may hold one, and how they are erased."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.erasing import asking, job
from appliance.desk.privacy.erasing.asking import ErasureWish
from appliance.desk.search import following as search_index
from appliance.desk.team import staff
from appliance.devices.news_protocol import MissedCall
from appliance.devices.protocol import Group, Tick
from appliance.media.files import FOLDER, MediaFiles
from appliance.media.kinds import FileType, MediaKind
from appliance.store import (
    erasures,
    forgetting,
    media,
)
from appliance.store.data_class import DataClass
from appliance.store.data_classes import COLUMNS
from appliance.store.erasures import ErasureState
from appliance.store.media import NewUpload
from appliance.store.store import Tx
from tests.queue.counter import Counter

ANNA, BART = "+31612345678", "+31687654399"

EVERYWHERE = Sight(None)
GROUP = Group(jid="31612300000-1@g.us", name="Loods")
OFFICER = Author(staff_id=None, token_id=None, rule=None)
TOLD = (
    *("Kowalczyk", "Anouschka", "12345678", "612345678", "1234 5678"),
    *("zonnebloem", "p-77001", "geheimpje"),
)
"""Pieces of what she is called, wrote and was told, in letters that stand nowhere else."""
TELLS_NOTHING = {
    "which kind of name a value is, and what is known of that": """
        adoption_chat.scheme consent.scheme contact_identity.scheme contact_identity.on_whatsapp
        former_holder.scheme group_member.scheme identity_claim.scheme list_send_unmade.scheme
        message.scheme missed_call.scheme reaction.scheme smsgate_refused.scheme""",
    "sizes, kinds and marks of one sign": """
        media.kind media.type media.bytes media.seconds media.width media.height
        reaction.emoji after_done.answer""",
    "a hash: those of files are looked for beside this": "media.sha256 message.key_digest",
    "the erasure itself makes it, sealed or as a hash, and lets go of it": """
        person_erasure.sought phone_removal.whose phone_removal.stands_for file_left.name""",
    "a group's own: it stays for the others": """
        chat_group.jid chat_group.name chat_group.picture chat_group.guarded_name
        chat_group.guarded_picture group_task.picture""",
    "what the office wrote to many: what she got of it stands among the messages": """
        list_send.variants list_send.media round.variants round.confirm_text round.reserve_text
        round.filled_text""",
    "codes for the office's own number, which go after ten minutes": "line_code.text",
}
"""Columns that hold who people are or what they wrote, where `fills` puts nothing, by why."""


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
    counter.hears("Hoi, ik ben zonnebloem", ANNA, name="Anouschka Kowalczyk", key="geheimpje-1")
    counter.hears("Ik zoek werk", BART, name="Bart")
    counter.clock.advance(s=600)
    store.write(
        lambda tx: tx.conn.execute(
            "UPDATE message SET state = 'cancelled', expected_ms = NULL WHERE state = 'queued'"
        )
    )
    counter.queues("Dag Anouschka, zonnebloem", ANNA)
    counter.sends(Tick.DELIVERED)
    counter.hears(
        "zonnebloem was fout, nu beter", ANNA, key="geheimpje-1", at_ms=counter.clock.now_ms()
    )
    counter.hears("In de groep: zonnebloem", ANNA, group=GROUP, name="Anouschka Kowalczyk")
    counter.hears("Wie is er?", BART, group=GROUP, name="Bart")
    call = MissedCall(key="call:geheimpje", number=ANNA, at_ms=counter.clock.now_ms())
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
    store.write(  # which the index has yet to learn
        lambda tx: tx.conn.execute(
            "UPDATE message SET text = text || '.' WHERE text LIKE '%zonnebloem%'"
        )
    )
    return contact_id


def put(conn: sqlite3.Connection, table: str, **columns: object) -> None:
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    conn.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values()))  # noqa: S608 -- our own names


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What her rows name: ids of what stands there already. `tried` is the message of `attempt`."""

    counter: Counter
    contact: str
    staff: str
    thread: str
    other_thread: str
    first: str
    tried: str
    attempt: str
    group: str


def _around(conn: sqlite3.Connection, counter: Counter, contact_id: str) -> Around:
    def one(statement: str, *values: str) -> str:
        return str(conn.execute(statement, values).fetchone()[0])

    return Around(
        counter=counter,
        contact=contact_id,
        staff=one("SELECT id FROM staff"),
        thread=one("SELECT id FROM conversation WHERE contact_id = ?", contact_id),
        other_thread=one("SELECT id FROM conversation WHERE contact_id <> ?", contact_id),
        first=one("SELECT min(id) FROM message WHERE value = ?", ANNA),
        tried=one("SELECT message_id FROM attempt"),
        attempt=one("SELECT id FROM attempt"),
        group=one("SELECT id FROM chat_group"),
    )


def _fill_rows(tx: Tx, counter: Counter, contact_id: str, picture: str, noted: str) -> None:
    conn, around = tx.conn, _around(tx.conn, counter, contact_id)
    media.attach(conn, around.first, [picture])
    conn.execute("UPDATE attempt SET baseline = 'zonnebloem', evidence = '{\"r\": \"zonnebloem\"}'")
    _fill_card(conn, around)
    _fill_thread(conn, around, noted)
    _fill_answer_of_program(conn, around, tx.now_ms)
    _fill_devices(conn, around, picture)
    _fill_list(conn, around)
    _fill_request(conn, around)
    _fill_names_elsewhere(conn, counter.contact_id(BART), around.staff)


def _fill_card(conn: sqlite3.Connection, around: Around) -> None:
    her = {"contact_id": around.contact}
    conn.execute(
        "UPDATE contact SET office_name = 'Anouschka Kowalczyk', personnel_number = 'P-77001',"
        " fields = json_object('bijnaam', 'geheimpje') WHERE id = ?",
        (around.contact,),
    )
    put(conn, "contact_note", **her, branch_id=around.counter.branch_id, text="geheimpje")
    change = {"kind": "split", "other_id": around.contact, "consent_seq": 0, "at_ms": 1}
    put(conn, "contact_change", **her, **change, before='{"name": "Anouschka Kowalczyk"}')
    put(conn, "hold", **her, id="d1", reason="geheimpje", since_ms=1, ended_ms=2)
    put(conn, "former_holder", **her, value=ANNA, scheme="tel", consent_seq=0)
    claim = {"value": ANNA, "scheme": "tel", "staff_id": around.staff, "at_ms": 1}
    put(conn, "identity_claim", **her, **claim)


def _fill_thread(conn: sqlite3.Connection, around: Around, noted: str) -> None:
    """What colleagues wrote of her and in her thread, and beside those of others."""
    own = {"staff_id": around.staff, "conversation_id": around.thread}
    for table in ("draft", "note_draft"):
        put(conn, table, **own, text="zonnebloem", saved_ms=1)
    put(conn, "note", **own, id="n1", text="zonnebloem", at_ms=1)
    put(conn, "note_media", note_id="n1", position=0, media_id=noted)
    elsewhere = {**own, "conversation_id": around.other_thread}
    named = "vraag anouschka kowalczyk, 06-12345678, morgen"
    put(conn, "note", **elsewhere, id="n2", text=named, at_ms=1)
    on_line = {"line_id": around.counter.line_id}
    told = {"text": "bel +31 6 1234 5678 nog", "at_ms": 1}
    put(conn, "handover", id="h1", **on_line, staff_id=around.staff, **told)
    case = {"conversation_id": around.thread, "assignee_id": around.staff}
    put(conn, "casework", **case, **on_line, closing_note="zonnebloem")
    answer = {"value": ANNA, "scheme": "tel", "emoji": "👍", "at_ms": 1}
    put(conn, "reaction", message_id=around.tried, **answer)
    journal = {"what": "member", "by_whom": "Anouschka Kowalczyk", "before": ANNA, "put_back": 0}
    journal |= {"after": "Anouschka Kowalczyk"}
    put(conn, "group_journal", id="j1", group_id=around.group, at_ms=1, **journal)
    for state, ended_ms in (("person", None), ("done", 1)):
        task = {"kind": "rename", "name": "Anouschka Kowalczyk", "state": state, "created_ms": 1}
        put(conn, "group_task", id=state, group_id=around.group, ended_ms=ended_ms, **task)
    put(conn, "text_below", message_id=around.first, text="zonnebloem")


def _fill_answer_of_program(conn: sqlite3.Connection, around: Around, now_ms: int) -> None:
    """What a program was answered, kept for when it asks again."""
    put(conn, "api_token", id="t", name="HR", token_hash="x", scopes="[]", created_ms=1)
    told = json.dumps({"id": around.tried, "text": "zonnebloem", "contact": {"number": ANNA}})
    answer = {"body_hash": "h", "status": 202, "response": told, "at_ms": now_ms}
    put(conn, "idempotency", token_id="t", key="k", **answer)
    put(conn, "cloud_message", message_id=around.tried, tracker="geheimpje")
    (seq,) = conn.execute("SELECT seq FROM message WHERE id = ?", (around.tried,)).fetchone()
    on_line = {"token_id": "t", "line_id": around.counter.line_id, "state": "Sent"}
    counted = {"seq": seq, "last_seq": seq, "refused": 1, "created_ms": 1}
    put(conn, "smsgate_message", id="geheimpje", **on_line, **counted)
    refused = {"place": 1, "value": ANNA, "scheme": "tel", "why": "opted-out", "at_ms": 1}
    put(conn, "smsgate_refused", message_seq=seq, **refused)
    hook = {"dialect": "balie", "token_id": "t", "url": "http://hr.test/", "events": "[]"}
    put(conn, "webhook", id="w", **hook, content="full", created_ms=1)
    post = {"event_seq": 1, "part": "", "type": "message.received", "lane": "", "due_ms": 9}
    post |= {"message_id": around.first, "state": "pending", "body": b"zonnebloem"}
    put(conn, "webhook_delivery", id="msg_1", webhook_id="w", **post, created_ms=1)


def _fill_devices(conn: sqlite3.Connection, around: Around, picture: str) -> None:
    """What devices showed, brought in pieces, or are still to fetch."""
    on_phone = {"device_id": around.counter.device_id}
    put(
        conn,
        "unknown_screen",
        **on_phone,
        **dict.fromkeys(("id", "signature", "package"), "u1"),
        **dict.fromkeys(("ids", "files"), "[]"),
        buttons='["zonnebloem"]',
        **dict.fromkeys(("first_ms", "last_ms", "times"), 1),
        text="zonnebloem",
        attempt_id=around.attempt,
    )
    part = {"reference": 1, "wide": 0, "total": 2, "origin": "person", "key": "geheimpje"}
    put(conn, "long_sms", id="l1", **on_phone, sender=ANNA, **part, at_ms=1, seen_ms=1)
    units = "zonnebloem".encode("utf-16-le")
    put(conn, "long_sms_part", **on_phone, key="geheimpje", long_sms_id="l1", part=1, units=units)
    report = {"report": "arrived", "status": 0, "mr": 1, "at_ms": 1, "seen_ms": 1}
    put(conn, "early_report", **on_phone, number="0612345678", **report)
    adoption = {"line_id": around.counter.line_id, "state": "done", "created_ms": 1}
    put(conn, "adoption", id="a1", **on_phone, **adoption)
    chat = {"name": "Anouschka Kowalczyk", "value": ANNA, "scheme": "tel", "fate": "adopted"}
    put(conn, "adoption_chat", id="c1", adoption_id="a1", place=1, **chat)
    wanted = {"sign": "s", "words": "zonnebloem", "asked_ms": 1, "path": "/sdcard/geheimpje.jpg"}
    put(conn, "media_fetch", media_id=picture, **on_phone, **wanted)


def _fill_list(conn: sqlite3.Connection, around: Around) -> None:
    """A list that she stands in, and what it has still to send her."""
    counter, her = around.counter, {"position": 1, "contact_id": around.contact}
    put(conn, "list", id="li", branch_id=counter.branch_id, name="Ploeg", created_ms=1)
    put(conn, "list_member", list_id="li", **her)
    send = {"variants": "[]", "state": "running", "media": "[]", "deliver_until_ms": 9}
    put(conn, "list_send", id="ls", list_id="li", line_id=counter.line_id, **send, created_ms=1)
    coming = {"value": ANNA, "scheme": "tel", "text": "Dag Anouschka", "answering": 0}
    put(conn, "list_send_unmade", send_id="ls", **her, **coming)
    hours = {"starts_ms": 1, "ends_ms": 2, "closes_ms": 1, "created_ms": 1, "ended_ms": 1}
    asks = {"variants": "[]", "confirm_text": "", "ordering": "list", "seed": 1}
    numbers = {"seats": 1, "at_once": 1, "state": "closed"}
    put(conn, "round", id="ro", branch_id=counter.branch_id, **hours, **asks, **numbers)
    put(conn, "round_stranger", round_id="ro", position=1, named=ANNA, why="nobody")


def _fill_request(conn: sqlite3.Connection, around: Around) -> None:
    asked = {"asked_by": "Anouschka Kowalczyk", "asked_how": "mail", "wish": "geheimpje"}
    day = {"asked_day": "2026-03-02", "due_day": "2026-04-02", "created_ms": 1}
    request = {"contact_id": around.contact, "kind": "erasure"}
    put(conn, "privacy_request", id="pr", **request, **asked, **day)


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
    """Each cell of each table that still holds a piece of her."""
    return [f"{table}.{column}: {text[:60]}" for table, column, text in _cells_that_tell(path)]


def columns_that_tell(path: Path) -> set[str]:
    return {f"{table}.{column}" for table, column, _ in _cells_that_tell(path)}


def personal_columns() -> set[str]:
    """Those that hold who somebody is, or what people wrote."""
    kinds = (DataClass.IDENTITY, DataClass.CONTENT)
    return {
        f"{table}.{column}"
        for table, classes in COLUMNS.items()
        for kind in kinds
        for column in classes.get(kind, "").split()
    }


def silent_columns() -> set[str]:
    return {each for columns in TELLS_NOTHING.values() for each in columns.split()}


def _cells_that_tell(path: Path) -> Iterator[tuple[str, str, str]]:
    """Table, column and text, by introspection."""
    with closing(sqlite3.connect(path)) as conn:
        tables = conn.execute(
            "SELECT name FROM pragma_table_list"
            " WHERE type IN ('table', 'shadow') AND schema = 'main'"
        ).fetchall()
        for (table,) in tables:
            rows = conn.execute(f"SELECT * FROM {table}")  # noqa: S608 -- the schema's own names
            columns = [each[0] for each in rows.description]
            for row in rows:
                for column, cell in zip(columns, row, strict=True):
                    text = (
                        cell.decode("utf-8", "ignore") + cell.decode("utf-16-le", "ignore")
                        if isinstance(cell, bytes)
                        else str(cell)
                    )
                    if any(piece.casefold() in text.casefold() for piece in TOLD):
                        yield table, column, text


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
