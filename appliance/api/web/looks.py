"""Who looks at which phone's screen now: each look is told when it begins and when it ends.

Used by the event loop only. A phone is asked for a picture at most twice a second, however many
look, and in a thread of its own, so that one that hangs delays no other. No picture is kept.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from appliance.api.services import Services
from appliance.desk.lines import live_screen
from appliance.desk.lines.live_screen import LookedAt
from appliance.devices.kind import Kind, Picture
from appliance.errors import NotFound, StoreError
from appliance.ids import new_id

log = logging.getLogger(__name__)

APART_S = 0.5
"""Between two pictures."""
GONE_S = 10.0
"""A page that has asked for no picture for so long is not looked at any more."""


@dataclass(slots=True, kw_only=True)
class _OpenLook:
    id: str
    at: LookedAt
    staff_id: str
    over: asyncio.TimerHandle


@dataclass(slots=True)
class _Camera:
    """One phone's: who asks while a picture is taken gets that one."""

    thread: ThreadPoolExecutor
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    taken_at: float = -APART_S
    picture: Picture | None = None


class Looks:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._gone_s = GONE_S
        self._looks: dict[tuple[str, str], _OpenLook] = {}
        self._cameras: dict[str, _Camera] = {}
        self._ending: set[asyncio.Task[None]] = set()

    async def picture(self, at: LookedAt, staff_id: str) -> Picture:
        """Begins a look or goes on with it. Raises DeviceError, and StoreError where the beginning
        cannot be told: then nothing is shown.
        """
        await self._go_on(at, staff_id)
        camera = self._cameras.get(at.device_id)
        if camera is None:
            name = f"screen-{at.device_id}"
            camera = _Camera(ThreadPoolExecutor(1, thread_name_prefix=name))
            self._cameras[at.device_id] = camera
        async with camera.turn:
            age_s = time.monotonic() - camera.taken_at
            if camera.picture is None:
                await asyncio.sleep(APART_S - age_s)
            if self._cameras.get(at.device_id) is not camera:
                raise NotFound("look")  # it ended while this waited
            if camera.picture is None or age_s >= APART_S:
                camera.taken_at = time.monotonic()
                camera.picture = None
                loop = asyncio.get_running_loop()
                camera.picture = await loop.run_in_executor(camera.thread, _camera_of(at))
            return camera.picture

    def end(self, device_id: str, staff_id: str) -> None:
        """The page was closed or hidden."""
        look = self._looks.pop((device_id, staff_id), None)
        if look is None:
            return
        look.over.cancel()
        others = any(device == device_id for device, _ in self._looks)
        camera = None if others else self._cameras.pop(device_id, None)
        if camera is not None:
            camera.thread.shutdown(wait=False)
        self._later(self._tell_end(look))

    async def close(self) -> None:
        """Ends all looks and returns when that is told."""
        for device_id, staff_id in list(self._looks):
            self.end(device_id, staff_id)
        await asyncio.gather(*self._ending)

    async def _go_on(self, at: LookedAt, staff_id: str) -> None:
        key = (at.device_id, staff_id)
        known = self._looks.get(key)
        over = asyncio.get_running_loop().call_later(self._gone_s, self.end, *key)
        if known is not None:
            known.over.cancel()
            known.over = over
            return
        look_id = new_id(self._services.clock.now_ms())
        look = _OpenLook(id=look_id, at=at, staff_id=staff_id, over=over)
        self._looks[key] = look
        try:
            await self._services.store.awrite(
                lambda tx: live_screen.began(tx, at, look.id, staff_id)
            )
        except BaseException:
            over.cancel()
            self._looks.pop(key, None)
            raise

    async def _tell_end(self, look: _OpenLook) -> None:
        try:
            await self._services.store.awrite(
                lambda tx: live_screen.ended(tx, look.at, look.id, look.staff_id)
            )
        except StoreError as exc:
            log.warning("the end of a look at %s could not be told: %s", look.at.device_id, exc)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


def _camera_of(at: LookedAt) -> Callable[[], Picture]:
    remote = Kind.named(at.kind).remote
    if remote is None:
        raise NotFound("device")
    return lambda: remote.look(at.address)
