"""What keeps Balie from a hub that could switch the port of a phone."""

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.box.hub_rights import HubLack, HubPlaces, lacking
from tests.box.usb_ports import UsbPorts

FOLDER = Path(__file__).parents[2] / "systemd" / "box"
NARROW, WIDE = "AF_INET AF_INET6 AF_UNIX", "AF_INET AF_INET6 AF_NETLINK AF_UNIX"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HubPlaces:
    """A phone on a hub, which neither drop-in nor rule was made for."""
    usb = UsbPorts(tmp_path)
    monkeypatch.setenv("PATH", str(usb.bin), prepend=":")
    usb.plug("R58M123", 2)
    hub = usb.devices / "1-1.4"
    hub.mkdir()
    told = {"idVendor": "05e3", "idProduct": "0610", "busnum": "1", "devnum": "7"}
    for name, word in told.items():
        (hub / name).write_text(f"{word}\n", "ascii")
    node = tmp_path / "nodes" / "001" / "007"
    node.parent.mkdir(parents=True)
    node.touch(0o644)
    return HubPlaces(
        devices=usb.devices,
        nodes=tmp_path / "nodes",
        families=lambda: NARROW,
        groups=lambda: frozenset({os.getgid()}),
    )


def test_what_is_missing_is_found(places: HubPlaces) -> None:
    assert lacking(places) == {HubLack.DROP_IN, HubLack.RULE}
    assert lacking(replace(places, families=lambda: WIDE)) == {HubLack.RULE}
    (places.nodes / "001" / "007").chmod(0o664)
    assert lacking(places) == {HubLack.DROP_IN}
    assert lacking(replace(places, groups=frozenset)) == {HubLack.DROP_IN, HubLack.RULE}
    assert lacking(replace(places, families=lambda: WIDE)) == frozenset()


def test_nothing_is_missing_where_nothing_could_be_switched(
    places: HubPlaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without that service, on a Pi's own ports, and without the program."""
    assert lacking(replace(places, families=lambda: None)) == frozenset()
    (places.devices / "1-1.4" / "idVendor").write_text("2109\n", "ascii")
    (places.devices / "1-1.4" / "idProduct").write_text("3431\n", "ascii")
    assert lacking(places) == frozenset()
    (places.devices / "1-1.4" / "idVendor").write_text("05e3\n", "ascii")
    assert lacking(places) != frozenset()
    monkeypatch.setenv("PATH", "/nowhere")
    assert lacking(places) == frozenset()


def test_the_rule_gives_away_hubs_alone() -> None:
    """None of a machine's own, which switch all ports at once, and nothing that is no hub."""
    text = (FOLDER / "balie-hubs.rules").read_text("utf-8")
    assert 'ATTR{bDeviceClass}!="09", GOTO=' in text
    assert text.count("GROUP=") == 1
    assert re.search(r"^RestrictAddressFamilies=AF_NETLINK$", _drop_in(), re.MULTILINE)
    if shutil.which("udevadm"):
        command = ["udevadm", "verify", str(FOLDER / "balie-hubs.rules")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0 or "Unknown command" in done.stderr  # systemd before 254


def _drop_in() -> str:
    return (FOLDER / "balie-hubs.conf").read_text("utf-8")
