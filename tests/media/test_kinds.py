"""What a file is told to be, by its content."""

import pytest

from appliance.errors import FileNotCarried, FileTooLarge
from appliance.media.kinds import INLINE, LIMITS, FileType, MediaKind, need_carried, need_size, told
from tests.media import samples

_ARCHIVE = b"PK\x03\x04" + bytes(60)
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("head", "name", "kind", "media_type"),
    [
        (samples.photo(), "foto.jpg", "image", "image/jpeg"),
        (samples.photo(form="PNG"), "foto.jpg", "image", "image/png"),
        (samples.photo(form="WEBP"), "foto", "image", "image/webp"),
        (samples.photo(), "programma.exe", "image", "image/jpeg"),
        (samples.voice(), "PTT-20260302-WA0001.opus", "voice", "audio/ogg"),
        (b"OggS\0\2" + bytes(22) + b"\x01\x1e\x01vorbis", "lied.ogg", "audio", "audio/ogg"),
        (b"ID3\x03" + bytes(20), "lied.mp3", "audio", "audio/mpeg"),
        (bytes(4) + b"ftypM4A " + bytes(20), "memo.m4a", "audio", "audio/mp4"),
        (samples.FILM, "film.mp4", "video", "video/mp4"),
        (samples.CARD, "anna.vcf", "contact", "text/vcard"),
        (samples.PDF, "rooster.pdf", "document", "application/pdf"),
        (_ARCHIVE, "brief.docx", "document", _WORD),
        (_ARCHIVE, "alles.zip", "document", "application/zip"),
        ("Café, 12 €".encode(), "notitie.txt", "document", "text/plain"),
    ],
)
def test_the_content_says_what_it_is(head: bytes, name: str, kind: str, media_type: str) -> None:
    """A name may say anything; it only tells apart what is the same inside."""
    found = told(head, name)
    assert found == FileType(MediaKind(kind), media_type)
    need_carried(found)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (samples.PROGRAM, "foto.jpg"),
        (b"\x7fELF" + bytes(60), "rooster.pdf"),
        (b"<html><script>alert(1)</script></html>", "rooster.html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "foto.svg"),
        (b"#!/bin/sh\nrm -rf /\n", "doe.sh"),
        (bytes(range(256)), "iets"),
    ],
)
def test_what_whatsapp_does_not_carry_is_refused(head: bytes, name: str) -> None:
    """And never drawn by a browser, whatever its name says."""
    found = told(head, name)
    assert found.kind is MediaKind.DOCUMENT
    assert found.type not in INLINE
    with pytest.raises(FileNotCarried, match="Save it as one of them"):
        need_carried(found)


def test_the_limits_are_those_of_whatsapp() -> None:
    """16 MB, and 100 MB for a document; the sentence names the limit."""
    photo, document = (
        FileType(MediaKind.IMAGE, "image/png"),
        FileType(MediaKind.DOCUMENT, "text/csv"),
    )
    need_size(photo, LIMITS[MediaKind.IMAGE])
    need_size(document, LIMITS[MediaKind.DOCUMENT])
    with pytest.raises(FileTooLarge, match="a photo has at most 16 MB"):
        need_size(photo, LIMITS[MediaKind.IMAGE] + 1)
    with pytest.raises(FileTooLarge, match="a document has at most 100 MB"):
        need_size(document, LIMITS[MediaKind.DOCUMENT] + 1)
