"""All commands of the shell by name."""

import asyncio

from appliance.emulated.phone.commands import (
    am,
    content,
    dump,
    dumpsys,
    files,
    hands,
    packages,
    picture,
    settings,
    system,
)
from appliance.emulated.phone.commands.reply import SILENT, Command, err
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.wire.seam import ShellResult

_COMMANDS: dict[str, Command] = {
    ":": system.silent,
    "am": am.am,
    "cat": files.cat,
    "cd": system.silent,
    "chmod": system.silent,
    "cmd": system.cmd,
    "content": content.content,
    "date": system.date,
    "df": files.df,
    "dumpsys": dumpsys.dumpsys,
    "echo": system.echo,
    "false": system.false,
    "find": files.find,
    "getprop": settings.getprop,
    "id": system.identity,
    "ime": system.ime,
    "input": hands.input_,
    "ls": files.ls,
    "md5sum": files.md5sum,
    "mkdir": system.silent,
    "monkey": packages.monkey,
    "pidof": packages.pidof,
    "pkill": system.false,
    "pm": packages.pm,
    "ps": packages.ps,
    "pwd": system.pwd,
    "rm": files.rm,
    "service": system.service,
    "setprop": settings.setprop,
    "settings": settings.settings,
    "svc": system.silent,
    "sync": system.silent,
    "toybox": files.toybox,
    "true": system.silent,
    "uiautomator": dump.uiautomator,
    "uname": system.uname,
    "which": system.which,
    "whoami": system.whoami,
    "wm": system.wm,
}


async def run(handset: BareHandset, argv: list[str]) -> ShellResult:
    """One simple command; an unknown one is answered as mksh does."""
    name = argv[0].removeprefix("/system/bin/")
    if name == "sleep":
        return await _sleep(argv[1:])
    if name == "screencap":
        return await picture.screencap(handset, argv[1:])
    command = _COMMANDS.get(name)
    if command is None:
        return err(f"/system/bin/sh: {argv[0]}: inaccessible or not found", code=127)
    return command(handset, argv[1:])


async def _sleep(args: list[str]) -> ShellResult:
    """Real seconds: a driver waits by its own clock."""
    try:
        await asyncio.sleep(float(args[0]))
    except (ValueError, IndexError):
        return err("sleep: Needs 1 argument")
    return SILENT
