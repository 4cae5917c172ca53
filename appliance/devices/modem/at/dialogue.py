"""Sorts what a modem writes: the answer to the command in hand, its echo, and news.

Pure: bytes in; the answer, the news and a restart out. 27.007 lets a modem write an unsolicited
line between any two lines of an answer, also between a header and its PDU.
"""

import logging
import re
from collections import deque
from collections.abc import Mapping

from appliance.devices.modem.at.finals import Final, parse_final, without_noise
from appliance.devices.modem.at.lines import AtLine, Lines, Prompt
from appliance.devices.modem.at.urc import (
    TWO_LINES,
    Delivered,
    DirectReport,
    SimState,
    UnknownUrc,
    Urc,
    Ussd,
    parse_urc,
)

log = logging.getLogger(__name__)

#: A full SIM lists 255 messages of two lines; an answer with more lines than this is a flood.
MOST_LINES = 4000
#: Older news is dropped when nobody reads it; sweeps still find the messages.
MOST_NEWS = 1000
#: A USSD text has 182 characters (27.007 §7.15), in hexadecimal UCS2 four times that.
_LONGEST_USSD = 1000

#: Lines that modems write at their start, recorded from SIM800 and Quectel ("RDY"), Huawei ("^BOOT:
#: <n>,…"), Cinterion ("^SYSSTART"), u-blox and Simcom 7600 ("START"), ZTE.
_STARTED = re.compile(r"(?:RDY|START|\^SYSSTART.*|\^BOOT(?::.*)?|MODEM:STARTUP)$")
#: Lines that follow a start; some modems write only these.
_STARTING = re.compile(
    r"(?:\+CFUN: *1|\+CPIN: *READY|Call Ready|SMS Ready|\+PBREADY|PB DONE|SMS DONE)$"
)
_PREFIXED = re.compile(r"([+^*$%#&_][A-Z][A-Z0-9_]*) ?:")
_QUOTED = re.compile(r'"[^"]*"?')
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}$")
#: Answers whose name differs from their command's; each was seen on a modem.
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "+CCID": ("+ICCID", "^ICCID"),
    "+ICCID": ("+CCID", "^ICCID"),
    "+CMSS": ("+CMGS",),
    "+CGSN": ("+GSN",),
}
_EXTENDED = re.compile(r"[+^*$%#&_][A-Z][A-Z0-9_]*")
#: An echo of this length is known even after noise; a shorter one might be the end of a word.
_TELLING = 6


