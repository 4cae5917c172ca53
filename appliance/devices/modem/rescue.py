"""Brings back a modem that stopped answering: each examination climbs one rung of the ladder."""

import logging
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from appliance.devices.modem import usb
from appliance.devices.modem.at.answers import AtError
from appliance.devices.modem.at.channel import AtChannel
from appliance.devices.modem.ladder import Ladder, LadderRights, Rung
from appliance.devices.modem.modem import Modem
from appliance.devices.modem.ports import names_stick
from appliance.errors import DeviceError, SetupError, StoreError

log = logging.getLogger(__name__)

_RESTART = "AT+CFUN=1,1"  # 27.007 §8.2
_RESTART_S = 3.0


class Rescue:
    """Leaves alone a port that may belong to another stick by now."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self._ladder = Ladder()
        self._since_s = time.monotonic()
        self._stick: usb.UsbDevice | None = None

    def note_stick(self) -> None:
        self._stick = usb.usb_device(self._modem.port or "")

    def answered(self) -> None:
        self._ladder.answered()

    @property
    def own_port(self) -> str | None:
        """An existing port that is the modem's as far as is known, whether it answers or not.

        The last port, if the same stick is behind it; else the given port, if the modem was seen
        nowhere else since, or the port's name says whose it is.
        """
        last, given = self._modem.port, self._modem.first_port
        if last is not None and Path(last).exists() and self._is_same_stick(last):
            return last
        if Path(given).exists() and (last is None or names_stick(given)):
            return given
        return None

    @property
    def ask_every_s(self) -> float | None:
        """Seconds until its own port is asked again; None while it has no port."""
        return self._ladder.ask_every_s if self.own_port else None

    def _is_same_stick(self, last: str) -> bool:
        if names_stick(last):
            return True
        device = usb.usb_device(last)
        if device is None or self._stick is None:
            return device is self._stick
        return device.may_be(self._stick)

    def has_port(self) -> bool:
        """Whether its last port exists, or the given one if it was never found."""
        return Path(self._modem.port or self._modem.first_port).exists()

    def climb(self, mute: Sequence[str]) -> None:
        """`mute`: its silent ports, of which any may be the one that listens."""
        rung = self._ladder.next(time.monotonic(), self._rights())
        if rung is None:
            return
        log.warning("%s does not answer: %s", self._modem.device_id, rung.value)
        match rung:
            case Rung.REOPEN | Rung.PERSON:
                self._modem.detach()
            case Rung.RESTART:
                self._restart(mute)
            case Rung.USB_RESET:
                self._reset()
            case Rung.ESCAPE:
                """The channel falls into step again with its next command."""

    def _rights(self) -> LadderRights:
        """A modem that may be sending is not restarted: its slot would never get the result."""
        allowed = self._modem.options.may_reset and not self._may_be_sending()
        port = self.own_port
        return LadderRights(
            may_restart=allowed,
            can_reset_usb=allowed and port is not None and usb.can_reset(port),
        )

    def _may_be_sending(self) -> bool:
        """An earlier process may have left doubts that this mute modem was never asked about."""
        modem = self._modem
        if modem.may_be_sending:
            return True
        network_s = modem.clock.real_s(modem.options.patience.network_ms)
        if time.monotonic() - self._since_s >= network_s:
            return False
        try:
            return bool(modem.listener.in_doubt(modem.device_id))
        except StoreError:
            return True

    def _restart(self, mute: Sequence[str]) -> None:
        """The modem may hear the command although it does not answer."""
        self._modem.detach()
        port = self.own_port
        for each in [port] if port and port == self._modem.port else mute:
            with suppress(AtError, DeviceError), closing(AtChannel.open(each)) as channel:
                channel.command(_RESTART, timeout_s=_RESTART_S)

    def _reset(self) -> None:
        self._modem.detach()
        port = self.own_port
        stick = usb.usb_device(port) if port else None
        if stick is None:
            return
        try:
            usb.reset(stick)
        except SetupError as exc:
            log.warning("%s: %s", self._modem.device_id, exc)
