"""The files of media on the phone: WhatsApp writes them into folders that the shell may read."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from appliance.emulated.phone.apps import Host
from appliance.emulated.phone.whatsapp.media import Medium, MediumKind
from appliance.emulated.phone.whatsapp.model import Message
from appliance.emulated.phone.wire.seam import DeviceFile

ROOT = "/sdcard/Android/media/com.whatsapp/WhatsApp/Media"
# The folder, the beginning of the name and the ending of each kind that has a file.
_FILES = {
    MediumKind.PHOTO: ("WhatsApp Images", "IMG", "jpg"),
    MediumKind.VIDEO: ("WhatsApp Video", "VID", "mp4"),
    MediumKind.GIF: ("WhatsApp Animated Gifs", "VID", "mp4"),
    MediumKind.VOICE: ("WhatsApp Voice Notes", "PTT", "opus"),
    MediumKind.AUDIO: ("WhatsApp Audio", "AUD", "mp3"),
    MediumKind.DOCUMENT: ("WhatsApp Documents", "DOC", "bin"),
    MediumKind.STICKER: ("WhatsApp Stickers", "STK", "webp"),
}
_MS_PER_S = 1000


class MediaStore:
    def __init__(self, host: Host) -> None:
        self._host = host
        self._numbers: Counter[str] = Counter()
        self._paths: dict[int, str] = {}

    def download(self, message: Message) -> None:
        """The file is there when the download is over."""
        medium = message.medium
        if medium is None or not medium.data or medium.kind not in _FILES:
            return
        self._host.timers.after(medium.late_ms, lambda: self._keep(message, medium))

    def _keep(self, message: Message, medium: Medium) -> None:
        now = datetime.fromtimestamp(self._host.timers.now_ms() / _MS_PER_S, self._host.zone)
        message.medium = replace(medium, downloaded=True)
        path = self._paths[message.id] = self._path(medium, now)
        self._host.files[path] = DeviceFile(data=medium.data, mtime_s=int(now.timestamp()))

    def forget(self, message: Message) -> None:
        """The file of a message that was cleared with its media."""
        path = self._paths.pop(message.id, None)
        if path is not None:
            self._host.files.pop(path, None)

    def _path(self, medium: Medium, now: datetime) -> str:
        """A document has its sender's name, all others the day and a number; voice notes lie by
        week.
        """
        folder, beginning, ending = _FILES[medium.kind]
        if medium.kind is MediumKind.DOCUMENT and medium.name:
            return f"{ROOT}/{folder}/{medium.name}"
        if medium.kind is MediumKind.VOICE:
            folder = f"{folder}/{now:%G%V}"
        day = f"{beginning}-{now:%Y%m%d}"
        self._numbers[day] += 1
        return f"{ROOT}/{folder}/{day}-WA{self._numbers[day] - 1:04}.{ending}"
