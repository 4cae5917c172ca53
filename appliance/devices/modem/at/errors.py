"""What a modem's error means for the message in hand."""

from appliance.devices.modem.at.answers import AtError
from appliance.errors import DeviceError, Transient, Unconfirmed


def classify(error: AtError, *, sending: bool = False) -> DeviceError:
    """The error to raise. `sending`: it answered CMSS or CMGS, which may have sent."""
    if sending and error.handed_over:
        return Unconfirmed(str(error))
    return Transient(str(error))
