"""Screens that nobody knows: shown to who manages the phone, and made into rules."""

from dataclasses import replace

import pytest

from appliance.desk.access.rights import Grant, Permission, Rights
from appliance.desk.intake.reception import Reception
from appliance.desk.lines import screens
from appliance.desk.team import staff
from appliance.errors import InvalidInput, NotFound
from appliance.events import EventKind
from appliance.queue.gate import ConsentGate
from appliance.screen_rules import ScreenButton, UnknownScreen
from appliance.store import events, incidents
from appliance.store.incidents import IncidentKind
from tests.queue.counter import Counter

HOUR_MS = 3_600_000
SHOWN = UnknownScreen(
    package="com.whatsapp",
    ids=frozenset({"android:id/message", "android:id/button1", "android:id/button2"}),
    text="Kies hoe je nevelkaart wordt gedeeld.\nDelen\nLater",
    buttons=[
        ScreenButton(id="android:id/button1", text="Delen"),
        ScreenButton(id="android:id/button2", text="Later"),
    ],
)


class Office:
    """One phone's unknown screens, and who manages it."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.store = counter.store
        self.listener = Reception(counter.store, ConsentGate())
        self.device_id = counter.device_id
        self.branch_id = counter.branch_id
        self.rights = Rights(
            grants=frozenset({Grant(permission=Permission.DEVICE_MANAGE, branch_id=self.branch_id)})
        )
        self.staff_id = self.store.write(
            lambda tx: staff.add(tx, "Ilse", role="branch-it", branch_id=self.branch_id)
        )

    def waiting(self, rights: Rights | None = None) -> list[screens.SeenScreen]:
        return list(self.store.read(lambda conn: screens.waiting(conn, rights or self.rights)))

    def rule(self, press: int | None, phrase: str = "je nevelkaart") -> str:
        (seen,) = self.waiting()
        return self.store.write(
            lambda tx: screens.make_rule(
                tx, self.rights, seen.id, press=press, phrase=phrase, staff_id=self.staff_id
            )
        )

    def told(self, kind: EventKind) -> list[dict[str, object]]:
        found = self.store.read(lambda conn: events.after(conn, 0, limit=10_000))
        return [dict(each.facts) for each in found if each.kind is kind]


@pytest.fixture
def office(counter: Counter) -> Office:
    return Office(counter)


def test_the_same_screen_is_shown_once_and_counted(office: Office) -> None:
    office.listener.screen_unknown(office.device_id, SHOWN)
    again = replace(SHOWN, attempt_id="a-1", files=["screen-1.jpg"])
    office.listener.screen_unknown(office.device_id, again)
    office.listener.screen_unknown(office.device_id, SHOWN)
    (seen,) = office.waiting()
    assert (seen.times, seen.shown) == (3, again)
    assert [each["times"] for each in office.told(EventKind.SCREEN_UNKNOWN)] == [1, 2, 3]


def test_an_unknown_screen_is_an_incident_until_somebody_has_settled_it(office: Office) -> None:
    office.listener.screen_unknown(office.device_id, SHOWN)
    office.listener.screen_unknown(office.device_id, SHOWN)
    (incident,) = office.store.read(incidents.open_ones)
    assert (incident.kind, incident.device_id) == (IncidentKind.UNKNOWN_SCREEN, office.device_id)
    office.rule(press=1)
    assert office.store.read(incidents.open_ones) == []


def test_who_does_not_manage_the_phone_sees_none(office: Office) -> None:
    office.listener.screen_unknown(office.device_id, SHOWN)
    (seen,) = office.waiting()
    stranger = Rights(
        grants=frozenset({Grant(permission=Permission.INBOX_READ, branch_id=office.branch_id)})
    )
    assert office.waiting(stranger) == []
    with pytest.raises(NotFound):
        office.store.write(
            lambda tx: screens.leave(tx, stranger, seen.id, staff_id=office.staff_id)
        )


def test_a_rule_reaches_the_phones_of_its_branch(office: Office) -> None:
    """Its screen waits for nobody any more, and comes back when the rule is removed and it does."""
    office.listener.screen_unknown(office.device_id, SHOWN)
    rule_id = office.rule(press=1)
    (rule,) = office.listener.screen_rules(office.device_id)
    assert (rule.id, rule.press, rule.ids) == (rule_id, SHOWN.buttons[1], SHOWN.ids)
    assert rule.fits(SHOWN)
    assert office.waiting() == []
    assert office.listener.screen_rules("another") == []
    office.store.write(
        lambda tx: screens.remove_rule(tx, office.rights, rule_id, staff_id=office.staff_id)
    )
    assert office.listener.screen_rules(office.device_id) == []
    office.listener.screen_unknown(office.device_id, SHOWN)
    assert len(office.waiting()) == 1


def test_a_rule_may_stop_the_line_instead(office: Office) -> None:
    office.listener.screen_unknown(office.device_id, SHOWN)
    office.rule(press=None)
    (rule,) = office.listener.screen_rules(office.device_id)
    assert rule.press is None


@pytest.mark.parametrize(("press", "phrase"), [(0, "je nevelkaart"), (1, ""), (1, "iets anders")])
def test_a_rule_that_could_do_harm_or_fits_nothing_is_refused(
    office: Office, press: int, phrase: str
) -> None:
    """The first button shares."""
    office.listener.screen_unknown(office.device_id, SHOWN)
    with pytest.raises(InvalidInput):
        office.rule(press, phrase)
    assert office.listener.screen_rules(office.device_id) == []
    assert len(office.waiting()) == 1


def test_a_rule_is_used_so_often_in_an_hour_and_then_says_so(office: Office) -> None:
    """Each use is an event, and so is the one too many: a person has to look."""
    uses = [office.listener.rule_used(office.device_id, "r", most_an_hour=2) for _ in range(3)]
    assert uses == [True, True, False]
    assert len(office.told(EventKind.SCREEN_RULE_USED)) == 2
    assert len(office.told(EventKind.SCREEN_RULE_SPENT)) == 1
    office.counter.clock.advance(ms=HOUR_MS + 1)
    assert office.listener.rule_used(office.device_id, "r", most_an_hour=2)
