"""Whether a mailbox's servers are those that they are called, on a real Dovecot with TLS."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.clock import SystemClock
from appliance.desk.intake.reception import Reception
from appliance.devices.kind import Enrolled, ServiceAccount
from appliance.devices.mail.driver import MailDriver
from appliance.devices.mail.mailbox import ImapMailbox, ServerUnencrypted, ServerUntrusted
from appliance.devices.mail.mailbox_account import read_account
from appliance.devices.mail.mailbox_doctor import doctor
from appliance.devices.mail.mailbox_sentences import (
    AWAY,
    NO_PLACE,
    NO_STARTTLS,
    NOT_LET_IN,
    OUTSIDE,
    UNTRUSTED,
)
from appliance.devices.mail.mailbox_settings import MailboxSettings, outgoing_server
from appliance.devices.protocol import DeviceState, Status
from appliance.errors import InvalidInput, MailUnencrypted
from appliance.mail_settings import MailTls
from appliance.mailing.sending import deliver
from appliance.queue.gate import ConsentGate
from appliance.reasons import Reason
from tests.devices.mail.imap_server import PASSWORD, USER, ImapServer, imap_server
from tests.fresh_store import fresh_store
from tests.mailing.smtp_server import SmtpServer, smtp_server
from tests.own_certificate import OwnCertificate, make_certificate
from tests.wire_tap import WireTap, wire_tap


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> OwnCertificate:
    """For `mail.test` and 127.0.0.1: not for localhost, where it answers, too."""
    return make_certificate(tmp_path_factory.mktemp("certificate"), "mail.test")


@pytest.fixture(scope="module")
def imap(certificate: OwnCertificate) -> Iterator[ImapServer]:
    with imap_server(certificate) as server:
        yield server


@pytest.fixture(scope="module")
def smtp() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        server.user, server.password = USER, PASSWORD
        yield server


@pytest.fixture(scope="module")
def starting(certificate: OwnCertificate) -> Iterator[SmtpServer]:
    """It takes neither a log-in nor a mail before STARTTLS."""
    with smtp_server(MailTls.STARTTLS, certificate) as server:
        server.user, server.password = USER, PASSWORD
        yield server


def given(imap: ImapServer, smtp: SmtpServer, host: str, ca_file: Path | None) -> dict[str, str]:
    fields = {"address": USER, "imap": f"{host}:{imap.tls_port}"}
    fields["smtp"] = f"smtp+insecure://127.0.0.1:{smtp.port}"
    return {**fields, "ca_file": str(ca_file)} if ca_file else fields


def test_a_mailbox_is_read_over_tls(
    imap: ImapServer, smtp: SmtpServer, certificate: OwnCertificate
) -> None:
    """A place without a scheme is talked to over TLS, and its certificate is one of the house's."""
    account = read_account(given(imap, smtp, "127.0.0.1", certificate.cert), PASSWORD)
    assert (account.address, account.note) == (USER, "")
    assert account.settings["imap"] == f"imaps://127.0.0.1:{imap.tls_port}"
    imap.put(b"From: anna@example.com\r\nSubject: Werk\r\n\r\nIs er werk?\r\n")
    box = ImapMailbox(MailboxSettings.of(account.settings), PASSWORD)
    (uid,) = box.new_uids(0, 0)
    content = box.content(uid, 10_000)
    box.close()
    assert content is not None
    assert b"Is er werk?" in content[0]


def over(certificate: OwnCertificate, imap: WireTap, smtp: WireTap) -> MailboxSettings:
    """The mailbox, by STARTTLS, with somebody on the wire."""
    return MailboxSettings(
        imap=f"imap://127.0.0.1:{imap.port}",
        smtp=f"smtp://127.0.0.1:{smtp.port}",
        user=USER,
        address=USER,
        ca_file=str(certificate.cert),
    )


def test_with_starttls_nobody_on_the_wire_hears_what_is_said(
    imap: ImapServer, starting: SmtpServer, certificate: OwnCertificate
) -> None:
    """Neither the password nor a mail, in the own network as anywhere."""
    imap.put(b"From: anna@example.com\r\nSubject: Werk\r\n\r\nGeheim werk?\r\n")
    with wire_tap(imap.port) as reading, wire_tap(starting.port) as sending:
        settings = over(certificate, reading, sending)
        assert read_account(settings.kept(), PASSWORD).note == ""
        with closing(ImapMailbox(settings, PASSWORD)) as box:
            uid = box.new_uids(0, 0)[-1]
            content = box.content(uid, 10_000)
        server = outgoing_server(settings, PASSWORD)
        deliver(server, b"Subject: x\r\n\r\nGeheim antwoord\r\n", sender=USER, to="a@example.com")
    assert content is not None
    assert b"Geheim werk?" in content[0]
    assert "Geheim antwoord" in starting.taken[-1].mail.get_content()
    for tap in (reading, sending):
        assert b"STARTTLS" in tap.heard
        assert not any(each in tap.heard for each in (b"Geheim", *said_in_log_ins()))


