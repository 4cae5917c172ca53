"""`input`: fingers and keys from the shell."""

from collections.abc import Callable

from appliance.emulated.phone.commands.reply import SILENT, err
from appliance.emulated.phone.faults import INPUT_REFUSAL, FaultKind
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.wire.seam import ShellResult

_SOURCES = {"touchscreen", "keyboard", "touchpad", "mouse", "dpad", "stylus"}
#: The shell presses long by a swipe that stays on one spot.
_SPOT_PX = 20


def input_(handset: BareHandset, args: list[str]) -> ShellResult:
    if handset.faults.standing(FaultKind.INPUT_REFUSED):
        return err(f"java.lang.SecurityException: {INPUT_REFUSAL}", code=255)
    words = [word for word in args if word not in _SOURCES]
    verbs: dict[str, Callable[[BareHandset, list[str]], ShellResult]] = {
        "tap": _tap,
        "text": _text,
        "keyevent": _keyevent,
        "swipe": _swipe,
        "draganddrop": _swipe,
    }
    verb = verbs.get(words[0]) if words else None
    if verb is None:
        return err("Error: Unknown command: " + " ".join(words[:1]), code=255)
    try:
        return verb(handset, words[1:])
    except (ValueError, IndexError):
        return err("Error: Invalid arguments for command: " + words[0], code=255)


def _tap(handset: BareHandset, words: list[str]) -> ShellResult:
    handset.tap(float(words[0]), float(words[1]))
    return SILENT


def _text(handset: BareHandset, words: list[str]) -> ShellResult:
    """ASCII only; `%s` is a space."""
    text = " ".join(words).replace("%s", " ")
    if not text.isascii():
        trace = "java.lang.NullPointerException: Attempt to get length of null array"
        return err(f"Exception occurred while executing 'text':\n{trace}", code=255)
    handset.type_text(text)
    return SILENT


def _keyevent(handset: BareHandset, words: list[str]) -> ShellResult:
    for word in words:
        if word in {"--longpress", "--doubletap", "--async"}:
            continue
        name = word.removeprefix("KEYCODE_")
        if name.isdigit() and 7 <= int(name) <= 16:
            handset.type_text(str(int(name) - 7))
        else:
            handset.press_key(name.lower())
    return SILENT


def _swipe(handset: BareHandset, words: list[str]) -> ShellResult:
    x1, y1, x2, y2 = (float(word) for word in words[:4])
    if abs(x1 - x2) + abs(y1 - y2) > _SPOT_PX:
        handset.swipe(x1, y1, x2, y2)
    return SILENT
