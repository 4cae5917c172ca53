"""The demo of several boxes: a head office and its boxes, each a process of its own that comes back
when it dies, with a cable between each box and the office that can be cut.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import typer

from appliance import logs
from appliance.clock import SystemClock
from appliance.demo import warm_start
from appliance.demo.cable import Cable
from appliance.demo.children import adb_server, emulation, free_port
from appliance.demo.head_office import seed_office
from appliance.demo.kept import KeptProgram
from appliance.demo.life import PEOPLE_PER_PHONE
from appliance.demo.nats_servers import local_servers, through_cable, without_servers
from appliance.demo.one_box import keep_emulation
from appliance.demo.switchboard import Switchboard
from appliance.errors import SetupError
from appliance.office.at_box import joining, kept_broker
from appliance.office.head import inviting
from appliance.office.head.office_store import open_office
from appliance.runtime.balie import DATABASE
from appliance.runtime.ending import tidy_when_told
from appliance.store import office_link
from appliance.store.store import Store

BRANCHES = (
    *("Utrecht", "Rotterdam", "Eindhoven", "Groningen", "Breda", "Zwolle", "Arnhem", "Leiden"),
    *("Tilburg", "Almere", "Haarlem", "Enschede", "Den Bosch", "Maastricht", "Delft", "Venlo"),
)
MOST = len(BRANCHES)
_STARTS_S = 600.0
_LOOKS_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxesOptions:
    """`port` is the page's with all addresses; 0 takes a free one. `nats`: boxes tell the office by
    a broker of three servers.
    """

    boxes: int
    port: int
    traffic: bool
    awkward: bool
    data: Path
    as_json: bool
    nats: bool = False


@dataclass(slots=True, kw_only=True)
class _Box:
    name: str
    data: Path
    port: int
    control: str
    environment: Mapping[str, str]
    seeded: Mapping[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def run_boxes(options: BoxesOptions) -> None:
    """Blocks until SIGTERM or SIGINT; ends all that it started."""
    tidy_when_told()
    logs.configure("WARNING")
    with ExitStack() as stack:
        office_port, office_data = free_port(), options.data / "office"
        cables = [Cable(office_port) for _ in range(options.boxes)]
        programs: dict[str, KeptProgram] = {}
        board = Switchboard(
            port=options.port,
            cables=cables,
            beside=_begin_servers(options, office_data, programs, stack),
            pids=lambda: {name: each.pid for name, each in programs.items()},
        )
        address, cable_ports = board.start()
        stack.callback(board.stop)
        boxes = [stack.enter_context(_plugged_in(options, place)) for place in range(options.boxes)]
        office = {"url": f"http://127.0.0.1:{office_port}", **seed_office(office_data)}
        preparing = [_preparing(box, place, options) for place, box in enumerate(boxes)]
        programs["office"] = _kept_office(office_data, office_port)
        programs["office"].start()
        stack.callback(programs["office"].stop)
        _wait_for(f"{office['url']}/readyz", programs)
        laid = zip(cable_ports, board.strands, strict=True)
        for box, child, (cable_port, strands) in zip(boxes, preparing, laid, strict=True):
            box.seeded = _answer_of(child)
            _join(box, office_data, cable_port, strands)
            programs[box.name] = _kept_box(box, traffic=options.traffic)
            programs[box.name].start()
            stack.callback(programs[box.name].stop)
        for box in boxes:
            _wait_for(f"{box.url}/readyz", programs)
        shown = {"office": office, "boxes": [_told(box, address, n) for n, box in _from_one(boxes)]}
        board.shown = shown
        _say(options, shown, address)
        while True:
            for each in programs.values():
                each.look()
            time.sleep(_LOOKS_S)


def _begin_servers(
    options: BoxesOptions,
    office_data: Path,
    programs: dict[str, KeptProgram],
    stack: ExitStack,
) -> Sequence[int]:
    """The ports of the broker's servers, where there is to be one."""
    if not options.nats:
        without_servers(office_data)
        return ()
    servers = local_servers(office_data, options.data / "servers")
    for number, each in enumerate(servers, start=1):
        programs[f"nats-{number}"] = each.program
        each.program.start()
        stack.callback(each.program.stop)
    return [each.port for each in servers]


def _from_one(boxes: Sequence[_Box]) -> Iterator[tuple[int, _Box]]:
    return enumerate(boxes, start=1)


