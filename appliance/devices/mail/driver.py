"""A mailbox as a device: it tells what people wrote, and answers once."""

import logging
import os
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

from appliance.clock import Clock
from appliance.devices.device_facts import DeviceFacts
from appliance.devices.kind import Enrolled
from appliance.devices.listener_protocol import Listener
from appliance.devices.mail import reading, writing
from appliance.devices.mail.channel import MAIL, address_of, value_of
from appliance.devices.mail.files import bring, type_of
from appliance.devices.mail.mailbox import AccountShut, ImapMailbox, ServerUntrusted
from appliance.devices.mail.mailbox_settings import MailboxSettings, outgoing_server
from appliance.devices.mail.reading import ReadMail, bare_subject
from appliance.devices.mail.writing import MailThread
from appliance.devices.media_protocol import Fetched, FetchFinding, IncomingMedia, MediaFetch
from appliance.devices.news_protocol import NotArrived
from appliance.devices.protocol import (
    Attempt,
    DeviceState,
    Finding,
    Found,
    Incoming,
    Look,
    Outgoing,
    Proof,
    Status,
    TextForm,
    Tick,
    Ticks,
    TickVisit,
)
from appliance.devices.service_status import away, shut, untrusted
from appliance.errors import (
    DeviceError,
    DeviceGone,
    InvalidInput,
    MailLater,
    MailRefused,
    MailUnconfirmed,
    Permanent,
    SetupError,
    StoreError,
    Transient,
    Unconfirmed,
)
from appliance.mailing.sending import deliver

log = logging.getLogger(__name__)

MOST_BYTES = 40_000_000
"""A larger mail is told by its subject alone; it stays in the mailbox."""
_PIECE = 50
_RECENT_MS = 90 * 24 * 3_600_000
"""An answer to what is older begins a thread of its own."""
_BEGUN = "mail.begun"
_LONGEST_ANSWER = 200
NO_WORDS = "(…)"
"""For a mail in which nothing stands, and no file."""
TOO_LARGE = "[…]"
UNREADABLE = (
    "[Deze mail kon niet worden gelezen: kijk in de mailbox. /"
    " This mail could not be read: look in the mailbox.]"
)
"""In two languages, because a mailbox knows none."""


