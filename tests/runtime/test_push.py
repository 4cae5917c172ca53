"""Notifications while no page is open: one for each wait, to those who may see it, while they may.

The judge is a push service that decrypts what it is given.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.desk.access import sessions
from appliance.desk.access.bearer import token_hash
from appliance.desk.notices import choices
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import cases, notes, staff
from appliance.push.keys import FILE, public_key_of
from appliance.runtime.push_follower import AGAIN_MS, TOO_LATE_MS, PushFollower
from appliance.store import branches, push
from appliance.store.store import Store, Tx
from tests.fresh_store import fresh_store
from tests.own_certificate import OwnCertificate, make_certificate
from tests.queue.counter import ANNA, BART, MONDAY, Counter
from tests.runtime.push_service import PushedBrowser, PushService, push_service

CONTACT = "ict@example.com"
NIGHT_MS = 14 * 3_600_000


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> OwnCertificate:
    return make_certificate(tmp_path_factory.mktemp("push"), "push.test")


@pytest.fixture(scope="module")
def outside(trusted: OwnCertificate) -> Iterator[PushService]:
    with push_service(trusted) as service:
        yield service


@dataclass(slots=True)
class House:
    """`counter` is its branch Utrecht."""

    store: Store
    clock: ManualClock
    counter: Counter
    follower: PushFollower
    outside: PushService
    admin: str
    data: Path

    def switch(self, *, is_on: bool = True, shows_text: bool = False) -> None:
        self.store.write(
            lambda tx: push.set_house(
                tx, is_on=is_on, shows_text=shows_text, contact=CONTACT, staff_id=self.admin
            )
        )

    def member(self, name: str, branch_id: str | None = None) -> str:
        where = branch_id or self.counter.branch_id
        return self.store.write(lambda tx: staff.add(tx, name, role="staff", branch_id=where))

    def browser_of(self, staff_id: str) -> tuple[PushedBrowser, str]:
        """A browser that is told, and the token of its session."""
        browser = self.outside.browser()

        def enter(tx: Tx) -> str:
            token = sessions.begin(tx, staff_id).token
            push.subscribe(
                tx,
                browser.address,
                staff_id=staff_id,
                session_hash=token_hash(token),
                language="nl",
            )
            return token

        return browser, self.store.write(enter)

    def hears(self, text: str = "Hoi, is er werk?", sender: str = ANNA) -> None:
        self.counter.hears(text, sender)
        self.follower.look()

    def conversation(self) -> str:
        return self.store.read(
            lambda conn: str(conn.execute("SELECT id FROM conversation").fetchone()[0])
        )


@pytest.fixture
def house(tmp_path: Path, outside: PushService, trusted: OwnCertificate) -> Iterator[House]:
    clock = ManualClock(at_ms=MONDAY)
    with closing(fresh_store(tmp_path / "balie.db", clock)) as store:
        counter = Counter(store, clock, tmp_path)
        admin = store.write(lambda tx: staff.add(tx, "Carla", role="admin", branch_id=None))
        follower = PushFollower(store, tmp_path, trust=trusted.cert)
        house = House(store, clock, counter, follower, outside, admin, tmp_path)
        house.switch()
        yield house


def test_each_wait_is_told_once_and_without_what_was_said(house: House) -> None:
    """More messages of one wait are no news; whoever waits again, or another person, is."""
    browser, _ = house.browser_of(house.member("Sanne"))
    house.hears("Mijn rekening is veranderd")
    house.hears("Hallo?")
    conversation = house.conversation()
    said = {"title": "Utrecht", "body": "Iemand schrijft", "tag": conversation}
    assert browser.told == [{**said, "address": f"/c/{conversation}"}]
    house.hears("Ook hoi", BART)
    assert len(browser.told) == 2
    house.store.write(lambda tx: cases.close(tx, conversation, Author(staff_id=house.admin)))
    house.clock.advance(s=60)
    house.hears("Nog een vraag")
    assert [each["tag"] for each in browser.told].count(conversation) == 2


def test_the_house_may_show_who_wrote_what(house: House) -> None:
    """Only where an administrator chose it; the push service reads neither."""
    browser, _ = house.browser_of(house.member("Sanne"))
    house.switch(shows_text=True)
    house.counter.hears("Ben ik morgen ingepland?", name="Anna Bos")
    house.follower.look()
    assert browser.told[0]["body"].endswith("Anna Bos: Ben ik morgen ingepland?")
    headers = browser.asked[0]
    assert (headers["ttl"], headers["content-encoding"]) == ("3600", "aes128gcm")


def test_the_house_has_one_key_that_only_its_owner_reads(house: House) -> None:
    """Made at the first use; a browser subscribes to it, and what it gets is signed with it."""
    key = public_key_of(house.data)
    assert (house.data / FILE).stat().st_mode & 0o777 == 0o600
    browser, _ = house.browser_of(house.member("Sanne"))
    house.outside.house_keys.clear()
    house.hears()
    assert len(browser.told) == 1
    assert house.outside.house_keys == {key} == {public_key_of(house.data)}


def test_who_is_named_or_handed_something_is_told_and_nobody_else(house: House) -> None:
    """Also in a conversation that is done, and once; not who did it themselves."""
    sanne, bart = house.member("Sanne"), house.member("Bart")
    browsers = {each: house.browser_of(each)[0] for each in (sanne, bart)}
    house.hears()
    house.clock.advance(s=60)
    conversation, by = house.conversation(), Author(staff_id=sanne)
    house.store.write(lambda tx: cases.close(tx, conversation, by))
    house.store.write(lambda tx: notes.write(tx, conversation, "@Bart en @Sanne: kijk", by))
    house.follower.look()
    house.follower.look()
    assert [each["body"] for each in browsers[bart].told[1:]] == [
        "Een collega noemt je in een notitie"
    ]
    house.clock.advance(s=60)
    house.switch(shows_text=True)
    house.store.write(lambda tx: cases.assign(tx, conversation, bart, by))
    house.follower.look()
    assert browsers[bart].told[-1]["body"].startswith("Sanne draagt je een gesprek over")
    house.store.write(lambda tx: cases.assign(tx, conversation, sanne, by))
    house.follower.look()
    assert len(browsers[bart].told) == 3
    assert len(browsers[sanne].told) == 1


def test_nobody_is_told_what_is_not_for_them(house: House) -> None:
    """Of another branch, disabled, or when a colleague has the conversation."""
    other = house.store.write(lambda tx: branches.add_branch(tx, "Breda"))
    elsewhere, _ = house.browser_of(house.member("Bram", other))
    gone = house.member("Gerda")
    disabled, _ = house.browser_of(gone)
    house.store.write(lambda tx: staff.disable(tx, gone))
    sanne, marit = house.member("Sanne"), house.member("Marit")
    hers, _ = house.browser_of(sanne)
    theirs, _ = house.browser_of(marit)
    house.hears()
    conversation = house.conversation()

    def claimed(tx: Tx) -> None:
        cases.close(tx, conversation, Author(staff_id=sanne))
        cases.claim(tx, conversation, sanne)

    house.store.write(claimed)
    house.clock.advance(s=60)
    house.hears("Nog iets")
    assert (len(elsewhere.asked), len(disabled.asked)) == (0, 0)
    assert (len(hers.told), len(theirs.told)) == (2, 1)


def test_none_comes_after_the_log_out(house: House) -> None:
    """Neither in that browser nor, where somebody is logged out everywhere, in any; a session that
    nobody uses ends by itself; another person's log-in there ends it, too.
    """
    sanne, marit = house.member("Sanne"), house.member("Marit")
    left, token = house.browser_of(sanne)
    stays, _ = house.browser_of(sanne)
    house.store.write(lambda tx: sessions.end(tx, token))
    house.hears()
    assert (len(left.asked), len(stays.told)) == (0, 1)
    here, here_token = house.browser_of(sanne)
    house.store.write(lambda tx: sessions.end_others(tx, sanne, here_token))
    house.hears(sender="+31644444444")
    assert (len(stays.told), len(here.told)) == (1, 1)
    hers = token_hash(house.store.write(lambda tx: sessions.begin(tx, marit)).token)
    house.store.write(
        lambda tx: push.subscribe(
            tx, stays.address, staff_id=marit, session_hash=hers, language="en"
        )
    )
    house.store.write(lambda tx: sessions.end_all(tx, sanne))
    house.hears(sender=BART)
    assert [each["body"] for each in stays.told] == ["Iemand schrijft", "Somebody writes"]
    house.store.write(lambda tx: sessions.end_all(tx, marit))
    away, idle = house.browser_of(marit)
    house.clock.advance(ms=sessions.IDLE_MS - 1)
    house.store.write(lambda tx: sessions.seen(tx, idle))
    house.clock.advance(ms=sessions.IDLE_MS)
    house.hears(sender="+31633333333")
    assert (len(stays.told), len(away.asked)) == (2, 0)
    house.store.write(sessions.forget_old)
    assert house.store.read(lambda conn: push.subscriptions(conn, 0)) == []


def test_everybody_is_told_when_and_of_what_they_want(house: House) -> None:
    """Outside of one's hours, and of a number that one left out, nothing comes, also not later."""
    sanne, marit = house.member("Sanne"), house.member("Marit")
    hers, her_token = house.browser_of(sanne)
    theirs, their_token = house.browser_of(marit)
    house.store.write(lambda tx: choices.choose(tx, sanne, {"begins": "22:00", "ends": "06:00"}))
    house.hears()
    assert (len(hers.asked), len(theirs.told)) == (0, 1)
    house.clock.advance(ms=NIGHT_MS // 2)
    house.store.write(lambda tx: sessions.seen(tx, her_token))
    house.store.write(lambda tx: sessions.seen(tx, their_token))
    house.clock.advance(ms=NIGHT_MS // 2)
    house.follower.look()
    assert not hers.asked
    house.hears(sender=BART)
    assert (len(hers.told), len(theirs.told)) == (1, 1)
    without = {"without": [house.counter.line_id]}
    house.store.write(lambda tx: choices.choose(tx, sanne, without))
    house.hears(sender="+31633333333")
    assert len(hers.told) == 1


def test_nothing_leaves_before_an_administrator_wants_it(house: House) -> None:
    """Nor after it was switched off; and who waited before it was switched on is no news."""
    sanne = house.member("Sanne")
    browser, _ = house.browser_of(sanne)
    house.switch(is_on=False)
    house.hears()
    house.switch()
    browser, _ = house.browser_of(sanne)
    house.follower.look()
    assert not browser.asked
    house.hears(sender=BART)
    assert len(browser.told) == 1


def test_a_browser_that_is_gone_is_forgotten_and_a_busy_service_asked_again(
    house: House,
) -> None:
    """404 and 410 are for good; what a service does not take now it is asked later, for an hour,
    as long as somebody still waits.
    """
    gone, _ = house.browser_of(house.member("Sanne"))
    busy, _ = house.browser_of(house.member("Marit"))
    gone.answers, busy.answers = [410], [503, 429]
    house.hears()
    house.follower.look()
    assert (len(gone.asked), len(busy.asked)) == (1, 1)
    for _ in range(2):
        house.clock.advance(ms=4 * AGAIN_MS)
        house.follower.look()
    assert (len(busy.asked), len(busy.told)) == (3, 1)
    house.hears(sender=BART)
    assert (len(gone.asked), len(busy.told)) == (1, 2)
    busy.answers = [503]
    house.hears(sender="+31633333333")
    house.clock.advance(ms=TOO_LATE_MS + 1)
    house.follower.look()
    assert len(busy.told) == 2


def test_a_service_that_is_silent_is_asked_once_in_a_look(house: House) -> None:
    """The other browsers of that service would make those of others wait."""
    browsers = [house.browser_of(house.member(name))[0] for name in ("Sanne", "Marit")]
    for each in browsers:
        each.answers = [503, 503]
    house.hears()
    assert sum(len(each.asked) for each in browsers) == 1
    house.clock.advance(ms=2 * AGAIN_MS)
    for each in browsers:
        each.answers = []
    house.follower.look()
    assert [len(each.told) for each in browsers] == [1, 1]


def test_the_place_in_the_log_outlives_a_restart(house: House, trusted: OwnCertificate) -> None:
    """What came while Balie was away is told by the next start, once."""
    browser, _ = house.browser_of(house.member("Sanne"))
    house.counter.hears()
    for _ in range(2):
        PushFollower(house.store, house.data, trust=trusted.cert).look()
    assert len(browser.told) == 1


def test_a_copy_knows_no_browser(house: House, tmp_path: Path) -> None:
    """It may be put back long after somebody has logged out."""
    house.browser_of(house.member("Sanne"))
    house.store.copy_to(tmp_path / "copy.db")
    with closing(Store(tmp_path / "copy.db", house.clock)) as copy:
        assert copy.read(lambda conn: push.subscriptions(conn, MONDAY)) == []
    assert len(house.store.read(lambda conn: push.subscriptions(conn, MONDAY))) == 1
