"""What the kernel says of this machine, from a real tree of files."""

from pathlib import Path

import pytest

from appliance.box import findings
from appliance.box.findings import StartFinding
from appliance.desk.lines.incidents.machine_rules import MachineFacts
from appliance.runtime.machine.machine import Machine
from appliance.runtime.machine.power import Power

FIRMWARE = "sys/devices/platform/soc/soc:firmware/get_throttled"
ZONE = "sys/class/thermal/thermal_zone0"
PORT = "sys/bus/usb/devices/1-1:1.0/1-1-port2/over_current_count"
STICK = "sys/bus/usb/devices/1-1.2"


def put(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    put(tmp_path, "dev/kmsg", "6,1,1,-;mmc0: error -110 whilst initialising SD card\n")
    return Machine(tmp_path, root=tmp_path)


def log(root: Path, record: str) -> None:
    with (root / "dev/kmsg").open("a") as file:
        file.write(f"{record}\n")


def test_a_machine_that_tells_nothing_is_well(tmp_path: Path) -> None:
    """Nothing is assumed where a file is missing."""
    found = Machine(tmp_path, root=tmp_path / "nowhere").facts()
    assert found == MachineFacts(disk_low=found.disk_low)


def test_what_the_start_of_the_box_found_is_told(tmp_path: Path) -> None:
    """The first thing, with what it names; a file that cannot be understood says nothing."""
    machine = Machine(tmp_path, root=tmp_path)
    place = tmp_path / findings.PLACE.relative_to("/")
    found = [
        StartFinding(what=findings.UNKNOWN_KEY, about="nmae"),
        StartFinding(what=findings.NO_ROOM),
    ]
    findings.keep(found, place)
    assert machine.facts().box == {"what": "card-unknown-key", "about": "nmae"}
    place.write_text("[1]")
    assert machine.facts().box is None


@pytest.mark.parametrize(
    ("told", "low"), [("0\n", False), ("50005\n", True), ("0x50000\n", False), ("1\n", True)]
)
def test_the_firmware_tells_too_little_voltage(tmp_path: Path, told: str, low: bool) -> None:
    put(tmp_path, FIRMWARE, told)
    assert Power(tmp_path).is_low() is low


def test_a_dip_between_two_looks_counts(tmp_path: Path) -> None:
    """The firmware remembers it; one of before the first look is over."""
    put(tmp_path, FIRMWARE, "0")
    power = Power(tmp_path)
    seen = [power.is_low()]
    put(tmp_path, FIRMWARE, "10000")
    seen += [power.is_low(), power.is_low()]
    assert seen == [False, True, False]


def test_the_kernels_own_alarm_is_read_where_the_firmwares_file_is_gone(tmp_path: Path) -> None:
    put(tmp_path, "sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
    put(tmp_path, "sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    put(tmp_path, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1\n")
    assert Power(tmp_path).is_low() is True


def test_the_firmwares_tool_is_asked_once_a_minute(tmp_path: Path) -> None:
    tool = tmp_path / "usr/bin/vcgencmd"
    put(tmp_path, "usr/bin/vcgencmd", '#!/bin/sh\necho x >> "$0.asked"\necho throttled=0x1\n')
    tool.chmod(0o755)
    now_s = [0.0]
    power = Power(tmp_path, now_s=lambda: now_s[0])
    for now_s[0] in (0.0, 30.0, 59.0, 61.0):
        assert power.is_low() is True
    assert tool.with_name("vcgencmd.asked").read_text() == "x\nx\n"


def test_heat_is_that_of_a_pi(machine: Machine, tmp_path: Path) -> None:
    """Another computer is well at temperatures at which a Pi is not."""
    put(tmp_path, f"{ZONE}/type", "x86_pkg_temp\n")
    put(tmp_path, f"{ZONE}/temp", "93000\n")
    assert machine.facts().celsius is None
    put(tmp_path, f"{ZONE}/type", "cpu-thermal\n")
    assert machine.facts().celsius == 93.0


def test_damage_that_the_file_system_counted(machine: Machine, tmp_path: Path) -> None:
    put(tmp_path, "sys/fs/ext4/mmcblk0p2/errors_count", "3\n")
    assert machine.facts().disk_errors == 3


def test_a_port_that_was_switched_off_counts_once(machine: Machine, tmp_path: Path) -> None:
    """What was counted before Balie started is over."""
    put(tmp_path, PORT, "2\n")
    seen = [list(machine.facts().usb)]
    put(tmp_path, PORT, "3\n")
    seen += [list(machine.facts().usb), list(machine.facts().usb)]
    assert seen == [[], ["usb-over-current"], []]


def test_a_device_without_a_configuration_is_short_of_power(
    machine: Machine, tmp_path: Path
) -> None:
    """One that was just plugged in has none for a moment."""
    put(tmp_path, f"{STICK}/bNumConfigurations", "1\n")
    put(tmp_path, f"{STICK}/bConfigurationValue", "\n")
    seen = [list(machine.facts().usb), list(machine.facts().usb)]
    put(tmp_path, f"{STICK}/bConfigurationValue", "1\n")
    seen.append(list(machine.facts().usb))
    assert seen == [[], ["usb-power"], []]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hwmon hwmon1: Undervoltage detected!", "undervoltage"),
        ("usb 1-1-port4: over-current condition", "usb-over-current"),
        ("xhci_hcd 0000:01:00.0: Not enough bandwidth for new device state.", "usb-bandwidth"),
        (
            "usb 1-1.3: rejected 1 configuration due to insufficient available bus power",
            "usb-power",
        ),
        ("usb 1-1.4: device descriptor read/64, error -71", "usb-broken"),
        ("EXT4-fs error (device mmcblk0p2): ext4_find_entry:1463: inode #2", "disk"),
        ("I/O error, dev mmcblk0, sector 123 op 0x1:(WRITE)", "disk"),
    ],
)
def test_what_the_kernel_said_since_the_last_look(
    machine: Machine, tmp_path: Path, text: str, code: str
) -> None:
    """What it said before Balie started is over, and a program does not speak for it."""
    before = machine.facts()
    assert (before.undervoltage, before.disk_complains, list(before.usb)) == (None, False, [])
    log(tmp_path, f"14,7,5140900,-;{text}")
    assert machine.facts() == before
    log(tmp_path, f"3,8,5140901,-;{text}")
    found = machine.facts()
    seen = {
        *(["undervoltage"] if found.undervoltage else []),
        *(["disk"] if found.disk_complains else []),
        *found.usb,
    }
    assert seen == {code}
    assert machine.facts() == before


def test_what_it_may_not_read_is_not_told(tmp_path: Path) -> None:
    put(tmp_path, "dev/kmsg", "")
    (tmp_path / "dev/kmsg").chmod(0)
    assert not Machine(tmp_path, root=tmp_path).facts().disk_complains
