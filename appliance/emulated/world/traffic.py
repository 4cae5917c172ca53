"""What has been asked of an emulated phone, so that tests and benchmarks can count it."""

from collections import Counter, deque
from dataclasses import dataclass, field

_LATEST = 2000


@dataclass(slots=True, kw_only=True)
class Traffic:
    #: Streams that were asked for, refused ones too.
    opens: int = 0
    #: Streams for shell, exec and sync, and HTTP requests to the on-device server.
    round_trips: int = 0
    #: Taps that the on-device server handed to the handset.
    taps: int = 0
    http_requests: int = 0
    rpc_calls: Counter[str] = field(default_factory=Counter)
    #: `reconnect` and `reboot`, as adb's daemon was asked for them.
    endings: Counter[str] = field(default_factory=Counter)
    #: First words of simple shell commands.
    shell_commands: Counter[str] = field(default_factory=Counter)
    #: The latest of them as they were run, with their words.
    shell_lines: deque[str] = field(default_factory=lambda: deque(maxlen=_LATEST))
