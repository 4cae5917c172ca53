"""A mailbox over IMAP: what is new, what was sent, and a wait for more.

One connection, used by one thread. Every error of the libraries is one of ours.
"""

import imaplib
import re
import select
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxLoginError

from appliance.devices.mail.mailbox_settings import MailboxSettings, MailPlace, place_of
from appliance.errors import DeviceGone, Transient
from appliance.mail_settings import MailTls
from appliance.mailing.servers import is_of_certificate, near_address, trusting

T = TypeVar("T")

WITHIN_S = 20.0
_OF_LIBRARIES = (ImapToolsError, imaplib.IMAP4.error, OSError, ValueError)
_SENT_NAMES = ("Sent", "Sent Items", "Sent Messages", "INBOX.Sent", "Verzonden items", "Verzonden")
"""Where a server does not mark the folder (RFC 6154)."""
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_ROOM = timedelta(days=1)
"""IMAP's SINCE knows days alone, and a server's zone is its own."""


class AccountShut(DeviceGone):
    """The server does not take user and password."""


class ServerUntrusted(DeviceGone):
    """Its certificate is not trusted, or is another server's. Nothing was told to it."""


class ServerUnencrypted(ServerUntrusted):
    """It offers no STARTTLS, as it was to be talked to; or what is in the clear is not near."""


