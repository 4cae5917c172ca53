"""The two programs beside the demo: an adb server of its own, and the emulated devices."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.request import Request, urlopen

import adbutils

from appliance.errors import SetupError

PULLED_S = 600
_STARTS_S = 20.0
_ENDS_S = 5.0
# An adb server looks for emulators on these ports by itself.
_PROBED = range(5555, 5586)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChild:
    """`serial` is `host:port`, as adb connects it."""

    serial: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemChild:
    port: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BotChild:
    """`api` is where its Bot API is, `control` where people are made to write to it."""

    username: str
    token: str = field(repr=False)
    api: str
    control: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxChild:
    """`imap` and `smtp` are addresses as a mailbox beside a line takes them."""

    address: str
    password: str = field(repr=False)
    imap: str
    smtp: str


BRANCHES = ("Utrecht", "Rotterdam")


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulation:
    """`branches` have a phone each; the first one's line falls back on the modem."""

    phones: Sequence[PhoneChild]
    modems: Sequence[ModemChild]
    control: str
    bots: Sequence[BotChild] = ()
    mailboxes: Sequence[MailboxChild] = ()
    branches: Sequence[str] = BRANCHES


def pull_phone(emulated: Emulation, number: str, out: bool) -> None:
    """Takes a phone off its cable for some minutes, or puts it back. Raises OSError."""
    fault: dict[str, object] = {"phone": number, "fault": "phone-gone"}
    fault |= {"seconds": PULLED_S} if out else {"lift": True}
    request = Request(f"{emulated.control}/fault", json.dumps(fault).encode())  # noqa: S310 -- our own address
    with urlopen(request, timeout=_ENDS_S):  # noqa: S310
        pass


@contextmanager
def own_adb_server(home: Path) -> Iterator[int]:
    """As `adb_server`; `ANDROID_ADB_SERVER_PORT` names its port for as long, for the libraries
    too.
    """
    with adb_server(home) as port, _environment(ANDROID_ADB_SERVER_PORT=str(port)):
        yield port


@contextmanager
def adb_server(home: Path) -> Iterator[int]:
    """An adb server with keys and a port of its own, for as long as the demo runs."""
    port = free_port()
    home.mkdir(parents=True, exist_ok=True)
    command = [adbutils.adb_path(), "-L", f"tcp:localhost:{port}", "server", "nodaemon"]
    environment = {**os.environ, "HOME": str(home), "ADB_MDNS": "0"}
    with (home / "adb.log").open("wb") as log:
        server = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        _wait_for_port(port, server)
        yield port
    finally:
        _end(server)


@contextmanager
def _environment(**settings: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def emulation(
    *,
    phones: int,
    traffic: bool,
    speed: float,
    origin_ms: int,
    seed: int,
    truth: Path,
    people: int = 12,
    awkward: bool = True,
    modems: int = 0,
    bots: int = 0,
    mailboxes: int = 0,
    numbers: Sequence[str] = (),
    modem_numbers: Sequence[str] = (),
    branches: Sequence[str] = BRANCHES,
) -> Iterator[Emulation]:
    """The emulated devices in a process of their own, which ends with this one. `numbers` are those
    of the phones; without them they get numbers in a row.
    """
    command = [
        *(sys.executable, "-m", "appliance", "emulate", "--until-stdin-closes"),
        *("--phones", str(phones), "--modems", str(modems)),
        *("--bots", str(bots), "--mailboxes", str(mailboxes)),
        *("--seed", str(seed), "--truth", str(truth)),
        *("--speed", str(speed), "--origin-ms", str(origin_ms)),
        *("--people", str(people), "--awkward" if awkward else "--no-awkward"),
        "--traffic" if traffic else "--no-traffic",
        *(each for number in numbers for each in ("--phone-number", number)),
        *(each for number in modem_numbers for each in ("--modem-number", number)),
    ]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield replace(_first_line(child), branches=branches)
    finally:
        _end(child)


def _first_line(child: subprocess.Popen[str]) -> Emulation:
    line = child.stdout.readline() if child.stdout else ""
    if not line:
        raise SetupError("The emulated devices did not start; what they said stands above.")
    facts = json.loads(line)
    phones = [PhoneChild(serial=each["serial"], number=each["number"]) for each in facts["phones"]]
    modems = [ModemChild(port=each["port"], number=each["number"]) for each in facts["modems"]]
    bots = [BotChild(**each) for each in facts.get("bots", ())]
    return Emulation(
        phones=phones,
        modems=modems,
        control=facts["control"],
        bots=bots,
        mailboxes=[MailboxChild(**each) for each in facts.get("mailboxes", ())],
    )


def free_port() -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in _PROBED:
            return port


def _wait_for_port(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTS_S
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SetupError("The adb server of the demo did not start.")


def _end(child: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        child.stdin.close()
    child.terminate()
    try:
        child.wait(_ENDS_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()
