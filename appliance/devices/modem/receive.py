"""Receives: what the modem announces, at once; everything that it has stored, every minute.

A message is deleted from the modem only after the listener has returned, which means that it is
durable. Each message has its own key, so that telling it twice makes one message; messages with the
same octets have different keys (`copies.py`).
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
    DirectReport,
    NewMessage,
    RegistrationUrc,
    ReportStored,
    Ring,
    SimState,
    StorageFull,
    Urc,
    Ussd,
)
from appliance.devices.modem.calls import CallWatch
from appliance.devices.modem.copies import Brought, Copies
from appliance.devices.modem.credit import CreditWatch
from appliance.devices.modem.modem import Modem
from appliance.devices.modem.slots import Slot, octets
from appliance.devices.modem.storage import Storages
from appliance.devices.modem_protocol import IncomingPart
from appliance.devices.protocol import Incoming
from appliance.errors import DeviceError, LineStopped, Permanent, StoreError, Transient

log = logging.getLogger(__name__)

# A storage that held this many may have been full; then the network brings what has waited.
_CROWDED = 5
# One command frees this many slots of sent messages; the smallest SIM has ten.
_SPENT_TOGETHER = 5
# Seconds between two looks for announced status reports.
_REPORTS_S = 0.5


class ModemReceiver:
    """`examine` asks for an examination, because something that only it sees may have changed."""

    def __init__(self, modem: Modem, storages: Storages, credit: CreditWatch) -> None:
        self._modem = modem
        self._storages = storages
        self._credit = credit
        self._calls = CallWatch(modem)
        #: News that could not be told yet; the modem does not repeat it.
        self._news: deque[Urc] = deque()
        self._pushed: list[bytes] = []
        # A pushed message may come into a storage as well; then it is the same message.
        repeats_after_s = modem.options.patience.repeats_after_s
        self._copies, self._pushed_copies = Copies(repeats_after_s), Copies(repeats_after_s)
        #: Storages in which messages, or reports, were announced.
        self._announced: set[str] = set()
        self._reported: set[str] = set()
        self._sweep_at = self._reports_at = 0.0
        self.examine = False

    def restart(self) -> None:
        """The modem was away: all storages are read again, also slots that were spent."""
        self._modem.spent.clear()
        self._announced.clear()
        self._reported.clear()
        self._sweep_at = 0.0

    def poll(self) -> bool:
        """Whether there was something new; called between any two tasks.

        A modem without a line keeps what it has.
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
        """Reports are collected for a moment: each visit to a storage takes several commands."""
        if not self._reported or time.monotonic() < self._reports_at:
            return set(self._announced)
        self._reports_at = time.monotonic() + _REPORTS_S
        return self._announced | self._reported

    @property
    def many_spent(self) -> bool:
        return sum(len(slots) for slots in self._modem.spent.values()) >= _SPENT_TOGETHER

    def free_spent(self) -> None:
        """Frees slots whose attempts ended with proof, once the outcome is durable."""
        while self._modem.spent:
            place, slots = self._modem.spent.popitem()
            self._storages.free(place, self._ended(place, slots))

    def empty(self) -> None:
        """Makes as much room as possible."""
        self._sweep_all()

    # News

    def _hear_all(self) -> None:
        """News is heard again only if the database failed; other failures would repeat for ever."""
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
            case Delivered(pdu=pdu) | DirectReport(pdu=pdu):
                self._pushed.append(octets(pdu))
            case Ring() | CallerId() | CallEnded():
                self._calls.hear(news)
            case Ussd():
                self._credit.hear(news)
            case StorageFull():
                self._announced.update(self._storages.sweeping)
            case RegistrationUrc(domain=domain, status=status):
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
        """Some modems announce a name that cannot be chosen, such as MT for ME."""
        return storage if storage in self._storages.sweeping else self._storages.incoming

    def _tell_pushed(self) -> bool:
        """Keeps pushed messages until they are told: no storage has them."""
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
        """Frees spent slots first: after a sweep one of them might hold a new message."""
        self.free_spent()
        found = False
        for place in self._storages.sweeping:
            found |= self._try_sweep(place, orphans=True)
        self._sweep_at = time.monotonic() + self._modem.options.sweep_s
        return found

    def _try_sweep(self, place: str, *, orphans: bool = False) -> bool:
        """A storage that does not answer must not delay the others, nor messages to be sent.

        The next sweep of all storages reads it again.
        """
        try:
            return self._sweep(place, orphans=orphans)
        except (Transient, Permanent, LineStopped) as exc:
            log.warning("%s of %s cannot be read: %s", place, self._modem.device_id, exc)
            return False

    def _sweep(self, place: str, *, orphans: bool = False) -> bool:
        """Sweeps again after a crowded sweep, unless the same messages stay there."""
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
        """A slot that the list gave incomplete is read alone: the slot itself may be sound.

        If both readings are the same, the slot really holds that; else it waits for the next round.
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
        """Those of these sending slots that no attempt in doubt names."""
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
        """Those that are durable now; one that makes Balie fail does not hold up the others."""
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