class ImapMailbox:
    """Its inbox, once connected."""

    def __init__(self, settings: MailboxSettings, secret: str) -> None:
        """Raises AccountShut, ServerUntrusted, ServerUnencrypted, and DeviceGone where nothing
        answers.
        """
        self.uid_validity = 0
        self.uid_next = 1
        self._sent: str | None = None
        try:
            self._box = _dialled(settings)
        except _OF_LIBRARIES as exc:
            gone = ServerUntrusted if is_of_certificate(exc) else DeviceGone
            raise gone(f"The mailbox cannot be reached: {exc}") from exc
        try:
            self._come_in(settings.user, secret)
        except _OF_LIBRARIES as exc:
            self.close()
            if isinstance(exc, MailboxLoginError):
                raise AccountShut("The mailbox does not take this user and password.") from exc
            raise DeviceGone(f"The mailbox does not let Balie in: {exc}") from exc

    def _come_in(self, user: str, secret: str) -> None:
        self._box.login(user, secret, initial_folder=None)
        self._select()
        self._sent = self._sent_folder()

    def close(self) -> None:
        _end(self._box.client)

    def check(self) -> None:
        """Raises DeviceGone where it does not answer."""
        self._asked(self._box.client.noop)

    def new_uids(self, after: int, since_ms: int) -> Sequence[int]:
        """In the order in which they came; of mails that came that day or later. A server shows
        what is new with the answer to some command, so it is asked nothing first.
        """
        self.check()
        day = datetime.fromtimestamp(since_ms / 1000, UTC) - _ROOM
        wanted = f"UID {after + 1}:* SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}"
        found = self._asked(lambda: self._box.uids(wanted, charset=None))
        return sorted(int(each) for each in found if int(each) > after)

    def content(self, uid: int, most_bytes: int) -> tuple[bytes, bool] | None:
        """The mail, and whether it is whole: of a larger one the first lines alone. It stays
        unread. None: it is gone.
        """
        told = self._fetched(uid, "(RFC822.SIZE)")
        found = _SIZE.search(b" ".join(each for each in told if isinstance(each, bytes)))
        whole = found is not None and int(found.group(1)) <= most_bytes
        part = "(BODY.PEEK[])" if whole else "(BODY.PEEK[HEADER])"
        given = self._given(uid, part)
        return None if given is None else (given, whole)

    def mark_read(self, uid: int) -> None:
        self._asked(lambda: self._box.client.uid("STORE", str(uid), "+FLAGS", r"(\Seen)"))

    def head_of(self, message_id: str) -> bytes | None:
        """The head of the mail with this id in the inbox."""
        found = self._with_id(message_id)
        return self._given(found[-1], "(BODY.PEEK[HEADER])") if found else None

    def has_sent(self, message_id: str) -> bool:
        """Whether it lies among what was sent. False also where there is no such folder."""
        if self._sent is None:
            return False
        self._asked(lambda: self._box.folder.set(self._sent or "", readonly=True))
        try:
            return bool(self._with_id(message_id))
        finally:
            self._asked(self._select)

    def keep_sent(self, content: bytes, at_ms: int) -> bool:
        """False where there is no folder for it."""
        if self._sent is None:
            return False
        when = datetime.fromtimestamp(at_ms / 1000, UTC)
        folder = self._sent
        self._asked(lambda: self._box.append(content, folder, dt=when, flag_set=r"\Seen"))
        return True

    def wait(self, timeout_s: float, woken: int) -> bool:
        """Until something came (True), a byte can be read from `woken`, or the time is over."""
        if "IDLE" not in self._box.client.capabilities:
            select.select([woken], [], [], timeout_s)
            return False
        self._asked(self._box.idle.start)
        own = self._box.client.sock.fileno()
        ready, _, _ = select.select([own, woken], [], [], timeout_s)
        self._asked(self._box.idle.stop)
        return own in ready

    def _select(self) -> None:
        """Reads what numbers of mails mean here, which a server may begin anew."""
        self._box.folder.set("INBOX")
        self.uid_validity = self._number("UIDVALIDITY", 0)
        self.uid_next = self._number("UIDNEXT", 1)

    def _number(self, name: str, otherwise: int) -> int:
        _, told = self._box.client.response(name)
        return int(told[0]) if told and told[0] else otherwise

    def _sent_folder(self) -> str | None:
        folders = self._box.folder.list()
        marked = [each.name for each in folders if r"\Sent" in each.flags]
        named = [each for each in _SENT_NAMES if each in {folder.name for folder in folders}]
        return next(iter([*marked, *named]), None)

    def _with_id(self, message_id: str) -> Sequence[int]:
        quoted = message_id.replace("\\", "\\\\").replace('"', '\\"')
        if not quoted.isascii() or not quoted.isprintable():
            return ()
        wanted = f'HEADER Message-ID "{quoted}"'
        return [int(each) for each in self._asked(lambda: self._box.uids(wanted, charset=None))]

    def _given(self, uid: int, part: str) -> bytes | None:
        for each in self._fetched(uid, part):
            if isinstance(each, tuple) and len(each) > 1 and isinstance(each[1], bytes):
                return each[1]
        return None

    def _fetched(self, uid: int, what: str) -> Sequence[object]:
        state, told = self._asked(lambda: self._box.client.uid("FETCH", str(uid), what))
        if state != "OK":
            raise Transient("The mailbox does not give a mail that it has.")
        return told

    def _asked(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except _OF_LIBRARIES as exc:
            raise DeviceGone(f"The mailbox does not answer: {exc}") from exc


class _StartTlsMailBox(BaseMailBox):
    """The library's own leaves the connection open where no encryption comes about."""

    def __init__(self, place: MailPlace, context: ssl.SSLContext) -> None:
        self._place, self._context = place, context
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4(self._place.host, self._place.port, WITHIN_S)
        try:
            self._encrypt(client)
        except BaseException:
            _end(client)
            raise
        return client

    def _encrypt(self, client: imaplib.IMAP4) -> None:
        if "STARTTLS" not in client.capabilities:
            raise ServerUnencrypted("The mailbox offers no STARTTLS.")
        client.starttls(self._context)


def _dialled(settings: MailboxSettings) -> BaseMailBox:
    """Encrypted as the settings say. Raises ServerUnencrypted where it cannot be."""
    place = place_of(settings.imap, "imap")
    if place.tls is MailTls.NONE:
        return MailBoxUnencrypted(_near(place), place.port, timeout=WITHIN_S)
    context = trusting(Path(settings.ca_file) if settings.ca_file else None)
    if place.tls is MailTls.TLS:
        return MailBox(place.host, place.port, timeout=WITHIN_S, ssl_context=context)
    return _StartTlsMailBox(place, context)


def _near(place: MailPlace) -> str:
    """The address that was looked at: the name may lead elsewhere a moment later."""
    if (address := near_address(place.host, place.port)) is None:
        raise ServerUnencrypted("The mailbox is outside of this network, and not encrypted.")
    return address


def _end(client: imaplib.IMAP4) -> None:
    try:
        client.shutdown()
    except (OSError, imaplib.IMAP4.error):
        return


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""As RFC 9051 writes them, whatever the language of the machine."""
