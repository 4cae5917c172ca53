"""Takes the settings of the card over to the data partition, and wipes them from the card.

First all is written there, then the card's file goes: a power cut in between has them read again.
What a card's controller keeps of bytes that were overwritten nobody can say: a key of a Wi-Fi
network is worth what the card is worth.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from appliance.box import findings
from appliance.box.card_folders import CardFolders
from appliance.box.card_settings import (
    AUTHORITY_FILE,
    FILE,
    CardSettings,
    ReadCard,
    Wifi,
    read_card,
    without_secrets,
)
from appliance.box.findings import StartFinding
from appliance.box.whole_files import keep_names, put_whole

READ_FILE = "balie-read.toml"
WIFI_FILE = "wpa_supplicant-wlan0.conf"

_SECRET, _PUBLIC = 0o600, 0o644
_WPA_ROUNDS, _WPA_BYTES = 4096, 32
_MOST_BYTES = 1 << 20
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*KEY-----", re.DOTALL)


def take_over(places: CardFolders) -> None:
    """Does nothing where the card has no settings, as at every start but the first.

    Raises OSError.
    """
    card, authority = places.firmware / FILE, places.firmware / AUTHORITY_FILE
    if not card.exists() and not authority.exists():
        return
    read = read_card(_beginning(card)) if card.exists() else ReadCard()
    _keep(read.settings, places)
    wrong = [*read.findings, *_keep_authority(authority, places.given_tls)]
    findings.keep(wrong, places.card_findings)
    put_whole(places.firmware / READ_FILE, without_secrets(read.settings), mode=_SECRET)
    for each in (card, authority):
        if each.exists():
            wipe(each)


def wipe(path: Path) -> None:
    """Its bytes are overwritten where they lie before the file goes."""
    with path.open("r+b") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(left, _MOST_BYTES)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    keep_names(path.parent)


def supplicant_settings(wifi: Wifi) -> bytes:
    """For `wpa_supplicant`: texts as hex, so that none of their letters means anything there.

    The pre-shared key is made of the passphrase as IEEE 802.11 says; WPA3 takes the passphrase.
    """
    name = wifi.name.encode()
    lines = [f"country={wifi.country}", "network={", f"\tssid={name.hex()}", "\tscan_ssid=1"]
    if wifi.key:
        key = hashlib.pbkdf2_hmac("sha1", wifi.key.encode(), name, _WPA_ROUNDS, _WPA_BYTES)
        lines += ["\tkey_mgmt=WPA-PSK SAE", "\tieee80211w=1", f"\tpsk={key.hex()}"]
        lines += [f"\tsae_password={wifi.key.encode().hex()}"]
    else:
        lines += ["\tkey_mgmt=NONE"]
    return "\n".join([*lines, "}", ""]).encode()


def _keep(settings: CardSettings, places: CardFolders) -> None:
    """What nobody said stays as it was."""
    if settings.name:
        put_whole(places.wanted_name, settings.name.encode(), mode=_PUBLIC)
    if settings.branch:
        put_whole(places.branch, settings.branch.encode(), mode=_PUBLIC)
    if settings.ssh_key:
        put_whole(places.ssh / "authorized_keys", f"{settings.ssh_key}\n".encode(), mode=_SECRET)
    if settings.join:
        put_whole(places.invitation, settings.join.encode(), mode=_SECRET)
    if settings.wifi is not None:
        put_whole(places.wifi / WIFI_FILE, supplicant_settings(settings.wifi), mode=_SECRET)


def _keep_authority(given: Path, folder: Path) -> Iterator[StartFinding]:
    """The certificates come last: as soon as they are there, they are signed with."""
    if not given.exists():
        return
    pem = _beginning(given)
    certificates, key = b"\n".join(_CERTIFICATE.findall(pem)), _KEY.search(pem)
    if not certificates or key is None:
        yield StartFinding(what=findings.WRONG_VALUE, about=AUTHORITY_FILE)
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    put_whole(folder / "ca.key", key[0] + b"\n", mode=_SECRET)
    put_whole(folder / "ca.crt", certificates + b"\n", mode=_PUBLIC)


def _beginning(path: Path) -> bytes:
    """The whole of what may be settings; a file of any size may lie on a card."""
    with path.open("rb") as file:
        return file.read(_MOST_BYTES)
