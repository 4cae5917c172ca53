"""What the emulator's own control address makes happen in the world of the bots."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from appliance.emulated.telegram.bot_control import BotControl
from appliance.emulated.world.refusal import ControlRefusal


class TelegramToBot(BaseModel):
    """Somebody writes to a bot, by its username, without one to the first. `person` is a name or an
    id, made when new.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["telegram"]
    person: str | int
    text: str = Field(min_length=1)
    bot: str | None = None


class BotLetters:
    """The bots' share of that address; all else that may happen to them is asked at their own."""

    kind = "telegram"
    examples: tuple[dict[str, Any], ...] = (
        {"kind": "telegram", "person": "Piet", "text": "Is er morgen werk?"},
    )

    def __init__(self, control: BotControl) -> None:
        self._control = control

    def inject(self, body: Any) -> dict[str, Any]:
        """Raises pydantic.ValidationError and ControlRefusal."""
        wanted = TelegramToBot.model_validate(body).model_dump(exclude_none=True)
        try:
            return self._control.write(wanted)
        except StopIteration as exc:
            raise ControlRefusal(f"There is no bot {wanted['bot']!r}.", status=404) from exc
