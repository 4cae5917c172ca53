"""Brings back a phone that cannot be read: each examination that fails climbs one rung."""

import logging
import time
from contextlib import closing
from dataclasses import replace

from appliance.box import hub_ports
from appliance.devices.health_facts import HealthFacts
from appliance.devices.phone.adb import adb_server
from appliance.devices.phone.adb.adb_errors import translated
from appliance.devices.phone.recovery.phone_ladder import PhoneLadder, PhoneRights, PhoneRung
from appliance.devices.phone.session import ServerSession
from appliance.devices.protocol import DeviceState, Status
from appliance.errors import DeviceError, SetupError
from appliance.phone_settings import PhoneSettings
from appliance.reasons import Reason

log = logging.getLogger(__name__)

_UNREADABLE = frozenset(
    {Reason.NOT_ANSWERING, Reason.CONNECTION_DEAD, Reason.SERVER_WILL_NOT_START}
)


# One or two examinations fail when a cable is touched, and many in a row while adb connects.
_FAILURES = 3
FAILS_FOR_S = 10.0


class PhoneRescue:
    """Used by the phone's own thread, so never between the gate of an attempt and its proof."""

    def __init__(self, device_id: str, session: ServerSession, settings: PhoneSettings) -> None:
        self._device_id = device_id
        self._session = session
        self._settings = settings
        self._failures = 0
        self._failing_since_s = 0.0
        self._ladder = PhoneLadder()
        self._port: hub_ports.HubPort | None = None

    def examined(self, status: Status) -> Status:
        """The proof that a step helped is that the phone can be read; else the next one follows.

        What the phone is then, with word that nothing but a person is left.
        """
        if status.state is DeviceState.ABSENT:
            self._failures = 0  # pulled out, or without an adb server: no phone is to blame
        elif status.reason not in _UNREADABLE:
            self._failures = 0
            self._answered()
        else:
            self._fail(time.monotonic())
            if self._ladder.rung is PhoneRung.PERSON:
                return replace(
                    status,
                    facts=replace(status.facts, own=HealthFacts(needs_person=True).as_facts()),
                )
        return status

    def _answered(self) -> None:
        helped = self._ladder.rung
        if helped is not None:
            log.warning("%s can be read again after %s", self._device_id, helped.value)
            self._ladder.answered()

    def _fail(self, now_s: float) -> None:
        if self._failures == 0:
            self._failing_since_s = now_s
        self._failures += 1
        if self._failures >= _FAILURES and now_s - self._failing_since_s >= FAILS_FOR_S:
            self._climb(now_s)

    def _climb(self, now_s: float) -> None:
        rung = self._ladder.next(now_s, self._rights())
        if rung is None:
            return
        try:
            self._take(rung)
        except (DeviceError, SetupError) as exc:
            log.warning("%s cannot be read; %s in vain: %s", self._device_id, rung.value, exc)
        else:
            log.warning("%s cannot be read: %s", self._device_id, rung.value)

    def _rights(self) -> PhoneRights:
        if self._settings.may_switch_port:
            self._port = hub_ports.port_of(self._session.serial)
        return PhoneRights(
            may_switch_port=self._port is not None, may_reboot=self._settings.may_reboot
        )

    def _take(self, rung: PhoneRung) -> None:
        match rung:
            case PhoneRung.SERVER:
                self._session.end_server()
            case PhoneRung.DEVICE:
                self._ask_daemon("reconnect")
            case PhoneRung.LINK:
                adb_server.reconnect(self._session.serial)
            case PhoneRung.POWER if self._port is not None:
                hub_ports.cycle(self._port)
            case PhoneRung.REBOOT:
                self._ask_daemon("reboot:")
            case _:
                """An incident asks for a person."""

    def _ask_daemon(self, service: str) -> None:
        """The daemon of adb on the phone answers, even where the phone's shell does not."""
        with translated(), closing(self._session.device.open_transport()) as connection:
            connection.send_command(service)
            connection.check_okay()
