"""Emulated phones on an event loop in a thread of its own, and waiting for what they do."""

import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from appliance.emulated.phone.wire.adbd import Adbd
from tests.emulated.plain_handset import PlainHandset
from tests.own_loop import OwnLoop

T = TypeVar("T")
_DEADLINE_S = 120.0
"""Real seconds, for a busy machine: a deadline and no measurement."""


def eventually(is_so: Callable[[], T], *, within_s: float = _DEADLINE_S) -> T:
    """What it is as soon as it is true; its last value when it never is."""
    deadline = time.monotonic() + within_s
    while not (found := is_so()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


class PhoneBench:
    """Phones may only be touched through `on_loop` once they are plugged in."""

    def __init__(self) -> None:
        self._loop = OwnLoop("phones")
        self._phones: list[Adbd] = []

    def wait_for(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._loop.run(coroutine)

    def on_loop(self, call: Callable[[], T]) -> T:
        return self._loop.call(call)

    def plug_in(self, handset: PlainHandset) -> Adbd:
        async def start() -> Adbd:
            adbd = Adbd(handset)
            handset.adbd = adbd
            await adbd.start()
            return adbd

        adbd = self.wait_for(start())
        self._phones.append(adbd)
        return adbd

    def close(self) -> None:
        for adbd in self._phones:
            self.wait_for(adbd.stop())
        self._loop.close()
