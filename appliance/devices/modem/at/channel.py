"""One modem's AT channel: commands with deadlines, and the modem's news in between.

Nothing here sleeps: a command waits for its result, a PDU for its prompt, `rest` for a byte.
"""

import re
import time
from collections import Counter
from collections.abc import Callable

from appliance.devices.modem.at.answers import Answer, AtError, PortGone, Rebooted, Silence
from appliance.devices.modem.at.dialogue import Dialogue
from appliance.devices.modem.at.finals import Final
from appliance.devices.modem.at.urc import Booted, Urc
from appliance.devices.modem.at.wire import Wire

#: 27.005 names no time for the prompt; a SIM800 that searches a network takes about two seconds.
_PROMPT_S = 5.0
#: A modem answers these at once, whatever its SIM and network do.
_SYNC_S = 0.4
#: A modem that is behind answers the waiting commands one after another. If it is silent for this
#: long, it has lost the rest.
_QUIET_S = 1.0
#: Between a modem's first sign of life and the last line of its start ("SMS Ready").
_SETTLE_S = 30.0
#: 27.007 §8.2: the modem starts anew.
_RESTART = "AT+CFUN=1,1"
#: Reads of 4096 bytes; a modem's news of a day is less.
_DRAINED_AT_MOST = 64
#: Ends a prompt without sending (27.005 §3.5.1). Ctrl-Z would send what was typed so far.
_ESCAPE = b"\x1b\r"
_SEND = b"\x1a"
#: Commands whose answers look like no other command's; a command whose answer was lost is not used.
_MARKERS = (
    ("AT+CGSN", re.compile(r'(?:\+C?GSN: *)?"?\d{14,17}"?$')),
    ("AT+CMEE?", re.compile(r"\+CMEE: *\d")),
)


