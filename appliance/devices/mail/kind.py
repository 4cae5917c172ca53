"""What the house asks of a mailbox."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from appliance.clock import Clock
from appliance.devices.complaint import Complaint
from appliance.devices.kind import Enrolled, GivenAccount, Kind
from appliance.devices.listener_protocol import Listener
from appliance.devices.mail.channel import MAIL
from appliance.devices.mail.mailbox_sentences import ABOUT, FIELDS, OF_ACCOUNTS, SENTENCES
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
    from appliance.devices.mail.mailbox_account import read_account  # as above

    return read_account(given, secret)


def _doctor(enrolled: Sequence[Enrolled]) -> Sequence[Complaint]:
    from appliance.devices.mail.mailbox_doctor import doctor  # as above

    return doctor(enrolled)


KIND = Kind(
    name="mail",
    label="Mailbox",
    icon="inbox",
    channels=(MAIL,),
    make_driver=_make_driver,
    rhythm=_RHYTHM,
    doctor=_doctor,
    sentences=SENTENCES,
    read_account=_read_account,
    account_fields=FIELDS,
    about_account=ABOUT,
    account_sentences=OF_ACCOUNTS,
    has_sim=False,
    tells_once=True,  # what was told is marked as read, and stays in the mailbox
    removal_sentences=(_DELETE_ALL, _DELETE_ONE),
)
