"""Several conversations of the list at once, and taking back what was done with them."""

import re
from collections.abc import Sequence
from typing import Any

import pytest

from appliance.clock import ManualClock
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office

PEOPLE = ("+31687654321", "+31687654322", "+31687654323")
TO_US = {"Accept-Language": "en"}


@pytest.fixture
def sanne(sanne: Browser) -> Browser:
    sanne.client.headers.update(TO_US)
    return sanne


@pytest.fixture
def waiting(office: Office, tilburg: Desk, planning: Caller) -> Sequence[str]:
    """The ids of three conversations in which somebody waits."""
    for number in PEOPLE:
        office.writes(number, tilburg)
    return [str(each["id"]) for each in planning.get("/conversations").json()["items"]]


def send(caller: Caller, method: str, path: str, **body: object) -> None:
    answer = caller.client.request(method, f"/api/v1{path}", json=body, headers=caller.headers)
    assert answer.is_success, answer.text


def chosen(browser: Browser, ids: Sequence[str], **form: Any) -> str:
    """What is said after this was done with all of them."""
    listed = browser.get("/list?view=all").text
    seen = [re.findall(rf'id="r-{each}".*?data-last="(\d+)"', listed, re.DOTALL)[0] for each in ids]
    answer = browser.post("/chosen", {"row": list(ids), "seen": seen, **form})
    assert answer.status_code == 200, answer.text
    return answer.text


def undo(browser: Browser, said: str) -> str:
    (name,) = re.findall('data-undo="([^"]+)"', said)
    return browser.post("/chosen/undo", {"undo": name}).text


def cases(planning: Caller, *fields: str) -> Sequence[Sequence[Any]]:
    items = planning.get("/conversations").json()["items"]
    return [[each[field] for field in fields] for each in items]


def events(office: Office, kind: str) -> int:
    return office.store.read(
        lambda conn: int(
            conn.execute("SELECT count(*) FROM event_log WHERE kind = ?", (kind,)).fetchone()[0]
        )
    )


def test_several_are_claimed_with_one_event_each_and_given_back(
    office: Office, sanne: Browser, planning: Caller, waiting: Sequence[str]
) -> None:
    said = chosen(sanne, waiting, do="claim")
    assert "3 conversations are yours." in said
    assert [who["name"] for (who,) in cases(planning, "assignee")] == ["Sanne"] * 3
    assert events(office, "conversation.assigned") == 3
    assert "3 as they were before." in undo(sanne, said)
    assert cases(planning, "assignee") == [[None]] * 3


def test_what_a_colleague_has_stays_theirs(
    office: Office, tilburg: Desk, sanne: Browser, planning: Caller, waiting: Sequence[str]
) -> None:
    """Also when it became theirs after the act that is taken back."""
    bart = log_in(office, "Bart", role="staff", branch_id=tilburg.branch_id)
    bart.post(f"/c/{waiting[0]}/case", {"do": "claim"})
    said = chosen(sanne, waiting, do="claim")
    assert "2 conversations are yours. 1 has a colleague already." in said
    bart.post(f"/c/{waiting[1]}/case", {"do": "hand-over", "to": bart.staff_id})
    told = undo(sanne, said)
    assert "1 as it was before. 1 was changed again since and stays as it is." in told
    assert [who and who["name"] for (who,) in cases(planning, "assignee")] == ["Bart", "Bart", None]
    bart.client.close()


def test_done_is_taken_back_exactly(
    sanne: Browser, planning: Caller, waiting: Sequence[str], clock: ManualClock
) -> None:
    """Who waited waits since then, and what was put away is away until the same time."""
    tomorrow = "2026-03-03T08:00:00Z"
    send(planning, "PATCH", f"/conversations/{waiting[0]}", snoozed_until=tomorrow)
    shown = ("state", "waiting_since", "snoozed_until", "closing_note")
    before = cases(planning, *shown)
    clock.advance(s=60)
    said = chosen(sanne, waiting, do="done")
    assert "3 conversations done." in said
    assert [state for (state,) in cases(planning, "state")] == ["done"] * 3
    clock.advance(s=60)
    undo(sanne, said)
    assert cases(planning, *shown) == before
    assert sanne.post("/chosen/undo", {"undo": "x"}).status_code == 404


def test_a_conversation_in_which_they_wrote_meanwhile_is_not_done(
    office: Office,
    tilburg: Desk,
    sanne: Browser,
    planning: Caller,
    waiting: Sequence[str],
    clock: ManualClock,
) -> None:
    listed = sanne.get("/list?view=all").text
    (seen, *_) = re.findall(r'data-last="(\d+)"', listed)
    clock.advance(s=60)
    office.writes(PEOPLE[0], tilburg, text="Nog iets")
    form = {"row": list(waiting), "seen": [seen] * 3, "do": "done"}
    said = sanne.post("/chosen", form).text
    assert "2 conversations done. In 1 they wrote just now; it stays open." in said
    assert sorted(state for (state,) in cases(planning, "state")) == ["done", "done", "open"]


def test_labels_are_put_on_and_taken_off_and_the_others_stay(
    sanne: Browser, planning: Caller, waiting: Sequence[str]
) -> None:
    for name in ("Haast", "Loon", "Ziek"):
        send(planning, "POST", "/labels", name=name)
    known = {each["name"]: each["id"] for each in planning.get("/labels").json()["items"]}
    send(planning, "PATCH", f"/conversations/{waiting[0]}", labels=["Haast", "Ziek"])
    bar = sanne.client.get("/chosen", params={"row": list(waiting)}).text
    assert len(re.findall("data-some", bar)) == 2
    said = chosen(sanne, waiting, do="labels", put=[known["Loon"]], off=[known["Ziek"]])
    assert "3 conversations labelled." in said
    assert cases(planning, "labels") == [[["Haast", "Loon"]], [["Loon"]], [["Loon"]]]
    undo(sanne, said)
    assert cases(planning, "labels") == [[["Haast", "Ziek"]], [[]], [[]]]


def test_nobody_changes_what_they_may_not_write_in(
    office: Office, breda: Desk, planning: Caller, waiting: Sequence[str]
) -> None:
    other = log_in(office, "Kim", role="staff", branch_id=breda.branch_id)
    form = {"row": list(waiting), "seen": ["9999999999999"] * 3, "do": "claim"}
    assert "data-undo" not in other.post("/chosen", form).text
    assert cases(planning, "assignee") == [[None]] * 3
    other.client.close()
