"""After a copy was put back: what waits in it may have left, and is not sent without proof."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.devices.evidence_facts import since_copy
from appliance.devices.protocol import Finding, Found, Proof, Tick
from appliance.errors import DeviceGone
from appliance.messages import MessageState
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.reasons import Reason
from appliance.store import devices, lines, restoring, routes
from appliance.store.store import Store
from tests.queue.counter import ANNA, BART, SMS, WHATSAPP, Counter

S = MessageState
CHRIS = "+31633333333"


@pytest.fixture
def before(counter: Counter) -> Counter:
    counter.knows(ANNA, BART, CHRIS)
    return counter


@pytest.fixture
def waiting(before: Counter) -> str:
    return before.queues("Kom je morgen?", ANNA)


def put_back(before: Counter, tmp_path: Path) -> Counter:
    """The same office on a copy of it, an hour later; started, and released by somebody."""
    before.store.copy_to(tmp_path / "copy.db")
    before.clock.advance(s=3600)
    data = tmp_path / "new"
    data.mkdir()
    restoring.restore(tmp_path / "copy.db", data / "balie.db", clock_ms=before.clock.now_ms())
    store = Store(data / "balie.db", before.clock)
    doubt_everything_in_hand(store)
    return Counter(store, before.clock, tmp_path / "evidence")


@pytest.fixture
def after(before: Counter, waiting: str, tmp_path: Path) -> Iterator[Counter]:
    counter = put_back(before, tmp_path)
    with closing(counter.store):
        yield counter


def release(counter: Counter) -> None:
    counter.store.write(lambda tx: lines.resume_line(tx, counter.line_id, staff_id=None))


def test_the_phone_is_asked_first_and_nothing_leaves_meanwhile(
    after: Counter, waiting: str
) -> None:
    """Also while the number is stopped; the look says since when the message may have left."""
    assert after.state(waiting) is S.UNCONFIRMED
    created_ms = after.row(waiting)["created_ms"]
    look = after.look()
    assert (look.outgoing.message_id, look.outgoing.channel) == (waiting, WHATSAPP)
    assert look.baseline == since_copy(created_ms)
    proof = Proof(tick=Tick.DELIVERED)
    after.work.looked(look, Found(finding=Finding.PRESENT, proof=proof))
    release(after)
    assert after.state(waiting) is S.DELIVERED
    assert after.row(waiting)["sent_ms"] == created_ms
    after.clock.advance(s=60)
    assert after.state(waiting) is S.DELIVERED


def test_other_people_are_written_to_while_one_is_in_doubt(after: Counter, waiting: str) -> None:
    """Once the number is released. The next message to the same person waits for the answer."""
    release(after)
    behind, other = after.queues("erachter", ANNA), after.queues("iemand anders", CHRIS)
    look = after.look()
    after.work.looked(look, DeviceGone("It does not answer."))
    after.clock.advance(s=1)
    assert after.sends() == other
    assert after.state(behind) is S.QUEUED
    after.work.looked(look, Found(finding=Finding.UNCLEAR))
    assert after.row(waiting)["reason"] == Reason.PERSON
    after.clock.advance(s=60)
    assert after.sends() == behind
    assert after.state(waiting) is S.UNCONFIRMED


def test_what_is_found_nowhere_is_sent_once(after: Counter, waiting: str) -> None:
    """Not in the chat, and not in the phone's list of SMS either."""
    release(after)
    first = after.look()
    after.work.looked(first, Found(finding=Finding.ABSENT))
    assert after.state(waiting) is S.UNCONFIRMED
    second = after.look()
    assert second.outgoing.channel == SMS
    after.work.looked(second, Found(finding=Finding.ABSENT))
    assert after.state(waiting) is S.QUEUED
    after.clock.advance(s=60)
    assert after.sends() == waiting
    after.clock.advance(s=60)
    assert after.state(waiting) is S.SENT


def test_where_a_modem_may_have_sent_it_a_person_decides(
    before: Counter, waiting: str, tmp_path: Path
) -> None:
    """A modem keeps nothing of what it sent, so that the phone has not proves little."""

    def with_modem(counter: Counter) -> None:
        def add(tx: object) -> None:
            device_id = devices.enrol(tx, kind="modem", address="/dev/ttyUSB0")  # type: ignore[arg-type]
            routes.add_route(tx, line_id=counter.line_id, device_id=device_id, channel=SMS)  # type: ignore[arg-type]

        counter.store.write(add)

    with_modem(before)
    after = put_back(before, tmp_path)
    with closing(after.store):
        for _ in (WHATSAPP, SMS):
            after.work.looked(after.look(), Found(finding=Finding.ABSENT))
        assert after.state(waiting) is S.UNCONFIRMED
        assert after.row(waiting)["reason"] == Reason.PERSON


def test_what_was_not_to_leave_yet_has_not_left(before: Counter, tmp_path: Path) -> None:
    """It waits for its time, as in the copy."""
    planned = before.queues("voor later", not_before_ms=before.clock.now_ms() + 5 * 3_600_000)
    after = put_back(before, tmp_path)
    with closing(after.store):
        assert after.state(planned) is S.QUEUED
        assert after.task() is None


def test_a_second_start_doubts_nothing_more(after: Counter, waiting: str) -> None:
    """Only what waited when the copy was put back; what came after was never sent before."""
    later = after.queues("nieuw", BART)
    doubt_everything_in_hand(after.store)
    assert after.state(later) is S.QUEUED
    assert after.state(waiting) is S.UNCONFIRMED
