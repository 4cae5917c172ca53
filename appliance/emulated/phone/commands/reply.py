"""Answers of shell commands."""

from collections.abc import Callable

from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.wire.seam import ShellResult

#: One command: the phone and the words after the command's name.
Command = Callable[[BareHandset, list[str]], ShellResult]

SILENT = ShellResult()


def out(text: str, *, code: int = 0) -> ShellResult:
    """`text` with a line break at its end, as println does."""
    return ShellResult(stdout=f"{text}\n".encode(errors="surrogatepass"), exit_code=code)


def err(text: str, *, code: int = 1, stdout: str = "") -> ShellResult:
    said = f"{stdout}\n".encode() if stdout else b""
    return ShellResult(stdout=said, stderr=f"{text}\n".encode(), exit_code=code)
