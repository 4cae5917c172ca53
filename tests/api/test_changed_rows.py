"""The rows of the list that come with the stream: to whom, and how much."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import takewhile
from typing import Any

import httpx
import pytest

from appliance.api.web import changed_rows, row_drawing
from appliance.api.web.row_reads import AskedRows, RowReads, RowsFound
from appliance.desk.access import sessions
from appliance.desk.access.accesses import Accessed, Reader
from appliance.desk.access.sessions import NewSession
from appliance.desk.groups import holding
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import cases, labels, notes, staff
from appliance.devices.protocol import Group
from appliance.events import EventKind
from appliance.identities import tel
from appliance.messages import MessageClass, MessageState
from appliance.store import events, groups, messages
from appliance.store.store import ReaderPool, Tx
from tests.api.office import Desk, Office, WebServer, open_office

WORKER = "+31655500801"
HINT_BYTES = 4096
_MESSAGE = """
SELECT id AS message_id, line_id, conversation_id, contact_id FROM message WHERE direction = 'in'
"""


@pytest.fixture
def told() -> list[Accessed]:
    return []


@pytest.fixture
def office(
    web_server: WebServer, tmp_path: Any, clock: Any, told: list[Accessed]
) -> Iterator[Office]:
    with open_office(web_server, tmp_path, clock, accessed=told.append) as opened:
        yield opened


def session_of(office: Office, name: str, branch_id: str) -> NewSession:
    def enter(tx: Tx) -> NewSession:
        return sessions.begin(tx, staff.add(tx, name, role="staff", branch_id=branch_id))

    return office.store.write(enter)


@contextmanager
def followed(office: Office, session: NewSession) -> Iterator[Iterator[tuple[str, Any]]]:
    """The hints from here on, as name and data; the stream has begun."""
    cookies, after = {"balie_session": session.token}, office.store.read(events.last_seq)
    with (
        httpx.Client(base_url=office.url, cookies=cookies, timeout=60) as client,
        ExitStack() as opened,
    ):

        def begun() -> Iterator[tuple[str, Any]]:
            stream = client.stream("GET", "/live", params={"after": str(after)})
            return _hints(opened.enter_context(stream).iter_lines())

        # Until the feed has read as far as that, a page is told to draw itself anew.
        while next(hints := begun())[0] == "stale":
            opened.pop_all().close()
        yield hints


def _hints(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def data_of(hints: Iterator[tuple[str, Any]], wanted: str) -> Any:
    return next(data for name, data in hints if name == wanted)


def test_a_message_brings_its_row_and_the_counts_alone(office: Office, tilburg: Desk) -> None:
    """However long the list is, the hint is as small as one row."""
    for number in range(40):
        office.writes(f"+316555010{number:02}", tilburg, "Hoi, is er werk?")
    with followed(office, session_of(office, "Sanne", tilburg.branch_id)) as hints:
        office.writes(WORKER, tilburg, "Is er morgen werk?", name="Fatima")
        hint = data_of(hints, "rows")
    (row,) = hint["rows"]
    assert "Is er morgen werk?" in row
    assert (hint["unread"], hint["waiting"]) == ({tilburg.line_id: 41}, 41)
    assert len(json.dumps(hint)) < HINT_BYTES


def test_who_is_named_or_handed_something_hears_why(office: Office, tilburg: Desk) -> None:
    """In the moment, with one more in their own view; nobody else does."""
    office.writes(WORKER, tilburg)
    about = dict(office.store.read(lambda conn: conn.execute(_MESSAGE).fetchone()))
    where = about["conversation_id"]
    sanne, bart = (session_of(office, each, tilburg.branch_id) for each in ("Sanne", "Bart"))
    by = Author(staff_id=sanne.staff_id)
    with followed(office, sanne) as hers, followed(office, bart) as his:
        office.store.write(lambda tx: notes.write(tx, where, "@Bart, kijk jij?", by))
        assert data_of(his, "message")["news"] == "named"
        assert data_of(his, "rows")["views"]["mine"] == [1]
        assert "news" not in data_of(hers, "message")
        assert data_of(hers, "rows")["views"]["mine"] == [0]
        office.store.write(lambda tx: cases.assign(tx, where, bart.staff_id, by))
        assert data_of(his, "case")["news"] == "handed"
        assert "news" not in data_of(hers, "case")
        assert data_of(his, "rows")["views"]["mine"] == [1]


def test_a_label_and_a_message_that_failed_come_with_the_stream(
    office: Office, tilburg: Desk
) -> None:
    """The row, which tells a view by label to look again, and how much stands in the views."""
    office.writes(WORKER, tilburg)
    about = dict(office.store.read(lambda conn: conn.execute(_MESSAGE).fetchone()))
    where, sanne = about["conversation_id"], session_of(office, "Sanne", tilburg.branch_id)
    by = Author(staff_id=sanne.staff_id)
    office.store.write(lambda tx: labels.add(tx, "ziek", None))
    with followed(office, sanne) as hints:
        office.store.write(lambda tx: cases.put_labels(tx, where, ["ziek"], by))
        hint = data_of(hints, "rows")
        assert where in hint["rows"][0]
        assert hint["views"] == {"waiting": [1], "mine": [0], "not-arrived": [0]}
        assert hint["counted"] == [tilburg.line_id]
        office.store.write(lambda tx: cases.claim(tx, where, sanne.staff_id))
        office.store.write(lambda tx: _fail(tx, about))
        while (views := data_of(hints, "rows")["views"])["not-arrived"] == [0]:
            pass
    assert views == {"waiting": [1], "mine": [1], "not-arrived": [1]}


def _fail(tx: Tx, about: Mapping[str, str]) -> None:
    """An answer to that message expires."""
    answer = messages.NewOutgoing(
        conversation_id=about["conversation_id"],
        line_id=about["line_id"],
        contact_id=about["contact_id"],
        identity=tel(WORKER),
        text="Ja, om acht uur.",
        kind=MessageClass.REPLY,
    )
    messages.move(tx, messages.enqueue(tx, answer), MessageState.EXPIRED)


def test_a_row_comes_only_to_who_may_read_its_line(
    office: Office, tilburg: Desk, breda: Desk
) -> None:
    """What comes after it for somebody else is the first that they get."""
    with followed(office, session_of(office, "Sanne", tilburg.branch_id)) as hints:
        office.writes(WORKER, breda, "Niet voor Sanne")
        office.writes(WORKER, tilburg, "Voor Sanne")
        hint = data_of(hints, "rows")
    assert ["Voor Sanne" in row for row in hint["rows"]] == [True]
    assert (list(hint["unread"]), hint["waiting"]) == ([tilburg.line_id], 1)


def test_a_row_that_came_with_the_stream_is_reported_as_shown(
    office: Office, tilburg: Desk, told: list[Accessed]
) -> None:
    session = session_of(office, "Sanne", tilburg.branch_id)
    with followed(office, session) as hints:
        office.writes(WORKER, tilburg)
        data_of(hints, "rows")
    (contact,) = office.store.read(lambda conn: conn.execute("SELECT id FROM contact").fetchone())
    assert {(each.who, each.contact_id) for each in told} == {
        (Reader(staff_id=session.staff_id), contact)
    }


def test_who_sees_the_same_shares_one_drawing(office: Office, tilburg: Desk) -> None:
    """It is drawn once, however many follow."""
    sanne, joost = (session_of(office, each, tilburg.branch_id) for each in ("Sanne", "Joost"))
    before = row_drawing.draws().misses
    with followed(office, sanne) as hers, followed(office, joost) as his:
        office.writes(WORKER, tilburg)
        assert data_of(hers, "rows")["rows"] == data_of(his, "rows")["rows"]
    assert row_drawing.draws().misses == before + 1


def test_all_who_wait_are_read_together(office: Office, tilburg: Desk) -> None:
    """Ten readers cost no more statements about the conversation than one, also where two of them
    are pages of one session.
    """
    office.writes(WORKER, tilburg)
    where = office.store.read(lambda conn: conn.execute(_MESSAGE).fetchone()["conversation_id"])
    names = [f"Collega {number}" for number in range(9)]
    readers = [session_of(office, each, tilburg.branch_id) for each in names]
    alone, looked_alone = asyncio.run(_found(office, where, readers[:1]))
    together, looked_together = asyncio.run(_found(office, where, [*readers, readers[0]]))
    assert [each.rows for each in together] == 10 * [alone[0].rows]
    assert looked_together == looked_alone != []


async def _found(
    office: Office, where: str, readers: Sequence[NewSession]
) -> tuple[Sequence[RowsFound], Sequence[str]]:
    """The rows, and the statements that looked for who waits and for drafts, without values."""
    seen: list[str] = []
    reads, now_ms = RowReads(office.store), office.clock.now_ms()
    asked = [
        AskedRows(
            staff_id=each.staff_id,
            token=each.token,
            now_ms=now_ms,
            conversations=frozenset({where}),
            people=frozenset(),
        )
        for each in readers
    ]
    live = ReaderPool.LIVE
    await office.store.aread(lambda conn: conn.set_trace_callback(seen.append), live)
    found = await asyncio.gather(*map(reads.find, asked))
    await office.store.aread(lambda conn: conn.set_trace_callback(None), live)
    looked = [word for each in seen for word in ("LEFT JOIN draft", "not_arrived") if word in each]
    return found, looked


def test_more_rows_than_a_few_are_asked_for_as_a_list(office: Office, tilburg: Desk) -> None:
    """A page that was away for long asks once."""
    session = session_of(office, "Sanne", tilburg.branch_id)
    for number in range(changed_rows.MOST + 1):
        office.writes(f"+316555010{number:02}", tilburg)
    cookies = {"balie_session": session.token}
    with (
        httpx.Client(base_url=office.url, cookies=cookies, timeout=60) as client,
        client.stream("GET", "/live", params={"after": "0"}) as answer,
    ):
        hints = _hints(answer.iter_lines())
        assert next(name for name, _ in hints if name in ("rows", "list")) == "list"


def test_events_that_say_the_same_are_one_hint(office: Office, tilburg: Desk) -> None:
    """What happens within a moment is told once, however often it happened."""
    office.writes(WORKER, tilburg)
    about = dict(office.store.read(lambda conn: conn.execute(_MESSAGE).fetchone()))

    def change(tx: Tx) -> None:
        for expected_ms in range(50):
            tx.emit(EventKind.MESSAGE_PLANNED, facts={"expected_ms": expected_ms}, **about)

    with followed(office, session_of(office, "Sanne", tilburg.branch_id)) as hints:
        office.store.write(change)
        office.phone_is_away(tilburg)
        told = list(takewhile(lambda hint: hint[0] != "device", hints))
    assert [data["message"] for name, data in told if name == "message"] == [about["message_id"]]


def test_a_group_that_is_held_to_others_gives_no_hint(office: Office, tilburg: Desk) -> None:
    """Who sees it no more is told to ask for the list anew, and hears nothing of it afterwards."""
    team = Group(jid="120363001@g.us", name="Nachtploeg")
    office.writes(WORKER, tilburg, group=team)
    with followed(office, session_of(office, "Piet", tilburg.branch_id)) as hints:
        office.store.write(_hold)
        assert data_of(hints, "list") == {}
        office.writes(WORKER, tilburg, group=team)
        office.writes(WORKER, tilburg)
        alone = office.store.read(
            lambda conn: conn.execute(
                "SELECT id FROM conversation WHERE group_id IS NULL"
            ).fetchone()["id"]
        )
        assert data_of(hints, "message")["conversation"] == alone


def _hold(tx: Tx) -> None:
    (group_id,) = tx.conn.execute("SELECT id FROM chat_group").fetchone()
    holding.hold(tx, groups.find(tx.conn, group_id), on=True, given={})
