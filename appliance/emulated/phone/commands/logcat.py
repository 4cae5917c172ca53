"""`logcat -b events`: what was posted, and what is posted while somebody listens.

WhatsApp's tag holds a line break; logcat splits the entry there and repeats the prefix.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from appliance.emulated.phone.commands.notification_dump import in_short
from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.notifications import Enqueued

_TAG = "notification_enqueue"
#: Newer builds say whether the app itself gave the notification; since when is not known.
_SAYS_APP_PROVIDED_SDK = 35
_SYSTEM_SERVER = 1612
_THREAD = 1840
_FORMATS = ("brief", "tag", "threadtime")
_TAKES_VALUE = ("-b", "-v", "-T", "-t")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogcatRequest:
    """`tail`: how many old entries come first; None for all. `ends`: nothing is followed."""

    buffer: str = "main"
    form: str = "threadtime"
    tail: int | None = None
    ends: bool = False
    clears: bool = False
    filters: tuple[str, ...] = ()

    @property
    def shows_enqueued(self) -> bool:
        if self.buffer not in {"events", "all"}:
            return False
        named = {each.partition(":")[0] for each in self.filters}
        return _TAG in named or "*:S" not in self.filters


async def logcat(handset: BareHandset, argv: list[str]) -> AsyncGenerator[bytes, None]:
    """The output, piece by piece; without `-d` it goes on until the reader goes away."""
    try:
        asked = _request(argv)
    except ValueError as exc:
        yield f"logcat: {exc}\n".encode()
        return
    log, faults = handset.shade.events, handset.faults
    if faults.standing(FaultKind.LOGCAT_REFUSED):
        yield f"Unable to open log device '{asked.buffer}': Permission denied\n".encode()
        return
    if asked.clears:
        log.clear()
        return
    follower = log.follow()
    try:
        for entry in log.last(asked.tail):
            yield _printed(entry, asked, handset)
        while not asked.ends and (news := await follower.get()) is not None:
            if not faults.standing(FaultKind.BELL_MUTE):
                yield _printed(news, asked, handset)
    finally:
        log.unfollow(follower)


def _request(argv: list[str]) -> LogcatRequest:
    """Raises ValueError with the complaint."""
    words, values, filters, flags = list(argv), dict[str, str](), list[str](), set[str]()
    while words:
        word = words.pop(0)
        if word in _TAKES_VALUE:
            if not words:
                raise ValueError(f"option requires an argument -- '{word[1:]}'")
            values[word] = words.pop(0)
        elif word.startswith("-"):
            flags.add(word)
        else:
            filters.append(word)
    form = values.get("-v", "threadtime")
    if form not in _FORMATS:
        raise ValueError(f"Invalid parameter '{form}' to -v")
    tail = values.get("-T", values.get("-t"))
    return LogcatRequest(
        buffer=values.get("-b", "main"),
        form=form,
        tail=int(tail) if tail is not None and tail.isdigit() else None,
        ends="-d" in flags or "-t" in values,
        clears="-c" in flags,
        filters=tuple(filters),
    )


def _printed(entry: Enqueued, asked: LogcatRequest, handset: BareHandset) -> bytes:
    if not asked.shows_enqueued:
        return b""
    prefix = _prefix(entry.at_ms, asked.form, handset.zone)
    lines = _text(entry, handset.sdk).split("\n")
    return "".join(f"{prefix}{line}\n" for line in lines).encode()


def _text(entry: Enqueued, sdk: int) -> str:
    n = entry.notification
    tag = "NULL" if n.tag is None else n.tag
    process = 4000 + n.uid % 20000
    more = ",1" if sdk >= _SAYS_APP_PROVIDED_SDK else ""
    fields = f"{n.uid},{process},{n.package},{n.id},{tag},0,{in_short(n, sdk=sdk)}"
    return f"[{fields},{int(entry.again)}{more}]"


def _prefix(at_ms: int, form: str, zone: tzinfo) -> str:
    if form == "tag":
        return f"I/{_TAG}: "
    if form == "brief":
        return f"I/{_TAG}({_SYSTEM_SERVER:5}): "
    at = datetime.fromtimestamp(at_ms / 1000, zone)
    moment = f"{at:%m-%d %H:%M:%S}.{at_ms % 1000:03}"
    return f"{moment} {_SYSTEM_SERVER:5} {_THREAD:5} I {_TAG}: "
