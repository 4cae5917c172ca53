"""Waits a moment for what a box says of a command, for who would rather see the end of it."""

import asyncio

from appliance.office.tables import commands
from appliance.office.tables.command_rows import CommandGiven
from appliance.store.store import Store

DECIDES_S = 2.0
_LOOKS_S = 0.05


async def decided(store: Store, command_id: str) -> CommandGiven | None:
    """What is known of it once the box has decided. None where it has not in time."""
    loop = asyncio.get_running_loop()
    until_s = loop.time() + DECIDES_S
    while loop.time() < until_s:
        given = await store.aread(lambda conn: commands.by_id(conn, command_id))
        if given is not None and given.outcome is not None:
            return given
        await asyncio.sleep(_LOOKS_S)
    return None
