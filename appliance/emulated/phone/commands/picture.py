"""Pictures of the screen: `screencap`."""

from appliance.emulated.phone.commands.reply import SILENT
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.screenshot import png
from appliance.emulated.phone.wire.seam import DeviceFile, ShellResult


async def screencap(handset: BareHandset, args: list[str]) -> ShellResult:
    """`screencap -p [FILE]`; without a file the PNG goes to the standard output.

    Black while the screen is off.
    """
    picture = await png(handset.windows(), handset.size, lit=handset.screen_on)
    paths = [word for word in args if word.startswith("/")]
    if not paths:
        return ShellResult(stdout=picture)
    now_s = handset.timers.now_ms() // 1000
    handset.files[paths[0]] = DeviceFile(data=picture, mtime_s=now_s)
    return SILENT
