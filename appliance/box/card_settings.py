"""`balie.toml`: what head office says of a box when it makes its card.

It lies on the card's first partition, which every computer can read and write. The box reads it
once; a wrong key costs that key alone, because a box that does not start helps nobody.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from appliance.box import findings
from appliance.box.findings import StartFinding
from appliance.box.host_names import checked_name
from appliance.errors import InvalidInput

FILE = "balie.toml"
AUTHORITY_FILE = "ca.pem"
"""Beside it: the certificates that head office wants instead of a CA of the box's own."""

_SSH_KEY = re.compile(r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-\S+|sk-\S+) [A-Za-z0-9+/]+=*( [^\n\r]*)?")
_COUNTRY = re.compile(r"[A-Z]{2}")
_MOST_SHOWN = 40
_WPA_KEY = range(8, 64)
_SSID_BYTES = range(1, 33)
_BRANCH = range(1, 81)
_TOKEN = range(1, 1025)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wifi:
    """`key` empty: a network that is open. `country` decides which channels may be used."""

    name: str
    key: str = ""
    country: str = "NL"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSettings:
    """Empty is what nobody said. `join` is head office's invitation, which is good for one box."""

    name: str = ""
    branch: str = ""
    ssh_key: str = ""
    join: str = ""
    wifi: Wifi | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCard:
    settings: CardSettings = field(default_factory=CardSettings)
    findings: tuple[StartFinding, ...] = ()


def read_card(data: bytes) -> ReadCard:
    """What can be followed, and what cannot, by the names of its keys."""
    try:
        told = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # some numbers and depths fail beside TOMLDecodeError
        return ReadCard(findings=(StartFinding(what=findings.UNREADABLE, about=FILE),))
    right = dict(_right(told))
    return ReadCard(settings=CardSettings(**right), findings=tuple(_wrong(told, right)))


def checked_settings(told: Mapping[str, Any]) -> CardSettings:
    """As head office's program writes them. Raises InvalidInput, with the name of the key."""
    return CardSettings(**{key: _CHECKS[key](value) for key, value in told.items()})


def written(settings: CardSettings) -> bytes:
    """As `read_card` reads it. A string of JSON is one of TOML, too."""
    lines = [
        f"{key} = {_quoted(value)}"
        for key in ("name", "branch", "ssh_key", "join")
        if (value := getattr(settings, key))
    ]
    if settings.wifi is not None:
        lines += ["", "[wifi]"]
        lines += [f"{key} = {_quoted(getattr(settings.wifi, key))}" for key in _WIFI]
    return ("\n".join(lines) + "\n").encode()


def without_secrets(settings: CardSettings) -> bytes:
    """What stays on the card when it was read: enough to see what a box was told."""
    shown = CardSettings(name=settings.name, branch=settings.branch, ssh_key=settings.ssh_key)
    return b"# The box has read this. For other settings write a new balie.toml.\n" + written(shown)


Check = Callable[[Any], Any]


def _right(told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key in _CHECKS.keys() & told.keys():
        try:
            yield key, _CHECKS[key](told[key])
        except InvalidInput:
            continue


def _wrong(told: Mapping[str, Any], right: Mapping[str, Any]) -> Iterator[StartFinding]:
    """The order of the file; what a key says is not told, because it may be a secret."""
    for key in told:
        if key not in _CHECKS:
            yield StartFinding(what=findings.UNKNOWN_KEY, about=key[:_MOST_SHOWN])
        elif key not in right:
            yield StartFinding(what=findings.WRONG_VALUE, about=key)


def _name(value: Any) -> str:
    return checked_name(value if isinstance(value, str) else "")


def _text(key: str, length: range) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str) or len(value) not in length or not value.isprintable():
            sentence = f"{key} is one line of {length.start} to {length.stop - 1} characters."
            raise InvalidInput(key, sentence)
        return value

    return check


def _ssh_key(value: Any) -> str:
    line = value.strip() if isinstance(value, str) else ""
    if not _SSH_KEY.fullmatch(line):
        sentence = "That is no public key of SSH. It is one line, as in the file id_ed25519.pub."
        raise InvalidInput("ssh_key", sentence)
    return line


def _wifi(value: Any) -> Wifi:
    if not isinstance(value, dict) or value.keys() - _WIFI:
        raise InvalidInput("wifi", "Of a Wi-Fi network its name, key and country are said.")
    wifi = Wifi(**{"name": "", **value})
    if not all(isinstance(each, str) and each.isprintable() for each in value.values()):
        raise InvalidInput("wifi", "Name, key and country of a Wi-Fi network are texts.")
    if len(wifi.name.encode()) not in _SSID_BYTES:
        raise InvalidInput("wifi", "The name of a Wi-Fi network has 1 to 32 bytes.")
    if wifi.key and (len(wifi.key) not in _WPA_KEY or not wifi.key.isascii()):
        raise InvalidInput("wifi", "The key of a Wi-Fi network has 8 to 63 characters.")
    if not _COUNTRY.fullmatch(wifi.country):
        raise InvalidInput("wifi", "The country of a Wi-Fi network is two letters, as in NL.")
    return wifi


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_WIFI = ("name", "key", "country")
_CHECKS: Mapping[str, Check] = {
    "name": _name,
    "branch": _text("branch", _BRANCH),
    "ssh_key": _ssh_key,
    "join": _text("join", _TOKEN),
    "wifi": _wifi,
}