@contextmanager
def _plugged_in(options: BoxesOptions, place: int) -> Iterator[_Box]:
    """The box with its devices: these live as long as the demo, whatever the box does."""
    name = BRANCHES[place]
    data = options.data / f"box-{place + 1}"
    data.mkdir(parents=True, exist_ok=True)
    with (
        adb_server(data / "adb") as adb_port,
        emulation(
            phones=1,
            modems=1,
            numbers=[f"+31612{345 + place}601"],
            modem_numbers=[f"+31612{345 + place}701"],
            branches=[name],
            traffic=options.traffic,
            speed=1.0,
            origin_ms=SystemClock().now_ms(),
            seed=1 + place,
            truth=data / "truth.jsonl",
            people=PEOPLE_PER_PHONE,
            awkward=options.awkward,
        ) as devices,
    ):
        keep_emulation(data, devices)
        yield _Box(
            name=name,
            data=data,
            port=free_port(),
            control=devices.control,
            environment={**os.environ, "ANDROID_ADB_SERVER_PORT": str(adb_port)},
        )


def _traffic(traffic: bool) -> str:
    return "--traffic" if traffic else "--no-traffic"


def _preparing(box: _Box, place: int, options: BoxesOptions) -> subprocess.Popen[str]:
    """All at once: three weeks of life take seconds."""
    verb = ("demo-box", str(box.data), "--prepare", str(1 + place), _traffic(options.traffic))
    command = (sys.executable, "-m", "appliance", *verb)
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=box.environment)


def _answer_of(child: subprocess.Popen[str]) -> Mapping[str, Any]:
    said, _ = child.communicate()
    if child.returncode:
        raise SetupError("A box could not be filled; what it said stands above.")
    found: Mapping[str, Any] = json.loads(said)
    return found


def _kept_office(data: Path, port: int) -> KeptProgram:
    verb = ("office", "run", "--data", str(data), "--listen", f"127.0.0.1:{port}")
    return _kept(verb, os.environ, data / "office.log")


def _kept_box(box: _Box, *, traffic: bool) -> KeptProgram:
    verb = ("demo-box", str(box.data), "--port", str(box.port), _traffic(traffic))
    return _kept(verb, box.environment, box.data / "box.log")


def _kept(verb: Sequence[str], environment: Mapping[str, str], log: Path) -> KeptProgram:
    return KeptProgram(begin=partial(warm_start.begin, verb, environment), log=log)


def _join(box: _Box, office_data: Path, cable_port: int, strands: Sequence[int]) -> None:
    """By a real invitation, in which the office stands at the other end of the cable. A box that
    joined in an earlier demo is told where that is now.
    """
    url, clock = f"http://127.0.0.1:{cable_port}", SystemClock()
    with (
        closing(open_office(office_data, clock)) as office,
        closing(Store(box.data / DATABASE, clock)) as store,
    ):
        if store.read(office_link.link) is not None:
            store.write(lambda tx: office_link.change(tx, url=url))
        else:
            token = inviting.invite(office, office_data, branch=box.name, url=url)
            joining.join(store, box.data, token)
        known = store.read(office_link.link)
    if strands and known is not None:
        through_cable(box.data, known.box, office_data, strands)
    else:
        kept_broker.forget(box.data)


def _wait_for(url: str, programs: Mapping[str, KeptProgram]) -> None:
    until_s = time.monotonic() + _STARTS_S
    while time.monotonic() < until_s:
        for each in programs.values():
            each.look()
        try:
            with urlopen(url, timeout=5):  # noqa: S310 -- our own address
                return
        except (URLError, OSError):
            time.sleep(_LOOKS_S)
    raise SetupError(f"{url} did not answer in time; look at the logs in the data folder.")


def _told(box: _Box, address: str, number: int) -> Mapping[str, Any]:
    return {
        "name": box.name,
        "url": box.url,
        "token": box.seeded["token"],
        "control": box.control,
        "cut": f"{address}/boxes/{number}/cut",
        "heal": f"{address}/boxes/{number}/heal",
        "logins": box.seeded["logins"],
    }


def _say(options: BoxesOptions, shown: Mapping[str, Any], address: str) -> None:
    if options.as_json:
        typer.echo(json.dumps({**shown, "page": address}))
        return
    office, boxes = shown["office"], shown["boxes"]
    logins = [
        f"  {each['name']:<14} {each['password']}   ({each['role']})" for each in office["logins"]
    ]
    cables = [
        f"Box {each['name']} is at {each['url']}; cut it off: curl --request POST {each['cut']}"
        for each in boxes
    ]
    typer.echo(
        "\n".join(
            [
                f"All addresses, with a button to cut and heal each cable: {address}",
                f"Head office is at {office['url']}",
                "Log in as one of:",
                *logins,
                *cables,
                f"API token of the office: {office['token']}",
                f"Data and logs: {options.data}",
                "Ctrl+C ends it.",
            ]
        )
    )
