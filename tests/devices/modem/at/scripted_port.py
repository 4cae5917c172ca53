"""A pty and a script below pyserial: it behaves as a modem only where a test says so."""

import contextlib
import os
import select
import threading
import tty
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Self

IMEI = "356938035643809"
#: What every script answers besides its own: the channel finds its step by it.
_ALWAYS: Mapping[bytes, bytes] = {
    b"AT+CGSN": b"\r\n" + IMEI.encode() + b"\r\n\r\nOK\r\n",
    b"AT+CMEE?": b"\r\n+CMEE: 1\r\n\r\nOK\r\n",
    b"AT": b"\r\nOK\r\n",
}

Answers = Mapping[bytes, bytes | Callable[["ScriptedPort"], None]]


class ScriptedPort:
    """Answers command lines from a table in a thread of its own; unknown ones get no answer."""

    def __init__(self, answers: Answers | None = None, *, one_by_one: bool = False) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.name = os.ttyname(self._slave)
        self.heard: list[bytes] = []
        self.answers = {**_ALWAYS, **(answers or {})}
        #: It waits for a PDU that somebody else began: only ESC and Ctrl-Z mean anything.
        self.at_prompt = False
        self.unplugged = threading.Event()
        self.given_up = 0
        self.sent = 0
        self._one_by_one = one_by_one
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.unplug()
        self._thread.join(5)
        if self._slave >= 0:
            os.close(self._slave)

    def say(self, data: bytes) -> None:
        """Text that the port does not take, or that comes while it is unplugged, is lost."""
        with self._writing, contextlib.suppress(OSError):
            pieces = [data[i : i + 1] for i in range(len(data))] if self._one_by_one else [data]
            for piece in pieces:
                os.write(self._master, piece)

    def unplug(self) -> None:
        """The port hangs up; the computer's open file gives errors."""
        self.unplugged.set()
        with self._writing:
            if self._master >= 0:
                master, self._master = self._master, -1
                os.close(self._slave)
                self._slave = -1
                os.close(master)

    def _run(self) -> None:
        buffer = b""
        for data in self._read():
            buffer = self._after_prompt(buffer + data)
            while not self.at_prompt and (end := _end_of_line(buffer)) >= 0:
                line, buffer = buffer[: end + 1], buffer[end + 1 :]
                self._react(line)

    def _after_prompt(self, buffer: bytes) -> bytes:
        ends = [at for at, octet in enumerate(buffer) if octet in {0x1A, 0x1B}]
        if not self.at_prompt or not ends:
            return buffer
        self.at_prompt = False
        self.given_up += buffer[ends[0]] == 0x1B
        self.sent += buffer[ends[0]] == 0x1A
        self.say(b"\r\nOK\r\n")
        return buffer[ends[0] + 1 :]

    def _read(self) -> Iterator[bytes]:
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        while self._master >= 0:
            if not poll.poll(20):
                continue
            try:
                yield os.read(self._master, 4096)
            except OSError:
                return

    def _react(self, line: bytes) -> None:
        said = line.strip(b"\r\x1b")
        if not said:
            return
        self.heard.append(said)
        answer = self.answers.get(said)
        if callable(answer):
            answer(self)
        elif answer is not None:
            self.say(answer)


def _end_of_line(buffer: bytes) -> int:
    ends = [at for at in (buffer.find(b"\r"), buffer.find(b"\x1a")) if at >= 0]
    return min(ends, default=-1)
