"""A phone's screen from afar: a small picture beside the driver, and fingers that send nothing."""

import io
from pathlib import Path

import pytest
from PIL import Image

from appliance.devices.kind import PictureOf
from appliance.devices.phone import remote
from appliance.devices.phone.screen import View
from appliance.devices.recording import Recording
from appliance.errors import DeviceGone, InvalidInput, Transient
from tests.devices.phone.driver_kit import ANNA, Desk, World
from tests.devices.phone.screens import N, xml
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


def test_of_a_keyboard_only_letters_are_pressed(desk: Desk, tmp_path: Path) -> None:
    """Its key for Enter sends where somebody has set it so; not every keyboard shows its keys."""

    def key(name: str, left: int) -> N:
        return N("android.widget.FrameLayout", desc=name, box=(left, 900, left + 100, 1000))

    keys = (key("a", 0), key("Enter", 100), key("", 200))
    keyboard = N("android.widget.FrameLayout", box=(0, 800, 720, 1640), kids=keys)
    for package in ("com.touchtype.swiftkey", "com.example.typing"):
        files = {"hierarchy.xml": xml(keyboard, package=package).encode()}
        file = tmp_path / "field.zip"
        file.write_bytes(Recording(manifest={}, files=files).packed(version="1"))
        desk.world.inject(kind="recording", file=str(file))
        desk.driver.session.run(f"settings put secure default_input_method {package}/.Typing")
        before = desk.world.handset.taps
        for left in (100, 200, 400):
            with pytest.raises(InvalidInput):
                remote.tap(desk.driver, (left + 50) / 720, 950 / 1640)
        assert desk.world.handset.taps == before
        remote.tap(desk.driver, 50 / 720, 950 / 1640)
        assert desk.world.handset.taps == before + 1


def test_nothing_is_tapped_blindly(desk: Desk) -> None:
    """A dark or locked screen shows nothing; Back wakes it."""
    desk.world.inject(kind="sleep")
    with pytest.raises(Transient):
        remote.tap(desk.driver, 0.5, 0.5)
    remote.back(desk.driver)
    assert desk.world.handset.screen_on
