"""One mail to a real SMTP server: encrypted as told, and the outcome is said as it is."""

import gc
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.errors import MailLater, MailRefused, MailUnconfirmed, SetupError
from appliance.mail_settings import MailSettings, MailTls
from appliance.mailing.notice_mail import NoticeMail, written
from appliance.mailing.sending import deliver
from appliance.mailing.servers import MailServer
from tests.mailing.smtp_server import PASSWORD, USER, SmtpServer, smtp_server
from tests.own_certificate import OwnCertificate, make_certificate

SENDER, TO = "balie@example.com", "carla@example.com"
NOW_MS = 1_790_000_000_000


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> OwnCertificate:
    return make_certificate(tmp_path_factory.mktemp("mail"), "mail.test")


def reached(server: SmtpServer, tls: MailTls = MailTls.NONE, **about: object) -> MailServer:
    return MailServer(host=server.host, port=server.port, tls=tls, **about)  # type: ignore[arg-type]


def send(server: MailServer, to: str = TO, before: Callable[[], None] = lambda: None) -> str:
    mail = NoticeMail(
        to=to, subject="Eén café", text="Zes wachten…\n", language="nl", reference="r1"
    )
    content = written(mail, sender=f"Balie <{SENDER}>", now_ms=NOW_MS)
    return deliver(server, content, sender=SENDER, to=to, before_data=before)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("tls", [MailTls.TLS, MailTls.STARTTLS])
def test_a_mail_goes_encrypted_and_logged_in(
    tls: MailTls, certificate: OwnCertificate, tmp_path: Path
) -> None:
    """Only to a server whose certificate is trusted, and by the password of the file.

    asyncio's server forgets a socket on which a client breaks off the handshake: it is collected
    here, where that is expected, and not in a later test.
    """
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n")
    with smtp_server(tls, certificate) as server:
        settings = MailSettings(
            server=server.host,
            port=server.port,
            tls=tls,
            sender=SENDER,
            user=USER,
            password_file=secret,
            ca_file=certificate.cert,
        )
        assert send(MailServer.of(settings)) == "250 2.0.0 taken"
        assert PASSWORD not in repr(MailServer.of(settings))
        untrusted = settings.model_copy(update={"ca_file": None})
        with pytest.raises(MailLater, match="not trusted"):
            send(MailServer.of(untrusted))
        assert server.logins == 1
        secret.write_text("falsch")
        with pytest.raises(MailLater, match="user and password"):
            send(MailServer.of(settings))
        assert len(server.taken) == 1
    gc.collect()


def test_what_was_said_arrives_and_no_machine_answers_it() -> None:
    """Words, an address for the eye, and the marks of an automatic mail."""
    with smtp_server() as server:
        send(reached(server))
        (taken,) = server.taken
    assert (taken.sender, taken.to) == (SENDER, TO)
    mail = taken.mail
    assert (mail["Subject"], mail.get_content()) == ("Eén café", "Zes wachten…\r\n")
    assert (mail["From"], mail["Message-ID"]) == (f"Balie <{SENDER}>", "<r1@example.com>")
    assert (mail["Auto-Submitted"], mail.get_content_type()) == ("auto-generated", "text/plain")


def test_each_outcome_is_said_as_it_is() -> None:
    """Refused for good, refused for now, and an answer that was lost: nobody knows."""
    with smtp_server() as server:
        server.refuses.add("nobody@example.com")
        begun: list[str] = []
        with pytest.raises(MailRefused, match=r"550 5\.1\.1"):
            send(reached(server), "nobody@example.com", lambda: begun.append("data"))
        assert begun == []
        server.answers += ["554 5.7.1 spam", "451 4.3.0 later", ""]
        for expected in (MailRefused, MailLater, MailUnconfirmed):
            with pytest.raises(expected):
                send(reached(server))
        assert len(server.taken) == 1
        with pytest.raises(MailLater, match="STARTTLS"):
            send(reached(server, MailTls.STARTTLS))
    with pytest.raises(MailLater, match="cannot be reached"):
        send(reached(server))


@pytest.mark.parametrize("answer", ["OK taken", "250 " + 9_000 * "x", "299 taken", "999 taken"])
def test_an_answer_that_is_neither_yes_nor_no_is_none(answer: str) -> None:
    """The server may have taken the mail, so nobody sends it again."""
    with smtp_server() as server:
        server.answers.append(answer)
        with pytest.raises(MailUnconfirmed):
            send(reached(server))


def test_what_is_raised_before_the_mail_ends_the_talk() -> None:
    """Whoever has the last word takes it before a byte of the mail has left."""

    def no() -> None:
        raise KeyError

    with smtp_server() as server:
        with pytest.raises(KeyError):
            send(reached(server), before=no)
        assert server.taken == []


@pytest.mark.parametrize("tls", [MailTls.TLS, MailTls.STARTTLS])
def test_a_server_that_hangs_at_the_end_keeps_no_socket(
    tls: MailTls, certificate: OwnCertificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mail is taken, and nobody waits for the last word of TLS."""
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    found: list[object] = []
    with smtp_server(tls, certificate) as server:
        server.hangs_until = threading.Event()
        settings = MailSettings(
            server=server.host,
            port=server.port,
            tls=tls,
            sender=SENDER,
            user=USER,
            password_file=secret,
            ca_file=certificate.cert,
        )
        assert send(MailServer.of(settings)) == "250 2.0.0 taken"
        monkeypatch.setattr(sys, "unraisablehook", found.append)
        gc.collect()
        server.hangs_until.set()
    assert found == []


def test_in_the_clear_nothing_leaves_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a name leads to, by the address that is then connected to."""
    far = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("203.0.113.5", 25))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: far)
    with pytest.raises(SetupError, match="encrypted"):
        send(MailServer(host="mail.test", port=25, tls=MailTls.NONE))
    near = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.168.1.9", 25))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: near)
    assert MailServer(host="m", port=25, tls=MailTls.NONE).reached_at() == "192.168.1.9"
