"""One's own notifications: what is kept, who may switch the house's, which browsers are taken."""

from collections.abc import Iterator, Sequence

import pytest

from appliance.desk.access import sessions
from appliance.desk.notices import choices, mail_choices
from appliance.store import push
from appliance.store.push import PushSubscription
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

PAGE = "/me/notifications"
BROWSER = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/abc",
    "public_key": "B" * 87,
    "secret": "a" * 22,
}
WORKER = "+31655500401"


@pytest.fixture(autouse=True)
def english(sanne: Browser) -> None:
    sanne.client.headers["Accept-Language"] = "en"


@pytest.fixture
def carla(office: Office) -> Iterator[Browser]:
    """An administrator of the whole house."""
    browser = log_in(office, "Carla", role="admin", branch_id=None)
    browser.client.headers["Accept-Language"] = "en"
    yield browser
    browser.client.close()


def switched_on(carla: Browser) -> None:
    form = {"is_on": "1", "contact": "ict@example.com"}
    assert carla.post(f"{PAGE}/house", form).status_code == 204


def told(office: Office) -> Sequence[PushSubscription]:
    now_ms = office.clock.now_ms()
    return office.store.read(lambda conn: push.subscriptions(conn, now_ms))


def test_everybody_chooses_when_and_of_which_numbers(
    office: Office, sanne: Browser, tilburg: Desk
) -> None:
    """What is wrong is said and changes nothing."""
    form = {"begins": "07:30", "ends": "17:00", "day": "6", "line": ""}
    assert sanne.post(PAGE, form).status_code == 204
    kept = office.store.read(lambda conn: choices.choice_of(conn, sanne.staff_id))
    assert (kept.begins, kept.ends, kept.weekdays) == ("07:30", "17:00", "6")
    assert kept.without == (tilburg.line_id,)
    assert 'value="07:30"' in sanne.get(PAGE).text
    wrong = sanne.post(PAGE, form | {"begins": "half acht"})
    assert (wrong.status_code, "Write the times as 08:00." in wrong.text) == (422, True)
    assert office.store.read(lambda conn: choices.choice_of(conn, sanne.staff_id)) == kept


def test_only_an_administrator_of_the_house_lets_anything_leave_it(
    office: Office, sanne: Browser, carla: Browser
) -> None:
    """It is off at first; the page has nothing about it for others, and the log says who did it."""
    assert sanne.post(f"{PAGE}/browser", BROWSER).status_code == 404
    assert "For the whole house" not in sanne.get(PAGE).text
    refused = sanne.post(f"{PAGE}/house", {"is_on": "1", "contact": "ict@example.com"})
    assert refused.status_code == 404
    assert carla.post(f"{PAGE}/house", {"is_on": "1", "contact": "nobody"}).status_code == 422
    switched_on(carla)
    assert "For the whole house" in carla.get(PAGE).text
    assert 'data-key="B' in sanne.get(PAGE).text
    events = office.store.read(
        lambda conn: conn.execute(
            "SELECT staff_id FROM event_log WHERE kind = 'push.changed'"
        ).fetchall()
    )
    assert [row["staff_id"] for row in events] == [carla.staff_id]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/send/abc",
        "https://127.0.0.1/send/abc",
        "https://fcm.googleapis.com.example.org/send/abc",
        "https://fcm.googleapis.com@example.org/send/abc",
        "https://fcm.googleapis.com:8443/send/abc",
        "https://192.168.1.1/",
        "https://[::1",
        "",
    ],
)
def test_no_browser_makes_balie_call_another_host(
    office: Office, sanne: Browser, carla: Browser, endpoint: str
) -> None:
    """A subscription is taken for the push services of browsers alone."""
    switched_on(carla)
    assert sanne.post(f"{PAGE}/browser", BROWSER | {"endpoint": endpoint}).status_code == 422
    assert told(office) == []


def test_a_browser_is_told_until_the_log_out(
    office: Office, sanne: Browser, carla: Browser
) -> None:
    """It may say so again, or that it is enough."""
    switched_on(carla)
    for _ in range(2):
        assert sanne.post(f"{PAGE}/browser", BROWSER).status_code == 204
    assert [each.staff_id for each in told(office)] == [sanne.staff_id]
    sanne.post(f"{PAGE}/browser/end", {"endpoint": BROWSER["endpoint"]})
    assert told(office) == []
    sanne.post(f"{PAGE}/browser", BROWSER)
    office.store.write(lambda tx: sessions.end(tx, sanne.token))
    assert told(office) == []


def test_an_open_page_asks_what_it_may_say(
    office: Office, sanne: Browser, tilburg: Desk, breda: Desk
) -> None:
    """Nothing of another branch, and nothing of what was said, unless the house shows it."""
    office.writes(WORKER, tilburg, "Mijn rekening is veranderd", name="Fatima")
    office.writes(WORKER, breda, "Hoi")
    ids = office.store.read(
        lambda conn: {
            row["line_id"]: row["id"]
            for row in conn.execute("SELECT id, line_id FROM conversation")
        }
    )
    found = sanne.get(f"{PAGE}/news?conversation={ids[tilburg.line_id]}").json()
    assert (found["title"], found["body"]) == ("Tilburg", "Somebody writes")
    assert sanne.get(f"{PAGE}/news?conversation={ids[breda.line_id]}").status_code == 204
    assert sanne.get(f"{PAGE}/news?conversation=nothing").status_code == 404


def test_a_lead_chooses_what_is_mailed_and_tests_it(office: Office, tilburg: Desk) -> None:
    """Of the branches that they lead; who leads nothing has no such choice."""
    lea = log_in(office, "Lea", role="lead", branch_id=tilburg.branch_id)
    lea.client.headers["Accept-Language"] = "en"
    form = {"branch": [tilburg.branch_id, "elsewhere"], "waits": ["hourly", "now"]}
    assert lea.post(f"{PAGE}/mail", form | {"incidents": "off"}).status_code == 204
    kept = office.store.read(lambda conn: mail_choices.choice_of(conn, lea.staff_id))
    assert (kept.waits, kept.incidents) == ({tilburg.branch_id: "hourly"}, "off")
    assert lea.post(f"{PAGE}/mail", form | {"incidents": "often"}).status_code == 422
    assert "Balie has no mail server yet" in lea.get(PAGE).text
    assert lea.post(f"{PAGE}/mail/test").status_code == 404
    lea.client.close()


def test_who_leads_nothing_is_mailed_nothing(sanne: Browser) -> None:
    """The page has no such part, and the address of it does not exist."""
    assert "By e-mail" not in sanne.get(PAGE).text
    assert sanne.post(f"{PAGE}/mail", {"incidents": "now"}).status_code == 404
