"""What is wrong becomes an incident when it lasts, and is over when it has been gone for a while.

What comes and goes is one incident: it is counted from the first time, as long as it never was
gone for long.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from appliance.clock import MS_PER_S
from appliance.desk.lines.incidents.condition import Facts
from appliance.store.incidents import Incident, IncidentKind

_K = IncidentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds of the house's clock that it must last, and that it must be gone."""

    open_s: int
    close_s: int


PATIENCE: Mapping[IncidentKind, Patience] = {
    _K.AWAY: Patience(open_s=20, close_s=20),
    _K.UNREADABLE: Patience(open_s=30, close_s=30),
    _K.HOT: Patience(open_s=0, close_s=30),
    _K.BATTERY: Patience(open_s=30, close_s=60),
    _K.STORAGE: Patience(open_s=10, close_s=30),
    _K.NO_SIM: Patience(open_s=10, close_s=20),
    _K.OTHER_SIM: Patience(open_s=10, close_s=20),
    # A phone loses its network for moments all day.
    _K.NO_NETWORK: Patience(open_s=60, close_s=30),
    _K.LOGGED_OUT: Patience(open_s=0, close_s=10),
    _K.BANNED: Patience(open_s=0, close_s=10),
    _K.RESTRICTED: Patience(open_s=0, close_s=10),
    _K.UPDATE_REQUIRED: Patience(open_s=0, close_s=10),
    _K.CLOCK: Patience(open_s=30, close_s=30),
    # The power of a Pi dips for seconds, again and again.
    _K.UNDERVOLTAGE: Patience(open_s=0, close_s=300),
    _K.DISK: Patience(open_s=0, close_s=60),
    _K.USB: Patience(open_s=0, close_s=300),
    _K.VERSION_BACK: Patience(open_s=0, close_s=0),
    _K.BOX: Patience(open_s=0, close_s=0),
    _K.MODEM_SILENT: Patience(open_s=30, close_s=30),
    _K.NO_CREDIT: Patience(open_s=0, close_s=30),
    _K.READ_ELSEWHERE: Patience(open_s=20, close_s=60),
}
"""The kinds that open and close by themselves."""


class Key(NamedTuple):
    """`device_id` None: the machine itself."""

    device_id: str | None
    kind: IncidentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    key: Key
    since_ms: int
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Retelling:
    """It lasts, and its facts are others."""

    key: Key
    incident_id: str
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    key: Key
    incident_id: str
    until_ms: int


Change = Opening | Retelling | Closing


@dataclass(slots=True, kw_only=True)
class _Track:
    """`seen_ms`: when it was there last. `incident_id` None: it is not open."""

    since_ms: int
    seen_ms: int
    incident_id: str | None = None
    facts: Facts = field(default_factory=dict)


class Tracks:
    """All that is or lately was wrong. Used by one thread."""

    def __init__(self, known: Sequence[Incident], *, now_ms: int) -> None:
        """`known`: those that were open when Balie stopped."""
        self._tracks = {
            Key(each.device_id, each.kind): _Track(
                since_ms=each.since_ms, seen_ms=now_ms, incident_id=each.id, facts=each.facts
            )
            for each in known
            if each.kind in PATIENCE and not each.about
        }

    def follow(
        self, found: Mapping[Key, Facts], unknown: Collection[Key], *, now_ms: int
    ) -> Iterator[Change]:
        """What has to be written down now; tell `opened` what became an incident."""
        for key, facts in found.items():
            track = self._tracks.setdefault(key, _Track(since_ms=now_ms, seen_ms=now_ms))
            track.seen_ms = now_ms
            if track.incident_id is None:
                if now_ms - track.since_ms >= PATIENCE[key.kind].open_s * MS_PER_S:
                    yield Opening(key=key, since_ms=track.since_ms, facts=facts)
            elif track.facts != facts:
                yield Retelling(key=key, incident_id=track.incident_id, facts=facts)
            track.facts = facts
        yield from self._over(self._tracks.keys() - found.keys(), unknown, now_ms)

    def opened(self, key: Key, incident_id: str) -> None:
        self._tracks[key].incident_id = incident_id

    def _over(
        self, missing: Collection[Key], unknown: Collection[Key], now_ms: int
    ) -> Iterator[Closing]:
        for key in missing:
            track = self._tracks[key]
            if key in unknown:
                track.seen_ms = now_ms
            elif now_ms - track.seen_ms >= PATIENCE[key.kind].close_s * MS_PER_S:
                del self._tracks[key]
                if track.incident_id is not None:
                    yield Closing(key=key, incident_id=track.incident_id, until_ms=track.seen_ms)
