"""The kinds of device that Balie drives: the one place that names their folders."""

from appliance.devices.kind import learn
from appliance.devices.modem.kind import KIND as MODEM
from appliance.devices.phone.kind import KIND as PHONE


def load() -> None:
    """Tells the floors below what there is. Called before anything asks for a kind."""
    for kind in (PHONE, MODEM):
        learn(kind)
