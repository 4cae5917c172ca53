"""A phone's screen from afar: a small picture, a tap, Back."""

import io

from PIL import Image

from appliance.devices.kind import Picture, PictureOf
from appliance.devices.phone.adb.calls import DeadlineAdbDevice, Deadlines
from appliance.devices.phone.driver import PhoneDriver
from appliance.devices.phone.health import DISMISS, is_awake
from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.screencap import take_picture
from appliance.devices.phone.session import ServerSession
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


def _is_under(view: View, point: tuple[int, int]) -> bool:
    box = view.box
    return box.left <= point[0] < box.right and box.top <= point[1] < box.bottom
