"""One mail over SMTP. It blocks, with deadlines, and tells what is certain of the outcome."""

import asyncio
from collections.abc import Callable

import aiosmtplib

from appliance.errors import (
    MailboxLater,
    MailError,
    MailLater,
    MailNotLetIn,
    MailRefused,
    MailUnconfirmed,
    MailUnencrypted,
    MailUntrusted,
)
from appliance.mail_settings import MailTls
from appliance.mailing.servers import MailServer, is_of_certificate

WITHIN_S = 20.0
"""For each answer but the last."""
TAKEN_WITHIN_S = 120.0
"""For the server's word that it has the mail; RFC 5321 §4.5.3.2.6 wants ten minutes, and nobody's
thread waits that long here: what comes later is unconfirmed.
"""
_CLOSING = 421
"""It takes nothing now, from nobody."""
_LATER, _FINAL, _BEYOND = 400, 500, 600


class _SmtpClient(aiosmtplib.SMTP):
    def close(self) -> None:
        """At once: TLS would wait for the server's last word, and the loop may end before that."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        super().close()


def _nothing() -> None:
    return


def deliver(
    server: MailServer,
    content: bytes,
    *,
    sender: str,
    to: str,
    before_data: Callable[[], object] = _nothing,
) -> str:
    """The server's words when it took the mail. `before_data` is called when all but the mail was
    said: what it raises ends the talk, and nothing was sent. No coroutine may run in this thread.

    Raises MailError, or SetupError for what an administrator has to change.
    """
    return asyncio.run(_deliver(server, content, sender=sender, to=to, before_data=before_data))


def log_in(server: MailServer) -> None:
    """Talks to it until it lets Balie in, and sends nothing. Raises MailLater and SetupError. No
    coroutine may run in this thread.
    """
    asyncio.run(_log_in(server))


async def _log_in(server: MailServer) -> None:
    await _leave(await _connected(server))


async def _deliver(
    server: MailServer, content: bytes, *, sender: str, to: str, before_data: Callable[[], object]
) -> str:
    client = await _connected(server)
    try:
        await _addressed(server, client, sender, to)
        before_data()
        return await _data(server, client, content)
    finally:
        await _leave(client)


async def _connected(server: MailServer) -> _SmtpClient:
    client = _SmtpClient(
        hostname=server.reached_at(),
        port=server.port,
        use_tls=server.tls is MailTls.TLS,
        start_tls=server.tls is MailTls.STARTTLS,
        tls_context=None if server.tls is MailTls.NONE else server.context(),
        timeout=WITHIN_S,
    )
    try:
        await client.connect()
        await client.ehlo()
        if server.user is not None and not _lets_all_in(server, client):
            await client.login(server.user, server.password)
    except (aiosmtplib.SMTPException, OSError, ValueError) as exc:
        client.close()
        told = _not_sent(server, exc)
        raise (told if isinstance(told, MailLater) else MailLater(str(told))) from exc
    return client


def _lets_all_in(server: MailServer, client: _SmtpClient) -> bool:
    """A relay of the house may ask nobody who they are."""
    return server.tls is MailTls.NONE and not client.supports_extension("auth")


async def _addressed(server: MailServer, client: _SmtpClient, sender: str, to: str) -> None:
    """That the sender may not send is no fault of this mail, and may be put right."""
    try:
        await client.mail(sender)
    except (aiosmtplib.SMTPException, OSError) as exc:
        raise MailLater(str(_not_sent(server, exc))) from exc
    try:
        await client.rcpt(to)
    except (aiosmtplib.SMTPException, OSError) as exc:
        told = _not_sent(server, exc)
        is_theirs = isinstance(exc, aiosmtplib.SMTPResponseException) and exc.code != _CLOSING
        if is_theirs and isinstance(told, MailLater):
            raise MailboxLater(str(told)) from exc
        raise told from exc


async def _data(server: MailServer, client: _SmtpClient, content: bytes) -> str:
    """A yes or a no is certain; without one nobody knows whether the mail was taken. To the library
    words that it does not understand are an answer, too.
    """
    try:
        answer = await client.data(content, timeout=TAKEN_WITHIN_S)
    except (aiosmtplib.SMTPException, OSError) as exc:
        if isinstance(exc, aiosmtplib.SMTPResponseException) and _is_no(exc.code):
            raise _not_sent(server, exc) from exc
        raise MailUnconfirmed("The mail server did not say whether it took the mail.") from exc
    return f"{answer.code} {answer.message}"


def _is_no(code: int) -> bool:
    return _LATER <= code < _BEYOND


async def _leave(client: _SmtpClient) -> None:
    try:
        await client.quit(timeout=2.0)
    except (aiosmtplib.SMTPException, OSError):
        client.close()
    await asyncio.sleep(0)  # the socket is closed in the loop's next turn


def _not_sent(server: MailServer, exc: BaseException) -> MailError:
    """With what an administrator needs to know; a server's words may hold addresses of its own."""
    where = f"{server.host}:{server.port}"
    if isinstance(exc, aiosmtplib.SMTPAuthenticationError):
        return MailNotLetIn(f"The mail server {where} does not take this user and password.")
    if isinstance(exc, aiosmtplib.SMTPResponseException):
        said = f"The mail server {where} answers {exc.code} {exc.message}"
        return (MailRefused if exc.code >= _FINAL else MailLater)(said)
    if is_of_certificate(exc):
        return MailUntrusted(f"The certificate of the mail server {where} is not trusted: {exc}")
    if "STARTTLS" in str(exc):
        return MailUnencrypted(f"The mail server {where} offers no STARTTLS.")
    return MailLater(f"The mail server {where} cannot be reached: {exc or type(exc).__name__}")
