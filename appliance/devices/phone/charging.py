"""Keeps a phone from being charged for some minutes, by the power of its USB port.

Only a port that its hub switches alone will do, and only for a phone without a limit of its own.
"""

import logging
import threading
import time

from appliance.box import hub_ports
from appliance.box.hub_ports import HubPort
from appliance.devices.charge_protocol import ChargePause
from appliance.devices.phone.adb import adb_server
from appliance.devices.phone.phone import Phone
from appliance.devices.protocol import DeviceState
from appliance.errors import DeviceGone, SetupError

log = logging.getLogger(__name__)

# Samsung's own limit, as it is set when a phone is enrolled; others have none that a shell can see.
_OWN_LIMIT = "settings get global protect_battery"
_IS_LIMITED = "1"
# A phone on USB is seen within seconds; adb may ask it anew for its key.
GONE_WITHIN_S = 10.0
_BACK_WITHIN_S = 40.0
_LOOK_S = 0.5
_ON_TRIES = 3


def pause_charging(phone: Phone, pause: ChargePause, roused: threading.Event) -> bool:
    """Raises SetupError where the port does not do as it is told, DeviceGone where the phone does
    not come back.
    """
    (limit,) = phone.session.run(_OWN_LIMIT)
    port = hub_ports.port_of(phone.session.serial)
    if limit.line == _IS_LIMITED or port is None:
        return False
    phone.session.close()
    try:
        _switch(port, on=False)
        log.info("%s is not charged for up to %d s", phone.device_id, pause.most_s)
        _wait(phone, pause, roused)
    finally:
        _switch_on(port)
    if not _is_seen(phone, DeviceState.READY, within_s=_BACK_WITHIN_S):
        raise DeviceGone("The phone did not come back when its port was switched on.")
    return True


def _switch(port: HubPort, *, on: bool) -> None:
    hub_ports.switch(port, on=on)
    if hub_ports.is_on(port) is not on:
        raise SetupError("The hub says that it switches this port, and does not.")


def _switch_on(port: HubPort) -> None:
    """A phone without power is worse than one that is full."""
    for left in reversed(range(_ON_TRIES)):
        try:
            _switch(port, on=True)
        except SetupError:
            if not left:
                raise
        else:
            return


def _wait(phone: Phone, pause: ChargePause, roused: threading.Event) -> None:
    """Whatever happens ends it, but for the phone's own leaving, which is told like anything."""
    _is_seen(phone, DeviceState.ABSENT, within_s=GONE_WITHIN_S)
    roused.clear()
    if pause.goes_on():
        roused.wait(pause.most_s)


def _is_seen(phone: Phone, state: DeviceState, *, within_s: float) -> bool:
    until = time.monotonic() + within_s
    while adb_server.connection_state(phone.session.serial) is not state:
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_S)
    return True
