"""The systemd units: well-formed, hardened, and what always runs is of one user."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit_files import Unit, complaints, exposure

ROOT = Path(__file__).parents[2]
ALL = sorted((ROOT / "systemd").glob("*.service"))
ROOTS = {f"balie-{each}.service" for each in ("settle", "trial", "update", "update-night")}
"""They install packages and choose versions, which only root can; each does one thing and ends."""
UNITS = [path for path in ALL if path.name not in ROOTS]

LASTING = [path for path in UNITS if "Type=oneshot" not in path.read_text("utf-8").splitlines()]

HARDENED = {
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateMounts": "yes",
    "ProcSubset": "pid",
    "RemoveIPC": "yes",
    "DevicePolicy": "closed",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "SystemCallFilter": "~@resources @privileged",
}
LIMITED = ("MemoryMax", "TasksMax", "LimitNOFILE")
MOST_EXPOSED = 1.5
PORT_OF_ADB = "5037"


def test_there_are_units_for_balie_and_for_adb() -> None:
    """Balie and the adb server are two services, so that one can restart without the other."""
    assert {"balie-adb.service", "balie.service"} <= {path.name for path in LASTING}


def test_units_of_root_end_by_themselves_and_start_what_root_wrote() -> None:
    """None of them serves anybody; the keeper's run what lies in a folder of root's."""
    services = {path.name: Unit(path)["Service"] for path in ALL if path.name in ROOTS}
    assert set(services) == ROOTS
    assert {each["Type"] for each in services.values()} <= {"oneshot", "exec"}
    for name, verb in (("settle", "settle"), ("trial", "look")):
        program = "/usr/bin/python3 -I /var/lib/balie-update/keeper/run"
        assert services[f"balie-{name}.service"]["ExecStart"] == f"{program} {verb}"
    path = (ROOT / "systemd" / "balie-update.path").read_text("utf-8")
    assert "PathExists=/var/lib/balie/update-request" in path


@pytest.mark.parametrize("path", LASTING, ids=lambda path: path.name)
def test_what_always_runs_has_no_privilege_and_comes_back(path: Path) -> None:
    """It runs as `balie`, nobody else reads its data, and it is always started again."""
    service = Unit(path)["Service"]
    assert service["User"] == "balie"
    assert service["Restart"] == "always"
    assert service["StateDirectoryMode"] == "0700"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_hardened(path: Path) -> None:
    """Root's, too: a service sees little and may do little."""
    service = Unit(path)["Service"]
    assert {key: service.get(key) for key in HARDENED} == HARDENED
    assert "SystemCallFilter=@system-service" in path.read_text("utf-8").splitlines()


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_cannot_take_the_whole_machine(path: Path) -> None:
    """Memory, threads and descriptors are limited; at the limit only that service suffers."""
    service = Unit(path)["Service"]
    assert all(service.get(key, "infinity")[0].isdigit() for key in LIMITED)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this machine has no systemd")
def test_little_of_the_system_is_exposed(path: Path) -> None:
    """By systemd's own figure, an attacker inside the service could reach little."""
    assert exposure(path) <= MOST_EXPOSED


def test_the_way_out_is_closed_by_a_drop_in_only() -> None:
    """The internet is blocked for a branch that wants that, and for no other."""
    drop_in = Unit(ROOT / "systemd" / "balie-lan-only.conf")["Service"]
    assert drop_in["IPAddressDeny"] == "any"
    assert not any("IPAddress" in path.read_text("utf-8") for path in LASTING)


def test_adb_listens_on_the_loopback_only() -> None:
    """The adb server takes orders from this machine alone, on the port that Balie uses."""
    service = Unit(ROOT / "systemd" / "balie-adb.service")["Service"]
    arguments = service["ExecStart"].split()[1:]
    assert arguments == ["-L", f"tcp:localhost:{PORT_OF_ADB}", "server", "nodaemon"]


def test_the_user_of_the_units_is_declared() -> None:
    """systemd-sysusers makes the user `balie` and lets it reach phones and modems."""
    lines = (ROOT / "systemd" / "balie.sysusers").read_text("utf-8").splitlines()
    assert any(line.startswith("u balie ") for line in lines)
    assert {"m balie plugdev", "m balie dialout"} <= set(lines)


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_systemd_understands_every_line(path: Path, tmp_path: Path) -> None:
    """No key is misspelt: systemd's own check has no complaint, where a machine has systemd."""
    assert {"Unit", "Service"} <= set(Unit(path).sections()) <= {"Unit", "Service", "Install"}
    if shutil.which("systemd-analyze"):
        assert complaints(ALL, tmp_path) == []


def test_balie_reaches_modems_and_nothing_else() -> None:
    """Serial ports of USB modems, and the modem itself for a reset; no disk and no camera."""
    text = (ROOT / "systemd" / "balie.service").read_text("utf-8")
    allowed = [line for line in text.splitlines() if line.startswith("DeviceAllow=")]
    assert allowed == [
        "DeviceAllow=char-ttyUSB rw",
        "DeviceAllow=char-ttyACM rw",
        "DeviceAllow=char-usb_device rw",
    ]
    assert "SupplementaryGroups=dialout" in text


def test_other_programs_keep_off_modems() -> None:
    """The udev rule gives a modem to the units' group and hides it from ModemManager; a phone of
    the same maker stays with the group that adb has.
    """
    rules = (ROOT / "systemd" / "balie-modem.rules").read_text("utf-8")
    passed_over, given = rules.index("ff4201"), rules.index("GROUP=")
    assert passed_over < given
    assert 'GROUP="dialout"' in rules
    assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in rules
    if shutil.which("udevadm"):
        command = ["udevadm", "verify", str(ROOT / "systemd" / "balie-modem.rules")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0 or "Unknown command" in done.stderr  # systemd before 254
