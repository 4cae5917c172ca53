"""Mails to colleagues: who waits too long and what is wrong, to those who want and may know it.

The judge is a real SMTP server on the loopback.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.desk.notices import mail_choices
from appliance.desk.notices.mail_choices import MailPace
from appliance.desk.notices.mail_post import MailPost
from appliance.desk.team import accounts, staff
from appliance.mail_settings import MailSettings, MailTls
from appliance.runtime.mail_follower import TELLS_AFTER_MS, MailFollower
from appliance.store import incidents
from appliance.store.incidents import IncidentKind
from appliance.store.store import Store, Tx
from tests.fresh_store import fresh_store
from tests.mailing.smtp_server import SmtpServer, smtp_server
from tests.queue.counter import ANNA, BART, MONDAY, Counter

HOUR_S = 3600
ADDRESS = "https://balie.example.com"


@dataclass(slots=True)
class House:
    """`counter` is its branch Utrecht; Lea leads it, Ivo looks after its devices."""

    store: Store
    clock: ManualClock
    counter: Counter
    server: SmtpServer
    follower: MailFollower

    def member(self, name: str, role: str) -> str:
        def work(tx: Tx) -> str:
            where = None if role == "admin" else self.counter.branch_id
            found = staff.add(tx, name, role=role, branch_id=where)
            accounts.set_email(tx, found, f"{name.lower()}@example.com")
            return found

        return self.store.write(work)

    def wants(self, staff_id: str, waits: MailPace, incidents: MailPace = MailPace.OFF) -> None:
        patch = {"waits": {self.counter.branch_id: waits}, "incidents": incidents}
        self.store.write(lambda tx: mail_choices.choose(tx, staff_id, patch))

    def later(self, *, minutes: int = 0, seconds: int = 0) -> list[str]:
        """The subjects of what is mailed by then."""
        before = len(self.server.taken)
        self.clock.advance(s=60 * minutes + seconds)
        self.follower.look()
        return [str(each.mail["Subject"]) for each in self.server.taken[before:]]

    def is_wrong(self, kind: IncidentKind, *, over: bool = False, **facts: object) -> None:
        what = incidents.close_incident if over else incidents.open_incident
        about = {} if over else {"facts": facts}
        device = self.counter.device_id
        self.store.write(lambda tx: what(tx, kind, device_id=device, **about))  # type: ignore[arg-type]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock = ManualClock(at_ms=MONDAY)
    with smtp_server() as server, closing(fresh_store(tmp_path / "balie.db", clock)) as store:
        settings = MailSettings(
            server=server.host, port=server.port, tls=MailTls.NONE, sender="balie@example.com"
        )
        counter = Counter(store, clock, tmp_path)
        follower = MailFollower(store, MailPost(settings, ADDRESS))
        house = House(store, clock, counter, server, follower)
        house.follower.look()  # from now on
        yield house


def test_the_lead_is_mailed_how_many_wait_and_nothing_else(house: House) -> None:
    """At once means gathered: once for all that wait, again for who waits too long since."""
    lea = house.member("Lea", "lead")
    house.wants(lea, MailPace.NOW)
    house.counter.hears("Mijn rekening is veranderd", ANNA, name="Anna Bos")
    assert house.later(minutes=59) == []
    assert house.later(minutes=2) == ["Utrecht: 1 persoon wacht langer dan 1 u"]
    assert house.later(minutes=20) == []
    house.counter.hears("Ook hoi", BART)
    assert house.later(minutes=61) == ["Utrecht: 2 mensen wachten langer dan 1 u"]
    text = house.server.taken[-1].mail.get_content()
    assert "Kijk in Balie: https://balie.example.com/overview" in text
    for told in (ANNA, BART, "Anna", "rekening"):
        assert told not in str(house.server.taken[-1].mail)


def test_each_pace_is_kept_and_nobody_is_mailed_when_the_branch_is_closed(house: House) -> None:
    """Hourly as long as somebody waits; in the morning once; by night nothing."""
    hourly, morning = house.member("Uur", "lead"), house.member("Ochtend", "lead")
    house.wants(hourly, MailPace.HOURLY)
    house.wants(morning, MailPace.MORNING)
    house.counter.hears()
    assert len(house.later(minutes=61)) == 2
    assert len(house.later(minutes=30)) == 0
    assert len(house.later(minutes=31)) == 1
    house.later(minutes=30)
    assert house.later(seconds=10 * HOUR_S) == []
    assert len(house.later(seconds=11 * HOUR_S)) == 2


def test_it_is_told_what_is_wrong_and_that_it_is_over(house: House) -> None:
    """Gathered, once each as it stands now; whoever chose nothing is told, and none of it is for
    who neither leads nor manages devices.
    """
    house.member("Ivo", "branch-it")
    house.member("Sanne", "staff")
    house.wants(house.member("Lea", "lead"), MailPace.OFF, MailPace.NOW)
    house.is_wrong(IncidentKind.BATTERY, what="battery-low", percent=31)
    house.is_wrong(IncidentKind.HOT)
    assert house.later(seconds=30) == []
    house.is_wrong(IncidentKind.HOT, over=True)
    assert house.later(seconds=40) == ["Balie: er is 1 storing"]
    (taken,) = house.server.taken
    text = taken.mail.get_content()
    assert (taken.to, "31%" in text, "voorbij" in text) == ("ivo@example.com", True, True)
    house.is_wrong(IncidentKind.BANNED, stops=["whatsapp"])
    assert house.later(minutes=11)[0].startswith("Utrecht: ")
    assert {each.to for each in house.server.taken[1:]} == {"ivo@example.com", "lea@example.com"}


def test_nothing_is_lost_while_the_server_is_away_and_nothing_is_told_twice(house: House) -> None:
    """It is tried again ever later; Balie itself says that mail does not leave, and mails nobody
    of that. Who cannot be reached for good holds up nobody.
    """
    house.member("Ivo", "branch-it")
    house.member("Gone", "branch-it")
    house.server.refuses.add("gone@example.com")
    house.is_wrong(IncidentKind.HOT)
    house.server.answers += ["451 4.3.0 later"] * 4
    house.later(seconds=61)
    tries = len(house.server.answers)
    assert (tries, house.later(seconds=10)) == (3, [])
    assert len(house.server.answers) == tries
    for _ in range(3):
        house.later(seconds=TELLS_AFTER_MS // 1000)
    found = house.store.read(lambda conn: incidents.open_of(conn, IncidentKind.OWN_MAIL))
    assert (len(found), house.server.answers) == (1, [])
    assert len(house.later(minutes=16)) == 1
    assert house.later(minutes=30) == []
    assert not house.store.read(lambda conn: incidents.open_of(conn, IncidentKind.OWN_MAIL))


def test_a_full_mailbox_holds_up_nobody_else(house: House) -> None:
    """It is asked ever more seldom, and gets what is due when it takes mails again."""
    for name in ("Vol", "Ivo", "Eva"):
        house.member(name, "branch-it")
    house.server.full.add("vol@example.com")
    house.is_wrong(IncidentKind.HOT)
    house.later(seconds=61)
    assert {each.to for each in house.server.taken} == {"ivo@example.com", "eva@example.com"}
    for _ in range(20):
        assert house.later(seconds=60) == []
    assert 2 <= house.server.asked_full <= 6
    assert not house.store.read(lambda conn: incidents.open_of(conn, IncidentKind.OWN_MAIL))
    house.server.full.clear()
    assert len(house.later(minutes=16)) == 1
    assert house.later(minutes=16) == []


def test_a_follower_that_was_killed_goes_on_where_it_was(house: House) -> None:
    """What was noted is told by the next one, and what it told is not told again."""
    house.member("Ivo", "branch-it")
    house.is_wrong(IncidentKind.HOT)
    house.follower.look()
    post = house.follower._post
    house.follower = MailFollower(house.store, post)
    assert len(house.later(seconds=61)) == 1
    house.follower = MailFollower(house.store, post)
    assert house.later(minutes=30) == []
