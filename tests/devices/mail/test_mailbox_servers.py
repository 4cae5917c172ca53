"""Whether a mailbox's servers are those that they are called, on a real Dovecot with TLS."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.clock import SystemClock
from appliance.desk.intake.reception import Reception
from appliance.devices.kind import Enrolled, ServiceAccount
from appliance.devices.mail.driver import MailDriver
from appliance.devices.mail.mailbox import ImapMailbox, ServerUntrusted
from appliance.devices.mail.mailbox_account import read_account
from appliance.devices.mail.mailbox_doctor import doctor
from appliance.devices.mail.mailbox_sentences import AWAY, NO_PLACE, NOT_LET_IN, UNTRUSTED
from appliance.devices.mail.mailbox_settings import MailboxSettings
from appliance.devices.protocol import DeviceState
from appliance.errors import InvalidInput
from appliance.queue.gate import ConsentGate
from appliance.reasons import Reason
from tests.devices.mail.imap_server import PASSWORD, USER, ImapServer, imap_server
from tests.fresh_store import fresh_store
from tests.mailing.smtp_server import SmtpServer, smtp_server
from tests.own_certificate import OwnCertificate, make_certificate


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


def given(imap: ImapServer, smtp: SmtpServer, host: str, ca_file: Path | None) -> dict[str, str]:
    fields = {"address": USER, "imap": f"{host}:{imap.tls_port}"}
    fields["smtp"] = f"smtp://127.0.0.1:{smtp.port}"
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
    clock = SystemClock()
    with closing(fresh_store(tmp_path / "balie.db", clock)) as store:
        driver = MailDriver(device, Reception(store, ConsentGate()), clock)
        status = driver.probe()
        driver.close()
    assert (status.state, status.reason) == (DeviceState.OFFLINE, Reason.SERVICE_UNTRUSTED)
    (complaint,) = doctor([device])
    assert complaint.sentence == UNTRUSTED["imap"]


def test_what_is_given_wrong_is_said_and_what_is_away_is_kept(
    imap: ImapServer, smtp: SmtpServer, certificate: OwnCertificate
) -> None:
    """A wrong password and no place are refused; a server that does not answer is a note."""
    fields = given(imap, smtp, "127.0.0.1", certificate.cert)
    for changed, secret, field, sentence in (
        ({}, "iets anders", "secret", NOT_LET_IN["imap"]),
        ({"imap": "ftp://127.0.0.1"}, PASSWORD, "imap", NO_PLACE["imap"]),
        ({"smtp": ""}, PASSWORD, "smtp", NO_PLACE["smtp"]),
    ):
        with pytest.raises(InvalidInput) as refused:
            read_account({**fields, **changed}, secret)
        assert (refused.value.field, refused.value.sentence) == (field, sentence)
    away = read_account({**fields, "smtp": "smtp://127.0.0.1:9"}, PASSWORD)
    assert away.note == AWAY["smtp"]
