"""GET /api/v1/events: live, in order, and resumed after a break."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from appliance.desk.access import tokens
from appliance.desk.groups import holding
from appliance.devices.protocol import Group
from appliance.events import EventKind
from appliance.store import events, groups, lines
from appliance.store.connection import connect_writer
from appliance.store.store import Tx
from tests.api.office import Caller, Desk, Office

ANNA = "+31687654321"
BRAM = "+31687654322"
Sent = dict[str, Any]


class Stream:
    """The events of one connection, parsed as a browser parses them."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()

    def next(self) -> Sent:
        """The next event; comments are skipped."""
        found: Sent = {}
        for line in self._lines:
            if not line and "event" in found:
                found["data"] = json.loads(found["data"])
                return found
            name, _, value = line.partition(": ")
            if name:
                found[name] = value
        raise EOFError

    def until(self, kind: str) -> Sent:
        while True:
            event = self.next()
            if event["event"] == kind:
                return event


@contextmanager
def following(caller: Caller, last_event_id: str | None = None) -> Iterator[Stream]:
    headers = caller.headers | ({"Last-Event-ID": last_event_id} if last_event_id else {})
    with caller.client.stream("GET", "/api/v1/events", headers=headers) as response:
        yield Stream(response)


def test_what_happens_is_told_as_it_happens(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """The event has ids and facts, never the text and never the number."""
    with following(planning) as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        assert stream.next()["event"] == "hello"
        office.writes(ANNA, tilburg, "een geheim")
        event = stream.until("message.received")
    message = planning.get("/messages", direction="in").json()["items"][0]
    assert event["data"]["message"] == message["id"]
    assert event["data"]["line"] == tilburg.line_id
    assert "geheim" not in json.dumps(event)
    assert ANNA not in json.dumps(event)


def test_a_reader_goes_on_where_it_stopped(office: Office, tilburg: Desk, planning: Caller) -> None:
    """All events since the break come, once and in order."""
    with following(planning) as stream:
        start = stream.next()
        office.writes(ANNA, tilburg, "een")
        last = stream.until("message.received")
    for text in ("twee", "drie"):
        office.writes(ANNA, tilburg, text)
    with following(planning, last["id"]) as stream:
        assert stream.next()["event"] == "hello"
        first, second = stream.until("message.received"), stream.until("message.received")
    assert last["data"]["seq"] < first["data"]["seq"] < second["data"]["seq"]
    with following(planning, start["id"]) as stream:
        assert stream.until("message.received")["id"] == last["id"]


def test_a_reader_far_behind_misses_nothing(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """Events that have left the feed's memory are read from the log."""
    with following(planning) as stream:
        start = stream.next()

    def many(tx: Any) -> None:
        for number in range(2500):
            lines.stop_line(tx, tilburg.line_id, f"reason {number}")

    office.store.write(many)
    with following(planning, start["id"]) as stream:
        seen = [stream.until("line.stopped")["data"]["facts"]["why"] for _ in range(2500)]
    assert seen == [f"reason {number}" for number in range(2500)]


@pytest.mark.parametrize("stale", ["another-epoch:3", "999999999", "nonsense", "1:2:3", "-1"])
def test_a_reader_that_cannot_go_on_is_told(planning: Caller, stale: str) -> None:
    """After a restore the sequence is numbered again, so the reader must read everything anew."""
    with following(planning, stale) as stream:
        first = stream.next()
    assert first["event"] == "reset"
    assert first["data"]["epoch"] == first["id"].partition(":")[0]


def test_what_another_process_writes_is_told_too(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """The command line writes to the same file beside a running Balie."""
    with following(planning) as stream:
        stream.next()
        other = connect_writer(office.store.path)
        events.append(other, at_ms=1, kind=EventKind.LINE_RESUMED)
        other.close()
        assert stream.until("line.resumed")["data"]["facts"] == {}


def test_a_token_of_one_branch_hears_of_that_branch_only(
    office: Office, tilburg: Desk, breda: Desk
) -> None:
    local = office.caller(branch_id=tilburg.branch_id)
    with following(local) as stream:
        stream.next()
        office.writes(BRAM, breda, "voor Breda")
        office.phone_is_away(breda)
        office.phone_is_away(tilburg)
        office.writes(ANNA, tilburg, "voor Tilburg")
        seen = [stream.next()]
        while seen[-1]["event"] != "message.received":
            seen.append(stream.next())
    assert {event["data"]["line"] for event in seen} <= {tilburg.line_id, None}
    assert {event["data"]["device"] for event in seen} <= {tilburg.device_id, None}
    assert "device.status" in {event["event"] for event in seen}


def test_a_revoked_token_hears_no_more(office: Office, tilburg: Desk, planning: Caller) -> None:
    with following(planning) as stream:
        stream.next()
        office.store.write(lambda tx: tokens.revoke(tx, planning.token.id))
        office.writes(ANNA, tilburg)
        with pytest.raises(EOFError):
            stream.until("message.received")


def test_a_program_hears_nothing_of_a_group_that_is_held_to_others(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """What is held anew ends its stream, so that it is looked up again."""
    team = Group(jid="120363001@g.us", name="Nachtploeg")
    office.writes(BRAM, tilburg, group=team)

    def hold(tx: Tx) -> None:
        (group_id,) = tx.conn.execute("SELECT id FROM chat_group").fetchone()
        holding.hold(tx, groups.find(tx.conn, group_id), on=True, given={})

    with following(planning) as stream:
        office.store.write(hold)
        with pytest.raises(EOFError):
            stream.until("never")
    with following(office.caller()) as stream:
        office.writes(BRAM, tilburg, group=team)
        office.writes(ANNA, tilburg)
        heard = stream.until("message.received")["data"]
    assert heard["contact"] == planning.get(f"/contacts/{ANNA}").json()["id"]
