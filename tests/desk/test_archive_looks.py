"""When a phone looks at its archived chats."""

from dataclasses import replace

import pytest

from appliance.desk.lines.archive_looks import EVERY_MS, SELDOM_MS, ArchiveLooks
from appliance.devices.protocol import Group
from appliance.store import incidents
from tests.queue.counter import BOTH, SMS, Counter


@pytest.fixture
def looks(counter: Counter) -> ArchiveLooks:
    """The minutes after the start are over."""
    made = ArchiveLooks(counter.store)
    assert made.next_look(counter.device_id, BOTH) is None
    counter.clock.advance(ms=EVERY_MS)
    return made


def is_due(counter: Counter, looks: ArchiveLooks, after_ms: int = 0) -> bool:
    counter.clock.advance(ms=after_ms)
    return looks.next_look(counter.device_id, BOTH) is not None


def test_a_phone_looks_again_soon_where_there_are_archived_chats(
    counter: Counter, looks: ArchiveLooks
) -> None:
    """Else seldom; a device without WhatsApp never."""
    assert looks.next_look(counter.device_id, frozenset({SMS})) is None
    for there, wait_ms in ((True, EVERY_MS), (False, SELDOM_MS)):
        look = looks.next_look(counter.device_id, BOTH)
        assert look is not None
        look.done(there=there)
        assert not is_due(counter, looks, wait_ms - 1)
        counter.clock.advance(ms=1)
    assert is_due(counter, looks)


def test_a_look_knows_the_groups_that_may_be_archived(
    counter: Counter, looks: ArchiveLooks
) -> None:
    group = Group(jid="120363000000000001@g.us", name="Team Venlo")
    counter.hears("Wie kan?", group=group)
    counter.clock.advance(s=60)
    look = looks.next_look(counter.device_id, BOTH)
    assert look is not None
    assert look.groups() == [replace(group, known=("Wie kan?",))]


def test_it_waits_until_it_is_quiet_and_the_office_is_open(
    counter: Counter, looks: ArchiveLooks
) -> None:
    """What is found is opened, and so marked as read."""
    counter.hears("Hoi")
    assert not is_due(counter, looks)
    assert is_due(counter, looks, 60_000)
    counter.clock.advance(ms=9 * 3_600_000)
    assert not is_due(counter, looks)


def test_news_that_cannot_be_placed_is_an_incident_until_a_look_finds_none(
    counter: Counter,
) -> None:
    for unplaced, is_open in ((0, []), (2, ["archived-news"]), (1, ["archived-news"]), (0, [])):
        counter.reception.archive_heard(counter.device_id, unplaced=unplaced)
        found = counter.store.read(incidents.open_ones)
        assert [each.facts["what"] for each in found] == is_open
        assert all(each.line_id == counter.line_id for each in found)
