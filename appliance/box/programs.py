"""The programs of root that a box starts with; each is a file below `/usr/lib/balie` there."""

import json
import logging
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from appliance.box import boot_choice, naming
from appliance.box.box_folders import Places
from appliance.box.data_growth import grow
from appliance.box.partitions import DATA, device_of
from appliance.box.starting import Start
from appliance.errors import BalieError, SetupError

_USER = "balie"


def start() -> int:
    """At each start, before everything that looks for the box's own files."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    Start(Places(), _grow, _give).run()
    return 0


def settle_name() -> int:
    """When a network is there, before the name is announced and certificates are made for it."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    naming.settle(
        Places(),
        ask=naming.asked_everywhere,
        addresses=naming.addresses_now,
        become=socket.sethostname,
    )
    return 0


def make_branch() -> int:
    """Once Balie has a database. Runs as root, and `balie` as the user that owns it."""
    places = Places()
    name = places.branch.read_text("utf-8")
    command = ["balie", "branch", "add", f"--name={name}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    sys.stderr.write(done.stderr)
    if done.returncode == 0 or _is_there(name):
        places.branch.unlink()
        return 0
    return 1


def boot_state(arguments: Sequence[str]) -> int:
    """What RAUC asks about the slots."""
    places = Places()
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


def _give(path: Path) -> None:
    shutil.chown(path, _USER, _USER)


def _grow() -> None:
    partition = device_of(DATA).resolve()
    disk = Path(os.path.realpath(Path("/sys/class/block") / partition.name)).parent.name
    if not partition.is_block_device():
        raise SetupError("The card has no data partition.")
    grow(Path("/dev") / disk, DATA, partition)
