"""The works of one modem: what its commands act on."""

from dataclasses import dataclass

from appliance.emulated.modem.calls import Calls
from appliance.emulated.modem.dialogue import AtSession
from appliance.emulated.modem.equipment import Equipment
from appliance.emulated.modem.inbound import Inbound
from appliance.emulated.modem.outbound import Outbound
from appliance.emulated.modem.settings import AtSettings
from appliance.emulated.modem.ussd import Credit


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    equipment: Equipment
    inbound: Inbound
    outbound: Outbound
    calls: Calls
    credit: Credit

    @property
    def settings(self) -> AtSettings:
        return self.equipment.settings

    @property
    def dialogue(self) -> AtSession:
        return self.equipment.dialogue
