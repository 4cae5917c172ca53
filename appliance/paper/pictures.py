"""Pictures as a document carries them: no larger than they are printed."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from appliance.media import thumbnails

QUALITY = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallPicture:
    """A JPEG."""

    bytes: bytes
    width: int
    height: int


def small_jpeg(path: Path, edge: int) -> SmallPicture | None:
    """None for what is no picture that Balie shows, and for what is not there."""
    picture = thumbnails.decoded(path, edge)
    if picture is None:
        return None
    written = BytesIO()
    _on_white(picture).save(written, "JPEG", quality=QUALITY)
    return SmallPicture(bytes=written.getvalue(), width=picture.width, height=picture.height)


def _on_white(picture: Image.Image) -> Image.Image:
    """A JPEG knows no holes."""
    if picture.mode == "RGB":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white
