"""The name, the picture and the number that WhatsApp has of its owner, from its own page."""

import io
from contextlib import suppress

from PIL import Image

from appliance.devices.phone.phone import Phone
from appliance.devices.phone.screencap import take_picture
from appliance.devices.phone.whatsapp.chat import keep_nothing
from appliance.devices.phone.whatsapp.groups.group_hands import GroupHands
from appliance.devices.phone.whatsapp.own_pages import OwnPages, ProfilePage
from appliance.devices.profile_protocol import OwnProfile
from appliance.errors import DeviceError

_PRINT_SIZE = (9, 8)


def read_own_profile(phone: Phone) -> OwnProfile:
    """The phone is left on its home screen. Raises Transient for pages that nobody knows."""
    pages = OwnPages(
        session=phone.session,
        patience=phone.patience,
        package=phone.whatsapp,
        look=GroupHands(phone, keep_nothing).look,
    )
    try:
        page = pages.open()
        picture = _print_of(phone, page)
        return OwnProfile(name=page.name, picture=picture, number=pages.number())
    finally:
        with suppress(DeviceError):
            phone.session.leave()


def print_of(picture: Image.Image) -> str:
    """Which of two neighbours is the brighter one, in a picture of nine by eight points.

    As hexadecimal digits; it outlives another size and another way of packing.
    """
    small = picture.convert("L").resize(_PRINT_SIZE, Image.Resampling.LANCZOS)
    width, height = _PRINT_SIZE
    points = small.tobytes()
    bits = 0
    for row in range(height):
        for column in range(width - 1):
            at = row * width + column
            bits = bits << 1 | (points[at] > points[at + 1])
    return f"{bits:016x}"


def _print_of(phone: Phone, page: ProfilePage) -> str:
    """Empty where the phone gives no picture of its screen."""
    box = page.picture
    if box is None:
        return ""
    try:
        screen = Image.open(io.BytesIO(take_picture(phone.session.device)))
    except (DeviceError, OSError):
        return ""
    return print_of(screen.crop((box.left, box.top, box.right, box.bottom)))
