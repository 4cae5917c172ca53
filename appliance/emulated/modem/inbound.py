"""What arrives: from the service centre into a storage, or straight to the computer."""

from collections import deque

from appliance.emulated.modem import text_mode
from appliance.emulated.modem.address import service_centre_octets
from appliance.emulated.modem.equipment import Equipment
from appliance.emulated.modem.memory import Memory, Stat, StoredPdu

_STATUS_REPORT = 2
#: How long the network waits for +CNMA; 27.005 gives no time.
_ACKNOWLEDGED_MS = 10_000


class Inbound:
    """The service centre keeps what the modem cannot take, in order, until there is room."""

    def __init__(self, equipment: Equipment) -> None:
        self._equipment = equipment
        self.queue: deque[bytes] = deque()
        #: The message handed over by +CMT or +CDS with AT+CSMS=1 and not acknowledged yet.
        self.unacknowledged: bytes | None = None

    def take(self, tpdu: bytes) -> None:
        self.queue.append(tpdu)
        self.push()

    def push(self) -> None:
        """Hands over as much as can be taken now."""
        while self.queue and self._equipment.served and self.unacknowledged is None:
            if not self._hand_over(self.queue[0]):
                return
            self.queue.popleft()

    def acknowledge(self, *, taken: bool) -> None:
        """+CNMA; a message that was not taken comes again, into a storage."""
        tpdu, self.unacknowledged = self.unacknowledged, None
        if tpdu is not None and not taken:
            self.queue.appendleft(tpdu)
            self.stop_routing()
        self.push()

    def restarted(self) -> None:
        """A message that was not acknowledged comes again."""
        tpdu, self.unacknowledged = self.unacknowledged, None
        if tpdu is not None:
            self.queue.appendleft(tpdu)

    def stop_routing(self) -> None:
        """Stops routing, as 27.005 §3.4.4 asks when the computer does not acknowledge."""
        mode, _, bm, _, bfr = self._equipment.settings.cnmi
        self._equipment.settings.cnmi = (mode, 0, bm, 0, bfr)

    def _hand_over(self, tpdu: bytes) -> bool:
        """Whether the modem has it now."""
        if tpdu[0] & 3 == _STATUS_REPORT:
            return self._report(tpdu)
        mode, mt, *_ = self._equipment.settings.cnmi
        is_direct = mt == 2 or (mt == 3 and _class_of(tpdu) == 3)
        if mode and is_direct and _class_of(tpdu) != 2:
            self._direct("+CMT", tpdu)
            return True
        memory = self._equipment.memory(3)
        return self._store(memory, tpdu, news="+CMTI" if mt else "")

    def _report(self, tpdu: bytes) -> bool:
        """A report that no setting asks for is taken and dropped."""
        mode, _, _, ds, _ = self._equipment.settings.cnmi
        if mode and ds == 1:
            self._direct("+CDS", tpdu)
            return True
        if ds == 2:
            name = self._equipment.spec.report_memory or self._equipment.settings.memories[2]
            return self._store(self._equipment.memories[name], tpdu, news="+CDSI")
        return True

    def _direct(self, name: str, tpdu: bytes) -> None:
        pdu = self._with_centre(tpdu)
        if self._equipment.settings.cmgf == 1:
            lines = text_mode.unsolicited(name, pdu, self._equipment.settings)
        else:
            alpha = "," if name == "+CMT" else ""
            lines = (f"{name}: {alpha}{len(tpdu)}", pdu.hex().upper())
        if self._equipment.settings.csms == 1:
            self.unacknowledged = tpdu
            self._equipment.timers.after(_ACKNOWLEDGED_MS, lambda: self._too_late(tpdu))
        self._equipment.dialogue.unsolicited(*lines)

    def _too_late(self, tpdu: bytes) -> None:
        if self.unacknowledged is tpdu:
            self.acknowledge(taken=False)

    def _store(self, memory: Memory, tpdu: bytes, *, news: str) -> bool:
        if memory.is_full or self._equipment.is_stuffed(memory):
            return False
        index = memory.store(StoredPdu(Stat.REC_UNREAD, self._with_centre(tpdu)))
        if news and self._equipment.settings.cnmi[0]:
            self._equipment.dialogue.unsolicited(f'{news}: "{memory.name}",{index}')
        return True

    def _with_centre(self, tpdu: bytes) -> bytes:
        return service_centre_octets(self._equipment.spec.smsc) + tpdu


def _class_of(tpdu: bytes) -> int | None:
    """The message class of an SMS-DELIVER, None where it has none."""
    dcs = tpdu[4 + -(-tpdu[1] // 2)]
    has_class = dcs & 0xD0 == 0x10 or dcs >> 4 == 0xF
    return dcs & 3 if has_class else None
