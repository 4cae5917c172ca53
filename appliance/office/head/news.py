"""Tells who listens which conversations changed in the work list, and of which boxes nothing may be
remembered.
"""

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


class ForgottenNews:
    """What is in memory of a box may hold somebody who was erased, or more than may be known now.
    Listeners are called in any thread, before the box hears that it was taken in.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[str], None]] = []

    def listen(self, listener: Callable[[str], None]) -> None:
        """`listener` forgets what it has of the box of this id."""
        self._listeners.append(listener)

    def tell(self, box_id: str) -> None:
        for each in self._listeners:
            each(box_id)
