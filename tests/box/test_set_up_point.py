"""When a box that nobody can reach has a Wi-Fi network of its own, and which."""

import re
from pathlib import Path

import pytest

from appliance.box import set_up_point
from appliance.box.point_keeper import PointKeeper, PointPlaces
from appliance.box.set_up_point import SET_UP_GRACE_S, WITHOUT_CABLE_S, PointReach, wants_point
from appliance.errors import SetupError

LONG = WITHOUT_CABLE_S


def reach(
    without_cable_s: float = LONG,
    set_up_s: float | None = None,
    *,
    wifi: str | None = "wlan0",
    is_joined: bool = False,
) -> PointReach:
    return PointReach(
        without_cable_s=without_cable_s, set_up_s=set_up_s, wifi=wifi, is_joined=is_joined
    )


@pytest.mark.parametrize(
    ("found", "is_there", "wanted"),
    [
        pytest.param(reach(), False, True, id="nobody reaches it"),
        pytest.param(reach(LONG - 1), False, False, id="a switch may still be starting"),
        pytest.param(reach(0), True, False, id="a cable came"),
        pytest.param(reach(set_up_s=0), False, False, id="somebody has an account"),
        pytest.param(reach(set_up_s=60), True, True, id="who made it goes on"),
        pytest.param(reach(set_up_s=SET_UP_GRACE_S), True, False, id="and has done so"),
        pytest.param(reach(wifi=None), False, False, id="no Wi-Fi"),
        pytest.param(reach(is_joined=True), False, False, id="in a network of others"),
        pytest.param(reach(is_joined=True), True, True, id="its own network is a carrier, too"),
    ],
)
def test_when_it_is_there(found: PointReach, is_there: bool, wanted: bool) -> None:
    """Only without a cable for five minutes, and until Balie was set up."""
    assert wants_point(found, is_there=is_there) is wanted


def interface(devices: Path, name: str, *, carrier: str, wireless: bool = False) -> None:
    folder = devices / name
    folder.mkdir(parents=True)
    (folder / "type").write_text("1\n", "ascii")
    (folder / "device").mkdir()
    if wireless:
        (folder / "wireless").mkdir()
    (folder / "carrier").write_text(carrier, "ascii")


def test_what_the_kernel_says_of_cables_and_wifi(tmp_path: Path) -> None:
    """A network without a device, such as that of WireGuard, is no cable."""
    (tmp_path / "balie-home").mkdir()
    (tmp_path / "balie-home" / "type").write_text("1", "ascii")
    (tmp_path / "balie-home" / "carrier").write_text("1", "ascii")
    interface(tmp_path, "eth0", carrier="0\n")
    interface(tmp_path, "wlan0", carrier="1\n", wireless=True)
    assert not set_up_point.has_cable(tmp_path)
    assert set_up_point.wifi_of(tmp_path) == "wlan0"
    assert set_up_point.is_joined("wlan0", tmp_path)
    (tmp_path / "eth0" / "carrier").write_text("1\n", "ascii")
    assert set_up_point.has_cable(tmp_path)
    (tmp_path / "eth0" / "carrier").unlink()
    assert not set_up_point.has_cable(tmp_path), "an interface that is down says nothing"


def test_how_long_it_is_without_a_cable(tmp_path: Path) -> None:
    """A cable that comes and goes begins the five minutes anew, and a Balie that does not answer
    makes nobody set up.
    """
    now_s = [1000.0]
    interface(tmp_path, "eth0", carrier="1\n")
    interface(tmp_path, "wlan0", carrier="0\n", wireless=True)
    keeper = PointKeeper(tmp_path, devices=tmp_path, now_s=lambda: now_s[0])
    now_s[0] += LONG
    assert keeper.reach(is_set_up=False) == reach(0)
    (tmp_path / "eth0" / "carrier").write_text("0\n", "ascii")
    now_s[0] += 200
    assert keeper.reach(is_set_up=True) == reach(200, 0)
    now_s[0] += 100
    assert keeper.reach(is_set_up=None) == reach(300, 100)
    keeper.look(is_set_up=None)
    assert keeper.reach(is_set_up=False) == reach(300, None)


