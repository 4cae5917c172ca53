"""What one does with a conversation in the inbox, and the views that follow from it."""

import re
from collections.abc import Iterator

import pytest

from appliance.clock import ManualClock
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office

ANNA = "+31687654321"


@pytest.fixture
def anna(office: Office, tilburg: Desk, planning: Caller) -> str:
    """The id of a conversation in which Anna waits."""
    office.writes(ANNA, tilburg, name="Anna")
    return str(planning.get("/conversations").json()["items"][0]["id"])


@pytest.fixture
def sanne(sanne: Browser) -> Browser:
    sanne.client.headers["Accept-Language"] = "en"
    return sanne


@pytest.fixture
def bart(office: Office, tilburg: Desk) -> Iterator[Browser]:
    browser = log_in(office, "Bart", role="staff", branch_id=tilburg.branch_id)
    browser.client.headers["Accept-Language"] = "en"
    yield browser
    browser.client.close()


def does(browser: Browser, conversation_id: str, **form: str) -> str:
    answer = browser.post(f"/c/{conversation_id}/case", form)
    assert answer.status_code == 200, answer.text
    return answer.text


def shows(browser: Browser, view: str) -> bool:
    """Whether Anna stands in this view."""
    return "Anna" in browser.get(f"/list?view={view}").text


def buttons(html: str) -> set[str]:
    found = re.findall(r"<button[^>]*>(.*?)</button>", html, flags=re.DOTALL)
    return {re.sub("<[^>]*>", "", each).strip() for each in found}


def test_who_claims_has_it_and_a_colleague_is_told(
    sanne: Browser, bart: Browser, anna: str
) -> None:
    assert shows(sanne, "nobodys")
    claimed = does(sanne, anna, do="claim")
    assert "You have this conversation" in claimed
    assert {"Release", "Hand over", "Later", "Done"} <= buttons(claimed)
    assert shows(sanne, "mine")
    assert not shows(bart, "mine")
    assert not shows(bart, "nobodys")
    assert "Sanne has this conversation" in bart.get(f"/c/{anna}").text
    too_late = bart.post(f"/c/{anna}/case", {"do": "claim"})
    assert too_late.status_code == 409
    assert "A colleague was quicker" in too_late.text


def test_it_is_handed_over_and_released(sanne: Browser, bart: Browser, anna: str) -> None:
    does(sanne, anna, do="hand-over", to=bart.staff_id)
    assert shows(bart, "mine")
    assert "Claim" in buttons(does(bart, anna, do="release"))
    assert not shows(bart, "mine")
    assert shows(bart, "nobodys")


def test_done_leaves_who_waits_and_can_be_undone(
    office: Office, planning: Caller, sanne: Browser, anna: str
) -> None:
    """All shows it still."""
    seen = planning.get(f"/conversations/{anna}/messages").json()["items"][0]["id"]
    done = does(sanne, anna, do="done", seen=seen)
    assert "Undo" in buttons(done)
    assert "Done" not in buttons(done)
    assert not shows(sanne, "waiting")
    assert shows(sanne, "all")
    noted = does(sanne, anna, do="done", seen=seen, note="Belt terug")
    assert "Belt terug" in noted
    does(sanne, anna, do="reopen")
    assert shows(sanne, "waiting")


def test_what_came_meanwhile_keeps_it_open(
    office: Office, tilburg: Desk, planning: Caller, sanne: Browser, anna: str
) -> None:
    """The page was drawn before that: nobody has read it."""
    seen = planning.get(f"/conversations/{anna}/messages").json()["items"][0]["id"]
    office.writes(ANNA, tilburg, "Nog iets")
    answer = sanne.post(f"/c/{anna}/case", {"do": "done", "seen": seen})
    assert answer.status_code == 409
    assert "They wrote just now" in answer.text
    assert shows(sanne, "waiting")


