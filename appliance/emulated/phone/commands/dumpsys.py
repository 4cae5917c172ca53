"""`dumpsys SERVICE`."""

from appliance.emulated.phone.commands import status, windows
from appliance.emulated.phone.commands.notification_dump import NotificationDump
from appliance.emulated.phone.commands.reply import Command, out
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.wire.seam import ShellResult


def notification(handset: BareHandset, args: list[str]) -> ShellResult:
    if handset.recorded is not None:
        shown = handset.recorded
        return out(shown.notifications if "--noredact" in args else shown.redacted)
    dump = NotificationDump(
        posted=list(handset.shade.posted.values()),
        gone=handset.shade.gone,
        sdk=handset.sdk,
        redact="--noredact" not in args,
    )
    return out(str(dump))


_SERVICES: dict[str, Command] = {
    "SurfaceFlinger": windows.surface_flinger,
    "activity": windows.activity,
    "battery": status.battery,
    "deviceidle": status.device_idle,
    "display": windows.display,
    "isub": status.isub,
    "notification": notification,
    "package": status.package,
    "power": status.power,
    "telephony.registry": status.telephony_registry,
    "window": windows.window,
}


def dumpsys(handset: BareHandset, args: list[str]) -> ShellResult:
    words = list(args)
    while words[:1] == ["-t"]:
        del words[:2]
    if words[:1] == ["-l"] or not words:
        return out("Currently running services:\n" + "\n".join(f"  {name}" for name in _SERVICES))
    service = _SERVICES.get(words[0])
    if service is None:
        return out(f"Can't find service: {words[0]}")
    return service(handset, words[1:])
