"""The kinds of device that Balie drives: the one place that names their folders.

A package may bring another kind: its entry point in the group `balie.kinds` is a `Kind`.
"""

import logging
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points

from appliance.devices.kind import Kind, learn
from appliance.devices.mail.kind import KIND as MAIL
from appliance.devices.modem.kind import KIND as MODEM
from appliance.devices.phone.kind import KIND as PHONE
from appliance.devices.telegram.kind import KIND as TELEGRAM

log = logging.getLogger(__name__)

GROUP = "balie.kinds"

_OWN = (PHONE, MODEM, TELEGRAM, MAIL)


def load() -> None:
    """Tells the floors below which kinds there are. Called before anything asks for a kind."""
    for kind in (*_OWN, *_installed()):
        learn(kind)


def _installed() -> Iterator[Kind]:
    """A broken package stops the devices of its own kind and no others."""
    for point in entry_points(group=GROUP):
        try:
            yield _kind_of(point)
        except Exception as exc:
            log.error("the kind of device %s cannot be used: %s", point.name, exc)  # noqa: TRY400 -- the sentence says all


def _kind_of(point: EntryPoint) -> Kind:
    kind = point.load()
    if not isinstance(kind, Kind):
        raise TypeError(f"{point.value} is no Kind")
    if kind.name in {own.name for own in _OWN}:
        raise ValueError(f"“{kind.name}” is a kind of Balie's own")
    return kind
