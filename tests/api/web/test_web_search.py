"""The page of the search: what it says, and that it shows no more than the inbox."""

import pytest

from appliance.desk.search import following
from tests.api.browser import Browser
from tests.api.office import Desk, Office

ANNA, BO = "+31687654321", "+31687654322"


@pytest.fixture(autouse=True)
def said(office: Office, tilburg: Desk, breda: Desk) -> None:
    office.writes(ANNA, tilburg, "Is mijn <b>loonstrook</b> er?", name="Anna")
    office.writes(BO, breda, "Loonstrook voor Breda", name="Bo")
    while following.catch_up(office.store):
        pass


def test_what_is_found_is_marked_and_leads_to_its_message(sanne: Browser, office: Office) -> None:
    """What people wrote stays text; another branch's is not there."""
    page = sanne.client.get("/search", params={"q": "loonstrook"}).text
    assert "Is mijn &lt;b&gt;<mark>loonstrook</mark>&lt;/b&gt; er?" in page
    message = office.store.read(
        lambda conn: conn.execute(
            "SELECT id, conversation_id FROM message WHERE text LIKE 'Is mijn%'"
        ).fetchone()
    )
    assert f'href="/c/{message["conversation_id"]}#m-{message["id"]}"' in page
    assert "Breda" not in page


def test_a_part_alone_is_given_while_one_types(sanne: Browser) -> None:
    """The address of the page becomes that of the question."""
    part = sanne.client.get("/search", params={"q": "an"}, headers={"HX-Request": "true"})
    assert part.headers["HX-Replace-Url"] == "/search?q=an"
    assert "<mark>Anna</mark>" in part.text
    assert "<html" not in part.text


@pytest.mark.parametrize(
    ("q", "says"),
    [
        ("", "placeholder"),
        ("nergens", "Nothing found"),
        ("before:morgen", "Write a day behind before:"),
        ("kleur:rood", "There is no such filter"),
        ("x" * 600, "Leave some words out"),
    ],
)
def test_the_page_says_what_would_be_found_otherwise(sanne: Browser, q: str, says: str) -> None:
    english = {"Accept-Language": "en"}
    answer = sanne.client.get("/search", params={"q": q}, headers=english)
    assert answer.status_code == 200
    assert says in answer.text