def said_in_log_ins() -> list[bytes]:
    """User and password as any log-in has them, by themselves or together."""
    both = b64encode(f"\0{USER}\0{PASSWORD}".encode())
    return [
        USER.encode(),
        PASSWORD.encode(),
        both,
        *map(b64encode, (USER.encode(), PASSWORD.encode())),
    ]


def test_who_takes_starttls_away_is_told_nothing(
    imap: ImapServer, starting: SmtpServer, certificate: OwnCertificate, tmp_path: Path
) -> None:
    """Both servers would take the password in the clear: Balie does not say it, and no mail."""
    starts = b"STARTTLS"
    with wire_tap(imap.port, starts) as reading, wire_tap(starting.port, starts) as sending:
        settings = over(certificate, reading, sending)
        with pytest.raises(InvalidInput) as refused:
            read_account(settings.kept(), PASSWORD)
        assert (refused.value.field, refused.value.sentence) == ("imap", NO_STARTTLS["imap"])
        with pytest.raises(ServerUnencrypted):
            ImapMailbox(settings, PASSWORD)
        with pytest.raises(MailUnencrypted):
            deliver(outgoing_server(settings, PASSWORD), b"x", sender=USER, to="a@example.com")
        account = ServiceAccount(settings=settings.kept(), secret=PASSWORD)
        device = Enrolled(id="d", address=USER, account=account)
        assert [each.sentence for each in doctor([device])] == [
            NO_STARTTLS["imap"],
            NO_STARTTLS["smtp"],
        ]
        status = probed(device, tmp_path)
    assert (status.state, status.reason) == (DeviceState.OFFLINE, Reason.SERVICE_UNTRUSTED)
    for tap in (reading, sending):
        assert tap.heard
        assert not any(each in tap.heard for each in said_in_log_ins())


@pytest.mark.parametrize(("host", "trusts"), [("localhost", True), ("127.0.0.1", False)])
def test_a_server_of_another_name_or_authority_is_told_nothing(
    *,
    imap: ImapServer,
    smtp: SmtpServer,
    certificate: OwnCertificate,
    host: str,
    trusts: bool,
    tmp_path: Path,
) -> None:
    """When the mailbox is given, while it stands there, and to the doctor: each with its sentence.
    The server hears neither user nor password.
    """
    fields = given(imap, smtp, host, certificate.cert if trusts else None)
    with pytest.raises(InvalidInput) as refused:
        read_account(fields, PASSWORD)
    assert (refused.value.field, refused.value.sentence) == ("imap", UNTRUSTED["imap"])
    settings = MailboxSettings(
        **{**fields, "imap": f"imaps://{fields['imap']}", "user": USER, "address": USER}
    )
    with pytest.raises(ServerUntrusted):
        ImapMailbox(settings, PASSWORD)
    account = ServiceAccount(settings=settings.kept(), secret=PASSWORD)
    device = Enrolled(id="d", address=USER, account=account)
    status = probed(device, tmp_path)
    assert (status.state, status.reason) == (DeviceState.OFFLINE, Reason.SERVICE_UNTRUSTED)
    (complaint,) = doctor([device])
    assert complaint.sentence == UNTRUSTED["imap"]


def probed(device: Enrolled, folder: Path) -> Status:
    clock = SystemClock()
    with closing(fresh_store(folder / "balie.db", clock)) as store:
        driver = MailDriver(device, Reception(store, ConsentGate()), clock)
        with closing(driver):
            return driver.probe()


def test_what_is_given_wrong_is_said_and_what_is_away_is_kept(
    imap: ImapServer, smtp: SmtpServer, certificate: OwnCertificate
) -> None:
    """A wrong password and no place are refused; a server that does not answer is a note."""
    fields = given(imap, smtp, "127.0.0.1", certificate.cert)
    for changed, secret, field, sentence in (
        ({}, "iets anders", "secret", NOT_LET_IN["imap"]),
        ({"imap": "ftp://127.0.0.1"}, PASSWORD, "imap", NO_PLACE["imap"]),
        ({"smtp": ""}, PASSWORD, "smtp", NO_PLACE["smtp"]),
        ({"imap": "imap+insecure://192.0.2.1"}, PASSWORD, "imap", OUTSIDE["imap"]),
        ({"smtp": "smtp+insecure://192.0.2.1"}, PASSWORD, "smtp", OUTSIDE["smtp"]),
    ):
        with pytest.raises(InvalidInput) as refused:
            read_account({**fields, **changed}, secret)
        assert (refused.value.field, refused.value.sentence) == (field, sentence)
    away = read_account({**fields, "smtp": "smtp+insecure://127.0.0.1:9"}, PASSWORD)
    assert away.note == AWAY["smtp"]
