"""The USB ports that can be switched alone, by `uhubctl` (https://github.com/mvp/uhubctl).

Its list names each hub with how it switches, and each port with what is plugged in:

    Current status for hub 1-1.4 [05e3:0610 GenesysLogic USB2.1 Hub, USB 2.10, 4 ports, ppps]
      Port 2: 0503 power highspeed enable connect [18d1:4ee7 Google Pixel 4 9A2B1FFAZ001XX]
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.errors import SetupError

_PROGRAM = "uhubctl"
_LIST_S = 10.0
# For the whole of off, pause and on; uhubctl itself waits for the port.
_CYCLE_S = 30.0
# Long enough for the phone to notice that it is not charged any more.
_OFF_S = 5

_HUB = re.compile(r"^Current status for hub (?P<place>[\d.-]+) \[(?P<kind>[0-9a-f]{4}:[0-9a-f]{4})")
_STATE = re.compile(r"^\s+Port (?P<port>\d+): [0-9a-f]{4} (?P<word>off|power)\b")
_PORT = re.compile(r"^\s+Port (?P<port>\d+): (?P<status>[0-9a-f]{4}) .*?\[(?P<what>[^\]]*)\]")
_SINGLE = ", ppps]"
# They say that they switch single ports, and switch all together: the hub on the board of a Pi 4,
# those of the Pis before it, and what the kernel calls the root of each bus.
_GANGED = ("2109:3431", "0424:9514", "0424:2514", "0424:9512", "1d6b:")


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPort:
    """`hub` is the hub's place as uhubctl writes it."""

    hub: str
    port: int


def port_of(serial: str) -> HubPort | None:
    """The port that this phone is plugged into, if it can be switched without any other.

    None without uhubctl, without rights, or where its list does not prove it.
    """
    try:
        listed = _run([], timeout_s=_LIST_S)
    except SetupError:
        return None
    found = [port for port, what in single_ports(listed) if what.split()[-1:] == [serial]]
    return found[0] if len(found) == 1 else None


def is_installed() -> bool:
    return shutil.which(_PROGRAM) is not None


def is_ganged(kind: str) -> bool:
    """Whether a hub of this kind, as `2109:3431`, has all ports on one switch."""
    return kind.startswith(_GANGED)


def single_ports(listed: str) -> Iterator[tuple[HubPort, str]]:
    """Each port that switches alone, with the words about what is plugged in."""
    for hub, line in _lines_of_single(listed):
        if found := _PORT.match(line):
            yield HubPort(hub=hub, port=int(found["port"])), found["what"]


def _states(listed: str) -> Iterator[tuple[HubPort, bool]]:
    """Each port that switches alone, and whether it has power."""
    for hub, line in _lines_of_single(listed):
        if found := _STATE.match(line):
            yield HubPort(hub=hub, port=int(found["port"])), found["word"] == "power"


def _lines_of_single(listed: str) -> Iterator[tuple[str, str]]:
    """The lines below each hub that switches single ports, with its place."""
    hub = ""
    for line in listed.splitlines():
        if found := _HUB.match(line):
            single = line.rstrip().endswith(_SINGLE) and not is_ganged(found["kind"])
            hub = found["place"] if single else ""
        elif hub:
            yield hub, line


def is_on(port: HubPort) -> bool:
    """Whether the hub says that the port has power. Raises SetupError where it does not list it."""
    found = dict(_states(_run([], timeout_s=_LIST_S)))
    if port not in found:
        raise SetupError("The hub does not list this port.")
    return found[port]


def switch(port: HubPort, *, on: bool) -> None:
    """Raises SetupError."""
    asked = ["-l", port.hub, "-p", str(port.port), "-a", "on" if on else "off"]
    _run(asked, timeout_s=_CYCLE_S)


def switch_all_on() -> None:
    """A Balie that was ended while a phone was not charged has left its port without power."""
    try:
        off = [port for port, on in _states(_run([], timeout_s=_LIST_S)) if not on]
        for port in off:
            switch(port, on=True)
    except SetupError:
        return


def cycle(port: HubPort) -> None:
    """Switches this port off and on. Raises SetupError."""
    asked = ["-l", port.hub, "-p", str(port.port), "-a", "cycle", "-d", str(_OFF_S)]
    _run(asked, timeout_s=_CYCLE_S)


def _run(arguments: list[str], *, timeout_s: float) -> str:
    try:
        done = subprocess.run(
            [_PROGRAM, *arguments], timeout=timeout_s, check=True, capture_output=True, text=True
        )
    except (OSError, subprocess.SubprocessError) as exc:
        raise SetupError("The power of the USB port could not be switched.") from exc
    return done.stdout
