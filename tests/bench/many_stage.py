"""A head office that runs, and many boxes that have joined it, in a few processes of their own."""

import atexit
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import httpx

from appliance.clock import SystemClock
from appliance.demo.children import free_port
from appliance.desk.access import tokens
from appliance.office.head import inviting, privacy_choice
from appliance.office.head.office_store import OFFICE_DATABASE, open_office
from appliance.slices import Privacy
from tests import http_calls
from tests.bench.many_size import SIZE
from tests.bench.processes import cpu_s, resident_mb
from tests.running_demo import eventually

HOUSES = 4
"""Processes for the boxes."""
EXCHANGES = 60
"""Of each box before it joins."""
SETTLES_S = 600.0
AGREES_S = 20.0
_PLACES = "SELECT box_id, event_seq FROM follow_place"


class House(Protocol):
    """Does what `BoxHouse` says, here or in another process."""

    def ask(self, name: str, *arguments: Any) -> Any: ...


@dataclass(slots=True)
class HouseProgram:
    _child: "subprocess.Popen[str]"

    def ask(self, name: str, *arguments: Any) -> Any:
        if self._child.stdin is None or self._child.stdout is None:
            raise RuntimeError("the boxes have no ear")
        self._child.stdin.write(json.dumps([name, *arguments]) + "\n")
        self._child.stdin.flush()
        if not (said := self._child.stdout.readline()):
            raise RuntimeError(f"the boxes are gone; they were asked to {name}")
        return json.loads(said)


@dataclass(slots=True, kw_only=True)
class BenchOffice:
    """`token` reads and writes everything."""

    url: str
    token: str
    pid: int
    data: Path

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=self.bearer, timeout=http_calls.PATIENCE_S)

    def cpu_s(self) -> float:
        return cpu_s(self.pid)

    def memory_mb(self) -> float:
        return resident_mb(self.pid)

    def followed(self) -> dict[str, int]:
        """How far the work list has each box's log."""
        path = (self.data / OFFICE_DATABASE).resolve()
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as conn:
            return dict(conn.execute(_PLACES).fetchall())

    def told(self, box_id: str) -> tuple[int, int]:
        """The last sequence of a box's log as it is here, and how many events that has."""
        path = (self.data / "boxes" / f"{box_id}.db").resolve()
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as conn:
            last, many = conn.execute("SELECT max(seq), count(*) FROM event").fetchone()
            return last, many


@dataclass(slots=True, kw_only=True)
class ManyStage:
    office: BenchOffice
    houses: Sequence[House]

    def ask(self, name: str, *arguments: Any) -> list[Any]:
        """All houses at the same time."""
        with ThreadPoolExecutor(len(self.houses)) as threads:
            asked = [threads.submit(each.ask, name, *arguments) for each in self.houses]
            return [each.result() for each in asked]

    def live(self, rate: float, seconds: float) -> int:
        """So many events a second of all boxes together; how many there were."""
        return sum(self.ask("live", rate / len(self.houses), seconds))

    def logs(self) -> dict[str, tuple[int, int]]:
        told = self.ask("logs")
        return {box: (last, many) for each in told for box, (last, many) in each.items()}

    def wait_until_followed(self) -> None:
        """Until the office has made its lists of all that the boxes have."""
        heads = {box: last for box, (last, _) in self.logs().items()}

        def is_so() -> bool:
            places = self.office.followed()
            return all(places.get(box, 0) >= last for box, last in heads.items())

        eventually(is_so, "the office has it all", pause_s=0.1, within_s=SETTLES_S)

    def must_agree(self) -> None:
        """The boxes' own logs are the judge. Raises TimeoutError where anything is lost or double,
        too.
        """

        def is_so() -> bool:
            return all(self.office.told(box) == log for box, log in self.logs().items())

        eventually(is_so, "the office has each log once and whole", within_s=AGREES_S)


@cache
def many_stage() -> ManyStage:
    """One for all figures of the group; it ends with this process."""
    stack = ExitStack()
    atexit.register(stack.close)
    folder = stack.enter_context(room())
    office = stack.enter_context(office_running(folder / "office"))
    count = min(HOUSES, SIZE.real)
    houses = [stack.enter_context(house_running(folder / f"house-{n}")) for n in range(count)]
    return settled(office, houses, SIZE.real)


def settled(office: BenchOffice, houses: Sequence[House], boxes: int) -> ManyStage:
    """So many boxes, made, joined and followed."""
    stage = ManyStage(office=office, houses=houses)
    shares = [
        range(n * boxes // len(houses), (n + 1) * boxes // len(houses)) for n in range(len(houses))
    ]
    invited = invitations(office, boxes)

    def settle(house: House, share: range) -> None:
        house.ask("make", share.start, len(share), EXCHANGES)
        house.ask("join", invited[share.start : share.stop])
        house.ask("heal")

    with ThreadPoolExecutor(len(houses)) as threads:
        for _ in threads.map(settle, houses, shares):
            pass
    stage.wait_until_followed()
    return stage


def invitations(office: BenchOffice, count: int) -> list[str]:
    with closing(open_office(office.data, SystemClock())) as store:
        return [
            inviting.invite(store, office.data, branch=None, url=office.url) for _ in range(count)
        ]


@contextmanager
def room() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="balie-many-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def office_running(data: Path) -> Iterator[BenchOffice]:
    """`balie office run`, of a company that lets it have all."""
    with closing(open_office(data, SystemClock())) as store:
        store.write(lambda tx: privacy_choice.choose(tx, Privacy.ALL))
        token = store.write(lambda tx: tokens.add(tx, "bench", life_days=None)).token
    port = free_port()
    command = [sys.executable, "-m", "appliance", "office", "run", "--data", str(data)]
    with (data / "said.log").open("wb") as said:
        child = subprocess.Popen([*command, "--listen", f"127.0.0.1:{port}"], stderr=said)
    office = BenchOffice(url=f"http://127.0.0.1:{port}", token=token, pid=child.pid, data=data)
    try:
        eventually(lambda: _is_there(office.url), "the office answers", within_s=SETTLES_S)
        yield office
    finally:
        child.terminate()
        child.wait()


@contextmanager
def house_running(folder: Path) -> Iterator[House]:
    folder.mkdir(exist_ok=True)
    with (folder / "said.log").open("wb") as said:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.many_house", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
    try:
        yield HouseProgram(child)
    finally:
        child.kill()
        child.wait()


def _is_there(url: str) -> bool:
    try:
        return http_calls.get(f"{url}/readyz").is_success
    except httpx.HTTPError:
        return False