def test_its_network_is_locked_with_the_set_up_code() -> None:
    """By WPA2; two boxes beside each other have two names; no way leads on from it."""
    assert set_up_point.network_name("b8:27:eb:12:34:ab") == "Balie-34AB"
    config = set_up_point.supplicant_config("Balie-34AB", "k7qd-aaaa-bbbb-cccc", country="NL")
    assert 'ssid="Balie-34AB"' in config
    assert 'psk="k7qd-aaaa-bbbb-cccc"' in config
    assert re.search(r"^  mode=2$", config, re.MULTILINE)
    network = set_up_point.network_config("wlan0")
    assert "DHCPServer=yes" in network
    assert "EmitRouter=no" in network


class Box:
    """Without a cable, with a card's Wi-Fi, and with programs that note what they are asked; those
    named in `failing` fail.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.told, self.failing = folder, folder / "told", folder / "failing"
        self.now_s = 1000.0
        self.places = PointPlaces(
            opening=folder / "point",
            config=folder / "point.conf",
            network=folder / "networks" / "10-balie-point.network",
            joining=folder,
        )
        interface(folder / "net", "wlan0", carrier="0\n", wireless=True)
        (folder / "net" / "wlan0" / "address").write_text("b8:27:eb:12:34:ab\n", "ascii")
        (folder / "setup-code").write_text("k7qd-aaaa-bbbb-cccc\n", "ascii")
        (folder / "bin").mkdir()
        for name in ("systemctl", "networkctl", "nft"):
            program = folder / "bin" / name
            said = f'echo "{name} $*" >>{self.told}\n! grep -qx "{name} $1" {self.failing}\n'
            program.write_text(f"#!/bin/sh\n{said}", "ascii")
            program.chmod(0o755)
        self.fail("")
        self.keeper = PointKeeper(
            folder, devices=folder / "net", places=self.places, now_s=lambda: self.now_s
        )

    def fail(self, words: str) -> None:
        self.failing.write_text(f"{words}\n", "ascii")

    def asked(self) -> list[str]:
        """Of systemd, since it was asked last."""
        said = self.told.read_text("ascii").splitlines() if self.told.exists() else []
        self.told.unlink(missing_ok=True)
        return [each for each in said if each.startswith("systemctl")]

    def left(self) -> list[bool]:
        places = self.places
        return [each.exists() for each in (places.opening, places.config, places.network)]


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Box:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    return Box(tmp_path)


@pytest.mark.parametrize("program", ["networkctl reload", "systemctl start"])
def test_a_point_that_cannot_be_made_leaves_nothing(box: Box, program: str) -> None:
    """Or Wi-Fi would keep the address of the point, and the firewall its opening."""
    box.now_s += LONG
    box.fail(program)
    for _ in range(2):
        with pytest.raises(SetupError):
            box.keeper.look(is_set_up=False)
    box.fail("")
    box.keeper.look(is_set_up=True)
    assert box.left() == [False, False, False]
    box.keeper.look(is_set_up=False)
    assert box.left() == [True, True, True]


def test_a_point_that_cannot_be_taken_away_is_taken_away_later(box: Box) -> None:
    box.now_s += LONG
    box.keeper.look(is_set_up=False)
    interface(box.folder / "net", "eth0", carrier="1\n")
    box.fail("systemctl stop")
    with pytest.raises(SetupError):
        box.keeper.look(is_set_up=False)
    box.fail("")
    box.keeper.look(is_set_up=False)
    assert box.left() == [False, False, False]


def test_the_box_joins_its_own_network_again_after_the_point(box: Box) -> None:
    """It gave way to the point: without this the box would be off the network until a restart."""
    (box.folder / "wpa_supplicant-wlan0.conf").touch()
    box.now_s += LONG
    box.keeper.look(is_set_up=False)
    assert box.asked() == ["systemctl start balie-point.service"]
    box.keeper.take_away()
    assert box.asked() == [
        "systemctl stop balie-point.service",
        "systemctl start --no-block wpa_supplicant@wlan0.service",
    ]
