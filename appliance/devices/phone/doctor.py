"""What keeps this machine from its phones, each with what a person should do about it."""

import re
import subprocess
from collections.abc import Iterable

import adbutils

from appliance.box import hub_rights
from appliance.box.hub_rights import HubLack
from appliance.devices.complaint import Complaint
from appliance.devices.phone.adb import adb_server
from appliance.devices.phone.adb.calls import server_port
from appliance.devices.protocol import DeviceState
from appliance.errors import SetupError

_VERSION_S = 10.0
_VERSION = re.compile(r"version \d+\.\d+\.(\d+)")


_REMEDIES = {
    DeviceState.ABSENT: (
        "is not plugged in, or its cable carries no data.",
        "Check the cable and the hub; in the phone's developer options USB debugging must be on.",
    ),
    DeviceState.UNAUTHORIZED: (
        "does not allow this computer.",
        'Unlock the phone and accept "Allow USB debugging", with the box for always ticked.',
    ),
    DeviceState.OFFLINE: (
        "is plugged in, but its connection is dead.",
        "Pull the cable and plug it in again; if that does not help, restart the phone.",
    ),
}


_EXAMPLES = "/usr/share/doc/balie/examples"
_ALLOWING = {
    HubLack.DROP_IN: f"install -D --mode=0644 {_EXAMPLES}/balie-hubs.conf"
    " /etc/systemd/system/balie.service.d/hubs.conf; systemctl daemon-reload",
    HubLack.RULE: f"install --mode=0644 {_EXAMPLES}/balie-hubs.rules"
    " /etc/udev/rules.d/70-balie-hubs.rules; udevadm control --reload; udevadm trigger"
    " --subsystem-match=usb",
}


def doctor(serials: Iterable[str] = ()) -> list[Complaint]:
    """All that is wrong with adb and with these phones; empty when nothing is."""
    hubs = _hubs(hub_rights.lacking())
    complaint = _adb_itself()
    if complaint is not None:
        return [complaint, *hubs]
    try:
        known = {listed.serial: listed.state for listed in adb_server.devices()}
    except SetupError as exc:
        return [_no_server(str(exc)), *hubs]
    wanted = [*serials, *(serial for serial in known if serial not in set(serials))]
    states = ((serial, known.get(serial, DeviceState.ABSENT)) for serial in wanted)
    said = [_about(serial, state) for serial, state in states if state in _REMEDIES]
    return [*said, *hubs]


def _hubs(lacking: frozenset[HubLack]) -> list[Complaint]:
    """Without these a port that could be switched alone looks like one that cannot."""
    if not lacking:
        return []
    do = "; ".join(_ALLOWING[each] for each in HubLack if each in lacking)
    return [
        Complaint(
            about="usb hub",
            sentence="Phones hang on a hub that may switch single ports, and Balie may not use it:"
            " it neither revives a phone by its port nor spares batteries.",
            remedy=f"As root: {do}; systemctl restart balie. Where the hub cannot do it (see"
            " uhubctl), set may_switch_port and may_spare_battery under [phone] to false.",
        )
    ]


def _about(serial: str, state: DeviceState) -> Complaint:
    sentence, remedy = _REMEDIES[state]
    return Complaint(about=serial, sentence=f"The phone {serial} {sentence}", remedy=remedy)


def _adb_itself() -> Complaint | None:
    try:
        own = _own_version()
    except SetupError as exc:
        remedy = "Install it: sudo apt-get install adb"
        return Complaint(about="adb", sentence=str(exc), remedy=remedy)
    running = adb_server.running_version()
    if running is None:
        return _no_server(adb_server.NO_SERVER.format(port=server_port()))
    if running == own:
        return None
    return Complaint(
        about="adb",
        sentence=f"The adb server on port {server_port()} has version {running}, ours has {own}: "
        "they stop each other, and with that every phone.",
        remedy="Use one adb for all programs: remove the other, or name one in ADBUTILS_ADB_PATH.",
    )


def _no_server(sentence: str) -> Complaint:
    return Complaint(about="adb", sentence=sentence, remedy="Start it: adb start-server")


def _own_version() -> int:
    """The last part of adb's version is the protocol's; raises SetupError without an adb."""
    try:
        command = [adbutils.adb_path(), "version"]
        printed = subprocess.run(
            command, timeout=_VERSION_S, check=True, capture_output=True, text=True
        ).stdout
    except (adbutils.AdbError, OSError, subprocess.SubprocessError) as exc:
        raise SetupError(adb_server.NO_ADB) from exc
    found = _VERSION.search(printed)
    return int(found[1]) if found else adb_server.SERVER_VERSION
