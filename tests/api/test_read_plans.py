"""No read of the API looks through a table that grows: each statement begins in an index."""

import asyncio
import inspect
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest

from appliance.api.json.declared import Read
from appliance.api.json.reads import READS
from appliance.api.services import nothing_waits
from appliance.channels import Channel
from appliance.clock import SystemClock
from appliance.desk.access.sight import Sight
from appliance.desk.contacts import delta, table
from appliance.desk.contacts.delta import DeltaPlace
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.recipients import identity_of_contact
from appliance.desk.outgoing.room import Room
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.archive import asking
from appliance.desk.privacy.archive.asking import ArchiveWish
from appliance.desk.privacy.erasing import asking as erasing
from appliance.desk.privacy.erasing.asking import ErasureWish
from appliance.desk.rounds import starting
from appliance.desk.rounds.starting import StartRequest
from appliance.desk.search.hits import HitKind
from appliance.desk.smsgate import inbox, requests
from appliance.desk.smsgate import sending as smsgate_sending
from appliance.desk.smsgate.paging import Span
from appliance.desk.smsgate.sending import WantedSms
from appliance.desk.team import staff
from appliance.desk.texts import canned_texts
from appliance.desk.texts.canned_texts import TextAuthor, TextWords
from appliance.devices.protocol import Group
from appliance.identities import tel
from appliance.messages import Direction, MessageState
from appliance.store import lines, retention_runs
from appliance.store.archives import ArchiveFormat
from appliance.store.readings import ReadingKind
from appliance.store.rounds import RoundAuthor
from appliance.store.smsgate import SmsState
from appliance.store.store import Tx
from appliance.store.webhook_deliveries import DeliveryState
from tests.api.office import Desk, Office

ANNA = "+31687654321"
SMALL = frozenset(
    {"line", "branch", "device", "route", "g", "json_each", "open", "label", "labelled"}
    | {
        "CONSTANT",
        "asked",
        "b",
        "canned_text",
        "f",
        "l",
        "list",
        "person",
        "place",
        "reading_house",
        "same",
        "w",
        "who",
    }
)
"""As many as the company has lines, phones, labels and texts, and what a statement itself brings
along.
"""


def asked(office: Office, tilburg: Desk) -> Mapping[str, Sequence[Any]]:
    """For each parameter of any read some values; None where it may be left out."""

    def one(sql: str) -> str:
        return office.store.read(lambda conn: str(conn.execute(sql).fetchone()[0]))

    message_id = one("SELECT id FROM message WHERE direction = 'in'")
    return {
        "direction": [None, *Direction],
        "line": [None, tilburg.number],
        "contact": [None, ANNA],
        "state": [None, *MessageState],
        "order": ["oldest", "newest"],
        "is_open": [None, True],
        "after": [None, message_id],
        "limit": [50],
        "q": ["morgen werk from:anna", "is:failed", "has:photo", "after:2026-03-01", "0687654321"],
        "kind": [None, *HitKind],
        "paged": [Page(), Page(after=message_id)],
        "message_id": [message_id],
        "run_id": [office.store.write(retention_runs.begin)],
        "round_id": [a_round(office, tilburg)],
        "archive_id": [an_archive(office, tilburg)],
        "erasure_id": [an_erasure(office)],
        "webhook_id": [a_webhook(office, tilburg)],
        "conversation_id": [one("SELECT id FROM conversation WHERE contact_id IS NOT NULL")],
        "text_id": [one("SELECT id FROM canned_text")],
        "list_id": [one("SELECT id FROM list")],
        "send_id": [one("SELECT id FROM list_send")],
        "now_ms": [office.clock.now_ms()],
        "group_id": [one("SELECT id FROM chat_group")],
        "line_id": [tilburg.line_id],
        "branch_id": [tilburg.branch_id],
        "at": [datetime(2026, 3, 7, 21, tzinfo=UTC)],
        "first": [False, True],
        "there": [True],
        "name": [None, "Anna"],
        "assignee": [None, "nobody", "Sanne"],
        "label": [None, "ziek"],
        "waiting": [None, True],
        "personnel_number": [None, "10234"],
        "before": [None, "4"],
        "sort": ["begun", "recent", "waiting"],
    }


def a_webhook(office: Office, tilburg: Desk) -> str:
    caller = office.caller(branch_id=tilburg.branch_id)
    body = {"url": "http://10.0.0.9/hook", "events": ["message.*"], "content": "ids"}
    answer = office.client.post("/api/v1/webhooks", json=body, headers=caller.headers)
    return str(answer.json()["id"])


