"""A picture of the screen through a stream of its own, beside whatever else uses the phone."""

from collections.abc import Callable
from contextlib import closing

from appliance.devices.phone.adb.adb_errors import translated
from appliance.devices.phone.adb.calls import DeadlineAdbDevice
from appliance.errors import Transient

_PNG = b"\x89PNG\r\n\x1a\n"
_COMMAND = "exec:screencap -p"
# More than a screen of any phone.
_MOST_BYTES = 40 * 1024 * 1024
_CHUNK = 1 << 16


def take_picture(device: DeadlineAdbDevice) -> bytes:
    """A PNG. Needs no on-device server and no thread of the device.

    Raises Transient where the phone refuses: some do so for an app that allows no pictures.
    """
    with translated(), closing(device.open_transport()) as stream:
        stream.send_command(_COMMAND)
        stream.check_okay()
        told = _all_of(stream.conn.recv)
    begin = told.find(_PNG)  # a linker or a vendor may have put lines before it
    if begin < 0:
        raise Transient("The phone gives no picture of its screen.")
    return told[begin:]


def _all_of(receive: Callable[[int], bytes]) -> bytes:
    told = bytearray()
    while chunk := receive(_CHUNK):
        told += chunk
        if len(told) > _MOST_BYTES:
            raise Transient("The picture of the screen has no end.")
    return bytes(told)
