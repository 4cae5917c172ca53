"""What one box costs a head office, with few boxes and with very many.

The boxes are made up here, in one event loop: what they say goes over the link's own client, but
they have no database.
"""

import asyncio
import secrets
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from appliance.office.at_box.https_link import HttpsLink
from appliance.office.batch import Batch
from appliance.office.invitation import JoinAsk, OfficeInvitation
from appliance.office.reading import Fields
from appliance.office.troubles import LinkAway
from tests.bench.many_size import SIZE
from tests.bench.many_stage import BenchOffice, invitations, office_running, room
from tests.office.plain_box import Log

EVENTS_A_SECOND = 0.2
"""Of one box: a busy hour of one that has 200,000 messages a year."""
PEOPLE = 20
_JOIN_AT_ONCE = 8
_BAR = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxCost:
    """Of one box among so many: thousandths of a core, memory and disk at the office."""

    boxes: int
    cpu_permille: float
    memory_kb: float
    disk_kb: float
    events_a_second: float


@dataclass(slots=True)
class MadeUpBox:
    log: Log
    link: HttpsLink
    credential: str = ""
    cursor: int = 0
    talks: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, url: str, place: int) -> "MadeUpBox":
        made = cls(Log(f"Box {place}", number=f"+316{place:08}"), HttpsLink(url, "", lambda: None))
        made.link = HttpsLink(url, "", lambda: made.credential)
        made.talks = [made.log.person() for _ in range(PEOPLE)]
        for talk in made.talks:
            made.log.writes(talk)
        return made

    async def join(self, token: str) -> None:
        ask = JoinAsk(
            secret=OfficeInvitation.from_token(token).secret,
            name=self.log.name,
            version="1.0.0",
            epoch=self.log.epoch,
            key=secrets.token_bytes(32),
        )
        self.credential = (await self.link.join(ask)).credential

    async def tell(self) -> None:
        """All that is new, as soon as the office takes it."""
        while self.cursor < self.log.head:
            told = self.log.batch(self.cursor, sent_ms=int(time.time() * 1000))
            try:
                pushed = await self.link.push(Batch.from_json(Fields(told, "a batch")))
            except LinkAway as exc:
                await asyncio.sleep(exc.retry_after_s or 1.0)
            else:
                self.cursor = pushed.cursor

    async def listen(self) -> None:
        while True:
            try:
                await self.link.commands(0, self.log.epoch)
            except LinkAway as exc:
                await asyncio.sleep(exc.retry_after_s or 1.0)

    async def live(self, rate: float, until_s: float) -> int:
        """So many events a second; how many there were."""
        many, pause_s = 0, 1 / rate
        await asyncio.sleep(pause_s * secrets.randbelow(1000) / 1000)
        while time.monotonic() < until_s:
            self.log.writes(secrets.choice(self.talks))
            many += 1
            await self.tell()
            await asyncio.sleep(pause_s)
        return many


def growth() -> Sequence[BoxCost]:
    """With 10, 100 … boxes, as far as it was asked; each time at a fresh office."""
    sizes = [size for size in (10, 100, 1000) if size < SIZE.boxes]
    return [_grown(size) for size in (*sizes, SIZE.boxes)]


def _grown(size: int) -> BoxCost:
    with room() as folder, office_running(folder / "office") as office:
        return cost_at(office, size)


def cost_at(office: BenchOffice, size: int, rate: float = EVENTS_A_SECOND) -> BoxCost:
    """A box among so many, while each of them tells something now and then."""
    return asyncio.run(_cost(office, invitations(office, size), rate))


async def _cost(office: BenchOffice, tokens: Sequence[str], rate: float) -> BoxCost:
    memory_mb = office.memory_mb()
    boxes = [MadeUpBox.of(office.url, place) for place in range(len(tokens))]
    async with AsyncExitStack() as stack:
        for box in boxes:
            stack.push_async_callback(box.link.close)
        await _joined(boxes, tokens)
        async with asyncio.TaskGroup() as listening:
            ears = [listening.create_task(box.listen()) for box in boxes]
            began_s, cpu_s = time.monotonic(), office.cpu_s()
            until_s = began_s + SIZE.seconds
            told = await asyncio.gather(*(box.live(rate, until_s) for box in boxes))
            took_s = time.monotonic() - began_s
            cpu_s = office.cpu_s() - cpu_s
            for ear in ears:
                ear.cancel()
    return BoxCost(
        boxes=len(boxes),
        cpu_permille=round(cpu_s / took_s / len(boxes) * 1000, 3),
        memory_kb=round((office.memory_mb() - memory_mb) * 1024 / len(boxes), 1),
        disk_kb=round(_disk_kb(office.data / "boxes") / len(boxes), 1),
        events_a_second=round(sum(told) / took_s, 1),
    )


async def _joined(boxes: Sequence[MadeUpBox], tokens: Sequence[str]) -> None:
    turns = asyncio.Semaphore(_JOIN_AT_ONCE)

    async def come(box: MadeUpBox, token: str) -> None:
        async with turns:
            await box.join(token)
            await box.tell()

    await asyncio.gather(*(come(*each) for each in zip(boxes, tokens, strict=True)))


def _disk_kb(folder: Path) -> float:
    return sum(each.stat().st_size for each in folder.iterdir()) / 1024


def draw(costs: Sequence[BoxCost]) -> str:
    """A bar for each size, and beneath it what else a box costs."""
    most = max(each.cpu_permille for each in costs) or 1.0
    return "\n".join(
        f"{each.boxes:5} boxes {'#' * round(_BAR * each.cpu_permille / most):{_BAR}}"
        f" {each.cpu_permille:.2f} thousandths of a core, {each.memory_kb:.0f} kB of memory,"
        f" {each.disk_kb:.0f} kB of disk a box, {each.events_a_second:.0f} events/s in all"
        for each in costs
    )
