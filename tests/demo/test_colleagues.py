"""The simulated colleagues of the demo: whom they answer, and whom they leave to the visitor."""

import pytest

from appliance.demo.colleagues import LEFT_WAITING, Colleagues
from appliance.demo.seed import COLLEAGUES
from appliance.desk.inbox.overview import Order
from appliance.desk.team import staff
from appliance.store import branches
from appliance.store.store import Tx
from tests.queue.conftest import clock, counter, store
from tests.queue.counter import Counter
from tests.queue.inbox_reader import Colleague

__all__ = ["clock", "counter", "store"]
PEOPLE = [f"+3161111110{place}" for place in range(LEFT_WAITING + 1)]


@pytest.fixture
def colleagues(counter: Counter) -> Colleagues:
    """One works in this branch; the other one's has no number."""
    here, elsewhere = (name for name, _ in COLLEAGUES)

    def work(tx: Tx) -> None:
        staff.add(tx, here, role="staff", branch_id=counter.branch_id)
        other_id = branches.add_branch(tx, "Rotterdam")
        staff.add(tx, elsewhere, role="staff", branch_id=other_id)

    counter.store.write(work)
    return Colleagues(counter.store, lambda: None)


def answered(counter: Counter) -> list[str]:
    found = counter.all("SELECT value FROM message WHERE direction = 'out' AND rule IS NULL")
    return [str(row["value"]) for row in found]


def test_who_waits_longest_is_the_visitor_s(counter: Counter, colleagues: Colleagues) -> None:
    """The next one is answered after some minutes, once, and by their own name."""
    for number in PEOPLE:
        counter.knows(number)
        counter.clock.advance(s=60)
    colleagues.round()
    assert answered(counter) == []
    counter.clock.advance(s=120)
    colleagues.round()
    assert answered(counter)[:1] == PEOPLE[-1:]
    waiting = Colleague(counter).rows(Order.WAITING)
    assert len(waiting) == len(PEOPLE)  # until it has left
    before = answered(counter)
    colleagues.round()
    assert answered(counter) == before


def test_while_few_wait_nobody_is_taken_from_the_visitor(
    counter: Counter, colleagues: Colleagues
) -> None:
    """However long they wait."""
    for number in PEOPLE[:LEFT_WAITING]:
        counter.knows(number)
    counter.clock.advance(s=3600)
    colleagues.round()
    assert answered(counter) == []
