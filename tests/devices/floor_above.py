"""What the floor above gives a driver, kept in memory: a listener, attempts and work."""

# ruff: noqa: ARG002 -- the floors above keep many devices apart, these recorders know one

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from appliance.channels import Channel
from appliance.devices.media_protocol import Fetched, MediaFetch
from appliance.devices.news_protocol import (
    Leaving,
    MissedCall,
    NotArrived,
    PictureChange,
    PlaceName,
    Quoting,
    Reaction,
    TypedByHand,
    Written,
)
from appliance.devices.protocol import (
    Attempt,
    Found,
    Group,
    Incoming,
    Look,
    Outgoing,
    Proof,
    Sim,
    Status,
    TextForm,
    Ticks,
    TickVisit,
)
from appliance.errors import DeviceError, Refused
from appliance.reasons import Reason
from appliance.screen_rules import ScreenRule, UnknownScreen


@dataclass
class Recorder:
    """The `Listener` of one device, which keeps its reports in memory, as the store would."""

    messages: list[Incoming] = field(default_factory=list)
    changes: list[Incoming] = field(default_factory=list)
    calls: list[MissedCall] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    quotings: list[Quoting] = field(default_factory=list)
    places: list[PlaceName] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    cursors: dict[str, int] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    left: list[Outgoing] = field(default_factory=list)
    proofs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    typed_ones: list[TypedByHand] = field(default_factory=list)
    strangers: list[Group] = field(default_factory=list)
    unplaced: list[int] = field(default_factory=list)
    pictures: list[PictureChange] = field(default_factory=list)
    sim: Sim | None = None
    repeated: int = 0
    rules: list[ScreenRule] = field(default_factory=list)
    uses: list[str] = field(default_factory=list)
    at_use: Callable[[], object] = lambda: None
    unknown: list[UnknownScreen] = field(default_factory=list)
    broken: Exception | None = None

    def status(self, device_id: str, status: Status) -> None:
        self.statuses.append(status)

    def received(self, device_id: str, messages: Sequence[Incoming]) -> None:
        if self.broken is not None:
            raise self.broken
        places = {message.key: at for at, message in enumerate(self.messages)}
        for message in messages:
            at = places.get(message.key)
            if at is None:
                places[message.key] = len(self.messages)
                self.messages.append(message)
            elif message.text == self.messages[at].text:
                self.repeated += 1
            else:
                self.changes.append(message)
                kept = self.messages[at].text if message.form is TextForm.DELETED else message.text
                self.messages[at] = replace(message, text=kept)

    def withdrew(self, device_id: str, leaving: Leaving) -> None:
        """No phone and no modem tells this."""

    def not_arrived(self, device_id: str, told: NotArrived) -> None:
        """No phone tells this, and a modem by its reports."""

    def missed_calls(self, device_id: str, calls: Sequence[MissedCall]) -> None:
        self.calls += calls

    def reacted(self, device_id: str, reactions: Sequence[Reaction]) -> None:
        self.reactions += reactions

    def quoted(self, device_id: str, quotings: Sequence[Quoting]) -> None:
        self.quotings += [each for each in quotings if each not in self.quotings]

    def places_named(self, device_id: str, places: Sequence[PlaceName]) -> None:
        self.places += [each for each in places if each not in self.places]

    def sim_seen(self, device_id: str, sim: Sim) -> bool:
        self.sim = self.sim or sim
        return self.sim == sim

    def recent(self, device_id: str, sender: str, *, since_ms: int) -> Sequence[Incoming]:
        return [m for m in self.messages if sender in _sources(m) and m.at_ms >= since_ms]

    def written(self, device_id: str, to: str, *, since_ms: int) -> Sequence[Written]:
        """What was tapped, and what somebody typed on the phone."""
        tapped = [(o.number, _written(o, self.proofs.get(o.attempt_id, {}))) for o in self.left]
        typed = [(each.to, _typed(each)) for each in self.typed_ones]
        return [each for who, each in [*tapped, *typed] if who == to and each.at_ms >= since_ms]

    def typed(self, device_id: str, messages: Sequence[TypedByHand]) -> None:
        known = {each.key for each in self.typed_ones}
        self.typed_ones += [each for each in messages if each.key not in known]

    def people_named(self, device_id: str, beginning: str) -> Sequence[tuple[str, str]]:
        names = {m.sender: m.sender_name for m in self.messages if m.sender_name}
        return [(who, name) for who, name in names.items() if name.startswith(beginning)]

    def cursor(self, device_id: str, name: str) -> int | None:
        return self.cursors.get(name)

    def move_cursor(self, device_id: str, name: str, value: int) -> None:
        self.cursors[name] = value

    def screen_rules(self, device_id: str) -> Sequence[ScreenRule]:
        return self.rules

    def rule_used(self, device_id: str, rule_id: str, *, most_an_hour: int) -> bool:
        if self.uses.count(rule_id) >= most_an_hour:
            return False
        self.uses.append(rule_id)
        self.at_use()
        return True

    def screen_unknown(self, device_id: str, screen: UnknownScreen) -> None:
        self.unknown.append(screen)

    def strangers_seen(self, device_id: str, group: Group) -> None:
        self.strangers.append(group)

    def group_seen(self, device_id: str, group: Group) -> None:
        self.groups.append(group)

    def archive_heard(self, device_id: str, *, unplaced: int) -> None:
        self.unplaced.append(unplaced)

    def picture_changed(self, device_id: str, change: PictureChange) -> None:
        self.pictures.append(change)

    def texts(self, sender: str = "") -> list[str]:
        return [m.text for m in self.messages if not sender or m.sender == sender]


