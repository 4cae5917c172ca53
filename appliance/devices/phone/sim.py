"""Which SIM is in the phone."""

import re

from appliance.devices.adb import Output, last_line
from appliance.devices.phone.content_rows import AccessRefused, content_query, read_rows
from appliance.devices.phone.phone_lists import in_e164
from appliance.devices.protocol import Sim
from appliance.errors import DeviceError

# The columns of Telephony.SimInfo of AOSP; `sim_id` is the slot, -1 for a card that was taken out.
_COLUMNS = ("sim_id", "icc_id", "number")

SIM_STATE = "getprop gsm.sim.state"
SIM_COMMANDS = (
    content_query("content://telephony/siminfo", _COLUMNS),
    "dumpsys isub",
    SIM_STATE,
)

# ITU-T E.118: 89, then up to 18 more digits, on some cards with an F at the end. Newer Android
# masks the end of it in `dumpsys isub` (`893144612[****]`): that is no card number.
_ICCID = re.compile(r"89\d{16,18}F?")
_IN_DUMP = re.compile(r"iccId=(\S+?)[,\s\]].*?simSlotIndex=0", re.IGNORECASE)
_NO_SIM = frozenset({"ABSENT", "NOT_READY", "UNKNOWN", ""})
# The others are what a phone says for a while that has just started.
_TAKEN_OUT = "ABSENT"


def read_sim(answers: list[Output]) -> Sim | None:
    """The SIM of the first slot from the answers to SIM_COMMANDS; None when there is none."""
    info, dump, state = (answer.text for answer in answers)
    if _of_first_slot(state) in _NO_SIM:
        return None
    iccid, number = _from_provider(info)
    found = _IN_DUMP.search(dump)
    if iccid is None and found and _ICCID.fullmatch(found[1]):
        iccid = found[1]
    return Sim(iccid=iccid, number=number)


def is_taken_out(state: str) -> bool:
    """From the answer to SIM_STATE: there is no card in the first slot."""
    return _of_first_slot(state) == _TAKEN_OUT


def _of_first_slot(state: str) -> str:
    return last_line(state).split(",")[0]


def _from_provider(output: str) -> tuple[str | None, str | None]:
    try:
        rows = read_rows(output, _COLUMNS)
    except (AccessRefused, DeviceError):
        return None, None
    slots = sorted((row for row in rows if (row["sim_id"] or "-1").isdecimal()), key=_slot)
    if not slots:
        return None, None
    iccid, number = slots[0]["icc_id"] or "", slots[0]["number"] or ""
    return (iccid if _ICCID.fullmatch(iccid) else None), (in_e164(number) if number else None)


def _slot(row: dict[str, str | None]) -> int:
    return int(row["sim_id"] or 0)
