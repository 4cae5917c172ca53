"""Telegram bots as a kind of device."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from appliance.clock import Clock
from appliance.devices.complaint import Complaint
from appliance.devices.kind import AccountField, Enrolled, GivenAccount, Kind
from appliance.devices.listener_protocol import Listener
from appliance.devices.protocol import Driver
from appliance.devices.telegram.telegram_channel import TELEGRAM
from appliance.devices.telegram.telegram_sentences import (
    ABOUT,
    DELETED_BY_THEM,
    NO_TOKEN,
    SAMPLE,
    SENTENCES,
    TOKEN_HINT,
    UNKNOWN_TOKEN,
)
from appliance.devices.worker import Rhythm

NAME = "telegram"

# News rouse the worker. An examination is a call over the internet.
_RHYTHM = Rhythm(poll_s=2.0, probe_s=60.0, probe_again_s=5.0, ask_s=2.0)


def _make_driver(
    device: Enrolled, *, listener: Listener, clock: Clock, settings: BaseModel | None
) -> Driver:
    # A branch without a bot need not load the driver.
    from appliance.devices.telegram.driver import TelegramBot

    del settings
    return TelegramBot(device.id, device.account, listener=listener, clock=clock)


def _read_account(given: Mapping[str, str], secret: str) -> GivenAccount:
    from appliance.devices.telegram.bot_account import read_account  # as above

    return read_account(given, secret)


def _doctor(enrolled: Sequence[Enrolled]) -> Sequence[Complaint]:
    from appliance.devices.telegram.bot_doctor import doctor  # as above

    return doctor(enrolled)


KIND = Kind(
    name=NAME,
    label="Telegram",
    icon="send",
    channels=(TELEGRAM,),
    make_driver=_make_driver,
    doctor=_doctor,
    rhythm=_RHYTHM,
    sentences=SENTENCES,
    read_account=_read_account,
    account_fields=(
        AccountField(
            name="token", label="Token of the bot", hint=TOKEN_HINT, sample=SAMPLE, is_secret=True
        ),
    ),
    about_account=ABOUT,
    account_sentences=(NO_TOKEN, UNKNOWN_TOKEN),
    has_sim=False,
    tells_once=True,  # what was told stays in the chat at Telegram
    removal_sentences=DELETED_BY_THEM,
)