class MailDriver:
    """As `Driver` says. The mailbox is asked over one connection, which is made anew after each
    error; each answer goes over a connection of its own.
    """

    def __init__(self, device: Enrolled, listener: Listener, clock: Clock) -> None:
        self.device_id = device.id
        self._listener, self._clock = listener, clock
        self._settings = _settings_of(device)
        self._secret = device.account.secret if device.account else ""
        self._box: ImapMailbox | None = None
        self._woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._closing = threading.Lock()
        self._facts = DeviceFacts(own={"account": device.address})

    def probe(self) -> Status:
        if self._settings is None:
            return shut(self._facts)
        try:
            self._mailbox().check()
        except AccountShut:
            return shut(self._facts)
        except ServerUntrusted:
            return untrusted(self._facts)
        except DeviceError:
            self._hang_up()
            return away(self._facts)
        ready = frozenset({MAIL})
        return Status(state=DeviceState.READY, channels=ready, facts=self._facts)

    def receive(self) -> bool:
        """What came since: each mail once, whatever ends this process when."""
        try:
            return self._receive(self._mailbox())
        except DeviceError:
            self._hang_up()
            raise

    def send(self, attempt: Attempt) -> Proof:
        """The server's word that it took the mail is the proof. A copy goes among what was sent."""
        outgoing, settings = attempt.outgoing, self._set_up()
        own_id = writing.own_id(outgoing, settings)
        try:
            thread = self._thread_of(outgoing)
            now_ms = self._clock.now_ms()
            content = writing.written(outgoing, settings, thread, now_ms=now_ms)
        except (ValueError, OSError) as exc:
            raise Permanent("The mail could not be written.", {"error": str(exc)}) from exc
        facts = {"mail": own_id}
        with ExitStack() as gate:
            answer = self._delivered(
                content, outgoing, lambda: gate.enter_context(attempt.clear_to_send(facts))
            )
        kept = self._keep_sent(content, own_id)
        proof = {**facts, "answer": answer[:_LONGEST_ANSWER], "in_sent": kept}
        return Proof(tick=Tick.SENT, facts=proof)

    def look(self, look: Look) -> Found:
        """A mail among what was sent has left. One that is not there may have left all the same."""
        own_id = writing.own_id(look.outgoing, self._set_up())
        facts = {"mail": own_id}
        if self._mailbox().has_sent(own_id):
            proof = Proof(tick=Tick.SENT, facts={**facts, "in_sent": True})
            return Found(finding=Finding.PRESENT, proof=proof, facts=facts)
        return Found(finding=Finding.UNCLEAR, facts=facts)

    def visit(self, visit: TickVisit) -> Ticks:
        del visit
        return Ticks(by_message={})

    def fetch(self, fetch: MediaFetch) -> Fetched:
        """A file of a mail that came: it lies in the mailbox still, or not any more."""
        validity, uid, place = (int(each) for each in fetch.wanted.sign.split("."))
        box = self._mailbox()
        found = box.content(uid, MOST_BYTES) if validity == box.uid_validity else None
        files = reading.read(found[0]).files if found is not None else ()
        if place >= len(files):
            return Fetched(finding=FetchFinding.NONE)
        return bring(files[place], fetch)

    def rest(self, timeout_s: float) -> bool:
        try:
            if self._box is None:
                select.select([self._woken], [], [], timeout_s)
                return False
            return self._box.wait(timeout_s, self._woken)
        except DeviceError:
            self._hang_up()
            raise
        finally:
            self._drain()

    def rouse(self) -> None:
        with self._closing:
            if self._wake >= 0:
                try:
                    os.write(self._wake, b".")
                except BlockingIOError:
                    return  # it is full of them

    def close(self) -> None:
        self._hang_up()
        with self._closing:
            for each in (self._woken, self._wake):
                if each >= 0:
                    os.close(each)
            self._woken = self._wake = -1

    # The mailbox

    def _mailbox(self) -> ImapMailbox:
        settings = self._set_up()
        if self._box is None:
            self._box = ImapMailbox(settings, self._secret)
        return self._box

    def _set_up(self) -> MailboxSettings:
        if self._settings is None:
            raise DeviceGone("What is kept of this mailbox cannot be read.")
        return self._settings

    def _hang_up(self) -> None:
        if self._box is not None:
            self._box.close()
            self._box = None

    def _drain(self) -> None:
        try:
            while os.read(self._woken, 4096):
                continue
        except (BlockingIOError, OSError):
            return

    # What came

    def _receive(self, box: ImapMailbox) -> bool:
        place = f"uid.{box.uid_validity}"
        seen, begun_ms = self._seen(box, place)
        uids = box.new_uids(seen, begun_ms)
        for uid in uids[:_PIECE]:
            self._take(box, uid, (place, uid))
        return bool(uids)

    def _seen(self, box: ImapMailbox, place: str) -> tuple[int, int]:
        """What lay there before Balie came is nobody's news. Where the server numbers its mails
        anew, all since then are looked at again, and those that are known are dropped.
        """
        begun_ms = self._listener.cursor(self.device_id, _BEGUN)
        seen = self._listener.cursor(self.device_id, place)
        if begun_ms is None:
            seen, begun_ms = box.uid_next - 1, self._clock.now_ms()
            self._listener.move_cursor(self.device_id, place, seen)
            self._listener.move_cursor(self.device_id, _BEGUN, begun_ms)
        return seen or 0, begun_ms

    def _take(self, box: ImapMailbox, uid: int, cursor: tuple[str, int]) -> None:
        found = box.content(uid, MOST_BYTES)
        mail = reading.read(found[0]) if found is not None else None
        if mail is not None and mail.bounce is not None:
            told = NotArrived(
                attempt_id=mail.bounce.attempt_id, words=mail.bounce.words, cursor=cursor
            )
            self._listener.not_arrived(self.device_id, told)
        elif mail is None or mail.by_machine or mail.sender == self._own_value():
            self._listener.move_cursor(self.device_id, *cursor)
        else:
            whole = found is not None and found[1]
            self._tell(mail, (box.uid_validity, uid), cursor, whole=whole)
            box.mark_read(uid)

    def _tell(
        self, mail: ReadMail, where: tuple[int, int], cursor: tuple[str, int], *, whole: bool
    ) -> None:
        """No mail stops those behind it: one that cannot be kept is told as one that cannot be
        read.
        """
        try:
            news = list(self._news(mail, *where, whole=whole))
            news[-1] = replace(news[-1], cursor=cursor)
            self._listener.received(self.device_id, news)
        except (DeviceError, StoreError):
            raise
        except Exception:
            log.exception("%s has a mail that could not be kept", self.device_id)
            told = replace(mail, readable=False, text="", files=())
            (only,) = self._news(told, *where, whole=True)
            self._listener.received(self.device_id, [replace(only, cursor=cursor)])

    def _own_value(self) -> str:
        return value_of(self._set_up().address)

    def _news(self, mail: ReadMail, validity: int, uid: int, *, whole: bool) -> Iterator[Incoming]:
        """Its words, and each file as a message of its own, as on every channel."""
        key = mail.key(f"{validity}.{uid}")
        at_ms = min(mail.at_ms or self._clock.now_ms(), self._clock.now_ms())
        text = (mail.text if whole else TOO_LARGE) if mail.readable else UNREADABLE
        bare = bare_subject(mail.subject)
        heading = mail.heading if whole and mail.readable else bare
        if text or bare or not mail.files:
            yield Incoming(
                channel=MAIL,
                key=key,
                sender=mail.sender or "",
                sender_name=mail.sender_name,
                text=text or ("" if heading else bare or NO_WORDS),
                heading=heading,
                below=mail.quoted if whole and mail.readable else "",
                at_ms=at_ms,
                form=TextForm.WORDS if mail.readable else TextForm.WAITING,
            )
        for file in mail.files:
            kind = type_of(file).kind
            yield Incoming(
                channel=MAIL,
                key=f"{key}/{file.place}",
                sender=mail.sender or "",
                sender_name=mail.sender_name,
                text=file.name,
                at_ms=at_ms,
                media=IncomingMedia(
                    kind=kind, sign=f"{validity}.{uid}.{file.place}", words=file.name
                ),
            )

    # What leaves

    def _thread_of(self, outgoing: Outgoing) -> MailThread | None:
        """Of what they wrote last. A mailbox that does not answer costs the subject alone."""
        since_ms = self._clock.now_ms() - _RECENT_MS
        came = self._listener.recent(self.device_id, outgoing.number, since_ms=since_ms)
        ids = [named for each in came if (named := reading.id_in(each.key)) is not None]
        if not ids:
            return None
        message_id = ids[-1]
        try:
            head = self._mailbox().head_of(message_id)
        except DeviceError:
            self._hang_up()
            head = None
        if head is None:
            return MailThread(message_id=message_id)
        mail = reading.read(head)
        return MailThread(message_id=message_id, subject=mail.subject, references=mail.references)

    def _delivered(
        self, content: bytes, outgoing: Outgoing, before_data: Callable[[], object]
    ) -> str:
        sender, to = self._set_up().address, address_of(outgoing.number)
        try:
            server = outgoing_server(self._set_up(), self._secret)
            return deliver(server, content, sender=sender, to=to, before_data=before_data)
        except MailRefused as exc:
            raise Permanent("The mail server refuses this mail.", {"seen": str(exc)}) from exc
        except (MailLater, SetupError, OSError) as exc:
            raise Transient(str(exc), {"seen": str(exc)}) from exc
        except MailUnconfirmed as exc:
            raise Unconfirmed(str(exc), {"seen": str(exc)}) from exc

    def _keep_sent(self, content: bytes, own_id: str) -> bool:
        """Among what was sent, once: some servers put it there themselves. It has left anyway."""
        try:
            box = self._mailbox()
            return box.has_sent(own_id) or box.keep_sent(content, self._clock.now_ms())
        except DeviceError as exc:
            log.warning("%s did not keep a copy of a mail: %s", self.device_id, exc)
            self._hang_up()
            return False


def _settings_of(device: Enrolled) -> MailboxSettings | None:
    if device.account is None:
        return None
    try:
        return MailboxSettings.of(device.account.settings)
    except (InvalidInput, TypeError):
        return None
