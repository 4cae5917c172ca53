"""Makes what a browser recorded into a voice note: Ogg with Opus, one channel.

Each browser records in another format, so ffmpeg reads them all. It is given little time and
memory, because what it reads came from outside.
"""

import logging
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from appliance.errors import FileRefused

log = logging.getLogger(__name__)

LONGEST_S = 10 * 60
MOST_BYTES = 16 * 1024 * 1024
"""Of what was recorded; a browser takes some 16 kB a second at most."""
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLimits:
    """What one recording may cost."""

    time_s: int = 60
    memory_mb: int = 256


class NoFfmpeg(FileRefused):
    def __init__(self) -> None:
        super().__init__("ffmpeg is not installed.")


class NotRecorded(FileRefused):
    def __init__(self) -> None:
        super().__init__("The recording cannot be read.")


def make_voice_note(recorded: Path, note: Path, limits: WorkLimits | None = None) -> None:
    """Writes `note`. Blocks. Raises FileRefused."""
    ffmpeg, within = shutil.which("ffmpeg"), limits or WorkLimits()
    if ffmpeg is None:
        raise NoFfmpeg
    try:
        subprocess.run(
            [*_held(within), ffmpeg, *_orders(recorded, note)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=within.time_s,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as exc:
        log.info("a recording cannot be read: %s", type(exc).__name__)
        raise NotRecorded from exc
    if not note.is_file() or not note.stat().st_size:
        raise NotRecorded


def _held(limits: WorkLimits) -> list[str]:
    """The command that holds another one to these; without it the time alone is limited."""
    prlimit = shutil.which("prlimit")
    if prlimit is None:
        return []
    return [prlimit, f"--data={limits.memory_mb * _MB}", f"--cpu={limits.time_s}"]


def _orders(recorded: Path, note: Path) -> list[str]:
    read = ["-nostdin", "-v", "error", "-protocol_whitelist", "file", "-i", f"file:{recorded}"]
    sound = ["-map", "0:a:0", "-map_metadata", "-1", "-t", str(LONGEST_S), "-ac", "1"]
    opus = ["-c:a", "libopus", "-b:a", "24k", "-application", "voip", "-threads", "1"]
    return [*read, *sound, *opus, "-f", "ogg", "-y", f"file:{note}"]
