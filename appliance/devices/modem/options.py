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
class Patience:
    """How long a modem may take. The network's own times are theirs, not ours."""

    #: An ordinary command; the slowest answers of a healthy modem come within a second.
    command_s: float = 5.0
    #: CMSS. Networks answer within a few seconds; whoever waits longer for one lost answer keeps
    #: all others waiting, and the slot says afterwards what became of it.
    send_s: float = 20.0
    #: CMGS, which leaves no slot to ask: TR1M of 3GPP TS 24.011 §10 is at most 45 s, and the
    #: modem needs its own.
    send_at_once_s: float = 60.0
    #: From here on nothing is under way any more: u-blox and Telit give a send 150 to 180 s.
    network_ms: int = 180_000
    #: Asking for the network's name may make a modem search.
    network_s: float = 20.0
    #: A SIM that was just opened is read for a while before it answers.
    sim_s: float = 10.0
    #: An operator answers a USSD code within this, or the session has died.
    ussd_s: float = 60.0
    #: The same octets within this are another message: the network waits for an acknowledgement
    #: for 35 s at least (TR1N of 3GPP TS 24.011 §10) before it repeats one.
    repeats_after_s: float = 30.0
    #: A status report that has not come by now is not waited for.
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
    #: Registration may be lost for this long before a person is told.
    network_lost_s: float = 180.0
    #: Between two looks through everything that the modem has stored.
    sweep_s: float = 60.0
    patience: Patience = Patience()

    def pin(self, *, iccid: str | None, imei: str | None) -> str | None:
        """That of the SIM goes over that of the modem."""
        return self.pins.get(iccid or "") or self.pins.get(imei or "")
