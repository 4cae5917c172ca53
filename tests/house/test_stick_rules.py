"""The rule of udev that mounts the stick for copies: well-formed, and careful."""

import re
import shutil
import subprocess
from pathlib import Path

from appliance.box.stick import LABEL, SHORT_LABEL

RULES = Path(__file__).parents[2] / "systemd" / "balie-stick.rules"


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
