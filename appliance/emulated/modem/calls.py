"""Somebody calls: it rings, and nobody answers, unless S0 tells the modem to."""

from appliance.emulated.modem.equipment import Equipment

_EVERY_MS = 3000
_RINGS = 3


class Calls:
    def __init__(self, equipment: Equipment) -> None:
        self._equipment = equipment
        self._left = self._rung = 0
        #: How many calls the modem answered by itself.
        self.taken = 0
        #: Who calls now; empty for a withheld number, None when nobody calls.
        self.caller: str | None = None

    def ring(self, caller: str, *, rings: int = _RINGS, every_ms: float = _EVERY_MS) -> None:
        """A second caller hears that it is engaged."""
        if self.caller is not None or not self._equipment.served:
            return
        self.caller, self._left, self._rung = caller, rings, 0
        self._once(every_ms)

    def end(self) -> None:
        """Ends the call: refused by this modem, or given up by the caller."""
        self.caller = None

    def _once(self, every_ms: float) -> None:
        if self.caller is None:
            return
        if not self._left or not self._equipment.served:
            self.caller = None
            return
        self._left -= 1
        self._rung += 1
        self._equipment.dialogue.unsolicited("RING")
        if self._equipment.settings.clip:
            self._equipment.dialogue.unsolicited(f"+CLIP: {self._identity()}")
        if self._rung == self._equipment.settings.s0:
            self.taken += 1
            self.caller = None
            return
        self._equipment.timers.after(every_ms, lambda: self._once(every_ms))

    def _identity(self) -> str:
        """Validity 1 is a number that the caller withheld (27.007 §7.6)."""
        if not self.caller:
            return '"",128,,,,1'
        kind = 145 if self.caller.startswith("+") else 129
        return f'"{self.caller}",{kind},,,,0'

    def listed(self) -> str | None:
        """The line of +CLCC for an incoming voice call."""
        if self.caller is None:
            return None
        kind = 145 if self.caller.startswith("+") else 129
        return f'+CLCC: 1,1,4,0,0,"{self.caller}",{kind}'
