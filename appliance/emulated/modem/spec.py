"""How one emulated modem is ordered, and what follows from its number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from appliance.emulated.phone.spec import iccid_for, luhn_digit

_FIRST_NUMBER = 31612345801
#: A type allocation code that no modem here has.
_TAC = "35920108"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemSpec:
    """`pin` empty is a SIM that asks for none; `sim_slots` and the others are sizes of storages.

    `report_memory` is where +CDSI keeps status reports; empty is where messages are received.
    `silent_ports` come before the port that answers: sticks have ports for other purposes.
    `auto_answer` is a stored S0: the ring at which the modem answers calls by itself. `shy`: the
    card's number is told only after its PIN.
    """

    number: str
    imei: str = ""
    imsi: str = ""
    iccid: str = ""
    operator: str = "KPN"
    mcc_mnc: str = "20408"
    smsc: str = "+31653131314"
    pin: str = ""
    puk: str = "12345678"
    make: str = "Balie"
    model: str = "EM-1"
    firmware: str = "EM1R01A02"
    sim_slots: int = 50
    modem_slots: int = 100
    report_slots: int = 20
    report_memory: str = ""
    send_ms: float = 0
    silent_ports: int = 0
    auto_answer: int = 0
    shy: bool = False

    def with_identities(self) -> tuple[str, str, str]:
        """IMEI, IMSI and ICCID, always the same for a number."""
        digits = self.number.removeprefix("+")
        body = _TAC + digits[-6:].zfill(6)
        return (
            self.imei or body + luhn_digit(body),
            self.imsi or self.mcc_mnc + digits[-10:].zfill(10),
            self.iccid or iccid_for(self.number),
        )


def modem_specs(count: int, numbers: Sequence[str] = (), **more: Any) -> list[ModemSpec]:
    """`count` modems, or one for each number if those are more; the others get numbers in a row."""
    return [
        ModemSpec(
            number=numbers[place] if place < len(numbers) else f"+{_FIRST_NUMBER + place}", **more
        )
        for place in range(max(count, len(numbers)))
    ]
