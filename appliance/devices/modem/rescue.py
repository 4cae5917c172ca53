"""Bringing a modem back that has stopped answering: each examination climbs one rung."""

import logging
import time
from contextlib import suppress
from pathlib import Path

from appliance.devices.modem import usb
from appliance.devices.modem.at.answers import AtError
from appliance.devices.modem.at.channel import AtChannel
from appliance.devices.modem.ladder import Ladder, Rights, Rung
from appliance.devices.modem.modem import Modem
from appliance.errors import DeviceError, SetupError

log = logging.getLogger(__name__)

_RESTART = "AT+CFUN=1,1"  # 27.007 §8.2
_RESTART_S = 3.0


class Rescue:
    """Nothing is done to a port behind which there may be another stick by now."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self._ladder = Ladder()
        self._stick: usb.UsbDevice | None = None

    def note_stick(self) -> None:
        self._stick = usb.usb_device(self._modem.port or "")

    def answered(self) -> None:
        self._ladder.answered()

    def is_same_stick(self) -> bool:
        """Whether the modem's port is still there, and behind it what was there before."""
        port = self._modem.port
        return port is not None and self.has_port() and usb.usb_device(port) == self._stick

    def has_port(self) -> bool:
        """Whether there is a port where it was last, or where it was said to be."""
        return Path(self._modem.port or self._modem.first_port).exists()

    def climb(self) -> None:
        rung = self._ladder.next(time.monotonic(), self._rights())
        if rung is None:
            return
        log.warning("%s does not answer: %s", self._modem.device_id, rung.value)
        match rung:
            case Rung.REOPEN | Rung.PERSON:
                self._modem.detach()
            case Rung.RESTART:
                self._restart()
            case Rung.USB_RESET:
                self._reset()
            case Rung.ESCAPE:
                """The channel falls into step again with its next command."""

    def _rights(self) -> Rights:
        """A modem that may be sending is not stopped: its slot would never hear the result."""
        allowed = self._modem.options.may_reset and not self._modem.may_be_sending
        port = self._modem.port
        return Rights(
            may_restart=allowed,
            can_reset_usb=allowed and port is not None and usb.can_reset(port),
        )

    def _restart(self) -> None:
        """It may hear, though it does not speak."""
        with suppress(AtError, DeviceError):
            if self._modem.channel is None and self._modem.port is not None:
                self._modem.attach(AtChannel.open(self._modem.port), self._modem.port)
            self._modem.command(_RESTART, timeout_s=_RESTART_S)
        self._modem.detach()

    def _reset(self) -> None:
        self._modem.detach()
        if self._stick is None:
            return
        try:
            usb.reset(self._stick)
        except SetupError as exc:
            log.warning("%s: %s", self._modem.device_id, exc)
