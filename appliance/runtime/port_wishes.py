"""Asks root for the USB port of a phone: a file that a unit with more rights reads."""

import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import BaseModel

from appliance.box import port_wish
from appliance.box.port_wish import ANSWER, WITHIN_S, PortOutcome, PortWish
from appliance.box.whole_files import put_whole
from appliance.devices.kind import Kind
from appliance.store.devices import Device


class PortWishes:
    """Used by one thread at a time. A wish that an earlier Balie left is taken back."""

    def __init__(
        self, data: Path, answer: Path = ANSWER, now_s: Callable[[], float] = time.time
    ) -> None:
        self._path = data / port_wish.FILE
        self._answer = answer
        self._now_s = now_s
        self._until_s = 0.0
        self._path.unlink(missing_ok=True)

    def is_there(self) -> bool:
        return port_wish.answered(self._answer) is not None

    def ask(self, serial: str) -> str:
        now_s = self._now_s()
        wish = PortWish(id=secrets.token_hex(8), serial=serial, until_s=int(now_s) + WITHIN_S)
        put_whole(self._path, port_wish.written(wish))
        self._until_s = now_s + WITHIN_S
        return wish.id

    def answer(self, wish_id: str) -> PortOutcome | None:
        told = port_wish.answered(self._answer)
        outcome = told.outcome if told is not None and told.id == wish_id else None
        if outcome is None and self._now_s() > self._until_s + WITHIN_S:
            outcome = PortOutcome.NO_ANSWER
        if outcome is not None:
            self._path.unlink(missing_ok=True)
        return outcome


def serial_of(device: Device, settings: Mapping[str, BaseModel]) -> str | None:
    """What a device tells of itself on USB, where its port may be switched and its name is one."""
    serial = Kind.named(device.kind).usb_serial(device.address, settings.get(device.kind))
    return serial if port_wish.is_serial(serial) else None
