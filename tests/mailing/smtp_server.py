"""A real SMTP server on the loopback (aiosmtpd): it keeps what it takes, and fails as told."""

# aiosmtpd says what its handlers are called with.
# ruff: noqa: ARG002

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from appliance.mail_settings import MailTls
from tests.own_certificate import OwnCertificate

USER, PASSWORD = "balie", "geheim wachtwoord"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    sender: str
    to: str
    mail: EmailMessage


@dataclass(slots=True)
class SmtpServer:
    """`answers` are the next ones after DATA, then 250; an empty one ends the connection instead,
    with the mail taken. `refuses` are addresses that it knows nobody at, `full` those that take
    nothing now. After QUIT it says and does nothing until `hangs_until`.
    """

    host: str = "127.0.0.1"
    user: str = USER
    password: str = PASSWORD
    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    full: set[str] = field(default_factory=set)
    asked_full: int = 0
    logins: int = 0
    hangs_until: threading.Event | None = None
    talks: list[SMTP] = field(default_factory=list)
    end: Callable[[], object] = lambda: None

    async def handle_RCPT(  # noqa: N802 -- the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return "550 5.1.1 no such user"
        if address in self.full:
            self.asked_full += 1
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = self.answers.pop(0) if self.answers else "250 2.0.0 taken"
        if not answer or answer.startswith("2"):
            mail = message_from_bytes(envelope.original_content or b"", policy=default)
            assert isinstance(mail, EmailMessage)
            sender = envelope.mail_from or ""
            self.taken.append(Taken(sender=sender, to=envelope.rcpt_tos[0], mail=mail))
        if not answer:
            assert server.transport is not None
            server.transport.close()
        return answer

    async def handle_QUIT(self, _: SMTP, __: Session, ___: Envelope) -> str:  # noqa: N802
        if self.hangs_until is not None:  # its whole loop, so that TLS has no last word, either
            self.hangs_until.wait(20)
        return "221 2.0.0 bye"

    def authenticated(self, _: Any, __: Any, ___: Any, mechanism: str, data: Any) -> AuthResult:
        self.logins += 1
        fits = (data.login, data.password) == (self.user.encode(), self.password.encode())
        return AuthResult(success=fits, handled=False)


@contextmanager
def smtp_server(
    tls: MailTls = MailTls.NONE, certificate: OwnCertificate | None = None
) -> Iterator[SmtpServer]:
    """With TLS it wants a log-in, too."""
    server = SmtpServer()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.cert, certificate.key)
    starts = tls is MailTls.STARTTLS

    def talk() -> SMTP:
        begun = SMTP(
            server,
            tls_context=context if starts else None,
            require_starttls=starts,
            auth_required=starts,
            auth_require_tls=starts,
            authenticator=server.authenticated,
        )
        server.talks.append(begun)
        return begun

    ready, over = threading.Event(), asyncio.Event()

    async def listen() -> None:
        tls_from_first = context if tls is MailTls.TLS else None
        loop = asyncio.get_running_loop()
        async with await loop.create_server(talk, server.host, 0, ssl=tls_from_first) as listening:
            server.port = listening.sockets[0].getsockname()[1]
            server.end = lambda: loop.call_soon_threadsafe(over.set)
            ready.set()
            await over.wait()
        for each in server.talks:
            if each.transport is not None:
                each.transport.close()
        await asyncio.sleep(0)

    thread = threading.Thread(target=lambda: asyncio.run(listen()), name="smtp-server")
    thread.start()
    try:
        assert ready.wait(10)
        yield server
    finally:
        server.end()
        thread.join(10)
