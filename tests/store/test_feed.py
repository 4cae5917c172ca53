"""The feed of events inside the process."""

import asyncio
from pathlib import Path

from appliance.clock import SystemClock
from appliance.events import Event
from appliance.store import branches
from appliance.store.feed import EventFeed
from appliance.store.store import Store

_LONG_S = 60.0


async def _first_after_a_commit(store: Store) -> Event:
    feed = EventFeed(store, poll_s=3600)
    await feed.start()
    after = feed.head
    store.write(lambda tx: branches.add_branch(tx, "Utrecht"))
    reading = asyncio.create_task(feed._catch_up())
    following = asyncio.ensure_future(anext(feed.follow(after)))
    try:
        async with asyncio.timeout(_LONG_S):
            await reading
            return await following
    finally:
        await feed.close()


def test_who_begins_to_follow_while_the_log_is_read_misses_nothing(tmp_path: Path) -> None:
    """A browser that connects in that moment gets the next event without waiting for another."""
    store = Store(tmp_path / "balie.db", SystemClock())
    try:
        assert asyncio.run(_first_after_a_commit(store)).kind.value == "branch.added"
    finally:
        store.close()
