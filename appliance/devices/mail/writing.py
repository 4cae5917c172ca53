"""An answer as a mail: in the thread of what they wrote last, and known again by its own id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy

from appliance.devices.mail.channel import address_of
from appliance.devices.mail.machines import message_id_of
from appliance.devices.mail.mailbox_settings import MailboxSettings
from appliance.devices.mail.reading import answer_subject
from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.protocol import Outgoing
from appliance.mailing.notice_mail import WIRE

_OF_IDS = frozenset({"in-reply-to", "references"})


class _Wire(EmailPolicy):
    """With one id a line: the library writes one that is too long for its line in an encoding that
    has no meaning there, and Outlook's are.
    """

    def fold(self, name: str, value: str) -> str:
        if name.lower() in _OF_IDS:
            end = str(self.linesep)
            return f"{name}: " + f"{end} ".join(value.split()) + end
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _OF_IDS:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


_WIRE = _Wire(linesep=WIRE.linesep, cte_type=WIRE.cte_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailThread:
    """Of the mail that is answered. `subject` is empty where the mailbox does not have it."""

    message_id: str
    subject: str = ""
    references: Sequence[str] = ()


def own_id(outgoing: Outgoing, settings: MailboxSettings) -> str:
    """The Message-ID of an attempt: the same whenever it is asked for."""
    return message_id_of(outgoing.attempt_id, settings.address.rpartition("@")[2])


def written(
    outgoing: Outgoing, settings: MailboxSettings, thread: MailThread | None, *, now_ms: int
) -> bytes:
    """Raises ValueError for what no mail can hold, OSError for a file that is gone."""
    mail = EmailMessage(policy=_WIRE)
    mail["From"] = Address(settings.name, addr_spec=settings.address)
    mail["To"] = Address(addr_spec=address_of(outgoing.number))
    mail["Subject"] = _subject(settings, thread)
    mail["Date"] = datetime.fromtimestamp(now_ms / 1000, UTC)
    mail["Message-ID"] = own_id(outgoing, settings)
    if thread is not None and _is_plain(thread.message_id):
        known = [each for each in thread.references if _is_plain(each)]
        mail["In-Reply-To"] = thread.message_id
        mail["References"] = " ".join([*known, thread.message_id])
    if outgoing.by_rule:
        mail["Auto-Submitted"] = "auto-replied"  # RFC 3834: no machine answers it
    mail.set_content(outgoing.text)
    if outgoing.file is not None:
        _attach(mail, outgoing.file)
    return mail.as_bytes()


def _is_plain(message_id: str) -> bool:
    return message_id.isascii() and message_id.isprintable()


def _subject(settings: MailboxSettings, thread: MailThread | None) -> str:
    if thread is not None and thread.subject:
        return answer_subject(thread.subject)
    return settings.name or settings.address


def _attach(mail: EmailMessage, file: OutgoingFile) -> None:
    main, _, sub = file.type.partition("/")
    mail.add_attachment(
        file.path.read_bytes(),
        maintype=main or "application",
        subtype=sub or "octet-stream",
        filename=file.name,
    )
