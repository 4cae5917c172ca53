"""What the runtime hands to the API and the web pages, which also call desk, queue and store."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from starlette.types import ASGIApp

from appliance.addresses import NO_NETWORKS, Networks
from appliance.api.connections import Connections
from appliance.box.home_wish import HomeAnswer, answered
from appliance.box.updates.door import UpdateDoor
from appliance.clock import Clock
from appliance.copy_settings import CopySettings
from appliance.desk.access.accesses import Accesses, Reader, Sink
from appliance.desk.notices.mail_post import MailPost
from appliance.desk.outgoing.room import Room
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.devices.protocol import Driver
from appliance.enrolment import Enrolment, EnrolmentWish, Portrait, Stage, ToDo
from appliance.errors import BalieError, DeviceGone, NotFound, Transient
from appliance.media.files import FOLDER, MediaFiles
from appliance.oidc_settings import OidcSettings
from appliance.queue.gate import ConsentGate
from appliance.queue.stored_history import Histories
from appliance.relay.suggesting import Suggester
from appliance.store.feed import EventFeed
from appliance.store.keeping import is_low
from appliance.store.media_quota import MediaRoom
from appliance.store.store import Store, Tx

T = TypeVar("T")
GATE_THREADS = 4
EVIDENCE = Path("media", "evidence")
"""Below the data directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PluggedIn:
    """A phone that adb sees, or a serial port that may have a modem behind it."""

    kind: str
    address: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PluggedDevice:
    """A device that enrolment sees. `stage` is what is being done to it now, `enrolment` how far
    the last work came, `trouble` why it could not go on.
    """

    kind: str
    portrait: Portrait
    stage: Stage | None = None
    enrolment: Enrolment | None = None
    trouble: BalieError | None = None

    @property
    def to_do(self) -> ToDo:
        """What the last test found holds as long as a look finds nothing graver; of a registration
        that is not in front any more, that it may go on.
        """
        found = self.enrolment.portrait.to_do if self.enrolment else ToDo.NUMBER
        if found.registers:
            found = ToDo.REGISTER
        return found if self.portrait.to_do is ToDo.NUMBER else self.portrait.to_do


Bind = Callable[[Tx, Enrolment], object]
"""Gives a device its number, once all is well."""


class EnrolmentDoor(Protocol):
    """`plugged` blocks for a moment, and raises SetupError where adb does not run; the others
    return at once and raise NotFound for what is not plugged in.
    """

    def plugged(self) -> Sequence[PluggedDevice]: ...

    def begin(self, kind: str, wanted: EnrolmentWish, bind: Bind) -> None: ...

    def release(self, kind: str, address: str) -> None: ...


class NoEnrolment:
    """Where no device is driven: tests, and machines that only show."""

    def plugged(self) -> Sequence[PluggedDevice]:
        return ()

    def begin(self, kind: str, wanted: EnrolmentWish, bind: Bind) -> None:
        del kind, wanted, bind
        raise NotFound("device")

    def release(self, kind: str, address: str) -> None:
        del kind, address
        raise NotFound("device")


class CopyDoor(Protocol):
    """Copies of all there is. `make_copy` and `check_copy` return at once; `public_key` and
    `stick_is_plugged` block for a moment. `settings` None: no copy leaves the machine.
    """

    @property
    def settings(self) -> CopySettings | None: ...

    @property
    def is_busy(self) -> bool: ...

    def make_copy(self) -> None: ...

    def check_copy(self) -> None: ...

    def stick_is_plugged(self) -> bool: ...

    def public_key(self) -> str | None: ...


class NoCopies:
    """Where nothing is copied: tests, and machines that only show."""

    settings: CopySettings | None = None
    is_busy = False

    def make_copy(self) -> None:
        raise NotFound("page")

    def check_copy(self) -> None:
        raise NotFound("page")

    def stick_is_plugged(self) -> bool:
        return False

    def public_key(self) -> str | None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeNow:
    """`seen_ms` is when head office last answered, `behind` how many events it has yet to get;
    `trouble` is a code, None while all is well. None where nobody knows yet.
    """

    seen_ms: int | None = None
    behind: int | None = None
    trouble: str | None = None


class OfficeDoor(Protocol):
    """The link with head office. `join` and `leave` block for a while; `join` raises InvalidInput
    and Refused. `serve` is given the application that answers what the office wants to read.
    """

    def now(self) -> OfficeNow: ...

    def join(self, token: str) -> None: ...

    def leave(self) -> None: ...

    def serve(self, app: ASGIApp, services: "Services") -> None: ...


class NoOffice:
    """Where no link is kept: tests, and machines that only show."""

    def now(self) -> OfficeNow:
        return OfficeNow()

    def join(self, token: str) -> None:
        del token
        raise NotFound("page")

    def leave(self) -> None:
        raise NotFound("page")

    def serve(self, app: ASGIApp, services: "Services") -> None:
        del app, services


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDoors:
    """What pages of the demo offer: people to log in as without a password, and numbers whose phone
    can be pulled out. No other Balie has these pages.
    """

    names: Sequence[str]
    numbers: Sequence[str]


