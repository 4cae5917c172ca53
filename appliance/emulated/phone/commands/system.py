"""`wm`, `date`, `svc`, `service`, `ime`, `cmd`, `id` and other small talk of the shell."""

import re
import shlex
from datetime import datetime

from appliance.emulated.phone.commands import am, dumpsys, packages, settings, status
from appliance.emulated.phone.commands.reply import SILENT, Command, err, out
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.handset_state import PHYSICAL_DENSITY, PHYSICAL_SIZE
from appliance.emulated.phone.notifications import Notification, ShadeMessage
from appliance.emulated.phone.wire.seam import ShellResult

_KEYBOARD = "com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME"


def wm(handset: BareHandset, args: list[str]) -> ShellResult:
    verb, value = [*args, "", ""][:2]
    if verb == "dismiss-keyguard":
        handset.dismiss_keyguard()
        return SILENT
    if verb == "size":
        return _size(handset, value)
    if verb == "density":
        return _density(handset, value)
    return err(f"Unknown command: {verb}", code=255)


def _size(handset: BareHandset, value: str) -> ShellResult:
    if value == "reset":
        handset.size_override = None
        return SILENT
    if value:
        width, _, height = value.partition("x")
        if not (width.isdigit() and height.isdigit()):
            return err(f"Error: bad size {value}", code=255)
        handset.size_override = (int(width), int(height))
        return SILENT
    lines = ["Physical size: {}x{}".format(*PHYSICAL_SIZE)]
    if handset.size_override is not None:
        lines.append("Override size: {}x{}".format(*handset.size_override))
    return out("\n".join(lines))


def _density(handset: BareHandset, value: str) -> ShellResult:
    if value:
        handset.density_override = int(value) if value.isdigit() else None
        return SILENT
    lines = [f"Physical density: {PHYSICAL_DENSITY}"]
    if handset.density_override is not None:
        lines.append(f"Override density: {handset.density_override}")
    return out("\n".join(lines))


