"""What is done to a modem from outside."""

from collections.abc import Callable
from typing import Any

from appliance.emulated.modem import control_bodies as bodies
from appliance.emulated.modem.address import address_of
from appliance.emulated.modem.commands.network import ussd_line
from appliance.emulated.modem.deliver import Dispatch, deliver_tpdus, status_report_tpdu
from appliance.emulated.modem.modem import EmulatedModem
from appliance.emulated.modem.sim import SimCard
from appliance.emulated.world.network import Network
from appliance.emulated.world.numbers import e164
from appliance.emulated.world.refusal import ControlRefusal

Answer = dict[str, Any]


class ModemInjector:
    def __init__(self, network: Network) -> None:
        self._network = network
        self._doers: dict[type, Callable[[EmulatedModem, Any], Answer]] = {
            bodies.MessageToModem: self._message,
            bodies.RawPdu: self._pdu,
            bodies.ReportToModem: self._report,
            bodies.SetCredit: self._credit,
            bodies.UssdAnswer: self._ussd,
            bodies.PlugModemSim: self._plug_sim,
            bodies.ModemSwitch: self._switch,
            bodies.Air: self._air,
            bodies.Urc: self._urc,
        }

    def inject(self, modem: EmulatedModem, body: bodies.ModemInjection) -> Answer:
        return self._doers[type(body)](modem, body)

    def _message(self, modem: EmulatedModem, body: bodies.MessageToModem) -> Answer:
        if body.channel == "call":
            return self._call(modem, body)
        if not body.sender:
            raise ControlRefusal("from: an SMS has a sender")
        at_ms = self._now_ms() if body.at_ms is None else body.at_ms
        tpdus = deliver_tpdus(
            Dispatch(
                sender=address_of(body.sender),
                text=body.text,
                at_ms=at_ms,
                reference=modem.new_reference() if body.reference is None else body.reference,
                wide=body.wide,
                flash=body.flash,
                ucs2=body.ucs2,
                halves=body.halves,
                pid=body.pid,
                dcs=body.dcs,
                octets=None if body.octets is None else bytes.fromhex(body.octets),
                elements=bytes.fromhex(body.elements),
            )
        )
        if body.order is None:
            for _ in range(body.copies):
                modem.receive(tpdus)
        else:
            for number in _checked(body.order, len(tpdus)):
                modem.receive([tpdus[number - 1]])
        return {"id": self._network.new_id(), "at_ms": at_ms, "parts": len(tpdus)}

    def _call(self, modem: EmulatedModem, body: bodies.MessageToModem) -> Answer:
        if body.sender and e164(body.sender) is None:
            raise ControlRefusal(f"from: {body.sender} is no phone number")
        modem.calls.ring(body.sender, rings=body.rings, every_ms=body.every_ms)
        return {"id": self._network.new_id(), "at_ms": self._now_ms()}

    def _now_ms(self) -> int:
        return self._network.timers.now_ms()

    def _pdu(self, modem: EmulatedModem, body: bodies.RawPdu) -> Answer:
        modem.receive([bytes.fromhex(body.tpdu)])
        return {"octets": len(body.tpdu) // 2}

    def _report(self, modem: EmulatedModem, body: bodies.ReportToModem) -> Answer:
        now_ms = self._now_ms()
        tpdu = status_report_tpdu(
            reference=body.reference,
            number=address_of(body.number),
            sent_ms=now_ms if body.sent_at_ms is None else body.sent_at_ms,
            done_ms=now_ms if body.at_ms is None else body.at_ms,
            status=body.status,
        )
        modem.receive([tpdu])
        return {"reference": body.reference}

    def _credit(self, modem: EmulatedModem, body: bodies.SetCredit) -> Answer:
        credit = modem.credit
        credit.cents = credit.cents if body.cents is None else body.cents
        if body.price_cents is not None:
            credit.price_cents = body.price_cents
        return {"cents": credit.cents, "price_cents": credit.price_cents}

    def _ussd(self, modem: EmulatedModem, body: bodies.UssdAnswer) -> Answer:
        if body.code:
            modem.credit.answers[body.code] = body.text
        elif modem.works.settings.cusd == 1:
            modem.equipment.dialogue.unsolicited(ussd_line(modem.works, body.text))
        return {"codes": sorted(modem.credit.answers)}

    def _plug_sim(self, modem: EmulatedModem, body: bodies.PlugModemSim) -> Answer:
        card = SimCard(number=body.number, iccid=body.iccid, imsi=body.imsi, pin=body.pin)
        card.power_up()
        self._network.detach(modem.number)
        modem.plug_sim(card)
        self._network.attach(modem, whatsapp=False)
        return {"iccid": body.iccid}

    def _switch(self, modem: EmulatedModem, body: bodies.ModemSwitch) -> Answer:
        if body.kind == "unplug-sim":
            modem.plug_sim(None)
        elif body.kind == "unplug":
            modem.unplug()
        else:
            modem.plug_in_again(rename=body.rename)
        return {"done": body.kind, "port": modem.port.path}

    def _air(self, modem: EmulatedModem, body: bodies.Air) -> Answer:
        equipment = modem.equipment
        for name in ("rssi", "ber", "operator", "mcc_mnc"):
            value = getattr(body, name)
            if value is not None:
                setattr(equipment, name, value)
        return {"rssi": equipment.rssi, "operator": equipment.operator}

    def _urc(self, modem: EmulatedModem, body: bodies.Urc) -> Answer:
        modem.equipment.dialogue.unsolicited(body.line)
        return {"line": body.line}


def _checked(order: list[int], total: int) -> list[int]:
    if not {*order} <= {*range(1, total + 1)}:
        raise ControlRefusal(f"order: the text has {total} parts")
    return order
