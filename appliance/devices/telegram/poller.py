"""The thread that asks Telegram for news. It asks for the next only when these are kept."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from appliance.devices.telegram.bot_api import BotApi, NotAnswered, NotReached, SaidNo
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

Updates = Sequence[dict[str, Any]]

_AGAIN_S = (1.0, 2.0, 5.0, 10.0)
"""After a failure, each time longer."""
_CONFLICT_S = 60.0
"""Two that read by turns end each other's calls: it is one conflict as long as it comes back."""


class Poller:
    """`take` and `kept` are the device's thread; `begin` and `end` any. `came` is called in the
    poller's own thread when there is something to take.
    """

    def __init__(self, api: BotApi, name: str, came: Callable[[], None]) -> None:
        self._api = api
        self._came = came
        self._ending = threading.Event()
        self._go_on = threading.Event()
        self._waiting: Updates | None = None
        self._offset: int | None = None
        self._conflict: SaidNo | None = None
        self._conflict_at = 0.0
        self._trouble = Trouble(log, f"telegram {name}: asking for news", level=logging.INFO)
        self._thread = threading.Thread(target=self._run, name=f"telegram-{name}", daemon=True)

    def begin(self, offset: int | None) -> None:
        """Once. What is below the offset was kept in an earlier life."""
        if not self._thread.is_alive():
            self._offset = offset
            self._go_on.set()
            self._thread.start()

    @property
    def has_begun(self) -> bool:
        return self._thread.is_alive()

    @property
    def has_news(self) -> bool:
        return self._waiting is not None

    @property
    def conflict(self) -> SaidNo | None:
        """What Telegram said, while somebody else reads this bot's news, or a moment ago did."""
        lately = time.monotonic() - self._conflict_at < _CONFLICT_S
        return self._conflict if lately else None

    def take(self) -> Updates:
        """What came, oldest first; the same again until it is `kept`."""
        return self._waiting or ()

    def kept(self, offset: int) -> None:
        """All that was taken is durable: Telegram may let go of what is below the offset."""
        self._offset = offset
        self._waiting = None
        self._go_on.set()

    def end(self) -> None:
        self._ending.set()
        self._go_on.set()

    def _run(self) -> None:
        failures = 0
        while not self._ending.is_set():
            self._go_on.wait()
            if self._ending.is_set():
                return
            try:
                found = self._api.news(self._offset)
            except (NotReached, NotAnswered, SaidNo) as exc:
                self._failed(exc)
                self._ending.wait(_AGAIN_S[min(failures, len(_AGAIN_S) - 1)])
                failures += 1
                continue
            failures = 0
            self._trouble.over()
            self._heard(found)

    def _failed(self, exc: Exception) -> None:
        if self._ending.is_set():
            return
        self._trouble.met(str(exc))
        if isinstance(exc, SaidNo) and exc.is_conflict:
            self._conflict, self._conflict_at = exc, time.monotonic()
            self._came()

    def _heard(self, found: Updates) -> None:
        """An answer without news has confirmed the offset. It is not said again: after a quiet week
        Telegram may number updates anew, from anywhere (Bot API, Update).
        """
        if not found:
            self._offset = None
            return
        self._go_on.clear()
        self._waiting = found
        self._came()
