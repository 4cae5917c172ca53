"""The rule of udev that mounts the stick for copies: well-formed, and careful."""

import re
import shutil
import subprocess
from pathlib import Path

from appliance.box.stick import LABEL, SHORT_LABEL

UNITS = Path(__file__).parents[2] / "systemd"
RULES = UNITS / "balie-stick.rules"


def test_only_the_stick_for_copies_is_mounted_and_nothing_on_it_is_run() -> None:
    """By the labels that Balie looks for; what it runs is named with its whole path."""
    text = RULES.read_text("utf-8")
    assert f'ENV{{ID_FS_LABEL}}!="{LABEL}|{SHORT_LABEL}"' in text
    runs = re.findall(r'RUN\+="([^"]*)"', text)
    mounts = [each for each in runs if each.startswith("/usr/bin/systemd-mount ")]
    assert len(mounts) == 2
    assert all("nosuid,nodev,noexec" in each for each in mounts)
    assert all(each.startswith("/usr/bin/") for each in runs)
    if shutil.which("udevadm"):
        command = ["udevadm", "verify", str(RULES)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0 or "Unknown command" in done.stderr  # systemd before 254


def test_balie_may_write_where_the_stick_is_mounted() -> None:
    """Also where it was plugged in before Balie started: `ProtectSystem` makes all that is mounted
    by then read-only.
    """
    unit = (UNITS / "balie.service").read_text("utf-8")
    writable = re.findall(r"^ReadWritePaths=-(\S+)$", unit, re.MULTILINE)
    places = re.findall(r"\$devnode (\S+?)\"", RULES.read_text("utf-8"))
    assert places
    assert all(any(Path(each).is_relative_to(path) for path in writable) for each in places)
