"""What an app may ask of its phone, and what the phone may ask of an app."""

from dataclasses import dataclass, field
from typing import Protocol
from zoneinfo import ZoneInfo

from appliance.emulated.phone.faults import Faults
from appliance.emulated.phone.layout import ScreenArea
from appliance.emulated.phone.media_list import MediaList
from appliance.emulated.phone.node import Node
from appliance.emulated.phone.notifications import Shade
from appliance.emulated.phone.wire.seam import DeviceFile
from appliance.emulated.world.network import Endpoint, Network
from appliance.emulated.world.timers import Timers


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """As `am start` reads it; `component` is `package/class` with the class written out."""

    action: str = ""
    data: str = ""
    mime_type: str = ""
    package: str = ""
    component: str = ""
    categories: tuple[str, ...] = ()
    flags: int = 0
    extras: dict[str, str] = field(default_factory=dict)
    #: Whoever takes it may read the files that it names.
    grants_reading: bool = False


class App(Protocol):
    """One app on a phone; it runs whether it is in sight or not."""

    package: str
    uid: int

    def activity(self) -> str:
        """The class of the activity on top of the app's task."""

    def windows(self) -> list[Node]:
        """The app's windows, the one that takes the taps last."""

    def handle(self, intent: Intent) -> bool:
        """Whether the app took the intent; then the phone brings it to the front."""

    def perform(self, action: str) -> None:
        """A tap hit the node that carries this action."""

    def back(self) -> bool:
        """One step back; False when the app has nowhere to go and leaves the screen."""

    def entry_text(self) -> str | None:
        """The text in the field that gets the keys; None without such a field."""

    def set_entry(self, text: str) -> None: ...

    def scroll(self, pixels: int) -> None:
        """Scrolls the list so that `pixels` more of its upper part show."""

    def hold(self, what: str, *, aside: bool) -> None:
        """A finger stays on something, or moves it `aside`, to the right."""

    def in_sight(self) -> None:
        """The app is visible from now on."""

    def out_of_sight(self) -> None: ...

    def stop(self) -> None:
        """`am force-stop`, or the end of the phone's session: screens go, data stay."""


class Host(Endpoint, Protocol):
    """The phone, as its apps know it."""

    @property
    def timers(self) -> Timers: ...

    @property
    def network(self) -> Network: ...

    @property
    def shade(self) -> Shade: ...

    @property
    def faults(self) -> Faults: ...

    @property
    def screen(self) -> ScreenArea: ...

    @property
    def zone(self) -> ZoneInfo: ...

    @property
    def language(self) -> str: ...

    @property
    def online(self) -> bool:
        """Whether data and radio work."""

    @property
    def contacts(self) -> dict[str, str]:
        """The phone book: names by number."""

    @property
    def files(self) -> dict[str, DeviceFile]:
        """The phone's files by their paths."""

    @property
    def media_list(self) -> MediaList: ...

    @property
    def honours_jid(self) -> bool:
        """Whether a file that names a chat goes straight to its preview for that chat."""

    @property
    def reads_paths(self) -> bool:
        """Whether WhatsApp reads a file by its path; else it takes rows of the list of media."""

    @property
    def reply_menu(self) -> bool:
        """Whether a message that is pressed long offers a reply."""

    @property
    def keeps_archived(self) -> bool:
        """Whether archived chats stay archived and silent, with a list of their own."""

    @property
    def albums(self) -> bool:
        """Whether photos in a row are drawn as one."""

    @property
    def keyboard_open(self) -> bool: ...

    def show_keyboard(self, *, visible: bool) -> None: ...

    def sees(self, app: App) -> bool:
        """Whether the app is what a person would see now."""
