"""PDUs with damage: real ones of each kind, changed as a bad line or a bad modem would."""

import random
from collections.abc import Callable, Iterator

from appliance.devices.modem.pdu.incoming import parse_deliver
from appliance.devices.modem.pdu.octets import BadPdu, kind_of
from appliance.devices.modem.pdu.report import parse_report
from appliance.devices.modem.pdu.stored import parse_submit
from appliance.devices.modem.pdu.submit import submit_pdus
from tests.devices.modem.damage import damaged
from tests.devices.modem.pdu.deliver_encoder import Delivery

PARSERS: tuple[Callable[[bytes], object], ...] = (
    kind_of,
    parse_deliver,
    parse_report,
    parse_submit,
)

SEEDS = [
    bytes.fromhex("07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"),
    bytes.fromhex("07914306073011F0040B914316709807F2000880604290224080084E2D5174901A8BAF"),
    bytes.fromhex("07919730071111F10414D04937BD2C7797E9D3E614000811309291024061080442043504410442"),
    bytes.fromhex("0791538375000075061805810531F1019082416500400190824165004000"),
    Delivery(text="a€" * 50, header={0: bytes((7, 2, 1)), 0x25: b"\x01", 0x24: b"\x01"}).pdu(),
    Delivery(text="👍 до 👩‍🚀", gsm=False, header={8: bytes((1, 7, 2, 2))}).pdu(),
    Delivery(text="data", dcs=0xF5).pdu(),
    *(b"\x00" + pdu for pdu in submit_pdus("+31612345678", "Hoi 👍 " * 20, reference=7)),
    *(b"\x00" + pdu for pdu in submit_pdus("1003", "SALDO", reference=0)),
]


def mutated(seed: int, count: int) -> Iterator[bytes]:
    """`count` damaged PDUs, the same ones for the same seed."""
    chance = random.Random(seed)
    for _ in range(count):
        yield damaged(chance.choice(SEEDS), chance)


def survive(pdu: bytes) -> int:
    """How many readers accepted it; any error but BadPdu is passed on."""
    taken = 0
    for parser in PARSERS:
        try:
            parser(pdu)
        except BadPdu:
            continue
        taken += 1
    return taken
