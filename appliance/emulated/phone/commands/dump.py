"""`uiautomator dump`."""

from appliance.emulated.phone.commands.reply import err, out
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.hierarchy_xml import shell_dump
from appliance.emulated.phone.wire.seam import DeviceFile, ShellResult

_DEFAULT_PATH = "/sdcard/window_dump.xml"


def uiautomator(handset: BareHandset, args: list[str]) -> ShellResult:
    """The window that takes the taps; AOSP spells hierarchy so."""
    if args[:1] != ["dump"]:
        return err("Usage: uiautomator <subcommand> [options]")
    if not handset.screen_on:
        return err("ERROR: null root node returned by UiTestAutomationBridge.", code=0)
    paths = [word for word in args[1:] if not word.startswith("--")]
    path = paths[0] if paths else _DEFAULT_PATH
    active = handset.front.windows()[-1:] if handset.lock.open else handset.windows()[:1]
    if handset.recorded is not None:
        active = handset.recorded.windows
    xml = shell_dump(active)
    done = f"UI hierchary dumped to: {path}"
    if path == "/dev/tty":
        return out(f"{xml}{done}")
    now_s = handset.timers.now_ms() // 1000
    handset.files[path] = DeviceFile(data=xml.encode(), mtime_s=now_s)
    return out(done)
