"""A language model proposes an answer: off by itself, told the least, taken by a click alone."""

import html
import json
import re
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.desk.webhooks.url_policy import Unreachable
from appliance.errors import InvalidInput, SetupError
from appliance.relay import suggesting
from appliance.relay.suggesting import AT_ONCE, MOST, NEAR, TELLS_AFTER, ModelSilent, Suggester
from appliance.store import branch_settings, incidents
from appliance.store.incidents import IncidentKind
from appliance.suggestion_settings import SuggestionSettings
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office, WebServer, open_office
from tests.language_model import MODEL, asking, proposing
from tests.webhook_receiver import Receiver, Say, receiving

ANNA, SECRET = "+31687654321", "Ik ben zwanger"
ASKED = "Dag Sanne, Anna de Wit hier (06-12345678, anna@wit.nl). Kan ik zaterdag om 06:00 werken?"


@pytest.fixture
def model() -> Iterator[Receiver]:
    with receiving() as server:
        server.says = proposing("Hoi {voornaam}, dat kan. Ik bel je om {tijd}.")
        yield server


@pytest.fixture
def office(
    web_server: WebServer, tmp_path: Path, clock: ManualClock, model: Receiver
) -> Iterator[Office]:
    with open_office(web_server, tmp_path, clock, suggesting=asking(model)) as opened:
        yield opened


def conversations(office: Office) -> Sequence[str]:
    rows = office.store.read(lambda conn: conn.execute("SELECT id FROM conversation").fetchall())
    return [row["id"] for row in rows]


def chosen(office: Office, desk: Desk, *, on: bool = True) -> None:
    change = {"model_suggests": on}
    office.store.write(
        lambda tx: branch_settings.change(tx, desk.branch_id, change, by="staff:test")
    )


@pytest.fixture
def thread(office: Office, tilburg: Desk) -> str:
    office.writes(ANNA, tilburg, ASKED, name="Anna de Wit")
    return conversations(office)[0]


def test_nothing_is_asked_before_the_branch_wants_it(
    sanne: Browser, office: Office, tilburg: Desk, thread: str, model: Receiver
) -> None:
    """An administrator switches it on where its model, its host and what it is told are said."""
    part = f"/c/{thread}/suggestions"
    assert "suggestions/model" not in sanne.get(part).text
    assert sanne.get(f"{part}/model").text.strip() == ""
    admin = log_in(office, "Carla", role="admin", branch_id=None)
    page = f"/settings/branches/{tilburg.branch_id}"
    shown = html.unescape(admin.get(page).text)
    assert f"{MODEL} op 127.0.0.1" in shown
    was = re.search('name="was" value="([^"]*)"', admin.get(page).text)
    assert was
    form = dict(json.loads(html.unescape(was[1])))
    said = {name: form[name] or "" for name in ("zone", "language", "opens", "closes", "holidays")}
    said |= {"claims_go_back": form["claims_go_back"], "answer_within_min": "60"}
    said |= {"was": html.unescape(was[1]), "model_suggests": "on", "hours": "same"}
    said |= {"weekday": "1", "lunch_from": "12:30", "lunch_until": "13:00"}
    assert admin.post(page, said).status_code == 204
    assert "suggestions/model" in sanne.get(part).text
    assert not model.got
    admin.client.close()


def test_a_proposal_is_told_the_least_and_says_where_it_comes_from(
    sanne: Browser, office: Office, tilburg: Desk, thread: str, model: Receiver
) -> None:
    """Asked once for one question, filled for the person, and sent to nobody."""
    chosen(office, tilburg)
    office.writes("+31687654322", tilburg, "Iets van een ander", name="Bram")
    for _ in range(2):
        part = html.unescape(sanne.get(f"/c/{thread}/suggestions/model").text)
    assert f"{MODEL} op 127.0.0.1" in part
    assert 'data-words="Hoi Anna, dat kan. Ik bel je om {tijd}."' in part
    assert 'data-missing="tijd"' in part
    (got,) = model.got
    assert got.path == "/hook/v1/chat/completions"
    turns = got.told["messages"]
    assert [each["role"] for each in turns] == ["system", "user"]
    assert "Kan ik zaterdag om {tijd} werken?" in turns[1]["content"]
    for personal in ("Anna", "Wit", "Sanne", "12345678", "wit.nl", "06:00", "ander", ANNA, thread):
        assert personal.encode() not in got.body, personal
    assert "authorization" not in got.headers
    out = "SELECT count(*) FROM message WHERE staff_id IS NOT NULL"
    assert office.store.read(lambda conn: conn.execute(out).fetchone()[0]) == 0


def test_what_may_have_to_go_is_not_told(
    sanne: Browser, office: Office, tilburg: Desk, thread: str, model: Receiver
) -> None:
    chosen(office, tilburg)
    office.writes(ANNA, tilburg, SECRET, name="Anna de Wit")
    sanne.get(f"/c/{thread}/suggestions/model")
    assert SECRET.encode() not in model.got[0].body


def test_who_may_not_write_there_is_told_nothing(
    office: Office, tilburg: Desk, breda: Desk, thread: str, model: Receiver
) -> None:
    chosen(office, tilburg)
    with_breda = log_in(office, "Bob", role="staff", branch_id=breda.branch_id)
    assert with_breda.get(f"/c/{thread}/suggestions/model").status_code == 404
    assert not model.got
    with_breda.client.close()


