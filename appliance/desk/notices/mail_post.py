"""A mail to one colleague, over the mail server of the house."""

import hashlib
from dataclasses import dataclass

from appliance.errors import MailRefused
from appliance.mail_settings import MailSettings, sender_address
from appliance.mailing.notice_mail import NoticeMail, written
from appliance.mailing.sending import deliver
from appliance.mailing.servers import MailServer
from appliance.store.branch_settings import LANGUAGES
from appliance.store.mail_notices import MailReader


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSaid:
    subject: str
    text: str


class MailPost:
    """For any thread in which no coroutine runs. `address` is what browsers open, where known."""

    def __init__(self, settings: MailSettings, address: str | None) -> None:
        self._settings = settings
        self.address = address

    def send(self, reader: MailReader, said: MailSaid, *, mark: str, now_ms: int) -> str:
        """The server's words. `mark`: the same for each try of the same mail, so that who gets it
        twice is shown it once. Raises MailError or SetupError.
        """
        mail = NoticeMail(
            to=reader.address,
            subject=said.subject,
            text=said.text,
            language=language_of(reader),
            reference=hashlib.sha256(f"{reader.staff_id} {mark}".encode()).hexdigest()[:40],
        )
        try:
            content = written(mail, sender=self._settings.sender, now_ms=now_ms)
        except (ValueError, IndexError) as exc:  # what the parser of addresses meets
            raise MailRefused("No mail can go to this address.") from exc
        sender = sender_address(self._settings.sender).addr_spec
        server = MailServer.of(self._settings)
        return deliver(server, content, sender=sender, to=reader.address)


def language_of(reader: MailReader) -> str:
    """Their own, else that in which a branch begins."""
    return reader.language or LANGUAGES[0]
