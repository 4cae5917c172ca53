"""What a modem says unasked: unsolicited result codes, each as a type.

Sources: 3GPP TS 27.007 (V17) and 27.005 (V17) by section; makers' own ones by maker.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

#: 24.008 §10.5.4.7: a number in international format, without its plus.
_INTERNATIONAL = 145


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """+CMTI (27.005 §3.4.1): a message was stored at this place."""

    storage: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """+CMT (27.005 §3.4.1): a message that was not stored; `pdu` is hexadecimal, with its SMSC."""

    pdu: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStored:
    """+CDSI (27.005 §3.4.1)."""

    storage: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectReport:
    """+CDS (27.005 §3.4.1): a status report that was not stored; `pdu` is hexadecimal."""

    pdu: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """RING (V.250 §6.3.1) or +CRING (27.007 §6.11)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerId:
    """+CLIP (27.007 §7.6). None: the caller withheld the number."""

    number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded:
    """NO CARRIER or its like while no call was being made: the caller gave up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ussd:
    """+CUSD (27.007 §7.15). `text` is as the modem wrote it: `dcs` and +CSCS say how to read it.

    `status`: 0 no further action, 1 an answer is wanted, 2 ended by the network, 3 another client
    has answered, 4 not supported, 5 network time-out.
    """

    status: int
    text: str | None = None
    dcs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationUrc:
    """+CREG, +CGREG (27.007 §7.2, §10.1.20), +CEREG (§10.1.22).

    `domain` is `CREG`, `CGREG` or `CEREG`. `status`: 0 not, 1 at home, 2 searching, 3 denied,
    4 unknown, 5 roaming, 6 and 7 for SMS only.
    """

    domain: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SimState:
    """+CPIN unasked: what became of the SIM, such as `NOT INSERTED` or `SIM PIN`."""

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageFull:
    """^SMMEMFULL (Huawei), +QIND: "smsfull" (Quectel), +CIEV: "SMSFULL" (Telit), SMS FULL."""

    storage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booted:
    """The modem started anew: its settings are gone. Left out where `Rebooted` was raised."""

    banner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownUrc:
    line: str


Urc = (
    NewMessage
    | Delivered
    | ReportStored
    | DirectReport
    | Ring
    | CallerId
    | CallEnded
    | Ussd
    | RegistrationUrc
    | SimState
    | StorageFull
    | Booted
    | UnknownUrc
)

#: Headers whose PDU stands on the next line.
TWO_LINES = ("+CMT:", "+CDS:", "+CBM:")

_STORED = re.compile(r'\+(CMTI|CDSI): *"?(\w+)"?, *(\d{1,5})$')
_CLIP = re.compile(r'\+CLIP: *"([^"]*)" *(?:, *(\d{1,3}))?')
_CUSD = re.compile(r'\+CUSD: *(\d)(?: *, *"?(.*?)"?(?: *, *(\d{1,3}))?)?$', re.DOTALL)
#: The answer to AT+CREG? has <n> before <stat>: a digit, a comma, and a lone digit again.
_REGISTERED = re.compile(r"\+(CREG|CGREG|CEREG): *(\d{1,2})(?!\d)(?! *, *\d *(?:,|$))")
_FULL = re.compile(
    r'(?:\^SMMEMFULL: *"?(\w*)"?|\+QIND: *"?smsfull"?,? *"?(\w*)"?|\+CIEV: *"SMSFULL".*|SMS FULL)$',
    re.IGNORECASE,
)


def parse_urc(line: str) -> Urc | None:
    """None where the line is not known as one that comes only unasked."""
    if line in _WORDS:
        return _WORDS[line]
    parse = _PARSERS.get(line.partition(":")[0])
    return parse(line) if parse else None


def _stored(line: str) -> Urc | None:
    match = _STORED.match(line)
    if not match:
        return None
    kind = NewMessage if match[1] == "CMTI" else ReportStored
    return kind(storage=match[2], index=int(match[3]))


def _caller(line: str) -> Urc | None:
    match = _CLIP.match(line)
    if not match:
        return None
    number = match[1].strip()
    if number and match[2] and int(match[2]) == _INTERNATIONAL and not number.startswith("+"):
        number = "+" + number
    return CallerId(number=number or None)


def _ussd(line: str) -> Urc | None:
    match = _CUSD.match(line)
    if not match:
        return None
    return Ussd(
        status=int(match[1]), text=match[2] or None, dcs=int(match[3]) if match[3] else None
    )


def _registration(line: str) -> Urc | None:
    match = _REGISTERED.match(line)
    return RegistrationUrc(domain=match[1], status=int(match[2])) if match else None


def _full(line: str) -> Urc | None:
    match = _FULL.match(line)
    return StorageFull(storage=match[1] or match[2] or None) if match else None


_WORDS: Mapping[str, Urc] = {
    "RING": Ring(),
    "2": Ring(),
    "NO CARRIER": CallEnded(),
    "SMS FULL": StorageFull(),
}

_PARSERS: Mapping[str, Callable[[str], Urc | None]] = {
    "+CMTI": _stored,
    "+CDSI": _stored,
    "+CLIP": _caller,
    "+CUSD": _ussd,
    "+CREG": _registration,
    "+CGREG": _registration,
    "+CEREG": _registration,
    "^SMMEMFULL": _full,
    "+QIND": _full,
    "+CIEV": _full,
    "+CRING": lambda _line: Ring(),
}
