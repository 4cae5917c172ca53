"""Receiving: what the modem announces at once, and everything stored every minute.

A message is deleted from the modem only when the listener has returned, which means that it is
durable. The key of a message is its own, so that one told twice is one; of several with the same
octets each has its own (`copies.py`).
"""

import logging
import time
from collections import deque
from collections.abc import Collection, Sequence

from appliance.devices.modem.arrivals import sort, unreadable
from appliance.devices.modem.at.urc import (
    Booted,
    CallEnded,
    CallerId,
    Delivered,
    NewMessage,
    Registration,
    Report,
    ReportStored,
    Ring,
    SimState,
    StorageFull,
    Urc,
    Ussd,
)
from appliance.devices.modem.calls import Calls
from appliance.devices.modem.copies import Brought, Copies
from appliance.devices.modem.credit import Credit
from appliance.devices.modem.modem import Modem
from appliance.devices.modem.slots import Slot, octets
from appliance.devices.modem.storage import Storages
from appliance.devices.protocol import Incoming, IncomingPart
from appliance.errors import DeviceError, LineStopped, Permanent, StoreError, Transient

log = logging.getLogger(__name__)

# A storage that held so many may have been full, and the network brings what has waited.
_CROWDED = 5
# One command frees so many slots of what was sent; the smallest SIM has ten.
_SPENT_TOGETHER = 5
# Status reports are looked for this often.
_REPORTS_S = 0.5


