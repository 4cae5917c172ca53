"""The emulated mail server is one to mail programs of others: imap-tools and aiosmtplib work on it,
unmodified.

It proves the demo's world, and not the driver.
"""

import asyncio
import smtplib
import socket
import threading
from datetime import UTC, date, datetime
from email.message import EmailMessage

import aiosmtplib
import pytest
from imap_tools import AND, MailBoxUnencrypted
from imap_tools.errors import MailboxFolderSelectError, MailboxLoginError

from appliance.emulated.mail import mail_letters
from appliance.emulated.mail.mail_servers import MailServers, serving_mail
from appliance.emulated.mail.mail_world import EmulatedMailbox
from tests.emulated.emulator_process import EmulatorProcess

BOX, PASSWORD = "balie@balie.example", 'ge"heim\\ word'
ANNA = "anna@post.example"
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def opened(servers: MailServers, password: str = PASSWORD) -> MailBoxUnencrypted:
    port = int(servers.imap.rpartition(":")[2])
    box = MailBoxUnencrypted("127.0.0.1", port, timeout=10)
    try:
        return box.login(BOX, password)
    except MailboxLoginError:
        box.client.shutdown()
        raise


def two_mails(servers: MailServers) -> EmulatedMailbox:
    world = servers.world
    box = world.add_mailbox(BOX, PASSWORD)
    anna = world.add_person(ANNA, "Anna de Wit")
    for text, subject in (("Is er werk?", "Rooster"), ("Ik ben ziek", "Zięk")):
        world.arrive(box, mail_letters.begun(world, anna, BOX, text, subject=subject))
    return box


def answer(text: str = "Ja hoor\n.\nTot zo") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = BOX, ANNA, "Re: Rooster"
    mail["Message-ID"], mail["In-Reply-To"] = "<a1@balie.example>", "<b2@post.example>"
    mail.set_content(text)
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="rooster.pdf")
    return mail


def sent(
    servers: MailServers, mail: EmailMessage, user: str | None = BOX, password: str = PASSWORD
) -> None:
    port = int(servers.smtp.rpartition(":")[2])
    secret = None if user is None else password
    said = aiosmtplib.send(
        mail,
        hostname="127.0.0.1",
        port=port,
        start_tls=False,
        username=user,
        password=secret,
    )
    asyncio.run(asyncio.wait_for(said, 10))


def test_imap_tools_reads_a_mailbox() -> None:
    """Folders, searches, whole mails one by one and in one go, flags, copies and deletion."""
    with serving_mail() as servers:
        two_mails(servers)
        with pytest.raises(MailboxLoginError):
            opened(servers, "iets anders")
        with opened(servers) as box:
            assert [(each.name, r"\Sent" in each.flags) for each in box.folder.list()] == [
                ("INBOX", False),
                ("Sent", True),
            ]
            assert box.folder.status("INBOX")["UNSEEN"] == 2
            first, second = box.fetch(mark_seen=False)
            assert (first.subject, first.from_, first.text) == (
                "Rooster",
                ANNA,
                "Is er werk?\r\n\r\n-- \r\nAnna de Wit\r\n",
            )
            assert (second.subject, second.flags, second.uid) == ("Zięk", (), "2")
            assert [
                each.uid for each in box.fetch(bulk=True, headers_only=True, mark_seen=False)
            ] == ["1", "2"]
            assert box.uids(AND(subject="rooster", date_gte=date(2020, 1, 1))) == ["1"]
            assert box.uids(AND(date_lt=date(2020, 1, 1))) == []
            assert box.uids('HEADER Message-ID "{}"'.format(first.headers["message-id"][0])) == [
                "1"
            ]
            assert box.uids("UID 2:*", charset=None) == ["2"]
            box.flag("1", r"\Seen", True)
            assert box.uids(AND(seen=False)) == ["2"]
            box.append(answer().as_bytes(), "Sent", dt=NOON, flag_set=r"\Seen")
            box.delete("1")
            assert box.uids() == ["2"]
            box.folder.set("Sent", readonly=True)
            (kept,) = box.fetch(mark_seen=False)
            assert (kept.subject, kept.flags) == ("Re: Rooster", (r"\Seen",))
            assert kept.attachments[0].filename == "rooster.pdf"
            with pytest.raises(MailboxFolderSelectError):
                box.folder.set("Concepten")


