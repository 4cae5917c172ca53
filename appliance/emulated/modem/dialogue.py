"""The bytes between computer and modem: lines, prompts, echo, answers and unsolicited results."""

import asyncio
from collections.abc import Callable

from appliance.emulated.modem.settings import AtSettings

_CR, _ESCAPE, _CTRL_Z, _BACKSPACE = b"\r", 0x1B, 0x1A, b"\x08"
#: Results of V.250 and their numbers for ATV0.
_NUMERIC = {"OK": "0", "RING": "2", "NO CARRIER": "3", "ERROR": "4"}


class AtSession:
    """Used on the emulator's loop only. Unsolicited results wait until a command is done."""

    def __init__(self, write: Callable[[bytes], None], settings: AtSettings) -> None:
        self._write = write
        self._settings = settings
        self._input = bytearray()
        self._arrival: asyncio.Future[None] | None = None
        self._answer = bytearray()
        self._waiting: list[str] = []
        self._busy = False
        self._last = ""
        #: A fault: echo that ATE0 does not end.
        self.echo_stuck = False
        #: A fault: `>` instead of `> `.
        self.bare_prompt = False

    def feed(self, data: bytes) -> None:
        self._input += data
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    def reset(self) -> None:
        """The modem restarted or has a new port: drops what was half done."""
        self._input.clear()
        self._answer.clear()
        self._waiting.clear()
        self._busy = False

    async def line(self) -> str:
        """The next command line without AT; a line without AT is noise."""
        while True:
            text = await self._raw_line()
            if text.upper().startswith("A/"):
                break
            at = text.upper().find("AT")
            if at >= 0:
                self._last = text[at + 2 :]
                break
        self._busy = True
        return self._last

    async def _raw_line(self) -> str:
        """Up to a carriage return, or `A/`, which needs none."""
        while True:
            repeat = self._input.lstrip(b"\r\n")[:2].upper() == b"A/"
            end = self._input.find(_CR)
            if repeat:
                end = self._input.upper().find(b"A/") + 1
            if end >= 0:
                raw = self._consume(end + 1)
                return _edited(raw).decode("latin-1").strip("\r\n")
            await self._more()

    async def body(self) -> bytes | None:
        """The bytes that are typed at the prompt until Ctrl-Z; None after ESC."""
        self._answer += b"\r\n>" if self.bare_prompt else b"\r\n> "
        self.flush()
        while True:
            ends = [at for at, octet in enumerate(self._input) if octet in {_CTRL_Z, _ESCAPE}]
            if ends:
                raw = self._consume(ends[0] + 1)
                return None if raw[-1] == _ESCAPE else raw[:-1]
            await self._more()

    def _consume(self, count: int) -> bytes:
        raw = bytes(self._input[:count])
        del self._input[:count]
        if self._settings.echo or self.echo_stuck:
            self._answer += raw.rstrip(bytes([_CTRL_Z, _ESCAPE]))
        return raw

    async def _more(self) -> None:
        """Sends what was echoed first."""
        if not self._busy:
            self.flush()
        self._arrival = asyncio.get_running_loop().create_future()
        await self._arrival

    # Out

    def inform(self, *lines: str) -> None:
        """Information text of the command that is being carried out."""
        before = b"\r\n" if self._settings.verbose else b""
        self._answer += before + "".join(f"{line}\r\n" for line in lines).encode("latin-1")

    def noise(self, data: bytes) -> None:
        """A fault's own bytes, into the answer."""
        self._answer += data

    def lose_line(self) -> None:
        """A fault: the last line so far does not arrive."""
        kept = bytes(self._answer).rstrip(b"\r\n")
        del self._answer[kept.rfind(b"\n") + 1 :]

    def finish(self, result: str) -> None:
        """The final result, then what happened meanwhile."""
        if not self._settings.quiet:
            self._answer += self._coded(result)
        self._end()

    def abandon(self) -> None:
        """No answer at all."""
        self._answer.clear()
        self._end()

    def _end(self) -> None:
        self._busy = False
        for line in self._waiting:
            self._answer += self._coded(line)
        self._waiting.clear()
        self.flush()

    def unsolicited(self, *lines: str) -> None:
        self._waiting.append("\r\n".join(lines))
        if not self._busy:
            self._end()

    def interrupt(self, line: str) -> None:
        """An unsolicited result in the middle of an answer."""
        self._answer += self._coded(line)

    def _coded(self, result: str) -> bytes:
        if not self._settings.verbose and result in _NUMERIC:
            return f"{_NUMERIC[result]}\r".encode()
        return f"\r\n{result}\r\n".encode("latin-1")

    def flush(self) -> None:
        if self._answer:
            self._write(bytes(self._answer))
            self._answer.clear()


def _edited(raw: bytes) -> bytes:
    """A backspace deletes the character before it (V.250 §5.2.2)."""
    if _BACKSPACE not in raw:
        return raw
    kept = bytearray()
    for octet in raw:
        if octet != _BACKSPACE[0]:
            kept.append(octet)
        elif kept:
            kept.pop()
    return bytes(kept)
