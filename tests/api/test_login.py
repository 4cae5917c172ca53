"""The log-in: passwords, log-in links, the brake on guessing, sessions."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.desk.access import sessions
from appliance.desk.access.login import Door, LoggedIn
from appliance.desk.access.passwords import _nobody, hash_password, is_password
from appliance.desk.access.rights import ROLES, Permission, grant_role, rights_of
from appliance.desk.access.throttle import LONGEST_WAIT_MS, Throttle, TooManyTries
from appliance.desk.access.turns import AT_ONCE, MAX_WAITING, Crowded
from appliance.desk.access.wrong_tries import WrongTries
from appliance.desk.team import staff
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.store import branches
from appliance.store.store import Store
from tests.fresh_store import fresh_store

PASSWORD = "een fiets met drie wielen"
HOUR_MS = 3_600_000


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    opened = fresh_store(tmp_path / "balie.db", clock)
    yield opened
    opened.close()


@pytest.fixture
def mieke(store: Store) -> str:
    """Member of staff with a password."""
    stored = hash_password(PASSWORD)
    mieke_id = store.write(lambda tx: staff.add(tx, "Mieke", role="staff", branch_id=None))
    store.write(lambda tx: staff.set_password(tx, mieke_id, stored))
    return mieke_id


@pytest.fixture
def door(store: Store, clock: ManualClock) -> Door:
    return Door(store, clock, WrongTries(store, clock))


def come_in(
    door: Door,
    name: str = "Mieke",
    password: str = PASSWORD,
    address: str = "10.0.0.5",
    device: str | None = None,
) -> LoggedIn:
    return asyncio.run(door.log_in(name, password, address=address, device=device))


def guess(door: Door, *, times: int, address: str = "10.0.0.66", name: str = "Mieke") -> int:
    """How many of the guesses were checked."""
    looked = 0
    for _ in range(times):
        try:
            come_in(door, name, "welkom01", address)
        except TooManyTries:
            continue
        except Refused:
            looked += 1
    return looked


def test_passwords_are_kept_as_owasp_says() -> None:
    """argon2id, 19 MiB, two passes, one lane."""
    stored = hash_password(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert is_password(PASSWORD, stored)
    assert not is_password(PASSWORD + " ", stored)
    assert not is_password(PASSWORD, None)
    assert not is_password("x" * 10_000_000, stored)
    assert not is_password("half \ud83d", stored)


@pytest.mark.parametrize("password", ["", "kort", "x" * 257, "half \ud83d" * 3])
def test_passwords_that_cannot_be_are_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        hash_password(password)
    assert refusal.value.field == "password"


def test_a_wrong_name_costs_as_much_as_a_wrong_password() -> None:
    """If there is no hash to check, one with the same parameters is checked."""
    stored, stand_in = hash_password(PASSWORD), _nobody()
    assert stand_in.split("$")[:4] == stored.split("$")[:4]


def test_the_right_password_opens_a_session(
    store: Store, door: Door, mieke: str, clock: ManualClock
) -> None:
    """Upper and lower case of a name do not matter; the token itself is nowhere in the database."""
    entered = come_in(door, " mieke ")
    found = store.read(lambda conn: sessions.find(conn, entered.session.token, clock.now_ms()))
    assert found is not None
    assert (found.staff_id, found.name, found.csrf) == (mieke, "Mieke", entered.session.csrf)
    with closing(sqlite3.connect(store.path)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert entered.session.token.encode() not in store.path.read_bytes()
    assert entered.session.csrf.encode() in store.path.read_bytes()


@pytest.mark.parametrize("name", ["Mieke", "Niemand", "", "half \ud83d"])
def test_wrong_name_and_wrong_password_get_the_same_answer(
    door: Door, mieke: str, name: str
) -> None:
    with pytest.raises(Refused) as refusal:
        come_in(door, name, "welkom01")
    assert refusal.value.code == "wrong-password"


def test_guessing_slows_down(door: Door, mieke: str) -> None:
    """A try during a wait is not checked, right or wrong."""
    assert guess(door, times=12) == 5
    with pytest.raises(TooManyTries):
        come_in(door, address="10.0.0.66")


def test_guessing_never_locks_a_colleague_out_for_long(
    door: Door, mieke: str, clock: ManualClock
) -> None:
    """A browser that logged in before does not wait at all, another one waits a minute at most."""
    device = come_in(door).device
    for address in range(50):
        guess(door, times=3, address=f"10.0.1.{address}")
        clock.advance(s=20)
    assert come_in(door, device=device)
    clock.advance(ms=LONGEST_WAIT_MS)
    assert come_in(door, address="10.0.0.77")


def test_a_device_cookie_helps_its_owner_only(door: Door, store: Store, mieke: str) -> None:
    """Another person's cookie, a forged one, or one for another name counts as none."""
    stored = hash_password(PASSWORD)
    store.write(lambda tx: staff.add(tx, "Joost", role="staff", branch_id=None))
    joost = store.read(lambda conn: next(m for m in staff.members(conn) if m.name == "Joost"))
    store.write(lambda tx: staff.set_password(tx, joost.id, stored))
    device = come_in(door, "Joost").device
    guess(door, times=8)
    for forged in (device, device[:-1] + "0", "nonsense", "é.ü"):
        with pytest.raises(TooManyTries):
            come_in(door, device=forged)


