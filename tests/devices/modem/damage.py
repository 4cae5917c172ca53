"""Octets changed as a bad line or a bad modem would."""

import random


def damaged(octets: bytes, chance: random.Random) -> bytes:
    """One to four damages, drawn from `chance`."""
    changed = bytearray(octets)
    for _ in range(chance.randint(1, 4)):
        chance.choice(_DAMAGES)(changed, chance)
    return bytes(changed)


def _flip(octets: bytearray, chance: random.Random) -> None:
    if octets:
        octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)


def _overwrite(octets: bytearray, chance: random.Random) -> None:
    if octets:
        octets[chance.randrange(len(octets))] = chance.choice(
            (0x00, 0x7F, 0xFF, chance.randrange(256))
        )


def _cut(octets: bytearray, chance: random.Random) -> None:
    del octets[chance.randrange(len(octets) + 1) :]


def _lose(octets: bytearray, chance: random.Random) -> None:
    if octets:
        del octets[chance.randrange(len(octets))]


def _insert(octets: bytearray, chance: random.Random) -> None:
    octets.insert(chance.randrange(len(octets) + 1), chance.randrange(256))


def _double(octets: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(octets) + 1)
    octets[at:at] = octets[at : at + chance.randint(1, 20)]


def _noise(octets: bytearray, chance: random.Random) -> None:
    octets[chance.randrange(len(octets) + 1) :] = chance.randbytes(chance.randrange(180))


_DAMAGES = (_flip, _flip, _overwrite, _overwrite, _cut, _lose, _insert, _double, _noise)
