"""Lets the data partition grow to the end of the card that the image was written to.

An image is as small as its smallest card. The table of partitions is one sector, and the file
system grows by its own journal, so a power cut leaves either size; the next start does the rest.
"""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from appliance.box.partitions import SECTOR
from appliance.errors import SetupError

WORTH_MIB = 16
"""Less is the rest that alignment leaves on every card."""

_MIB = 1 << 20
_DEADLINE_S = 600
"""Of one program: a card of 512 GB takes a minute."""


def missing_sectors(table: Mapping[str, Any], number: int, disk_sectors: int) -> int:
    """How many sectors lie behind the partition, which has to be the last one; 0 for few.

    `table` is what `sfdisk --json` says under `partitiontable`. Raises SetupError.
    """
    partitions: Sequence[Mapping[str, Any]] = table.get("partitions", ())
    if table.get("label") != "dos" or len(partitions) < number:
        raise SetupError(f"The card has no partition {number} to grow.")
    ends = [each["start"] + each["size"] for each in partitions]
    if ends[number - 1] != max(ends):
        raise SetupError(f"Partition {number} is not the last one of the card.")
    missing = disk_sectors - ends[number - 1]
    return missing if missing * SECTOR >= WORTH_MIB * _MIB else 0


def grow(disk: Path, number: int, partition: Path) -> bool:
    """Whether it grew. The file system may be in use; what is done already is passed over.

    Raises SetupError with what the program said that failed.
    """
    told = json.loads(_run("sfdisk", "--json", str(disk)))
    sectors = int(_run("blockdev", "--getsz", str(disk)))
    missing = missing_sectors(told["partitiontable"], number, sectors)
    if missing:
        _run("sfdisk", "--no-reread", "--no-tell-kernel", f"-N{number}", str(disk), said=", +\n")
        _run("partx", "--update", "--nr", str(number), str(disk))
    _run("resize2fs", str(partition))
    return missing > 0


def _run(*command: str, said: str | None = None) -> str:
    try:
        done = subprocess.run(
            command, input=said, capture_output=True, text=True, timeout=_DEADLINE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise SetupError(f"{command[0]} did not run: {exc}") from exc
    if done.returncode != 0:
        raise SetupError(f"{command[0]}: {done.stderr.strip()[-300:]}")
    return done.stdout
