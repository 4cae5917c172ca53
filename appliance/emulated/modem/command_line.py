"""A V.250 command line taken apart into its commands (ITU-T V.250 §5.2-5.4)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from appliance.emulated.modem.results import FinalError

_EXTENDED = re.compile(r"[+^%$*#][A-Z][A-Z0-9!%\-./:_]*", re.IGNORECASE)
_S_REGISTER = re.compile(r"S\d+(\?|=\d*)?", re.IGNORECASE)
_DIAL = re.compile(r"D[^;]*;?", re.IGNORECASE)
_BASIC = re.compile(r"(&?[A-Z])(\d*)", re.IGNORECASE)


class CommandForm(Enum):
    EXECUTE = ""
    READ = "?"
    TEST = "=?"
    SET = "="


@dataclass(frozen=True, slots=True)
class AtCommand:
    """`name` is in capitals; a basic command has its number as the only argument."""

    name: str
    form: CommandForm = CommandForm.EXECUTE
    arguments: tuple[str, ...] = ()

    def argument(self, place: int, default: str = "") -> str:
        """The argument without its quotes; `default` where it is left out."""
        if place >= len(self.arguments) or self.arguments[place] == "":
            return default
        return self.arguments[place].strip('"')


def commands_of(line: str) -> Iterator[AtCommand]:
    """The commands after AT, in order; FinalError where one cannot be read."""
    rest = line.strip()
    while rest:
        command, rest = _first(rest)
        yield command
        rest = rest.lstrip(" ")


def _first(text: str) -> tuple[AtCommand, str]:
    if found := _EXTENDED.match(text):
        end = _end_of_command(text)
        return _extended(found.group().upper(), text[found.end() : end].strip()), text[end + 1 :]
    if (found := _S_REGISTER.match(text)) or (found := _DIAL.match(text)):
        return AtCommand(found.group()[0].upper(), arguments=(found.group()[1:],)), text[
            found.end() :
        ]
    if found := _BASIC.match(text):
        name, number = found.groups()
        return AtCommand(name.upper(), arguments=(number,)), text[found.end() :].lstrip(";")
    raise FinalError


def _end_of_command(text: str) -> int:
    """Where the semicolon outside quotes is, or the end."""
    quoted = False
    for place, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            return place
    if quoted:
        raise FinalError
    return len(text)


def _extended(name: str, tail: str) -> AtCommand:
    if not tail:
        return AtCommand(name)
    if tail == "?":
        return AtCommand(name, CommandForm.READ)
    if not tail.startswith("="):
        raise FinalError
    value = tail[1:].strip()
    if value == "?":
        return AtCommand(name, CommandForm.TEST)
    return AtCommand(name, CommandForm.SET, tuple(_split(value)))


def _split(value: str) -> Iterator[str]:
    """At commas outside quotes."""
    piece, quoted = "", False
    for char in value:
        if char == '"':
            quoted = not quoted
        if char == "," and not quoted:
            yield piece.strip()
            piece = ""
        else:
            piece += char
    yield piece.strip()
