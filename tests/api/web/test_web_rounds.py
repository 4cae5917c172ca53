"""The pages of rounds: looked at, started, decided, by those who may."""

import re
from collections.abc import Iterator, Mapping
from html import unescape

import httpx
import pytest

from appliance.api.web.live import hint_of
from appliance.desk.access.sight import Sight
from appliance.desk.lists import saved_lists
from appliance.desk.outgoing.sending import Author
from appliance.events import EventKind
from appliance.store import events
from appliance.store.store import Tx
from tests.api.browser import Browser, Form, log_in
from tests.api.office import Desk, Office

ANNA, BART, CHRIS = (f"+3168765432{place}" for place in range(3))
ENGLISH = {"Accept-Language": "en"}
PARTIAL = {**ENGLISH, "HX-Request": "true"}
FORM = {
    "variants": "Hoi {voornaam}, kun je morgen werken?",
    "day": "2026-03-03",
    "begins": "07:00",
    "ends": "15:00",
    "seats": "1",
    "at_once": "2",
    "order": "given",
    "confirm_text": "Top, tot morgen!",
}
"""The office's clock says the second of March, half past nine in Tilburg."""


@pytest.fixture
def crew(office: Office, tilburg: Desk) -> Desk:
    """Three who may be asked."""
    for number, name in ((ANNA, "Anna Crew"), (BART, "Bart Crew"), (CHRIS, "Chris Crew")):
        office.writes(number, tilburg, name=name)
    return tilburg


@pytest.fixture
def form(office: Office, crew: Desk) -> Form:
    """As somebody fills it in; those who may be asked are in a list."""
    members = [contact_of(office, each) for each in (ANNA, BART, CHRIS)]

    def keep(tx: Tx) -> str:
        everywhere = Sight(None)
        by = Author()
        return saved_lists.add(
            tx, everywhere, by, name="Loods", branch_id=crew.branch_id, members=members
        )

    return {**FORM, "lines": crew.line_id, "list": office.store.write(keep)}


