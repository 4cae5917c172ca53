"""The page of the link, and what head office reads of this box through it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.desk.outgoing.room import Room
from appliance.office.at_box.box_link import BoxLink
from appliance.office.at_box.taking import BoxCounter
from appliance.office.link import MAX_ANSWER_BYTES
from appliance.queue.gate import ConsentGate
from appliance.store import office_link
from appliance.store.store import Store
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office, WebServer, open_office, run_web_server
from tests.office.at_box.small_office import Fault, SmallOffice
from tests.queue.counter import MONDAY

PAGE = "/settings/office"


@dataclass(frozen=True, slots=True)
class Linked:
    """A branch with its pages, linked as a running Balie is."""

    branch: Office
    link: BoxLink
    desk: Desk


@pytest.fixture(scope="module")
def web_server() -> Iterator[WebServer]:
    with run_web_server() as running:
        yield running


@pytest.fixture
def linked(web_server: WebServer, office: SmallOffice, tmp_path: Path) -> Iterator[Linked]:
    links: list[BoxLink] = []

    def door(store: Store) -> BoxLink:
        counter = BoxCounter(
            store=store,
            gate=ConsentGate(),
            room=Room(),
            planned=lambda: None,
            make_copy=lambda: None,
        )
        links.append(BoxLink(counter, tmp_path / "box", None))
        links[0].start()
        return links[0]

    with open_office(web_server, tmp_path / "box", ManualClock(MONDAY), linked=door) as branch:
        yield Linked(branch, links[0], branch.desk("Tilburg", "+31612345678"))
        office.end()
        links[0].stop()


def admin(linked: Linked, language: str) -> Browser:
    browser = log_in(linked.branch, f"Marit {language}", role="admin", branch_id=None)
    browser.post("/settings/look", {"language": language})
    return browser


def test_an_administrator_joins_chooses_and_leaves(linked: Linked, office: SmallOffice) -> None:
    """The page says what stands here, in both languages; others have no such page."""
    somebody = log_in(linked.branch, "Sanne", role="lead", branch_id=None)
    assert somebody.get(PAGE).status_code == 404
    assert somebody.post(f"{PAGE}/leave", {"sure": "1"}).status_code == 404
    browser, dutch = admin(linked, "en"), admin(linked, "nl")
    assert "no invitation of a head office" in browser.post(f"{PAGE}/join", {"token": "x"}).text
    assert browser.post(f"{PAGE}/join", {"token": office.token}).status_code == 204
    office.wait_for(lambda: linked.link.now().seen_ms)
    assert office.url in browser.get(PAGE).text
    assert "Wat het hoofdkantoor van mensen mag hebben" in dutch.get(PAGE).text
    assert "Opnieuw aansluiten bij het hoofdkantoor" not in dutch.get(PAGE).text
    browser.post(f"{PAGE}/privacy", {"privacy": "figures"})
    known = linked.branch.store.read(office_link.link)
    assert (known and known.privacy.value) == "figures"
    assert browser.post(f"{PAGE}/privacy", {"privacy": "nothing"}).status_code == 422
    office.on_push = lambda _: Fault.STRUCK_OFF
    office.wait_for(lambda: linked.link.now().trouble == "struck-off")
    assert "Het hoofdkantoor kent deze box niet meer" in dutch.get(PAGE).text
    assert "Opnieuw aansluiten bij het hoofdkantoor" in dutch.get(PAGE).text
    assert browser.post(f"{PAGE}/leave", {}).status_code == 422
    browser.post(f"{PAGE}/leave", {"sure": "1"})
    assert linked.branch.store.read(office_link.link) is None
    assert re.search("stands alone", browser.get(PAGE).text)
    for each in (somebody, browser, dutch):
        each.client.close()


def test_a_thread_is_fetched_and_only_read(linked: Linked, office: SmallOffice) -> None:
    """Nothing but the API is, and nothing of it stays at the box as a right. What cannot be read,
    and what is too large, is answered so, and the link goes on.
    """
    linked.branch.writes("+31687654321", linked.desk, "Ik kan maandag")
    linked.link.join(office.token)

    def fetched(path: str) -> tuple[int, str]:
        ask = f"ask-{len(office.commands)}"
        office.done(office.ask("fetch", {"ask": ask, "path": path}))
        answer = office.wait_for(lambda: office.answers.get(ask))
        import base64

        return answer["status"], base64.b64decode(answer["body"]).decode()

    status, said = fetched("/api/v1/messages?direction=in")
    assert status == 200
    message = json.loads(said)["items"][0]
    assert message["text"] == "Ik kan maandag"
    assert fetched(f"/api/v1/messages/{message['id']}")[0] == 200
    assert fetched("/settings/team")[0] == 404
    assert fetched("/api/v1/../../settings/team")[0] == 404
    linked.branch.store.write(lambda tx: tx.conn.execute("ALTER TABLE label RENAME TO lost"))
    assert fetched("/api/v1/labels")[0] == 500
    large = "x" * (MAX_ANSWER_BYTES + 1)
    linked.branch.store.write(lambda tx: tx.conn.execute("UPDATE message SET text = ?", (large,)))
    status, said = fetched(f"/api/v1/messages/{message['id']}")
    assert (status, json.loads(said)["code"]) == (413, "too-large")
    late = office.ask("fetch", {"ask": "late", "path": "/api/v1/lines"}, expires_ms=MONDAY)
    assert office.done(late)["why"] == "too-late"
    assert "late" not in office.answers
