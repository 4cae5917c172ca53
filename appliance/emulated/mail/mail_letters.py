"""What people mail, as their programs write it: with a signature, and with what they answer."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from appliance.emulated.mail.mail_world import MailPerson, MailWorld, described


def begun(world: MailWorld, person: MailPerson, to: str, text: str, *, subject: str) -> bytes:
    mail = _mail(world, person, to, subject)
    mail.set_content(f"{text}\n\n-- \n{person.name}\n")
    return mail.as_bytes(policy=SMTP)


def answering(world: MailWorld, person: MailPerson, to: str, text: str) -> bytes:
    """Above the whole of the last mail that they got. Raises IndexError where they got none."""
    last = person.got[-1]
    facts = described(last)
    subject = str(facts["subject"])
    mail = _mail(world, person, to, subject if subject.startswith("Re:") else f"Re: {subject}")
    mail["In-Reply-To"] = facts["message_id"]
    mail["References"] = f"{last['References'] or ''} {facts['message_id']}".strip()
    quoted = "\n".join(f"> {line}".rstrip() for line in str(facts["text"]).splitlines())
    wrote = f"Op {_moment(last)} schreef {last['From']}:"
    mail.set_content(f"{text}\n\n{wrote}\n{quoted}\n")
    return mail.as_bytes(policy=SMTP)


def _mail(world: MailWorld, person: MailPerson, to: str, subject: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = formataddr((person.name, person.address))
    mail["To"] = to
    mail["Subject"] = subject
    mail["Message-ID"] = world.next_id()
    mail["Date"] = format_datetime(datetime.fromtimestamp(world.now_s(), UTC))
    return mail


def _moment(mail: EmailMessage) -> str:
    date = mail["Date"]
    at = getattr(date, "datetime", None)
    return f"{at:%d-%m-%Y %H:%M}" if isinstance(at, datetime) else str(date)
