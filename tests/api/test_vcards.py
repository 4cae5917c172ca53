"""People leave as cards for an address book, and are entered from cards that came."""

import html
import re

import pytest
import vobject

from appliance.desk.access.tokens import Scope
from appliance.desk.contacts.card_reading import MOST_PEOPLE, people_on
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office

ANNA, BART = "+31687654321", "+31687654322"
CARD = f"""BEGIN:VCARD
VERSION:3.0
N:Kuipers;Bart;;;
FN:Bart Kuipers\\, de lange
item1.TEL;waid=31687654322:+31 6 87654322
item1.X-ABLabel:Mobiel
TEL;TYPE=WORK:06-87654322
TEL:112
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ
 SkZJRgABAQ
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Wi=C5=9Bniewska;Ola
TEL;CELL:{ANNA}
END:VCARD
""".replace("\n", "\r\n")


@pytest.fixture
def card(office: Office, sanne: Browser) -> str:
    """A card that lies here; who uploaded it may see it."""
    token = office.caller()
    made = office.client.post(
        "/api/v1/media", files={"file": ("bart.vcf", CARD)}, headers=token.headers
    ).json()
    assert made["kind"] == "contact"
    office.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE media SET staff_id = ?, token_id = NULL WHERE id = ?",
            (sanne.staff_id, made["id"]),
        )
    )
    return str(made["id"])


def test_a_person_leaves_as_a_card(office: Office, tilburg: Desk, planning: Caller) -> None:
    """VCard 3.0, as another library reads it; for who may read contacts, by id or number."""
    office.writes(ANNA, tilburg, name="Anna; de Wit, “Nachtploeg”")
    answer = planning.get(f"/contacts/{ANNA}/vcard")
    assert answer.headers["content-type"].startswith("text/vcard")
    read = vobject.readOne(answer.text)
    assert read.version.value == "3.0"
    assert read.fn.value == "Anna; de Wit, “Nachtploeg”"
    assert read.tel.value == ANNA
    assert planning.get(f"/contacts/{BART}/vcard").status_code == 404
    other = office.caller(frozenset({Scope.MESSAGES_READ}))
    assert other.get(f"/contacts/{ANNA}/vcard").status_code == 403


def test_who_may_not_see_a_person_has_no_card(office: Office, tilburg: Desk, breda: Desk) -> None:
    office.writes(ANNA, tilburg)
    elsewhere = office.caller(branch_id=breda.branch_id)
    assert elsewhere.get(f"/contacts/{ANNA}/vcard").status_code == 404


def test_cards_of_phones_are_read() -> None:
    """Groups, escapes, folded lines, two ways to write a number, and vCard 2.1; what is no number
    is passed over.
    """
    bart, ola = people_on(CARD.encode())
    assert (bart.name, bart.numbers) == ("Bart Kuipers, de lange", [BART])
    assert (ola.name, ola.numbers) == ("Ola Wiśniewska", [ANNA])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"BEGIN:VCARD",
        b"\xff\xfe\x00BEGIN:VCARD\nTEL:\nEND:VCARD",
        b"BEGIN:VCARD\n" + b"A;" * 100_000 + b":\nEND:VCARD",
        b"BEGIN:VCARD\n" + b'N;X="' * 50_000,
    ],
)
def test_an_ugly_card_has_nobody_on_it(raw: bytes) -> None:
    """And costs no more than its length."""
    assert people_on(raw) == []


def test_a_card_of_thousands_is_cut() -> None:
    one = f"BEGIN:VCARD\nFN:X\nTEL:{BART}\nEND:VCARD\n"
    assert len(people_on(one.encode() * 4000)) == MOST_PEOPLE


def test_somebody_on_a_card_is_offered_once(
    office: Office, sanne: Browser, tilburg: Desk, card: str
) -> None:
    """Who is known has a link; who is not leads to a form that is filled in, and sends nothing."""
    office.writes(ANNA, tilburg, name="Ola")
    page = html.unescape(sanne.get(f"/media/{card}/people").text)
    assert "Bart Kuipers, de lange" in page
    links = re.findall(r'href="(/people/new\?[^"]+)"', page)
    assert len(links) == 1
    form = html.unescape(sanne.get(links[0]).text)
    assert 'value="Bart Kuipers, de lange"' in form
    assert f'value="{BART}"' in form
    assert office.count("contact") == 1


def test_a_card_that_one_may_not_see_is_not_there(office: Office, card: str, breda: Desk) -> None:
    other = log_in(office, "Youssef", role="staff", branch_id=breda.branch_id)
    assert other.get(f"/media/{card}/people").status_code == 404
    other.client.close()
