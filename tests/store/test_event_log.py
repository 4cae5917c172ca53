"""The event log: what is read is what was written, however little of it is kept."""

from pathlib import Path
from typing import Any

import pytest

from appliance.desk.contacts.joining import join
from appliance.errors import NotFound
from appliance.events import Event, EventKind
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.store import events
from appliance.store.store import Store
from tests.queue.counter import ANNA, BART, Counter


@pytest.fixture
def counter(store: Store, clock: Any, tmp_path: Path) -> Counter:
    return Counter(store, clock, tmp_path / "evidence")


def emitted(counter: Counter, kind: EventKind, **about: Any) -> Event:
    counter.store.write(lambda tx: tx.emit(kind, **about))
    return counter.events()[-1]


def in_full(counter: Counter, kind: EventKind, **about: Any) -> Event:
    """What a reader is to be told of it."""
    branch_id = counter.branch_id if about.get("line_id") else None
    return Event(
        **{"branch_id": branch_id, "facts": {}, **about},
        seq=counter.last_seq(),
        at_ms=counter.clock.now_ms(),
        kind=kind,
    )


def ways(counter: Counter) -> list[dict[str, Any]]:
    """What events say where: of a message, of a part of what it says, of none."""
    message = counter.row(counter.queues())
    attempt = counter.attempt()
    place = {name: message[name] for name in ("line_id", "conversation_id", "contact_id")}
    whole = {"message_id": message["id"], **place}
    device = {"device_id": counter.device_id}
    return [
        {},
        device,
        place,
        whole,
        {**whole, "facts": {"from": None, "to": "queued", "reason": None, "parts": [1, 2.5]}},
        {**whole, "facts": {"attempt": attempt.outgoing.attempt_id, "tick": "sent"}},
        {**whole, "facts": {"attempt": "not-one-of-ours", "by": "é"}},
        {**whole, "staff_id": "s", **device},
        {**whole, "branch_id": counter.branch_id},
        {**whole, "branch_id": "elsewhere"},
        {**whole, "contact_id": None},
        {**whole, "line_id": None},
        {**whole, "conversation_id": "elsewhere"},
        {"message_id": message["id"]},
        {"line_id": counter.line_id, "staff_id": "s"},
        {"branch_id": "b", "contact_id": "c"},
    ]


@pytest.mark.parametrize("kind", EventKind)
def test_an_event_is_read_as_it_was_written(counter: Counter, kind: EventKind) -> None:
    """Whatever its kind, and whichever part of it its message says already."""
    counter.knows(ANNA)
    for about in ways(counter):
        assert emitted(counter, kind, **about) == in_full(counter, kind, **about)


def test_the_history_of_a_message_is_whole_and_in_order(counter: Counter) -> None:
    """From its being accepted to its being sent, with the attempt that sent it."""
    counter.knows(ANNA, BART)
    other = counter.queues(to=BART)
    message_id = counter.queues()
    counter.sends()
    found = counter.store.read(lambda conn: events.of_message(conn, other))
    (attempt,) = counter.attempts(other)
    assert [each.facts["to"] for each in found] == ["queued", "sending", "sent"]
    assert {each.facts.get("attempt") for each in found} == {None, attempt["id"]}
    assert {each.message_id for each in found} == {other} != {message_id}


def test_an_event_of_a_message_belongs_where_the_message_stands_now(counter: Counter) -> None:
    """Two people were joined: the log leads to the thread that there is."""
    counter.knows(ANNA, BART)
    message = counter.row(counter.queues(to=BART))
    told = counter.events()[-1]
    contact_id = counter.contact_id()
    (kept,) = counter.all("SELECT id FROM conversation WHERE contact_id = ?", contact_id)
    counter.store.write(lambda tx: join(tx, contact_id, message["contact_id"], "s"))
    now = counter.events(after=told.seq - 1)[0]
    assert told.contact_id == message["contact_id"] != contact_id
    assert (now.conversation_id, now.contact_id) == (kept["id"], contact_id)
    assert (now.branch_id, now.line_id) == (counter.branch_id, counter.line_id)


def test_an_event_tells_of_a_message_that_is_there(counter: Counter) -> None:
    """One of a message that nobody knows would lead nowhere."""
    with pytest.raises(NotFound):
        emitted(counter, EventKind.MESSAGE_STATE, message_id="gone")


def test_a_start_gives_no_number_again_that_a_power_cut_took_back(counter: Counter) -> None:
    """Who was told an event that is lost goes on from its number and misses nothing."""
    told = emitted(counter, EventKind.BRANCH_ADDED).seq + events.SPARED // 2
    doubt_everything_in_hand(counter.store)
    first, second = (emitted(counter, EventKind.BRANCH_ADDED).seq for _ in range(2))
    assert told < first
    assert second == first + 1
