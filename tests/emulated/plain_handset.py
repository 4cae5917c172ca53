"""The smallest phone behind the wire: one app with a field and a Send button."""

import hashlib
from collections.abc import AsyncGenerator, Mapping

from appliance.emulated.phone.faults import Faults
from appliance.emulated.phone.hierarchy_xml import shell_dump
from appliance.emulated.phone.node import Bounds, Node
from appliance.emulated.phone.wire.adbd import Adbd
from appliance.emulated.phone.wire.seam import DeviceFile, RsaPublicKey, ShellResult

PACKAGE = "nl.example.app"
SEND_BOUNDS = Bounds(900, 2000, 1080, 2200)


class PlainHandset:
    """`accepts_keys` is a person who says yes at once to whatever computer asks."""

    def __init__(self, *, accepts_keys: bool = True) -> None:
        self.serial_name = "PLAIN1"
        self.properties = {
            "ro.product.name": "plain",
            "ro.product.model": "Plain 1",
            "ro.product.device": "plain1",
            "ro.serialno": "PLAIN1",
        }
        self.faults = Faults()
        self.files: dict[str, DeviceFile] = {}
        self.size = (1080, 2400)
        self.sdk = 34
        self.clipboard = ""
        self.screen_on = True
        self.accepts_keys = accepts_keys
        self.adb_keys: set[RsaPublicKey] = set()
        self.offered: list[tuple[RsaPublicKey, str]] = []
        self.adbd: Adbd | None = None
        self.ran: list[list[str]] = []
        self.taps: list[tuple[float, float]] = []
        self.keys: list[str] = []
        self.swipes: list[tuple[float, float, float, float]] = []
        self.title = "Plain"
        self.entry = Node(
            cls="android.widget.EditText",
            package=PACKAGE,
            bounds=Bounds(0, 2000, 900, 2200),
            resource_id=f"{PACKAGE}:id/entry",
            hint="Message",
            clickable=True,
            focusable=True,
            focused=True,
        )

    def key_accepted(self, key: RsaPublicKey) -> bool:
        return key in self.adb_keys

    def key_offered(self, key: RsaPublicKey, comment: str) -> None:
        self.offered.append((key, comment))
        if self.accepts_keys:
            self.accept_keys()

    def accept_keys(self) -> None:
        """The person taps Allow."""
        self.adb_keys.update(key for key, _ in self.offered)
        if self.adbd is not None:
            self.adbd.authorise()

    async def run(self, argv: list[str], env: Mapping[str, str]) -> ShellResult:
        self.ran.append(argv)
        match argv:
            case ["toybox", "md5sum", path] if path in self.files:
                digest = hashlib.md5(self.files[path].data, usedforsecurity=False).hexdigest()
                return _printed(f"{digest}  {path}")
            case ["getprop", name]:
                return _printed(self.properties.get(name, ""))
            case ["printenv", name]:
                return _printed(env.get(name, ""))
            case ["complain"]:
                return ShellResult(stdout=b"out\n", stderr=b"err\n", exit_code=3)
            case ["uiautomator", "dump"]:
                return ShellResult(stdout=shell_dump(self.windows()).encode())
        return _not_found(argv[0])

    async def logcat(self, argv: list[str]) -> AsyncGenerator[bytes, None]:
        yield f"logcat {' '.join(argv)}\n".encode()

    def windows(self) -> list[Node]:
        status_bar = Node(
            cls="android.widget.FrameLayout",
            package="com.android.systemui",
            bounds=Bounds(0, 0, 1080, 60),
        )
        return [status_bar, self._app()]

    def _app(self) -> Node:
        title = Node(
            cls="android.widget.TextView",
            package=PACKAGE,
            bounds=Bounds(0, 60, 1080, 200),
            text=self.title,
            resource_id=f"{PACKAGE}:id/title",
        )
        send = Node(
            cls="android.widget.ImageButton",
            package=PACKAGE,
            bounds=SEND_BOUNDS,
            resource_id=f"{PACKAGE}:id/send",
            content_desc="Send",
            clickable=True,
        )
        return Node(
            cls="android.widget.FrameLayout",
            package=PACKAGE,
            bounds=Bounds(0, 60, 1080, 2400),
            children=[title, self.entry, send],
        )

    def tap(self, x: float, y: float) -> None:
        self.taps.append((x, y))

    def press_key(self, key: str) -> bool:
        self.keys.append(key)
        return True

    def swipe(self, x1: float, y1: float, x2: float, y2: float) -> None:
        self.swipes.append((x1, y1, x2, y2))

    def set_text(self, node: Node, text: str) -> bool:
        node.text = text
        return True

    def full_text(self, node: Node) -> str:
        return node.text

    def wake(self) -> None:
        self.screen_on = True

    def sleep(self) -> None:
        self.screen_on = False


def _printed(text: str) -> ShellResult:
    return ShellResult(stdout=f"{text}\n".encode())


def _not_found(name: str) -> ShellResult:
    complaint = f"/system/bin/sh: {name}: inaccessible or not found\n"
    return ShellResult(stderr=complaint.encode(), exit_code=127)
