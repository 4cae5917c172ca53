"""What its box says of a command while the program that asked for it waits."""

from appliance.api.json.callers import Caller
from appliance.office.api.asking import boxes_in_sight
from appliance.office.api.fetched import is_away
from appliance.office.deciding import decided
from appliance.office.link import OfficeCommand
from appliance.office.tables.command_rows import CommandGiven


async def decision(caller: Caller, box_id: str, asked: OfficeCommand) -> CommandGiven | None:
    """The command with its outcome; None where its box is away, or has not decided in time."""
    if await _is_away(caller, box_id):
        return None
    return await decided(caller.services.store, asked.id)


async def _is_away(caller: Caller, box_id: str) -> bool:
    boxes = await boxes_in_sight(caller)
    box = next((each for each in boxes if each.id == box_id), None)
    return box is None or is_away(box, caller.services.clock.now_ms())
