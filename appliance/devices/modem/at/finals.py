"""Final result codes: V.250 §5.7.1 (words and, after ATV0, digits), 27.007 §9, 27.005 §3.2.5."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """`kind` is `ok`, `error`, `cms`, `cme` or `call` (how a call ended)."""

    kind: str
    code: int | None = None
    text: str = ""


_OK = Final(kind="ok")
_ERROR = Final(kind="error")
_WORDS: Mapping[str, Final] = {
    "OK": _OK,
    "0": _OK,
    "ERROR": _ERROR,
    "4": _ERROR,
    # Huawei's words for an unknown command and for bad parameters.
    "COMMAND NOT SUPPORT": _ERROR,
    "TOO MANY PARAMETERS": _ERROR,
}
#: These end a command only if it was about a call.
_CALL_WORDS = frozenset(
    {"CONNECT", "NO CARRIER", "NO DIALTONE", "NO DIAL TONE", "BUSY", "NO ANSWER"}
    | {"1", "3", "6", "7", "8"}
)
_CODED = re.compile(r"\+(CMS|CME) ERROR: *(?:(\d{1,5})|(.*))$", re.IGNORECASE)
_ABOUT_CALLS = re.compile(r"AT *[DAHO](?![A-Z])", re.IGNORECASE)
#: Bytes that no final result has: the line up to them is noise.
_NOISE = re.compile(r"[^\x20-\x7e]")


def without_noise(line: str) -> str:
    return _NOISE.split(line)[-1].strip()


def parse_final(line: str, command: str) -> Final | None:
    """None: the line is not the end of the answer to `command`."""
    line = without_noise(line)
    if line in _WORDS:
        return _WORDS[line]
    if line in _CALL_WORDS:
        return Final(kind="call", text=line) if _ABOUT_CALLS.match(command) else None
    match = _CODED.match(line)
    if not match:
        return None
    kind, number, text = match.groups()
    return Final(kind=kind.lower(), code=int(number) if number else None, text=(text or "").strip())