class Asking(Protocol):
    """How a device is asked for something in its own thread."""

    def __call__(
        self, device_id: str, errand: Callable[[Driver], T], *, within_s: float
    ) -> Future[T]: ...


def _nothing() -> Sequence[PluggedIn]:
    return ()


async def nothing_waits() -> None:
    return


def nobody(device_id: str, errand: Callable[[Driver], T], *, within_s: float) -> Future[T]:
    del device_id, errand, within_s
    answer: Future[T] = Future()
    answer.set_exception(DeviceGone("Nothing drives this device."))
    return answer


def _few_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(GATE_THREADS, thread_name_prefix="gate-write")


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """`gate` is the gate that every device asks before it taps. `planned` wakes the planner: it is
    called in the event loop after a message was accepted or cancelled, so it returns at once.
    `ready` names what is not ready yet; empty means ready. `setup_code` is printed where only the
    owner looks; without it nobody can become the first administrator by the page. `room` is how
    much more a line takes from software. `proxies` are believed when they say who asks.
    `plugged_in` blocks for a while. `asking` is how a device is asked. `accessed` is told who was
    shown whose data; `readings_kept` returns once what it was told until now stands in the log.
    `push_services` are hosts beside those that every browser uses. `oidc` is the provider that
    staff may log in with. `address` is what browsers open, where it is known.
    `histories` are what the planner keeps of each SIM. `urls` judges where webhooks go.
    `histories` are what the planner keeps of each SIM. `mail` mails colleagues; None: the house has
    no mail server.
    `import_folder` is where the folders lie that may be watched for files of people.
    `on_trial`: this version is on trial, so it shows and takes nothing.
    `home_answer` reads what this machine says of the way by which colleagues come from home.
    `copies` makes copies of all there is. `office` is the link with head office. `suggester` asks a
    language model for proposals; None: the config names none.
    """

    store: Store
    gate: ConsentGate
    clock: Clock
    feed: EventFeed
    planned: Callable[[], None]
    ready: Callable[[], Sequence[str]]
    data_dir: Path
    cookies_secure: bool = False
    proxies: Networks = NO_NETWORKS
    setup_code: str | None = None
    room: Room = field(default_factory=Room)
    media_room: MediaRoom = field(default_factory=lambda: MediaRoom(1 << 40))
    plugged_in: Callable[[], Sequence[PluggedIn]] = _nothing
    enrolment: EnrolmentDoor = field(default_factory=NoEnrolment)
    asking: Asking = nobody
    accessed: Sink | None = None
    readings_kept: Callable[[], Awaitable[None]] = nothing_waits
    demo: DemoDoors | None = None
    connections: Connections = field(default_factory=Connections)
    push_services: Sequence[str] = ()
    oidc: OidcSettings | None = None
    address: str | None = None
    admins_need_passkey: bool = False
    mail: MailPost | None = None
    on_trial: bool = False
    updates: UpdateDoor = field(default_factory=UpdateDoor)
    import_folder: Path | None = None
    histories: Histories = field(default_factory=Histories)
    urls: UrlPolicy = field(default_factory=UrlPolicy)
    home_answer: Callable[[], HomeAnswer | None] = answered
    copies: CopyDoor = field(default_factory=NoCopies)
    office: OfficeDoor = field(default_factory=NoOffice)
    suggester: Suggester | None = None
    _gate_threads: ThreadPoolExecutor = field(default_factory=_few_threads, init=False)

    def accesses(self, who: Reader) -> Accesses:
        """For one request of theirs."""
        return Accesses(store=self.store, who=who, sink=self.accessed)

    async def at_gate(self, work: Callable[[], T]) -> T:
        """For work that waits until nothing is being sent to a person. It has threads of its own:
        however long a phone takes, nothing else waits with it.
        """
        return await asyncio.get_running_loop().run_in_executor(self._gate_threads, work)

    async def ask_device(
        self, device_id: str, errand: Callable[[Driver], T], *, within_s: float = 10.0
    ) -> T:
        """What the errand returns, done in the device's own thread between its other calls, never
        during an attempt. Raises DeviceError, also when the device does not come to it in time.
        """
        asked = self.asking(device_id, errand, within_s=within_s)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(asked), within_s)
        except TimeoutError as exc:
            raise Transient("The device did not come to it in time. Try again.") from exc

    async def close(self) -> None:
        """Returns when no work is left at the gate."""
        await asyncio.to_thread(self._gate_threads.shutdown)

    @property
    def disk(self) -> str:
        """`full` when writes are not kept, `low` when little room is left, `media` when the oldest
        files of messages go soon, else empty.
        """
        if not self.store.keeps:
            return "full"
        if is_low(self.data_dir):
            return "low"
        return "media" if self.media_room.is_nearly_full else ""

    @property
    def media_files(self) -> MediaFiles:
        return MediaFiles(self.data_dir / FOLDER)

    @property
    def evidence_dir(self) -> Path:
        """Holds a folder for each attempt, with what its phone showed."""
        return self.data_dir / EVIDENCE
