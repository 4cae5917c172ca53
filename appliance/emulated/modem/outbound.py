"""What leaves: from the command to the service centre, and the status report for it."""

import asyncio

from appliance.emulated.modem.address import AddressField, read_service_centre
from appliance.emulated.modem.deliver import status_report_tpdu
from appliance.emulated.modem.equipment import Equipment, RegistrationState
from appliance.emulated.modem.faults import ModemFaultKind
from appliance.emulated.modem.inbound import Inbound
from appliance.emulated.modem.memory import Stat, StoredPdu
from appliance.emulated.modem.octets import OctetReader, RefusedPdu
from appliance.emulated.modem.results import (
    CMS_BAD_PDU,
    CMS_BARRED,
    CMS_NO_NETWORK,
    CMS_REJECTED,
    CMS_UNKNOWN,
    CmsError,
    HangUp,
    NoAnswer,
    RawError,
    Restart,
)
from appliance.emulated.modem.service_centre import ServiceCentre
from appliance.emulated.modem.submit import Submit, read_submit
from appliance.emulated.modem.ussd import Credit
from appliance.emulated.world.network import Endpoint, Network

_MR_MOST = 255
#: TP-ST: received by the phone, and permanently failed because it could not be delivered.
_ARRIVED = 0x00
_FAILED = 0x46


class Outbound:
    """`mr` counts what was handed to the network, refused messages too, as modems do."""

    def __init__(
        self,
        equipment: Equipment,
        *,
        endpoint: Endpoint,
        network: Network,
        centre: ServiceCentre,
        inbound: Inbound,
        credit: Credit,
    ) -> None:
        self._equipment = equipment
        self._endpoint = endpoint
        self._network = network
        self._centre = centre
        self._inbound = inbound
        self._credit = credit
        self._mr = 0
        self.taken = 0

    async def send(self, pdu: bytes, *, slot: StoredPdu | None = None) -> int:
        """TP-MR of a message that the network took; its slot, if any, says so before the return.

        Raises what the modem is to answer instead.
        """
        submit = read_pdu(pdu)
        self._check_service()
        await self._wait()
        if restart := self._equipment.faults.take(ModemFaultKind.RESTART, how="before-taken"):
            raise Restart(restart.seconds)
        self._mr = (self._mr + 1) % (_MR_MOST + 1)
        if slot is not None and self._equipment.faults.take(ModemFaultKind.SLOT_SENT_TOO_EARLY):
            slot.stat = Stat.STO_SENT
        self._check_refusal()
        self._take(submit)
        if slot is not None and not self._equipment.faults.take(ModemFaultKind.SLOT_STAYS_UNSENT):
            slot.stat = Stat.STO_SENT
        self._lose_answer()
        return self._mr

    def _check_service(self) -> None:
        if self._equipment.registration is RegistrationState.DENIED:
            raise CmsError(CMS_BARRED)
        if not self._equipment.served:
            raise CmsError(CMS_NO_NETWORK)

    async def _wait(self) -> None:
        """Real time: a driver's deadlines are real too."""
        slow = self._equipment.faults.take(ModemFaultKind.SLOW)
        ms = slow.ms if slow else self._equipment.spec.send_ms
        if ms:
            await asyncio.sleep(ms / 1000)

    def _check_refusal(self) -> None:
        if refused := self._equipment.faults.take(ModemFaultKind.REFUSED):
            raise CmsError(refused.code or CMS_REJECTED)
        if not self._credit.pay():
            raise CmsError(CMS_REJECTED)

    def _take(self, submit: Submit) -> None:
        self.taken += 1
        sent_ms = self._equipment.timers.now_ms()
        self._centre.take(submit, sender=self._endpoint, mr=self._mr)
        if submit.wants_report:
            self._report_later(submit.address, reference=self._mr, sent_ms=sent_ms)

    def _report_later(self, address: AddressField, *, reference: int, sent_ms: int) -> None:
        faults = self._equipment.faults
        if faults.take(ModemFaultKind.REPORT_OFF):
            return
        late = faults.take(ModemFaultKind.REPORT_LATE)
        failed = faults.take(ModemFaultKind.REPORT_FAILED)
        status = (failed.code or _FAILED) if failed else _ARRIVED
        people = self._network.people
        span = people.delivered_after_ms(address.number) if people else 0

        def report() -> None:
            self._inbound.take(
                status_report_tpdu(
                    reference=reference,
                    number=address,
                    sent_ms=sent_ms,
                    done_ms=self._equipment.timers.now_ms(),
                    status=status,
                )
            )

        self._equipment.timers.after(span + (late.ms if late else 0), report)

    def _lose_answer(self) -> None:
        """The network has the message; the computer does not hear it."""
        if restart := self._equipment.faults.take(ModemFaultKind.RESTART, how="after-taken"):
            raise Restart(restart.seconds)
        lost = self._equipment.faults.take(ModemFaultKind.ANSWER_LOST)
        if lost is None:
            return
        if lost.how == "hang-up":
            raise HangUp(lost.seconds)
        if lost.how == "cms-500":
            raise CmsError(CMS_UNKNOWN)
        if lost.how == "error":
            raise RawError("ERROR")
        raise NoAnswer


def read_pdu(pdu: bytes) -> Submit:
    """The message in a PDU of AT commands; raises +CMS ERROR: 304 for a bad PDU."""
    octets = OctetReader(pdu)
    try:
        read_service_centre(octets)
        return read_submit(octets.rest())
    except RefusedPdu as exc:
        raise CmsError(CMS_BAD_PDU) from exc
