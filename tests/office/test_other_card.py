"""A real box and a real office: the card breaks, and a copy is put back on another one."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.desk.outgoing.room import Room
from appliance.desk.privacy import releasing
from appliance.errors import Refused
from appliance.ids import new_id
from appliance.messages import MessageState
from appliance.office.at_box.box_link import BoxLink
from appliance.office.at_box.taking import BoxCounter
from appliance.office.link import CommandAsker, CommandKind
from appliance.office.tables import boxes, commands, replica_link
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.reasons import Reason
from appliance.store import lines, office_link
from appliance.store.copies import copy_database
from appliance.store.restoring import restore
from appliance.store.store import Store, Tx
from tests.fresh_store import fresh_store
from tests.office.at_box.conftest import make_quick
from tests.office.head_office import HeadOffice
from tests.queue.counter import ANNA, BART, Counter
from tests.running_demo import SETTLES_S

PLANNING = CommandAsker(token="00000000-0000-7000-8000-00000000bb01", name="Planning")


@dataclass(slots=True)
class CardBox:
    data: Path
    counter: Counter
    link: BoxLink
    is_off: bool = False

    def switch_off(self) -> None:
        if not self.is_off:
            self.is_off = True
            self.link.stop()
            self.store.close()

    @property
    def store(self) -> Store:
        return self.counter.store

    def known(self) -> office_link.OfficeLink:
        found = self.store.read(office_link.link)
        assert found is not None
        return found

    def line(self) -> lines.Line:
        return self.store.read(lambda conn: lines.line(conn, self.counter.line_id))

    def release(self) -> None:
        self.store.write(
            lambda tx: releasing.release(tx, lines.line(tx.conn, self.counter.line_id))
        )

    def is_told(self, office: HeadOffice) -> None:
        last, box_id = self.counter.last_seq(), self.known().box

        def has_all() -> bool:
            with office.head.replicas.opened(box_id, new=True) as replica:
                found = replica.read(replica_link.read)
            return found.cursor >= last and found.epoch == self.known().epoch

        wait_for(has_all)


def wait_for(found: Callable[[], object]) -> None:
    until_s = time.monotonic() + SETTLES_S
    while not found():
        assert time.monotonic() < until_s, "it never came"
        time.sleep(0.01)


class Cards:
    def __init__(self, office: HeadOffice, folder: Path, stack: ExitStack) -> None:
        self._office = office
        self._folder = folder
        self._stack = stack

    def new(self, name: str, copy: Path | None = None) -> CardBox:
        """With a copy on it, where there is one; the link is started."""
        path, clock = self._folder / name / "balie.db", self._office.clock
        if copy is None:
            store = fresh_store(path, clock)
        else:
            path.parent.mkdir()
            restore(copy, path, clock_ms=clock.now_ms())
            store = Store(path, clock)
        return self._started(store)

    def again(self, box: CardBox) -> CardBox:
        """The machine of before is switched on again."""
        return self._started(Store(box.data / "balie.db", self._office.clock))

    def _started(self, store: Store) -> CardBox:
        data = store.path.parent
        counter = Counter(store, self._office.clock, data / "evidence")
        doubt_everything_in_hand(store)
        linked = BoxCounter(
            store=store,
            gate=counter.gate,
            room=Room(),
            planned=lambda: None,
            make_copy=lambda: None,
        )
        link = BoxLink(linked, data, None)
        link.start()
        box = CardBox(data, counter, link)
        self._stack.callback(box.switch_off)
        return box


@pytest.fixture
def cards(office: HeadOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cards]:
    make_quick(monkeypatch)
    (tmp_path / "cards").mkdir()
    with ExitStack() as stack:
        yield Cards(office, tmp_path / "cards", stack)


def ask_to_send(office: HeadOffice, box: CardBox, to: str) -> str:
    message = new_id(office.clock.now_ms())
    body = {"message": message, "line": box.counter.line_id, "to": to, "text": "Kun je?"}

    def work(tx: Tx) -> str:
        return commands.give(tx, box.known().box, CommandKind.SEND, body, PLANNING).id

    command = office.store.write(work)
    office.until(lambda conn: commands.by_id(conn, command).outcome)  # type: ignore[union-attr]
    return message


def test_a_box_goes_on_from_a_copy_on_another_card(
    office: HeadOffice, cards: Cards, tmp_path: Path
) -> None:
    """It needs an invitation for this very box. Before any number starts it knows who stopped and
    looks for what it had been asked to send, which it has once; the card of before is struck off.
    """
    old = cards.new("old")
    old.counter.hears(sender=ANNA)
    old.counter.hears(sender=BART)
    old.link.join(office.token("Utrecht"))
    old.is_told(office)
    copy, box_id = tmp_path / "copy.db.zst", old.known().box
    copy_database(old.data / "balie.db", copy)
    message = ask_to_send(office, old, ANNA)
    old.counter.hears("STOP", sender=BART)
    old.is_told(office)
    old.switch_off()

    fresh = cards.new("fresh", copy)
    assert fresh.link.now().trouble == "no-credential"
    with pytest.raises(Refused) as silent:
        fresh.release()
    assert silent.value.code is Reason.OFFICE_SILENT
    with pytest.raises(Refused) as joined:
        fresh.link.join(office.token("Breda"))
    assert joined.value.code is Reason.OFFICE_JOINED
    fresh.link.join(office.token(box=box_id))
    wait_for(lambda: not fresh.known().unsettled)
    with pytest.raises(Refused) as closed:
        fresh.counter.accepts(to=BART)
    assert closed.value.code is Reason.OPTED_OUT
    wait_for(lambda: fresh.counter.all("SELECT 1 FROM message WHERE id = ?", message))
    assert fresh.counter.state(message) is MessageState.UNCONFIRMED
    fresh.release()
    assert fresh.line().stopped is None
    fresh.is_told(office)
    assert len(office.store.read(boxes.every)) == 1
    assert office.store.read(lambda conn: boxes.one(conn, box_id)).held is None
    given = office.until(lambda conn: commands.of_message(conn, message))
    assert given.command.n > 1

    again = cards.again(old)
    wait_for(lambda: again.line().stopped == Reason.STRUCK_OFF)
    assert fresh.line().stopped is None
