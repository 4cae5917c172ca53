"""One client's talk with the mail server that takes what a mailbox sends (RFC 5321, RFC 4954)."""

import base64
import binascii
import re
import socket
from collections.abc import Callable

from appliance.emulated.mail.mail_world import EmulatedMailbox, MailWorld, NobodyHere

_PATH = re.compile(r"(?:FROM|TO):\s*<([^>]*)>", re.IGNORECASE)
_MOST = 30_000_000
_LOGIN_FIRST = "530 5.7.0 Log in first"
_ORDER = "503 5.5.1 Not now"


class SmtpSession:
    """Until the client leaves. Only a mailbox may send, and only under its own address."""

    def __init__(self, world: MailWorld, connection: socket.socket) -> None:
        self._world = world
        self._in, self._out = connection.makefile("rb"), connection.makefile("wb")
        self._box: EmulatedMailbox | None = None
        self._sender: str | None = None
        self._to: list[str] = []

    def run(self) -> None:
        """Raises OSError where the client hangs up in the middle of a word."""
        with self._in, self._out:
            self._talk()

    def _talk(self) -> None:
        self._say("220 emulated mail server")
        while line := self._in.readline():
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if verb.upper() == "QUIT":
                self._say("221 2.0.0 Bye")
                return
            self._say(self._answer(verb.upper(), rest))

    def _answer(self, verb: str, rest: str) -> str:
        answers: dict[str, Callable[[str], str]] = {
            "EHLO": self._greet,
            "HELO": lambda _: "250 mail.example",
            "AUTH": self._log_in,
            "MAIL": self._from,
            "RCPT": self._recipient,
            "DATA": self._data,
            "RSET": self._begin_anew,
            "NOOP": lambda _: "250 2.0.0 OK",
        }
        answer = answers.get(verb)
        return answer(rest) if answer is not None else "502 5.5.1 Not known here"

    def _greet(self, rest: str) -> str:
        del rest
        self._begin_anew()
        offers = ("mail.example", f"SIZE {_MOST}", "8BITMIME", "AUTH PLAIN LOGIN")
        return "\r\n".join([*(f"250-{each}" for each in offers), "250 HELP"])

    def _log_in(self, rest: str) -> str:
        how, _, first = rest.partition(" ")
        if how.upper() == "PLAIN":
            given = first or self._asked("334 ")
            user, password = [*_decoded(given).split("\0"), "", ""][1:3]
        elif how.upper() == "LOGIN":
            user = _decoded(first or self._asked("334 VXNlcm5hbWU6"))
            password = _decoded(self._asked("334 UGFzc3dvcmQ6"))
        else:
            return "504 5.5.4 PLAIN or LOGIN"
        box = self._world.mailboxes.get(user)
        if box is None or box.password != password:
            return "535 5.7.8 User and password do not fit"
        self._box = box
        return "235 2.7.0 Come in"

    def _from(self, rest: str) -> str:
        if self._box is None:
            return _LOGIN_FIRST
        found = _PATH.match(rest)
        if found is None or found[1].casefold() != self._box.address.casefold():
            return "553 5.7.1 That is not your address"
        self._sender, self._to = found[1], []
        return "250 2.1.0 OK"

    def _recipient(self, rest: str) -> str:
        found = _PATH.match(rest)
        if self._sender is None or found is None:
            return _ORDER
        try:
            self._world.person(found[1])
        except NobodyHere:
            return "550 5.1.1 Nobody has this address"
        self._to.append(found[1])
        return "250 2.1.5 OK"

    def _data(self, rest: str) -> str:
        del rest
        if self._sender is None or not self._to:
            return _ORDER
        self._say("354 Go on")
        lines: list[bytes] = []
        while (line := self._in.readline()) != b".\r\n":
            if not line.endswith(b"\n"):
                raise ConnectionError("the client is gone in the middle of a mail")
            lines.append(line.removeprefix(b"."))
        for to in self._to:
            self._world.leave(self._sender, to, b"".join(lines))
        self._begin_anew()
        return "250 2.0.0 Taken"

    def _begin_anew(self, rest: str = "") -> str:
        del rest
        self._sender, self._to = None, []
        return "250 2.0.0 OK"

    def _asked(self, prompt: str) -> str:
        self._say(prompt)
        return self._in.readline().decode("ascii", "replace").strip()

    def _say(self, line: str) -> None:
        self._out.write(line.encode() + b"\r\n")
        self._out.flush()


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
