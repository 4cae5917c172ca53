"""The driver that a device needs, as its kind makes it."""

import logging
from collections.abc import Mapping

from pydantic import BaseModel

from appliance.clock import Clock
from appliance.desk.intake.reception import Reception
from appliance.devices import device_facts
from appliance.devices.kind import Enrolled, Kind, ServiceAccount
from appliance.devices.protocol import Driver
from appliance.errors import SetupError
from appliance.store import device_accounts
from appliance.store.devices import Device
from appliance.store.house_key import HouseKey
from appliance.store.store import Store

log = logging.getLogger(__name__)


def enrolled(device: Device, account: ServiceAccount | None = None) -> Enrolled:
    return Enrolled(
        id=device.id,
        address=device.address,
        imei=device.imei,
        facts=device_facts.read(device.facts),
        account=account,
    )


def account_of(store: Store, device_id: str) -> ServiceAccount | None:
    """Opened; None where there is none, and where the key that sealed it is not here."""
    stored = store.read(lambda conn: device_accounts.of(conn, device_id))
    if stored is None:
        return None
    try:
        secret = device_accounts.opened(stored, device_id, HouseKey.of(store.path.parent))
    except SetupError as exc:
        log.warning("the secret of device %s stays shut: %s", device_id, exc)
        return None
    return ServiceAccount(settings=stored.settings, secret=secret)


def driver_for(
    device: Device,
    *,
    listener: Reception,
    clock: Clock,
    settings: Mapping[str, BaseModel],
    account: ServiceAccount | None = None,
) -> Driver:
    """`settings` by the name of the kind; a kind without them gets its defaults. Raises SetupError
    where no kind drives the device.
    """
    kind = Kind.named(device.kind)
    own = settings.get(kind.name)
    if own is None and kind.settings is not None:
        own = kind.settings()
    return kind.make_driver(enrolled(device, account), listener=listener, clock=clock, settings=own)
