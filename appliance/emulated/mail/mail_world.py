"""Mailboxes, the people who write to them, and what really came to those people."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

Json = dict[str, Any]

INBOX, SENT = "INBOX", "Sent"
SEEN, DELETED = r"\Seen", r"\Deleted"
HOST = "mail.example"


class NobodyHere(Exception):
    """No person has this address."""


@dataclass(slots=True, kw_only=True)
class LyingMail:
    """A mail in a folder, with its number there, which no other mail gets."""

    uid: int
    content: bytes = field(repr=False)
    at_s: float
    flags: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class MailFolder:
    """`validity` is another one in each world, because its numbers begin anew."""

    name: str
    validity: int
    mark: str = ""
    next_uid: int = 1
    mails: list[LyingMail] = field(default_factory=list)

    def keep(self, content: bytes, at_s: float, flags: set[str]) -> LyingMail:
        mail = LyingMail(uid=self.next_uid, content=content, at_s=at_s, flags=flags)
        self.next_uid += 1
        self.mails.append(mail)
        return mail


@dataclass(slots=True, kw_only=True)
class EmulatedMailbox:
    address: str
    password: str = field(repr=False)
    folders: dict[str, MailFolder] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class MailPerson:
    """`got` are the mails that came to them, the newest last."""

    address: str
    name: str
    got: list[EmailMessage] = field(default_factory=list)


class MailWorld:
    """Usable from every thread, under `lock`. `now_s` is the clock of mails."""

    def __init__(
        self, *, truth: Callable[[Json], None] | None = None, now_s: Callable[[], float] = time.time
    ) -> None:
        self.lock = threading.RLock()
        self.now_s = now_s
        self._truth_told = truth
        self._listeners: list[Callable[[], None]] = []
        self._numbered = 0
        self.mailboxes: dict[str, EmulatedMailbox] = {}
        self.people: dict[str, MailPerson] = {}
        self.truth: list[Json] = []

    def add_mailbox(self, address: str, password: str) -> EmulatedMailbox:
        with self.lock:
            validity = int(self.now_s())
            folders = {
                INBOX: MailFolder(name=INBOX, validity=validity),
                SENT: MailFolder(name=SENT, validity=validity, mark=r"\Sent"),
            }
            box = EmulatedMailbox(address=address, password=password, folders=folders)
            self.mailboxes[address] = box
            return box

    def add_person(self, address: str, name: str) -> MailPerson:
        """The one of this address, who may be known already."""
        with self.lock:
            made = MailPerson(address=address, name=name)
            return self.people.setdefault(address.casefold(), made)

    def listen(self, told: Callable[[], None]) -> Callable[[], None]:
        """`told` is called, in any thread, after a mail came to a mailbox; ends by the answer."""
        with self.lock:
            self._listeners.append(told)
        return lambda: self._forget(told)

    def _forget(self, told: Callable[[], None]) -> None:
        with self.lock:
            self._listeners.remove(told)

    def next_id(self) -> str:
        """A Message-ID that no mail of this world or of one before it has."""
        with self.lock:
            self._numbered += 1
            return f"<{int(self.now_s() * 1000)}.{self._numbered}@{HOST}>"

    def arrive(self, box: EmulatedMailbox, content: bytes) -> None:
        """A person's mail comes to the mailbox."""
        self.keep(box.folders[INBOX], content, self.now_s(), set())

    def keep(self, folder: MailFolder, content: bytes, at_s: float, flags: set[str]) -> LyingMail:
        with self.lock:
            mail = folder.keep(content, at_s, flags)
            listeners = list(self._listeners)
        for told in listeners:
            told()
        return mail

    def person(self, address: str) -> MailPerson:
        """Raises NobodyHere."""
        found = self.people.get(address.casefold())
        if found is None:
            raise NobodyHere(address)
        return found

    def leave(self, sender: str, to: str, content: bytes) -> None:
        """The mail of a mailbox comes to a person: it stands in the truth. Raises NobodyHere."""
        read = message_from_bytes(content, policy=policy.default)
        mail = read if isinstance(read, EmailMessage) else EmailMessage()
        with self.lock:
            person = self.person(to)
            person.got.append(mail)
            told = {"from": sender, "to": person.address, "at_ms": int(self.now_s() * 1000)}
            told |= described(mail)
            self.truth.append(told)
        if self._truth_told is not None:
            self._truth_told(told)


def described(mail: EmailMessage) -> Json:
    """What stands in it: its words without the last line's end, and the names of its files."""
    body = mail.get_body(("plain",))
    text = str(body.get_content()).replace("\r\n", "\n") if body is not None else ""
    files = [each.get_filename() or "" for each in mail.iter_attachments()]
    return {
        "subject": str(mail["Subject"] or ""),
        "text": text.removesuffix("\n"),
        "message_id": str(mail["Message-ID"] or ""),
        "answers": str(mail["In-Reply-To"] or ""),
        "files": files,
    }
