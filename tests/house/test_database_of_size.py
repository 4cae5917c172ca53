"""The database that `scripts/bench desk` makes is one that Balie could have written itself."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.channels import Channel
from appliance.clock import SystemClock
from appliance.desk.access import tokens
from appliance.desk.access.login import Door
from appliance.desk.access.wrong_tries import WrongTries
from appliance.identities import tel
from appliance.queue.permission import may_write
from appliance.store import unread
from appliance.store.store import Store
from tests.bench.desk_database import FILE, Built, build

MESSAGES = 2_000

_NEWEST_IS_KEPT = """
SELECT count(*) FROM conversation c WHERE c.last_ms <> (
  SELECT max(m.happened_ms) FROM message m WHERE m.conversation_id = c.id)
"""
_PEOPLE = """
SELECT c.line_id, n.value FROM conversation c
JOIN contact_identity n ON n.contact_id = c.contact_id WHERE n.scheme = 'tel'
"""
_OUT_OF_ORDER = """
SELECT count(*) FROM event a JOIN event b ON b.seq = a.seq + 1 WHERE b.at_ms < a.at_ms
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("size"), messages=MESSAGES)


@pytest.fixture
def store(built: Built) -> Iterator[Store]:
    with closing(Store(Path(built.data) / FILE, SystemClock())) as opened:
        yield opened


def test_it_says_in_one_line_what_it_made(built: Built) -> None:
    """Where it is, who may log in, the token, how much there is, and the longest conversation."""
    said = json.loads(built.line)
    assert "\n" not in built.line
    assert list(said) == [
        *("data", "logins", "token", "contacts", "conversations", "messages", "longest"),
    ]
    assert len(said["logins"]) == 30
    assert {"admin", "privacy", "lead", "staff"} == {each["role"] for each in said["logins"]}
    assert all(set(each) == {"name", "password", "role"} for each in said["logins"])
    assert MESSAGES <= said["messages"] < MESSAGES + 20
    files = {each.name for each in Path(built.data).iterdir() if each.stat().st_size}
    assert files == {FILE, "house-key"}  # the key signs for the token


def test_what_it_refers_to_is_there(store: Store) -> None:
    """Every reference leads somewhere, ids and events stand in the order of time, and each
    conversation knows its newest message.
    """

    def count(sql: str) -> int:
        return int(store.read(lambda conn: conn.execute(sql).fetchone()[0]))

    assert not store.read(lambda conn: conn.execute("PRAGMA foreign_key_check").fetchall())
    assert count(_NEWEST_IS_KEPT) == 0
    assert count(_OUT_OF_ORDER) == 0
    assert count("SELECT count(DISTINCT staff_id) FROM read_mark") == 30
    assert count("SELECT count(*) FROM draft") > 0
    assert count("SELECT count(*) FROM message WHERE state = 'queued'") > 0


def test_what_is_unread_is_counted(store: Store) -> None:
    """After somebody has read most of it, as each of the staff has."""

    def counted() -> set[tuple[object, ...]]:
        sql = "SELECT line_id, staff_id, conversations FROM unread WHERE conversations > 0"
        return store.read(lambda conn: {tuple(row) for row in conn.execute(sql)})

    before = counted()
    store.write(lambda tx: unread.count(tx.conn))
    assert counted() == before


def test_its_people_come_in(built: Built, store: Store) -> None:
    """By name and password, and software by the token, which is years old and has not ended."""
    login = built.logins[-1]
    door = Door(store, store.clock, WrongTries(store, store.clock))
    entered = asyncio.run(door.log_in(login["name"], login["password"], address="127.0.0.1"))
    assert entered.session.token
    token = store.read(lambda conn: tokens.find(conn, built.token))
    assert token is not None
    assert not token.has_ended(store.clock.now_ms())


def test_everybody_in_it_may_be_written_to(store: Store) -> None:
    """They wrote first, each to the line of the conversation."""

    def refused(line_id: str, number: str) -> bool:
        to = tel(number)
        found = store.read(
            lambda conn: may_write(conn, line_id=line_id, identity=to, channel=Channel.WHATSAPP)
        )
        return found.refusal is not None

    people = store.read(lambda conn: conn.execute(_PEOPLE).fetchall())
    assert len(people) > 50
    assert not [each for each in people if refused(each["line_id"], each["value"])]
