"""A head office and many light boxes, processes of their own, with a cable between each box and the
office. Cables are cut, in silence or with a reset. Office and boxes are killed, and put back from a
copy, also on another card. Meanwhile people write at the boxes and a program asks things of them at
the office. Each box's own log is the judge.

`python -m tests.office.chaos --boxes N --seconds S [--seed K] [--nats]` prints as JSON what was
found; with `--nats` they speak over a broker, whose servers are killed, too.
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx

from appliance.channels import Channel
from appliance.clock import SystemClock
from appliance.demo.cable import Cable
from appliance.demo.children import free_port
from appliance.demo.kept import KeptProgram, RunningProgram
from appliance.demo.nats_servers import local_servers
from appliance.desk.access import tokens
from appliance.office.at_box import joining
from appliance.office.head import inviting, privacy_choice
from appliance.office.head.office_store import OFFICE_DATABASE, open_office
from appliance.runtime import kinds
from appliance.slices import Privacy
from appliance.store import branches, devices, lines, office_link, routes
from appliance.store.store import Store, Tx
from tests.fresh_store import fresh_store
from tests.office import broker_field, puts_back
from tests.office.judging import Found, is_unsettled, judge, replica_of, rows_of
from tests.office.light_box import PEOPLE, person
from tests.own_loop import OwnLoop

DRAINS_S = 300.0
"""A deadline, no measurement: so long everything may take to arrive once all cables are whole."""
_RESTORES = 0.3
"""So many of the faults are copies that are made or put back."""


@dataclass(slots=True, kw_only=True)
class Branch:
    data: Path
    cable: Cable
    cable_port: int
    strands: Mapping[int, int]
    line_id: str
    program: KeptProgram
    box_id: str = ""
    copies: list[Path] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Field:
    folder: Path
    url: str
    token: str
    office: KeptProgram
    branches: Sequence[Branch]
    servers: Sequence[KeptProgram]
    loop: OwnLoop
    found: Found = field(default_factory=Found)
    copies: list[Path] = field(default_factory=list)

    @property
    def programs(self) -> Sequence[KeptProgram]:
        return [*self.servers, self.office, *(each.program for each in self.branches)]

    def keeps(self, until_s: float) -> None:
        while time.monotonic() < until_s:
            for each in self.programs:
                each.look()
            time.sleep(0.05)

    def on_loop(self, work: Any) -> None:
        self.loop.call(work)


@contextmanager
def field_of(boxes: int, folder: Path, *, rate: float, nats: bool = False) -> Iterator[Field]:
    """Joined and running. `nats`: over a broker of three servers."""
    kinds.load()
    with ExitStack() as stack:
        loop = stack.enter_context(closing(OwnLoop("cables")))
        port, office_data = free_port(), folder / "office"
        url = f"http://127.0.0.1:{port}"
        servers = local_servers(office_data, folder / "servers") if nats else ()
        for server in servers:
            server.program.start()
            stack.callback(server.program.stop)
        store = open_office(office_data, SystemClock())
        store.write(lambda tx: privacy_choice.choose(tx, Privacy.ALL))
        token = store.write(lambda tx: tokens.add(tx, "chaos", life_days=None)).token
        command = [sys.executable, "-m", "appliance", "office", "run", "--data", str(office_data)]
        office = _kept([*command, "--listen", f"127.0.0.1:{port}"], office_data)
        office.start()
        stack.callback(office.stop)
        _answers(f"{url}/readyz")
        cables = [Cable(port) for _ in range(boxes)]
        to = [each.port for each in servers]
        ports = loop.run(_laid(cables, to))
        stack.callback(lambda: loop.run(_taken_up(cables)))
        made = [
            _branch(store, folder, office_data, place, cable, laid, rate)
            for place, (cable, laid) in enumerate(zip(cables, ports, strict=True))
        ]
        store.close()
        for each in made:
            each.program.start()
            stack.callback(each.program.stop)
        given = Field(
            folder=folder,
            url=url,
            token=token,
            office=office,
            branches=made,
            servers=[each.program for each in servers],
            loop=loop,
        )
        _all_told(given)
        yield given


def _all_told(given: Field) -> None:
    """Once the office knows the line of each box: from then on something can be asked of them."""
    headers = {"Authorization": f"Bearer {given.token}"}
    until_s = time.monotonic() + DRAINS_S
    while time.monotonic() < until_s:
        given.keeps(time.monotonic() + 0.1)
        with suppress(httpx.TransportError):
            told = httpx.get(f"{given.url}/api/v1/lines", headers=headers, timeout=5)
            if len(told.json().get("items", ())) == len(given.branches):
                return
    raise TimeoutError("a box told its office nothing")


async def _laid(cables: Sequence[Cable], to: Sequence[int]) -> Sequence[tuple[int, dict[int, int]]]:
    """The port of each cable, and those of its strands to these ports."""
    return [
        (await each.lay(), {port: await each.lay_beside(port) for port in to}) for each in cables
    ]


async def _taken_up(cables: Sequence[Cable]) -> None:
    for each in cables:
        each.close()
    await asyncio.sleep(0)  # what was cut off ends in the loop


def _kept(command: Sequence[str], data: Path) -> KeptProgram:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}

    def begin(log: Path) -> RunningProgram:
        with log.open("ab") as said:
            return subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )

    return KeptProgram(begin=begin, log=data / "said.log")


def _branch(
    office: Store,
    folder: Path,
    office_data: Path,
    place: int,
    cable: Cable,
    laid: tuple[int, dict[int, int]],
    rate: float,
) -> Branch:
    cable_port, strands = laid
    data = folder / f"box-{place}"
    store = fresh_store(data / "balie.db", SystemClock())
    line_id = store.write(lambda tx: _furnish(tx, place))
    url = f"http://127.0.0.1:{cable_port}"
    joining.join(store, data, inviting.invite(office, office_data, branch=None, url=url))
    store.write(lambda tx: office_link.change(tx, privacy=Privacy.ALL))
    known = store.read(office_link.link)
    store.close()
    broker_field.goes_by(data, strands)
    program = _kept([sys.executable, "-m", "tests.office.light_box", str(data), str(rate)], data)
    return Branch(
        data=data,
        cable=cable,
        cable_port=cable_port,
        strands=strands,
        line_id=line_id,
        program=program,
        box_id=known.box if known else "",
    )


def _furnish(tx: Tx, place: int) -> str:
    branch_id = branches.add_branch(tx, f"Branch {place}")
    line_id = lines.add_line(tx, branch_id=branch_id, number=f"+3161235{place:04}")
    device_id = devices.enrol(tx, kind="phone", address=f"127.0.0.1:{2000 + place}")
    routes.add_route(tx, line_id=line_id, device_id=device_id, channel=Channel.WHATSAPP)
    return line_id


def _answers(url: str) -> None:
    until_s = time.monotonic() + DRAINS_S
    while time.monotonic() < until_s:
        with suppress(httpx.TransportError):
            if httpx.get(url, timeout=5).status_code == httpx.codes.OK:
                return
        time.sleep(0.05)
    raise TimeoutError(f"{url} did not answer")


def rage(given: Field, seconds: float, rng: random.Random, *, restores: bool) -> None:
    """Faults, one after the other, until the time is over; then all is whole again."""
    until_s = time.monotonic() + seconds
    asking = threading.Thread(target=_ask, args=(given, until_s, rng.getrandbits(32)))
    asking.start()
    while time.monotonic() < until_s:
        branch = rng.choice(given.branches)
        if restores and rng.random() < _RESTORES:
            puts_back.one_fault(given, branch, rng)
        else:
            _one_fault(given, branch, rng)
        for each in given.branches:
            puts_back.join_again(given, each)
        given.keeps(min(until_s, time.monotonic() + rng.uniform(0.3, 1.5)))
    for branch in given.branches:
        given.on_loop(branch.cable.heal)
    while asking.is_alive():
        given.keeps(time.monotonic() + 0.1)


def _one_fault(given: Field, branch: Branch, rng: random.Random) -> None:
    match rng.randrange(6 if given.servers else 4):
        case 0:
            _kill(given, given.office)
        case 1:
            _kill(given, branch.program)
        case 4 | 5:
            broker_field.one_fault(given, rng)
        case _:
            _toggle(given, branch, silently=rng.random() < 0.5)


def _kill(given: Field, program: KeptProgram) -> None:
    if program.pid is not None:
        program.kill()
        given.found.killed += 1


def _toggle(given: Field, branch: Branch, *, silently: bool) -> None:
    if branch.cable.is_cut:
        given.on_loop(branch.cable.heal)
    else:
        given.on_loop(lambda: branch.cable.cut(silently=silently))
        given.found.cut += 1


def _ask(given: Field, until_s: float, seed: int) -> None:
    """A program sends by the office; what was not answered it asks again by the same key. It ends
    once the time is over and something was taken, however slow the machine is.
    """
    rng, key, taken = random.Random(seed), 0, 0

    def goes_on() -> bool:
        more_s = 0.0 if taken else DRAINS_S
        return time.monotonic() < until_s + more_s

    headers = {"Authorization": f"Bearer {given.token}"}
    with httpx.Client(base_url=given.url, headers=headers, timeout=5) as client:
        while goes_on():
            key += 1
            line = rng.choice(given.branches).line_id
            to = person(rng.randrange(PEOPLE))
            body = {"line": line, "to": to, "text": f"Nummer {key}"}
            put_back = given.found.offices_put_back
            # An office that was put back does not know which keys it had seen.
            while goes_on() and given.found.offices_put_back == put_back:
                with suppress(httpx.TransportError):
                    again = {"Idempotency-Key": f"{seed}-{key}"}
                    answer = client.post("/api/v1/messages", json=body, headers=again)
                    if answer.status_code in (202, 404):
                        taken += answer.status_code == httpx.codes.ACCEPTED
                        break
                time.sleep(0.1)
            time.sleep(rng.uniform(0.02, 0.2))


def settle(given: Field) -> None:
    """Until the office has all that the boxes said, and each command is over. The boxes end then:
    nobody writes any more.
    """
    until_s = time.monotonic() + DRAINS_S
    for each in given.branches:
        (each.data / "quiet").touch()
    while time.monotonic() < until_s:
        given.keeps(time.monotonic() + 0.2)
        for each in given.branches:
            puts_back.join_again(given, each)
        if all(_has_all(given, each) for each in given.branches) and not _open(given):
            return
    given.found.commands_open = _open(given)


def _has_all(given: Field, branch: Branch) -> bool:
    if puts_back.lacks_credential(given, branch) or is_unsettled(branch):
        return False
    last = rows_of(branch.data / "balie.db", "SELECT max(seq) AS seq FROM event")[0]["seq"]
    replica = replica_of(given, branch)
    if not replica.exists():
        return False
    epoch = rows_of(branch.data / "balie.db", "SELECT epoch FROM office_link")[0]["epoch"]
    told = rows_of(replica, "SELECT epoch, (SELECT max(seq) FROM event) AS seq FROM replica_link")
    return [tuple(each) for each in told] == [(epoch, last)]


def _open(given: Field) -> int:
    office = given.folder / "office" / OFFICE_DATABASE
    found = rows_of(office, "SELECT count(*) AS many FROM command WHERE outcome IS NULL")
    return int(found[0]["many"])


def run(
    boxes: int,
    seconds: float,
    seed: int,
    folder: Path,
    *,
    rate: float = 5.0,
    restores: bool = True,
    nats: bool = False,
) -> Found:
    with field_of(boxes, folder, rate=rate, nats=nats) as given:
        if restores:
            puts_back.first_copies(given)
            _all_told(given)
        rage(given, seconds, random.Random(seed), restores=restores)
        settle(given)
        return judge(given)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boxes", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=5.0)
    parser.add_argument("--nats", action="store_true", help="over a broker of three servers")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="balie-chaos-") as folder:
        found = run(
            asked.boxes,
            asked.seconds,
            asked.seed,
            Path(folder),
            rate=asked.rate,
            nats=asked.nats,
        )
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
    return 0 if found.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
