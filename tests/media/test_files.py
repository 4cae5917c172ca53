"""Files lie by the hash of their content, whole or not at all."""

import hashlib
import os
import time
from pathlib import Path

import pytest

from appliance.media.files import MediaFiles
from appliance.media.kinds import FileType, MediaKind
from appliance.media.probing import Measured, measure
from appliance.media.thumbnails import EDGE, PictureSize, make_thumbnail, size_of
from tests.media import samples


@pytest.fixture
def files(tmp_path: Path) -> MediaFiles:
    return MediaFiles(tmp_path / "media")


def all_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def kept(files: MediaFiles, content: bytes) -> str:
    with files.growing() as growing:
        growing.write(content)
        return growing.keep().sha256


def test_equal_content_lies_there_once(files: MediaFiles) -> None:
    """Under its hash, readable by Balie alone."""
    photo = samples.photo()
    first, second = kept(files, photo), kept(files, photo)
    assert first == second == hashlib.sha256(photo).hexdigest()
    assert all_in(files.folder) == [f"{first[:2]}/{first}"]
    path = files.path_of(first)
    assert path.read_bytes() == photo
    assert path.stat().st_mode & 0o077 == 0
    assert files.is_whole(first)


def test_what_broke_off_leaves_nothing(files: MediaFiles) -> None:
    """What was not kept, and what a process that was killed had begun."""
    with files.growing() as growing:
        growing.write(b"the beginning")
    assert all_in(files.folder) == []
    left = files.folder / "parts" / "abc.balie.part"
    left.write_bytes(b"of a process that was killed")
    files.clear_left()
    assert all_in(files.folder) == []


def test_what_was_changed_on_the_disk_is_not_whole(files: MediaFiles) -> None:
    """Neither is what is gone."""
    sha256 = kept(files, samples.PDF)
    path = files.path_of(sha256)
    path.write_bytes(samples.PDF + b"!")
    assert not files.is_whole(sha256)
    files.forget(sha256, came_by_ns=time.time_ns())
    assert not files.is_whole(sha256)
    files.forget(sha256, came_by_ns=time.time_ns())


def test_a_thumbnail_is_small_and_stands_upright(tmp_path: Path) -> None:
    """However large the picture is, and whatever the camera noted of how it was held."""
    path, small = tmp_path / "photo", tmp_path / "small.webp"
    path.write_bytes(samples.photo(1600, 1200))
    assert make_thumbnail(path, small)
    size = size_of(small)
    assert size is not None
    assert (size.width, size.height) == (EDGE, EDGE * 3 // 4)
    assert small.read_bytes()[8:12] == b"WEBP"


@pytest.mark.parametrize(
    "content",
    [samples.huge_picture(), samples.photo()[:40], samples.PDF, b"GIF89a", os.urandom(500)],
)
def test_what_is_no_picture_has_no_thumbnail(tmp_path: Path, content: bytes) -> None:
    """A few bytes that claim to be a picture larger than the memory are not decoded."""
    path, small = tmp_path / "photo", tmp_path / "small.webp"
    path.write_bytes(content)
    assert not make_thumbnail(path, small)
    assert list(tmp_path.iterdir()) == [path]


def test_a_picture_is_not_decoded_to_learn_its_size(tmp_path: Path) -> None:
    """A small file may unpack to more than the memory, so one with broken pixels has a size."""
    path, content = tmp_path / "photo", samples.photo(form="PNG")
    pixels = content.index(b"IDAT") + 4
    path.write_bytes(content[:pixels] + b"X" * 8 + content[pixels + 8 :])
    assert size_of(path) == PictureSize(64, 48)


@pytest.mark.parametrize(
    ("content", "told", "measured"),
    [
        (samples.voice(7), FileType(MediaKind.VOICE, "audio/ogg"), Measured(seconds=7)),
        (samples.photo(), FileType(MediaKind.IMAGE, "image/jpeg"), Measured(width=64, height=48)),
        (
            samples.photo_with_odd_note(),
            FileType(MediaKind.IMAGE, "image/jpeg"),
            Measured(width=64, height=48),
        ),
        (b"OggS", FileType(MediaKind.VOICE, "audio/ogg"), Measured()),
        (samples.FILM, FileType(MediaKind.VIDEO, "video/mp4"), Measured()),
        (samples.PDF, FileType(MediaKind.DOCUMENT, "application/pdf"), Measured()),
    ],
)
def test_what_is_known_of_a_file_is_told(
    tmp_path: Path, content: bytes, told: FileType, measured: Measured
) -> None:
    """A broken file is kept without its length."""
    path = tmp_path / "file"
    path.write_bytes(content)
    assert measure(path, told) == measured
