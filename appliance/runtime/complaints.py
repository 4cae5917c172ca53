"""What keeps this machine from the phones and modems that it was told of."""

import json
from collections.abc import Sequence

from appliance.devices import doctor, modem_doctor
from appliance.devices.doctor import Complaint
from appliance.store import lines
from appliance.store.lines import Device
from appliance.store.store import Store


def complaints_of(store: Store) -> Sequence[Complaint]:
    """Takes a while: adb is asked. A branch of modems alone needs none."""
    devices = store.read(lines.devices)
    phones = [each.address for each in devices if each.kind == "phone"]
    modems = [_known(each) for each in devices if each.kind == "modem"]
    about_adb = doctor.doctor(phones) if phones or not modems else []
    return [*about_adb, *modem_doctor.doctor(modems)]


def _known(modem: Device) -> modem_doctor.KnownModem:
    return modem_doctor.KnownModem(port=modem.address, found_at=json.loads(modem.facts).get("port"))
