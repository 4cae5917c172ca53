"""A branch with a real database, told to a head office by the very slices that a box makes."""

import base64
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from appliance.events import EventKind
from appliance.office.batch import Batch, BoxFacts, ToldEvent
from appliance.slices import Privacy, Slice
from appliance.store import events
from appliance.store.slice_privacy import Mask
from appliance.store.slices import everything, slices_of
from tests.api.office import Desk, Office
from tests.fresh_store import fresh_store
from tests.office.head_office import HeadOffice
from tests.office.plain_box import PlainBox, Row

KEY = b"k" * 32


@dataclass(slots=True)
class RealBox:
    plain: PlainBox
    branch: Office
    desk: Desk
    privacy: Privacy = Privacy.ALL
    told_as: Privacy | None = None

    @property
    def id(self) -> str:
        return self.plain.box

    def hears(self, number: str, text: str = "Is er morgen werk?", name: str | None = None) -> None:
        self.branch.writes(number, self.desk, text, name=name)

    def tells(self) -> None:
        """All that the office does not have yet."""
        while (batch := self.branch.store.read(self._batch)) is not None:
            answer = self.plain.push(batch.as_json())
            assert answer.status_code == 200, answer.text

    def says_it_lives(self) -> None:
        batch = self.told(self.plain.cursor + 1, self.plain.cursor, [], [])
        assert self.plain.push(batch.as_json()).status_code == 200

    def answers(self, ask: str, body: Any) -> None:
        """What its API says to a `fetch`."""
        told = {"status": 200, "type": "application/json"}
        told["body"] = base64.b64encode(json.dumps(body).encode()).decode()
        answer = self.plain.client.post(
            f"/link/v1/answers/{ask}", json=told, headers=self.plain.headers
        )
        assert answer.status_code in (204, 404), answer.text

    def tells_once(self) -> Row:
        """The answer to the next batch."""
        batch = self.branch.store.read(self._batch)
        assert batch is not None
        answer = self.plain.push(batch.as_json())
        assert answer.status_code == 200, answer.text
        found: Row = answer.json()
        return found

    def says_over(self, command: Row, outcome: str, **facts: str) -> None:
        """As the log says what became of a command."""
        told = {"command": command["id"], "n": command["n"], "outcome": outcome, **facts}
        self.branch.store.write(lambda tx: tx.emit(EventKind.OFFICE_COMMAND, facts=told))
        self.tells()

    def tells_all(self) -> None:
        """Every row that there is, as a box does when it has joined; then its log."""
        told = self.branch.store.read(lambda conn: list(everything(self._mask(conn))))
        batch = self.told(self.plain.cursor + 1, self.plain.cursor, [], told)
        answer = self.plain.push(batch.as_json())
        assert answer.status_code == 200, answer.text
        self.tells()

    def _batch(self, conn: sqlite3.Connection) -> Batch | None:
        found = events.after(conn, self.plain.cursor, limit=500)
        if not found:
            return None
        mask = self._mask(conn)
        told = [ToldEvent.of(mask.event(each)) for each in found]
        return self.told(self.plain.cursor + 1, found[-1].seq, told, slices_of(mask, found))

    def _mask(self, conn: sqlite3.Connection) -> Mask:
        return Mask(conn=conn, privacy=self.privacy, key=KEY)

    def told(
        self, first: int, last: int, told: Sequence[ToldEvent], slices: Sequence[Slice]
    ) -> Batch:
        now_ms = self.branch.clock.now_ms()
        facts = BoxFacts(
            version="1.2.3",
            lines=1,
            ill=0,
            queue=0,
            oldest_waiting_ms=None,
            disk=0.5,
            backup_ms=None,
            head=self.branch.store.read(events.last_seq),
            privacy=self.privacy,
            address=f"http://{self.plain.log.name.lower()}.example",
        )
        return Batch(
            epoch=self.plain.log.epoch,
            first=first,
            last=last,
            events=told,
            slices=slices,
            sent_ms=now_ms,
            facts=facts,
            told_as=self.told_as,
        )


def joined(head: HeadOffice, branch: Office, name: str, number: str) -> RealBox:
    box = RealBox(head.invited(name), branch, branch.desk(name, number))
    box.plain.join()
    box.tells_all()
    return box


@contextmanager
def boxes_of(head: HeadOffice, folder: Path, names: Sequence[str]) -> Iterator[Sequence[RealBox]]:
    """Each has a line of its own."""
    with ExitStack() as stack:
        found = []
        for place, name in enumerate(names):
            store = fresh_store(folder / name / "balie.db", head.clock)
            stack.callback(store.close)
            branch = Office(store, head.clock, head.url, httpx.Client())
            found.append(joined(head, branch, name, f"+3161234501{place}"))
        yield found
