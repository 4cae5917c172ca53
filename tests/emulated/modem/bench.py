"""Emulated modems on a loop of their own, and a plain program at their port."""

import json
import re
import time
import urllib.error
import urllib.request
from typing import Any, Self

import serial

from appliance.emulated.emulate import Emulator, EmulatorConfig
from appliance.emulated.modem.modem import EmulatedModem
from appliance.emulated.modem.spec import ModemSpec
from tests.own_loop import OwnLoop

ANNA = "+31612345699"
MODEM = "+31612345801"
_WITHIN_S = 10.0
_FINAL = re.compile(rb"\r\n(OK|ERROR|\+CM[SE] ERROR: [^\r]*)\r\n|\r\n> $")


class Bench:
    """Starts with the specs given, or with one modem."""

    def __init__(self, *specs: ModemSpec, phones: int = 0, people: bool = False) -> None:
        self._loop = OwnLoop("bench")
        config = EmulatorConfig(
            phones=phones,
            modems=specs or (ModemSpec(number=MODEM),),
            traffic=people,
            people_per_phone=12 if people else 0,
            rhythm_s=0.5,
        )
        self.emulator: Emulator = self._loop.run(_started(config))
        self._lines: list[Line] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for line in self._lines:
            line.close()
        self._loop.run(self.emulator.stop())
        self._loop.close()

    @property
    def modem(self) -> EmulatedModem:
        return self.emulator.modems[0]

    @property
    def port(self) -> str:
        return self.modem.port.path

    def line(self, place: int = 0, *, quiet: bool = True) -> "Line":
        """A program at the port; with `quiet` it has switched the echo off."""
        line = Line(self.emulator.modems[place].port.path)
        self._lines.append(line)
        if quiet:
            line.ask("ATE0")
        return line

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        data = json.dumps(body).encode()
        request = urllib.request.Request(f"{self.emulator.control_url}{path}", data=data)  # noqa: S310 -- loopback
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 -- loopback
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.emulator.control_url}{path}", timeout=10) as answer:  # noqa: S310 -- loopback
            return json.load(answer)

    def inject(self, **body: Any) -> Any:
        if "sender" in body:
            body["from"] = body.pop("sender")
        status, answer = self.post("/inject", body)
        assert status == 200, answer
        return answer

    def fault(self, kind: str, **more: Any) -> Any:
        status, answer = self.post("/fault", {"fault": kind, **more})
        assert status == 200, answer
        return answer

    def lift(self, kind: str) -> None:
        self.fault(kind, lift=True)

    def left(self) -> list[tuple[str, str]]:
        """Number and text of each whole message that left."""
        return [(item["to"], item["text"]) for item in self.get("/truth")["items"]]

    def parts(self) -> list[tuple[str, int, int]]:
        """Message, part and total of each part that left."""
        parts = self.get("/truth")["parts"]
        return [(part["id"], part["part"], part["parts"]) for part in parts]

    def state(self) -> Any:
        return self.get("/modems")["items"][0]

    def slots(self, memory: str = "SM") -> dict[str, str]:
        slots: dict[str, str] = self.state()["slots"][memory]
        return slots


async def _started(config: EmulatorConfig) -> Emulator:
    emulator = Emulator(config)
    await emulator.start()
    return emulator


class Line:
    """A program that asks and waits, over pyserial."""

    def __init__(self, port: str) -> None:
        self.serial = serial.Serial(port, 115200, timeout=0.02, exclusive=True)
        self._heard = b""

    def close(self) -> None:
        self.serial.close()

    def write(self, data: str | bytes) -> None:
        self.serial.write(data if isinstance(data, bytes) else data.encode("latin-1"))

    def until(self, end: bytes | re.Pattern[bytes], *, within_s: float = _WITHIN_S) -> str:
        """What comes up to the end, or until the time is over; the rest is kept."""
        pattern = re.compile(re.escape(end)) if isinstance(end, bytes) else end
        deadline = time.monotonic() + within_s
        while not (found := pattern.search(self._heard)) and time.monotonic() < deadline:
            self._heard += self.serial.read(self.serial.in_waiting or 1)
        place = found.end() if found else len(self._heard)
        heard, self._heard = self._heard[:place], self._heard[place:]
        return heard.decode("latin-1")

    def ask(self, command: str, *, within_s: float = _WITHIN_S) -> str:
        """The whole answer, with the final result or the prompt."""
        self.write(command + "\r")
        return self.until(_FINAL, within_s=within_s)

    def lines(self, command: str) -> list[str]:
        """The answer's lines that are not empty."""
        return [line for line in self.ask(command).split("\r\n") if line]

    def pdu(self, command: str, tpdu: bytes | str, *, length: int | None = None) -> list[str]:
        """A command with a TPDU at its prompt; the lines that follow it."""
        octets = bytes.fromhex(tpdu) if isinstance(tpdu, str) else tpdu
        asked = self.ask(f"{command}={len(octets) if length is None else length}")
        assert asked.endswith("> "), asked
        self.write("00" + octets.hex().upper() + "\x1a")
        return [line for line in self.until(_FINAL).split("\r\n") if line]