class AtChannel:
    """Used by one thread, except `rouse` and `close`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._dialogue = Dialogue()
        self._settled_at = 0.0
        #: A command may still be answered, or a prompt be open: the modem's state is not known.
        self._lost_step = True
        self._last = ""
        #: How many markers were sent and not answered yet, by their command.
        self._owed: Counter[str] = Counter()

    @classmethod
    def open(cls, port: str, *, baud: int = 115200) -> "AtChannel":
        """Raises PortGone, or PortBusy when another program has the port. Writes nothing."""
        return cls(Wire(port, baud=baud))

    @property
    def port(self) -> str:
        return self._wire.port

    def command(self, text: str, *, timeout_s: float = 5.0) -> Answer:
        """Raises AtError, Silence, Rebooted or PortGone; ValueError if `text` is not one line."""
        deadline = time.monotonic() + timeout_s
        self._make_ready(text, deadline)
        return self._ask(text, deadline)

    def pdu_command(self, text: str, pdu_hex: str, *, timeout_s: float) -> Answer:
        """Sends the PDU at the modem's prompt; takes the command back if no prompt comes.

        Raises what `command` raises.
        """
        deadline = time.monotonic() + timeout_s
        self._make_ready(text, deadline)
        self._begin(text, pdu_hex)
        self._write(text.encode("ascii") + b"\r", text, deadline)
        try:
            self._await_prompt(text, min(deadline, time.monotonic() + _PROMPT_S))
        except Silence:
            self._wire.write(_ESCAPE, time.monotonic() + _SYNC_S)
            raise
        self._write(pdu_hex.encode("ascii") + _SEND, text, deadline)
        return self._answer(text, deadline)

    def news(self) -> list[Urc]:
        """What the modem has said unasked since the last time, oldest first; reads nothing."""
        dialogue = self._dialogue
        news = list(dialogue.news)
        dialogue.news.clear()
        if dialogue.booted is not None:
            news.append(Booted(banner=dialogue.booted))
            self._settle()
        return news

    def rest(self, timeout_s: float) -> None:
        """Waits for news, a rouse or the time; raises PortGone at once."""
        deadline = time.monotonic() + timeout_s
        while not (self._dialogue.news or self._dialogue.booted):
            data = self._wire.read(deadline, wakeable=True)
            self._hear(data)
            if not data or time.monotonic() > deadline:
                return

    def rouse(self) -> None:
        """Ends a rest, also one that has not begun yet. Any thread."""
        self._wire.rouse()

    def close(self) -> None:
        """Any thread. A rest in hand ends at once, a command by its deadline."""
        self._wire.close()

    # One command

    def _make_ready(self, text: str, deadline: float) -> None:
        """Reads what came meanwhile, raises if the modem restarted, and gets back into step."""
        if not (text.isascii() and text.isprintable()):
            raise ValueError("A command is one line of ASCII.")
        self._drain()
        if self._lost_step and text.upper() == _RESTART:
            self._wire.write(_ESCAPE, deadline)  # a mute modem may still hear it
        elif self._lost_step:
            self._find_step(text, deadline)
        self._raise_if_booted(handed_over=False)

    def _drain(self) -> None:
        """Stops after some reads: if the modem never stops writing, the command reads the rest."""
        for _ in range(_DRAINED_AT_MOST):
            data = self._wire.read(0.0)
            if not data:
                return
            self._hear(data)

    def _ask(self, text: str, deadline: float) -> Answer:
        self._begin(text)
        self._write(text.encode("ascii") + b"\r", text, deadline)
        return self._answer(text, deadline)

    def _begin(self, text: str, pdu_hex: str | None = None) -> None:
        self._last = text
        self._lost_step = True
        if _stirs(text.upper()):
            self._settle()
        self._dialogue.begin(text, pdu=pdu_hex)

    def _write(self, data: bytes, text: str, deadline: float) -> None:
        if not self._wire.write(data, deadline):
            self._dialogue.end()
            raise Silence(text, handed_over=False)

    def _await_prompt(self, text: str, deadline: float) -> None:
        dialogue = self._dialogue
        self._hear_until(
            lambda: dialogue.prompted or dialogue.final is not None,
            *(text, deadline),
            handed_over=False,
        )
        if dialogue.final is None:
            return
        _raise_if_error(self._finish(), handed_over=False)
        self._lost_step = True
        raise Silence(text, handed_over=False)

    def _answer(self, text: str, deadline: float) -> Answer:
        dialogue = self._dialogue
        self._hear_until(lambda: dialogue.final is not None, text, deadline, handed_over=True)
        lines = tuple(dialogue.lines)
        _raise_if_error(self._finish(), handed_over=True)
        return Answer(lines=lines)

    def _finish(self) -> Final:
        final = self._dialogue.final or Final(kind="error")
        self._dialogue.end()
        self._lost_step = False
        return final

    def _hear_until(
        self, done: Callable[[], bool], text: str, deadline: float, *, handed_over: bool
    ) -> None:
        """Ends at the deadline, even while bytes keep coming: endless noise is no answer."""
        while not done():
            data = self._read(deadline, handed_over=handed_over)
            self._hear(data)
            if self._dialogue.final is None:
                self._raise_if_booted(handed_over=handed_over)
            if not done() and (not data or time.monotonic() > deadline):
                self._dialogue.end()
                raise Silence(text, handed_over=handed_over)

    def _read(self, deadline: float, *, handed_over: bool) -> bytes:
        try:
            return self._wire.read(deadline)
        except PortGone as exc:
            raise PortGone(exc.sentence, handed_over=handed_over) from exc

    def _hear(self, data: bytes) -> None:
        if self._settled_at and time.monotonic() > self._settled_at:
            self._settled_at = 0.0
            self._dialogue.settled()
        self._dialogue.feed(data)

    # Starts

    def _raise_if_booted(self, *, handed_over: bool) -> None:
        banner = self._dialogue.booted
        if banner is not None:
            self._dialogue.end()
            self._settle()
            self._lost_step = True
            self._owed.clear()
            raise Rebooted(banner, handed_over=handed_over)

    def _settle(self) -> None:
        self._dialogue.settle()
        self._settled_at = time.monotonic() + _SETTLE_S

    # After an answer that did not come

    def _find_step(self, text: str, deadline: float) -> None:
        """Takes an open prompt back and lets late answers pass, so that none is taken for another.

        The modem answers in order: the result after a marker's own line is the marker's.
        """
        marker, shape = next(m for m in _MARKERS if not self._last.startswith(m[0]))
        if not self._marked(marker, shape, deadline):
            self._try("ATE0Q0V1", deadline)
            if not self._marked(marker, shape, deadline):
                raise Silence(text, handed_over=False)
        self._lost_step = False

    def _marked(self, marker: str, shape: re.Pattern[str], deadline: float) -> bool:
        self._dialogue.begin(marker, shape=shape)
        self._owed[marker] += 1
        if not self._heard(_ESCAPE + marker.encode("ascii") + b"\r", deadline):
            return False
        self._owed[marker] -= 1
        return self._hear_owed(marker, shape, deadline)

    def _hear_owed(self, marker: str, shape: re.Pattern[str], deadline: float) -> bool:
        """The answer may be an earlier marker's; then those of later markers still come.

        False: there was no time to know.
        """
        while self._owed[marker] > 0:
            self._dialogue.begin(marker, shape=shape)
            until = time.monotonic() + _QUIET_S
            if not self._hears(min(until, deadline)):
                if until > deadline:
                    return False
                break
            self._owed[marker] -= 1
        self._owed.clear()
        return True

    def _try(self, command: str, deadline: float) -> None:
        """Helps a modem that was set to give no results, or that got noise before its marker."""
        self._dialogue.begin(command)
        self._heard(command.encode("ascii") + b"\r", deadline)

    def _heard(self, data: bytes, deadline: float) -> bool:
        """Whether the command that was begun got its answer soon."""
        soon = min(deadline, time.monotonic() + _SYNC_S)
        self._wire.write(data, soon)
        return self._hears(soon)

    def _hears(self, until: float) -> bool:
        while self._dialogue.final is None:
            heard = self._wire.read(until)
            self._hear(heard)
            self._raise_if_booted(handed_over=False)
            if not heard or time.monotonic() > until:
                break
        self._dialogue.end()
        return self._dialogue.final is not None


def _stirs(text: str) -> bool:
    """Whether the lines after this command look like a start. AT+CFUN=1,1 is a real start."""
    return text.startswith("AT+CPIN=") or (text.startswith("AT+CFUN=") and not text.endswith(",1"))


def _raise_if_error(final: Final, *, handed_over: bool) -> None:
    if final.kind in ("ok", "call"):
        return
    raise AtError(final.kind, final.code, text=final.text, handed_over=handed_over)
