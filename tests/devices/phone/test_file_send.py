"""Files leave a phone once, for the right person, and are proven by their row in the chat."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.phone.shared_file import safe_name
from appliance.devices.protocol import Finding, Tick, TickVisit
from appliance.emulated.phone.spec import PhoneSpec
from appliance.errors import DeviceGone, Refused, Transient, Unconfirmed
from appliance.media.kinds import MediaKind
from tests.devices.phone.conftest import OLDER_DUTCH, RECENT_ENGLISH
from tests.devices.phone.driver_kit import ANNA, BEA, OWN, Desk

PHOTO = b"\xff\xd8\xff\xe0 a photo of a helmet \xff\xd9"
CV = b"%PDF-1.7 a curriculum"
NOTE = b"OggS a voice note"

ASKS_FOR_WHOM = PhoneSpec(number=OWN, lookup_ms=40, honours_jid=False)
ALBUMS = PhoneSpec(number=OWN, lookup_ms=40, albums=True)
READS_ROWS = PhoneSpec(number=OWN, lookup_ms=40, reads_paths=False, honours_jid=False)

Make = Callable[..., OutgoingFile]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def file(kind: MediaKind, data: bytes, name: str, media_type: str) -> OutgoingFile:
        path = tmp_path / sha256(data).hexdigest()
        path.write_bytes(data)
        return OutgoingFile(path=path, name=name, type=media_type, kind=kind)

    return file


@pytest.fixture
def photo(make: Make) -> OutgoingFile:
    return make(MediaKind.IMAGE, PHOTO, "IMG_1234.jpg", "image/jpeg")


@pytest.fixture
def cv(make: Make) -> OutgoingFile:
    return make(MediaKind.DOCUMENT, CV, "CV 'Anna' de Wit.pdf", "application/pdf")


def told(data: bytes, caption: str = "", to: str = ANNA) -> tuple[str, str, str]:
    return to, sha256(data).hexdigest(), caption


@pytest.mark.parametrize(
    "spec", [OLDER_DUTCH, RECENT_ENGLISH], indirect=True, ids=["older-nl", "recent-en"]
)
def test_a_photo_and_a_document_leave_once_with_their_captions(
    desk: Desk, photo: OutgoingFile, cv: OutgoingFile
) -> None:
    """Byte for byte, a text between them, and nothing of them stays on the phone."""
    desk.world.write(ANNA, "Stuur maar", name="Anna")
    proof = desk.send("Zo hoort *het* 👷🏽‍♀️\nen niet anders", file=photo)
    assert proof.tick in {Tick.SENT, Tick.DELIVERED, Tick.READ}
    desk.send("Dag")
    desk.send("", file=cv)
    assert desk.world.files_left() == [
        told(PHOTO, "Zo hoort *het* 👷🏽‍♀️\nen niet anders"),
        (ANNA, None, "Dag"),
        told(CV),
    ]
    assert desk.world.shared_files() == []


def test_a_photo_takes_at_most_fourteen_round_trips(desk: Desk, photo: OutgoingFile) -> None:
    desk.world.write(ANNA, "Hoi", name="Anna")
    desk.driver.receive()
    before = desk.world.traffic.round_trips
    desk.send("Zo", file=photo)
    assert desk.world.traffic.round_trips - before <= 14


@pytest.mark.parametrize("spec", [ALBUMS], indirect=True)
def test_photos_that_become_an_album_are_each_proven(desk: Desk, photo: OutgoingFile) -> None:
    """WhatsApp draws them as one row, which is another one with each that comes."""
    desk.world.write(ANNA, "Stuur maar", name="Anna")
    for _ in range(6):
        assert desk.send("", file=photo).tick is not Tick.PENDING
    assert desk.world.files_left() == [told(PHOTO)] * 6


@pytest.mark.parametrize("spec", [READS_ROWS], indirect=True)
def test_the_picker_is_answered_by_the_one_row_with_their_name(
    desk: Desk, photo: OutgoingFile
) -> None:
    """WhatsApp takes no path and no jid: the list of media and the search do."""
    desk.world.write(BEA, "Hallo", name="Bea")
    desk.world.write(ANNA, "Hoi", name="Anna")
    desk.send("Zo", file=photo)
    desk.send("En zo", file=photo)
    assert desk.world.files_left() == [told(PHOTO, "Zo"), told(PHOTO, "En zo")]


@pytest.mark.parametrize("spec", [ASKS_FOR_WHOM], indirect=True)
def test_nothing_leaves_where_two_have_one_name(desk: Desk, photo: OutgoingFile) -> None:
    """The chat is proven by its number; the picker shows names alone."""
    desk.world.write(ANNA, "Hoi", name="Jan")
    attempt = desk.attempt("Zo", file=photo)
    attempt.before_tap = lambda: pytest.fail("the gate was opened")
    desk.world.handset.contacts[BEA] = "Jan"
    desk.world.on_loop(
        lambda: desk.world.handset.whatsapp.said_elsewhere(BEA, "Dag", letter_id="m1")
    )
    with pytest.raises(Transient):
        desk.driver.send(attempt)
    assert desk.world.files_left() == []
    assert desk.world.shared_files() == []


@pytest.mark.parametrize("spec", [ASKS_FOR_WHOM], indirect=True)
def test_sound_leaves_from_the_picker_with_the_gate_open(desk: Desk, make: Make) -> None:
    """It has no preview, so the tap in the picker is the one that sends."""
    note = make(MediaKind.VOICE, NOTE, "note.ogg", "audio/ogg")
    desk.world.write(ANNA, "Hoi", name="Anna")
    refused = desk.attempt("", file=note)
    refused.gate_shut = True
    with pytest.raises(Refused):
        desk.driver.send(refused)
    assert desk.world.files_left() == []
    assert desk.send("", file=note).tick is not Tick.PENDING
    assert desk.world.files_left() == [told(NOTE)]


def test_a_preview_for_somebody_else_sends_nothing(desk: Desk, photo: OutgoingFile) -> None:
    """It is closed again, and the next try goes to the right person."""
    desk.world.write(ANNA, "Hoi")
    desk.world.fault("wrong-recipient")
    assert desk.carry(desk.attempt("Zo", file=photo)) == ["transient", "sent"]
    assert desk.world.files_left() == [told(PHOTO, "Zo")]


def test_a_shut_gate_closes_the_preview(desk: Desk, photo: OutgoingFile) -> None:
    attempt = desk.attempt("Zo", file=photo)
    attempt.gate_shut = True
    with pytest.raises(Refused):
        desk.driver.send(attempt)
    assert desk.world.files_left() == []
    assert desk.world.handset.whatsapp.sharing.share is None


def test_a_lost_tap_is_proven_and_tried_again(desk: Desk, photo: OutgoingFile) -> None:
    desk.world.fault("tap-lost", method="send")
    assert desk.carry(desk.attempt("Zo", file=photo)) == ["transient", "sent"]
    assert desk.world.files_left() == [told(PHOTO, "Zo")]


def test_a_photo_under_way_is_in_doubt_until_it_has_left(desk: Desk, photo: OutgoingFile) -> None:
    """The file stays on the phone meanwhile: WhatsApp may still read it."""
    desk.world.fault("tick-pending")
    attempt = desk.attempt("Zo", file=photo)
    with pytest.raises(Unconfirmed):
        desk.driver.send(attempt)
    assert len(desk.world.shared_files()) == 1
    found = desk.driver.look(attempt.as_look())
    assert (found.finding, found.proof and found.proof.tick) == (Finding.PRESENT, Tick.PENDING)
    desk.world.lift("tick-pending")
    found = desk.driver.look(attempt.as_look())
    assert found.proof is not None
    assert found.proof.tick is not Tick.PENDING
    assert desk.world.files_left() == [told(PHOTO, "Zo")]
    assert desk.world.shared_files() == []


def test_a_phone_that_goes_at_the_tap_is_asked_and_sends_once(
    desk: Desk, photo: OutgoingFile
) -> None:
    """Before the tap reached it, and after."""
    desk.world.write(ANNA, "Hoi")
    for when, caption in (("before_tap", "een"), ("after_tap", "twee")):
        attempt = desk.attempt(caption, file=photo)
        setattr(attempt, when, lambda: desk.world.fault("phone-gone", seconds=0.4))
        assert desk.carry(attempt)[-1] in {"sent", "present"}
    assert desk.world.files_left() == [told(PHOTO, "een"), told(PHOTO, "twee")]


def test_two_photos_alike_are_two_messages(desk: Desk, photo: OutgoingFile) -> None:
    """No caption tells them apart: the rows since the baseline do, in a look too."""
    desk.world.write(ANNA, "Hoi")
    desk.send("", file=photo)
    attempt = desk.attempt("", file=photo)
    desk.driver.send(attempt)
    assert desk.driver.look(attempt.as_look()).finding is Finding.PRESENT
    assert desk.world.files_left() == [told(PHOTO), told(PHOTO)]


def test_a_photo_that_never_left_is_absent_although_one_alike_stands_there(
    desk: Desk, photo: OutgoingFile
) -> None:
    desk.world.write(ANNA, "Hoi")
    desk.send("", file=photo)
    attempt = desk.attempt("", file=photo)
    attempt.gate_shut = True
    with pytest.raises(Refused):
        desk.driver.send(attempt)
    assert desk.driver.look(attempt.as_look()).finding is Finding.ABSENT


def test_a_document_is_not_proven_by_another_one(desk: Desk, make: Make) -> None:
    """Its row shows the name."""
    desk.world.write(ANNA, "Hoi")
    attempt = desk.attempt("", file=make(MediaKind.DOCUMENT, CV, "CV.pdf", "application/pdf"))
    desk.driver.send(attempt)
    other = make(MediaKind.DOCUMENT, b"%PDF-1.7", "Contract.pdf", "application/pdf")
    look = attempt.as_look()
    asked = replace(look, outgoing=replace(look.outgoing, file=other))
    assert desk.driver.look(asked).finding is Finding.ABSENT


def test_a_phone_that_is_away_gets_no_file_and_no_tap(desk: Desk, make: Make) -> None:
    """The file goes to the phone before the chat is opened."""
    photo = make(MediaKind.IMAGE, PHOTO, "x.jpg", "image/jpeg")
    desk.world.fault("phone-gone", seconds=0.3)
    with pytest.raises(DeviceGone):
        desk.send("", file=photo)
    assert desk.world.traffic.taps == 0


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("CV Anna.pdf", "CV Anna.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a'b\"c\n.pdf", "a_b_c_.pdf"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 50 + ".pdf"),
    ],
)
def test_a_name_is_kept_as_far_as_every_phone_can(name: str, kept: str) -> None:
    assert safe_name(name) == kept


def test_of_several_files_the_least_tick_counts(desk: Desk, photo: OutgoingFile) -> None:
    """They read the first one before the second one left: the message is not read yet."""
    desk.world.inject(kind="person", number=ANNA, reads=False, delivered_ms=1)
    first, second = desk.attempt("", file=photo), desk.attempt("", file=photo)
    second.outgoing = replace(second.outgoing, message_id=first.outgoing.message_id)
    desk.driver.send(first)
    desk.world.inject(kind="read", **{"from": ANNA})
    desk.driver.send(second)
    sent = [first.outgoing, second.outgoing]
    visit = TickVisit(channel=first.outgoing.channel, number=ANNA, sent=sent)
    ticks = desk.driver.visit(visit).by_message
    assert ticks[first.outgoing.message_id] in {Tick.SENT, Tick.DELIVERED}
