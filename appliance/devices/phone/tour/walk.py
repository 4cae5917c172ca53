"""The tour itself: first what needs nobody, then what a person does, last what they send."""

import logging
from collections.abc import Sequence

from appliance.devices.phone.adb import adb_server
from appliance.devices.phone.record.recorder import facts_of
from appliance.devices.phone.session import ServerSession
from appliance.devices.phone.tour import notice_checks, quiet_checks, screen_checks
from appliance.devices.phone.tour.check import NOT_SEEN, Answer, Check, TourPhone
from appliance.devices.phone.tour.marks import MARKS, UNASKED
from appliance.devices.phone.whatsapp.pages import PACKAGES
from appliance.devices.protocol import DeviceState
from appliance.devices.tour import (
    Checked,
    Conclusion,
    Guide,
    Marked,
    TourReport,
    together,
)
from appliance.errors import DeviceError, DeviceGone

log = logging.getLogger(__name__)

CHECKS = (
    *quiet_checks.CHECKS,
    *screen_checks.CHECKS,
    *notice_checks.CHECKS,
    *notice_checks.BY_HAND,
)


def walk(serial: str, guide: Guide, *, watch_s: float = 60.0) -> TourReport:
    """Raises DeviceError where the phone is away from the beginning, and SetupError without adb."""
    if adb_server.connection_state(serial) is not DeviceState.READY:
        raise DeviceGone(f"No phone {serial} answers. See which there are: balie device list")
    session = ServerSession(serial)
    try:
        about = facts_of(session)
        package = about["whatsapp"][0] if about["whatsapp"] else PACKAGES[0]
        phone = TourPhone(
            session=session,
            whatsapp=package,
            sms_app=str(about["sms_app"]),
            guide=guide,
            watch_s=watch_s,
        )
        checked = [_checked(phone, each) for each in CHECKS]
        return TourReport(about=about, checks=checked, marks=_marked(checked))
    finally:
        session.close()


def _marked(checked: Sequence[Checked]) -> Sequence[Marked]:
    """Of each mark what the checks about it concluded together."""
    verdicts = {each.name: each.verdict for each in checked}
    asked = {mark: [each.name for each in CHECKS if mark in each.marks] for mark in MARKS}
    return [
        Marked(
            name=mark,
            fact=fact,
            verdict=together([verdicts[name] for name in asked[mark]]),
            by=asked[mark],
            unasked=UNASKED.get(mark, ""),
        )
        for mark, fact in MARKS.items()
    ]


def _checked(phone: TourPhone, check: Check) -> Checked:
    """A check that fails in itself has seen nothing; the tour goes on."""
    verdict, seen = _answer(phone, check)
    checked = Checked(name=check.name, fact=check.fact, verdict=verdict, seen=seen)
    phone.guide.told(checked)
    return checked


def _answer(phone: TourPhone, check: Check) -> Answer:
    try:
        if check.step:
            phone.before = phone.standing()
            if not phone.guide.asked(check.step):
                return NOT_SEEN
        return check.ask(phone)
    except DeviceError as exc:
        log.info("the check %s failed: %s", check.name, exc)
        return Conclusion.NOT_SEEN, str(exc)
