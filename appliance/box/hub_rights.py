"""Whether `balie.service` may switch the ports of the hubs that phones hang on.

Without rights `uhubctl` lists nothing, which looks like a hub that cannot do it.
"""

import grp
import pwd
import stat
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from appliance.box import hub_ports, usb_phones
from appliance.box.usb_phones import word_of

SERVICE, USER = "balie.service", "balie"
_ASK_S = 10.0
_LISTENS = "AF_NETLINK"


class HubLack(StrEnum):
    #: The service may not listen to the kernel, as libusb wants to.
    DROP_IN = "drop-in"
    #: The hub's device file is not the user's to write.
    RULE = "rule"


def _families() -> str | None:
    """None where this machine has no such service."""
    asked = ["systemctl", "show", "--property=LoadState,RestrictAddressFamilies", SERVICE]
    try:
        done = subprocess.run(asked, timeout=_ASK_S, check=True, capture_output=True, text=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if "LoadState=loaded" in done.stdout else None


def _groups() -> frozenset[int]:
    try:
        user = pwd.getpwnam(USER)
    except KeyError:
        return frozenset()
    named = {each.gr_gid for each in grp.getgrall() if USER in each.gr_mem}
    return frozenset({user.pw_gid, *named})


@dataclass(frozen=True, slots=True, kw_only=True)
class HubPlaces:
    """What the machine shows; others in tests only."""

    devices: Path = usb_phones.DEVICES
    nodes: Path = Path("/dev/bus/usb")
    families: Callable[[], str | None] = _families
    groups: Callable[[], frozenset[int]] = _groups


def lacking(places: HubPlaces | None = None) -> frozenset[HubLack]:
    """Empty where nothing is wanted: without `uhubctl`, without that service, and where no phone
    hangs on a hub that may switch single ports.
    """
    places = places or HubPlaces()
    hubs = list(_hubs(places.devices))
    families = places.families() if hubs and hub_ports.is_installed() else None
    if families is None:
        return frozenset()
    found = {HubLack.DROP_IN} if _LISTENS not in families else set()
    groups = places.groups()
    if not all(_may_write(_node(places.nodes, each), groups) for each in hubs):
        found.add(HubLack.RULE)
    return frozenset(found)


def _hubs(devices: Path) -> Iterator[Path]:
    """Those with a phone that are no part of the machine itself."""
    named = {usb_phones.port_at(place).hub for place in usb_phones.plugged_in(devices).values()}
    for name in sorted(named):
        folder = devices / name
        kind = f"{word_of(folder / 'idVendor')}:{word_of(folder / 'idProduct')}"
        if folder.is_dir() and not hub_ports.is_ganged(kind):
            yield folder


def _node(nodes: Path, hub: Path) -> Path:
    bus, number = word_of(hub / "busnum"), word_of(hub / "devnum")
    return nodes / bus.zfill(3) / number.zfill(3)


def _may_write(node: Path, groups: frozenset[int]) -> bool:
    try:
        found = node.stat()
    except OSError:
        return True  # it went away
    by_group = found.st_gid in groups and bool(found.st_mode & stat.S_IWGRP)
    return by_group or bool(found.st_mode & stat.S_IWOTH)
