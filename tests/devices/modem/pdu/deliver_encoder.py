"""SMS-DELIVER as a network would write it, made bit by bit and with its own alphabet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# Columns of the annex's table, low nibble first: typed again, so that an error shows.
_COLUMNS = (
    "@£$¥èéùìòÇ\nØø\rÅå",
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ",
    " !\"#¤%&'()*+,-./",
    "0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNO",
    "PQRSTUVWXYZÄÖÑÜ§",
    "¿abcdefghijklmno",
    "pqrstuvwxyzäöñüà",
)
PLAIN = {ch: (16 * high + low,) for high, row in enumerate(_COLUMNS) for low, ch in enumerate(row)}
del PLAIN["\x1b"]
ESCAPED = {
    "\f": (27, 10),
    "^": (27, 20),
    "{": (27, 40),
    "}": (27, 41),
    "\\": (27, 47),
    "[": (27, 60),
    "~": (27, 61),
    "]": (27, 62),
    "|": (27, 64),
    "€": (27, 101),
}
ALPHABET = PLAIN | ESCAPED


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What to write. `stamp` is TP-SCTS, `header` the elements by identifier, in order.

    `octets` stand where the text would, as 8-bit data with a `dcs` that says so.
    """

    sender: str = "+31612345678"
    name: bool = False
    text: str = ""
    gsm: bool = True
    dcs: int | None = None
    stamp: str = "62111132630040"
    header: Mapping[int, bytes] = field(default_factory=dict)
    #: Septets to write in the place of a text.
    codes: Sequence[int] | None = None
    pid: int = 0
    octets: bytes | None = None

    def pdu(self) -> bytes:
        first = "44" if self.header else "04"
        sender = name_hex(self.sender) if self.name else number_hex(self.sender)
        dcs = (0 if self.gsm else 8) if self.dcs is None else self.dcs
        return (
            bytes.fromhex(f"00{first}{sender}{self.pid:02x}{dcs:02x}{self.stamp}")
            + self._user_data()
        )

    def _user_data(self) -> bytes:
        elements = b"".join(
            bytes((identifier, len(data))) + data for identifier, data in self.header.items()
        )
        header = bytes((len(elements),)) + elements if self.header else b""
        if self.octets is not None or not self.gsm:
            body = header + (self.octets or self.text.encode("utf-16-be", "surrogatepass"))
            return bytes((len(body),)) + body
        codes = self.codes or [code for ch in self.text for code in ALPHABET[ch]]
        fill = -8 * len(header) % 7
        length = (8 * len(header) + fill) // 7 + len(codes)
        return bytes((length,)) + header + packed(codes, fill)


def packed(codes: Sequence[int], fill: int = 0) -> bytes:
    """Bits in the order of transmission: lowest first."""
    bits = "0" * fill + "".join(f"{code:07b}"[::-1] for code in codes)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))


def number_hex(number: str) -> str:
    digits = "".join(f"{'0123456789*#abc'.index(ch):x}" for ch in number.removeprefix("+"))
    kind = "91" if number.startswith("+") else "81"
    full = digits + "f" * (len(digits) % 2)
    swapped = "".join(full[at + 1] + full[at] for at in range(0, len(full), 2))
    return f"{len(digits):02x}{kind}{swapped}"


def name_hex(name: str) -> str:
    codes = [code for ch in name for code in ALPHABET[ch]]
    return f"{-(-7 * len(codes) // 4):02x}d0{packed(codes).hex()}"
