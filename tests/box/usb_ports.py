"""A hub as the kernel shows it in a folder, and an `uhubctl` that switches it."""

import shutil
from pathlib import Path

HUB = "Current status for hub 1-1.4 [05e3:0610 GenesysLogic USB2.1 Hub, USB 2.10, 4 ports, {how}]"

#: It notes its words and is as the hub says; with a file `broken` it fails, and with `off` a port
#: has no power.
PROGRAM = """#!/bin/sh
here={here}
[ -n "$*" ] && echo "$*" >> $here/noted
[ -n "$*" ] && [ -e $here/broken ] && exit 1
case "$*" in *"-a on") rm -f $here/off ;; esac
echo "{hub}"
if [ -e $here/off ]; then echo "  Port 2: 0000 off"; else echo "  Port 2: 0100 power"; fi
echo "  Port 3: 0100 power"
"""


class UsbPorts:
    """Of the hub `1-1.4`; `bin` is for PATH."""

    def __init__(self, folder: Path, *, how: str = "ppps") -> None:
        self.folder, self.devices, self.bin = folder, folder / "devices", folder / "bin"
        for each in (self.devices, self.bin):
            each.mkdir(parents=True, exist_ok=True)
        program = self.bin / "uhubctl"
        program.write_text(PROGRAM.format(here=folder, hub=HUB.format(how=how)), "ascii")
        program.chmod(0o755)

    @property
    def noted(self) -> list[str]:
        noted = self.folder / "noted"
        return noted.read_text("ascii").splitlines() if noted.exists() else []

    def plug(self, serial: str, port: int, *, interface: str = "ff4201") -> None:
        device = self.devices / f"1-1.4.{port}"
        part = device / f"{device.name}:1.0"
        part.mkdir(parents=True)
        (device / "serial").write_text(f"{serial}\n", "ascii")
        names = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
        for at, name in enumerate(names):
            (part / name).write_text(f"{interface[2 * at : 2 * at + 2]}\n", "ascii")

    def pull(self, port: int) -> None:
        shutil.rmtree(self.devices / f"1-1.4.{port}")

    def plug_beside(self, port: int) -> None:
        """A disk for USB 3 in the same socket, which is a port of the other half of the hub."""
        (self.devices / "1-1.4:1.0" / f"1-1.4-port{port}" / "peer" / "device").mkdir(parents=True)
