"""The units of a box: what root's own programs may do, and that systemd understands them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit_files import Unit, complaints, exposure

FOLDER = Path(__file__).parents[2] / "systemd" / "box"
UNITS = sorted(FOLDER.glob("*.service"))
WATCHERS = sorted(
    path for path in FOLDER.parent.rglob("*.path") if "PathChanged=" in path.read_text("utf-8")
)
MOST_EXPOSED = 1.5
"""systemd's figure of what an attacker inside could reach."""
MORE_EXPOSED = {
    # It asks the kernel about the clock, Balie over the loopback, reads a button, writes lights.
    "balie-care.service": 2.7,
    # It is a network: wpa_supplicant needs packets, netlink and the radio's switch.
    "balie-point.service": 2.3,
}

MAY = {
    "balie-care.service": "CAP_NET_ADMIN CAP_DAC_READ_SEARCH",
    "balie-clock.service": "CAP_SYS_TIME CAP_CHOWN",
    "balie-firewall.service": "CAP_NET_ADMIN",
    "balie-home.service": "CAP_NET_ADMIN CAP_DAC_READ_SEARCH",
    "balie-point.service": "CAP_NET_ADMIN CAP_NET_RAW",
    "balie-port.service": "CAP_DAC_READ_SEARCH",
    "balie-reset-now.service": "CAP_DAC_OVERRIDE CAP_FOWNER CAP_CHOWN",
    "balie-reset.service": "CAP_DAC_OVERRIDE CAP_FOWNER CAP_CHOWN",
    "balie-stick@.service": "CAP_SYS_ADMIN CAP_DAC_OVERRIDE",
}
HARDENED = {
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "DevicePolicy": "closed",
    "NoNewPrivileges": "yes",
    "IPAddressDeny": "any",
    "ProtectKernelModules": "yes",
    "RestrictNamespaces": "yes",
    "SystemCallArchitectures": "native",
}
LIMITED = ("MemoryMax", "TasksMax", "LimitNOFILE")

has_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="this machine has no systemd"
)


def test_each_program_of_root_may_do_what_it_is_for() -> None:
    """A right that one gains is written down here, too."""
    assert {path.name: Unit(path)["Service"]["CapabilityBoundingSet"] for path in UNITS} == MAY


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_program_of_root_is_held_in(path: Path) -> None:
    """It sees little of the machine, reaches nobody on the network, and is limited in what it
    takes.
    """
    service = Unit(path)["Service"]
    assert {key: service.get(key) for key in HARDENED} == HARDENED
    assert all(service.get(key, "infinity")[0].isdigit() for key in LIMITED)


@pytest.mark.parametrize("path", WATCHERS, ids=lambda path: path.name)
def test_who_follows_a_file_follows_each_change(path: Path) -> None:
    """Past systemd's limit of starts it would watch no more: whoever was let go would stay in."""
    parts = Unit(path.with_suffix(".service"))
    assert parts["Unit"].get("StartLimitIntervalSec") == "0"


@has_systemd
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_little_of_the_system_is_exposed(path: Path) -> None:
    """By systemd's own figure."""
    assert exposure(path) <= MORE_EXPOSED.get(path.name, MOST_EXPOSED)


@has_systemd
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """Of services and paths; their programs are others here, because this machine is no box."""
    paths = [each for each in FOLDER.glob("balie-*.*") if each.suffix in {".service", ".path"}]
    assert complaints(sorted(paths), tmp_path) == []


@pytest.mark.skipif(not shutil.which("udevadm"), reason="this machine has no udev")
def test_only_a_stick_on_usb_asks_for_something() -> None:
    """The rule names the bus, so a card or a disk that is called so asks for nothing."""
    rules = FOLDER / "balie-box-stick.rules"
    assert 'ENV{ID_BUS}=="usb"' in rules.read_text("utf-8")
    command = ["udevadm", "verify", *map(str, FOLDER.glob("*.rules"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 or "Unknown command" in done.stderr  # systemd before 254