def test_one_address_cannot_try_all_names(door: Door, mieke: str) -> None:
    looked = sum(guess(door, times=1, name=f"naam {number}") for number in range(40))
    assert looked == 20


def test_the_throttle_keeps_a_bounded_memory() -> None:
    """Somebody who tries always new names does not fill the Pi's memory."""
    throttle = Throttle()
    for number in range(25_000):
        throttle.failed(name=f"n{number}", address=f"a{number}", device=None, now_ms=number)
    assert len(throttle._counts) <= 10_000


def test_neighbours_in_an_ipv6_network_count_together(door: Door, mieke: str) -> None:
    """One machine has a whole /64 to itself; another address inside it does not help."""
    looked = sum(
        guess(door, times=1, name=f"naam {number}", address=f"2001:db8::{number:x}")
        for number in range(30)
    )
    assert looked == 20


def test_a_quiet_spell_forgets_mistakes() -> None:
    throttle = Throttle()
    for _ in range(4):
        throttle.failed(name="Mieke", address="a", device=None, now_ms=0)
    throttle.failed(name="Mieke", address="a", device=None, now_ms=HOUR_MS)
    throttle.admit(name="Mieke", address="a", device=None, now_ms=HOUR_MS)


def test_a_log_in_link_works_once(store: Store, door: Door, clock: ManualClock) -> None:
    """It sets the chosen password, and the second time it does not exist."""
    stored = hash_password(PASSWORD)
    anouk = store.write(lambda tx: staff.add(tx, "Anouk", role="lead", branch_id=None))
    link = store.write(lambda tx: staff.add_login_link(tx, anouk))
    owner = store.read(lambda conn: staff.link_owner(conn, link, clock.now_ms()))
    assert (owner.id, owner.has_password) == (anouk, False)
    session = store.write(lambda tx: staff.use_login_link(tx, link, stored))
    assert session.staff_id == anouk
    assert come_in(door, "Anouk").session.staff_id == anouk
    with pytest.raises(NotFound):
        store.write(lambda tx: staff.use_login_link(tx, link, stored))


def test_a_log_in_link_brings_no_rights_of_later(store: Store, mieke: str) -> None:
    """Whoever made it knew of fewer."""
    link = store.write(lambda tx: staff.add_login_link(tx, mieke))
    store.write(lambda tx: staff.give_role(tx, mieke, "admin", None))
    with pytest.raises(NotFound):
        store.write(lambda tx: staff.use_login_link(tx, link, hash_password(PASSWORD)))


