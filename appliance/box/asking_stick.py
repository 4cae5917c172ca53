"""A stick that somebody plugs into the box: it resets it, or is told the set-up code.

Whoever can do that could take the card out, too. A stick that asks for a reset asks for one: its
file gets another name before anything is deleted, or it would be obeyed at each start.
"""

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.box import resetting
from appliance.box.console import issue_text
from appliance.box.handed_files import read_handed
from appliance.box.point_keeper import code_in
from appliance.box.reset_unit import start_reset
from appliance.box.running import run
from appliance.box.whole_files import keep_names

log = logging.getLogger(__name__)

ASKS = "balie-reset.txt"
ASKED = "balie-reset-done.txt"
TELLS = "balie-code.txt"
MOUNT = Path("/run/balie-stick")


def look(device: Path, data: Path) -> None:
    """For the unit, which has a view of its own on mounts. Raises SetupError and OSError."""
    with mounted(device) as folder:
        obey(folder, data, start_reset)


def obey(folder: Path, data: Path, reset_box: Callable[[], None]) -> None:
    """Does what the stick asks. Raises OSError where the stick cannot be written."""
    word = (read_handed(folder / ASKS) or b"").decode("utf-8", "replace").strip()
    if word == resetting.WORD:
        (folder / ASKS).replace(folder / ASKED)
        keep_names(folder)
        log.warning("a stick asks for a reset of this box")
        reset_box()
        return
    code = code_in(data)
    if code:
        text = issue_text(socket.gethostname(), code).strip()
        (folder / TELLS).unlink(missing_ok=True)  # a link would lead root to a file of the box
        # Lines as Windows ends them; a stick with FAT has no modes.
        (folder / TELLS).write_text(f"{text}\n", "ascii", newline="\r\n")
        keep_names(folder)


@contextmanager
def mounted(device: Path) -> Iterator[Path]:
    """Nothing on it is run. Raises SetupError."""
    MOUNT.mkdir(mode=0o700, exist_ok=True)
    run("mount", "-o", "nosuid,nodev,noexec,sync", str(device), str(MOUNT))
    try:
        yield MOUNT
    finally:
        run("umount", str(MOUNT))
