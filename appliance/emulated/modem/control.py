"""The modems' share of the control address."""

from collections.abc import Sequence
from typing import Any

from appliance.emulated.modem.control_bodies import ModemFaultBody, modem_injection
from appliance.emulated.modem.faults import LASTING, ModemFault, ModemFaultKind
from appliance.emulated.modem.injector import ModemInjector
from appliance.emulated.modem.modem import EmulatedModem
from appliance.emulated.world.network import Network
from appliance.emulated.world.refusal import ControlRefusal

Answer = dict[str, Any]

_K = ModemFaultKind
#: Seconds that a modem is away when the request does not say.
_AWAY_S = {_K.PORT_GONE: 2.0, _K.ANSWER_LOST: 2.0}
#: The values of `how`; the first is the default.
_HOWS = {
    _K.SILENCE: ("before", "after"),
    _K.ANSWER_LOST: ("silence", "cms-500", "error", "hang-up"),
    _K.RESTART: ("now", "before-taken", "after-taken"),
}


class ModemControl:
    def __init__(self, modems: Sequence[EmulatedModem], *, network: Network) -> None:
        self._modems = modems
        self._injector = ModemInjector(network)

    def concerns(self, body: Any, *, phones: bool) -> bool:
        """Whether a body is for a modem: it names one, or there are only modems."""
        if not isinstance(body, dict) or not self._modems:
            return False
        if "modem" in body or "imei" in body:
            return True
        keys = [key for key in ("phone", "serial", "port", "to") if key in body]
        if keys:
            return self._find(str(body[keys[0]])) is not None
        return not phones and body.get("kind") != "person"

    def inject(self, body: Any) -> Answer:
        """Raises ValidationError."""
        wanted = modem_injection(body)
        return self._injector.inject(self._modem(wanted.modem), wanted)

    def fault(self, body: Any) -> Answer:
        """Raises ValidationError."""
        wanted = ModemFaultBody.model_validate(body)
        modem = self._modem(wanted.modem)
        if wanted.lift:
            modem.lift(wanted.fault)
            return {"lifted": wanted.fault.value}
        said = "times" in wanted.model_fields_set
        kind = wanted.fault
        modem.arm(
            ModemFault(
                kind=kind,
                times=wanted.times if said else (None if kind in LASTING else 1),
                chance=wanted.chance,
                command=wanted.command,
                how=_how(wanted),
                code=wanted.code,
                ms=wanted.ms,
                seconds=_AWAY_S.get(kind, 0.0) if wanted.seconds is None else wanted.seconds,
                rename=wanted.rename,
                line=wanted.line,
            )
        )
        return {"armed": kind.value, "port": modem.port.path}

    def states(self) -> list[Answer]:
        return [_state_of(modem) for modem in self._modems]

    def _find(self, name: str) -> EmulatedModem | None:
        for modem in self._modems:
            if name in {modem.imei, modem.number, modem.equipment.spec.number, *modem.ports}:
                return modem
        return None

    def _modem(self, name: str) -> EmulatedModem:
        if not name and len(self._modems) == 1:
            return self._modems[0]
        found = self._find(name)
        if found is not None:
            return found
        known = ", ".join(f"{m.number} ({m.imei})" for m in self._modems)
        raise ControlRefusal(
            f"There is no modem {name!r}; there is {known}."
            if name
            else f"The body must name a modem: {known}.",
            status=404 if name else 422,
        )


def _how(wanted: ModemFaultBody) -> str:
    known = _HOWS.get(wanted.fault, ("",))
    if wanted.how and wanted.how not in known:
        raise ControlRefusal(f"how: {wanted.fault.value} knows {', '.join(known)}")
    return wanted.how or known[0]


def _state_of(modem: EmulatedModem) -> Answer:
    """`waiting` are parts that the service centre keeps for it; `commands` counts them by name."""
    equipment = modem.equipment
    sim = equipment.present_sim
    return {
        "port": modem.port.path,
        "plugged": modem.port.is_open,
        "imei": modem.imei,
        "number": modem.number,
        "iccid": sim.iccid if sim else None,
        "sim": sim.lock.value if sim else "NOT INSERTED",
        "pin_tries": sim.pin_tries if sim else None,
        "registration": equipment.registration.value,
        "faults": equipment.faults.names(),
        "slots": {
            name: {index: slot.stat.words for index, slot in memory.items()}
            for name, memory in equipment.memories.items()
        },
        "waiting": len(modem.inbound.queue),
        "sent_parts": modem.outbound.taken,
        "credit_cents": modem.credit.cents,
        "commands": dict(modem.commands),
    }