def an_erasure(office: Office) -> str:
    wish = ErasureWish(reason="Op verzoek", typed=erasing.WORD)
    by = Author(rule="test")
    return office.store.write(lambda tx: erasing.ask(tx, Sight(None), ANNA, wish, by)).id


def an_archive(office: Office, tilburg: Desk) -> str:
    wish = ArchiveWish(line=tilburg.number, format=ArchiveFormat.PDF, language="nl")
    return office.store.write(lambda tx: asking.ask(tx, Sight(None), wish, Author()))


def a_round(office: Office, tilburg: Desk) -> str:
    hour = 3_600_000
    now_ms = office.clock.now_ms()

    def start(tx: Tx) -> str:
        request = StartRequest(
            lines=[lines.line(tx.conn, tilburg.line_id)],
            contacts=[ANNA],
            variants=["Kun je morgen werken?"],
            seats=1,
            starts_ms=now_ms + hour,
            ends_ms=now_ms + 2 * hour,
            closes_ms=now_ms + hour,
            confirm_text="Top!",
            by=RoundAuthor(),
        )
        return starting.start(tx, Sight(None), request)

    return office.store.write(start)


SERVED = SimpleNamespace(
    app=SimpleNamespace(
        state=SimpleNamespace(
            services=SimpleNamespace(readings_kept=nothing_waits, clock=SystemClock())
        )
    )
)
OWN: Mapping[str, Mapping[str, Sequence[Any]]] = {
    "listConversations": {"state": [None, "open", "done"]},
    "listDeliveries": {"state": [None, *DeliveryState]},
    "listContacts": {
        "q": [None, "anna", "0687654321"],
        "updated_since": [None, datetime(2026, 3, 1, tzinfo=UTC)],
    },
    "listContactHistory": {"contact": [ANNA]},
    "getHold": {"contact": [ANNA]},
    "getConsent": {"request": [SERVED], "contact": [ANNA], "on": [None, "2026-03-05"]},
    "listAudit": {
        "request": [SERVED],
        "staff": [None, "Sanne"],
        "kind": [None, *ReadingKind],
        "since": [None, datetime(2026, 3, 1, tzinfo=UTC)],
        "until": [None],
        "after": [None, "5-5"],
    },
}
"""Values of parameters that another read has under the same name."""


def ways(read: Read[Any, Any], values: Mapping[str, Sequence[Any]]) -> Iterator[Any]:
    """All combinations of its parameters, as the read gets them."""
    given = inspect.signature(read.asked).parameters
    options = [
        [each for each in values[name] if each is not None or about.default is None]
        for name, about in given.items()
    ]
    for chosen in product(*options):
        yield asyncio.run(read.asked(**dict(zip(given, chosen, strict=True))))  # type: ignore[arg-type]


def statements(conn: sqlite3.Connection, read: Read[Any, Any], sight: Sight, way: Any) -> set[str]:
    seen: set[str] = set()
    conn.set_trace_callback(seen.add)
    try:
        read.read(conn, sight, way)
    finally:
        conn.set_trace_callback(None)
    # The second is SQLite's own, for an index of words.
    return {each for each in seen if not each.startswith(("--", "SELECT k, v FROM 'main'"))}


def scanned(conn: sqlite3.Connection, statement: str) -> set[str]:
    """The tables that it reads from one end to the other, by their names in the statement."""
    plan = conn.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
    # Of an index of words all that is read matches what is asked: an M in its plan.
    scan = re.compile(r"SCAN (\w+)\b(?! VIRTUAL TABLE INDEX \d+:\S*M)")
    found = (scan.match(row["detail"]) for row in plan)
    return {each[1] for each in found if each}


@pytest.mark.parametrize("read", READS, ids=lambda read: read.name)
@pytest.mark.parametrize("sees", ["everything", "one branch"])
def test_no_read_looks_through_a_table(
    office: Office, tilburg: Desk, read: Read[Any, Any], sees: str
) -> None:
    """Whatever is asked for, and in a database of which SQLite keeps no statistics."""
    office.writes(ANNA, tilburg)
    office.writes(ANNA, tilburg, group=Group(jid="1@g.us", name="Nacht"))
    words = TextWords(shortcut="loon", title="Loon", variants=["Hoi"])
    office.store.write(lambda tx: canned_texts.add(tx, words, TextAuthor()))
    office.sends_to_lists(tilburg)
    sight = Sight(None if sees == "everything" else frozenset({tilburg.branch_id}))
    office.store.write(lambda tx: staff.add(tx, "Sanne", role="staff", branch_id=None))
    values = {**asked(office, tilburg), **OWN.get(read.name, {})}

    def plans(conn: sqlite3.Connection) -> Mapping[str, set[str]]:
        seen = set[str]()
        for way in ways(read, values):
            seen |= statements(conn, read, sight, way)
        return {each: scanned(conn, each) for each in seen}

    found = office.store.read(plans)
    assert found
    assert not {each: names - SMALL for each, names in found.items() if names - SMALL}


