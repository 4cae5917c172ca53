"""Bytes in, lines and prompts out; the result does not depend on how the bytes are cut."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: The longest answers are lists of operators (+COPS=?), well below this; a PDU is 360 long.
LONGEST_LINE = 4096

_LINE_END = re.compile(rb"[\r\n]")
#: No line of a modem begins with these; noise of a port that was just opened does.
_NOISE = bytes(range(0x21)) + bytes(range(0x7F, 0x100))
_BLANK = bytes(range(0x21))


@dataclass(frozen=True, slots=True)
class AtLine:
    """`noisy`: before it stood bytes that cannot begin a line."""

    text: str
    noisy: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """`>` at the begin of a line: the modem waits for a PDU (27.005 §3.5.1)."""


Token = AtLine | Prompt


class Lines:
    """Cuts a modem's bytes into lines; keeps at most one unfinished line of `LONGEST_LINE` bytes.

    The modem's character set decides what information text means, so each byte is kept as the
    character of the same number.
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self._too_long = False
        self._noisy = False
        self._prompt_wanted = False

    def want_prompt(self, wanted: bool = True) -> None:
        """The next `>` at the begin of a line is a prompt."""
        self._prompt_wanted = wanted

    def feed(self, data: bytes) -> Iterator[Token]:
        start = 0
        for end in _LINE_END.finditer(data):
            yield from self._take(data[start : end.start()])
            yield from self._end()
            start = end.end()
        yield from self._take(data[start:])

    def _take(self, piece: bytes) -> Iterator[Token]:
        if not self._line and not self._too_long:
            piece = self._without_noise(piece)
            if self._prompt_wanted and piece.startswith(b">"):
                self._prompt_wanted = False
                yield Prompt()
                piece = self._without_noise(piece[1:])
        if self._too_long or len(self._line) + len(piece) > LONGEST_LINE:
            self._too_long = True
            self._line.clear()
        else:
            self._line += piece

    def _end(self) -> Iterator[Token]:
        line, noisy = bytes(self._line).rstrip(_BLANK), self._noisy
        self._line.clear()
        self._too_long = self._noisy = False
        if line:
            yield AtLine(line.decode("latin-1"), noisy)

    def _without_noise(self, piece: bytes) -> bytes:
        clean = piece.lstrip(_NOISE)
        noise = piece[: len(piece) - len(clean)]
        self._noisy = self._noisy or bool(noise.strip(_BLANK))
        return clean
