"""The files of messages: brought from the phone when it is sure which is whose."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance.devices.media_protocol import Fetched, FetchFinding, MediaFetch, WantedFile
from appliance.emulated.phone.spec import PhoneSpec
from appliance.emulated.world.numbers import jid_of
from appliance.media.files import MediaFiles
from tests.devices.phone.driver_kit import ANNA, BEA, OWN, Desk
from tests.media import samples

PHOTO = samples.photo()


@pytest.fixture
def files(tmp_path: Path) -> MediaFiles:
    return MediaFiles(tmp_path / "media")


def sends(
    desk: Desk, content: bytes, kind: str = "photo", *, sender: str = ANNA, **more: Any
) -> None:
    """Somebody sends it, and the notification is read."""
    data = base64.b64encode(content).decode()
    desk.world.write(sender, "", medium={"kind": kind, "data": data, **more})
    desk.driver.receive()


def wanted(desk: Desk) -> Sequence[WantedFile]:
    """All media that the phone told, as the queue would ask for them."""
    return [
        WantedFile(
            media_id=str(place),
            kind=message.media.kind,
            sign=message.media.sign,
            words=message.media.words,
            chat=message.sender,
            written_ms=message.at_ms,
            came_ms=message.at_ms,
        )
        for place, message in enumerate(desk.recorder.messages)
        if message.media is not None
    ]


def fetch(
    desk: Desk,
    files: MediaFiles,
    place: int = 0,
    *,
    number: str | None = None,
    path: str | None = None,
    taken: Sequence[str] = (),
) -> Fetched:
    every = list(wanted(desk))
    asked = every.pop(place)
    return desk.driver.fetch(
        MediaFetch(
            wanted=asked,
            others=every,
            taken=frozenset(taken),
            path=path,
            number=number,
            files=files,
        )
    )


@pytest.mark.parametrize(
    ("kind", "content", "more", "media_type"),
    [
        ("photo", PHOTO, {}, "image/jpeg"),
        ("document", samples.PDF, {"name": "CV Anna.pdf", "pages": 2}, "application/pdf"),
        ("voice", samples.voice(7), {"length": "0:07"}, "audio/ogg"),
    ],
)
def test_a_downloaded_file_is_brought_without_opening_the_chat(
    desk: Desk,
    files: MediaFiles,
    kind: str,
    content: bytes,
    more: dict[str, Any],
    media_type: str,
) -> None:
    """Byte by byte as it is on the phone, once it is written to no more."""
    sends(desk, content, kind, **more)
    desk.world.age_files(-60)
    assert fetch(desk, files).finding is FetchFinding.GROWING
    desk.world.age_files(63)
    found = fetch(desk, files)
    assert found.finding is FetchFinding.HERE
    assert found.file is not None
    assert found.file.told.type == media_type
    assert found.file.kept.sha256 == hashlib.sha256(content).hexdigest()
    assert files.path_of(found.file.kept.sha256).read_bytes() == content
    assert not found.opened
    assert desk.world.handset.taps == 0


def test_a_file_that_is_not_downloaded_is_asked_for_once(desk: Desk, files: MediaFiles) -> None:
    """Without leave to open the chat nothing is tapped; the one new file after the tap is it."""
    sends(desk, PHOTO, downloaded=False)
    assert fetch(desk, files) == Fetched(finding=FetchFinding.NONE)
    assert desk.world.handset.taps == 0
    tapped = fetch(desk, files, number=ANNA)
    assert (tapped.finding, tapped.opened) == (FetchFinding.GROWING, True)
    assert desk.world.handset.taps == 1
    desk.world.age_files(3)
    found = fetch(desk, files, path=tapped.path)
    assert found.finding is FetchFinding.HERE
    assert desk.world.truth() == []


def test_of_an_album_that_is_not_downloaded_the_right_one_is_asked_for(
    desk: Desk, files: MediaFiles
) -> None:
    """By its place among as many rows."""
    colours = ("red", "blue")
    for colour in colours:
        sends(desk, samples.photo(colour=colour), downloaded=False)
    tapped = fetch(desk, files, 1, number=ANNA)
    desk.world.age_files(3)
    found = fetch(desk, files, 1, path=tapped.path)
    assert found.file is not None
    blue = hashlib.sha256(samples.photo(colour="blue")).hexdigest()
    assert found.file.kept.sha256 == blue


def test_a_file_that_may_be_either_s_is_settled_in_the_chat(desk: Desk, files: MediaFiles) -> None:
    """One of two photos was downloaded: the button shows which one was not."""
    sends(desk, PHOTO)
    sends(desk, samples.photo(colour="red"), sender=BEA, downloaded=False)
    desk.world.age_files(3)
    assert fetch(desk, files, 0).finding is FetchFinding.UNCLEAR
    tapped = fetch(desk, files, 1, number=BEA)
    assert (tapped.finding, tapped.opened) == (FetchFinding.GROWING, True)
    assert tapped.path is not None
    assert tapped.path.endswith("WA0001.jpg")


def test_what_may_be_another_message_s_is_not_guessed(desk: Desk, files: MediaFiles) -> None:
    """Two people send a photo at once, and the phone does not say whose file is whose."""
    sends(desk, PHOTO)
    sends(desk, samples.photo(colour="red"), sender=BEA)
    desk.world.age_files(3)
    assert fetch(desk, files, 0).finding is FetchFinding.UNCLEAR
    assert fetch(desk, files, 1).finding is FetchFinding.UNCLEAR
    assert not [path for path in files.folder.rglob("*") if path.is_file()]


def test_voice_notes_of_two_people_are_told_apart_by_their_length(
    desk: Desk, files: MediaFiles
) -> None:
    """They came at once; the row of each told how long it is."""
    sends(desk, samples.voice(7), "voice", length="0:07")
    sends(desk, samples.voice(42), "voice", sender=BEA, length="0:42")
    sends(desk, samples.voice(43, seed=1), "voice", sender=BEA, length="0:43")
    desk.world.age_files(3)
    found = fetch(desk, files, 0)
    assert found.file is not None
    assert found.file.kept.sha256 == hashlib.sha256(samples.voice(7)).hexdigest()
    assert desk.world.handset.taps == 0


def test_an_album_is_taken_in_its_order(desk: Desk, files: MediaFiles) -> None:
    """Photos of one person, as many as there are files."""
    colours = ("red", "green", "blue")
    for colour in colours:
        sends(desk, samples.photo(colour=colour))
    desk.world.age_files(3)
    for place, colour in enumerate(colours):
        found = fetch(desk, files, place)
        assert found.file is not None
        content = samples.photo(colour=colour)
        assert found.file.kept.sha256 == hashlib.sha256(content).hexdigest()


def test_a_file_of_another_kind_is_not_taken(desk: Desk, files: MediaFiles) -> None:
    """Its content must be what the message told, and a voice note as long."""
    sends(desk, samples.PROGRAM)
    sends(desk, samples.voice(42), "voice", length="0:07")
    desk.world.age_files(3)
    assert fetch(desk, files, 0).finding is FetchFinding.UNCLEAR
    assert fetch(desk, files, 1).finding is FetchFinding.UNCLEAR


def test_a_text_that_begins_with_a_sign_is_found_to_be_a_text(
    desk: Desk, files: MediaFiles
) -> None:
    """The chat shows it."""
    desk.world.write(ANNA, "📷 heb ik niet")
    desk.driver.receive()
    assert fetch(desk, files, number=ANNA).finding is FetchFinding.TEXT


def test_a_folder_of_thousands_of_files_is_read_whole(desk: Desk, files: MediaFiles) -> None:
    """Its list comes in many packets, and the one that is wanted stands last in it."""
    sends(desk, PHOTO)
    desk.world.age_files(3)

    def fill() -> None:
        kept = desk.world.handset.files
        (path,) = (each for each in kept if each.endswith("WA0000.jpg"))
        mine = kept.pop(path)
        folder = path.rpartition("/")[0]
        old = {f"{folder}/IMG-{n:05}-{'é' * 40}.jpg": replace(mine, mtime_s=1) for n in range(3000)}
        kept |= {**old, path: mine}

    desk.world.on_loop(fill)
    assert fetch(desk, files).finding is FetchFinding.HERE


def test_what_has_no_file_is_told_so(desk: Desk) -> None:
    """A place, a card, and what can be seen once."""
    for kind in ("location", "contact", "view-once", "poll"):
        desk.world.write(ANNA, "", medium={"kind": kind, "name": "Piet"})
    desk.driver.receive()
    told = [message.media for message in desk.recorder.messages]
    assert [(each.has_file, each.once) if each else None for each in told] == [
        (False, False),
        (False, False),
        (False, True),
        None,
    ]


@pytest.mark.parametrize("spec", [PhoneSpec(number=OWN, lookup_ms=40, albums=True)], indirect=True)
def test_each_photo_of_an_album_is_a_message_with_its_file(desk: Desk, files: MediaFiles) -> None:
    """Whether a notification told them or their chat was open; one button downloads all."""
    colours = ("red", "green", "blue", "white", "black")
    for colour in colours[:-1]:
        sends(desk, samples.photo(colour=colour), downloaded=False)
    attempt = desk.attempt("Mooi")
    data = base64.b64encode(samples.photo(colour=colours[-1])).decode()
    medium = {"kind": "photo", "data": data, "downloaded": False}
    attempt.before_tap = lambda: desk.world.write(ANNA, "", medium=medium)
    desk.driver.send(attempt)
    assert len(desk.recorder.messages) == len(colours)
    assert fetch(desk, files, 3, number=ANNA).finding is FetchFinding.GROWING
    desk.world.age_files(3)
    found = fetch(desk, files, 3)
    assert found.file is not None
    content = samples.photo(colour=colours[3])
    assert found.file.kept.sha256 == hashlib.sha256(content).hexdigest()


def test_a_photo_that_comes_from_somebody_else_meanwhile_is_not_theirs(
    desk: Desk, files: MediaFiles
) -> None:
    """The first new file after the tap is Bea's; Anna's is there when her row says so."""
    whatsapp = desk.world.handset.whatsapp
    perform = whatsapp.perform
    sends(desk, samples.photo(colour="red"), sender=BEA, downloaded=False)
    sends(desk, PHOTO, downloaded=False, late_ms=900)

    def performed(action: str) -> None:
        perform(action)
        if action.startswith("download:"):
            whatsapp.media_store.download(whatsapp.account.chats[jid_of(BEA)].messages[-1])

    desk.world.on_loop(lambda: setattr(whatsapp, "perform", performed))
    tapped = fetch(desk, files, 1, number=ANNA)
    assert (tapped.finding, tapped.path) == (FetchFinding.GROWING, None)
    desk.world.age_files(3)
    found = fetch(desk, files, 1)
    assert found.file is None or found.file.kept.sha256 == hashlib.sha256(PHOTO).hexdigest()


def test_a_file_whose_row_is_above_the_screen_is_waited_for_there(
    desk: Desk, files: MediaFiles
) -> None:
    sends(desk, PHOTO, downloaded=False, late_ms=300)
    desk.world.write(ANNA, "en nog een regel\n" * 30)
    desk.driver.receive()
    assert fetch(desk, files, number=ANNA).path is not None