def _sources(message: Incoming) -> tuple[str, ...]:
    """Who wrote it, and in which group."""
    return (message.sender, message.group.jid) if message.group else (message.sender,)


def nothing() -> None:
    """What happens around a tap by default: nothing."""


def _nothing_of(outgoing: Outgoing) -> None:
    """The same, where it is about a message."""


def _written(outgoing: Outgoing, facts: Mapping[str, Any]) -> Written:
    return Written(
        channel=outgoing.channel,
        text=outgoing.text,
        at_ms=outgoing.started_ms,
        has_file=outgoing.file is not None,
        facts=facts,
    )


def _typed(typed: TypedByHand) -> Written:
    return Written(channel=typed.channel, text=typed.text, at_ms=typed.at_ms, key=typed.key)


@dataclass
class Try:
    """An `Attempt` that keeps its baseline; a test can shut its gate or interfere at it."""

    outgoing: Outgoing
    evidence_folder: Path
    earlier: Sequence[Outgoing] = ()
    noted: dict[str, Any] | None = None
    gate_shut: bool = False
    entered: int = 0
    opened: Callable[[Outgoing], object] = _nothing_of
    before_tap: Callable[[], object] = nothing
    after_tap: Callable[[], object] = nothing

    def baseline(self, facts: Mapping[str, Any]) -> None:
        self.noted = dict(facts)

    @contextmanager
    def clear_to_send(self, baseline: Mapping[str, Any] | None = None) -> Iterator[None]:
        if baseline is not None:
            self.baseline(baseline)
        if self.gate_shut:
            raise Refused(Reason.OPTED_OUT, "They said STOP.")
        self.entered += 1
        self.opened(self.outgoing)
        self.before_tap()
        yield
        self.after_tap()

    def as_look(self) -> Look:
        return Look(outgoing=self.outgoing, baseline=self.noted)

    def files(self, pattern: str) -> list[str]:
        return sorted(path.name for path in self.evidence_folder.glob(pattern))


@dataclass
class Counter:
    """A `Work` with a list of tasks, which keeps the outcome of each."""

    tasks: list[Try | Look | TickVisit] = field(default_factory=list)
    outcomes: list[tuple[Any, Any]] = field(default_factory=list)
    raising: list[Exception] = field(default_factory=list)

    def next_task(
        self, device_id: str, channels: frozenset[Channel]
    ) -> Attempt | Look | TickVisit | None:
        for at, task in enumerate(self.tasks):
            channel = task.channel if isinstance(task, TickVisit) else task.outgoing.channel
            if channel in channels:
                return self.tasks.pop(at)
        return None

    def _keep(self, task: Any, outcome: Any) -> None:
        if self.raising:
            raise self.raising.pop()
        self.outcomes.append((task, outcome))

    def sent(self, attempt: Attempt, proof: Proof) -> None:
        self._keep(attempt, proof)

    def not_sent(self, attempt: Attempt, error: Exception) -> None:
        self._keep(attempt, error)

    def looked(self, look: Look, found: Found | DeviceError) -> None:
        self._keep(look, found)

    def visited(self, visit: TickVisit, ticks: Ticks | DeviceError) -> None:
        self._keep(visit, ticks)

    def fetched(self, fetch: MediaFetch, found: Fetched | DeviceError) -> None:
        self._keep(fetch, found)
