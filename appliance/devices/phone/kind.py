"""Android phones as a kind of device."""

import logging
from collections.abc import Sequence

from pydantic import BaseModel

from appliance.box import hub_ports
from appliance.channels import Channel
from appliance.clock import Clock
from appliance.devices.complaint import Complaint
from appliance.devices.kind import Enrolled, Kind, Picture, Remote, Seen
from appliance.devices.listener_protocol import Listener
from appliance.devices.phone.adb import adb_server
from appliance.devices.phone.adb.watch import AdbWatch
from appliance.devices.phone.bell.tower import BellTower
from appliance.devices.phone.doctor import doctor
from appliance.devices.protocol import Driver
from appliance.devices.recording import Recording
from appliance.devices.tour import Guide, TourReport
from appliance.devices.worker import Rhythm
from appliance.enrolment import Enrolling
from appliance.errors import SetupError
from appliance.phone_settings import PhoneSettings

log = logging.getLogger(__name__)

_TOWER = BellTower()


def _make_driver(
    device: Enrolled, *, listener: Listener, clock: Clock, settings: BaseModel | None
) -> Driver:
    # The command line asks for the doctor only, and need not load the driver.
    from appliance.devices.phone.driver import PhoneDriver

    return PhoneDriver(
        device_id=device.id,
        serial=device.address,
        listener=listener,
        clock=clock,
        tower=_TOWER,
        settings=settings if isinstance(settings, PhoneSettings) else PhoneSettings(),
    )


def _prepare() -> None:
    hub_ports.switch_all_on()
    _ensure_adb()


def _ensure_adb() -> None:
    try:
        if adb_server.running_version() is None:
            adb_server.start()
    except SetupError as exc:
        log.error("%s Balie goes on without phones; see: balie doctor", exc)  # noqa: TRY400 -- the sentence says all


def _doctor(enrolled: Sequence[Enrolled]) -> Sequence[Complaint]:
    return doctor(each.address for each in enrolled)


def _plugged_in() -> Sequence[Seen]:
    """Empty when no adb server runs."""
    try:
        listed = adb_server.devices()
    except SetupError:
        return []
    return [Seen(address=each.serial, state=each.state.value) for each in listed]


def _usb_serial(address: str, settings: BaseModel | None) -> str | None:
    may_switch = not isinstance(settings, PhoneSettings) or settings.may_switch_port
    return address if may_switch and not adb_server.is_address(address) else None


def _make_enroller() -> Enrolling:
    from appliance.devices.phone.enrolment.enroller import PhoneEnroller

    return PhoneEnroller()


def _record(address: str, *, screenshot: bool) -> Recording:
    from appliance.devices.phone.record.recorder import record  # as above

    return record(address, screenshot=screenshot)


def _tour(address: str, guide: Guide) -> TourReport:
    from appliance.devices.phone.tour.walk import walk  # as above

    return walk(address, guide)


def _look(address: str) -> Picture:
    from appliance.devices.phone import remote  # as above

    return remote.look(address)


def _tap(driver: Driver, x: float, y: float) -> None:
    from appliance.devices.phone import remote  # as above

    remote.tap(driver, x, y)


def _back(driver: Driver) -> None:
    from appliance.devices.phone import remote  # as above

    remote.back(driver)


KIND = Kind(
    name="phone",
    label="Phone",
    icon="phone",
    channels=(Channel.WHATSAPP, Channel.SMS),
    make_driver=_make_driver,
    make_watch=AdbWatch,
    prepare=_prepare,
    doctor=_doctor,
    plugged_in=_plugged_in,
    usb_serial=_usb_serial,
    make_enroller=_make_enroller,
    settings=PhoneSettings,
    rhythm=Rhythm(ask_s=2.0, rests_s=(5, 10, 20, 40, 80, 160, 300)),
    record=_record,
    tour=_tour,
    remote=Remote(look=_look, tap=_tap, back=_back),
    is_expected=True,
    keeps_sent=True,
)
