"""What a modem writes, with damage: answers of each kind, cut anywhere."""

import random
from collections.abc import Iterator

from appliance.devices.modem.at.answers import AtError
from appliance.devices.modem.at.dialogue import Dialogue
from appliance.devices.modem.at.errors import classify
from tests.devices.modem.damage import damaged

_PDU = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"

SEEDS: tuple[tuple[str, bytes], ...] = (
    ("AT", b"AT\r\r\nOK\r\n"),
    ("AT+CGSN", b"\r\n359201083458019\r\n\r\nOK\r\n"),
    ("AT+CPMS?", b'\r\n+CPMS: "SM",3,50,"SM",3,50,"SM",3,50\r\n\r\nOK\r\n'),
    (
        "AT+CMGL=4",
        f'\r\n+CMGL: 1,0,,29\r\n{_PDU}\r\n+CMTI: "SM",7\r\n+CMGL: 2,3,,29\r\n{_PDU}\r\n'
        "\r\nOK\r\n".encode(),
    ),
    ("AT+CMGW=29", b"\r\n> " + _PDU.encode() + b"\x1a\r\n+CMGW: 4\r\n\r\nOK\r\n"),
    ("AT+CMSS=4", b"\r\n+CMSS: 17\r\n\r\nOK\r\n"),
    ("AT+CMSS=4", b"\r\n+CMS ERROR: 500\r\n"),
    ("AT+CPIN?", b"\r\n+CME ERROR: SIM PIN required\r\n"),
    ("AT", f"\r\n+CMT: ,29\r\n{_PDU}\r\n\r\n+CDS: 29\r\n{_PDU}\r\n0\r".encode()),
    ("AT+CUSD=1", b'\r\nOK\r\n\r\n+CUSD: 0,"Uw tegoed is 12,34 euro",15\r\n'),
    ("AT", b'\r\nRING\r\n\r\n+CLIP: "+31655500300",145,"",0,"",0\r\n\r\nNO CARRIER\r\n'),
    ("AT+CREG?", b"\r\nRDY\r\n\r\n+CPIN: READY\r\n\r\n+CREG: 0,5\r\n\r\nOK\r\n"),
)


def mutated(seed: int, count: int) -> Iterator[tuple[str, list[bytes]]]:
    """A command, and pieces of a damaged answer to it; the same seed gives the same pieces."""
    chance = random.Random(seed)
    for _ in range(count):
        command, answer = chance.choice(SEEDS)
        octets = damaged(answer, chance)
        cut = chance.randrange(len(octets) + 1)
        yield command, [octets[:cut], octets[cut:]]


def survive(command: str, pieces: list[bytes]) -> bool:
    """Whether the answer seemed complete; every error is passed on."""
    dialogue = Dialogue()
    dialogue.begin(command, pdu=_PDU if "=29" in command else None)
    for piece in pieces:
        dialogue.feed(piece)
    final = dialogue.final
    if final is not None and final.kind != "ok":
        error = AtError(kind=final.kind, code=final.code, text=final.text)
        classify(error, sending="+CMSS" in command)
    return final is not None
