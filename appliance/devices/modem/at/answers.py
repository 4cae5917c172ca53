"""The answer to a command, and the errors that can come instead.

All of these say `handed_over`: whether the modem had all it needs to act. False proves that
it did not act; True proves nothing.
"""

from dataclasses import dataclass

from appliance.errors import BalieError, DeviceGone, Unconfirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`lines` are the information lines, without echo, unsolicited lines and final result."""

    lines: tuple[str, ...]

    def value(self, name: str) -> str | None:
        """What follows `+NAME:` on the first line that begins with it."""
        return next(iter(self.values(name)), None)

    def values(self, name: str) -> list[str]:
        start = name + ":"
        return [line[len(start) :].strip() for line in self.lines if line.startswith(start)]


class AtError(BalieError):
    """The modem's final result is an error.

    `kind` is `cms` (27.005 §3.2.5), `cme` (27.007 §9.2) or `error` (without a reason). `code` is
    None where there was none; a verbose answer is in `text`.
    """

    def __init__(
        self, kind: str, code: int | None = None, *, text: str = "", handed_over: bool = True
    ) -> None:
        super().__init__(f"The modem answered {_spoken(kind, code, text)}.")
        self.kind = kind
        self.code = code
        self.text = text
        self.handed_over = handed_over


class Silence(Unconfirmed):
    """No final result came in time. The channel falls into step again with the next command."""

    def __init__(self, command: str, *, handed_over: bool) -> None:
        super().__init__("The modem did not answer in time.", {"command": _verb(command)})
        self.handed_over = handed_over


class Rebooted(Unconfirmed):
    """The modem started anew: its settings are gone.

    Raised once for each start: instead of the answer, or before the next command is written.
    """

    def __init__(self, banner: str, *, handed_over: bool) -> None:
        super().__init__("The modem has started anew.", {"banner": banner})
        self.handed_over = handed_over


class PortGone(DeviceGone):
    """The port hung up, gives errors, or cannot be opened.

    A send that was `handed_over` must not follow the policy of this class: its outcome is unknown.
    """

    def __init__(self, sentence: str, *, handed_over: bool = False) -> None:
        super().__init__(sentence, {"handed_over": handed_over})
        self.handed_over = handed_over


class PortBusy(PortGone):
    """Somebody else holds the port."""


class PortForbidden(PortGone):
    """The port exists, but the system does not let Balie open it."""


def _spoken(kind: str, code: int | None, text: str) -> str:
    if kind == "error":
        return "ERROR"
    return f"+{kind.upper()} ERROR: {text if code is None else code}"


def _verb(command: str) -> str:
    """The command without its parameters, which may hold numbers, texts or a PIN."""
    return command.partition("=")[0]
