"""The walk along a phone's chats with all of Balie behind it: it is cut off, and goes on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.adoption import AdoptionState, ChatFate
from appliance.channels import Channel
from appliance.desk.intake import adoption
from appliance.desk.intake.reception import Reception
from appliance.desk.lines import adopting
from appliance.desk.lines.adopting import AdoptionView
from appliance.devices.adoption_protocol import (
    AdoptionTurn,
    ChatToRead,
    GoesOn,
    ListedChat,
    ReadChat,
)
from appliance.devices.phone.driver import PhoneDriver
from appliance.devices.worker import DeviceWorker, Rhythm
from appliance.events import EventKind
from appliance.identities import tel
from appliance.queue.adoption_turns import AdoptionPace
from appliance.queue.gate import ConsentGate
from appliance.queue.pacing import DEFAULT_PROFILE
from appliance.queue.work import QueueWork
from appliance.store import branch_settings, branches, consent, devices, events, lines, routes
from appliance.store.store import Store, Tx
from tests.devices.phone.chat_past import OURS, THEIRS, at, had
from tests.devices.phone.driver_kit import ANNA, OWN, Desk, World
from tests.emulated.phone_bench import eventually
from tests.fresh_store import fresh_store

AT_ONCE = AdoptionPace(gap_ms=0, spread_ms=0, quiet_ms=0)
WHATSAPP = frozenset({Channel.WHATSAPP})
CLOSED, STOPS, LID = "+31687654330", "+31687654331", "9876543210@lid"
WRITERS = [ANNA, *(f"+3168765434{place}" for place in range(5))]
TEAM = "Team Venlo"


class CutOff(Exception):
    """As a kill: what was read is not kept."""


@dataclass
class Dying:
    driver: PhoneDriver

    def list_chats(self, goes_on: GoesOn, *, most: int) -> Sequence[ListedChat]:
        self.driver.list_chats(goes_on, most=most)
        raise CutOff

    def read_chat(self, wanted: ChatToRead) -> ReadChat:
        self.driver.read_chat(wanted)
        raise CutOff


@dataclass
class Shop:
    """A line on the emulated phone; `open` begins a life of Balie, and `close` ends it."""

    desk: Desk
    path: Path
    store: Store
    line_id: str = ""
    device_id: str = ""

    @property
    def world(self) -> World:
        return self.desk.world

    def set_up(self) -> None:
        def add(tx: Tx) -> tuple[str, str]:
            branch_id = branches.add_branch(tx, "Venlo")
            always = {"opens": "00:00", "closes": "23:59", "weekdays": "1234567", "holidays": ""}
            branch_settings.change(tx, branch_id, always, by="test")
            line_id = lines.add_line(tx, branch_id=branch_id, number=OWN)
            device_id = devices.enrol(tx, kind="phone", address=self.world.serial)
            routes.add_route(tx, line_id=line_id, device_id=device_id, channel=Channel.WHATSAPP)
            return line_id, device_id

        self.line_id, self.device_id = self.store.write(add)

    def begin_anew(self) -> None:
        self.store.close()
        self.store = fresh_store(self.path, self.world.clock)

    def work(self) -> tuple[QueueWork, Reception]:
        gate = ConsentGate()
        work = QueueWork(
            self.store,
            gate,
            DEFAULT_PROFILE,
            evidence=self.path.parent / "evidence",
            chat_read=adoption.keep,
            adoption_pace=AT_ONCE,
        )
        return work, Reception(self.store, gate)

    def is_cut_off(self) -> None:
        """A chat is read, and Balie is gone before anything of it is kept."""
        work, reception = self.work()
        turn = work.next_task(self.device_id, WHATSAPP)
        assert isinstance(turn, AdoptionTurn)
        driver = self.desk.driver_for(self.device_id, reception)
        driver.probe()
        with pytest.raises(CutOff):
            turn.take(Dying(driver))
        driver.close()

    def view(self) -> AdoptionView:
        return self.store.read(lambda conn: adopting.view_of(conn, self.line_id, self.device_id))

    def may_write(self, who: str) -> bool:
        return self.store.read(
            lambda conn: consent.verdict(conn, self.line_id, tel(who), Channel.WHATSAPP)
        ).allowed

    def count(self, sql: str) -> int:
        return int(self.store.read(lambda conn: conn.execute(sql).fetchone()[0]))

    def walks_until(self, read: int) -> None:
        """The phone's own thread; it ends between two steps."""
        work, reception = self.work()
        driver = self.desk.driver_for(self.device_id, reception)
        worker = DeviceWorker(driver, reception, work, Rhythm(poll_s=0.05))
        worker.start()
        try:
            assert eventually(lambda: self.view().chats > 0 and self.view().read >= read)
        finally:
            worker.stop()


