"""What a handler of a command is, and how it reads numbers."""

from collections.abc import Awaitable, Callable, Container

from appliance.emulated.modem.command_line import AtCommand
from appliance.emulated.modem.results import CmeError, FinalError
from appliance.emulated.modem.works import Works

#: Answers by `works.dialogue.inform`; raises FinalError. A returned awaitable is awaited.
Handler = Callable[[Works, AtCommand], Awaitable[None] | None]


def whole_number(
    command: AtCommand,
    place: int,
    allowed: Container[int],
    *,
    default: int | None = None,
    error: FinalError | None = None,
) -> int:
    """The argument at `place`; `error`, or incorrect parameters, when it is not allowed."""
    text = command.argument(place)
    if text == "" and default is not None:
        return default
    if not text.isdecimal() or int(text) not in allowed:
        raise error or CmeError(50)
    return int(text)
