"""Carries command lines out, one after another, and lets faults spoil them."""

from collections import Counter

from appliance.emulated.modem.command_line import AtCommand, commands_of
from appliance.emulated.modem.commands import general, messages, network, settings
from appliance.emulated.modem.commands.handler import Handler
from appliance.emulated.modem.faults import ModemFault, ModemFaultKind
from appliance.emulated.modem.results import FinalError, NoAnswer, RawError
from appliance.emulated.modem.works import Works

HANDLERS: dict[str, Handler] = {
    **general.HANDLERS,
    **network.HANDLERS,
    **settings.HANDLERS,
    **messages.HANDLERS,
}
_GARBAGE = b"\r\n\x00\xff~+CM\x80GS: \xfe\r\n"
_DEFAULT_URC = '+CREG: 1,"0A1B","01C2D3E4",7'


class Interpreter:
    def __init__(self, works: Works) -> None:
        self._works = works
        self.counted: Counter[str] = Counter()

    async def carry_out(self, line: str) -> None:
        """Raises HangUp and Restart; all else ends in the dialogue."""
        dialogue = self._works.dialogue
        try:
            for command in commands_of(line):
                await self._one(command)
        except NoAnswer:
            dialogue.abandon()
        except FinalError as exc:
            dialogue.finish(exc.line(cmee=self._works.settings.cmee))
        else:
            dialogue.finish("OK")

    async def _one(self, command: AtCommand) -> None:
        self.counted[command.name] += 1
        self._spoil_before(command)
        handler = HANDLERS.get(command.name)
        if handler is None:
            raise FinalError
        waiting = handler(self._works, command)
        if waiting is not None:
            await waiting
        if self._take(ModemFaultKind.SILENCE, command, how="after"):
            raise NoAnswer
        if self._take(ModemFaultKind.LINE_LOST, command):
            self._works.dialogue.lose_line()
        if urc := self._take(ModemFaultKind.URC_INSIDE, command):
            self._works.dialogue.interrupt(urc.line or _DEFAULT_URC)

    def _spoil_before(self, command: AtCommand) -> None:
        if self._take(ModemFaultKind.SILENCE, command, how="before"):
            raise NoAnswer
        if self._take(ModemFaultKind.GARBAGE, command):
            self._works.dialogue.noise(_GARBAGE)
        if error := self._take(ModemFaultKind.COMMAND_ERROR, command):
            raise RawError(error.line or "ERROR")

    def _take(
        self, kind: ModemFaultKind, command: AtCommand, *, how: str | None = None
    ) -> ModemFault | None:
        return self._works.equipment.faults.take(kind, command=command.name, how=how)
