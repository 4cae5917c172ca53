"""What a browser recorded becomes a voice note, within limits."""

import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.media.kinds import FileType, MediaKind, told
from appliance.media.probing import measure
from appliance.media.voice_notes import NoFfmpeg, NotRecorded, WorkLimits, make_voice_note


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Two seconds as Chromium records them: WebM with Opus, and a title."""
    path = tmp_path / "recorded"
    made = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=2", "-c:a", "libopus"]
    subprocess.run([*made, "-metadata", "title=Anna", "-f", "webm", str(path)], check=True)
    return path


def test_it_becomes_ogg_with_opus_of_the_same_length(recorded: Path, tmp_path: Path) -> None:
    """WhatsApp takes that for a voice note; who recorded it with what is left out."""
    note = tmp_path / "note.ogg"
    make_voice_note(recorded, note)
    what = told(note.read_bytes()[:4096], "note.ogg")
    assert what == FileType(MediaKind.VOICE, "audio/ogg")
    assert measure(note, what).seconds == 2
    assert b"Anna" not in note.read_bytes()


@pytest.mark.parametrize("content", [b"", b"MZ a program", b"#EXTM3U\nfile:///etc/hostname\n"])
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "recorded"
    path.write_bytes(content)
    with pytest.raises(NotRecorded):
        make_voice_note(path, tmp_path / "note.ogg")


def test_it_takes_no_more_memory_than_it_may(recorded: Path, tmp_path: Path) -> None:
    with pytest.raises(NotRecorded):
        make_voice_note(recorded, tmp_path / "note.ogg", WorkLimits(memory_mb=2))


def test_it_takes_no_longer_than_it_may(recorded: Path, tmp_path: Path) -> None:
    with pytest.raises(NotRecorded):
        make_voice_note(recorded, tmp_path / "note.ogg", WorkLimits(time_s=0))


def test_without_ffmpeg_it_says_so(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("ffmpeg") is None
    with pytest.raises(NoFfmpeg):
        make_voice_note(recorded, tmp_path / "note.ogg")
