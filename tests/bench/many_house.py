"""Many boxes in one process: each has its own database and its own link, and nobody else is there.

`python -m tests.bench.many_house FOLDER` does what each line of its standard input asks, as JSON
`[NAME, ARGUMENT, …]` of a method of `BoxHouse`, and answers with a line of JSON.
"""

import json
import os
import random
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from appliance.channels import Channel
from appliance.clock import SystemClock
from appliance.desk.intake.reception import Reception
from appliance.desk.outgoing.room import Room
from appliance.devices.protocol import Incoming
from appliance.events import EventKind
from appliance.office.at_box import credential, joining
from appliance.office.at_box.box_link import BoxLink
from appliance.office.at_box.taking import BoxCounter
from appliance.queue.gate import ConsentGate
from appliance.runtime import kinds
from appliance.slices import Privacy
from appliance.store import branches, devices, lines, office_link, routes
from appliance.store.store import Store, Tx
from tests.bench.patterns import LASTS_MS
from tests.bench.processes import cpu_s, resident_mb
from tests.bench.years import YEARS_MS, OfficeLine, Talk, multiply
from tests.fresh_store import fresh_store

BRANCHES, LINES, PEOPLE = 3, 10, 40
"""Of each box; four people write to each line."""
EVENTS_AN_EXCHANGE = 8
"""That a question and its answer leave in the log, about."""
_FEWEST = 2
_FILE = "balie.db"
_STEP_S = 0.005
_NEW_MESSAGES = 5
"""One of so many live events is a message that comes in; the others tell of one that was sent."""
_RECENT = """
SELECT m.id, m.conversation_id, m.line_id, m.contact_id FROM message m
WHERE m.direction = 'out' ORDER BY m.happened_ms DESC LIMIT 200
"""
_LISTENERS = """
SELECT r.device_id, n.value FROM conversation c
JOIN contact_identity n ON n.contact_id = c.contact_id
JOIN route r ON r.line_id = c.line_id AND r.channel = 'whatsapp'
"""


@dataclass(slots=True)
class ManyBox:
    """`sent` are messages that live events tell of, `people` who writes, and to which device."""

    data: Path
    store: Store
    link: BoxLink | None = None
    sent: Sequence[dict[str, str]] = ()
    people: Sequence[tuple[str, str]] = ()

    @property
    def id(self) -> str:
        known = self.store.read(office_link.link)
        return known.box if known else ""


@dataclass(slots=True)
class BoxHouse:
    folder: Path
    boxes: list[ManyBox] = field(default_factory=list)

    def make(self, first: int, count: int, exchanges: int) -> None:
        """With branches, lines, people, and what they and the staff wrote in two years."""
        for place in range(first, first + count):
            path = self.folder / f"box-{place}" / _FILE
            with closing(fresh_store(path, SystemClock())) as store:
                store.write(lambda tx, place=place: _furnish(tx, place))  # type: ignore[misc]
            _live_on(path, place, exchanges, who_from=0)
            self._open(path)

    def open(self) -> None:
        """Those that another house made."""
        for path in sorted(self.folder.glob(f"box-*/{_FILE}")):
            self._open(path)

    def join(self, tokens: Sequence[str]) -> None:
        """Each of them; it tells all that it has."""
        for box, token in zip(self.boxes, tokens, strict=True):
            joining.join(box.store, box.data, token)
            box.store.write(lambda tx: office_link.change(tx, privacy=Privacy.ALL))

    def heal(self) -> None:
        for box in self.boxes:
            counter = BoxCounter(
                store=box.store,
                gate=ConsentGate(),
                room=Room(),
                planned=lambda: None,
                make_copy=lambda: None,
            )
            box.link = BoxLink(counter, box.data, None)
        for box in self.boxes:
            if box.link is not None:
                box.link.start()

    def cut(self) -> None:
        for box in self.boxes:
            if box.link is not None:
                box.link.stop()
                box.link = None

    def backlog(self, events: int) -> None:
        """What new people and the staff write at a box that is cut: about so many events each."""
        was, self.boxes = self.boxes, []
        for box in was:
            box.store.close()
            place = int(box.data.name.rpartition("-")[2])
            exchanges = events // EVENTS_AN_EXCHANGE
            _live_on(box.data / _FILE, place, exchanges, who_from=PEOPLE)
            self._open(box.data / _FILE)

    def live(self, rate: float, seconds: float) -> int:
        """So many events a second, of all boxes together; how many there were in fact."""
        rng, began_s, many = random.Random(), time.monotonic(), 0
        receptions = {box.id: Reception(box.store, ConsentGate()) for box in self.boxes}
        while (gone_s := time.monotonic() - began_s) < seconds:
            while many < int(gone_s * rate) and time.monotonic() - began_s < seconds:
                box = rng.choice(self.boxes)
                if many % _NEW_MESSAGES:
                    _tell(box, rng)
                else:
                    _hear(receptions[box.id], box, rng)
                many += 1
            time.sleep(_STEP_S)
        return many

    def logs(self) -> dict[str, list[int]]:
        """By box: the last sequence of its log, and how many events it has."""
        found = "SELECT coalesce(max(seq), 0), count(*) FROM event"
        return {
            box.id: list(box.store.read(lambda conn: conn.execute(found).fetchone()))
            for box in self.boxes
        }

    def credentials(self) -> list[str]:
        return [next(iter(credential.readable(box.data)), "") for box in self.boxes]

    def cost(self) -> list[float]:
        """Of this process: seconds of the processor, and memory in MB."""
        return [cpu_s(os.getpid()), resident_mb(os.getpid())]

    def close(self) -> None:
        self.cut()
        for box in self.boxes:
            box.store.close()
        self.boxes = []

    def _open(self, path: Path) -> None:
        store = Store(path, SystemClock())
        sent = [dict(row) for row in store.read(lambda conn: conn.execute(_RECENT).fetchall())]
        people = store.read(lambda conn: conn.execute(_LISTENERS).fetchall())
        box = ManyBox(path.parent, store, sent=sent, people=[tuple(row) for row in people])
        self.boxes.append(box)


