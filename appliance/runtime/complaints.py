"""What keeps this machine from its phones and modems, and what endangers its data."""

from collections.abc import Sequence
from pathlib import Path

from appliance.devices.complaint import Complaint
from appliance.devices.kind import Kind
from appliance.runtime.drivers import account_of, enrolled
from appliance.store import devices, privacy
from appliance.store.devices import Device
from appliance.store.keeping import is_low
from appliance.store.store import Store


def complaints_of(store: Store) -> Sequence[Complaint]:
    """Takes a while: adb is asked. A branch of modems alone needs none."""
    known = store.read(devices.devices)
    found: list[Complaint] = []
    for kind in Kind.known():
        own = [
            enrolled(each, account_of(store, each.id)) for each in known if each.kind == kind.name
        ]
        if own or (kind.is_expected and not known):
            found.extend(kind.doctor(own))
    names = {kind.name for kind in Kind.known()}
    return [*found, *(_undriven(each) for each in known if each.kind not in names)]


def _undriven(device: Device) -> Complaint:
    return Complaint(
        about=device.address,
        sentence=f"Nothing on this machine drives a {device.kind}.",
        remedy="Install the package again that brought it, or remove its line.",
    )


def about_folder(data: Path) -> Sequence[Complaint]:
    """Files that others may read, files of another owner, and a disk that is almost full."""
    owner, found = privacy.owner_of(data), []
    if loose := privacy.loose(data):
        sentence = f"Others on this machine may read it: {_names(loose)}."
        found.append((sentence, f"As root: chmod --recursive go= {data}"))
    if foreign := privacy.foreign(data):
        sentence = f"It is {owner}'s, but somebody else's is: {_names(foreign)}."
        found.append((sentence, f"As root: chown --recursive {owner} {data}"))
    if is_low(data):
        found.append(("Its disk is almost full.", "Make room on it, or put in a larger one."))
    return [
        Complaint(about=str(data), sentence=sentence, remedy=remedy) for sentence, remedy in found
    ]


def _names(paths: Sequence[Path]) -> str:
    """The first few names are enough to understand the sentence."""
    return ", ".join(path.name for path in paths[:3]) + (", …" if len(paths) > 3 else "")  # noqa: PLR2004
