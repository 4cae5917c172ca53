"""The faults that an emulated modem can be given while it runs."""

import random
from dataclasses import dataclass
from enum import Enum


class ModemFaultKind(Enum):
    """The values are the names on the control address; comments name what narrows each."""

    #: A command is not carried out and answered by `answer` (`line` here). command, chance.
    COMMAND_ERROR = "command-error"
    #: A command is not answered: `how` is before it was carried out, or after. command, chance.
    SILENCE = "silence"
    #: Bytes that mean nothing come before the answer. command, chance.
    GARBAGE = "garbage"
    #: The last line before the final result of an answer is lost on the wire. command, chance.
    LINE_LOST = "line-lost"
    #: `line` comes in the middle of an answer, before its final result. command, chance.
    URC_INSIDE = "urc-inside"
    #: The network took the message, but the answer to CMSS or CMGS is lost: `how` is silence,
    #: cms-500, error or hang-up (the port is back after `seconds`).
    ANSWER_LOST = "answer-lost"
    #: The modem restarts and has no port for `seconds`. `how` is now, or, in the middle of a send,
    #: before-taken or after-taken by the network. Settings are lost, storages are kept.
    RESTART = "restart"
    #: The port goes away and comes back after `seconds`; with `rename` under another name.
    PORT_GONE = "port-gone"
    #: The network refuses a message with +CMS ERROR `code`. chance.
    REFUSED = "refused"
    #: The storage for messages (SM and ME) has no room.
    STORAGE_FULL = "storage-full"
    #: AT+CMGW is answered +CMS ERROR `code` (303 or 322): no writable storage.
    NO_WRITING = "no-writing"
    #: The SIM asks for its PIN, `1234` where it had none.
    SIM_PIN = "sim-pin"
    #: The SIM asks for its PUK.
    SIM_PUK = "sim-puk"
    NO_SIM = "no-sim"
    NO_NETWORK = "no-network"
    ROAMING = "roaming"
    #: The network denies its service to this SIM.
    BARRED = "barred"
    #: The network needs `ms` for each message.
    SLOW = "slow"
    #: A slot stays STO UNSENT although the network took its message.
    SLOT_STAYS_UNSENT = "slot-stays-unsent"
    #: A slot says STO SENT although the network refused its message.
    SLOT_SENT_TOO_EARLY = "slot-sent-too-early"
    #: Status reports come `ms` later, say that delivery failed (TP-ST `code`), or never come.
    REPORT_LATE = "report-late"
    REPORT_FAILED = "report-failed"
    REPORT_OFF = "report-off"
    #: The parts of a long message come in the wrong order; each comes twice.
    PARTS_SHUFFLED = "parts-shuffled"
    PARTS_TWICE = "parts-twice"
    #: ATE0 is answered OK and changes nothing.
    ECHO_STUCK = "echo-stuck"
    #: Every byte comes by itself.
    DRIBBLE = "dribble"
    #: The prompt has no space.
    BARE_PROMPT = "bare-prompt"


_K = ModemFaultKind
#: Faults that last until they are lifted unless `times` is said; the others strike once.
LASTING = frozenset(_K) - {
    *(_K.COMMAND_ERROR, _K.SILENCE, _K.GARBAGE, _K.LINE_LOST, _K.URC_INSIDE, _K.ANSWER_LOST),
    *(_K.RESTART, _K.PORT_GONE, _K.REFUSED, _K.SLOT_STAYS_UNSENT, _K.SLOT_SENT_TOO_EARLY),
}


@dataclass(slots=True, kw_only=True)
class ModemFault:
    """`command` narrows it to one command such as +CMSS; `times` None is until it is lifted."""

    kind: ModemFaultKind
    times: int | None = 1
    chance: float = 1.0
    command: str | None = None
    how: str = ""
    code: int = 0
    ms: float = 0
    seconds: float = 0
    rename: bool = False
    line: str = ""


class ModemFaults:
    """The faults of one modem; used on the emulator's loop only."""

    def __init__(self, *, seed: str) -> None:
        self._armed: dict[ModemFaultKind, ModemFault] = {}
        self._rng = random.Random(seed)

    def arm(self, fault: ModemFault) -> None:
        self._armed[fault.kind] = fault

    def lift(self, kind: ModemFaultKind) -> None:
        self._armed.pop(kind, None)

    def standing(self, kind: ModemFaultKind) -> ModemFault | None:
        return self._armed.get(kind)

    def names(self) -> list[str]:
        return [kind.value for kind in self._armed]

    def take(
        self, kind: ModemFaultKind, *, command: str | None = None, how: str | None = None
    ) -> ModemFault | None:
        """The armed fault if it applies here and its chance strikes; this spends one use of it."""
        fault = self._armed.get(kind)
        if fault is None or (fault.command is not None and fault.command != command):
            return None
        if (how is not None and fault.how != how) or self._rng.random() >= fault.chance:
            return None
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                del self._armed[kind]
        return fault
