"""The owner's own name and picture: the menu of the list, the settings, the page of the owner."""

from dataclasses import dataclass

from appliance.emulated.phone.apps import Host
from appliance.emulated.phone.layout import Brush
from appliance.emulated.phone.node import Bounds, Node
from appliance.emulated.world import numbers

_WORDS = {
    "en": ("Settings", "Name", "About", "Phone", "Profile photo"),
    "nl": ("Instellingen", "Naam", "Info", "Telefoon", "Profielfoto"),
}
_ROW_DP = 72


@dataclass(slots=True)
class ProfileRoom:
    """`page` is the page on top, empty outside of the room; `picture` stands for how it looks.

    `number` is that of the account as the page shows it, empty where it shows none.
    """

    host: Host
    brush: Brush
    number: str
    name: str = "Balie"
    picture: str = "first"
    page: str = ""

    @property
    def activity(self) -> str:
        if self.page == "profile":
            return "com.whatsapp.profile.ProfileInfoActivity"
        return "com.whatsapp.settings.Settings"

    def leave(self) -> None:
        self.page = ""

    def back(self) -> None:
        """From the page of the owner it leads to the list in one step where it was opened alone."""
        self.page = ""

    def perform(self, action: str) -> None:
        """What a tap does: the names of the actions are those of the pages."""
        self.page = action.removeprefix("own:")

    def windows(self) -> list[Node]:
        """On top of the list of chats where it is its menu, else instead of it."""
        settings, *_ = _WORDS[self.host.language]
        if self.page == "menu":
            return [self._menu(settings)]
        return [self._settings() if self.page == "settings" else self._profile()]

    def _at(self, place: int) -> Bounds:
        screen = self.host.screen
        top = screen.status_bottom + screen.dp(56 + place * _ROW_DP)
        return Bounds(0, top, screen.width, top + screen.dp(_ROW_DP))

    def _menu(self, settings: str) -> Node:
        box = self._at(0)
        title = self.brush("TextView", box, rid="title", text=settings)
        row = self.brush.button("LinearLayout", box, title, action="own:settings")
        return self.brush("FrameLayout", box, self.brush("ListView", box, row))

    def _settings(self) -> Node:
        box, whole = self._at(0), self.host.screen.whole
        name = self.brush("TextView", box, rid="profile_info_name", text=self.name)
        row = self.brush.button("LinearLayout", box, name, rid="profile_info", action="own:profile")
        return self.brush("FrameLayout", whole, row)

    def _profile(self) -> Node:
        _, name, about, phone, photo = _WORDS[self.host.language]
        brush, dp, whole = self.brush, self.host.screen.dp, self.host.screen.whole
        middle, top = whole.right // 2, self._at(0).top
        box = Bounds(middle - dp(80), top, middle + dp(80), top + dp(160))
        picture = brush.button(
            "ImageView", box, rid="photo_btn", content_desc=photo, picture=self.picture
        )
        parts = [
            self._row(3, name, self.name),
            self._row(4, about, ""),
            self._row(5, phone, numbers.shown(self.number), rid="profile_phone_info"),
        ]
        return brush("FrameLayout", whole, picture, *parts)

    def _row(self, place: int, title: str, value: str, *, rid: str = "") -> Node:
        box = self._at(place)
        parts = [self.brush("TextView", box, rid="profile_settings_row_text", text=title)]
        if value:
            parts.append(
                self.brush("TextView", box, rid="profile_settings_row_subtext", text=value)
            )
        return self.brush.button("LinearLayout", box, *parts, rid=rid)
