"""An event loop in a thread of its own, for tests that block."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_PATIENCE_S = 120.0
"""Real seconds, for a busy machine: a deadline, no measurement."""


class OwnLoop:
    """What still runs at its end is cancelled, as `asyncio.run` does it: else a connection that is
    just being made stays open.
    """

    def __init__(self, name: str) -> None:
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()
        self._is_over = asyncio.Event()
        self._thread = threading.Thread(target=self._live, name=name, daemon=True)
        self._thread.start()

    def _live(self) -> None:
        with self._runner:
            self._runner.run(self._is_over.wait())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_S)

    def call(self, work: Callable[[], T]) -> T:
        async def called() -> T:
            return work()

        return self.run(called())

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._is_over.set)
        self._thread.join(_PATIENCE_S)
