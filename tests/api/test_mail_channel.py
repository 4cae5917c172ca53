"""E-mail as a channel: a real IMAP server (Dovecot), a real SMTP server, and the whole desk."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from typing import Any

import pytest

from appliance.clock import ManualClock
from appliance.desk.intake.reception import Reception
from appliance.desk.lines import beside
from appliance.desk.lines.beside import NewBeside
from appliance.devices.mail.driver import UNREADABLE, MailDriver
from appliance.devices.mail.kind import KIND
from appliance.devices.mail.mailbox_settings import MailboxSettings
from appliance.devices.worker import DeviceWorker
from appliance.media.files import FOLDER, MediaFiles
from appliance.queue.pacing import DEFAULT_PROFILE
from appliance.queue.work import QueueWork
from appliance.runtime import kinds
from appliance.runtime.drivers import account_of, driver_for
from appliance.store import devices
from appliance.store.forgetting import forget_messages
from appliance.store.house_key import HouseKey
from tests.api.browser import log_in
from tests.api.office import Caller, Desk, Office
from tests.devices.mail.imap_server import PASSWORD, USER, ImapServer, imap_server
from tests.devices.mail.test_mail_reading import bounce, nested
from tests.mailing.smtp_server import SmtpServer, smtp_server

ANNA = "anna@example.com"
TO_ANNA = f"mail:{ANNA}"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
TURNS = 12


@pytest.fixture(scope="module")
def outside() -> Iterator[ImapServer]:
    with imap_server() as server:
        yield server


@dataclass(slots=True)
class Mailroom:
    """A mailbox beside a line, driven turn by turn in the test's own thread."""

    office: Office
    desk: Desk
    imap: ImapServer
    smtp: SmtpServer
    device_id: str = ""
    worker: DeviceWorker = field(init=False)

    def begin(self) -> None:
        """As Balie starts."""
        store, clock = self.office.store, self.office.clock
        listener = Reception(store, self.office.gate)
        device = store.read(lambda conn: devices.device(conn, self.device_id))
        account = account_of(store, self.device_id)
        driver = driver_for(device, listener=listener, clock=clock, settings={}, account=account)
        files = MediaFiles(store.path.parent / FOLDER)
        profile = replace(DEFAULT_PROFILE, headroom=1.0)
        work = QueueWork(store, self.office.gate, profile, evidence=store.path.parent, media=files)
        self.worker = DeviceWorker(driver, listener, work, KIND.rhythm)

    def end(self) -> None:
        self.worker._driver.close()

    def turns(self, count: int = TURNS) -> None:
        clock = self.office.clock
        assert isinstance(clock, ManualClock)
        for _ in range(count):
            clock.advance(s=5)
            self.worker._ask_at = 0.0
            self.worker._turn()

    def comes(self, text: str, *, subject: str = "Werk", **heads: str) -> str:
        """Its Message-ID."""
        mail = EmailMessage()
        mail["From"], mail["To"] = heads.pop("sender", f"Anna de Wit <{ANNA}>"), USER
        mail["Subject"] = subject
        mail["Message-ID"] = heads.pop("message_id", f"<{abs(hash((text, subject)))}@example.com>")
        for name, value in heads.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        self.imap.put(mail.as_bytes())
        return str(mail["Message-ID"])

    def state(self, caller: Caller, message_id: str) -> str:
        return str(caller.get(f"/messages/{message_id}").json()["state"])

    def posted(self, caller: Caller, text: str, **more: object) -> str:
        body = {"line": self.desk.number, "to": TO_ANNA, "text": text, **more}
        answer = caller.post(body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def answers(self) -> list[EmailMessage]:
        """What went out, without what a rule said by itself."""
        return [each.mail for each in self.smtp.taken if "Auto-Submitted" not in each.mail]


@pytest.fixture
def room(office: Office, outside: ImapServer) -> Iterator[Mailroom]:
    kinds.load()
    with smtp_server() as smtp, outside.opened() as box:
        for folder in ("INBOX", "Verzonden"):
            box.folder.set(folder)
            box.delete(box.uids())
        smtp.user, smtp.password = USER, PASSWORD
        desk = office.desk("Utrecht", "+31612345678")
        settings = MailboxSettings(
            imap=f"imap+insecure://127.0.0.1:{outside.port}",
            smtp=f"smtp+insecure://127.0.0.1:{smtp.port}",
            user=USER,
            address=USER,
            name="Utrecht",
        )
        wanted = NewBeside(kind="mail", address=USER, settings=settings.kept(), secret=PASSWORD)
        key = HouseKey.of(office.store.path.parent)
        room = Mailroom(office, desk, outside, smtp)
        room.device_id = office.store.write(
            lambda tx: beside.put(tx, desk.line_id, wanted, key=key, by="cli")
        )
        room.begin()
        room.turns(2)
        yield room
        room.end()


def test_a_mail_is_answered_in_its_thread(room: Mailroom, planning: Caller) -> None:
    """Its words come without what it quotes, the answer is one of its thread and under the
    branch's name, and a copy lies among what was sent.
    """
    first = room.comes("Is er werk?\n\n-- \nAnna\n06 11111111")
    room.turns()
    (told,) = messages(planning, "in")
    assert (told["text"], told["channel"]) == ("Werk\n\nIs er werk?", "mail")
    assert (told["contact"]["number"], told["contact"]["name"]) == (TO_ANNA, "Anna de Wit")
    assert room.imap.unread() == 0
    message_id = room.posted(planning, "Ja, morgen om 8 uur. 👍")
    room.turns()
    assert room.state(planning, message_id) == "sent"
    (answer,) = room.answers()
    assert (answer["Subject"], answer["In-Reply-To"]) == ("Re: Werk", first)
    assert (answer["From"], answer["References"]) == (f"Utrecht <{USER}>", first)
    assert answer.get_content().strip() == "Ja, morgen om 8 uur. 👍"
    assert str(answer["Message-ID"]) in room.imap.sent()
    for each in room.smtp.taken:
        said = each.mail.get("Auto-Submitted", "no")
        assert said == ("no" if each.mail is answer else "auto-replied")


def test_what_a_mail_quotes_is_folded_and_counts_for_nothing(
    room: Mailroom, planning: Caller
) -> None:
    """Their own words come first; a STOP that they only quote is none, and the search finds it not.
    It goes when the message is emptied.
    """
    room.comes("Ja, ik kom.\n\nOp maandag schreef Balie:\n> Antwoord STOP\n> of kom maandag")
    room.turns()
    (told,) = messages(planning, "in")
    assert told["text"] == "Werk\n\nJa, ik kom."
    assert room.office.count("consent WHERE kind = 'opted_out'") == 0
    ine = log_in(room.office, "Ine", role="staff", branch_id=room.desk.branch_id)
    page = html.unescape(ine.get(f"/c/{told['conversation']}").text)
    below = re.search(r"<details class=.earlier.>(.*?)</details>", page, re.DOTALL)
    ine.client.close()
    assert below is not None
    assert "Op maandag schreef Balie:" in below[1]
    assert planning.get("/search", q="schreef").json()["items"] == []
    room.office.store.write(lambda tx: forget_messages(tx, [told["id"]]))
    assert room.office.count("text_below") == 0


def test_only_who_wrote_first_is_written_to_and_stop_ends_it(
    room: Mailroom, planning: Caller
) -> None:
    """STOP counts as the text and as the subject, whatever stands with it; below “Re:” where they
    wrote nothing else.
    """
    refused = planning.post({"line": room.desk.number, "to": TO_ANNA, "text": "Hoi"})
    assert (refused.status_code, refused.json()["code"]) == (409, "consent-required")
    for sender, subject, text in (
        (ANNA, "Werk", "STOP\n\n-- \nAnna"),
        ("bart@example.com", "Stop", "Met vriendelijke groet, Bart"),
        ("carla@example.com", "Antw: Re: STOP", "> Kun je morgen?"),
    ):
        room.comes("Is er werk?", sender=sender, message_id=f"<1.{sender}>")
        room.comes(text, subject=subject, sender=sender, message_id=f"<2.{sender}>")
        room.turns(2)
        answer = planning.post({"line": room.desk.number, "to": f"mail:{sender}", "text": "Hoi"})
        assert (answer.status_code, answer.json()["code"]) == (409, "opted-out"), sender


def test_a_mail_that_cannot_be_read_is_told_and_stops_none_behind_it(
    room: Mailroom, planning: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither one that the library cannot take apart nor one that cannot be kept; without words it
    gives no consent, and STOP above it counts.
    """
    room.imap.put(nested(1_200))
    room.comes("Dag", sender="bart@example.com", subject="Stuk")
    room.imap.put(nested(1_200).replace(b"Diep", b"Re: STOP").replace(b"<deep", b"<stop"))
    whole = Reception.received

    def stumbles(self: Reception, device_id: str, news: Any) -> None:
        if news[0].text == "Dag":
            raise RecursionError
        whole(self, device_id, news)

    monkeypatch.setattr(Reception, "received", stumbles)
    room.turns(1)
    told = {each["text"].partition("\n")[0]: each for each in messages(planning, "in")}
    assert set(told) == {"Diep", "Stuk", "STOP"}
    assert all(each["awaited"] and UNREADABLE in each["text"] for each in told.values())
    for sender, code in (("bart@example.com", "consent-required"), (ANNA, "opted-out")):
        answer = planning.post({"line": room.desk.number, "to": f"mail:{sender}", "text": "Hoi"})
        assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_machines_make_no_conversation(room: Mailroom, planning: Caller) -> None:
    """Answers of machines, lists and our own mails are left in the mailbox, unread."""
    room.comes("Ik ben er niet.", subject="Afwezig", Auto_Submitted="auto-replied")
    room.comes("Nieuws!", List_Id="<nieuws.example.com>")
    room.comes("Aan mijzelf", sender=USER)
    room.turns(3)
    assert messages(planning) == []
    assert room.imap.unread() == 3
    assert room.smtp.taken == []


def test_what_did_not_arrive_is_said(room: Mailroom, planning: Caller) -> None:
    """A bounce fails the message that it names; a server that knows nobody there, too."""
    room.comes("Is er werk?")
    room.turns()
    message_id = room.posted(planning, "Ja, morgen.")
    room.turns()
    assert room.state(planning, message_id) == "sent"
    own = str(room.answers()[0]["Message-ID"]).strip("<>")
    room.imap.put(bounce(own))
    room.turns(3)
    told = planning.get(f"/messages/{message_id}").json()
    assert (told["state"], told["reason"]) == ("failed", "not-delivered")
    assert len(messages(planning, "in")) == 1
    room.smtp.refuses.add(ANNA)
    message_id = room.posted(planning, "Nog iets.")
    room.turns()
    assert room.state(planning, message_id) == "failed"


@pytest.mark.parametrize("in_sent", [True, False])
def test_a_lost_answer_is_never_sent_again(
    room: Mailroom, planning: Caller, *, in_sent: bool
) -> None:
    """What lies among what was sent has left; else a person decides."""
    room.comes("Is er werk?")
    room.turns()
    before = len(room.smtp.taken)
    room.smtp.answers.append("")
    message_id = room.posted(planning, "Ja, morgen.")
    room.worker._ask_at = 0.0
    for _ in range(TURNS):
        room.turns(1)
        if len(room.smtp.taken) > before:
            break
    if in_sent:
        taken = room.smtp.taken[-1].mail
        with room.imap.opened() as box:
            box.append(taken.as_bytes(), "Verzonden")
    room.turns(2 * TURNS)
    assert len(room.smtp.taken) == before + 1
    assert room.state(planning, message_id) == ("sent" if in_sent else "unconfirmed")


def test_no_mail_is_lost_or_doubled(room: Mailroom, planning: Caller) -> None:
    """Killed before a mail is kept, or before it is noted how far the mailbox was read; when the
    server numbers its mails anew; and when one mail lies there twice.
    """
    texts = ["een", "twee", "drie"]
    for each in texts:
        room.comes(each, subject="Re: Werk", message_id=f"<{each}@example.com>")
    room.comes("twee", subject="Re: Werk", message_id="<twee@example.com>")
    driver = room.worker._driver
    assert isinstance(driver, MailDriver)
    driver._listener = Dying(driver._listener)
    with pytest.raises(Killed):
        driver.receive()
    room.end()
    room.begin()
    room.turns(3)
    assert sorted(each["text"] for each in messages(planning, "in")) == sorted(texts)
    room.end()
    room.imap.number_anew()
    room.comes("vier", subject="Re: Werk")
    room.begin()
    room.turns(4)
    found = sorted(each["text"] for each in messages(planning, "in"))
    assert found == sorted([*texts, "vier"])


def test_files_come_and_go(room: Mailroom, planning: Caller) -> None:
    """Each is a message of its own, and is what its content says."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = ANNA, USER, "Mijn CV"
    mail["Message-ID"] = "<cv@example.com>"
    mail.set_content("Zie bijlage.")
    mail.add_attachment(PDF, maintype="image", subtype="png", filename="../cv Anna.pdf")
    room.imap.put(mail.as_bytes())
    room.turns()
    told = sorted(messages(planning, "in"), key=lambda each: str(each["text"]))
    assert [each["text"] for each in told] == ["Mijn CV\n\nZie bijlage.", "cv Anna.pdf"]
    media = [one for each in told for one in each["media"]]
    assert [(each["kind"], each["state"]) for each in media] == [("document", "here")]
    assert media[0]["type"] == "application/pdf"


def test_a_wrong_password_is_said_and_a_server_that_is_away_is_asked_again(
    room: Mailroom,
) -> None:
    """The one a person has to put right, the other passes."""
    room.end()
    driver = room.worker._driver
    assert isinstance(driver, MailDriver)
    settings = account_of(room.office.store, room.device_id)
    assert settings is not None
    for secret, imap, reason in (
        ("falsch", settings.settings["imap"], "account-shut"),
        (PASSWORD, "imap+insecure://127.0.0.1:1", "service-away"),
    ):
        account = replace(settings, secret=secret, settings={**settings.settings, "imap": imap})
        device = room.office.store.read(lambda conn: devices.device(conn, room.device_id))
        listener = Reception(room.office.store, room.office.gate)
        other = driver_for(
            device, listener=listener, clock=room.office.clock, settings={}, account=account
        )
        assert other.probe().reason.value == reason
        other.close()
    room.begin()


class Killed(BaseException):
    """No code of ours catches it."""


class Dying:
    """The listener of a process that ends after the second mail was kept."""

    def __init__(self, listener: Any) -> None:
        self._listener, self._left = listener, 2

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listener, name)

    def received(self, device_id: str, news: Any) -> None:
        self._left -= 1
        if self._left < 0:
            raise Killed
        if self._left == 0:
            news = [replace(each, cursor=None) for each in news]
        self._listener.received(device_id, news)


def messages(planning: Caller, direction: str | None = None) -> list[dict[str, Any]]:
    found = planning.get("/messages").json()["items"]
    return [each for each in found if direction in (None, each["direction"])]
