"""Tells who listens which conversations changed in the work list."""

import logging
from collections.abc import Callable, Collection

log = logging.getLogger(__name__)

Listener = Callable[[Collection[str]], None]


class WorkListNews:
    """Listeners are called in the follower's thread, after the commit, and return at once."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def tell(self, conversation_ids: Collection[str]) -> None:
        for each in self._listeners:
            try:
                each(conversation_ids)
            except Exception:
                log.exception("a listener to the work list failed")
