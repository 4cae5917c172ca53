"""The demo: Balie itself, with emulated phones and a modem where a branch has real ones."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import typer

from appliance import logs
from appliance.api.app import create_app
from appliance.api.connections import Connections
from appliance.api.services import DemoDoors
from appliance.clock import ScaledClock, SystemClock, scaled_from
from appliance.config import load
from appliance.demo.children import (
    BRANCHES,
    PULLED_S,
    Emulation,
    emulation,
    own_adb_server,
    pull_phone,
)
from appliance.demo.colleagues import Colleagues
from appliance.demo.doors import doors
from appliance.demo.life import PEOPLE_PER_PHONE, live
from appliance.demo.seed import SHORTCUTS, Seeded, seed
from appliance.errors import SetupError
from appliance.phone_numbers import readable
from appliance.runtime.balie import DATABASE, Balie
from appliance.runtime.descriptors import allow_descriptors
from appliance.runtime.ending import tidy_when_told
from appliance.runtime.instance_lock import only_instance
from appliance.runtime.memory import keep_small
from appliance.runtime.options import Options
from appliance.runtime.web import address_of, bind, serve
from appliance.store import high_water
from appliance.store.privacy import keep_private
from appliance.store.store import Store
from appliance.web_settings import CONNECTIONS

PHONES = 2
MODEMS = 1
BOTS = 1
MAILBOXES = 1
SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """`port` 0 takes a free one. `traffic`: people write by themselves, and in a new folder they
    have for three weeks. `data` None: a fresh folder, gone afterwards.
    """

    port: int
    speed: float
    traffic: bool
    awkward: bool
    data: Path | None
    as_json: bool


def run_demo(options: DemoOptions) -> None:
    """Blocks until SIGTERM or SIGINT; ends the programs beside it."""
    keep_small()
    tidy_when_told()
    logs.configure("WARNING")
    with ExitStack() as stack:
        data = stack.enter_context(demo_folder(options.data))
        stack.enter_context(only_instance(data))
        clock = _clock(data / DATABASE, options.speed)
        sock = stack.enter_context(bind("127.0.0.1", options.port))
        stack.enter_context(own_adb_server(data / "adb"))
        devices = stack.enter_context(
            emulation(
                phones=PHONES,
                modems=MODEMS,
                bots=BOTS,
                mailboxes=MAILBOXES,
                traffic=options.traffic,
                speed=options.speed,
                origin_ms=clock.origin_ms,
                seed=SEED,
                truth=data / "truth.jsonl",
                people=PEOPLE_PER_PHONE,
                awkward=options.awkward,
            )
        )
        if options.traffic and not (data / DATABASE).exists():
            live(data / DATABASE, devices, seed_of_world=SEED, now_ms=clock.now_ms())
        connections = Connections(min(CONNECTIONS, allow_descriptors() // 2))
        allowed = load(None).webhooks.allowed
        balie = Balie(data, clock, Options(connections=connections, webhooks_allow=allowed))
        stack.callback(balie.stop)
        seeded = seed(balie.store, devices)
        balie.start()
        if options.traffic:
            colleagues = Colleagues(balie.store, balie.services.planned)
            colleagues.start()
            stack.callback(colleagues.stop)
        _say(options, address_of(sock), devices, seeded, data)
        shown = replace(balie.services, demo=_doors(devices))
        pages = doors(partial(pull_phone, devices))
        serve(create_app(shown, pages), sock, connections)


def _doors(devices: Emulation) -> DemoDoors:
    return DemoDoors(names=SHORTCUTS, numbers=[phone.number for phone in devices.phones])


def _clock(database: Path, speed: float) -> ScaledClock:
    """Goes on at the time that an earlier, faster demo on this data reached: time never runs back.

    Raises SetupError when that time is in the future and this clock runs at normal speed.
    """
    real_ms = SystemClock().now_ms()
    reached_ms = _reached_ms(database)
    if reached_ms <= real_ms:
        return ScaledClock(origin_ms=real_ms, speed=speed)
    if speed == 1.0:
        raise SetupError(
            "An earlier demo on this data ran with a faster clock and is ahead of today; "
            "give --speed again, or another --data."
        )
    return scaled_from(reached_ms, real_ms=real_ms, speed=speed)


def _reached_ms(database: Path) -> int:
    if not database.exists():
        return 0
    store = Store(database, SystemClock())
    try:
        return store.read(high_water.read_mark)
    finally:
        store.close()


@contextmanager
def demo_folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        keep_private(data)
        data.mkdir(parents=True, exist_ok=True)
        yield data
    else:
        with tempfile.TemporaryDirectory(prefix="balie-demo-") as fresh:
            yield Path(fresh)


def _say(options: DemoOptions, url: str, devices: Emulation, seeded: Seeded, data: Path) -> None:
    logins = [
        {"name": each.name, "password": each.password, "role": each.role} for each in seeded.logins
    ]
    if options.as_json:
        facts: dict[str, Any] = {
            "url": url,
            "logins": logins,
            "token": seeded.token,
            "control": devices.control,
        }
        typer.echo(json.dumps(facts))
        return
    rows = [f"  {each['name']:<14} {each['password']}   ({each['role']})" for each in logins]
    numbers = ", ".join(readable(phone.number) for phone in devices.phones)
    modems = ", ".join(readable(modem.number) for modem in devices.modems)
    bots = ", ".join(f"@{each.username}" for each in devices.bots)
    mailboxes = ", ".join(each.address for each in devices.mailboxes)
    typer.echo(
        "\n".join(
            [
                f"Balie is at {url}",
                "Log in as one of:",
                *rows,
                f"Emulated phones: {numbers}; what really left them: {data / 'truth.jsonl'}",
                f"Emulated modem, which takes over for {BRANCHES[0]}: {modems}",
                f"Emulated Telegram bot of {BRANCHES[0]}: {bots}; write to it: {_write(devices)}",
                f"Emulated mailbox of {BRANCHES[0]}: {mailboxes}; mail it: {_mail(devices)}",
                f"API token: {seeded.token}",
                f"Control of the devices (make faults, write as somebody): {devices.control}",
                f"Pull {BRANCHES[0]}'s phone out for ten minutes: {_pull(devices)}",
                "Ctrl+C ends it.",
            ]
        )
    )


def _write(devices: Emulation) -> str:
    body = {"person": "Piet", "text": "Is er morgen werk?"}
    return f"curl --data '{json.dumps(body)}' {devices.bots[0].control}/write"


def _mail(devices: Emulation) -> str:
    body = {"kind": "mail", "from": "piet@post.example", "text": "Is er morgen werk?"}
    return f"curl --data '{json.dumps(body)}' {devices.control}/inject"


def _pull(devices: Emulation) -> str:
    body = {"phone": devices.phones[0].number, "fault": "phone-gone", "seconds": PULLED_S}
    return f"curl --data '{json.dumps(body)}' {devices.control}/fault"
