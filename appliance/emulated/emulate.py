"""Emulated phones and modems in one process: what is started, in which order, and how it ends."""

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypedDict

from appliance.clock import clock_for
from appliance.emulated.mail.mail_house import MailHouse
from appliance.emulated.modem.modem import EmulatedModem
from appliance.emulated.modem.port import PortFolder
from appliance.emulated.modem.service_centre import ServiceCentre
from appliance.emulated.modem.spec import ModemSpec, modem_specs
from appliance.emulated.phone.emulated_handset import EmulatedHandset
from appliance.emulated.phone.faults import Fault, FaultKind
from appliance.emulated.phone.installing import install_whatsapp
from appliance.emulated.phone.phone import EmulatedPhone
from appliance.emulated.phone.spec import PhoneSpec
from appliance.emulated.phone.wire.adbd import Adbd
from appliance.emulated.telegram.telegram_house import TelegramHouse
from appliance.emulated.world.beside import EmulatedHouse
from appliance.emulated.world.control import Control
from appliance.emulated.world.network import Network
from appliance.emulated.world.people import Person, make_people
from appliance.emulated.world.timers import LoopTimers
from appliance.emulated.world.truth import TruthLog
from appliance.emulated.world.world import World

__all__ = ["EmulatedPhone", "Emulator", "EmulatorConfig", "Fault", "FaultKind", "run_emulator"]

_FIRST_NUMBER = 31612345601


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorConfig:
    """`phones` and `modems` are numbers of devices, or a spec for each device.

    `awkward`: some people write texts that are hard to handle. `rhythm_s` is the mean
    time between two messages that people begin, in the world's seconds.
    """

    phones: int | Sequence[PhoneSpec] = 1
    modems: int | Sequence[ModemSpec] = 0
    seed: int = 1
    traffic: bool = True
    rhythm_s: float = 45.0
    people_per_phone: int = 12
    awkward: bool = True
    bots: int = 0
    mailboxes: int = 0
    speed: float = 1.0
    origin_ms: int | None = None
    truth_file: Path | None = None
    until_stdin_closes: bool = False

    def specs(self) -> list[PhoneSpec]:
        return phone_specs(self.phones) if isinstance(self.phones, int) else list(self.phones)

    def modem_specs(self) -> list[ModemSpec]:
        if not isinstance(self.modems, int):
            return list(self.modems)
        return modem_specs(self.modems)


def phone_specs(count: int, numbers: Sequence[str] = ()) -> list[PhoneSpec]:
    """`count` phones, or one for each number if those are more; the others get numbers in a row."""
    return [
        PhoneSpec(number=numbers[place] if place < len(numbers) else f"+{_FIRST_NUMBER + place}")
        for place in range(max(count, len(numbers)))
    ]


class _About(TypedDict):
    """What each house beside the phones is told."""

    seed: int
    rhythm_s: float
    pace: float
    now_ms: Callable[[], int]
    truth: TruthLog


class Emulator:
    """Everything runs on the loop on which `start` is called."""

    def __init__(self, config: EmulatorConfig) -> None:
        self._config = config
        self.timers = LoopTimers(clock_for(speed=config.speed, origin_ms=config.origin_ms))
        self.truth = TruthLog(config.truth_file)
        self.network = Network(self.timers, self.truth)
        specs = config.specs()
        people = self._people(config)
        self.world = World(
            people,
            timers=self.timers,
            network=self.network,
            seed=config.seed,
            rhythm_s=config.rhythm_s,
        )
        self.network.people = self.world
        self.phones = [self._phone(spec) for spec in specs]
        self._folder = PortFolder()
        centre = ServiceCentre(self.network)
        self.modems = [
            EmulatedModem(spec, folder=self._folder, network=self.network, centre=centre)
            for spec in config.modem_specs()
        ]
        for person in people:
            if person.saved:
                self._handset(person.office).contacts.setdefault(person.number, person.name)
        self._beside = self._houses(config)
        self._control = Control(
            self.phones,
            self.modems,
            world=self.world,
            network=self.network,
            beside=[house.control for house in self._beside.values()],
        )

    def _houses(self, config: EmulatorConfig) -> dict[str, EmulatedHouse]:
        """By the name that they have in the first line of output."""
        found: dict[str, EmulatedHouse] = {}
        about = _About(
            seed=config.seed,
            rhythm_s=config.rhythm_s,
            pace=config.speed,
            now_ms=self.timers.now_ms,
            truth=self.truth,
        )
        if config.bots:
            found["bots"] = TelegramHouse(bots=config.bots, **about)
        if config.mailboxes:
            found["mailboxes"] = MailHouse(mailboxes=config.mailboxes, **about)
        return found

    @staticmethod
    def _people(config: EmulatorConfig) -> list[Person]:
        """People write to the phones; without phones they write to the modems, by SMS only."""
        phones = [spec.number for spec in config.specs()]
        offices = phones or [spec.number for spec in config.modem_specs()]
        people = make_people(offices, seed=config.seed, per_office=config.people_per_phone)
        if not config.awkward:
            people = [replace(person, awkward=False) for person in people]
        if phones:
            return people
        return [replace(person, on_whatsapp=False, saved=False) for person in people]

    def _phone(self, spec: PhoneSpec) -> EmulatedPhone:
        handset = EmulatedHandset(spec, timers=self.timers, network=self.network)
        install_whatsapp(handset, installed=spec.whatsapp_installed)
        return EmulatedPhone(handset=handset, adbd=Adbd(handset, port=spec.port))

    def _handset(self, number: str) -> EmulatedHandset:
        return next(phone.handset for phone in self.phones if phone.handset.number == number)

    @property
    def control_url(self) -> str:
        return self._control.url

    async def start(self) -> None:
        for phone in self.phones:
            await phone.start()
            self.network.attach(phone.handset)
        for modem in self.modems:
            await modem.start()
            self.network.attach(modem, whatsapp=False)
        await self._control.start()
        for house in self._beside.values():
            house.start(traffic=self._config.traffic)
        if self._config.traffic:
            self.world.start()

    async def stop(self) -> None:
        self.world.traffic = False
        await self._control.stop()
        for house in self._beside.values():
            house.stop()
        for phone in self.phones:
            await phone.stop()
        for modem in self.modems:
            await modem.stop()
        self._folder.remove()
        self.truth.close()

    def described(self) -> dict[str, Any]:
        """The first line of output."""
        return {
            "phones": [{"serial": p.serial, "number": p.handset.number} for p in self.phones],
            "modems": [
                {"port": m.port.path, "number": m.number, "imei": m.imei} for m in self.modems
            ],
            "control": self.control_url,
            **{name: house.described() for name, house in self._beside.items()},
        }


def run_emulator(config: EmulatorConfig) -> None:
    """Runs until SIGTERM or SIGINT, or, when asked for, until standard input closes."""
    asyncio.run(_run(config))


async def _run(config: EmulatorConfig) -> None:
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    if config.until_stdin_closes:
        watcher = threading.Thread(
            target=_wait_for_end_of_input, args=(loop, over), name="stdin", daemon=True
        )
        watcher.start()
    emulator = Emulator(config)
    await emulator.start()
    try:
        sys.stdout.write(json.dumps(emulator.described(), ensure_ascii=False) + "\n")
        sys.stdout.flush()
        await over.wait()
    finally:
        await emulator.stop()


def _wait_for_end_of_input(loop: asyncio.AbstractEventLoop, over: asyncio.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    if not loop.is_closed():
        loop.call_soon_threadsafe(over.set)
