"""A file on its way through the phone's shared storage, in a folder that Balie alone uses."""

import logging
import re
import shlex
from contextlib import suppress
from pathlib import PurePosixPath
from urllib.parse import quote

from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.phone.adb.push import push
from appliance.devices.phone.content_rows import content_query, read_value
from appliance.devices.phone.session import ServerSession
from appliance.errors import DeviceError, Transient

log = logging.getLogger(__name__)

_FOLDER = "/sdcard/Download/Balie"
# `/sdcard` is a link to this folder, under which Android lists what is there.
_LISTED = "/storage/emulated/0/Download/Balie"
# What a file keeps of its name on the phone: others see the name of a document.
_UNSAFE = re.compile(r"[\x00-\x1f/\\:*?\"<>|']+")
# Names may have 255 bytes, and a character up to four.
_LONGEST_NAME = 50
_LONGEST_ENDING = 10
# A folder of an attempt that was cut off is left alone for so long: WhatsApp may still read there.
_LEFT_ALONE_MIN = 24 * 60
_SCAN = "content call --uri content://media --method scan_volume --arg external_primary"
_LIST = "content://media/external/file"


class SharedFile:
    """One attempt has one folder, so two files of one name never meet."""

    def __init__(self, session: ServerSession, attempt_id: str, file: OutgoingFile) -> None:
        self._session = session
        self._file = file
        self._folder = f"{_FOLDER}/{attempt_id}"
        self.name = safe_name(file.name)

    def push(self) -> None:
        """Raises Transient, DeviceGone."""
        push(self._session.device, self._file.path, f"{self._folder}/{self.name}")

    @property
    def path_uri(self) -> str:
        return f"file://{quote(f'{self._folder}/{self.name}')}"

    def listed_uri(self) -> str:
        """The file as a row of Android's list of media, after Android has looked for new ones.

        Raises Transient where Android does not list it.
        """
        path = f"{self._folder}/{self.name}".replace(_FOLDER, _LISTED)
        question = content_query(_LIST, ("_id",), where=f"_data='{path}'")
        _, answer = self._session.run(_SCAN, question)
        number = read_value(answer.text, "_id")
        if number is None or not number.isdecimal():
            raise Transient("Android does not list the file.", {"listed": False})
        return f"{_LIST}/{number}"

    def remove(self) -> None:
        """Also removes what earlier attempts left behind. A phone that is gone keeps the file until
        then.
        """
        old = f"find {_FOLDER} -mindepth 1 -maxdepth 1 -mmin +{_LEFT_ALONE_MIN} -exec rm -rf {{}} +"
        with suppress(DeviceError):
            self._session.run(f"rm -rf {shlex.quote(self._folder)}", old)
            return
        log.info("a file is left on %s for now", self._session.serial)


def safe_name(name: str) -> str:
    """A name that every phone can keep, with its ending."""
    plain = _UNSAFE.sub("_", name).strip(" .") or "file"
    ending = PurePosixPath(plain).suffix
    if len(ending) > _LONGEST_ENDING:
        ending = ""
    return plain.removesuffix(ending)[:_LONGEST_NAME].rstrip() + ending