def test_a_log_in_link_ends(store: Store, mieke: str, clock: ManualClock) -> None:
    """After three days, when a newer one is made, and when the person is disabled."""
    first = store.write(lambda tx: staff.add_login_link(tx, mieke))
    second = store.write(lambda tx: staff.add_login_link(tx, mieke))
    with pytest.raises(NotFound):
        store.read(lambda conn: staff.link_owner(conn, first, clock.now_ms()))
    clock.advance(s=73 * 3600)
    with pytest.raises(NotFound):
        store.read(lambda conn: staff.link_owner(conn, second, clock.now_ms()))
    third = store.write(lambda tx: staff.add_login_link(tx, mieke))
    store.write(lambda tx: staff.disable(tx, mieke))
    with pytest.raises(NotFound):
        store.read(lambda conn: staff.link_owner(conn, third, clock.now_ms()))


def test_a_session_ends_when_idle_and_after_a_week(
    store: Store, door: Door, mieke: str, clock: ManualClock
) -> None:
    token = come_in(door).session.token

    def is_open() -> bool:
        return store.read(lambda conn: sessions.find(conn, token, clock.now_ms())) is not None

    for _ in range(16):
        clock.advance(s=10 * 3600)
        assert is_open()
        store.write(lambda tx: sessions.seen(tx, token))
    clock.advance(s=10 * 3600)
    assert not is_open()
    token = come_in(door).session.token
    clock.advance(s=12 * 3600)
    assert not is_open()


def test_a_new_password_logs_out_everywhere(
    store: Store, door: Door, mieke: str, clock: ManualClock
) -> None:
    """A link that somebody else may have ends, too."""
    come_in(door)
    entered = come_in(door).session.token
    link = store.write(lambda tx: staff.add_login_link(tx, mieke))
    stored = hash_password("een andere lange zin")
    store.write(lambda tx: staff.set_password(tx, mieke, stored))
    now_ms = clock.now_ms()
    assert store.read(lambda conn: sessions.open_of(conn, mieke, now_ms)) == []
    assert store.read(lambda conn: sessions.find(conn, entered, now_ms)) is None
    with pytest.raises(NotFound):
        store.read(lambda conn: staff.link_owner(conn, link, now_ms))


def test_who_logs_in_again_leaves_no_session_behind(
    store: Store, door: Door, mieke: str, clock: ManualClock
) -> None:
    """The session that this browser had ends with the log-in that replaces it."""
    before = come_in(door).session.token
    log_in = door.log_in("Mieke", PASSWORD, address="10.0.0.5", before=before)
    after = asyncio.run(log_in).session.token
    now_ms = clock.now_ms()
    assert store.read(lambda conn: sessions.find(conn, before, now_ms)) is None
    assert store.read(lambda conn: sessions.find(conn, after, now_ms)) is not None


def test_who_is_let_go_while_the_password_is_checked_stays_out(
    store: Store, door: Door, mieke: str
) -> None:
    """This holds even if they are enabled again later: no session was made."""

    async def race() -> None:
        trying = asyncio.create_task(door.log_in("Mieke", PASSWORD, address="10.0.0.5"))
        while not door._turns._running:  # noqa: ASYNC110 -- nothing says when it begins
            await asyncio.sleep(0)
        await store.awrite(lambda tx: staff.disable(tx, mieke))
        await trying

    with pytest.raises(Refused, match="name or the password"):
        asyncio.run(race())
    store.write(lambda tx: staff.enable(tx, mieke))
    assert store.read(lambda conn: conn.execute("SELECT count(*) FROM session").fetchone()[0]) == 0


