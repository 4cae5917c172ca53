"""The texts that the office has ready, in the pages: kept, found behind a slash, suggested."""

import pytest

from appliance.desk.search import following
from appliance.desk.texts import canned_texts
from appliance.desk.texts.canned_texts import TextAuthor, TextWords
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

ANNA = "+31687654321"
WORDS = {
    "loon": ("Wanneer komt het loon?", "Hoi {voornaam}, je loon komt {dag}."),
    "rooster": ("Je rooster", "Je rooster staat klaar."),
    "ziek": ("Ziek melden", "Beterschap! Bel ons even."),
}


@pytest.fixture
def thread(office: Office, tilburg: Desk) -> str:
    office.writes(ANNA, tilburg, "Wanneer krijg ik mijn roosters?", name="Anna de Wit")
    texts = [
        TextWords(shortcut=shortcut, title=title, variants=[text])
        for shortcut, (title, text) in WORDS.items()
    ]
    office.store.write(lambda tx: [canned_texts.add(tx, each, TextAuthor()) for each in texts])
    return office.store.read(
        lambda conn: str(conn.execute("SELECT id FROM conversation").fetchone()[0])
    )


def test_a_slash_finds_by_shortcut_and_title(sanne: Browser, thread: str) -> None:
    part = sanne.get(f"/c/{thread}/texts?q=ro").text
    assert "/rooster" in part
    assert "/loon" not in part
    assert "/ziek" in sanne.get(f"/c/{thread}/texts?q=meld").text


def test_what_fits_the_question_is_suggested(sanne: Browser, thread: str, office: Office) -> None:
    """The text about a rooster, also where the question has its plural; nothing once answered."""
    part = sanne.get(f"/c/{thread}/suggestions").text
    assert part.index("Je rooster") < (part.find("loon") if "loon" in part else len(part))
    assert "Ziek melden" not in part
    office.store.write(lambda tx: tx.conn.execute("UPDATE conversation SET waiting_ms = NULL"))
    assert sanne.get(f"/c/{thread}/suggestions").text.strip() == ""


def test_a_text_is_filled_for_whom_the_conversation_is_with(sanne: Browser, thread: str) -> None:
    """And says what it lacks."""
    choice = sanne.get(f"/c/{thread}/texts?q=loon").text
    text_id = choice.partition('data-text="')[2][:36]
    assert sanne.post(f"/c/{thread}/texts/{text_id}").json() == {
        "text": "Hoi Anna, je loon komt {dag}.",
        "missing": ["dag"],
    }


def test_the_page_keeps_texts_of_ones_own_branch(
    sanne: Browser, thread: str, tilburg: Desk, breda: Desk
) -> None:
    """Those of all branches are for who may write in all of them."""
    form = {"shortcut": "sleutel", "title": "Sleutel", "variant": "Haal hem op."}
    for branch_id, status in ((tilburg.branch_id, 204), (breda.branch_id, 404), ("", 404)):
        answer = sanne.post("/settings/texts", {**form, "branch": branch_id})
        assert answer.status_code == status
    page = sanne.get("/settings/texts").text
    assert page.count('action="/settings/texts"') == 2
    wrong = sanne.post("/settings/texts", {**form, "branch": tilburg.branch_id}, part=False)
    assert wrong.status_code == 422
    assert 'value="sleutel"' in wrong.text


def test_who_may_not_write_there_gets_no_text(office: Office, thread: str, breda: Desk) -> None:
    browser = log_in(office, "Bo", role="staff", branch_id=breda.branch_id)
    for path in (f"/c/{thread}/texts", f"/c/{thread}/suggestions"):
        assert browser.get(path).status_code == 404
    browser.client.close()


def test_the_command_bar_finds_people_texts_and_pages(
    sanne: Browser, thread: str, office: Office
) -> None:
    """And what one may do there; a filter that is half typed finds nothing and breaks nothing."""
    while following.catch_up(office.store):
        pass
    english = {"Accept-Language": "en"}
    people = sanne.get("/command-bar?q=ann", **english).text
    assert f'data-href="/c/{thread}"' in people
    assert "“ann” in all messages" in people
    assert "/rooster" in sanne.get("/command-bar?q=/roo", **english).text
    assert 'data-href="/new"' in sanne.get("/command-bar?q=new conv", **english).text
    assert 'data-href="/devices"' in sanne.get("/command-bar", **english).text
    assert sanne.get("/command-bar?q=before:mor").status_code == 200


def test_an_answer_that_is_given_often_is_proposed_without_what_is_personal(
    office: Office, tilburg: Desk, breda: Desk, sanne: Browser
) -> None:
    """Until there is such a text; a person reads what is left, and saves it."""
    for number, name in enumerate(("Anna", "Piotr", "Fatima")):
        office.writes(f"+3168765432{number}", tilburg, "Wanneer?", name=name)
    sanne.client.headers["Accept-Language"] = "en"
    threads = office.store.read(
        lambda conn: conn.execute(
            "SELECT c.id, k.chosen_name FROM conversation c JOIN contact k ON k.id = c.contact_id"
        ).fetchall()
    )
    for thread_id, name in threads:
        sanne.post(f"/c/{thread_id}/messages", {"text": f"Hoi {name}, je loon komt op 4-3-2026."})
    office.store.write(
        lambda tx: tx.conn.execute("UPDATE message SET sent_ms = 1 WHERE staff_id IS NOT NULL")
    )
    part = sanne.get("/settings/texts/often").text
    assert "Hoi {voornaam}, je loon komt op {datum}." in part
    assert "To 3 people lately" in part
    of = part.partition("?of=")[2][:36]
    form = sanne.get(f"/settings/texts?of={of}").text
    assert ">Hoi {voornaam}, je loon komt op {datum}.</textarea>" in form
    assert "Read it once more" in form
    kept = {
        "shortcut": "loon",
        "title": "Loon",
        "variant": "Hoi {voornaam}, je loon komt op {datum}.",
        "branch": tilburg.branch_id,
    }
    sanne.post("/settings/texts", kept)
    assert sanne.get("/settings/texts/often").text.strip() == ""
    loes = log_in(office, "Loes", role="staff", branch_id=breda.branch_id)
    assert loes.get(f"/settings/texts?of={of}").status_code == 404
    assert loes.get("/settings/texts/often").text.strip() == ""
    loes.client.close()
