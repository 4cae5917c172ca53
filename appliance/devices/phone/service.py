"""Whether the phone's SIM has a mobile network, and how much room the phone has left."""

import re

from appliance.devices.phone.adb.calls import last_line

OPERATOR = "getprop gsm.operator.alpha"
REGISTRY = "dumpsys telephony.registry"
ROOM = "df /data"

_STATES = re.compile(
    r"Phone Id=(\d+).*?mVoiceRegState=(\d+).*?mDataRegState=(\d+)", re.DOTALL | re.IGNORECASE
)
_IN_SERVICE = "0"
# Blocks of 1 kB: all, used, free.
_DF = re.compile(r"\s(\d+)\s+(\d+)\s+(\d+)\s+\d+%\s")
_KB_PER_MB = 1024
_STEP_MB = 100


def names_operator(answer: str, slot: int) -> bool:
    """From the answer to OPERATOR: a name in the SIM's place means that it has a network.

    That it is empty without a network is uncertain, so REGISTRY is asked then.
    """
    names = last_line(answer).split(",")
    return slot < len(names) and bool(names[slot].strip())


def is_in_service(dump: str, slot: int) -> bool | None:
    """From the answer to REGISTRY; None where it does not say. Data alone is a network, too."""
    for phone, voice, data in _STATES.findall(dump):
        if int(phone) == slot:
            return _IN_SERVICE in (voice, data)
    return None


def free_mb(answer: str) -> int | None:
    """From the answer to ROOM, rounded down, because it changes by itself all the time."""
    found = _DF.search(f"{answer}\n")
    return int(found[3]) // _KB_PER_MB // _STEP_MB * _STEP_MB if found else None
