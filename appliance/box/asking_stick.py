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
from appliance.box.programs_run import run
from appliance.box.whole_files import keep_names

log = logging.getLogger(__name__)

ASKS = "balie-reset.txt"
ASKED = "balie-reset-done.txt"
TELLS = "balie-code.txt"
MOUNT = Path("/run/balie-stick")
STOP_WITHIN_S = 120.0
"""More than the units themselves are given to end."""
_STOPPED = ("balie-adb.service", "balie.service")
_MADE_ANEW = "balie-tls.service"
"""Without it the box would go on under keys that are gone, and nobody could trust it anew."""


def look(device: Path, data: Path) -> None:
    """For the unit, which has a view of its own on mounts. Raises SetupError and OSError."""
    with mounted(device) as folder:
        obey(folder, data, lambda: reset(data))


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


def reset(data: Path) -> None:
    """All of it, with what runs stopped meanwhile; what could not begin costs nobody the inbox.

    Raises SetupError and OSError.
    """
    try:
        run("systemctl", "stop", *_STOPPED, within_s=STOP_WITHIN_S)
        resetting.begin(data)
        go_on(data)
    finally:
        if not resetting.is_begun(data):
            run("systemctl", "start", "--no-block", _MADE_ANEW, *_STOPPED)


def go_on(data: Path) -> None:
    """Also at a start, where the power was cut during a reset. Raises OSError."""
    resetting.finish(data, resetting.elsewhere())


@contextmanager
def mounted(device: Path) -> Iterator[Path]:
    """Nothing on it is run. Raises SetupError."""
    MOUNT.mkdir(mode=0o700, exist_ok=True)
    run("mount", "-o", "nosuid,nodev,noexec,sync", str(device), str(MOUNT))
    try:
        yield MOUNT
    finally:
        run("umount", str(MOUNT))
