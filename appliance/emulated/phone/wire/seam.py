"""Where the wire of an emulated phone ends and its handset begins.

Everything here runs on one asyncio event loop. Handset methods are plain functions and must not
block, except `run`, which may wait.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Protocol

from appliance.emulated.phone.faults import Faults
from appliance.emulated.phone.node import Node

#: File types as `st_mode` has them.
REGULAR_FILE = 0o100000
DIRECTORY = 0o040000


@dataclass(frozen=True, slots=True)
class RsaPublicKey:
    """A computer's key, as `adb_keys` on the phone holds it; equal keys are the same computer."""

    modulus: int
    exponent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFile:
    """`mode` is a whole `st_mode`, type included (a plain file is 0o100644)."""

    data: bytes
    mode: int = REGULAR_FILE | 0o644
    mtime_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellResult:
    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int = 0


class Handset(Protocol):
    """The phone behind the wire."""

    @property
    def serial_name(self) -> str:
        """`ro.serialno`; not the host:port under which adb knows the phone."""

    @property
    def properties(self) -> Mapping[str, str]:
        """What `getprop` knows; `ro.product.name`, `.model` and `.device` go into the banner."""

    @property
    def faults(self) -> Faults:
        """The wire uses the faults that spoil an answer; the handset and Adbd use the others."""

    @property
    def files(self) -> dict[str, DeviceFile]:
        """The file system by absolute path; folders exist by the files in them."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the screen in pixels."""

    @property
    def sdk(self) -> int:
        """The API level."""

    @property
    def screen_on(self) -> bool: ...

    clipboard: str

    def key_accepted(self, key: RsaPublicKey) -> bool:
        """Whether the key is in `adb_keys`."""

    def key_offered(self, key: RsaPublicKey, comment: str) -> None:
        """The dialog "Allow USB debugging?" shows; who accepts it calls `Adbd.authorise()`."""

    async def run(self, argv: list[str], env: Mapping[str, str]) -> ShellResult:
        """One simple shell command; `app_process` and `logcat` never come here."""

    def logcat(self, argv: list[str]) -> AsyncGenerator[bytes, None]:
        """What `logcat` with these words prints, for as long as it runs."""

    def windows(self) -> list[Node]:
        """The root nodes of all windows on the screen now, in no fixed order."""

    def tap(self, x: float, y: float) -> None: ...

    def press_key(self, key: str) -> bool:
        """`back`, `home`, `power`, `enter` and so on, or a key code as text."""

    def swipe(self, x1: float, y1: float, x2: float, y2: float) -> None: ...

    def set_text(self, node: Node, text: str) -> bool:
        """ACTION_SET_TEXT; False when the node takes no text."""

    def full_text(self, node: Node) -> str:
        """What `getText` answers: emoji and all."""

    def wake(self) -> None: ...

    def sleep(self) -> None: ...
