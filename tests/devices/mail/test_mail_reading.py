"""Mails as programs and people write them: whose they are, what they say now, and who is none."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.mail.channel import MAIL, who
from appliance.devices.mail.html_text import words_of
from appliance.devices.mail.own_words import MailText, parted
from appliance.devices.mail.reading import answer_subject, read
from appliance.identities import Identity

HEAD = b"From: Anna de Wit <anna@Example.COM>\r\nTo: utrecht@example.com\r\n"


def said(text: str) -> str:
    return read(HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode()).text


@pytest.mark.parametrize(
    "quoted",
    [
        "Op ma 15 jun 2026 om 10:00 schreef Utrecht <utrecht@example.com>:\n> Kun je?\n>\n> Groet",
        "Op ma 15 jun 2026 om 10:00 schreef Balie Utrecht <\nutrecht@example.com>:\n\n> Kun je?",
        "On Mon, 15 Jun 2026 at 10:00, Utrecht wrote:\n> Can you?",
        "Am 15.06.2026 um 10:00 schrieb Utrecht:\n> Geht es?",
        "-----Oorspronkelijk bericht-----\nVan: Utrecht\nKun je morgen?",
        "Van: Utrecht <utrecht@example.com>\nVerzonden: maandag 15 juni 2026\nAan: Anna\nKun je?",
        "________________________________\nFrom: Utrecht\nSent: Monday",
        "-- \nAnna de Wit\nHeftruckchauffeur",
        "Verstuurd vanaf mijn iPhone",
        "> Kun je morgen?",
    ],
)
def test_a_bubble_holds_what_was_written_now(quoted: str) -> None:
    """As Gmail, Apple Mail, Thunderbird and Outlook quote in the languages of our workers."""
    assert said(f"Ja, dat kan.\nHoe laat?\n\n{quoted}") == "Ja, dat kan.\nHoe laat?"


def test_an_answer_below_or_between_quotes_is_kept() -> None:
    """Nothing that somebody wrote is lost; what they only mention in a sentence is no quote."""
    below = "On Monday, Utrecht wrote:\n> Kun je morgen?\n\nJa.\n\n> En woensdag?\n\nNee."
    assert said(below) == "Ja.\n\nNee."
    assert said("Van: mij\nIk kom.") == "Van: mij\nIk kom."
    assert (
        said("Op maandag schreef ik al: ik kan niet.") == "Op maandag schreef ik al: ik kan niet."
    )
    assert parted("") == MailText("")


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        (
            "Ja.\n\nOp maandag schreef Balie:\n> Kun je?\n> Groet",
            "Op maandag schreef Balie:\n> Kun je?\n> Groet",
        ),
        ("Ja.\n-- \nAnna\n\n> Kun je?", "> Kun je?"),
        (
            "On Monday, Balie wrote:\n> Kun je?\n\nJa.\n\n> En dan?",
            "On Monday, Balie wrote:\n> Kun je?\n> En dan?",
        ),
        ("Ja.\n-- \nAnna\nHeftruck", ""),
        ("Zie.\n\n---------- Forwarded message ---------\nVan: B <b@c.nl>\nHoi", ""),
    ],
)
def test_what_they_answer_is_told_apart(text: str, quoted: str) -> None:
    """It stands below their words when somebody wants to see it; a signature is no quote."""
    found = read(HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode())
    assert found.quoted == quoted


def test_what_html_quotes_is_told_apart() -> None:
    """By how Gmail and Outlook mark it."""
    head = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
    gmail = (
        "<p>Ja, dat kan.</p><div class=gmail_signature>Anna, heftruck</div>"
        "<div class=gmail_quote>Op ma schreef Balie:<blockquote>Kun je?</blockquote></div>"
    )
    found = read(head + gmail.encode())
    assert (found.text, found.quoted) == ("Ja, dat kan.", "Op ma schreef Balie:\nKun je?")
    outlook = (
        "<div><p>Ja.</p><div id=divRplyFwdMsg>Van: Balie</div><div>Kun je maandag?</div></div>"
    )
    found = read(head + outlook.encode())
    assert (found.text, found.quoted) == ("Ja.", "Van: Balie\n\nKun je maandag?")
    assert read(head + b"<p>Ja</p><div class=gmail_signature>Anna</div>").quoted == ""


def test_what_looks_like_a_head_is_kept_and_so_is_what_they_pass_on() -> None:
    """Hours of work, a drawn line, and a forwarded mail, which is the very thing they send."""
    hours = "Mijn uren:\nVan: 08:00\nTot: 17:00\nDatum: 4 mei\n__________\nAnna"
    assert said(hours) == hours
    head = "From: Utrecht\nSent: Monday\nTo: Anna\nSubject: Werk\n\nKun je?"
    assert said(f"Ja.\n\n{head}") == "Ja."
    gmail = "Zie.\n\n---------- Forwarded message ---------\nVan: B <b@c.nl>\nDate: ma\n\nHoi"
    assert said(gmail) == gmail
    apple = "Zie.\n\nBegin forwarded message:\n\n> From: B <b@c.nl>\n> Hoi"
    assert said(apple) == apple
    subject = HEAD + b"Subject: FW: Werk\r\n"
    passed = f"Zie.\n-- \nAnna\n\n{head}"
    assert read(subject + b"\r\n" + passed.encode()).text == passed.replace("-- ", "--")
    html = b"Content-Type: text/html\r\n\r\n<p>Zie</p><div class=gmail_quote><p>Hoi</p></div>"
    assert read(subject + html).text == "Zie\n\nHoi"


def test_html_is_read_as_a_reader_sees_it() -> None:
    """Without scripts, hidden words and quotes; a link says where it leads."""
    html = (
        "<html><head><style>p{}</style></head><body><p>Hoi,<br>ik&nbsp;kan <b>morgen</b>.</p>"
        "<div style='display: none'>koop nu</div><script>alert(1)</script>"
        "<p><a href='https://evil.example/x'>je rooster</a></p>"
        "<div class='gmail_quote'>Op ma schreef Utrecht:<blockquote>Kun je?</blockquote></div>"
    )
    assert words_of(html).split("\n\n") == [
        "Hoi,\nik kan morgen.",
        "je rooster (https://evil.example/x)",
    ]
    mail = EmailMessage()
    mail["From"] = "anna@example.com"
    mail.set_content(html, subtype="html")
    assert read(mail.as_bytes()).text.startswith("Hoi,\nik kan morgen.")
    assert words_of("<div>" * 1_000 + "diep") == "diep"


@pytest.mark.parametrize(
    "mark",
    [
        "Auto-Submitted: auto-replied",
        "Precedence: bulk",
        "List-Id: <nieuws.example.com>",
        "Return-Path: <>",
        "X-Auto-Response-Suppress: All",
    ],
)
def test_what_a_machine_wrote_is_no_message(mark: str) -> None:
    """Nobody waits for an answer to it, and two machines must not answer one another."""
    assert read(HEAD + mark.encode() + b"\r\n\r\nIk ben er niet.").by_machine
    assert not read(HEAD + b"Auto-Submitted: no\r\n\r\nIk ben er.").by_machine
    for sender in (b"MAILER-DAEMON@mx.example.com", b"no-reply@example.com", b"geen adres"):
        assert read(b"From: " + sender + b"\r\n\r\nx").by_machine


def test_a_bounce_names_the_mail_that_did_not_arrive() -> None:
    """Only one of ours, and only when it failed for good."""
    assert read(bounce("balie.0190aaaa-bbbb@example.com")).bounce is not None
    found = read(bounce("balie.0190aaaa-bbbb@example.com")).bounce
    assert found is not None
    assert (found.attempt_id, found.words) == ("0190aaaa-bbbb", "smtp; 550 5.1.1 no such user")
    assert read(bounce("other@example.com")).bounce is None
    assert read(bounce("balie.0190aaaa-bbbb@example.com", action="delayed")).bounce is None


def bounce(message_id: str, action: str = "failed") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example.com\r\nTo: utrecht@example.com\r\nReturn-Path: <>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt failed.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.com\r\n\r\n"
        f"Final-Recipient: rfc822; anna@example.com\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1\r\n no such user\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"From: utrecht@example.com\r\nMessage-ID: <{message_id}>\r\n\r\nHoi\r\n--b--\r\n"
    ).encode()


def test_an_address_has_one_form() -> None:
    """Its domain in small letters; what could mean two addresses, or none, is refused."""
    assert who("mail:Anna@Example.COM") == "mail:Anna@example.com"
    assert who("anna@example.com") is None
    for wrong in ("anna", "@x.nl", "a@b", "a@b@c.nl", "a b@c.nl", "a@c.nl, d@e.nl", "ü@c.nl"):
        assert who(f"mail:{wrong}") is None
    assert MAIL.told("mail:anna@example.com") == Identity("mail:anna@example.com", "mail")
    assert answer_subject("RE: Antw: Re[2]: Rooster") == "Re: Rooster"


PDF = b"%PDF-1.4\n%%EOF\n"


def in_parts(kind: str, *parts: str) -> str:
    mark = f"b{kind}"
    inside = "".join(f"--{mark}\r\n{each}\r\n" for each in parts)
    return f'Content-Type: multipart/{kind}; boundary="{mark}"\r\n\r\n{inside}--{mark}--\r\n'


def part(kind: str, content: str, disposition: str = "") -> str:
    said = f"Content-Disposition: {disposition}\r\n" if disposition else ""
    return f"Content-Type: {kind}\r\n{said}\r\n{content}"


TEXT, HTML = part("text/plain", "Ja"), part("text/html", "<p>Ja</p>")
FILE = part("application/pdf; name=cv.pdf", PDF.decode())
PICTURE = part("image/png", "png", "inline; filename=foto.png")
LETTER = part("message/rfc822", "From: b@example.com\r\nSubject: Rooster/mei\r\n\r\nHoi")
SIGNED = part("application/pkcs7-signature; name=smime.p7s", "x", "attachment")


@pytest.mark.parametrize(
    ("mail", "text", "files"),
    [
        (in_parts("alternative", TEXT, in_parts("mixed", HTML, FILE)), "Ja", ["cv.pdf"]),
        (in_parts("signed", in_parts("mixed", TEXT, FILE), SIGNED), "Ja", ["cv.pdf"]),
        (in_parts("mixed", in_parts("related", HTML, PICTURE), FILE), "Ja", ["foto.png", "cv.pdf"]),
        (in_parts("mixed", TEXT, LETTER), "Ja", ["Rooster mei.eml"]),
        (
            in_parts("mixed", TEXT, PICTURE, part("text/plain", "Nog iets")),
            "Ja",
            ["foto.png", "file"],
        ),
        (in_parts("alternative", TEXT, HTML, part("text/calendar", "x")), "Ja", []),
        (in_parts("mixed", TEXT, part("text/csv", "a;b", "attachment")), "Ja", ["file"]),
        (FILE, "", ["cv.pdf"]),
        (part("image/jpeg", "jpeg"), "", ["file"]),
        (part("text/plain", "uren", "attachment; filename=uren.txt"), "", ["uren.txt"]),
    ],
)
def test_each_file_is_told_wherever_it_lies(mail: str, text: str, files: list[str]) -> None:
    """Apple Mail puts it among the forms of the text, a signed mail one level deeper, a scanner
    sends nothing else; what only repeats the text in another form is no file.
    """
    found = read(HEAD + mail.encode())
    assert (found.text, [each.name for each in found.files]) == (text, files)
    assert [each.place for each in found.files] == list(range(len(files)))
    for each in found.files:
        assert not each.name.endswith(".pdf") or each.content.strip() == PDF.strip()
        assert not each.name.endswith(".eml") or each.content.endswith(b"Rooster/mei\n\nHoi")


def test_a_mail_costs_no_more_than_its_length() -> None:
    """Marks of quotes without end, a link in a link, an encoding that is no letters, and a header
    of a megabyte: each took minutes, and cost the mailbox its turn.
    """
    assert words_of("<p>Ja</p>" + "<p id='appendonsend'>Kun je?</p>" * 20_000) == "Ja"
    assert words_of("<div>Ja<div><p id=divRplyFwdMsg>x</p>y<p>z</p></div>nee</div>") == "Ja\ny\nnee"
    assert words_of("<p>Ja</p>" + " " * 200_000 + "<p>Nee</p>") == "Ja"
    assert words_of("<a href='http://a.nl'>a<p>" * 10_000).startswith("a\na\n")
    head = HEAD + b"Content-Type: text/plain; charset=%s\r\n\r\n"
    assert read(head % b"punycode" + b"Mnchen-3ya").text == "Mnchen-3ya"
    assert read(head % b"iso-8859-15" + "Zoë €".encode("iso-8859-15")).text == "Zoë €"
    assert read(HEAD + b"Content-Type: text/plain" + b";a=b" * 250_000 + b"\r\n\r\nJa").text == "Ja"


@pytest.mark.parametrize(
    ("address", "sender"),
    [
        ("anna@müller.de", "mail:anna@xn--mller-kva.de"),
        ("Anna@MÜLLER.de", "mail:Anna@xn--mller-kva.de"),
        ("zoë@example.com", "zoë@example.com"),
        ("=?utf-8?q?zo=C3=AB?= <zoë@example.com>", "zoë@example.com"),
    ],
)
def test_a_sender_in_other_letters_is_somebody(address: str, sender: str) -> None:
    """Its domain has a form in ASCII; one without is shown, and nobody can write to it."""
    found = read(b"From: " + address.encode() + b"\r\n\r\nHoi")
    assert (found.sender, found.by_machine) == (sender, False)
    assert MAIL.writes_to(MAIL.told(sender)) is sender.startswith("mail:")


def nested(depth: int) -> bytes:
    """A mail of a few kB whose parts lie in one another."""
    return (
        HEAD
        + b"Message-ID: <deep@example.com>\r\nSubject: Diep\r\n"
        + b"".join(
            b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (each, each)
            for each in range(depth)
        )
    )


@pytest.mark.parametrize("depth", [300, 1_200, 5_000])
def test_of_a_mail_that_cannot_be_taken_apart_its_head_is_told(depth: int) -> None:
    """The parser of the library calls itself for each part; whoever wrote it is still known."""
    found = read(nested(depth))
    assert (found.sender, found.message_id) == ("mail:anna@example.com", "<deep@example.com>")
    assert (found.subject, found.readable, found.by_machine) == ("Diep", depth == 300, False)


@given(st.binary(max_size=300))
def test_no_mail_is_too_odd_to_be_read(content: bytes) -> None:
    """Whatever stands in it, something is told, and it can be kept."""
    for head in (b"", HEAD, HEAD + b"Content-Type: text/html; charset=none\r\n\r\n"):
        found = read(head + content)
        (found.text + found.subject + (found.sender_name or "") + (found.sender or "")).encode()