@pytest.fixture
def stranger(office: Office, breda: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Youssef", role="staff", branch_id=breda.branch_id)
    yield browser
    browser.client.close()


def posts(who: Browser, path: str, form: Form) -> httpx.Response:
    headers = {**ENGLISH, "X-CSRF-Token": who.csrf}
    return who.client.post(path, data=form, headers=headers)


def read(answer: httpx.Response) -> str:
    """What stands on it, without tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def looked(answer: httpx.Response) -> str:
    found = re.search(r'name="looked" value="(\w+)"', answer.text)
    assert found, read(answer)
    return found[1]


def started(sanne: Browser, form: Form, **other: str) -> str:
    """The path of the board of a round that was looked at and then started."""
    form = {**form, **other}
    preview = posts(sanne, "/rounds/new", {**form, "do": "look"})
    answer = posts(sanne, "/rounds/new", {**form, "do": "start", "looked": looked(preview)})
    assert answer.status_code == 303, read(answer)
    return answer.headers["location"]


def contact_of(office: Office, number: str) -> str:
    sql = "SELECT contact_id FROM contact_identity WHERE value = ?"
    return office.store.read(lambda conn: str(conn.execute(sql, (number,)).fetchone()[0]))


def rows(board: httpx.Response) -> Mapping[str, str]:
    """By name, how somebody stands on the board."""
    found = re.findall(r'<li id="p-\S+" class="is-([\w-]+)">(.*?)</bdi>', board.text, re.DOTALL)
    return {unescape(re.sub(r"<[^>]+>", "", name)).strip(): state for state, name in found}


def test_a_round_is_looked_at_before_it_starts(office: Office, form: Form, sanne: Browser) -> None:
    """A look says who can be asked by when and keeps nothing; only what was looked at starts."""
    preview = posts(sanne, "/rounds/new", {**form, "do": "look"})
    said = read(preview)
    assert (preview.status_code, office.count("round")) == (200, 0), said
    assert re.search(r"The first 2 people have been asked at \d\d:\d\d", said)
    assert "Hoi Anna, kun je morgen werken?" in said
    assert "3 people can be asked" in said
    other = {**form, "seats": "2", "do": "start", "looked": looked(preview)}
    assert "You changed something." in read(posts(sanne, "/rounds/new", other))
    assert office.count("round") == 0
    board = sanne.get(started(sanne, form), **ENGLISH)
    assert office.count("round") == 1
    assert rows(board) == {"Anna Crew": "asked", "Bart Crew": "asked"}
    assert "0 of 1" in read(board)
    assert "0 of 1" in read(sanne.get("/rounds", **ENGLISH))


def test_who_may_not_be_asked_is_named_with_why(
    office: Office, form: Form, sanne: Browser, breda: Desk
) -> None:
    """A second round for the same hours asks nobody of the first; a number more is offered to who
    may write from it, and fewer seats where time is short.
    """
    started(sanne, form)
    said = read(
        posts(sanne, "/rounds/new", {**form, "do": "look", "begins": "14:00", "ends": "22:00"})
    )
    assert "2 people may not be asked: another round asks them for the same hours Anna Crew" in said
    assert "1 person can be asked" in said
    admin = log_in(office, "Dirk", role="admin", branch_id=None)
    short = {**form, "day": "2026-03-04", "seats": "9", "at_once": ""}
    tight = posts(admin, "/rounds/new", {**short, "do": f"line:{breda.line_id}"})
    assert f'value="{breda.line_id}" checked' in tight.text
    fewer = posts(admin, "/rounds/new", {**short, "do": "seats:1"})
    assert re.search(r'id="seats"[^>]*value="1"', fewer.text)
    admin.client.close()


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"seats": "0"}, "seats", "Write a number of seats from 1 to 500."),
        ({"seats": "veel"}, "seats", "Write a number of seats"),
        ({"day": ""}, "starts_at", "Choose the day"),
        ({"day": "2026-03-01"}, "ends_at", "The work is over"),
        ({"closes": "2026-03-04T12:00"}, "closes_at", "Choose a time from now on"),
        ({"list": ""}, "contacts", "Nobody fits."),
        ({"q": "nobodyofthisname"}, "contacts", "Nobody fits."),
        ({"lines": ""}, "lines", "Choose at least one number"),
        ({"variants": " "}, "variants", "Write what you ask."),
        ({"variants": "Kun je op {datum}?"}, "variants", "Write what you ask."),
        ({"confirm_text": " "}, "confirm_text", "Write a text that can be sent."),
        ({"at_once": "-1"}, "at_once", "Write a number from 1 to 500"),
        ({"order": "label"}, "label", "Choose the label"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    office: Office,
    form: Form,
    sanne: Browser,
    wrong: dict[str, str],
    field: str,
    sentence: str,
) -> None:
    """The sentence stands at the field, and nothing that was typed is lost."""
    typed = {**form, "reserve_text": "Je staat reserve.", **wrong}
    if typed["lines"] == "":
        del typed["lines"]
    answer = posts(sanne, "/rounds/new", {**typed, "do": "start"})
    assert answer.status_code == 422
    assert re.search(rf'id="wrong-{field}">.*?{re.escape(sentence)}', answer.text, re.DOTALL)
    assert "Je staat reserve." in answer.text
    for name in ("variants", "seats"):
        assert str(typed[name]).strip() in answer.text
    assert office.count("round") == 0


def test_a_night_ends_on_the_next_day(office: Office, form: Form, sanne: Browser) -> None:
    """An end before the beginning is the next morning."""
    started(sanne, form, begins="22:00", ends="06:00")
    sql = "SELECT ends_ms - starts_ms FROM round"
    lasts_ms = office.store.read(lambda conn: conn.execute(sql).fetchone()[0])
    assert lasts_ms == 8 * 3_600_000


def test_a_planner_decides_and_takes_back(office: Office, form: Form, sanne: Browser) -> None:
    """A yes fills the round, a later one is reserve, and a seat taken back moves the reserve up."""
    path = started(sanne, form)

    def decides(number: str, answer: str) -> Mapping[str, str]:
        form = {"answer": answer, "show": "asked"}
        board = sanne.post(f"{path}/answers/{contact_of(office, number)}", form)
        assert board.status_code == 200
        assert 'class="round-top"' in board.text
        return rows(board)

    assert decides(ANNA, "yes") == {"Anna Crew": "yes"}, "who still waited is asked no more"
    assert decides(BART, "yes") == {"Anna Crew": "yes", "Bart Crew": "reserve"}
    assert decides(ANNA, "no") == {"Anna Crew": "no", "Bart Crew": "yes"}
    assert "Filled in 0 minutes." in read(sanne.get(path, **ENGLISH))
    listed = sanne.get(f"{path}?show=not-asked", **PARTIAL)
    assert rows(listed) == {"Chris Crew": "not-asked"}
    assert "Anna Crew" in sanne.get(f"{path}/people.csv").text
    calendar = sanne.get(f"{path}/work.ics")
    assert "Bart Crew" in calendar.text
    assert "Anna Crew" not in calendar.text
    closed = sanne.post(f"{path}/close", {"show": "asked"})
    assert "/close" not in closed.text
    sanne.post(f"{path}/cancel")
    late = sanne.post(f"{path}/answers/{contact_of(office, ANNA)}", {"answer": "yes"})
    assert (late.status_code, 'class="note"' in late.text) == (409, True)
    assert "/answers/" not in sanne.get(path).text


def test_words_that_are_not_plain_stand_on_top(
    office: Office, form: Form, sanne: Browser, stranger: Browser
) -> None:
    """With the words that were said, two buttons and the way to the conversation; who only reads
    has no button, and in another branch nothing of it exists.
    """
    path = started(sanne, form)
    round_id = path.rsplit("/", 1)[1]

    office.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE round_person SET state = 'unclear', answer_id ="
            " (SELECT m.id FROM message m JOIN conversation c ON c.id = m.conversation_id"
            " WHERE m.direction = 'in' AND c.contact_id = round_person.contact_id)"
            " WHERE contact_id = ?",
            (contact_of(office, BART),),
        )
    )
    board = sanne.get(path, **ENGLISH)
    top = board.text.split('class="panel round-unclear"')[1].split("round-tiles")[0]
    assert "<blockquote" in top
    assert top.count('name="answer"') == 2
    assert re.search(r'href="/c/[0-9a-f-]{36}"', top)
    assert "1 answer to decide" in read(sanne.get("/rounds", **ENGLISH))
    reader = log_in(office, "Petra", role="privacy", branch_id=None)
    assert "Bart Crew" in reader.get(path).text
    assert 'name="answer"' not in reader.get(path).text
    posts_of = (f"answers/{contact_of(office, BART)}", "close", "cancel")
    for who in (reader, stranger):
        for each in posts_of:
            assert who.post(f"/rounds/{round_id}/{each}", {"answer": "yes"}).status_code == 404
    for each in ("", "/people.csv", "/work.ics"):
        assert stranger.get(f"{path}{each}").status_code == 404
    assert "0 of 1" not in read(stranger.get("/rounds", **ENGLISH))
    assert reader.get("/rounds/new").status_code == 404
    reader.client.close()


def test_who_may_not_write_from_a_number_starts_no_round(
    office: Office, form: Form, stranger: Browser
) -> None:
    """A number, a list or people of another branch do not exist for them."""
    assert posts(stranger, "/rounds/new", {**form, "do": "look"}).status_code == 404
    assert office.count("round") == 0


def test_an_open_board_hears_what_happens(office: Office, form: Form, sanne: Browser) -> None:
    """Each event of a round is a hint that names it, so that pages ask again."""
    path = started(sanne, form)
    sanne.post(f"{path}/answers/{contact_of(office, ANNA)}", {"answer": "yes"})
    sanne.post(f"{path}/cancel")
    found = office.store.read(lambda conn: events.after(conn, 0, limit=500))
    about = [each for each in found if each.kind.value.startswith("round.")]
    assert {each.kind for each in about} >= {EventKind.ROUND_STARTED, EventKind.ROUND_CANCELLED}
    hints = {hint_of(each) == ("round", {"round": path.rsplit("/", 1)[1]}) for each in about}
    assert hints == {True}
