"""One client's talk with the mailbox over IMAP4rev1, as far as clients of Balie's kind need it."""

import re
import select
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from appliance.emulated.mail.imap_search import Lying, search
from appliance.emulated.mail.imap_words import (
    BadCommand,
    ImapWord,
    flags_of,
    numbers_of,
    quoted,
    read_command,
    text_of,
)
from appliance.emulated.mail.mail_world import (
    DELETED,
    SEEN,
    EmulatedMailbox,
    LyingMail,
    MailFolder,
    MailWorld,
)

_CAN = "IMAP4rev1 IDLE UIDPLUS UNSELECT SPECIAL-USE LITERAL+"
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FLAGS = r"(\Seen \Answered \Flagged \Deleted \Draft)"


class _No(Exception):
    """What was asked for is not to be had, in words for the client."""


class ImapSession:
    """Until the client leaves. `wake` gives a byte after each mail that came anywhere."""

    def __init__(self, world: MailWorld, connection: socket.socket, wake: socket.socket) -> None:
        self._world, self._connection, self._wake = world, connection, wake
        self._in, self._out = connection.makefile("rb"), connection.makefile("wb")
        self._box: EmulatedMailbox | None = None
        self._folder: MailFolder | None = None
        self._told = 0
        self._over = False
        self._verbs: dict[str, Callable[[list[ImapWord]], str]] = {
            "CAPABILITY": self._capability,
            "NOOP": lambda _: "done",
            "CHECK": lambda _: "done",
            "LOGIN": self._login,
            "LOGOUT": self._logout,
            "LIST": self._list,
            "STATUS": self._status,
            "SELECT": lambda given: self._select(given, "READ-WRITE"),
            "EXAMINE": lambda given: self._select(given, "READ-ONLY"),
            "CLOSE": self._close,
            "UNSELECT": self._unselect,
            "EXPUNGE": self._expunge,
            "SEARCH": lambda given: self._search(given, by_uid=False),
            "FETCH": lambda given: self._fetch(given, by_uid=False),
            "STORE": lambda given: self._store(given, by_uid=False),
            "UID": self._by_uid,
            "APPEND": self._append,
            "IDLE": self._idle,
        }

    def run(self) -> None:
        """Raises OSError where the client hangs up in the middle of a word."""
        with self._in, self._out:
            self._talk()

    def _talk(self) -> None:
        self._say(f"* OK [CAPABILITY {_CAN}] emulated mailboxes")
        while not self._over:
            try:
                words = read_command(self._in.read, self._in.readline, lambda: self._say("+ go on"))
            except BadCommand as exc:
                self._say(f"* BAD {exc}")
                continue
            if not words:
                return
            self._answer(words)

    def _answer(self, words: list[ImapWord]) -> None:
        tag, name = text_of(words[0]), text_of(words[1]).upper() if len(words) > 1 else ""
        try:
            verb = self._verb(name)
            with self._lock_for(name):
                said = verb(words[2:])
                self._tell_new()
        except _No as exc:
            self._say(f"{tag} NO {exc}")
        except (BadCommand, IndexError) as exc:
            self._say(f"{tag} BAD {exc}")
        else:
            self._say(f"{tag} OK {said}")

    def _verb(self, name: str) -> Callable[[list[ImapWord]], str]:
        """Raises BadCommand."""
        found = self._verbs.get(name)
        if found is None:
            raise BadCommand(f"{name} is not known here")
        return found

    def _lock_for(self, name: str) -> AbstractContextManager[object]:
        """A wait holds up nobody."""
        return nullcontext() if name == "IDLE" else self._world.lock

    # Before a folder is open

    def _capability(self, given: list[ImapWord]) -> str:
        del given
        self._say(f"* CAPABILITY {_CAN}")
        return "done"

    def _login(self, given: list[ImapWord]) -> str:
        user, password = text_of(given[0]), text_of(given[1])
        box = self._world.mailboxes.get(user)
        if box is None or box.password != password:
            raise _No("[AUTHENTICATIONFAILED] user and password do not fit")
        self._box = box
        return f"[CAPABILITY {_CAN}] come in"

    def _logout(self, given: list[ImapWord]) -> str:
        del given
        self._say("* BYE until soon")
        self._over = True
        return "done"

    def _list(self, given: list[ImapWord]) -> str:
        wanted = text_of(given[-1])
        for folder in self._its_box().folders.values():
            if wanted in ("*", "%", folder.name):
                marks = " ".join(each for each in (r"\HasNoChildren", folder.mark) if each)
                self._say(f'* LIST ({marks}) "/" {quoted(folder.name)}')
        return "done"

    def _status(self, given: list[ImapWord]) -> str:
        folder = self._named(given[0])
        known = {
            "MESSAGES": len(folder.mails),
            "UIDNEXT": folder.next_uid,
            "UIDVALIDITY": folder.validity,
            "UNSEEN": sum(SEEN not in each.flags for each in folder.mails),
            "RECENT": 0,
        }
        items = given[1] if isinstance(given[1], list) else [given[1]]
        asked = [text_of(each).upper() for each in items]
        told = " ".join(f"{name} {known[name]}" for name in asked if name in known)
        self._say(f"* STATUS {quoted(folder.name)} ({told})")
        return "done"

    def _select(self, given: list[ImapWord], how: str) -> str:
        self._folder = folder = self._named(given[0])
        self._told = len(folder.mails)
        self._say(f"* FLAGS {_FLAGS}")
        self._say(f"* {self._told} EXISTS")
        self._say("* 0 RECENT")
        self._say(f"* OK [PERMANENTFLAGS {_FLAGS}] kept")
        self._say(f"* OK [UIDVALIDITY {folder.validity}] of this world")
        self._say(f"* OK [UIDNEXT {folder.next_uid}] the next one")
        return f"[{how}] open"

    # In a folder

    def _close(self, given: list[ImapWord]) -> str:
        self._folder_now().mails[:] = [
            each for each in self._folder_now().mails if DELETED not in each.flags
        ]
        return self._unselect(given)

    def _unselect(self, given: list[ImapWord]) -> str:
        del given
        self._folder = None
        return "closed"

    def _expunge(self, given: list[ImapWord]) -> str:
        del given
        mails = self._folder_now().mails
        for place in range(len(mails), 0, -1):
            if DELETED in mails[place - 1].flags:
                del mails[place - 1]
                self._say(f"* {place} EXPUNGE")
        self._told = len(mails)
        return "done"

    def _by_uid(self, given: list[ImapWord]) -> str:
        verbs = {"SEARCH": self._search, "FETCH": self._fetch, "STORE": self._store}
        verb = verbs.get(text_of(given[0]).upper())
        if verb is None:
            raise BadCommand("UID goes with SEARCH, FETCH and STORE")
        return verb(given[1:], by_uid=True)

    def _search(self, given: list[ImapWord], *, by_uid: bool) -> str:
        found = search(self._folder_now(), given)
        numbers = [each.mail.uid if by_uid else each.place for each in found]
        self._say(" ".join(["* SEARCH", *map(str, numbers)]))
        return "done"

    def _fetch(self, given: list[ImapWord], *, by_uid: bool) -> str:
        items = given[1] if isinstance(given[1], list) else [given[1]]
        wanted = [text_of(each).upper() for each in items]
        if by_uid and "UID" not in wanted:
            wanted.insert(0, "UID")
        for each in self._meant(given[0], by_uid=by_uid):
            told = [_item(each.mail, name) for name in wanted]
            self._write(f"* {each.place} FETCH (".encode() + b" ".join(told) + b")\r\n")
        return "done"

    def _store(self, given: list[ImapWord], *, by_uid: bool) -> str:
        how, flags = text_of(given[1]).upper(), flags_of(given[2])
        for each in self._meant(given[0], by_uid=by_uid):
            if how.startswith("+"):
                each.mail.flags |= flags
            elif how.startswith("-"):
                each.mail.flags -= flags
            else:
                each.mail.flags = set(flags)
            if not how.endswith(".SILENT"):
                now = f"FLAGS {_listed(each.mail.flags)} UID {each.mail.uid}"
                self._say(f"* {each.place} FETCH ({now})")
        return "done"

    def _meant(self, numbers: ImapWord, *, by_uid: bool) -> Sequence[Lying]:
        folder = self._folder_now()
        highest = folder.next_uid - 1 if by_uid else len(folder.mails)
        within = numbers_of(numbers, highest)
        lying = [Lying(place=at, mail=mail) for at, mail in enumerate(folder.mails, 1)]
        return [each for each in lying if within(each.mail.uid if by_uid else each.place)]

    def _append(self, given: list[ImapWord]) -> str:
        folder, content = self._named(given[0]), given[-1]
        if not isinstance(content, bytes):
            raise BadCommand("the mail is missing")
        flags: set[str] = set()
        at_s = self._world.now_s()
        for each in given[1:-1]:
            if isinstance(each, list):
                flags = flags_of(each)
            else:
                at_s = _moment(text_of(each))
        mail = self._world.keep(folder, content, at_s, flags)
        return f"[APPENDUID {folder.validity} {mail.uid}] kept"

    def _idle(self, given: list[ImapWord]) -> str:
        del given
        self._say("+ waiting")
        while True:
            ready, _, _ = select.select([self._connection, self._wake], [], [])
            if self._wake in ready:
                self._wake.recv(4096)
                self._tell_new()
            if self._connection in ready:
                if self._in.readline().strip().upper() != b"DONE":
                    self._over = True
                return "no more"

    def _tell_new(self) -> None:
        count = len(self._folder.mails) if self._folder is not None else self._told
        if count > self._told:
            self._say(f"* {count} EXISTS")
        self._told = count

    def _its_box(self) -> EmulatedMailbox:
        if self._box is None:
            raise _No("log in first")
        return self._box

    def _named(self, word: ImapWord) -> MailFolder:
        name = text_of(word)
        folders = self._its_box().folders
        found = folders.get("INBOX" if name.upper() == "INBOX" else name)
        if found is None:
            raise _No(f"[NONEXISTENT] there is no folder {name}")
        return found

    def _folder_now(self) -> MailFolder:
        if self._folder is None:
            raise BadCommand("no folder is open")
        return self._folder

    def _say(self, line: str) -> None:
        self._write(line.encode() + b"\r\n")

    def _write(self, content: bytes) -> None:
        self._out.write(content)
        self._out.flush()


