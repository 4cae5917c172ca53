"""Opens a SIM that asks for its PIN: one try, and none where a mistake could lock the SIM.

A SIM is locked after three wrong PINs (3GPP TS 31.102 §6.3) and then wants its PUK. So a try is
noted durably before it is made, and a wrong PIN is not tried again.
"""

import hashlib
import logging
import re
import time

from appliance.devices.modem.at.answers import AtError
from appliance.devices.modem.modem import Modem
from appliance.reasons import Reason

log = logging.getLogger(__name__)

# With this many tries left a wrong PIN does no harm; with fewer a person decides.
_FEWEST_TRIES = 2
# All tries are left, so the last PIN that anybody typed was right.
_ALL_TRIES = 3
_READY = "READY"
# Our own word for an error that +CPIN answers: 27.007 §9.2.1.
_BUSY = "BUSY"
_SIM_BUSY = 14
_REASONS = {
    _READY: Reason.NONE,
    # They do not stop sending: the second PIN is for other services.
    "SIM PIN2": Reason.NONE,
    "SIM PUK2": Reason.NONE,
    "": Reason.NO_SIM,
    "NOT INSERTED": Reason.NO_SIM,
    "NOT READY": Reason.BOOTING,
    _BUSY: Reason.BOOTING,
}
# Enough marks to tell a corrected PIN from the failed one, too few to reveal the PIN.
_MARKS = 1 << 10
_LOOK_AGAIN_S = 0.2

# Tries left for PIN1: 27.007 §8.65; SIMCom; Quectel; Huawei (last of the four numbers is PIN2's).
_COUNTERS = (
    ('AT+CPINR="SIM PIN"', re.compile(r'\+CPINR: *"?SIM PIN"?, *(\d+)')),
    ("AT+SPIC", re.compile(r"\+SPIC: *(\d+)")),
    ('AT+QPINC="SC"', re.compile(r'\+QPINC: *"SC", *(\d+)')),
    ("AT^CPIN?", re.compile(r"\^CPIN: *SIM PIN, *\d*, *\d+, *(\d+)")),
)


def sim_state(modem: Modem) -> str:
    """What +CPIN says, such as `READY` or `SIM PIN`; empty where there is no SIM.

    `BUSY`: the modem is still reading the SIM, as after a start.
    """
    try:
        answer = modem.command("AT+CPIN?")
    except AtError as exc:
        log.info("the SIM of %s: %s", modem.device_id, exc)
        return _BUSY if exc.code == _SIM_BUSY else ""
    return (answer.value("+CPIN") or "").strip('" ')


def reason_of(state: str) -> Reason:
    locked = Reason.SIM_PUK if "PUK" in state else Reason.SIM_PIN
    return _REASONS.get(state, locked)


def open_sim(modem: Modem, *, iccid: str | None) -> str:
    """Types the PIN where that is safe; returns what +CPIN says afterwards."""
    imei = modem.identity.imei if modem.identity else None
    pin = modem.options.pin(iccid=iccid, imei=imei)
    if pin is None:
        return "SIM PIN"
    name = f"pin:{iccid or imei}"
    tried = modem.listener.cursor(modem.device_id, name)
    mark = _mark(name, pin)
    if not _may_try(_tries_left(modem), is_same=tried == mark, is_first=not tried):
        return "SIM PIN"
    modem.listener.move_cursor(modem.device_id, name, mark)
    if modem.try_command(f'AT+CPIN="{pin}"', timeout_s=modem.options.patience.sim_s) is None:
        log.error("the SIM of %s does not take the PIN of the settings", modem.device_id)
        return sim_state(modem)
    state = _settled(modem)
    if state == _READY:
        modem.listener.move_cursor(modem.device_id, name, 0)
    return state


def _may_try(left: int | None, *, is_same: bool, is_first: bool) -> bool:
    """A PIN that was tried may be tried again only when it is known to be right."""
    if left is None:
        return is_first
    if left < _FEWEST_TRIES:
        return False
    return not is_same or left >= _ALL_TRIES


def _mark(name: str, pin: str) -> int:
    """Never 0, which means that no PIN was tried."""
    digest = hashlib.sha256(f"{name}:{pin}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % _MARKS + 1


def _tries_left(modem: Modem) -> int | None:
    for command, shape in _COUNTERS:
        answer = modem.try_command(command)
        found = [match for line in (answer.lines if answer else ()) if (match := shape.match(line))]
        if found:
            return int(found[0][1])
    return None


def _settled(modem: Modem) -> str:
    """A SIM that was just opened is busy for a while (27.007 §8.3 answers +CME ERROR: 14)."""
    deadline = time.monotonic() + modem.options.patience.sim_s
    while (state := sim_state(modem)) != _READY and time.monotonic() < deadline:
        modem.at.rest(_LOOK_AGAIN_S)
    return state
