"""The driver that a device needs, as its kind makes it."""

from collections.abc import Mapping

from pydantic import BaseModel

from appliance.clock import Clock
from appliance.desk.intake.reception import Reception
from appliance.devices import device_facts
from appliance.devices.kind import Enrolled, Kind
from appliance.devices.protocol import Driver
from appliance.store.devices import Device


def enrolled(device: Device) -> Enrolled:
    return Enrolled(
        id=device.id,
        address=device.address,
        imei=device.imei,
        facts=device_facts.read(device.facts),
    )


def driver_for(
    device: Device, *, listener: Reception, clock: Clock, settings: Mapping[str, BaseModel]
) -> Driver:
    """`settings` by the name of the kind; a kind without them gets its defaults. Raises SetupError
    where no kind drives the device.
    """
    kind = Kind.named(device.kind)
    own = settings.get(kind.name)
    if own is None and kind.settings is not None:
        own = kind.settings()
    return kind.make_driver(enrolled(device), listener=listener, clock=clock, settings=own)
