"""Where a modem keeps messages: 3GPP TS 27.005 §3.2.2, §3.4 and §3.5, in PDU mode.

Outgoing and incoming messages share a storage only where there is no other, so that a flood of
incoming ones leaves room to answer.
"""

import logging
import re
from collections.abc import Mapping, Sequence

from appliance.devices.modem.at.answers import Answer, AtError
from appliance.devices.modem.at.errors import StorageFullError, classify
from appliance.devices.modem.modem import Modem
from appliance.devices.modem.slots import Slot, read_list, read_slot
from appliance.errors import DeviceError, LineStopped, Transient

log = logging.getLogger(__name__)

#: The SIM and the modem's own memory; other storages mix these two, or hold no messages.
_PLACES = ("SM", "ME")
_REPORTS = "SR"
# A separate storage for sending needs at least this many slots.
_ENOUGH_SLOTS = 5
# Status reports are fetched twice a second, a few at a time: in this many slots they leave room.
_ROOM_FOR_REPORTS = 20
# A command line may be 40 characters at least (V.250 §5.2.1); modems take several hundred.
_FREED_TOGETHER = 16

_NOT_THERE = 321  # invalid memory index
# "Not supported" and "not allowed" of 27.005 §3.2.5 and 27.007 §9.2.
_NOT_SUPPORTED = frozenset({("cms", 301), ("cms", 302), ("cms", 303), ("cme", 3), ("cme", 4)})
# A modem that refused to store this often in a row has no storage for sending.
_REFUSALS = 3

_NUMBER = re.compile(r"\d{1,5}")
_LIST = re.compile(r"\(([^)]*)\)")


class Unwritable(Transient):
    """The modem cannot store a message for sending."""


