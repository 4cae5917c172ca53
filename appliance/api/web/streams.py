"""How many live streams one session may have: a new one over the limit ends the oldest."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

MOST = 8
"""All pages of a browser share one stream; for a moment a reconnecting page has a second one."""


class Streams:
    """Used by the event loop only."""

    def __init__(self) -> None:
        self._open: dict[str, list[object]] = {}

    async def bounded(self, owner: str, frames: AsyncGenerator[str, None]) -> AsyncIterator[str]:
        """The frames, until this owner has too many newer streams."""
        mine = object()
        streams = self._open.setdefault(owner, [])
        streams.append(mine)
        del streams[:-MOST]
        try:
            async with aclosing(frames):
                async for frame in frames:
                    if mine not in streams:
                        return
                    yield frame
        finally:
            if mine in streams:
                streams.remove(mine)
            if not streams:
                self._open.pop(owner, None)
