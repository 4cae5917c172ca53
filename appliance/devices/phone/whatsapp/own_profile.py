"""The name and the picture that WhatsApp shows of its owner, from its own page.

The page is opened by its name; where a phone lets nobody do that, by the menu of the chats list.
"""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image

from appliance.devices.phone.activities import complaint_in
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.screen import Box, Screen, View
from appliance.devices.phone.screencap import take_picture
from appliance.devices.phone.texts import label
from appliance.devices.phone.whatsapp.chat import keep_nothing
from appliance.devices.phone.whatsapp.groups.group_hands import GroupHands
from appliance.devices.phone.whatsapp.groups.group_pages import any_row, by_id
from appliance.devices.profile_protocol import OwnProfile
from appliance.errors import DeviceError, Transient

OPENS_PAGE = "am start -n {package}/com.whatsapp.profile.ProfileInfoActivity"
_HOME = "am start -a android.intent.action.MAIN -n {package}/com.whatsapp.Main"
# Ids of public scripts; the words are those of the languages that a branch's phone has.
_PICTURES = ("photo_btn", "change_photo_btn", "profile_info_edit_btn")
_ROW, _VALUE = "profile_settings_row_text", "profile_settings_row_subtext"
_NAME = re.compile(r"^(?:Name|Naam)$")
# What the page of settings calls the owner's own row is uncertain.
_OWN_ROWS = ("profile_info", "profile_info_name", "profile_info_photo")
_SETTINGS = re.compile(r"^(?:Settings|Instellingen)$")
_OF_DIALOGS = ("parentPanel", "buttonPanel", "button1", "button2", "button3")
_PRINT_SIZE = (9, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePage:
    """`picture` None: it does not show."""

    name: str
    picture: Box | None


def read_own_profile(phone: Phone) -> OwnProfile:
    """The phone is left on its home screen. Raises Transient for pages that nobody knows."""
    try:
        page = _opened(phone)
        return OwnProfile(name=page.name, picture=_print_of(phone, page))
    finally:
        with suppress(DeviceError):
            phone.session.leave()


def profile_page(app: Screen) -> ProfilePage | None:
    """None for any other page, and where a dialog lies over the picture."""
    if app.first(*_OF_DIALOGS):
        return None
    name = next((value for title, value in _rows(app) if _NAME.match(title)), None)
    if name is None:
        return None
    picture = by_id(app, *_PICTURES)
    return ProfilePage(name=name, picture=picture.box if picture else None)


def _rows(app: Screen) -> Iterator[tuple[str, str]]:
    """What each row of the page is called, and what it says."""
    for view in app.walk():
        titles, value = view.having(_ROW), view.first(_VALUE)
        if len(titles) == 1 and value is not None:
            yield label(titles[0].text), label(value.text)


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


def _opened(phone: Phone) -> ProfilePage:
    hands = GroupHands(phone, keep_nothing)
    (answer,) = phone.session.run(OPENS_PAGE.format(package=phone.whatsapp))
    if not complaint_in(answer.text) and (page := hands.seen(profile_page)) is not None:
        return page
    return _opened_by_menu(phone, hands)


def _opened_by_menu(phone: Phone, hands: GroupHands) -> ProfilePage:
    phone.session.leave()  # a chat may be open
    (answer,) = phone.session.run(_HOME.format(package=phone.whatsapp))
    if complaint := complaint_in(answer.text):
        raise Transient("WhatsApp did not open.", {"am": complaint})
    ways: tuple[tuple[Callable[[Screen], View | None], str], ...] = (
        (_menu_of_list, "its list of chats"),
        (lambda app: any_row(app, _SETTINGS), "its menu"),
        (_own_row, "its settings"),
    )
    for find, what in ways:
        hands.press(hands.until(find, what))
    return hands.until(profile_page, "the page of its owner")


def _menu_of_list(app: Screen) -> View | None:
    is_list = app.first("conversation_list_view_host", "my_search_bar") is not None
    return by_id(app, "menuitem_overflow") if is_list else None


def _own_row(app: Screen) -> View | None:
    """The view to tap around the owner's name; none of the list of chats."""
    for view in app.walk():
        if view.clickable and not view.box.empty and view.first(*_OWN_ROWS):
            return view
    return None


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
