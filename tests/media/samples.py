"""Small files with real bytes, made here: what people send each other."""

import io
import struct

from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna de Wit\r\nEND:VCARD\r\n"
FILM = struct.pack(">I", 24) + b"ftypisom\0\0\2\0isomiso2" + struct.pack(">I", 8) + b"mdat"
PROGRAM = b"MZ\x90\0" + bytes(200)
_OPUS_HZ = 48_000


def photo(width: int = 64, height: int = 48, *, colour: str = "teal", form: str = "JPEG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(made, form)
    return made.getvalue()


def photo_with_odd_note() -> bytes:
    """A JPEG whose camera noted in letters how it was held."""
    note = struct.pack("<HHI4s", 0x0112, 2, 2, b"6\0\0\0")
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 1) + note + bytes(4)
    made = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(made, "JPEG", exif=exif)
    return made.getvalue()


def voice(seconds: int = 7, *, seed: int = 0) -> bytes:
    """Ogg pages as Opus has them (RFC 7845); nobody could play what is in them."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, _OPUS_HZ, 0, 0)
    sound = bytes([seed]) * 200
    return _page(head, 0, first=True) + _page(sound, seconds * _OPUS_HZ + 312)


def _page(body: bytes, samples: int, *, first: bool = False) -> bytes:
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, 2 if first else 4, samples, 7, 0, 0, 1)
    return head + bytes([len(body)]) + body


def huge_picture() -> bytes:
    """A PNG of a few bytes that says it is 60,000 pixels wide and high."""
    small = io.BytesIO()
    Image.new("1", (1, 1)).save(small, "PNG")
    made = bytearray(small.getvalue())
    made[16:24] = struct.pack(">II", 60_000, 60_000)
    return bytes(made)
