"""A branch that knows Anna in every place where somebody may stand, and a head office that has all
of it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from appliance.clock import ManualClock
from appliance.office.head import privacy_choice
from appliance.office.tables import replica_erased, replica_privacy
from appliance.slices import Privacy
from tests.api.office import Caller, Office
from tests.desk import erased_person
from tests.fresh_store import fresh_store
from tests.office.head_office import HeadOffice
from tests.office.over_boxes import followed, of_branch
from tests.office.plain_box import new_id
from tests.office.real_box import RealBox, joined
from tests.queue.counter import Counter

LINE = "+31612399999"


@dataclass(slots=True)
class KnownBox:
    office: HeadOffice
    box: RealBox
    counter: Counter
    caller: Caller
    contact: str
    data: Path

    @property
    def replica(self) -> Path:
        return self.office.data / "boxes" / f"{self.box.id}.db"

    def cleared(self) -> None:
        """Once nothing is left to be cleared away."""
        followed(self.office, [self.box])

        def is_clean(conn: sqlite3.Connection) -> bool:
            return not (replica_erased.unclean(conn) or replica_privacy.is_unclean(conn))

        self.office.until(lambda _: self.office.replica(self.box.plain, is_clean) or None)

    def indexed(self) -> None:
        while self.office.head.indexer.catch_up(self.box.id):
            pass

    def erased(self) -> None:
        erased_person.erases(self.counter)
        self.box.tells()
        self.cleared()

    def put_back(self, copy: Path, seq: int) -> None:
        """To the day of this copy, whose last event was `seq`."""
        store = fresh_store(copy, self.office.clock)
        self.counter.store.close()
        self.counter.store = store
        box, plain = self.box, self.box.plain
        box.branch = replace(box.branch, store=store)
        before, plain.log.epoch = plain.log.epoch, new_id()
        greeting = box.told(seq + 1, seq, [], []).as_json()
        descent = {"descent": {"epoch": before, "seq": seq}}
        assert plain.push({**greeting, **descent}).status_code == 200


@contextmanager
def known_at(office: HeadOffice, folder: Path, clock: ManualClock) -> Iterator[KnownBox]:
    office.store.write(lambda tx: privacy_choice.choose(tx, Privacy.ALL))
    data = folder / "branch"
    store = fresh_store(data / "balie.db", clock)
    with httpx.Client() as client:
        box = joined(office, Office(store, clock, office.url, client), "Tilburg", LINE)
        counter = Counter(store, clock, folder / "evidence")
        contact = erased_person.fills(counter, data)
        box.tells_all()
        followed(office, [box])
        with httpx.Client(base_url=office.url, timeout=60) as web:
            known = KnownBox(office, box, counter, of_branch(office, web, box), contact, data)
            known.indexed()
            yield known
        counter.store.close()
