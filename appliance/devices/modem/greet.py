"""Settings that a modem needs before Balie can use it; they are gone after each start.

Messages are announced by +CMTI and read from the storage (+CNMI mode 2,1). A pushed message (+CMT)
is in no storage, and lost when nobody reads it at that moment. Status reports are stored, too,
where they leave room for messages.
"""

import logging
import re

from appliance.devices.modem.modem import Modem
from appliance.devices.modem.storage import Storages

log = logging.getLogger(__name__)

# V.250 §6.3.8: never answer a call; a stored profile may say otherwise. Data modems have no calls.
_NO_ANSWER = "ATS0=0"
# Echo off, errors as numbers, messages as PDUs.
_NEEDED = ("ATE0V1", "AT+CMEE=1", "AT+CMGF=0")
# No +CNMA needed (27.005 §3.2.1); callers' numbers; news of registration; plain characters.
_WANTED = (
    _NO_ANSWER,
    "AT+CSMS=0",
    "AT+CLIP=1",
    "AT+CREG=1",
    "AT+CEREG=1",
    'AT+CSCS="IRA"',
    "AT+CUSD=1",
)
# <ds>: a status report is pushed (+CDS), or stored and announced (+CDSI).
_PUSHED, _STORED = 1, 2
_LIST = re.compile(r"\(([^)]*)\)|(\d)")


def has_settings(modem: Modem) -> bool:
    """Whether the modem still has its settings; it may have restarted without a message.

    Both are asked, because some model starts with either of them.
    """
    if modem.identity is None or not modem.settled:
        return False
    modem.settled = _says(modem, "+CMGF") == "0" and _says(modem, "+CMEE") == "1"
    return modem.settled


def _says(modem: Modem, name: str) -> str | None:
    answer = modem.try_command(f"AT{name}?")
    return answer.value(name) if answer else None


def greet(modem: Modem) -> None:
    """Sets what a modem accepts before its SIM is open."""
    for command in _NEEDED:
        modem.must(command)
    modem.try_command(_NO_ANSWER)


def settle(modem: Modem, storages: Storages) -> None:
    """Sets the rest once the SIM is open."""
    for command in _NEEDED:
        modem.must(command)
    for command in _WANTED:
        modem.try_command(command)
    storages.survey()
    _ask_for_news(modem, storages)


def _ask_for_news(modem: Modem, storages: Storages) -> None:
    """Sets the best <mode>,<mt>,<bm>,<ds>,<bfr> that the modem has (27.005 §3.4.1)."""
    answer = modem.try_command("AT+CNMI=?")
    told = (answer.value("+CNMI") or "") if answer else ""
    offered = [_numbers(match[0] or match[1]) for match in _LIST.findall(told)]
    modes = offered[0] if offered else {2}
    reports = offered[3] if len(offered) > len("mbd") else {1}
    mode = next((each for each in (2, 1, 3) if each in modes), 2)
    stored = _STORED in reports and storages.has_room_for_reports
    report = _STORED if stored else _PUSHED if _PUSHED in reports else 0
    tries = (f"AT+CNMI={mode},1,0,{report},0", f"AT+CNMI={mode},1,0,{report}", f"AT+CNMI={mode},1")
    if all(modem.try_command(each) is None for each in tries):
        log.warning("%s announces nothing; its storage is swept", modem.device_id)


def _numbers(written: str) -> set[int]:
    """`0-3` or `0,1,2`."""
    found: set[int] = set()
    for piece in written.split(","):
        first, _, last = piece.strip().partition("-")
        if first.isdecimal():
            found |= set(range(int(first), int(last if last.isdecimal() else first) + 1))
    return found
