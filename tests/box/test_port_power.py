"""Root switches the port in which it saw a phone, and no other; by a hub in a folder."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from appliance.box import port_wish
from appliance.box.port_power import BETWEEN_S, IN_A_DAY, PortPlaces, fulfil
from appliance.box.port_wish import PortOutcome, PortWish
from tests.box.usb_ports import UsbPorts

PHONE, DISK = "R58M123ABC", "S3NFNX0K"
CYCLED = "-l 1-1.4 -p 2 -a cycle -d 5"
DAY_S = 86_400.0


@dataclass
class Box:
    folder: Path
    usb: UsbPorts
    now_s: float = 1_790_000_000.0
    asked: int = 0
    places: PortPlaces = field(init=False)

    def __post_init__(self) -> None:
        self.places = PortPlaces(
            run=self.folder / "run",
            devices=self.usb.devices,
            now_s=lambda: self.now_s,
            since_boot_s=lambda: self.now_s,
        )

    def notes(self) -> None:
        """As when udev starts the unit."""
        fulfil(self.folder / "wish", self.places)

    def does(self, serial: str, *, late_s: float = 0) -> PortOutcome | None:
        self.asked += 1
        wish = PortWish(id=f"w{self.asked}", serial=serial, until_s=int(self.now_s) + 60)
        (self.folder / "wish").write_bytes(port_wish.written(wish))
        self.now_s += late_s
        fulfil(self.folder / "wish", self.places)
        answer = port_wish.answered(self.places.answer)
        assert answer is not None
        return answer.outcome if answer.id == wish.id else None


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Box:
    usb = UsbPorts(tmp_path / "usb")
    monkeypatch.setenv("PATH", str(usb.bin), prepend=":")
    return Box(tmp_path, usb)


def test_the_port_of_a_phone_that_hangs_is_switched_off_and_on_once(box: Box) -> None:
    """Whether it is in its port still, or the kernel has lost it; a wish counts once."""
    box.usb.plug(PHONE, 2)
    assert box.does(PHONE) == PortOutcome.SWITCHED
    box.notes()
    assert box.usb.noted == [CYCLED]
    box.usb.pull(2)
    box.now_s += BETWEEN_S
    assert box.does(PHONE) == PortOutcome.SWITCHED
    assert box.usb.noted == [CYCLED, CYCLED]


def test_nothing_else_is_ever_switched(box: Box) -> None:
    """Not a phone that was never seen, no disk, and no port in which something else is now."""
    assert box.does(PHONE) == PortOutcome.UNSEEN
    box.usb.plug(DISK, 3, interface="080650")
    assert box.does(DISK) == PortOutcome.UNSEEN
    box.usb.plug(PHONE, 2)
    box.notes()
    box.usb.pull(2)
    box.usb.plug(DISK, 2, interface="080650")
    assert box.does(PHONE) == PortOutcome.TAKEN
    box.usb.pull(2)
    box.usb.plug("R58M999XYZ", 2)
    assert box.does(PHONE) == PortOutcome.UNSEEN
    box.usb.pull(2)
    box.usb.plug_beside(2)
    assert box.does("R58M999XYZ") == PortOutcome.TAKEN
    assert box.usb.noted == []


def test_a_port_that_shares_its_switch_keeps_its_power(
    tmp_path: Path, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.usb.plug(PHONE, 2)
    UsbPorts(tmp_path / "usb", how="ganged")
    assert box.does(PHONE) == PortOutcome.SHARED
    monkeypatch.setenv("PATH", "/nowhere")
    assert box.does(PHONE) == PortOutcome.SHARED
    assert box.usb.noted == []


def test_it_is_done_so_often_in_a_day_whatever_balie_wishes(box: Box) -> None:
    """A Balie that was broken into wears out no phone."""
    box.usb.plug(PHONE, 2)
    for _ in range(IN_A_DAY):
        assert box.does(PHONE) == PortOutcome.SWITCHED
        assert box.does(PHONE) == PortOutcome.OFTEN
        box.now_s += BETWEEN_S
    assert box.does(PHONE) == PortOutcome.OFTEN
    box.now_s += DAY_S
    assert box.does(PHONE) == PortOutcome.SWITCHED
    assert len(box.usb.noted) == IN_A_DAY + 1


def test_a_port_has_power_in_the_end(box: Box) -> None:
    """Also where the hub left it without, or the program failed."""
    box.usb.plug(PHONE, 2)
    box.notes()
    (box.usb.folder / "off").touch()
    assert box.does(PHONE) == PortOutcome.SWITCHED
    assert box.usb.noted == [CYCLED, "-l 1-1.4 -p 2 -a on"]
    (box.usb.folder / "broken").touch()
    box.now_s += BETWEEN_S
    assert box.does(PHONE) == PortOutcome.FAILED


def test_a_wish_that_comes_late_or_makes_no_sense_is_none(box: Box) -> None:
    """The phone may be sending by now; a link is not followed."""
    box.usb.plug(PHONE, 2)
    assert box.does(PHONE, late_s=61) is None
    told = {"id": "w", "serial": PHONE, "until_s": int(box.now_s) + 30}
    for wrong in (
        {**told, "port": "1-1"},
        {**told, "serial": "../../x"},
        {**told, "serial": ""},
        {**told, "until_s": int(box.now_s) + 3600},
        {**told, "until_s": "soon"},
        {**told, "id": 7},
    ):
        (box.folder / "wish").write_text(json.dumps(wrong), "ascii")
        box.notes()
    (box.folder / "wish").write_text("{", "ascii")
    box.notes()
    (box.folder / "real").write_text(json.dumps(told), "ascii")
    (box.folder / "wish").unlink()
    (box.folder / "wish").symlink_to(box.folder / "real")
    box.notes()
    assert box.usb.noted == []
