"""Watches a number's own name and picture in a messenger: people know the branch by them.

They are read once a day, in quiet minutes. A change counts when two looks show the same: then an
incident is open until it is put back, or until somebody accepts it. An account that has another
number stops the line on that phone, until a look shows the right one.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from appliance.channels import Channel
from appliance.clock import MS_PER_S
from appliance.devices.profile_protocol import OwnProfile, ProfileLook, is_account_of
from appliance.errors import NotFound
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import incidents, kept_settings, lines, own_profiles
from appliance.store.incidents import IncidentKind
from appliance.store.lines import Line
from appliance.store.own_profiles import StoredProfile
from appliance.store.store import Store, Tx

QUIET_MS = 10 * 60 * MS_PER_S
"""Nobody wrote for so long: a look takes the phone for some seconds."""
EVERY_MS = 24 * 3600 * MS_PER_S
AGAIN_MS = 3600 * MS_PER_S
"""Where the last look showed a change, or failed."""
_ASK_AGAIN_MS = 60 * MS_PER_S


class OwnProfiles:
    """Called in the devices' threads, each about its own device."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._not_before_ms: dict[str, int] = {}

    def next_look(self, device_id: str, channels: frozenset[Channel]) -> ProfileLook | None:
        """The look that is due, when nothing else is. None in the first minutes after a start."""
        if not any(channel.needs_account for channel in channels):
            return None
        now_ms = self._store.clock.now_ms()
        if now_ms < self._not_before_ms.setdefault(device_id, now_ms + QUIET_MS):
            return None
        line_id, due_ms = self._store.read(lambda conn: _due(conn, device_id))
        self._not_before_ms[device_id] = max(due_ms, now_ms + _ASK_AGAIN_MS)
        if line_id is None or due_ms > now_ms:
            return None
        return _LineLook(profiles=self, device_id=device_id, line_id=line_id)

    def seen(self, device_id: str, line_id: str, profile: OwnProfile) -> None:
        if not self._store.write(lambda tx: note(tx, device_id, line_id, profile)):
            self.failed(device_id)

    def failed(self, device_id: str) -> None:
        self._not_before_ms[device_id] = self._store.clock.now_ms() + AGAIN_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class _LineLook(ProfileLook):
    profiles: OwnProfiles
    device_id: str
    line_id: str

    def done(self, seen: OwnProfile) -> None:
        self.profiles.seen(self.device_id, self.line_id, seen)

    def failed(self) -> None:
        self.profiles.failed(self.device_id)


def note(tx: Tx, device_id: str, line_id: str, seen: OwnProfile) -> bool:
    """What a look showed, and what follows from it. The first look says what is right. False where
    it is another account, whose name and picture tell nothing of this one's.
    """
    if seen.number is not None:
        number = lines.line(tx.conn, line_id).number
        if not is_account_of(seen.number, number):
            lines.stop_line(tx, line_id, Reason.OTHER_ACCOUNT, device_id=device_id)
            return False
        lines.resume_device(tx, device_id, Reason.OTHER_ACCOUNT)
    _note_looks(tx, device_id, line_id, seen)
    return True


def _note_looks(tx: Tx, device_id: str, line_id: str, seen: OwnProfile) -> None:
    kept = own_profiles.of_line(tx.conn, line_id)
    if kept is not None and kept.device_id != device_id:
        # Another screen draws the same picture otherwise: there it is right as it is.
        kept = replace(kept, picture="", seen_picture="")
    right = seen if kept is None else _filled(_right(kept), seen)
    before = None if kept is None else OwnProfile(name=kept.seen_name, picture=kept.seen_picture)
    own_profiles.keep(
        tx,
        StoredProfile(
            line_id=line_id,
            device_id=device_id,
            name=right.name,
            picture=right.picture,
            seen_name=seen.name,
            seen_picture=seen.picture,
            looked_ms=tx.now_ms,
        ),
    )
    if seen.is_like(right):
        _close(tx, line_id)
    elif before is not None and seen.is_like(before):
        incidents.open_incident(
            tx,
            IncidentKind.PROFILE_CHANGED,
            device_id=device_id,
            line_id=line_id,
            facts=_facts(right, seen),
        )


def accept(tx: Tx, line_id: str, *, by: str) -> None:
    """What was seen last is right from now on; `by` as in `kept_settings.tell`. Raises NotFound
    where no change is open.
    """
    kept = own_profiles.of_line(tx.conn, line_id)
    opened = incidents.open_of(tx.conn, IncidentKind.PROFILE_CHANGED, line_id=line_id)
    if kept is None or not opened:
        raise NotFound("profile")
    picture = kept.seen_picture or kept.picture
    own_profiles.keep(tx, replace(kept, name=kept.seen_name, picture=picture))
    _close(tx, line_id)
    kept_settings.tell(tx, EventKind.LINE_CHANGED, ["own_profile"], by=by, line_id=line_id)


def _due(conn: sqlite3.Connection, device_id: str) -> tuple[str | None, int]:
    """The line whose account the device has, and when to look at it."""
    carried = lines.lines_of_device(conn, device_id)
    if not carried or _is_shut(carried[0], device_id):
        return None, 0
    line_id = carried[0].id
    quiet_ms = own_profiles.quiet_since_ms(conn, line_id) + QUIET_MS
    kept = own_profiles.of_line(conn, line_id)
    if kept is None or kept.device_id != device_id:
        return line_id, quiet_ms
    seen = OwnProfile(name=kept.seen_name, picture=kept.seen_picture)
    wait_ms = EVERY_MS if seen.is_like(_right(kept)) else AGAIN_MS
    return line_id, max(quiet_ms, kept.looked_ms + wait_ms)


def _is_shut(line: Line, device_id: str) -> bool:
    """Only what a look itself has stopped is looked at again."""
    return line.stops(device_id) and line.stopped != Reason.OTHER_ACCOUNT


def _right(kept: StoredProfile) -> OwnProfile:
    return OwnProfile(name=kept.name, picture=kept.picture)


def _filled(right: OwnProfile, seen: OwnProfile) -> OwnProfile:
    return right if right.picture else replace(right, picture=seen.picture)


def _close(tx: Tx, line_id: str) -> None:
    for each in incidents.open_of(tx.conn, IncidentKind.PROFILE_CHANGED, line_id=line_id):
        incidents.end(tx, each.id, tx.now_ms)


def _facts(right: OwnProfile, seen: OwnProfile) -> Mapping[str, Any]:
    if seen.name == right.name:
        return {"stops": [], "what": "profile-picture"}
    what = "profile-name" if seen.has_picture_of(right) else "profile-both"
    return {"stops": [], "what": what}
