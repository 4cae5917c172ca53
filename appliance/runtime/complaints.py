"""What keeps this machine from its phones and modems, and what its data is in danger of."""

import json
from collections.abc import Sequence
from pathlib import Path

from appliance.api.web import device_phrases
from appliance.devices import doctor, modem_doctor
from appliance.devices.doctor import Complaint
from appliance.devices.protocol import Reason
from appliance.store import lines, privacy
from appliance.store.lines import Device
from appliance.store.store import Store


def complaints_of(store: Store) -> Sequence[Complaint]:
    """Takes a while: adb is asked. A branch of modems alone needs none."""
    devices = store.read(lines.devices)
    phones = [each.address for each in devices if each.kind == "phone"]
    modems = [_known(each) for each in devices if each.kind == "modem"]
    about_adb = doctor.doctor(phones) if phones or not modems else []
    return [*about_adb, *_of_two_sims(devices), *modem_doctor.doctor(modems)]


def _of_two_sims(devices: Sequence[Device]) -> Sequence[Complaint]:
    """What a running Balie has found out; a phone with two SIMs looks well from here."""
    found = ((each, Reason(each.reason)) for each in devices)
    return [
        Complaint(about=each.address, sentence=sentence, remedy=remedy)
        for each, reason in found
        if reason in (Reason.TWO_SIMS, Reason.SMS_SIM)
        for sentence, remedy in (device_phrases.about(each.kind, reason),)
    ]


def about_folder(data: Path) -> Sequence[Complaint]:
    """Who else may read what people wrote, and what in it Balie may not write."""
    owner, found = privacy.owner_of(data), []
    if loose := privacy.loose(data):
        sentence = f"Others on this machine may read it: {_names(loose)}."
        found.append((sentence, f"As root: chmod --recursive go= {data}"))
    if foreign := privacy.foreign(data):
        sentence = f"It is {owner}'s, but somebody else's is: {_names(foreign)}."
        found.append((sentence, f"As root: chown --recursive {owner} {data}"))
    return [
        Complaint(about=str(data), sentence=sentence, remedy=remedy) for sentence, remedy in found
    ]


def _names(paths: Sequence[Path]) -> str:
    """The first few are enough to understand it."""
    return ", ".join(path.name for path in paths[:3]) + (", …" if len(paths) > 3 else "")  # noqa: PLR2004


def _known(modem: Device) -> modem_doctor.KnownModem:
    return modem_doctor.KnownModem(port=modem.address, found_at=json.loads(modem.facts).get("port"))