def _item(mail: LyingMail, name: str) -> bytes:
    """One thing of a mail as FETCH tells it. Raises BadCommand."""
    if name == "UID":
        return f"UID {mail.uid}".encode()
    if name == "FLAGS":
        return f"FLAGS {_listed(mail.flags)}".encode()
    if name == "RFC822.SIZE":
        return f"RFC822.SIZE {len(mail.content)}".encode()
    if name == "INTERNALDATE":
        at = datetime.fromtimestamp(mail.at_s, UTC)
        return f'INTERNALDATE "{at:%d-%b-%Y %H:%M:%S} +0000"'.encode()
    head_end = _HEAD_END.search(mail.content)
    head = mail.content[: head_end.end()] if head_end else mail.content
    parts = {"BODY[]": mail.content, "BODY[HEADER]": head, "BODY[TEXT]": mail.content[len(head) :]}
    shown = name.replace(".PEEK", "")
    if shown not in parts:
        raise BadCommand(f"{name} is not known here")
    if shown == name:
        mail.flags.add(SEEN)
    return f"{shown} {{{len(parts[shown])}}}\r\n".encode() + parts[shown]


def _listed(flags: set[str]) -> str:
    return f"({' '.join(sorted(flags))})"


def _moment(text: str) -> float:
    """Of `09-Nov-2026 12:00:00 +0100`. Raises BadCommand."""
    try:
        return parsedate_to_datetime(text.strip().replace("-", " ", 2)).timestamp()
    except ValueError as exc:
        raise BadCommand("a moment that is none") from exc