class Storages:
    """`writing` is None where no message can be stored for sending. Used by the device's thread."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self._reading = ""
        self._offers_reports = False
        #: Where messages are kept, as the pages show it.
        self._messages: frozenset[str] = frozenset()
        #: Whether the modem takes several commands in one line.
        self._together = True
        #: How often in a row the modem refused to store, for an unknown reason.
        self._refusals = 0
        self.writing: str | None = None
        self.incoming = ""
        self.reports: str | None = None
        self.sweeping: Sequence[str] = ()
        #: Used and total slots by storage, as last seen.
        self.rooms: dict[str, tuple[int, int]] = {}

    def survey(self) -> None:
        """Asks which storages there are and chooses; called after the modem was greeted."""
        self._reading, self._refusals = "", 0
        readable, writable, receiving = self._offered()
        for place in dict.fromkeys((*readable, *writable)):
            self._measure(place, readable, writable, receiving)
        here = [place for place in readable if self._total(place)]
        into = [place for place in here if place in receiving] or [*receiving, *readable]
        self.incoming = max(into, key=self._total, default="SM")
        self.writing = self._choose_writing([place for place in here if place in writable])
        self.reports = self._find_reports()
        self.sweeping = (*here, *([self.reports] if self.reports else []))
        self._messages = frozenset({*here, *into})
        self._use(here[0] if here else self.incoming)

    def _offered(self) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
        """The storages offered for <mem1>, <mem2> and <mem3>, without those that mix others."""
        answer = self._modem.try_command("AT+CPMS=?")
        lists = _LIST.findall((answer.value("+CPMS") or "") if answer else "")
        names = [re.findall(r"\w+", each) for each in lists] or [["SM"]] * 3
        self._offers_reports = _REPORTS in names[0]
        known = [[place for place in _PLACES if place in each] or each[:1] for each in names[:3]]
        while len(known) < len(("mem1", "mem2", "mem3")):
            known.append(known[-1])
        return known[0], known[1], known[2]

    def _measure(self, place: str, *roles: Sequence[str]) -> None:
        """Learns how many slots it has from the answer to choosing it. `roles` of <mem1> first."""
        chosen = []
        for role in roles:
            if place not in role:
                break
            chosen.append(f'"{place}"')
        if chosen:
            self._note_rooms([place], self._modem.try_command(f"AT+CPMS={','.join(chosen)}"))

    def _find_reports(self) -> str | None:
        """Some modems name a storage that they do not have."""
        if not self._offers_reports:
            return None
        return _REPORTS if self._modem.try_command(f'AT+CPMS="{_REPORTS}"') else None

    def _choose_writing(self, possible: Sequence[str]) -> str | None:
        if not possible or not self._writes():
            return None
        apart = [
            place
            for place in possible
            if place != self.incoming and self._total(place) >= _ENOUGH_SLOTS
        ]
        return max(apart or possible, key=self._total)

    def _writes(self) -> bool:
        return any(self._modem.try_command(f"AT+{verb}=?") for verb in ("CMGW", "CMSS"))

    def _total(self, place: str) -> int:
        return self.rooms.get(place, (0, 0))[1]

    def _use(self, place: str) -> None:
        """Makes it the storage that commands list, read and free; the other two stay."""
        if self._reading == place:
            return
        names = [place, self.writing or "", self.incoming]
        chosen = ",".join(f'"{name}"' for name in (names if self.writing else names[:1]))
        self._note_rooms(names, self._modem.must(f"AT+CPMS={chosen}"))
        self._reading = place

    def _note_rooms(self, names: Sequence[str], answer: Answer | None) -> None:
        told = re.findall(r"\d+", (answer.value("+CPMS") or "") if answer else "")
        counts = [
            (int(used), int(total)) for used, total in zip(told[::2], told[1::2], strict=False)
        ]
        for name, room in zip(names, counts, strict=False):
            self.rooms[name] = room

    @property
    def has_room_for_reports(self) -> bool:
        """Many modems store reports among incoming messages, whatever they offer."""
        return self._total(self.incoming) >= _ROOM_FOR_REPORTS

    def count(self) -> Mapping[str, Sequence[int]]:
        """Used and total slots by storage, asked now."""
        answer = self._modem.try_command("AT+CPMS?")
        for name, used, total in re.findall(
            r'"(\w+)", *(\d+), *(\d+)', (answer.value("+CPMS") or "") if answer else ""
        ):
            self.rooms[name] = (int(used), int(total))
        return {name: list(room) for name, room in self.rooms.items() if name in self._messages}

    # What stands there

    def listed(self, place: str) -> list[Slot]:
        self._use(place)
        answer = self._modem.must("AT+CMGL=4")
        return read_list(answer.lines)

    def read(self, place: str, index: int) -> Slot | None:
        """None: the slot is empty."""
        self._use(place)
        try:
            answer = self._modem.command(f"AT+CMGR={index}")
        except AtError as exc:
            if exc.code == _NOT_THERE:
                return None
            raise Transient("The modem does not read this slot.", {"code": exc.code}) from exc
        return read_slot(index, answer.lines)

    def free(self, place: str, indexes: Sequence[int]) -> Sequence[int]:
        """Empties these slots and returns those that are certainly empty.

        A slot that is empty already is no error.
        """
        if not indexes:
            return ()
        self._use(place)
        freed: list[int] = []
        for start in range(0, len(indexes), _FREED_TOGETHER):
            freed += self._free_some(indexes[start : start + _FREED_TOGETHER])
        return freed

    def _free_some(self, indexes: Sequence[int]) -> Sequence[int]:
        """Frees them in one command line (V.250 §5.2.1), else one by one.

        Nobody knows how far a failed line came, and a slot that it freed may hold a new message by
        now. So the rest is freed only after it was listed again.
        """
        if not self._together or len(indexes) == 1:
            return [index for index in indexes if self._modem.try_command(f"AT+CMGD={index}")]
        line = "AT" + ";".join(f"+CMGD={index}" for index in indexes)
        try:
            self._modem.command(line)
        except AtError as exc:
            log.info("%s frees slots one by one: %s", self._modem.device_id, exc)
            self._together = exc.code == _NOT_THERE
            return ()
        return indexes

    # What is to be sent

    def write(self, tpdu: bytes) -> int:
        """Stores a message for sending and returns its slot.

        Raises StorageFull, Unwritable (from then on `writing` is None), or another DeviceError.
        """
        try:
            answer = self._modem.pdu_command(
                f"AT+CMGW={len(tpdu)}", tpdu, timeout_s=self._modem.options.patience.command_s
            )
        except AtError as exc:
            raise self._not_written(exc) from exc
        slot = _NUMBER.match(answer.value("+CMGW") or "")
        if slot is None:
            raise Transient("The modem does not say where it stored the message.")
        self._refusals = 0
        return int(slot[0])

    def _not_written(self, exc: AtError) -> DeviceError:
        """The error for a refused store; nothing has left in any case."""
        error = classify(exc)
        if isinstance(error, StorageFullError | LineStopped):
            return error
        self._refusals += 1
        if (exc.kind, exc.code) in _NOT_SUPPORTED or self._refusals >= _REFUSALS:
            self.writing = None
            return Unwritable("The modem stores nothing to be sent.", error.evidence)
        return Transient("The modem did not store the message.", error.evidence)

    def send(self, index: int) -> int | None:
        """The tap: sends this slot and returns TP-MR. Raises AtError or what leaves a doubt."""
        answer = self._modem.command(
            f"AT+CMSS={index}", timeout_s=self._modem.options.patience.send_s
        )
        return _reference(answer.value("+CMSS"))

    def send_at_once(self, tpdu: bytes) -> int | None:
        """The tap where nothing can be stored: returns TP-MR, raises as `send`."""
        answer = self._modem.pdu_command(
            f"AT+CMGS={len(tpdu)}", tpdu, timeout_s=self._modem.options.patience.send_at_once_s
        )
        return _reference(answer.value("+CMGS"))


def _reference(value: str | None) -> int | None:
    """None: some firmware answers OK without TP-MR."""
    found = _NUMBER.match(value or "")
    return int(found[0]) if found else None
