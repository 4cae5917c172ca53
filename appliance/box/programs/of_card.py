"""The programs of root that a card starts with; each is a file below `/usr/lib/balie` there."""

import json
import logging
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from appliance.box import boot_choice, card_reading, naming
from appliance.box.card_folders import CardFolders
from appliance.box.data_growth import grow
from appliance.box.partitions import DATA, device_of
from appliance.box.starting import Start
from appliance.errors import BalieError, SetupError

_USER = "balie"
_DATA = Path("/data")
_NO_USE = re.compile("belongs to a head office already|does not take this|cannot be used")
"""What `balie office join` says of an invitation that no later try makes good."""


def start() -> int:
    """At each start, before everything that looks for the box's own files."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    machine = BoxMachine()
    Start(CardFolders(), machine).run()
    machine.go_on()
    return 0


def settle_name() -> int:
    """When a network is there, before the name is announced and certificates are made for it."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    naming.settle(
        CardFolders(),
        ask=naming.asked_everywhere,
        addresses=naming.addresses_now,
        become=socket.sethostname,
    )
    return 0


def make_branch() -> int:
    """Once Balie has a database. Runs as root, and `balie` as the user that owns it."""
    places = CardFolders()
    name = places.branch.read_text("utf-8")
    command = ["balie", "branch", "add", f"--name={name}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    sys.stderr.write(done.stderr)
    if done.returncode == 0 or _is_there(name):
        places.branch.unlink()
        return 0
    return 1


def join_office() -> int:
    """Once Balie has a database and the network is up; the unit tries again while head office is
    away. The invitation stands on no command line, and goes when it is used or is of no use.
    """
    places = CardFolders()
    token = places.invitation.read_text("utf-8")
    command = ["balie", "office", "join", "-", "--json"]
    done = subprocess.run(
        command, input=token, capture_output=True, text=True, timeout=120, check=False
    )
    sys.stderr.write(done.stderr)
    if done.returncode == 0 or _NO_USE.search(done.stderr):
        card_reading.wipe(places.invitation)
        return 0
    return 1


def boot_state(arguments: Sequence[str]) -> int:
    """What RAUC asks about the slots."""
    places = CardFolders()
    try:
        return boot_choice.run(
            arguments, firmware=places.firmware, command_line=places.command_line
        )
    except (BalieError, OSError) as exc:
        sys.stderr.write(f"boot-state: {exc}\n")
        return 1


def _is_there(name: str) -> bool:
    command = ["balie", "branch", "list", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        return False
    return any(each["name"] == name for each in json.loads(done.stdout)["items"])


class BoxMachine:
    """The machine that this runs on."""

    def __init__(self) -> None:
        self._in_memory = False

    def has_data(self) -> bool:
        self._in_memory = not _DATA.is_mount()
        return not self._in_memory

    def take_memory(self) -> None:
        options = "size=256M,mode=0755,nodev,nosuid"
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(_DATA)]
        subprocess.run(command, timeout=60, check=True)

    def grow(self) -> None:
        partition = device_of(DATA).resolve()
        if not partition.is_block_device():
            raise SetupError("The card has no data partition.")
        disk = (Path("/sys/class/block") / partition.name).resolve().parent.name
        grow(Path("/dev") / disk, DATA, partition)

    def give(self, path: Path) -> None:
        shutil.chown(path, 0, _USER)

    def become(self, name: str) -> None:
        socket.sethostname(name)

    def go_on(self) -> None:
        """What has failed for want of the data partition is started on what stands in its place."""
        if self._in_memory:
            command = ["systemctl", "--no-block", "start", "local-fs.target", "multi-user.target"]
            subprocess.run(command, timeout=60, check=False)
