"""A branch that belongs to a small head office: real store, real sockets, no phone."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.desk.outgoing.room import Room
from appliance.office.at_box import box_link, pushing, taking
from appliance.office.at_box.box_link import BoxLink
from appliance.slices import Privacy
from appliance.store import office_link, slice_tables
from appliance.store.slice_privacy import Mask
from tests.fresh_store import fresh_store
from tests.office.at_box.small_office import SmallOffice, serving
from tests.queue.counter import MONDAY, Counter
from tests.running_demo import SETTLES_S


@dataclass(slots=True)
class Box:
    """`counter` is the branch; the link is started by `joins`."""

    counter: Counter
    data: Path
    office: SmallOffice
    copies: list[str] = field(default_factory=list)
    links: list[BoxLink] = field(default_factory=list)
    updates: list[str | None] = field(default_factory=list)

    @property
    def link(self) -> BoxLink:
        return self.links[-1]

    def linked(self) -> BoxLink:
        """The thread of the link, as at a start of Balie."""
        counter = taking.BoxCounter(
            store=self.counter.store,
            gate=self.counter.gate,
            room=Room(),
            planned=lambda: None,
            make_copy=lambda: self.copies.append("asked"),
            update=self.takes,
        )
        self.links.append(BoxLink(counter, self.data, "https://balie-utrecht.local"))
        self.link.start()
        return self.link

    def takes(self, version: str | None) -> str:
        """As the door of updates, where only 2.0 is to be had."""
        self.updates.append(version)
        return "" if version in (None, "2.0") else "other-version"

    def joins(self) -> None:
        self.linked().join(self.office.token)

    def is_told(self) -> None:
        """The office has everything."""
        self.office.has_up_to(self.counter.last_seq())

    def same_rows(self) -> None:
        """What the office has is what the box has, table by table."""
        self.is_told()

        def differ() -> list[str]:
            return [each for each in sorted(slice_tables.named_tables()) if not self._same(each)]

        self.office.wait_for(lambda: not differ(), differ)

    def _same(self, table: str) -> bool:
        known = self.counter.store.read(office_link.link)
        key = known.hash_key if known else b""

        def here(conn: sqlite3.Connection) -> set[str]:
            mask = Mask(conn=conn, privacy=Privacy.ALL, key=key)
            rows = conn.execute(f"SELECT * FROM {table}")  # noqa: S608
            return {repr(sorted(mask.row(table, each).items())) for each in rows}

        def columns(conn: sqlite3.Connection) -> set[str]:
            return set(Mask(conn=conn, privacy=Privacy.ALL, key=b"").columns(table))

        names = self.counter.store.read(columns)
        there = {
            repr(sorted((name, value) for name, value in row.items() if name in names))
            for row in self.office.copy.rows(table)
        }
        return self.counter.store.read(here) == there


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    make_quick(monkeypatch)


def make_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is so at once."""
    for module in (pushing, taking):
        monkeypatch.setattr(module, "FIRST_WAIT_S", 0.01)
        monkeypatch.setattr(module, "MOST_WAIT_S", 0.05)
    for name in ("LOOK_S", "TROUBLE_S", "STRUCK_OFF_S", "UNKNOWN_S", "MOST_UNKNOWN_S"):
        monkeypatch.setattr(box_link, name, 0.1)
    monkeypatch.setattr(box_link, "_ENDING_S", SETTLES_S)  # the database is closed after it
    monkeypatch.setattr(pushing, "HELD_WAIT_S", 0.05)
    monkeypatch.setattr(pushing, "POLL_S", 0.1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SmallOffice]:
    (tmp_path / "office").mkdir()
    with serving(SmallOffice(tmp_path / "office")) as it:
        yield it


@pytest.fixture
def box(tmp_path: Path, office: SmallOffice) -> Iterator[Box]:
    data = tmp_path / "box"
    clock = ManualClock(MONDAY)
    with closing(fresh_store(data / "balie.db", clock)) as store:
        counter = Counter(store, clock, tmp_path / "evidence")
        made = Box(counter, data, office)
        yield made
        office.end()
        for each in made.links:
            each.stop()
