"""`shell:`, `shell,v2:` and `exec:`: a script is run and its output goes back."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace

from appliance.emulated.phone import device_paths, spoilt
from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.wire.seam import DeviceFile, Handset, ShellResult
from appliance.emulated.phone.wire.shell_output import ShellOutput
from appliance.emulated.phone.wire.shell_script import (
    Redirection,
    ShellSyntaxError,
    SimpleCommand,
    parse,
)
from appliance.emulated.phone.wire.stream import Stream
from appliance.emulated.phone.wire.u2_process import U2Process
from appliance.emulated.world.traffic import Traffic

_STDOUT, _STDERR = 1, 2
#: What mksh puts before its own complaints.
_SHELL_NAME = "/system/bin/sh: "
#: What the shell does itself, without starting a program.
_BUILTINS = frozenset({"echo", ":", "true", "false", "exit"})
_ECHO_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


class ShellService:
    """`fault` names of these calls are `shell`."""

    def __init__(self, handset: Handset, traffic: Traffic, u2: U2Process) -> None:
        self._handset = handset
        self._traffic = traffic
        self._u2 = u2

    async def serve(self, stream: Stream, script: str, *, framed: bool) -> None:
        output = ShellOutput(stream, framed=framed)
        run = ShellRun(self._handset, self._traffic, self._u2, output)
        await run.script(script)
        if stream.closed:  # the reader of a log went away
            return
        output.put_exit(run.status)
        if await self._answer_is_spoilt(stream, output):
            return
        await output.flush()

    async def _answer_is_spoilt(self, stream: Stream, output: ShellOutput) -> bool:
        faults = self._handset.faults
        if faults.take(FaultKind.NEVER_ANSWERS, method="shell"):
            return await stream.closed_within(None)
        if faults.take(FaultKind.STREAM_CUT, method="shell"):
            await output.flush_half()
            return True
        late = faults.take(FaultKind.LATE_ANSWER, method="shell")
        return late is not None and await stream.closed_within(late.seconds)


class ShellRun:
    """One `sh -c`; `status` is its `$?`."""

    def __init__(
        self, handset: Handset, traffic: Traffic, u2: U2Process, output: ShellOutput
    ) -> None:
        self.status = 0
        self._handset = handset
        self._traffic = traffic
        self._u2 = u2
        self._output = output
        self._variables: dict[str, str] = {"PATH": "/system/bin", "$": "4242"}
        self._exited = False

    async def script(self, script: str) -> None:
        try:
            commands = parse(script)
        except ShellSyntaxError as exc:
            self._output.put(_STDERR, f"{_SHELL_NAME}{exc}\n".encode())
            self.status = 1
            return
        for command in commands:
            if self._exited:
                return
            if command.joined_by == ";" or (command.joined_by == "&&") == (self.status == 0):
                await self._command(command)

    async def _command(self, command: SimpleCommand) -> None:
        known = {**self._variables, "?": str(self.status)}
        argv = [field for word in command.words for field in word.fields(known)]
        assigned = dict(_assignment(word.value(known)) for word in command.assignments)
        if not argv:
            self._variables.update(assigned)
            result = ShellResult()
        else:
            self._traffic.shell_commands[argv[0]] += 1
            self._traffic.shell_lines.append(" ".join(argv))
            if argv[0] not in _BUILTINS:
                warning = spoilt.warning_before(self._handset.faults, argv)
                self._deliver(warning, command.redirections, known)
            result = await self._simple_command(argv, {**self._variables, **assigned})
        self._deliver(result, command.redirections, known)

    async def _simple_command(self, argv: list[str], env: Mapping[str, str]) -> ShellResult:
        if argv[0] == "exec" and len(argv) > 1:
            self._exited = True
            return await self._simple_command(argv[1:], env)
        if argv[0].rpartition("/")[2] == "app_process":
            return await self._u2.run(argv, env, self._output)
        if argv[0] == "logcat":
            return await self._logcat(argv[1:])
        builtin = {"echo": _echo, ":": _true, "true": _true, "false": _false}.get(argv[0])
        if builtin is not None:
            return builtin(argv[1:])
        if argv[0] == "exit":
            return self._exit(argv[1:])
        refused = (
            self._u2.killed_by(argv)
            or self._u2.refusal(argv)
            or spoilt.failure_of(self._handset.faults, argv)
        )
        return refused or await self._handset.run(argv, env)

    async def _logcat(self, arguments: list[str]) -> ShellResult:
        """Ends with the log, or when nobody reads it any more."""
        printing = asyncio.ensure_future(self._print_log(arguments))
        left = asyncio.ensure_future(self._output.stream.closed_within(None))
        try:
            await asyncio.wait([printing, left], return_when=asyncio.FIRST_COMPLETED)
            if printing.done():
                printing.result()
        finally:
            for each in (printing, left):
                each.cancel()
            await asyncio.gather(printing, left, return_exceptions=True)
        return ShellResult()

    async def _print_log(self, arguments: list[str]) -> None:
        async for piece in self._handset.logcat(arguments):
            self._output.put(_STDOUT, piece)
            await self._output.flush()

    def _exit(self, arguments: list[str]) -> ShellResult:
        self._exited = True
        status = int(arguments[0]) if arguments and arguments[0].isdigit() else self.status
        return ShellResult(exit_code=status & 0xFF)

    def _deliver(
        self, result: ShellResult, redirections: tuple[Redirection, ...], known: Mapping[str, str]
    ) -> None:
        self.status = result.exit_code
        goes_to: dict[int, int | str] = {_STDOUT: _STDOUT, _STDERR: _STDERR}
        for redirection in redirections:
            if redirection.copied is not None:
                goes_to[redirection.descriptor] = goes_to[redirection.copied]
            elif redirection.target is not None:
                path = redirection.target.value(known)
                if not self._open(path, redirection):
                    return
                goes_to[redirection.descriptor] = path
        for descriptor, data in ((_STDOUT, result.stdout), (_STDERR, result.stderr)):
            self._put(goes_to[descriptor], data)

    def _open(self, path: str, redirection: Redirection) -> bool:
        """Empties or makes the file; if it cannot be made, the shell says so and fails."""
        if path == "/dev/null" or redirection.descriptor == 0:
            return True
        if not device_paths.writable(path):
            self.status = 1
            complaint = f"{_SHELL_NAME}can't create {path}: Read-only file system\n"
            self._output.put(_STDERR, complaint.encode())
            return False
        if not redirection.append or path not in self._handset.files:
            self._handset.files[path] = DeviceFile(data=b"")
        return True

    def _put(self, destination: int | str, data: bytes) -> None:
        if isinstance(destination, int):
            self._output.put(destination, data)
        elif destination != "/dev/null":
            file = self._handset.files[destination]
            self._handset.files[destination] = replace(file, data=file.data + data)


def _assignment(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _echo(arguments: list[str]) -> ShellResult:
    """The `echo` of mksh knows `-n` and takes backslash escapes without being asked."""
    ends = "\n"
    if arguments and arguments[0] == "-n":
        arguments, ends = arguments[1:], ""
    text = re.sub(r"\\([ntr\\])", lambda found: _ECHO_ESCAPES[found[1]], " ".join(arguments))
    return ShellResult(stdout=(text + ends).encode())


def _true(_arguments: list[str]) -> ShellResult:
    return ShellResult()


def _false(_arguments: list[str]) -> ShellResult:
    return ShellResult(exit_code=1)
