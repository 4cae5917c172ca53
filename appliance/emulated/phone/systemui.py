"""What the system draws: bars, keyguard, keyboard, home screen, and idle apps."""

from collections.abc import Sequence

from appliance.emulated.phone import dialer
from appliance.emulated.phone.apps import Host, Intent
from appliance.emulated.phone.layout import Brush, ScreenArea
from appliance.emulated.phone.node import Bounds, Node

_SYSTEM = Brush("com.android.systemui")
_KEYBOARD = Brush("com.google.android.inputmethod.latin")
_LAUNCHER = Brush("com.google.android.apps.nexuslauncher")


def draw_bars(screen: ScreenArea, *, clock_time: str) -> list[Node]:
    """Status bar and navigation bar, two windows of systemui."""
    status = Bounds(0, 0, screen.width, screen.status_bottom)
    nav = Bounds(0, screen.nav_top, screen.width, screen.height)
    third = screen.width // 3
    buttons = [
        _SYSTEM.button(
            "ImageView",
            Bounds(index * third, nav.top, (index + 1) * third, nav.bottom),
            rid=rid,
            content_desc=desc,
            action=f"nav:{key}",
        )
        for index, (rid, desc, key) in enumerate(
            (
                ("back", "Back", "back"),
                ("home", "Home", "home"),
                ("recent_apps", "Overview", "recent"),
            )
        )
    ]
    return [
        _SYSTEM("FrameLayout", status, _SYSTEM("TextView", status, rid="clock", text=clock_time)),
        _SYSTEM("FrameLayout", nav, *buttons, rid="navigation_bar_frame"),
    ]


def draw_keyguard(screen: ScreenArea, *, clock_time: str, bouncer: bool, notices: int) -> Node:
    """The lock screen; with `bouncer` it asks for the PIN."""
    whole = Bounds(0, 0, screen.width, screen.height)
    top = Bounds(0, screen.dp(120), screen.width, screen.dp(220))
    below = Bounds(0, screen.dp(240), screen.width, screen.dp(420))
    children = [_SYSTEM("TextView", top, rid="lockscreen_clock_view", text=clock_time)]
    if bouncer:
        children.append(_SYSTEM("EditText", below, rid="pinEntry", password=True, focused=True))
    else:
        children.append(_SYSTEM("FrameLayout", below, rid="notification_stack_scroller"))
        children.append(
            _SYSTEM("TextView", below, rid="keyguard_indication_text", text=str(notices or ""))
        )
    return _SYSTEM("FrameLayout", whole, *children, rid="keyguard_root_view")


def draw_keyboard(screen: ScreenArea) -> Node:
    area = Bounds(0, screen.keyboard_top, screen.width, screen.height)
    return _KEYBOARD("FrameLayout", area, _KEYBOARD("FrameLayout", area, rid="keyboard_area"))


class StillApp:
    """An app that can come to the front and does nothing: browser, chooser, settings, dialer."""

    def __init__(self, host: Host, *, package: str, uid: int, component: str, title: str) -> None:
        self.package = package
        self.uid = uid
        self._host = host
        self._component = component
        self._title = title

    def activity(self) -> str:
        return self._component

    def windows(self) -> list[Node]:
        brush, screen = Brush(self.package), self._host.screen
        title = Bounds(0, screen.status_bottom, screen.width, screen.status_bottom + screen.dp(56))
        label = brush("TextView", title, rid="android:id/title", text=self._title)
        return [brush("FrameLayout", screen.whole, label)]

    def handle(self, intent: Intent) -> bool:
        del intent
        return True

    def back(self) -> bool:
        return False

    def entry_text(self) -> str | None:
        return None

    def set_entry(self, text: str) -> None: ...

    def perform(self, action: str) -> None: ...

    def hold(self, what: str, *, aside: bool) -> None:
        """Nothing here answers to a long press."""

    def scroll(self, pixels: int) -> None: ...

    def in_sight(self) -> None: ...

    def out_of_sight(self) -> None: ...

    def stop(self) -> None: ...


_STILL = (
    ("com.android.chrome", 10120, "com.google.android.apps.chrome.Main", "Chrome"),
    ("android", 1000, "com.android.internal.app.ResolverActivity", "Open with"),
    ("com.android.settings", 1000, "com.android.settings.Settings", "Settings"),
    (
        dialer.PACKAGE,
        dialer.UID,
        "com.google.android.dialer.extensions.GoogleDialtactsActivity",
        "Phone",
    ),
)


def still_apps(host: Host) -> Sequence[StillApp]:
    return [
        StillApp(host, package=package, uid=uid, component=component, title=title)
        for package, uid, component, title in _STILL
    ]


class Launcher(StillApp):
    """The home screen: one icon an app, which the phone starts."""

    def __init__(self, host: Host, icons: dict[str, str]) -> None:
        package = _LAUNCHER.package
        super().__init__(
            host,
            package=package,
            uid=10145,
            component=f"{package}.NexusLauncherActivity",
            title="",
        )
        self._icons = icons

    def windows(self) -> list[Node]:
        screen = self._host.screen
        quarter, top = screen.width // 4, screen.height // 2
        icons = [
            _LAUNCHER.button(
                "TextView",
                Bounds(index * quarter, top, (index + 1) * quarter, top + quarter),
                text=label,
                content_desc=label,
                action=f"launch:{package}",
            )
            for index, (package, label) in enumerate(self._icons.items())
        ]
        workspace = _LAUNCHER("ScrollView", screen.whole, *icons, rid="workspace")
        return [_LAUNCHER("FrameLayout", screen.whole, workspace, rid="launcher")]

    def back(self) -> bool:
        return True


class FallbackHome(StillApp):
    """The app in front from a start until the first unlock."""

    def __init__(self, host: Host) -> None:
        super().__init__(
            host,
            package="com.android.settings",
            uid=1000,
            component="com.android.settings.FallbackHome",
            title="",
        )

    def back(self) -> bool:
        return True
