"""What the house asks of a mailbox."""

from collections.abc import Mapping

from pydantic import BaseModel

from appliance.clock import Clock
from appliance.devices.kind import Enrolled, GivenAccount, Kind
from appliance.devices.listener_protocol import Listener
from appliance.devices.mail.channel import MAIL
from appliance.devices.mail.mailbox_settings import MailboxSettings, mail_address
from appliance.devices.protocol import Driver
from appliance.devices.worker import Rhythm

_RHYTHM = Rhythm(poll_s=20.0, ask_s=2.0, probe_s=120.0, probe_again_s=15.0, rests_s=(15, 60, 300))
"""A server that has IDLE says at once what came; one without is asked three times a minute."""

_DELETE_ALL = (
    "In the mailbox beside {phone}: delete all mail of {number}, from them and to them, also what"
    " lies in the bin."
)
_DELETE_ONE = (
    "In the mailbox beside {phone}: delete the mail of {moment} from {number}, also from the bin."
)


def _make_driver(
    device: Enrolled, *, listener: Listener, clock: Clock, settings: BaseModel | None
) -> Driver:
    # A branch without a mailbox need not load the driver and its libraries.
    from appliance.devices.mail.driver import MailDriver

    del settings
    return MailDriver(device, listener, clock)


def _read_account(given: Mapping[str, str], secret: str) -> GivenAccount:
    """Of `imap`, `smtp`, `user`, and, where the user is none, its `address`."""
    del secret
    address = mail_address(given.get("address") or given.get("user", ""))
    settings = MailboxSettings.of(dict(given) | {"address": address})
    return GivenAccount(address=address, name=address, settings=settings.kept())


KIND = Kind(
    name="mail",
    label="Mailbox",
    icon="inbox",
    channels=(MAIL,),
    make_driver=_make_driver,
    rhythm=_RHYTHM,
    read_account=_read_account,
    has_sim=False,
    tells_once=True,  # what was told is marked as read, and stays in the mailbox
    removal_sentences=(_DELETE_ALL, _DELETE_ONE),
)
