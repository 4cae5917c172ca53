"""Asks the network whether a name is taken: one question by multicast DNS (RFC 6762).

The question leaves from a port of its own, so whoever has the name answers to that port alone
(section 6.7). Several questions are asked, because multicast may be lost.
"""

import secrets
import socket
import struct
import time
from collections.abc import Collection, Iterator
from ipaddress import ip_address

GROUP = ("224.0.0.251", 5353)

_HEADER = struct.Struct("!6H")
_QUESTION = struct.Struct("!2H")
_RECORD = struct.Struct("!2HIH")
_ADDRESS_RECORDS = (1, 28)
"""A and AAAA."""
_ANY_RECORD, _INTERNET = 255, 1
_ANSWER_BIT = 0x8000
_POINTER = 0xC0
_MOST_BYTES = 9000
_TRIES = 3
_PATIENCE_S = 0.5


def is_taken(
    name: str,
    own: Collection[str],
    *,
    via: str,
    to: tuple[str, int] = GROUP,
    patience_s: float = _PATIENCE_S,
) -> bool:
    """Whether another machine answers for `name.local`.

    `own` are the addresses of this machine, and `via` the IPv4 one of the port that is asked at.
    Raises OSError where there is no network to ask.
    """
    number = secrets.randbits(16)
    asked = question(name, number)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
        wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(via))
        wire.bind((via, 0))
        for _ in range(_TRIES):
            wire.sendto(asked, to)
            heard = _heard(wire, patience_s)
            if any(set(addresses_in(each, name, number)) - set(own) for each in heard):
                return True
    return False


def question(name: str, number: int) -> bytes:
    label = name.encode("ascii")
    asked = bytes((len(label),)) + label + b"\5local\0"
    return _HEADER.pack(number, 0, 1, 0, 0, 0) + asked + _QUESTION.pack(_ANY_RECORD, _INTERNET)


def addresses_in(answer: bytes, name: str, number: int) -> Iterator[str]:
    """Addresses that this answer gives the name; none from what is no answer to the question.

    What comes from the network may be anything: a damaged answer ends the walk.
    """
    try:
        yield from _addresses(answer, f"{name}.local", number)
    except (struct.error, IndexError, ValueError):
        return


def _heard(wire: socket.socket, patience_s: float) -> Iterator[bytes]:
    until = time.monotonic() + patience_s
    while (left := until - time.monotonic()) > 0:
        wire.settimeout(left)
        try:
            yield wire.recv(_MOST_BYTES)
        except TimeoutError:
            return


def _addresses(answer: bytes, name: str, number: int) -> Iterator[str]:
    about, flags, questions, records, *_ = _HEADER.unpack_from(answer)
    if about != number or not flags & _ANSWER_BIT:
        return
    at = _HEADER.size
    for _ in range(questions):
        at = _name_at(answer, at)[1] + _QUESTION.size
    for _ in range(records):
        owner, at = _name_at(answer, at)
        kind, _, _, length = _RECORD.unpack_from(answer, at)
        at += _RECORD.size
        if kind in _ADDRESS_RECORDS and owner == name:
            yield str(ip_address(answer[at : at + length]))
        at += length


def _name_at(answer: bytes, at: int) -> tuple[str, int]:
    """The name in small letters, and where what follows it begins.

    A pointer leads to before all that was read (RFC 1035, 4.1.4), so no answer leads in a circle.
    """
    labels: list[str] = []
    after: int | None = None
    lowest = at
    while length := answer[at]:
        if length & _POINTER:
            leads_to = (length & ~_POINTER) << 8 | answer[at + 1]
            if leads_to >= lowest:
                raise ValueError("A pointer of a name leads in a circle.")
            after = at + 2 if after is None else after
            at = lowest = leads_to
        else:
            labels.append(answer[at + 1 : at + 1 + length].decode("utf-8", "replace").lower())
            at += 1 + length
    return ".".join(labels), at + 1 if after is None else after
