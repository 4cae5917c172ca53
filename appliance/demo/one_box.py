"""One box of a demo of several: a Balie in a process of its own. Its emulated devices are another
process, which outlives it; where those are stands in a file of its data directory.
"""

import json
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import typer

from appliance import logs
from appliance.api.app import create_app
from appliance.api.connections import Connections
from appliance.api.services import DemoDoors
from appliance.clock import SystemClock
from appliance.config import load
from appliance.demo.children import Emulation, ModemChild, PhoneChild, pull_phone
from appliance.demo.colleagues import Colleagues
from appliance.demo.doors import doors
from appliance.demo.life import live
from appliance.demo.seed import SHORTCUTS, seed
from appliance.runtime.balie import DATABASE, Balie
from appliance.runtime.descriptors import allow_descriptors
from appliance.runtime.ending import tidy_when_told
from appliance.runtime.instance_lock import only_instance
from appliance.runtime.memory import keep_small
from appliance.runtime.options import Options
from appliance.runtime.web import address_of, bind, serve
from appliance.store.privacy import keep_private
from appliance.store.store import Store
from appliance.web_settings import CONNECTIONS

_EMULATED = "emulated.json"


def keep_emulation(data: Path, emulated: Emulation) -> None:
    keep_private(data)
    data.mkdir(parents=True, exist_ok=True)
    (data / _EMULATED).write_text(json.dumps(asdict(emulated)), encoding="utf-8")


def _emulation(data: Path) -> Emulation:
    facts = json.loads((data / _EMULATED).read_text(encoding="utf-8"))
    return Emulation(
        phones=[PhoneChild(**each) for each in facts["phones"]],
        modems=[ModemChild(**each) for each in facts["modems"]],
        control=facts["control"],
        branches=facts["branches"],
    )


def prepare_box(data: Path, *, seed_of_world: int, traffic: bool) -> None:
    """Fills a new database, and prints who can log in. One that is there learns where its devices
    are now.
    """
    emulated, clock = _emulation(data), SystemClock()
    if traffic and not (data / DATABASE).exists():
        live(data / DATABASE, emulated, seed_of_world=seed_of_world, now_ms=clock.now_ms())
    store = Store(data / DATABASE, clock)
    try:
        seeded = seed(store, emulated)
    finally:
        store.close()
    typer.echo(json.dumps(asdict(seeded)))


def run_box(data: Path, port: int, *, traffic: bool) -> None:
    """Blocks until SIGTERM or SIGINT."""
    keep_small()
    tidy_when_told()
    logs.configure("WARNING")
    emulated = _emulation(data)
    with only_instance(data), bind("127.0.0.1", port) as sock:
        connections = Connections(min(CONNECTIONS, allow_descriptors() // 2))
        options = Options(
            connections=connections,
            webhooks_allow=load(None).webhooks.allowed,
            address=address_of(sock),
        )
        balie = Balie(data, SystemClock(), options)
        colleagues = Colleagues(balie.store, balie.services.planned)
        try:
            balie.start()
            if traffic:
                colleagues.start()
            numbers = [phone.number for phone in emulated.phones]
            shown = replace(balie.services, demo=DemoDoors(names=SHORTCUTS, numbers=numbers))
            pages = doors(partial(pull_phone, emulated))
            serve(create_app(shown, pages), sock, connections)
        finally:
            colleagues.stop()
            balie.stop()
