"""How a device is that is an account at a service, where the service cannot be used."""

from appliance.devices.device_facts import DeviceFacts
from appliance.devices.protocol import DeviceState, Status
from appliance.reasons import Reason

NOTHING_KNOWN = DeviceFacts()


def away(facts: DeviceFacts = NOTHING_KNOWN) -> Status:
    """It does not answer; it is asked again soon."""
    return Status(state=DeviceState.OFFLINE, reason=Reason.SERVICE_AWAY, facts=facts)


def shut(facts: DeviceFacts = NOTHING_KNOWN) -> Status:
    """It does not take the secret, or the key that sealed it is not here. `own["account"]` of the
    facts is what people call the account there.
    """
    return Status(state=DeviceState.DEGRADED, reason=Reason.ACCOUNT_SHUT, facts=facts)


def untrusted(facts: DeviceFacts = NOTHING_KNOWN) -> Status:
    """Something answers under its name and cannot prove that it is the service."""
    return Status(state=DeviceState.OFFLINE, reason=Reason.SERVICE_UNTRUSTED, facts=facts)
