"""What a modem's error means for the message in hand, as an error of the tree.

LineStopped
├── Barred              the network does not serve this SIM: only this device stops
└── NoServiceCentre     the SIM lacks the number that takes its SMS: only this device stops
Transient
└── StorageFull         there is no free slot; who empties one may try again at once

NoCredit is none of these: no standard has a code for it. It is known from the balance.
"""

from collections.abc import Callable, Mapping
from typing import Any

from appliance.devices.modem.at.answers import AtError
from appliance.devices.modem.at.causes import Meaning, cause_of
from appliance.errors import (
    DeviceError,
    LineStopped,
    Permanent,
    SimMissing,
    Transient,
    Unconfirmed,
)
from appliance.reasons import Reason


class Barred(LineStopped):
    code = Reason.BARRED
    device_only = True


class NoServiceCentre(LineStopped):
    code = Reason.NO_SERVICE_CENTRE
    device_only = True


class StorageFullError(Transient):
    pass


def classify(error: AtError, *, sending: bool = False) -> DeviceError:
    """The error to raise from it.

    `sending`: it is the result of a command that may have sent (+CMSS, +CMGS). Then only a cause
    that proves it means *not sent*; every other error, a plain ERROR too, is Unconfirmed.
    """
    code, cause = cause_of(error.kind, error.code, error.text)
    evidence: dict[str, Any] = {"error": error.kind, "code": code}
    if sending and error.handed_over and not (cause and cause.proves):
        return Unconfirmed("The modem does not say whether the message left.", evidence)
    if cause is None:
        return Transient("The modem refused without a reason that is known.", evidence)
    evidence["cause"] = cause.text
    return _MAKE[cause.meaning](cause.text, evidence)


def _sim(text: str, evidence: dict[str, Any]) -> DeviceError:
    return SimMissing(_SIM_SENTENCES.get(text, f"The SIM card cannot be used: {text}."), evidence)


_SIM_SENTENCES: Mapping[str, str] = {
    "SIM not inserted": "There is no SIM card in the modem.",
    "SIM PIN required": "The SIM card asks for its PIN.",
    "SIM PUK required": "The SIM card is locked; only its PUK opens it.",
    "SIM failure": "The SIM card does not work.",
    "SIM wrong": "The modem does not accept this SIM card.",
    "PH-SIM PIN required": "The modem is locked to another SIM card.",
    "incorrect password": "The PIN of the SIM card is wrong.",
}

_MAKE: Mapping[Meaning, Callable[[str, dict[str, Any]], DeviceError]] = {
    Meaning.TRANSIENT: lambda text, facts: Transient(f"Not sent: {text}.", facts),
    Meaning.PERMANENT: lambda text, facts: Permanent(f"Refused: {text}.", facts),
    Meaning.SIM: _sim,
    Meaning.BARRED: lambda text, facts: Barred(
        f"The network does not let this SIM card send: {text}.", facts
    ),
    Meaning.FULL: lambda _text, facts: StorageFullError(
        "The modem has no room for a message.", facts
    ),
    Meaning.NO_CENTRE: lambda _text, facts: NoServiceCentre(
        "The SIM card lacks the number of its SMS service centre.", facts
    ),
}
