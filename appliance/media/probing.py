"""How long sound and films last, and how large films are.

An Ogg file says its length itself. For all else ffprobe is asked, where it is installed: without it
a film is kept, shown and sent without its length.
"""

import json
import logging
import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.media.kinds import FileType, MediaKind
from appliance.media.thumbnails import size_of

log = logging.getLogger(__name__)

_TIME_LIMIT_S = 10.0
_END_BYTES = 64 * 1024 + 27
"""A page of Ogg has at most 64 kB and a head of 27 bytes (RFC 3533 §6)."""
_OPUS_HZ = 48_000
"""What Opus counts in, whatever was recorded (RFC 7845 §4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What is known of it; None where nothing told."""

    seconds: int | None = None
    width: int | None = None
    height: int | None = None


def measure(path: Path, told: FileType) -> Measured:
    """Takes a while, so not for the event loop."""
    match told.kind:
        case MediaKind.IMAGE | MediaKind.STICKER:
            size = size_of(path)
            return Measured(width=size.width, height=size.height) if size else Measured()
        case MediaKind.VOICE:
            return Measured(seconds=_opus_seconds(path))
        case MediaKind.AUDIO | MediaKind.VIDEO:
            return _probed(path)
        case _:
            return Measured()


def _opus_seconds(path: Path) -> int | None:
    """The last page says how many samples there were up to its end."""
    with path.open("rb") as file:
        head = file.read(64)
        file.seek(max(file.seek(0, 2) - _END_BYTES, 0))
        end = file.read()
    first, last = head.find(b"OpusHead"), end.rfind(b"OggS")
    if first < 0 or last < 0 or len(end) < last + 14:
        return None
    (skipped,) = struct.unpack_from("<H", head, first + 10)
    (samples,) = struct.unpack_from("<q", end, last + 6)
    return max(round((samples - skipped) / _OPUS_HZ), 0) if samples >= 0 else None


def _probed(path: Path) -> Measured:
    if (ffprobe := shutil.which("ffprobe")) is None:
        return Measured()
    asked = [ffprobe, "-v", "error", "-protocol_whitelist", "file", "-of", "json"]
    asked += ["-show_entries", "format=duration:stream=width,height", f"file:{path}"]
    try:
        answer = subprocess.run(asked, capture_output=True, timeout=_TIME_LIMIT_S, check=True)
        return _measured(json.loads(answer.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError, AttributeError) as exc:
        log.info("a file cannot be measured: %s", type(exc).__name__)
        return Measured()


def _measured(answer: dict[str, Any]) -> Measured:
    seconds = answer.get("format", {}).get("duration")
    streams: list[dict[str, Any]] = answer.get("streams", [])
    size = next((each for each in streams if each.get("width")), {})
    return Measured(
        seconds=round(float(seconds)) if seconds else None,
        width=size.get("width"),
        height=size.get("height"),
    )
