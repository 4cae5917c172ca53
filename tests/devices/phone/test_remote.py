"""A phone's screen from afar: a small picture beside the driver, and fingers that send nothing."""

import io

import pytest
from PIL import Image

from appliance.devices.kind import PictureOf
from appliance.devices.phone import remote
from appliance.devices.phone.screen import View
from appliance.errors import DeviceGone, InvalidInput, Transient
from tests.devices.phone.driver_kit import ANNA, Desk, World
from tests.emulated.phone_bench import eventually

START = "am start -a android.intent.action."
MOST_BYTES = 60_000


def place_of(desk: Desk, name: str) -> tuple[float, float]:
    """The middle of a view, as fractions of the screen."""
    screen = desk.driver.session.screen()
    right = max(window.box.right for window in screen.windows)
    bottom = max(window.box.bottom for window in screen.windows)
    found: View | None = screen.first(name)
    assert found is not None
    x, y = found.box.centre
    return x / right, y / bottom


def test_a_picture_is_small_and_needs_no_driver(world: World) -> None:
    """It comes through a stream of its own: no on-device server runs, and none is started."""
    taken = remote.look(world.serial)
    picture = Image.open(io.BytesIO(taken.webp))
    assert (picture.format, picture.width, taken.of) == ("WEBP", 480, PictureOf.SCREEN)
    assert len(taken.webp) < MOST_BYTES
    assert not world.phones[0].adbd.server_running


def test_a_dark_screen_is_said(world: World) -> None:
    world.inject(kind="sleep")
    assert remote.look(world.serial).of is PictureOf.DARK


def test_a_phone_that_is_away_gives_no_picture(world: World) -> None:
    world.fault("phone-gone", seconds=600)
    with pytest.raises(DeviceGone):
        remote.look(world.serial)


def test_a_tap_and_back_reach_the_phone(desk: Desk) -> None:
    desk.world.write(ANNA, "Hoi", name="Anna")
    desk.driver.session.run(f"{START}MAIN -c android.intent.category.LAUNCHER -p com.whatsapp")
    remote.tap(desk.driver, *place_of(desk, "contact_row_container"))
    assert desk.world.handset.whatsapp.open_chat_jid is not None
    remote.back(desk.driver)
    assert desk.world.handset.whatsapp.open_chat_jid is None


def test_no_finger_from_afar_sends(desk: Desk) -> None:
    """A draft stands in the chat, and Send beside it: only the queue lets something leave."""
    desk.world.write(ANNA, "Hoi")
    link = f"https://wa.me/{ANNA[1:]}?text=Dag"
    desk.driver.session.run(f"{START}VIEW -d '{link}' -p com.whatsapp")
    assert eventually(lambda: desk.world.handset.whatsapp.entry_text() == "Dag")
    with pytest.raises(InvalidInput):
        remote.tap(desk.driver, *place_of(desk, "send"))
    assert desk.world.handset.taps == 0
    assert desk.world.truth() == []


def test_nothing_is_tapped_blindly(desk: Desk) -> None:
    """A dark or locked screen shows nothing; Back wakes it."""
    desk.world.inject(kind="sleep")
    with pytest.raises(Transient):
        remote.tap(desk.driver, 0.5, 0.5)
    remote.back(desk.driver)
    assert desk.world.handset.screen_on