def test_a_waiting_client_hears_of_a_new_mail() -> None:
    """While it idles, and with the answer to what it asks next."""
    with serving_mail() as servers:
        world, mailbox = servers.world, two_mails(servers)
        anna = world.person(ANNA)
        with opened(servers) as box:
            third = mail_letters.begun(world, anna, BOX, "En nu?", subject="Rooster")
            timer = threading.Timer(0.05, world.arrive, (mailbox, third))
            timer.start()
            assert b"* 3 EXISTS" in box.idle.wait(timeout=10)
            timer.join()
            world.arrive(mailbox, third)
            assert box.client.noop()[0] == "OK"
            assert box.uids() == ["1", "2", "3", "4"]


def test_aiosmtplib_sends_and_the_truth_tells() -> None:
    """Only who logs in sends, under the own address, to people who are there."""
    with serving_mail() as servers:
        two_mails(servers)
        sent(servers, answer())
        told = servers.world.truth[0]
        assert (told["to"], told["text"]) == (ANNA, "Ja hoor\n.\nTot zo")
        assert (told["files"], told["answers"]) == (["rooster.pdf"], "<b2@post.example>")
        with pytest.raises(aiosmtplib.SMTPAuthenticationError):
            sent(servers, answer(), password="iets anders")
        with pytest.raises(aiosmtplib.SMTPException):
            sent(servers, answer(), user=None)
        for head, value in (("From", "baas@balie.example"), ("To", "niemand@post.example")):
            mail = answer()
            mail.replace_header(head, value)
            with pytest.raises(aiosmtplib.SMTPException):
                sent(servers, mail)
        assert len(servers.world.truth) == 1


def test_a_mail_that_broke_off_came_to_nobody() -> None:
    """RFC 5321 §4.1.1.4: without the dot nothing was taken, and who sends knows that."""
    with serving_mail() as servers:
        two_mails(servers)
        port = int(servers.smtp.rpartition(":")[2])
        client = smtplib.SMTP("127.0.0.1", port, timeout=10)
        client.login(BOX, PASSWORD)
        client.mail(BOX)
        client.rcpt(ANNA)
        client.putcmd("DATA")
        assert client.getreply()[0] == 354
        assert client.sock is not None
        client.send(b"Subject: Rooster\r\n\r\nJa ho")
        client.sock.shutdown(socket.SHUT_WR)
        assert client.sock.recv(100) == b""
        client.close()
        assert servers.world.truth == []


def test_an_answer_quotes_what_they_got() -> None:
    """Below their own words, as mail programs do, in the same thread."""
    with serving_mail() as servers:
        two_mails(servers)
        sent(servers, answer("Ja hoor\n\nGroet"))
        world = servers.world
        raw = mail_letters.answering(world, world.person(ANNA), BOX, "Dank je").decode()
        assert "In-Reply-To: <a1@balie.example>\r\n" in raw
        assert raw.endswith("balie@balie.example:\r\n> Ja hoor\r\n>\r\n> Groet\r\n")


def test_the_control_address_mails_and_tells_what_was_sent() -> None:
    """Mailboxes and bots stand in the first line, and each example of theirs is a body that works.
    What a mailbox sends stands in the truth beside what leaves phones.
    """
    with EmulatorProcess(
        *("--phones", "0", "--mailboxes", "1", "--bots", "1", "--no-traffic")
    ) as process:
        (box,) = process.first["mailboxes"]
        for example in process.ask("/")[1]["beside_examples"]:
            assert process.ask("/inject", example)[0] == 200, example
        odd = {"kind": "mail", "from": ANNA, "text": "Hoi", "to": "weg@balie.example"}
        assert process.ask("/inject", odd)[0] == 404
        assert process.ask("/inject", {"kind": "mail", "from": "anna", "text": "Hoi"})[0] == 422
        assert process.ask("/inject", {**odd, "to": "", "answers": True})[0] == 422
        mail = answer()
        mail.replace_header("From", box["address"])
        port = int(box["smtp"].rpartition(":")[2])
        said = aiosmtplib.send(
            mail,
            hostname="127.0.0.1",
            port=port,
            start_tls=False,
            username=box["address"],
            password=box["password"],
        )
        asyncio.run(asyncio.wait_for(said, 10))
        (told,) = process.truth()
        assert (told["channel"], told["number"], told["to"], told["text"]) == (
            "mail",
            box["address"],
            ANNA,
            "Ja hoor\n.\nTot zo",
        )