@pytest.fixture
def shop(desk: Desk, tmp_path: Path) -> Iterator[Shop]:
    path = tmp_path / "balie.db"
    ready = Shop(desk=desk, path=path, store=fresh_store(path, desk.world.clock))
    ready.set_up()
    try:
        yield ready
    finally:
        ready.store.close()


def fill(world: World) -> None:
    """Twelve chats."""
    for place, who in enumerate(WRITERS):
        name = "Anna" if who == ANNA else ""
        said = [(THEIRS, f"Hoi {place}"), (OURS, "Dag"), (THEIRS, "Tot dan")]
        had(world, who, said, from_ms=at(world, place + 1, "10:00"), name=name)
    had(world, CLOSED, [(OURS, "Beste heer")], from_ms=at(world, 8, "9:00"))
    had(world, STOPS, [(THEIRS, "Hoi"), (THEIRS, "STOP")], from_ms=at(world, 9, "9:00"))
    had(world, LID, [(THEIRS, "Hoi")], from_ms=at(world, 10, "9:00"), name="Tom")
    had(world, "+31687654350", [(THEIRS, "a")], from_ms=at(world, 11, "9:00"), name="Jan")
    had(world, "+31687654351", [(THEIRS, "b")], from_ms=at(world, 12, "9:00"), name="Jan")
    group = world.on_loop(lambda: world.handset.whatsapp.account.chat("1203630@g.us", subject=TEAM))
    account = world.handset.whatsapp.account
    world.on_loop(
        lambda: account.add(
            group, letter_id="", text="Wie?", at_ms=at(world, 13, "9:00"), sender=ANNA
        )
    )


def test_a_walk_that_is_cut_off_goes_on_and_makes_nothing_twice(shop: Shop) -> None:
    """Who wrote may be written to, who did not may not; nothing leaves, nothing is new."""
    fill(shop.world)
    shop.store.write(lambda tx: adopting.begin(tx, shop.device_id, staff_id=None))
    shop.walks_until(6)
    shop.begin_anew()
    read = shop.view().read
    shop.is_cut_off()
    assert shop.view().read == read
    shop.begin_anew()
    shop.walks_until(11)
    assert eventually(lambda: shop.view().state is AdoptionState.DONE)
    view = shop.view()
    assert dict(view.counts) == {
        ChatFate.ADOPTED: 6,
        ChatFate.STOPPED: 1,
        ChatFate.CLOSED: 1,
        ChatFate.UNKNOWN: 1,
        ChatFate.ALIKE: 1,
        ChatFate.GROUP: 1,
    }
    assert (view.came, view.went) == (14, 6)
    assert shop.count("SELECT count(*) FROM message") == 20
    assert shop.count("SELECT count(*) FROM consent WHERE kind = 'wrote_first'") == 6
    assert shop.count("SELECT count(*) FROM conversation WHERE news_id IS NOT NULL") == 0
    assert shop.count("SELECT count(*) FROM attempt") == 0
    for who, allowed in ((ANNA, True), (CLOSED, False), (STOPS, False)):
        assert shop.may_write(who) is allowed
    told = {each.kind for each in shop.store.read(lambda conn: events.after(conn, 0))}
    assert EventKind.MESSAGE_RECEIVED not in told
    assert shop.world.truth() == []