@pytest.mark.parametrize(
    "say",
    [
        Say(status=200, body=b'{"choices": [{"message": {"content": "Half'),
        Say(status=200, body=b'{"choices": []}'),
        Say(status=200, body=b"[" * 50_000),
        Say(status=500, body=b"oops"),
        Say(status=302, headers={"Location": "http://127.0.0.1:1/"}),
        Say(closes=True),
    ],
)
def test_whoever_writes_sees_nothing_of_a_model_that_fails(
    sanne: Browser, office: Office, tilburg: Desk, thread: str, model: Receiver, say: Say
) -> None:
    """Who looks after the machine does, until it answers again."""
    chosen(office, tilburg)
    model.says = lambda _: say
    for count in range(1, TELLS_AFTER + 1):
        answer = sanne.get(f"/c/{thread}/suggestions/model")
        assert (answer.status_code, answer.text.strip()) == (200, "")
        assert _is_told(office) is (count == TELLS_AFTER)
    assert len(model.got) == TELLS_AFTER
    model.says = proposing("Dat kan.")
    assert "Dat kan." in sanne.get(f"/c/{thread}/suggestions/model").text
    assert not _is_told(office)


def _is_told(office: Office) -> bool:
    found = office.store.read(lambda conn: incidents.open_of(conn, IncidentKind.SUGGESTIONS))
    return bool(found)


def test_a_model_that_hangs_holds_up_nobody(
    sanne: Browser, office: Office, tilburg: Desk, model: Receiver
) -> None:
    """The office's own texts are there meanwhile; whoever is one too many is told nothing."""
    chosen(office, tilburg)
    for count in range(AT_ONCE + 1):
        office.writes(f"+3168765430{count}", tilburg, f"Vraag {'abc'[count]}", name="Iemand")
    goes_on, says = threading.Event(), proposing("Dat kan.")
    model.says = lambda got: Say(
        status=200, body=says(got).body, waits=lambda: goes_on.wait(60) or None
    )
    *asked, one_more = conversations(office)
    with ThreadPoolExecutor(AT_ONCE) as others:
        begun = [others.submit(sanne.get, f"/c/{each}/suggestions/model") for each in asked]
        model.wait(AT_ONCE)
        assert sanne.get(f"/c/{one_more}/suggestions/model").text.strip() == ""
        assert sanne.get(f"/c/{asked[0]}/suggestions").status_code == 200
        goes_on.set()
        assert all("Dat kan." in each.result().text for each in begun)
    assert len(model.got) == AT_ONCE


def test_a_model_that_never_answers_is_given_up(
    web_server: WebServer, tmp_path: Path, clock: ManualClock, model: Receiver
) -> None:
    goes_on = threading.Event()
    model.says = lambda _: Say(waits=lambda: goes_on.wait(60) or None)
    with open_office(web_server, tmp_path, clock, suggesting=asking(model, within_s=1)) as office:
        desk = office.desk("Tilburg", "+31612345678")
        chosen(office, desk)
        office.writes(ANNA, desk, ASKED)
        browser = log_in(office, "Sanne", role="staff", branch_id=desk.branch_id)
        (thread,) = conversations(office)
        assert browser.get(f"/c/{thread}/suggestions/model").text.strip() == ""
        goes_on.set()
        browser.client.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8/v1",
        "https://8.8.8.8/v1",
        "https://169.254.169.254/v1",
        "http://[fd00:ec2::254]/v1",
        "http://[::ffff:8.8.8.8]/v1",
        "http://2130706433/v1",
        "http://user:pass@127.0.0.1/v1",
        "http://0.0.0.0/v1",
        "http://[fe80::1]/v1",
    ],
)
def test_an_address_beyond_the_house_is_refused_at_the_start(office: Office, url: str) -> None:
    with pytest.raises(SetupError, match=r"suggestions\.url"):
        Suggester(SuggestionSettings(url=url, model=MODEL), office.store)


def test_a_name_is_asked_only_where_it_leads_into_the_house() -> None:
    place = NEAR.place("http://model.example:11434/v1")
    known = ["8.8.8.8", "192.168.1.9", "127.0.0.1", "::1", "2001:db8::1", "fd12::1"]
    near = ["192.168.1.9", "127.0.0.1", "::1", "fd12::1"]
    assert NEAR.reachable(place, known) == near
    with pytest.raises(InvalidInput, match="neither of this machine"):
        NEAR.reachable(place, ["8.8.8.8"])
    with pytest.raises(Unreachable):
        NEAR.reachable(place, [])


def test_a_proposal_is_plain_text_of_a_bounded_length() -> None:
    def proposed(text: object) -> str:
        completion = {"choices": [{"message": {"content": text}}]}
        return suggesting.proposal_of(json.dumps(completion).encode())

    assert (
        proposed("<think>hm\nhm</think>\n Ja\u202e\x07,\x1b[1m\r\n dat\tkan ") == "Ja,[1m\ndat kan"
    )
    long = proposed("woord " * 1000)
    assert len(long) <= MOST + 1
    assert long.endswith("woord…")
    for nothing in ("", " \u200b ", None, 7, ["Ja"], "\ud800"):
        with pytest.raises(ModelSilent):
            proposed(nothing)