def _furnish(tx: Tx, place: int) -> None:
    offices = [branches.add_branch(tx, f"Branch {place}-{each}") for each in range(BRANCHES)]
    for each in range(LINES):
        number = f"+316{place:05}{each:03}"
        line_id = lines.add_line(tx, branch_id=offices[each % BRANCHES], number=number)
        device_id = devices.enrol(tx, kind="phone", address=f"MANY{place:05}{each:02}")
        for channel in (Channel.WHATSAPP, Channel.SMS):
            routes.add_route(tx, line_id=line_id, device_id=device_id, channel=channel)


def _live_on(path: Path, place: int, exchanges: int, *, who_from: int) -> None:
    """Nobody has the database open. No two boxes have anything at one time, so no ids are alike."""
    with closing(Store(path, SystemClock())) as store:
        found = store.read(lambda conn: conn.execute(_LINES).fetchall())
        now_ms = store.clock.now_ms()
    carried = [OfficeLine(line_id=row["id"], device_id=row["device_id"]) for row in found]
    talks = [
        Talk(contact=who_from + each, line=carried[each % len(carried)])
        for each in range(max(_FEWEST, min(PEOPLE, exchanges)))
    ]
    from_ms = now_ms - YEARS_MS - LASTS_MS - 1000 - place
    multiply(
        path,
        talks,
        exchanges=max(_FEWEST, exchanges),
        from_ms=from_ms,
        tells_of_people=False,  # those events name a branch that is none of these
    )


_LINES = (
    "SELECT line.id, r.device_id FROM line JOIN route r ON r.line_id = line.id GROUP BY line.id"
)


def _tell(box: ManyBox, rng: random.Random) -> None:
    about = rng.choice(box.sent)
    box.store.write(
        lambda tx: tx.emit(
            EventKind.MESSAGE_STATE,
            message_id=about["id"],
            conversation_id=about["conversation_id"],
            line_id=about["line_id"],
            contact_id=about["contact_id"],
            facts={"from": "delivered", "to": "read"},
        ),
        durable=False,
    )


def _hear(reception: Reception, box: ManyBox, rng: random.Random) -> None:
    device_id, sender = rng.choice(box.people)
    now_ms = box.store.clock.now_ms()
    incoming = Incoming(
        channel=Channel.WHATSAPP,
        key=f"key-{rng.getrandbits(64)}",
        sender=sender,
        text=f"Is er werk om {now_ms}?",
        at_ms=now_ms,
    )
    reception.received(device_id, [incoming])


def main() -> None:
    kinds.load()
    house = BoxHouse(Path(sys.argv[1]))
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        done: Any = getattr(house, name)(*arguments)
        sys.stdout.write(json.dumps(done) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
