"""Settles the name of a box, once, when it is on a network for the first time.

Two cards of one image may be given one name, and the name stands in certificates. So the network is
asked before the box is announced there, and the box takes the first name that is free.
"""

import json
import logging
import subprocess
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from appliance.box import findings
from appliance.box.card_folders import CardFolders
from appliance.box.findings import StartFinding
from appliance.box.host_names import free_name
from appliance.box.identity import BoxIdentity, tell_firmware
from appliance.box.name_question import is_taken
from appliance.box.whole_files import put_whole

log = logging.getLogger(__name__)

PATIENCE_S = 20
"""For a cable: without one there is nobody to ask, and the next start does it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Of this machine, without the loopback."""

    ipv4: Collection[str]
    all: Collection[str]


def settle(
    places: CardFolders,
    *,
    ask: Callable[[str, Addresses], bool],
    addresses: Callable[[], Addresses],
    become: Callable[[str], None],
    patience_s: float = PATIENCE_S,
) -> str | None:
    """The name that it has now; None while no network is there, or when it was settled before."""
    if not places.wanted_name.exists() or not (here := _wait_for(addresses, patience_s)).ipv4:
        return None
    wanted = places.wanted_name.read_text("ascii").strip()
    name = free_name(wanted, lambda each: ask(each, here))
    put_whole(places.name, name.encode(), mode=0o644)
    tell_firmware(
        BoxIdentity(machine_id=places.machine_id.read_text().strip(), name=name), places.firmware
    )
    places.wanted_name.unlink()
    become(name)
    if name != wanted:
        log.warning("another machine is called %s, so this one is %s", wanted, name)
        taken = StartFinding(what=findings.NAME_TAKEN, about=name)
        findings.keep([*findings.kept(places.findings), taken], places.findings)
    return name


def asked_everywhere(name: str, here: Addresses) -> bool:
    """Whether somebody has the name on one of the networks that this machine is on."""
    return any(_asked(name, here, via) for via in here.ipv4)


def addresses_now() -> Addresses:
    """As `ip` tells them. Raises OSError, and SubprocessError if it fails."""
    command = ["ip", "--json", "address", "show", "up"]
    done = subprocess.run(command, check=True, capture_output=True, timeout=10)
    return addresses_of(json.loads(done.stdout))


def addresses_of(told: Collection[Mapping[str, Any]]) -> Addresses:
    found = [
        (each["family"], each["local"])
        for port in told
        if port.get("link_type") != "loopback"
        for each in port.get("addr_info", ())
    ]
    return Addresses(
        ipv4=[local for family, local in found if family == "inet"],
        all=[local for _, local in found],
    )


def _wait_for(addresses: Callable[[], Addresses], patience_s: float) -> Addresses:
    until = time.monotonic() + patience_s
    while not (found := addresses()).ipv4 and time.monotonic() < until:
        time.sleep(1)
    return found


def _asked(name: str, here: Addresses, via: str) -> bool:
    try:
        return is_taken(name, here.all, via=via)
    except OSError as exc:
        log.warning("the network of %s could not be asked: %s", via, exc)
        return False