def test_put_away_it_stands_under_later(
    office: Office, tilburg: Desk, sanne: Browser, anna: str
) -> None:
    away = does(sanne, anna, do="later", until="monday")
    assert "Put away until" in away
    assert not shows(sanne, "waiting")
    assert not shows(sanne, "nobodys")
    assert shows(sanne, "later")
    does(sanne, anna, do="back")
    assert not shows(sanne, "later")
    does(sanne, anna, do="later", until="reply")
    office.writes(ANNA, tilburg)
    assert shows(sanne, "waiting")
    assert not shows(sanne, "later")


def test_the_title_counts_who_waits_on_what_one_may_see(
    office: Office, tilburg: Desk, breda: Desk, sanne: Browser, anna: str
) -> None:
    """Who is read still waits; who is put away or done does not. No other branch is counted."""
    office.writes("+31687654399", breda)
    for line in ("", f"&line={tilburg.line_id}"):
        assert 'data-waiting="1"' in sanne.get(f"/list?view=all{line}").text
    sanne.get(f"/c/{anna}")
    assert 'data-waiting="1"' in sanne.get("/inbox/later").text
    does(sanne, anna, do="later", until="monday")
    assert 'data-waiting="0"' in sanne.get("/inbox/all").text
    does(sanne, anna, do="back")
    assert 'data-waiting="1"' in sanne.get(f"/c/{anna}").text
    does(sanne, anna, do="done")
    assert 'data-waiting="0"' in sanne.get("/inbox/all").text


def test_a_time_of_ones_own_is_in_the_branchs_time(
    clock: ManualClock, planning: Caller, sanne: Browser, anna: str
) -> None:
    does(sanne, anna, do="later", until="at", at="2026-03-05T14:30")
    found = planning.get(f"/conversations/{anna}").json()["snoozed_until"]
    assert found == "2026-03-05T13:30:00.000Z"
    wrong = sanne.post(f"/c/{anna}/case", {"do": "later", "until": "at", "at": "straks"})
    assert (wrong.status_code, "Choose a day and a time from now on" in wrong.text) == (422, True)


def test_a_label_is_made_where_it_is_needed(planning: Caller, sanne: Browser, anna: str) -> None:
    assert "ziek" in does(sanne, anna, do="labels", new_label="ziek")
    assert planning.get(f"/conversations/{anna}").json()["labels"] == ["ziek"]
    does(sanne, anna, do="labels")
    assert planning.get(f"/conversations/{anna}").json()["labels"] == []


def test_the_history_says_who_did_what(sanne: Browser, bart: Browser, anna: str) -> None:
    does(sanne, anna, do="claim")
    does(sanne, anna, do="hand-over", to=bart.staff_id)
    does(bart, anna, do="labels", new_label="ziek")
    does(bart, anna, do="done")
    said = sanne.get(f"/c/{anna}/history").text
    lines = re.findall(r'<span dir="auto">(.*?)</span>', said)
    assert [re.sub("<[^>]*>", "", each) for each in lines] == [
        "Bart marked it as done",
        "Bart labelled it ziek",
        "Sanne handed it over to Bart",
        "Sanne claimed it",
    ]


def test_who_may_only_read_gets_no_buttons(office: Office, tilburg: Desk, anna: str) -> None:
    reader = log_in(office, "Pia", role="privacy", branch_id=tilburg.branch_id)
    assert "Hand over" not in reader.get(f"/c/{anna}").text
    assert reader.post(f"/c/{anna}/case", {"do": "done"}).status_code == 404
    reader.client.close()


def test_who_may_not_see_the_conversation_does_nothing_with_it(
    office: Office, breda: Desk, anna: str
) -> None:
    stranger = log_in(office, "Loes", role="staff", branch_id=breda.branch_id)
    for path in ("case", "history"):
        assert stranger.get(f"/c/{anna}/{path}").status_code == 404
    assert stranger.post(f"/c/{anna}/case", {"do": "claim"}).status_code == 404
    stranger.client.close()
