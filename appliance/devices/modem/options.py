"""What the office says of its modems, and how long a modem may take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from re import Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceQuery:
    """How an operator is asked for the credit: a USSD code, and what its answer says.

    `pattern` has the group `euros` (digits; dots are passed over) and may have `cents`.
    """

    code: str
    pattern: Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemPatience:
    """How long a modem may take. The times of the network come from its standards and makers."""

    #: An ordinary command; the slowest answers of a healthy modem come within a second.
    command_s: float = 5.0
    #: CMSS. Networks answer within a few seconds. A longer wait for one lost answer would delay all
    #: other messages, and the slot tells afterwards what became of this one.
    send_s: float = 20.0
    #: CMGS leaves no slot to ask. TR1M of 3GPP TS 24.011 §10 is at most 45 s, and the modem needs
    #: time of its own.
    send_at_once_s: float = 60.0
    #: After this nothing is under way any more: u-blox and Telit allow 150 to 180 s for a send.
    network_ms: int = 180_000
    #: Asking for the network's name may make a modem search.
    network_s: float = 20.0
    #: A modem reads a newly opened SIM for a while before the SIM answers.
    sim_s: float = 10.0
    #: An operator answers a USSD code within this time, or the session is dead.
    ussd_s: float = 60.0
    #: Within this time the same octets are another message: the network waits at least 35 s for an
    #: acknowledgement (TR1N of 3GPP TS 24.011 §10) before it repeats one.
    repeats_after_s: float = 30.0
    #: Balie waits no longer than this for a status report.
    report_ms: int = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemOptions:
    """`pins` by ICCID or IMEI, `balance` by MCC and MNC.

    `may_reset`: a modem that stops answering may be restarted, and its USB port reset.
    """

    pins: Mapping[str, str] = field(default_factory=dict, repr=False)
    may_reset: bool = True
    balance: Mapping[str, BalanceQuery] = field(default_factory=dict)
    balance_every: timedelta = timedelta(days=1)
    #: A person is told when registration has been lost for this long.
    network_lost_s: float = 180.0
    #: Between two looks through everything that the modem has stored.
    sweep_s: float = 60.0
    patience: ModemPatience = ModemPatience()

    def pin(self, *, iccid: str | None, imei: str | None) -> str | None:
        """The PIN of the SIM goes before that of the modem."""
        return self.pins.get(iccid or "") or self.pins.get(imei or "")
