"""A group on the emulated phone, and the changes that are asked for in it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import pytest

from appliance.devices.group_protocol import (
    GroupChange,
    GroupPerson,
    GroupSeen,
    GroupTurn,
)
from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.protocol import Group
from appliance.emulated.phone.whatsapp.model import Chat
from appliance.errors import DeviceError, Refused
from appliance.group_changes import GroupChangeKind
from appliance.reasons import Reason
from tests.devices.floor_above import Try
from tests.devices.phone.conftest import OLDER_DUTCH, RECENT_ENGLISH, VENLO
from tests.devices.phone.driver_kit import ANNA, BEA, Desk, World

LANGUAGES = pytest.mark.parametrize(
    "spec", [OLDER_DUTCH, RECENT_ENGLISH], indirect=True, ids=["older Dutch", "recent English"]
)


@dataclass
class Turn(GroupTurn):
    """A `GroupTurn` that keeps how it ended; a test can shut its gate."""

    asked: GroupChange
    folder: Path
    gate_shut: bool = False
    entered: int = 0
    ends: list[object] = field(default_factory=list)

    @property
    def change(self) -> GroupChange:
        return self.asked

    @property
    def evidence_folder(self) -> Path:
        return self.folder

    @contextmanager
    def clear_to_change(self) -> Iterator[None]:
        if self.gate_shut:
            raise Refused(Reason.OPTED_OUT, "They said STOP.")
        self.entered += 1
        yield

    def done(self, seen: GroupSeen) -> None:
        self.ends.append(seen)

    def failed(self, error: DeviceError | Refused) -> None:
        self.ends.append(error)


def chat_of(world: World, group: Group) -> Chat:
    found: Chat = world.handset.whatsapp.account.chats[group.jid]
    return found


def post(desk: Desk, group: Group, text: str, file: OutgoingFile | None = None) -> Try:
    attempt = desk.attempt(text, to=group.jid, file=file)
    return replace(attempt, outgoing=replace(attempt.outgoing, group=group))


def turn(
    tmp_path: Path,
    group: Group,
    kind: GroupChangeKind,
    *,
    name: str | None = None,
    people: Sequence[GroupPerson] = (),
    picture: OutgoingFile | None = None,
) -> Turn:
    asked = GroupChange(
        task_id="0198-task", kind=kind, group=group, name=name, people=people, picture=picture
    )
    return Turn(asked=asked, folder=tmp_path / "turn")


def digest_of(file: OutgoingFile) -> str:
    return sha256(file.path.read_bytes()).hexdigest()


def invitation(world: World, venlo: Group, tmp_path: Path) -> Turn:
    """Anna is to be in the group again, lets nobody add her, and a person said yes to inviting."""
    world.inject(kind="group", group=VENLO, what="remove", by=BEA, person=ANNA, notify=False)
    world.inject(kind="group", group=VENLO, what="refuse", person=ANNA)
    people = [GroupPerson(name="Anna", number=ANNA)]
    adds = turn(tmp_path, venlo, GroupChangeKind.ADD, people=people)
    adds.asked = replace(adds.asked, invites=True)
    return adds


@dataclass
class Disturbed(Turn):
    """The tap is lost, and a person does something on the phone instead."""

    loses_tap: Callable[[], object] = lambda: None
    person: Callable[[], object] = lambda: None

    @contextmanager
    def clear_to_change(self) -> Iterator[None]:
        with super().clear_to_change():
            self.loses_tap()
            yield
            self.person()


def disturbed(world: World, asked: Turn, person: Callable[[], object]) -> Disturbed:
    return Disturbed(
        asked=asked.asked,
        folder=asked.folder,
        loses_tap=lambda: world.fault("tap-lost"),
        person=lambda: world.on_loop(person),
    )