class Dialogue:
    def __init__(self) -> None:
        self.news: deque[Urc] = deque(maxlen=MOST_NEWS)
        self.lines: list[str] = []
        #: Set when the answer is complete.
        self.final: Final | None = None
        #: The modem has asked for the PDU.
        self.prompted = False
        #: The line that showed that the modem restarted.
        self.booted: str | None = None
        self._bytes = Lines()
        self._command: str | None = None
        self._names: frozenset[str] = frozenset()
        self._pdu = ""
        self._echoes: frozenset[str] = frozenset()
        self._header: str | None = None
        self._ussd = ""
        self._settling = False
        self._shape: re.Pattern[str] | None = None

    def begin(
        self, command: str, *, pdu: str | None = None, shape: re.Pattern[str] | None = None
    ) -> None:
        """From now on all lines that are no news belong to this command.

        With `shape` a result counts only after a line of that shape: an earlier result is the late
        one of another command.
        """
        self._shape = shape
        self._command = command
        spoken = _QUOTED.sub("", command.upper())
        names = _EXTENDED.findall(spoken)
        self._names = frozenset([*names, *(a for n in names for a in _ALIASES.get(n, ()))])
        self._pdu = (pdu or "").upper()
        self._echoes = frozenset((command.upper(), self._pdu)) - {""}
        self._bytes.want_prompt(pdu is not None)
        self.lines, self.final, self.prompted = [], None, False

    def end(self) -> None:
        """The command is over, answered or not: its later lines belong to no command."""
        self._command = None
        self._bytes.want_prompt(False)

    def settle(self) -> None:
        """The start was handled; lines that usually follow a start are part of it."""
        self.booted = None
        self._settling = True

    def settled(self) -> None:
        self._settling = False

    def feed(self, data: bytes) -> None:
        for token in self._bytes.feed(data):
            if isinstance(token, Prompt):
                self.prompted = True
            else:
                self._sort(token)

    @property
    def _listening(self) -> bool:
        return self._command is not None and self.final is None

    def _sort(self, token: AtLine) -> None:
        token = self._after_pdu(token)
        line = token.text
        final = parse_final(line, self._command or "")
        if self._ussd and not self._ends_ussd(line, final):
            return
        if final:
            self._finish(final)
        elif not (
            self._is_echo(line)
            or self._is_pdu_of_news(line)
            or self._is_start(line)
            or self._is_news(line)
        ):
            self._keep(token)

    def _after_pdu(self, token: AtLine) -> AtLine:
        """Cuts the echo of a PDU off: with ATV0 the answer follows it on the same line."""
        if self._pdu and self._listening and token.text.upper().startswith(self._pdu):
            rest = token.text[len(self._pdu) :].lstrip("\x1a ")
            return AtLine(rest) if rest else token
        return token

    def _is_echo(self, line: str) -> bool:
        if not self._listening:
            return False
        said = without_noise(line.rstrip("\x1a")).upper()
        return any(
            said == echo or (len(echo) >= _TELLING and said.endswith(echo)) for echo in self._echoes
        )

    # News

    def _is_pdu_of_news(self, line: str) -> bool:
        if self._header is None or not _HEX.match(line):
            return False
        if self._listening and not _fits(line, self._header):
            return False  # the PDU of the answer whose header stood before the news
        name, self._header = self._header.partition(":")[0], None
        if name == "+CMT":
            self.news.append(Delivered(pdu=line))
        elif name == "+CDS":
            self.news.append(DirectReport(pdu=line))
        return True

    def _is_start(self, line: str) -> bool:
        if _STARTED.match(line):
            self._note_start(line)
        elif _STARTING.match(line) and not self._asked_for(line):
            if not self._settling:
                self._note_start(line)
        else:
            return False
        return True

    def _note_start(self, banner: str) -> None:
        self.booted = self.booted or banner
        self._header = None
        if self._listening:
            self._command = None  # a result that comes now is not that of the command

    def _is_news(self, line: str) -> bool:
        if line.startswith(TWO_LINES) and not self._asked_for(line):
            self._header = line
            return True
        if line.startswith("+CUSD:") and line.count('"') == 1:
            self._ussd = line
            return True
        urc = self._as_news(line)
        if urc is None:
            return False
        self.news.append(urc)
        return True

    def _as_news(self, line: str) -> Urc | None:
        asked = self._asked_for(line)
        urc = parse_urc(line)
        if urc and not (asked and self._is_reading and isinstance(urc, Ussd)):
            return urc
        if asked or not _PREFIXED.match(line):
            return None
        if line.startswith("+CPIN:"):
            return SimState(state=line.partition(":")[2].strip())
        # A command without a name, such as ATI, may answer anything.
        return UnknownUrc(line=line) if self._names or not self._listening else None

    @property
    def _is_reading(self) -> bool:
        return (self._command or "").endswith("?")

    def _asked_for(self, line: str) -> bool:
        match = _PREFIXED.match(line)
        return self._listening and match is not None and match[1] in self._names

    def _ends_ussd(self, line: str, final: Final | None) -> bool:
        """A menu has several lines; a quotation mark ends it, or the end of an answer.

        True when the line is still to be sorted.
        """
        whole = f"{self._ussd}\n{line}"
        if not final and '"' not in line and len(whole) < _LONGEST_USSD:
            self._ussd = whole
            return False
        text, self._ussd = self._ussd if final else whole, ""
        self.news.append(parse_urc(text) or UnknownUrc(line=text))
        return final is not None

    # The answer

    def _finish(self, final: Final) -> None:
        """A result while no command is in hand belongs to a command that was given up."""
        if not self._listening:
            return
        if self._shape and not any(self._shape.match(line) for line in self.lines):
            return
        self.final = final
        self._header = None

    def _keep(self, token: AtLine) -> None:
        line = token.text
        if not self._listening:
            self.news.append(UnknownUrc(line=line))
        elif self._names and _is_noise(token):
            log.debug("%d bytes of noise in an answer", len(line))
        elif len(self.lines) < MOST_LINES:
            self.lines.append(line)


def _fits(pdu: str, header: str) -> bool:
    """Whether the PDU is as long as the header says, without the SMSC's address (27.005)."""
    said = header.rpartition(",")[2].rpartition(":")[2].strip()
    smsc = 1 + int(pdu[:2], 16)
    return said.isdecimal() and len(pdu) // 2 == smsc + int(said)


def _is_noise(token: AtLine) -> bool:
    """Identities and PDUs are ASCII; only quoted texts of a prefixed line may be anything."""
    plain = token.text.isascii() and token.text.isprintable() and not token.noisy
    return not plain and not _PREFIXED.match(token.text)
