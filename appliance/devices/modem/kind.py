"""GSM modems as a kind of device."""

import re
from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel

from appliance.channels import Channel
from appliance.clock import Clock
from appliance.devices.complaint import Complaint
from appliance.devices.kind import Enrolled, Kind, Seen
from appliance.devices.modem.doctor import KnownModem, doctor, serial_ports
from appliance.devices.modem.options import BalanceQuery, ModemOptions
from appliance.devices.modem.sentences import SENTENCES
from appliance.devices.modem_protocol import ModemListener
from appliance.devices.protocol import Driver
from appliance.devices.worker import Rhythm
from appliance.modem_settings import ModemSettings

# A modem rouses its worker when it has news. A modem that is gone is searched often, so that it
# works again within ten seconds after it returns, under any name.
_RHYTHM = Rhythm(poll_s=1.0, probe_again_s=2.0)


def _make_driver(
    device: Enrolled, *, listener: ModemListener, clock: Clock, settings: BaseModel | None
) -> Driver:
    # A branch without a modem need not load the driver.
    from appliance.devices.modem.driver import ModemDriver

    return ModemDriver(
        device_id=device.id,
        port=device.address,
        imei=device.imei,
        listener=listener,
        clock=clock,
        options=_options(ModemSettings.model_validate(settings)),
    )


def _options(settings: ModemSettings) -> ModemOptions:
    return ModemOptions(
        pins={name: pin.get_secret_value() for name, pin in settings.pins.items()},
        may_reset=settings.may_reset,
        balance={
            operator: BalanceQuery(code=query.code, pattern=re.compile(query.pattern))
            for operator, query in settings.balance.items()
        },
        balance_every=timedelta(hours=settings.balance_every_h),
    )


def _doctor(enrolled: Sequence[Enrolled]) -> Sequence[Complaint]:
    return doctor(
        KnownModem(port=each.address, found_at=each.facts.hardware.port) for each in enrolled
    )


def _plugged_in() -> Sequence[Seen]:
    """Each serial port, because a modem may be behind it; none is opened."""
    return [Seen(address=port, state="plugged-in") for port in serial_ports()]


KIND = Kind(
    name="modem",
    label="Modem",
    icon="modem",
    channels=(Channel.SMS,),
    make_driver=_make_driver,
    doctor=_doctor,
    plugged_in=_plugged_in,
    rhythm=_RHYTHM,
    settings=ModemSettings,
    sentences=SENTENCES,
    is_shared=True,
    tells_once=True,
    is_emptied=True,
    always_reads_sim=True,
    hands_to_network=True,
)
