"""What the house asks of a mailbox."""

from pydantic import BaseModel

from appliance.clock import Clock
from appliance.devices.kind import Enrolled, Kind
from appliance.devices.mail.channel import MAIL
from appliance.devices.mail.driver import MailDriver
from appliance.devices.modem_protocol import ModemListener
from appliance.devices.worker import Rhythm

_RHYTHM = Rhythm(poll_s=20.0, ask_s=2.0, probe_s=120.0, probe_again_s=15.0, rests_s=(15, 60, 300))
"""A server that has IDLE says at once what came; one without is asked three times a minute."""


def _driver(
    device: Enrolled, *, listener: ModemListener, clock: Clock, settings: BaseModel | None
) -> MailDriver:
    del settings
    return MailDriver(device, listener, clock)


KIND = Kind(
    name="mail",
    label="Mailbox",
    icon="inbox",
    channels=(MAIL,),
    has_sim=False,
    make_driver=_driver,
    rhythm=_RHYTHM,
)
