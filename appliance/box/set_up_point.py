"""The Wi-Fi network of a box that nobody can reach yet: when it is there, and what makes it.

Without a cable and before anybody has set Balie up, a telephone joins this network and opens the
box's page. wpa_supplicant, which the box has for its own Wi-Fi, makes the network, and
systemd-networkd gives out addresses: nothing else has to be installed.
"""

import json
from dataclasses import dataclass
from pathlib import Path

NETWORK_DEVICES = Path("/sys/class/net")

WITHOUT_CABLE_S = 300.0
"""A switch that starts together with the box takes a minute or two."""
SET_UP_GRACE_S = 900.0
"""Who makes the first administrator over this network goes on with a branch and a number."""

ADDRESS = "10.63.0.1"
"""Beside the networks by which colleagues come from home."""
_CHANNEL_MHZ = 2437
"""Channel 6: allowed in every country, and every telephone has it."""
_ETHERNET = "1"
"""ARPHRD_ETHER, of Linux's if_arp.h; wireless interfaces say the same and have a folder more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointReach:
    """How the box can be reached. `without_cable_s` is 0 while a cable is in; `set_up_s` is how
    long somebody has an account; None: not yet. `is_joined`: it is in a Wi-Fi network of others.
    """

    without_cable_s: float
    set_up_s: float | None
    wifi: str | None
    is_joined: bool = False


def wants_point(reach: PointReach, *, is_there: bool) -> bool:
    """Whether the network should be there now."""
    if reach.wifi is None or reach.without_cable_s < WITHOUT_CABLE_S:
        return False
    if reach.is_joined and not is_there:
        return False
    if reach.set_up_s is None:
        return True
    return is_there and reach.set_up_s < SET_UP_GRACE_S


def has_cable(devices: Path = NETWORK_DEVICES) -> bool:
    """Whether the other end of a cable answers."""
    return any(_word(each / "carrier") == "1" for each in _wired(devices))


def wifi_of(devices: Path = NETWORK_DEVICES) -> str | None:
    """The first wireless interface."""
    return next((each.name for each in _all(devices) if (each / "wireless").is_dir()), None)


def is_joined(wifi: str | None, devices: Path = NETWORK_DEVICES) -> bool:
    return wifi is not None and _word(devices / wifi / "carrier") == "1"


def network_name(mac: str) -> str:
    """Two boxes that are set up beside each other have two names."""
    return f"Balie-{mac.replace(':', '')[-4:].upper()}"


def supplicant_config(name: str, passphrase: str, *, country: str) -> str:
    """For wpa_supplicant: an access point (mode 2) by WPA2. The passphrase is the set-up code."""
    return "\n".join(
        [
            f"country={country}",
            "network={",
            f"  ssid={json.dumps(name)}",
            "  mode=2",
            f"  frequency={_CHANNEL_MHZ}",
            "  key_mgmt=WPA-PSK",
            "  proto=RSN",
            "  pairwise=CCMP",
            f"  psk={json.dumps(passphrase)}",
            "}",
            "",
        ]
    )


def network_config(wifi: str) -> str:
    """For systemd-networkd: addresses for who joins, and no way to anywhere else."""
    return "\n".join(
        [
            "[Match]",
            f"Name={wifi}",
            "",
            "[Network]",
            f"Address={ADDRESS}/24",
            "DHCPServer=yes",
            "",
            "[DHCPServer]",
            "EmitRouter=no",
            "EmitDNS=no",
            "",
        ]
    )


def _all(devices: Path) -> list[Path]:
    return sorted(devices.iterdir()) if devices.is_dir() else []


def _wired(devices: Path) -> list[Path]:
    """Real ones: the kernel gives what is only made of software no device."""
    return [
        each
        for each in _all(devices)
        if _word(each / "type") == _ETHERNET
        and (each / "device").exists()
        and not (each / "wireless").is_dir()
    ]


def _word(path: Path) -> str:
    """Empty where it cannot be read; the carrier of an interface that is down cannot."""
    try:
        return path.read_text("ascii").strip()
    except OSError:
        return ""
