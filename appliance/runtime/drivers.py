"""The driver that a device needs, and how often its worker looks after it."""

import re
from datetime import timedelta

from appliance.clock import Clock
from appliance.desk.intake.receive import Reception
from appliance.devices.phone.driver import PhoneDriver
from appliance.devices.protocol import Driver
from appliance.devices.worker import Rhythm
from appliance.modem_settings import ModemSettings
from appliance.store.devices import Device

# A modem rouses its worker when it has news; one that is gone is looked for often, so that it
# carries on within ten seconds under whatever name it comes back.
_MODEM_RHYTHM = Rhythm(poll_s=1.0, probe_again_s=2.0)


def rhythm_of(device: Device) -> Rhythm:
    return _MODEM_RHYTHM if device.kind == "modem" else Rhythm()


def driver_for(
    device: Device, *, listener: Reception, clock: Clock, modem: ModemSettings
) -> Driver:
    if device.kind == "modem":
        return _modem_driver(device, listener=listener, clock=clock, settings=modem)
    return PhoneDriver(device_id=device.id, serial=device.address, listener=listener, clock=clock)


def _modem_driver(
    device: Device, *, listener: Reception, clock: Clock, settings: ModemSettings
) -> Driver:
    # A branch without a modem need not pay for what drives one.
    from appliance.devices.modem.driver import ModemDriver
    from appliance.devices.modem.options import BalanceQuery, ModemOptions

    options = ModemOptions(
        pins={name: pin.get_secret_value() for name, pin in settings.pins.items()},
        may_reset=settings.may_reset,
        balance={
            operator: BalanceQuery(code=query.code, pattern=re.compile(query.pattern))
            for operator, query in settings.balance.items()
        },
        balance_every=timedelta(hours=settings.balance_every_h),
    )
    return ModemDriver(
        device_id=device.id,
        port=device.address,
        imei=device.imei,
        listener=listener,
        clock=clock,
        options=options,
    )
