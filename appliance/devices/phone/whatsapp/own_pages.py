"""WhatsApp's page of its owner: the ways to it, and what stands on it.

The page is opened by its name; where a phone lets nobody do that, by the menu of the chats list.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from appliance.devices.phone.activities import complaint_in
from appliance.devices.phone.phone import PhonePatience
from appliance.devices.phone.screen import Box, Screen, View
from appliance.devices.phone.session import ServerSession
from appliance.devices.phone.texts import is_number, label, number_in
from appliance.devices.phone.whatsapp.groups.group_pages import any_row, by_id
from appliance.errors import Transient, Unconfirmed

T = TypeVar("T")

OPENS_PAGE = "am start -n {package}/com.whatsapp.profile.ProfileInfoActivity"
_HOME = "am start -a android.intent.action.MAIN -n {package}/com.whatsapp.Main"
# Ids of public scripts; the words are those of the languages that a branch's phone has.
_PICTURES = ("photo_btn", "change_photo_btn", "profile_info_edit_btn")
_ROW, _VALUE = "profile_settings_row_text", "profile_settings_row_subtext"
_NAME = re.compile(r"^(?:Name|Naam)$")
# WhatsApp itself fills this row with the number of its account (two of its releases).
_NUMBER_ROW = "profile_phone_info"
_NUMBER = re.compile(r"^(?:Phone(?: number)?|Telefoon(?:nummer)?)$")
# What the page of settings calls the owner's own row is uncertain.
_OWN_ROWS = ("profile_info", "profile_info_name", "profile_info_photo")
SETTINGS = re.compile(r"^(?:Settings|Instellingen)$")
_OF_DIALOGS = ("parentPanel", "buttonPanel", "button1", "button2", "button3")
# On a small screen the number stands below the picture, the name and a few words.
_MOST_SWIPES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePage:
    """`picture` None: it does not show."""

    name: str
    picture: Box | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPages:
    """Only taps on what leads there. `look` gives WhatsApp's windows, or raises for what stops it
    or lies over it.
    """

    session: ServerSession
    patience: PhonePatience
    package: str
    look: Callable[[], Screen]

    def open(self) -> ProfilePage:
        """Raises Transient for pages that nobody knows."""
        (answer,) = self.session.run(OPENS_PAGE.format(package=self.package))
        if not complaint_in(answer.text) and (page := self._seen(profile_page)) is not None:
            return page
        return self._open_by_menu()

    def number(self) -> str | None:
        """The number of the account, of the page that is open; None where none shows."""
        app = self.look()
        for _ in range(_MOST_SWIPES):
            if (found := own_number(app)) is not None:
                return found
            self.session.swipe(*_upwards(app))
            app = self.look()
        return own_number(app)

    def _open_by_menu(self) -> ProfilePage:
        self.session.leave()  # a chat may be open
        (answer,) = self.session.run(_HOME.format(package=self.package))
        if complaint := complaint_in(answer.text):
            raise Transient("WhatsApp did not open.", {"am": complaint})
        ways: tuple[tuple[Callable[[Screen], View | None], str], ...] = (
            (_menu_of_list, "its list of chats"),
            (lambda app: any_row(app, SETTINGS), "its menu"),
            (_own_row, "its settings"),
        )
        for find, what in ways:
            self._press(self._until(find, what))
        return self._until(profile_page, "the page of its owner")

    def _until(self, find: Callable[[Screen], T | None], what: str) -> T:
        found = self._seen(find)
        if found is None:
            raise Transient(f"The phone did not show {what}.", {"seen": "unknown page"})
        return found

    def _seen(self, find: Callable[[Screen], T | None]) -> T | None:
        deadline = time.monotonic() + self.patience.wrong_s
        for pause_s in self.patience.pauses():
            found = find(self.look())
            if found is not None or time.monotonic() > deadline:
                return found
            time.sleep(pause_s)
        return None

    def _press(self, view: View) -> None:
        """A tap that was lost shows in what comes next."""
        try:
            self.session.tap(view.box.centre)
        except Unconfirmed as exc:
            raise Transient("The phone did not say whether it tapped.", exc.evidence) from exc


def profile_page(app: Screen) -> ProfilePage | None:
    """None for any other page, and where a dialog lies over the picture."""
    if app.first(*_OF_DIALOGS):
        return None
    name = next((value for title, value in _rows(app) if _NAME.match(title)), None)
    if name is None:
        return None
    picture = by_id(app, *_PICTURES)
    return ProfilePage(name=name, picture=picture.box if picture else None)


def own_number(app: Screen) -> str | None:
    """In E.164: what stands in the row of the number, by its id, else by its title. A number
    anywhere else on the page may be one that its owner wrote there.
    """
    told = [view.text for row in app.having(_NUMBER_ROW) for view in row.having(_VALUE)]
    told += [value for title, value in _rows(app) if _NUMBER.match(title)]
    numbers = (label(each) for each in told)
    return next((f"+{number_in(each)}" for each in numbers if is_number(each)), None)


def _rows(app: Screen) -> Iterator[tuple[str, str]]:
    """What each row of the page is called, and what it says."""
    for view in app.walk():
        titles, value = view.having(_ROW), view.first(_VALUE)
        if len(titles) == 1 and value is not None:
            yield label(titles[0].text), label(value.text)


def _menu_of_list(app: Screen) -> View | None:
    is_list = app.first("conversation_list_view_host", "my_search_bar") is not None
    return by_id(app, "menuitem_overflow") if is_list else None


def _own_row(app: Screen) -> View | None:
    """The view to tap around the owner's name; none of the list of chats."""
    for view in app.walk():
        if view.clickable and not view.box.empty and view.first(*_OWN_ROWS):
            return view
    return None


def _upwards(app: Screen) -> tuple[tuple[int, int], tuple[int, int]]:
    """A finger's way over the middle of the page."""
    whole = app.windows[0].box if app.windows else Box(0, 0, 0, 0)
    middle, height = whole.centre[0], whole.bottom - whole.top
    return (middle, whole.top + height * 3 // 4), (middle, whole.top + height // 4)