def test_who_is_named_by_an_id_is_found_in_their_thread(office: Office, tilburg: Desk) -> None:
    """Every message to a contact asks for the number that they last wrote from."""
    office.writes(ANNA, tilburg)

    def plans(conn: sqlite3.Connection) -> Mapping[str, set[str]]:
        contact_id = str(conn.execute("SELECT id FROM contact").fetchone()[0])
        seen: set[str] = set()
        conn.set_trace_callback(seen.add)
        try:
            found = identity_of_contact(conn, Sight(None), contact_id, line_id=tilburg.line_id)
        finally:
            conn.set_trace_callback(None)
        assert found == tel(ANNA)
        return {each: scanned(conn, each) for each in seen}

    found = office.store.read(plans)
    assert not {each: names - SMALL for each, names in found.items() if names - SMALL}


@pytest.mark.parametrize("sees", ["everything", "few", "many"])
def test_who_changed_is_found_in_the_order_of_time(
    office: Office, tilburg: Desk, sees: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sorted but the few of a small branch: a page costs what stands on it."""
    office.writes(ANNA, tilburg)
    sight = Sight(None if sees == "everything" else frozenset({tilburg.branch_id}))
    monkeypatch.setattr(table, "FEW", 0 if sees == "many" else 10)

    def plans(conn: sqlite3.Connection) -> Sequence[str]:
        seen: set[str] = set()
        conn.set_trace_callback(seen.add)
        try:
            assert delta.changed(conn, sight, DeltaPlace(updated_ms=0), 51)
        finally:
            conn.set_trace_callback(None)
        assert not {one for each in seen for one in scanned(conn, each)} - SMALL
        (walk,) = (each for each in seen if "LIMIT 51" in each)
        return [row["detail"] for row in conn.execute(f"EXPLAIN QUERY PLAN {walk}")]

    details = office.store.read(plans)
    assert any("ORDER BY" in each for each in details) is (sees == "few"), details
    assert any("contact_updated (" in each for each in details) is (sees != "few"), details


@pytest.mark.parametrize("sees", ["everything", "one branch"])
def test_no_page_of_smsgates_api_looks_through_a_table(
    office: Office, tilburg: Desk, sees: str
) -> None:
    """However far back it is, and whatever it is asked for."""
    office.writes(ANNA, tilburg, channel=Channel.SMS)
    token = office.token()
    wanted = WantedSms(to=[tel(ANNA)], text="Tot morgen", id="1")
    everything = Sight(None)
    office.store.write(lambda tx: smsgate_sending.send(tx, everything, token.id, Room(), wanted))
    sight = everything if sees == "everything" else Sight(frozenset({tilburg.branch_id}))
    now_ms = office.clock.now_ms()
    ours = "SELECT id FROM message WHERE direction = 'out' ORDER BY seq DESC LIMIT 1"
    first = office.store.read(lambda conn: str(conn.execute(ours).fetchone()[0]))

    def read(conn: sqlite3.Connection) -> None:
        for state, line, oldest_first, from_ms in product(
            [None, SmsState.PENDING], [None, tilburg.number], [False, True], [None, now_ms]
        ):
            span = Span(from_ms=from_ms, to_ms=from_ms, oldest_first=oldest_first)
            requests.search(conn, sight, span, state=state, line=line)
            inbox.inbox(conn, sight, span, line)
        assert requests.one(conn, sight, token.id, "1").recipients
        assert requests.one(conn, sight, "another", first).recipients

    def plans(conn: sqlite3.Connection) -> Mapping[str, set[str]]:
        seen: set[str] = set()
        conn.set_trace_callback(seen.add)
        try:
            read(conn)
        finally:
            conn.set_trace_callback(None)
        return {each: scanned(conn, each) - SMALL for each in seen}

    found = office.store.read(plans)
    assert any("smsgate_message" in each for each in found)
    assert not {each: names - {"t"} for each, names in found.items() if names - {"t"}}