def date(handset: BareHandset, args: list[str]) -> ShellResult:
    """Toybox prints an N it does not know as it stands."""
    now_ms = handset.timers.now_ms()
    now = datetime.fromtimestamp(now_ms / 1000, handset.zone)
    formats = [word for word in args if word.startswith("+")]
    if not formats:
        return out(f"{now:%a %b %e %H:%M:%S %Z %Y}")
    text = formats[0][1:].replace("%s", str(now_ms // 1000))
    text = re.sub(r"%\d?N", lambda found: found[0].lstrip("%0123456789"), text)
    return out(now.strftime(text))


def service(handset: BareHandset, args: list[str]) -> ShellResult:
    """`service call isms 20`: the SIM that sends SMS; sending this way is not supported."""
    if args[:2] == ["call", "isms"] and args[2:3] in (["20"], ["22"]):
        word = handset.sms.subscription & 0xFFFFFFFF
        return out(f"Result: Parcel(00000000 {word:08x}   '........')")
    return out("Result: Parcel(fffffffc ffffffff   '........')")


def ime(handset: BareHandset, args: list[str]) -> ShellResult:
    del handset
    if args[:1] == ["list"]:
        return out(_KEYBOARD if "-s" in args else f"mId={_KEYBOARD}")
    return err(f"Unknown id: {args[-1] if args else ''}", code=255)


def identity(handset: BareHandset, args: list[str]) -> ShellResult:
    del handset, args
    groups = "2000(shell),1004(input),1007(log),1011(adb),1015(sdcard_rw),3009(readproc)"
    return out(f"uid=2000(shell) gid=2000(shell) groups={groups} context=u:r:shell:s0")


def whoami(handset: BareHandset, args: list[str]) -> ShellResult:
    del handset, args
    return out("shell")


def uname(handset: BareHandset, args: list[str]) -> ShellResult:
    del handset, args
    return out("Linux")


def which(handset: BareHandset, args: list[str]) -> ShellResult:
    del handset
    return out(f"/system/bin/{args[0]}") if args else ShellResult(exit_code=1)


def pwd(handset: BareHandset, args: list[str]) -> ShellResult:
    del handset, args
    return out("/")


def silent(handset: BareHandset, args: list[str]) -> ShellResult:
    del handset, args
    return SILENT


def false(handset: BareHandset, args: list[str]) -> ShellResult:
    del handset, args
    return ShellResult(exit_code=1)


def echo(handset: BareHandset, args: list[str]) -> ShellResult:
    del handset
    if args[:1] == ["-n"]:
        return ShellResult(stdout=" ".join(args[1:]).encode())
    return out(" ".join(args))


def cmd(handset: BareHandset, args: list[str]) -> ShellResult:
    """`cmd SERVICE …`: the services behind `am`, `pm`, `settings`, and a few of their own."""
    services: dict[str, Command] = {
        "activity": am.am,
        "appops": _app_ops,
        "battery": _battery,
        "notification": _notification,
        "package": _package,
        "role": _role,
        "settings": settings.settings,
        "statusbar": _status_bar,
    }
    name = args[0] if args else ""
    chosen = services.get(name)
    if chosen is None:
        return err(f"cmd: Can't find service: {name}", code=20)
    return chosen(handset, args[1:])


def _app_ops(handset: BareHandset, args: list[str]) -> ShellResult:
    """`get PACKAGE OP` and `set PACKAGE OP MODE`; a mode that nobody chose is told as default."""
    verb, package, op, mode = [*args, "", "", "", ""][:4]
    if package not in handset.apps:
        return err(f"Error: No UID for {package} in user 0", code=255)
    if verb == "set" and mode:
        handset.settings["appops", f"{package} {op}"] = mode
        return SILENT
    chosen = handset.settings.get(("appops", f"{package} {op}"), "default")
    if chosen == "default":
        return out("No operations.\nDefault mode: allow")
    return out(f"{op}: {chosen}")


def _battery(handset: BareHandset, args: list[str]) -> ShellResult:
    if args[:1] == ["get"]:
        return status.battery_get(handset, args[-1])
    return dumpsys.dumpsys(handset, ["battery", *args])


def _package(handset: BareHandset, args: list[str]) -> ShellResult:
    if args[:1] == ["resolve-activity"]:
        return packages.resolve_activity(handset, args[1:])
    return packages.pm(handset, args)


def _role(handset: BareHandset, args: list[str]) -> ShellResult:
    if args == ["get-role-holders", "android.app.role.SMS"]:
        return out(handset.sms.package)
    return SILENT


def _status_bar(handset: BareHandset, args: list[str]) -> ShellResult:
    if args[:1] in (["expand-notifications"], ["collapse"]):
        handset.pull_shade(down=args[0] != "collapse")
    return SILENT


def _notification(handset: BareHandset, args: list[str]) -> ShellResult:
    """`post -S messaging --conversation X --message who:text TAG TEXT`, and silent verbs."""
    if args[:1] not in (["post"], ["notify"]):
        return SILENT
    words, messages, title = args[1:], [], ""
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option == "-v":
            continue
        value = words.pop(0) if words else ""
        if option == "--message":
            who, _, text = value.partition(":")
            messages.append((who, text))
        elif option in {"-t", "--title", "--conversation"}:
            title = value
    if len(words) != 2:
        return err("usage: cmd notification post [flags] <tag> <text>", code=255)
    _post(handset, tag=words[0], text=words[1], title=title, messages=messages)
    return out("posting:\n  " + shlex.join(words))


def _post(
    handset: BareHandset, *, tag: str, text: str, title: str, messages: list[tuple[str, str]]
) -> None:
    now = handset.timers.now_ms()
    handset.shade.post(
        Notification(
            package="com.android.shell",
            uid=2000,
            id=2020,
            tag=tag,
            channel="shellcmd",
            style="MessagingStyle" if messages else "BigTextStyle",
            title=title or "Shell Notification",
            text=messages[-1][1] if messages else text,
            when_ms=now,
            messages=tuple(
                ShadeMessage(sender=who, text=said, time_ms=now) for who, said in messages
            ),
            self_name="You",
            category=None,
        )
    )
