"""A person in every place where a database and its files may hold one, and how they are erased."""

import json
import sqlite3
from contextlib import closing
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
from appliance.store.erasures import ErasureState
from appliance.store.media import NewUpload
from appliance.store.store import Tx
from tests.queue.counter import Counter

ANNA, BART = "+31612345678", "+31687654399"


EVERYWHERE = Sight(None)


GROUP = Group(jid="31612300000-1@g.us", name="Loods")


OFFICER = Author(staff_id=None, token_id=None, rule=None)


TOLD = ("Kowalczyk", "Anouschka", "12345678", "612345678", "zonnebloem", "p-77001", "geheimpje")
"""Pieces of what she is called, wrote and was told, in letters that stand nowhere else."""


PERSONAL = (DataClass.IDENTITY, DataClass.CONTENT, DataClass.OFFICE, DataClass.EVIDENCE)


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