def test_a_crowd_of_strangers_makes_no_colleague_wait(door: Door, mieke: str) -> None:
    """Few passwords are checked at a time and few strangers wait. A browser that logged in before
    is next, however many wait.
    """
    device = come_in(door).device
    order: list[str] = []

    async def wait(who: str, *, known: bool, leave: asyncio.Event) -> None:
        async with door._turns.one(known=known):
            order.append(who)
            await leave.wait()

    async def crowd() -> None:
        leave = asyncio.Event()
        waiting = [
            asyncio.create_task(wait(f"stranger {place}", known=False, leave=leave))
            for place in range(AT_ONCE + MAX_WAITING)
        ]
        await asyncio.sleep(0)
        assert len(order) == AT_ONCE
        with pytest.raises(Crowded):
            await door.log_in("Mieke", PASSWORD, address="10.0.0.66")
        colleague = asyncio.create_task(wait("colleague", known=True, leave=leave))
        at_the_door = asyncio.create_task(
            door.log_in("Mieke", PASSWORD, address="10.0.0.66", device=device)
        )
        while len(door._turns._known) < 2:  # noqa: ASYNC110 -- nothing says when it waits
            await asyncio.sleep(0)
        waiting.pop().cancel()  # a browser that was closed gives its place back
        leave.set()
        assert (await at_the_door).session
        await asyncio.gather(*waiting, colleague)
        assert order[AT_ONCE] == "colleague"
        assert door._turns._running == 0

    asyncio.run(crowd())


def test_who_is_disabled_is_out_at_once(
    store: Store, door: Door, mieke: str, clock: ManualClock
) -> None:
    token = come_in(door).session.token
    store.write(lambda tx: staff.disable(tx, mieke))
    assert store.read(lambda conn: sessions.find(conn, token, clock.now_ms())) is None
    assert not store.read(lambda conn: rights_of(conn, mieke)).grants
    with pytest.raises(Refused):
        come_in(door)


def test_the_first_administrator_is_made_once(store: Store) -> None:
    stored = hash_password(PASSWORD)
    assert store.read(staff.is_fresh)
    admin = store.write(lambda tx: staff.add_first_admin(tx, "Beheer", stored))
    assert not store.read(staff.is_fresh)
    rights = store.read(lambda conn: rights_of(conn, admin))
    assert all(rights.may(permission, None) for permission in Permission)
    with pytest.raises(Refused):
        store.write(lambda tx: staff.add_first_admin(tx, "Indringer", stored))


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b", "mieke"])
def test_names_that_cannot_be_are_refused(store: Store, mieke: str, name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        store.write(lambda tx: staff.add(tx, name, role="staff", branch_id=None))
    assert refusal.value.field == "name"


def test_rights_are_for_the_branch_they_were_given_in(store: Store, mieke: str) -> None:
    """A role in one branch gives nothing in another; the same role again adds nothing."""
    tilburg = store.write(lambda tx: branches.add_branch(tx, "Tilburg"))
    breda = store.write(lambda tx: branches.add_branch(tx, "Breda"))
    lead = store.write(lambda tx: staff.add(tx, "Lotte", role="lead", branch_id=tilburg))
    store.write(lambda tx: grant_role(tx, lead, "lead", tilburg))
    rights = store.read(lambda conn: rights_of(conn, lead))
    assert rights.may(Permission.INBOX_WRITE, tilburg)
    assert not rights.may(Permission.INBOX_WRITE, breda)
    assert not rights.may(Permission.INBOX_WRITE, None)
    assert not rights.has(Permission.DEVICE_MANAGE)
    assert rights.branches(Permission.REPORT_READ) == frozenset({tilburg})
    assert len(rights.grants) == len(ROLES["lead"])
    everywhere = store.read(lambda conn: rights_of(conn, mieke))
    assert everywhere.branches(Permission.INBOX_READ) is None
    assert everywhere.may(Permission.INBOX_READ, breda)
    with pytest.raises(NotFound):
        rights.require(Permission.INBOX_READ, breda, "conversation")


def test_an_unknown_role_is_refused(store: Store) -> None:
    with pytest.raises(InvalidInput) as refusal:
        store.write(lambda tx: staff.add(tx, "Koen", role="boss", branch_id=None))
    assert refusal.value.field == "role"
    assert store.read(staff.is_fresh)
