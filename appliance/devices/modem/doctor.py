"""What keeps this machine from its modems, each with what a person should do about it."""

import getpass
import grp
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.devices.complaint import Complaint

BY_ID = Path("/dev/serial/by-id")
"""udev's names for USB serial ports: they stay when a stick is plugged in elsewhere."""

_PROC = Path("/proc")
# Programs that open serial ports by themselves, by their process names in Linux (15 characters).
_MEDDLERS = {
    "ModemManager": "sudo systemctl disable --now ModemManager",
    "gammu-smsd": "sudo systemctl disable --now gammu-smsd",
    "smsd": "sudo systemctl disable --now smstools",
    "gpsd": "sudo systemctl disable --now gpsd",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModem:
    """`port` is where it was enrolled, `found_at` where Balie saw it last."""

    port: str
    found_at: str | None = None

    @property
    def ports(self) -> Sequence[str]:
        return [port for port in (self.found_at, self.port) if port]


def doctor(modems: Iterable[KnownModem]) -> list[Complaint]:
    """All that is wrong with these modems' ports; empty when nothing is."""
    known = list(modems)
    complaints = [found for modem in known if (found := _about(modem))]
    return [*complaints, *(_meddlers() if known else [])]


def serial_ports(folder: Path = BY_ID) -> Sequence[str]:
    """The USB serial ports that are plugged in, a modem behind each or not."""
    return sorted(str(port) for port in folder.glob("*"))


def _about(modem: KnownModem) -> Complaint | None:
    port = next((each for each in modem.ports if Path(each).exists()), None)
    if port is None:
        return _missing(modem)
    if not os.access(port, os.R_OK | os.W_OK):
        return _closed(port)
    return None


def _missing(modem: KnownModem) -> Complaint:
    there = ", ".join(serial_ports())
    return Complaint(
        about=modem.port,
        sentence=f"There is no modem at {modem.port}.",
        remedy="Plug it in; Balie knows it again at any port."
        + (f" These serial ports are there: {there}" if there else ""),
    )


def _closed(port: str) -> Complaint:
    owner = getpass.getuser()
    group = _group_of(port)
    return Complaint(
        about=port,
        sentence=f"{owner} may not open {port}, which belongs to the group {group}.",
        remedy=f"Do: sudo usermod --append --groups {group} {owner}. Then log in again.",
    )


def _group_of(port: str) -> str:
    number = Path(port).stat().st_gid
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def _meddlers() -> list[Complaint]:
    running = {_name(process) for process in _PROC.glob("[0-9]*")}
    return [
        Complaint(
            about=name,
            sentence=f"{name} runs on this machine. It opens modems, and takes their answers.",
            remedy=f"Stop it: {command}",
        )
        for name, command in _MEDDLERS.items()
        if name in running
    ]


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text("utf-8", "replace").strip()
    except OSError:
        return ""
