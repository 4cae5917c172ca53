"""A phone's screen from afar: a small picture, a tap, Back."""

import io
import re

from PIL import Image

from appliance.devices.kind import Picture, PictureOf
from appliance.devices.phone.adb.calls import DeadlineAdbDevice, Deadlines
from appliance.devices.phone.driver import PhoneDriver
from appliance.devices.phone.health import DISMISS, is_awake
from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.screencap import take_picture
from appliance.devices.phone.session import ServerSession
from appliance.devices.phone.texts import label
from appliance.devices.protocol import Driver
from appliance.errors import InvalidInput, Transient
from appliance.screen_rules import ScreenButton

# A page on a phone is not wider; a larger picture shows no more.
_WIDTH = 480
_QUALITY = 60
# A picture that takes longer is out of date.
_DEADLINES = Deadlines(shell_s=6.0)
# The bars above and below stay bright where an app forbids pictures.
_BARS = 0.1
_DARK = 8
_ASKS_ABOUT_SMS = "com.android.phone"
# Which keyboard the phone uses; some makers hide the setting, and the names are the second way.
_KEYBOARD = "settings get secure default_input_method"
_KEYBOARDS = re.compile(
    r"input_?method|keyboard|honeyboard|swiftkey|\.ime\b|\.latin\b", re.IGNORECASE
)


def look(address: str) -> Picture:
    """Through a stream of its own, beside whatever the driver does."""
    device = DeadlineAdbDevice(address, _DEADLINES)
    taken = Image.open(io.BytesIO(take_picture(device))).convert("RGB")
    of = PictureOf.SCREEN
    if _is_black(taken):
        (power,) = device.run("dumpsys power")
        of = PictureOf.NOTHING if is_awake(power.text) else PictureOf.DARK
    height = max(1, round(taken.height * _WIDTH / taken.width))
    written = io.BytesIO()
    taken.resize((_WIDTH, height)).save(written, "WEBP", quality=_QUALITY, method=2)
    return Picture(webp=written.getvalue(), of=of)


def _is_black(picture: Image.Image) -> bool:
    bars = round(picture.height * _BARS)
    middle = picture.crop((0, bars, picture.width, picture.height - bars)).convert("L")
    return not any(middle.histogram()[_DARK:])


def tap(driver: Driver, x: float, y: float) -> None:
    """Raises InvalidInput for a button that sends, calls or invites: only the queue lets leave."""
    session = _session(driver)
    screen = session.screen()
    if screen.empty or screen.only_system:
        raise Transient("The phone's screen is dark or locked.")
    boxes = [window.box for window in screen.windows]
    right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
    point = round(x * right), round(y * bottom)
    if _reaches_people(screen, point):
        raise InvalidInput("tap", "This button reaches people: it is pressed on the phone only.")
    (keyboard,) = session.run(_KEYBOARD)
    if not _may_press_key(screen, point, keyboard.text.partition("/")[0].strip()):
        raise InvalidInput("tap", "Only letters and digits are pressed on the keyboard from here.")
    session.tap(point)


def back(driver: Driver) -> None:
    """Wakes a screen that is dark."""
    session = _session(driver)
    (power,) = session.run("dumpsys power")
    if is_awake(power.text):
        session.back()
    else:
        session.run(*DISMISS)


def _session(driver: Driver) -> ServerSession:
    if not isinstance(driver, PhoneDriver):
        raise Transient("This device has no screen.")
    return driver.session


def _reaches_people(screen: Screen, point: tuple[int, int]) -> bool:
    """Whatever lies under the finger counts, in whichever window."""
    for window in screen.windows:
        for view in window.walk():
            if _is_under(view, point) and _is_reaching(view):
                return True
    return False


def _is_reaching(view: View) -> bool:
    if view.package == _ASKS_ABOUT_SMS and view.clickable:
        return True
    words = " ".join(f"{each.text} {each.desc}" for each in view.walk())
    button = ScreenButton(id=view.full_id, text=words)
    return view.clickable and button.reaches_people


def _may_press_key(screen: Screen, point: tuple[int, int], keyboard: str) -> bool:
    """A keyboard's key for Enter may send. What it shows as one character is a letter; a keyboard
    that does not show its keys gets no tap.
    """
    for window in screen.windows:
        is_keyboard = window.package == keyboard or _KEYBOARDS.search(window.package)
        if not is_keyboard or not _is_under(window, point):
            continue
        under = [view for view in window.walk() if _is_under(view, point)]
        words = [word for view in under for word in (label(view.text), view.desc) if word]
        if not words or any(len(word) != 1 for word in words):
            return False
    return True


def _is_under(view: View, point: tuple[int, int]) -> bool:
    box = view.box
    return box.left <= point[0] < box.right and box.top <= point[1] < box.bottom