class Receiver:
    """`examine` asks for an examination: something that is seen only there may have changed."""

    def __init__(self, modem: Modem, storages: Storages, credit: Credit) -> None:
        self._modem = modem
        self._storages = storages
        self._credit = credit
        self._calls = Calls(modem)
        #: What was said and could not be told yet: nobody says it again.
        self._news: deque[Urc] = deque()
        self._pushed: list[bytes] = []
        # What was pushed may come into a storage as well, and is no other message then.
        repeats_after_s = modem.options.patience.repeats_after_s
        self._copies, self._pushed_copies = Copies(repeats_after_s), Copies(repeats_after_s)
        #: Where messages, and where reports, were announced.
        self._announced: set[str] = set()
        self._reported: set[str] = set()
        self._sweep_at = self._reports_at = 0.0
        self.examine = False

    def restart(self) -> None:
        """The modem was away: everything is looked through again, slots that were spent too."""
        self._modem.spent.clear()
        self._announced.clear()
        self._reported.clear()
        self._sweep_at = 0.0

    def poll(self) -> bool:
        """Whether there was something new; called between any two tasks.

        A modem of no line keeps what it has.
        """
        self._news.extend(self._modem.at.news())
        self._hear_all()
        sweeps = time.monotonic() >= self._sweep_at
        due = self._due()
        if not (self._pushed or due or sweeps):
            return False
        if not self._modem.listener.is_carried(self._modem.device_id):
            return False
        found = self._tell_pushed()
        if sweeps:
            found |= self._sweep_all()
        for place in sorted(due):
            found |= self._try_sweep(place)
            self._announced.discard(place)
            self._reported.discard(place)
        return found

    def _due(self) -> set[str]:
        """Reports wait a moment for each other: a visit to a storage is some commands."""
        if not self._reported or time.monotonic() < self._reports_at:
            return set(self._announced)
        self._reports_at = time.monotonic() + _REPORTS_S
        return self._announced | self._reported

    @property
    def many_spent(self) -> bool:
        return sum(len(slots) for slots in self._modem.spent.values()) >= _SPENT_TOGETHER

    def free_spent(self) -> None:
        """Slots whose attempts ended with proof; those are left whose outcome is not durable."""
        while self._modem.spent:
            place, slots = self._modem.spent.popitem()
            self._storages.free(place, self._ended(place, slots))

    def empty(self) -> None:
        """Makes what room there can be made."""
        self._sweep_all()

    # News

    def _hear_all(self) -> None:
        """What the database did not take is heard again, and nothing else: it would be for ever."""
        while self._news:
            try:
                self._hear(self._news[0])
            except StoreError:
                raise
            except Exception:
                self._news.popleft()
                raise
            self._news.popleft()

    def _hear(self, news: Urc) -> None:
        match news:
            case NewMessage(storage=storage):
                self._announced.add(self._readable(storage))
            case ReportStored(storage=storage):
                self._reported.add(self._readable(storage))
            case Delivered(pdu=pdu) | Report(pdu=pdu):
                self._pushed.append(octets(pdu))
            case Ring() | CallerId() | CallEnded():
                self._calls.hear(news)
            case Ussd():
                self._credit.hear(news)
            case StorageFull():
                self._announced.update(self._storages.sweeping)
            case Registration(domain=domain, status=status):
                self.examine |= self._modem.registration.get(domain) != status
                self._modem.registration[domain] = status
            case SimState():
                self.examine = True
            case Booted():
                self._modem.settled = False
                self.examine = True
            case _:
                log.debug("%s says something unknown", self._modem.device_id)

    def _readable(self, storage: str) -> str:
        """Some modems announce another name than the one they let choose, such as MT for ME."""
        return storage if storage in self._storages.sweeping else self._storages.incoming

    def _tell_pushed(self) -> bool:
        """Kept until told: no storage has them."""
        if not self._pushed:
            return False
        modem = self._modem
        brought = self._pushed_copies.number(self._pushed)
        told = self._told(brought)
        for each in brought:
            if each not in told:
                as_it_is = [unreadable(each, modem.clock.now_ms())]
                modem.listener.received(modem.device_id, as_it_is)
        for each in brought:
            self._pushed_copies.is_gone(each.pdu)
        self._pushed.clear()
        return True

    # What is stored

    def _sweep_all(self) -> bool:
        """Spent slots go first: one that is swept as well might hold a new message by then."""
        self.free_spent()
        found = False
        for place in self._storages.sweeping:
            found |= self._try_sweep(place, orphans=True)
        self._sweep_at = time.monotonic() + self._modem.options.sweep_s
        return found

    def _try_sweep(self, place: str, *, orphans: bool = False) -> bool:
        """A storage that does not answer must not keep the others waiting, nor what is to be sent.

        It is looked through again with all of them.
        """
        try:
            return self._sweep(place, orphans=orphans)
        except (Transient, Permanent, LineStopped) as exc:
            log.warning("%s of %s cannot be read: %s", place, self._modem.device_id, exc)
            return False

    def _sweep(self, place: str, *, orphans: bool = False) -> bool:
        """Again where it was crowded, unless what stands there does not go away."""
        before: list[Slot] = []
        came_in = self._sweep_once(place, orphans=orphans)
        found = bool(came_in)
        while len(came_in) >= _CROWDED and came_in != before:
            before, came_in = came_in, self._sweep_once(place)
        return found

    def _sweep_once(self, place: str, *, orphans: bool = False) -> list[Slot]:
        slots = self._storages.listed(place)
        came_in = self._read_well(place, [slot for slot in slots if slot.kept.came_in])
        brought = self._copies.number([slot.pdu for slot in came_in])
        told = self._told(brought)
        came_in = [slot for slot, each in zip(came_in, brought, strict=True) if each in told]
        own = [slot.index for slot in slots if orphans and not slot.kept.came_in]
        freed = self._storages.free(place, [slot.index for slot in came_in])
        for slot in came_in:
            if slot.index in freed:
                self._copies.is_gone(slot.pdu)
        self._storages.free(place, self._ended(place, own))
        return came_in

    def _read_well(self, place: str, slots: Sequence[Slot]) -> list[Slot]:
        """What the list did not bring whole is read by itself: its slot may be sound.

        What is the same both times is as it stands there; else it waits for the next round.
        """
        read: list[Slot] = []
        for slot in slots:
            found = slot if slot.whole else self._read_again(place, slot)
            if found is not None and (found.whole or found.pdu == slot.pdu):
                read.append(found)
        return read

    def _read_again(self, place: str, slot: Slot) -> Slot | None:
        try:
            return self._storages.read(place, slot.index)
        except Transient as exc:
            log.warning("slot %d of %s: %s", slot.index, place, exc)
            return slot

    def _ended(self, place: str, slots: Sequence[int]) -> list[int]:
        """Those of slots to be sent from whose outcome nobody asks for any more."""
        if not slots:
            return []
        asked_for = {
            int(each["slot"])
            for baseline in self._modem.listener.in_doubt(self._modem.device_id)
            if baseline.get("storage") == place
            for each in baseline.get("slots", ())
        }
        return [slot for slot in slots if slot not in asked_for]

    def _told(self, brought: Sequence[Brought]) -> Collection[Brought]:
        """Those that are durable now: what Balie itself stumbles over holds up no other."""
        if not brought or self._is_told(brought):
            return brought
        return {each for each in brought if self._is_told([each])}

    def _is_told(self, brought: Sequence[Brought]) -> bool:
        try:
            self._tell(brought)
        except (DeviceError, StoreError):
            raise
        except Exception:
            log.exception("%s has something that Balie cannot take", self._modem.device_id)
            return False
        return True

    def _tell(self, brought: Sequence[Brought]) -> None:
        """Durable on return."""
        modem = self._modem
        arrivals = sort(brought, now_ms=modem.clock.now_ms())
        for run in arrivals.in_order():
            if messages := [each for each in run if isinstance(each, Incoming)]:
                modem.listener.received(modem.device_id, messages)
            if parts := [each for each in run if isinstance(each, IncomingPart)]:
                modem.listener.received_parts(modem.device_id, parts)
        if arrivals.reports:
            modem.listener.delivery_reports(modem.device_id, arrivals.reports)
