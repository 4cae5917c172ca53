"""A chat is cleared by WhatsApp's own menu only where every step is proven."""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.devices.removal_protocol import RemovalTurn
from appliance.emulated.phone.spec import PhoneSpec
from appliance.emulated.phone.whatsapp.model import Chat
from appliance.emulated.world.numbers import jid_of
from appliance.errors import DeviceError, Refused, Transient
from appliance.reasons import Reason
from tests.devices.phone.driver_kit import ANNA, BEA, OWN, Desk
from tests.media import samples

ENGLISH = PhoneSpec(number=OWN, language="en", lookup_ms=40)
DUTCH = PhoneSpec(number=OWN, lookup_ms=40)


@dataclass
class Turn(RemovalTurn):
    number: str = ANNA
    evidence_folder: Path = Path()
    removal_id: str = "one"
    was_tapped: bool = False
    shut: bool = False
    asked: int = 0
    ended: DeviceError | Refused | str = ""
    before_tap: Callable[[], object] = lambda: None

    @contextmanager
    def clear_to_remove(self) -> Iterator[None]:
        self.asked += 1
        if self.shut:
            raise Refused(Reason.BY_PERSON, "It was withdrawn.")
        self.before_tap()
        yield

    def done(self) -> None:
        self.ended = "done"

    def failed(self, error: DeviceError | Refused) -> None:
        self.ended = error


@pytest.fixture
def chats(desk: Desk) -> dict[str, Chat]:
    """Anna sent a photo and something that is starred; Bea wrote, too; all of it was heard."""
    world = desk.world
    world.on_loop(lambda: world.handset.contacts.update({ANNA: "Anna", BEA: "Bea"}))
    world.write(ANNA, "Mijn bsn is 398259793")
    data = base64.b64encode(samples.photo()).decode()
    world.write(ANNA, "", medium={"kind": "photo", "data": data})
    world.write(BEA, "Hoi")
    while desk.driver.receive() or len(desk.recorder.messages) < 3:
        pass
    found: dict[str, Chat] = world.handset.whatsapp.account.chats
    world.on_loop(lambda: setattr(found[jid_of(ANNA)].messages[0], "starred", True))

    def read() -> None:
        for chat in found.values():
            chat.take_unread()
            chat.drop_divider()
            world.handset.whatsapp.posting.seen(chat)

    world.on_loop(read)
    return found


def turn(desk: Desk, tmp_path: Path, **about: object) -> Turn:
    return Turn(evidence_folder=tmp_path, **about)  # type: ignore[arg-type]


@pytest.mark.parametrize("spec", [ENGLISH, DUTCH], indirect=True)
def test_the_whole_chat_goes_and_nothing_of_others(
    desk: Desk, chats: dict[str, Chat], tmp_path: Path
) -> None:
    """Starred messages and files, too; nothing leaves the phone, which is left on its home."""
    mine = turn(desk, tmp_path)
    mine.run(desk.driver)
    assert mine.ended == "done"
    assert mine.asked == 1
    assert chats[jid_of(ANNA)].messages == []
    assert [each.text for each in chats[jid_of(BEA)].messages] == ["Hoi"]
    assert desk.world.truth() == []
    handset = desk.world.handset
    assert handset.front is handset.launcher
    again = turn(desk, tmp_path, was_tapped=True)
    again.run(desk.driver)
    assert (again.ended, again.asked) == ("done", 0)


@pytest.mark.parametrize("spec", [ENGLISH], indirect=True)
@pytest.mark.parametrize("fault", ["no-clear-chat", "other-clear-question", "unknown-dialog"])
def test_what_is_not_known_is_not_tapped(
    desk: Desk, chats: dict[str, Chat], tmp_path: Path, fault: str
) -> None:
    desk.world.fault(fault, times=None)
    mine = turn(desk, tmp_path)
    mine.run(desk.driver)
    assert isinstance(mine.ended, Transient)
    assert mine.asked == 0
    assert len(chats[jid_of(ANNA)].messages) == 2


@pytest.mark.parametrize("spec", [ENGLISH], indirect=True)
def test_a_gate_that_is_shut_and_a_chat_of_somebody_else_stop_it(
    desk: Desk, chats: dict[str, Chat], tmp_path: Path
) -> None:
    shut = turn(desk, tmp_path, shut=True)
    shut.run(desk.driver)
    assert isinstance(shut.ended, Refused)
    desk.world.fault("wrong-chat", times=2)
    lost = turn(desk, tmp_path)
    lost.run(desk.driver)
    assert isinstance(lost.ended, Transient)
    assert [len(each.messages) for each in chats.values()] == [2, 1]


@pytest.mark.parametrize("spec", [ENGLISH], indirect=True)
def test_what_waits_unread_and_what_somebody_types_come_first(
    desk: Desk, chats: dict[str, Chat], tmp_path: Path
) -> None:
    chats[jid_of(ANNA)].draft = "Ik typ hier"
    typing = turn(desk, tmp_path)
    typing.run(desk.driver)
    assert isinstance(typing.ended, Transient)
    chats[jid_of(ANNA)].draft = ""
    desk.world.write(ANNA, "Nog iets")
    unread = turn(desk, tmp_path)
    unread.run(desk.driver)
    assert isinstance(unread.ended, Transient)
    assert desk.recorder.texts(ANNA)[-1] == "Nog iets"
    assert len(chats[jid_of(ANNA)].messages) == 3


@pytest.mark.parametrize("spec", [ENGLISH], indirect=True)
def test_a_tap_that_is_lost_is_seen(desk: Desk, chats: dict[str, Chat], tmp_path: Path) -> None:
    """The chat still shows messages: it is not done, and the next try does it."""
    lost = turn(desk, tmp_path, before_tap=lambda: desk.world.fault("tap-lost", times=1))
    lost.run(desk.driver)
    assert isinstance(lost.ended, Transient)
    assert len(chats[jid_of(ANNA)].messages) == 2
    again = turn(desk, tmp_path)
    again.run(desk.driver)
    assert again.ended == "done"
