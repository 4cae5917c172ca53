"""`pm`, `cmd package`, `monkey`, `pidof`, `ps` and `pkill`: what is installed and runs."""

from appliance.emulated.phone.apps import App, Intent
from appliance.emulated.phone.commands.reply import SILENT, err, out
from appliance.emulated.phone.commands.windows import process_id
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.wire.seam import ShellResult

#: Below are the users of the system itself.
_FIRST_APP_UID = 10000


def pm(handset: BareHandset, args: list[str]) -> ShellResult:
    if args[:2] == ["list", "packages"]:
        return _list(handset, args[2:])
    if args[:1] == ["path"]:
        return _path(handset, args[-1])
    if args[:1] in (["grant"], ["revoke"], ["enable"], ["disable-user"]):
        return SILENT
    return err(f"Unknown command: {' '.join(args[:1])}", code=255)


def _list(handset: BareHandset, words: list[str]) -> ShellResult:
    """`-3` leaves out what came with the phone."""
    wanted = [word for word in words if not word.startswith("-")]
    names = sorted(handset.apps)
    if "-3" in words:
        names = [name for name in names if name == handset.whatsapp.package]
    lines = [f"package:{name}" for name in names if not wanted or wanted[0] in name]
    return out("\n".join(lines)) if lines else SILENT


def _path(handset: BareHandset, name: str) -> ShellResult:
    if name not in handset.apps:
        return ShellResult(exit_code=1)
    return out(f"package:/data/app/~~Zm9v==/{name}-YmFy==/base.apk")


def resolve_activity(handset: BareHandset, args: list[str]) -> ShellResult:
    """`cmd package resolve-activity --brief -a … -d URI`, as far as links to WhatsApp go."""
    data = args[args.index("-d") + 1] if "-d" in args[:-1] else ""
    package = args[args.index("-p") + 1] if "-p" in args[:-1] else ""
    if package == handset.whatsapp.package or data.startswith("whatsapp:"):
        head = "priority=0 preferredOrder=0 match=0x208000 specificIndex=-1 isDefault=true"
        return out(f"{head}\ncom.whatsapp/.TextAndDirectChatDeepLink")
    if data.startswith("http"):
        head = "priority=0 preferredOrder=0 match=0x0 specificIndex=-1 isDefault=false"
        return out(f"{head}\nandroid/com.android.internal.app.ResolverActivity")
    return out("No activity found")


def monkey(handset: BareHandset, args: list[str]) -> ShellResult:
    """One event of the launcher's category: how uiautomator2 starts an app."""
    name = args[args.index("-p") + 1] if "-p" in args[:-1] else ""
    app = handset.apps.get(name)
    if app is None or not handset.apps_run:
        return err("** No activities found to run, monkey aborted.", code=252)
    handset.start(app, Intent(action="android.intent.action.MAIN"))
    return out("Events injected: 1\n## Network stats: elapsed time=12ms")


def pidof(handset: BareHandset, args: list[str]) -> ShellResult:
    app = handset.apps.get(args[-1]) if args else None
    if app is None or not _runs(handset, app):
        return ShellResult(exit_code=1)
    return out(str(process_id(app)))


def ps(handset: BareHandset, args: list[str]) -> ShellResult:
    del args
    head = "USER            PID   PPID     VSZ    RSS WCHAN            ADDR S NAME"
    lines = [
        f"u0_a{app.uid % 10000:<10} {process_id(app):>5}    911 14000000 180000 0          "
        f"         0 S {app.package}"
        for app in handset.apps.values()
        if _runs(handset, app) and app.uid >= _FIRST_APP_UID
    ]
    return out("\n".join([head, *lines]))


def _runs(handset: BareHandset, app: App) -> bool:
    return handset.apps_run and not (app is handset.whatsapp and handset.whatsapp.stopped)
