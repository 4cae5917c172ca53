"""Which SIM cards are in the phone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.devices.phone.adb.calls import Output, last_line
from appliance.devices.phone.content_rows import content_query, read_rows
from appliance.devices.phone.texts import in_e164
from appliance.devices.protocol import Sim
from appliance.errors import DeviceError

# The columns of Telephony.SimInfo of AOSP; `sim_id` is the slot, -1 for a card that was taken out.
_COLUMNS = ("_id", "sim_id", "icc_id", "number")

SIM_STATE = "getprop gsm.sim.state"
SIM_DUMP = "dumpsys isub"
SIM_COMMANDS = (
    content_query("content://telephony/siminfo", _COLUMNS),
    SIM_DUMP,
    SIM_STATE,
)

# ITU-T E.118: 89, then up to 18 more digits, on some cards with an F at the end. Newer Android
# masks its end in `dumpsys isub` (`893144612[****]`), which is no card number then.
_ICCID = re.compile(r"89\d{16,18}F?")
_IN_DUMP = re.compile(r"\bid=(\d+)[,\s]+iccId=(\S+?)[,\s\]].*?simSlotIndex=(\d+)", re.IGNORECASE)
_SENDS_BY = re.compile(r"\bdefaultSmsSubId=(-?\d+)", re.IGNORECASE)
_NO_SIM = frozenset({"ABSENT", "NOT_READY", "UNKNOWN", ""})
# A phone says the others for a while after its start.
_TAKEN_OUT = "ABSENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCard:
    """One SIM in the phone. `subscription` is Android's own number for it, where it tells."""

    sim: Sim
    slot: int
    subscription: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """SIMs that work now, by their slots. `sends_by`: the subscription that sends SMS.

    `sends_by` is None where the phone does not say; it is no card's where a person is asked each
    time.
    """

    all: Sequence[PhoneCard]
    sends_by: int | None


def read_cards(answers: Sequence[Output]) -> Cards:
    """From the answers to SIM_COMMANDS."""
    info, dump, state = (answer.text for answer in answers)
    states = _states(state)
    slots = [slot for slot, each in enumerate(states) if each not in _NO_SIM]
    rows, dumped = _by_slot(info), _dumped(dump)
    if len(slots) == len(rows) == 1:  # some phones number the slots differently in the two places
        rows = {slots[0]: next(iter(rows.values()))}
    alone = len(slots) == 1
    cards = [_card(slot, rows.get(slot, {}), dumped.get(slot), alone=alone) for slot in slots]
    return Cards(all=cards, sends_by=sends_by(dump))


def sends_by(dump: str) -> int | None:
    """From the answer to SIM_DUMP: the subscription that sends SMS, where it says so."""
    found = _SENDS_BY.search(dump)
    return int(found[1]) if found else None


def is_taken_out(state: str, slot: int = 0) -> bool:
    """From the answer to SIM_STATE: whether this slot has no card."""
    states = _states(state)
    return slot >= len(states) or states[slot] == _TAKEN_OUT


def _states(state: str) -> list[str]:
    return [each.strip() for each in last_line(state).split(",")]


def _dumped(dump: str) -> Mapping[int, tuple[str, str]]:
    """For each slot the subscription and the card's number, as far as they are shown."""
    return {int(slot): (named, iccid) for named, iccid, slot in _IN_DUMP.findall(dump)}


def _by_slot(output: str) -> Mapping[int, Mapping[str, str | None]]:
    """Empty where the phone does not let its shell read them."""
    try:
        rows = read_rows(output, _COLUMNS)
    except DeviceError:
        return {}
    slots = ((row["sim_id"] or "", row) for row in rows)
    return {int(slot): row for slot, row in slots if slot.isdecimal()}


def _card(
    slot: int, row: Mapping[str, str | None], dumped: tuple[str, str] | None, *, alone: bool
) -> PhoneCard:
    subscription, in_dump = dumped or ("", "")
    iccid, number = row.get("icc_id") or "", row.get("number") or ""
    known = next((each for each in (iccid, in_dump) if _ICCID.fullmatch(each)), None)
    named = row.get("_id") or subscription
    return PhoneCard(
        slot=slot,
        sim=Sim(iccid=known, number=in_e164(number) if number else None, alone=alone),
        subscription=int(named) if named and named.isdecimal() else None,
    )
