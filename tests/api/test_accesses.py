"""Every reader of a person's data is reported: which member of staff or token, and about whom."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from appliance.api.cloud.paths import NODE as CLOUD
from appliance.api.json.declared import Read
from appliance.api.json.reads import READS
from appliance.api.smsgate.paths import PREFIX as SMSGATE
from appliance.clock import ManualClock
from appliance.desk.access import sessions
from appliance.desk.access.accesses import Accessed, Accesses, Reader, Shown
from appliance.desk.access.sight import Sight
from appliance.desk.lines import screens
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.archive import asking
from appliance.desk.privacy.archive.asking import ArchiveWish
from appliance.desk.privacy.erasing import asking as erasing
from appliance.desk.privacy.erasing.asking import ErasureWish
from appliance.desk.privacy.requests import requests
from appliance.desk.privacy.requests.requests import AskedHow, NewRequest, RequestKind
from appliance.desk.search import following
from appliance.desk.team import staff
from appliance.desk.texts import canned_texts
from appliance.desk.texts.canned_texts import TextAuthor, TextWords
from appliance.devices.protocol import Group
from appliance.identities import tel
from appliance.media.files import FOLDER, MediaFiles
from appliance.media.kinds import FileType, MediaKind
from appliance.screen_rules import UnknownScreen
from appliance.store import groups, retention_runs
from appliance.store.archives import ArchiveFormat
from appliance.store.media import NewUpload, add_upload, attach
from appliance.store.store import Tx
from tests.api.office import WORDS, Desk, Office, WebServer, open_office
from tests.media import samples

READY = TextWords(shortcut="loon", title="Loon", variants=["Je loon is er."])
ANNA, ANNA_READABLE = "+31687654321", "+31 6 87654321"
BRAM = "+31687654322"
NAME = "Annelies"
NO_PAGES = ("/api/", "/healthz", "/readyz", "/metrics", "/live")
"""The stream of hints does not end; `test_changed_rows.py` has the reports of its rows."""

NO_TALK = {"/privacy", "/privacy/archive", "/privacy/archive/jobs"}
NO_TALK |= {"/privacy/people/{contact}/erase", "/privacy/erasures/{erasure_id}"}
"""Shows whom it is about, and nothing that was said in a conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """An office where Anna wrote, called and was answered; `told` holds the reports to the sink."""

    office: Office
    desk: Desk
    told: list[Accessed]
    conversation: str
    contact: str
    message: str
    attempt: str
    media: str
    group: str
    screen: str
    text: str
    list_id: str
    send_id: str
    round_id: str
    request_id: str
    archive_id: str
    erasure_id: str
    webhook_id: str
    pages: Sequence[str]

    @property
    def anna(self) -> Shown:
        return Shown(contact_id=self.contact, conversation_id=self.conversation)

    def filled(self, path: str) -> str:
        """The address of a route; a parameter that is missing here means a route to think about."""
        known = {
            "contact": self.contact,
            "conversation_id": self.conversation,
            "view": "all",
            "message_id": self.message,
            "attempt_id": self.attempt,
            "line_id": self.desk.line_id,
            "staff_id": self.text,
            "branch_id": self.desk.branch_id,
            "device_id": self.desk.device_id,
            "media_id": self.media,
            "group_id": self.group,
            "screen_id": self.screen,
            "text_id": self.text,
            "list_id": self.list_id,
            "send_id": self.send_id,
            "round_id": self.round_id,
            "request_id": self.request_id,
            "run_id": self.office.store.write(retention_runs.begin),
            "archive_id": self.archive_id,
            "erasure_id": self.erasure_id,
            "kind": "volume",
            "name": "screen-1.jpg",
            "token": "none",
            "digits": "31600000000",
            "job_id": self.text,
            "webhook_id": self.webhook_id,
            "part_id": self.text,
        }
        return path.format(**known)

    def shows_anna(self, answer: httpx.Response) -> bool:
        """Her name, number or words, a link to her, or the picture of her chat or from it."""
        traces = (ANNA[1:], ANNA_READABLE, NAME, WORDS, self.contact, self.conversation)
        is_picture = answer.headers.get("content-type") in ("image/jpeg", "image/webp")
        return is_picture or any(trace in answer.text for trace in traces)

    def told_of(self, who: Reader) -> list[Shown]:
        """The people in the reports since the last call; all of them are of this reader."""
        told = [each for each in self.told if each.contact_id or each.conversation_id]
        assert all(each.who == who for each in self.told)
        self.told.clear()
        return [
            Shown(contact_id=each.contact_id, conversation_id=each.conversation_id) for each in told
        ]


def one(office: Office, sql: str) -> str:
    return office.store.read(lambda conn: str(conn.execute(sql).fetchone()[0]))


@pytest.fixture
def watched(web_server: WebServer, tmp_path: Path, clock: ManualClock) -> Iterator[Watched]:
    told: list[Accessed] = []
    with open_office(web_server, tmp_path, clock, accessed=told.append) as office:
        app = web_server.app
        assert isinstance(app, FastAPI)
        desk = office.desk("Tilburg", "+31612345678")
        office.writes(ANNA, desk, name=NAME)
        office.calls(ANNA, desk)
        conversation = one(office, "SELECT id FROM conversation")
        contact = one(office, "SELECT id FROM contact")
        message = one(office, "SELECT id FROM message WHERE direction = 'out'")
        attempt = office.store.write(lambda tx: tried(tx, message, desk, tmp_path))
        list_id, send_id = office.sends_to_lists(desk)
        round_id = asks_for_a_seat(office, desk)
        told.clear()
        yield Watched(
            office=office,
            desk=desk,
            told=told,
            conversation=conversation,
            contact=contact,
            message=message,
            pages=sorted(pages_of(app.routes)),
            attempt=attempt,
            media=office.store.write(lambda tx: sent_a_photo(tx, message, tmp_path)),
            group=office.store.write(lambda tx: made_a_group(tx, desk)),
            screen=office.store.write(lambda tx: stopped_by_a_screen(tx, attempt, desk)),
            text=office.store.write(lambda tx: canned_texts.add(tx, READY, TextAuthor())).id,
            list_id=list_id,
            send_id=send_id,
            round_id=round_id,
            request_id=office.store.write(lambda tx: asks_to_see(tx, contact)),
            archive_id=office.store.write(lambda tx: asked_for_an_archive(tx, contact)),
            erasure_id=office.store.write(lambda tx: asked_to_be_erased(tx, contact)),
            webhook_id=told_elsewhere(office),
        )


def asked_to_be_erased(tx: Tx, contact: str) -> str:
    """She is still there: nothing does it here."""
    wish = ErasureWish(reason="Op verzoek", typed=erasing.WORD)
    return erasing.ask(tx, Sight(None), contact, wish, Author(rule="test")).id


def asked_for_an_archive(tx: Tx, contact: str) -> str:
    wish = ArchiveWish(contact=contact, format=ArchiveFormat.PDF, language="nl")
    return asking.ask(tx, Sight(None), wish, Author())


def told_elsewhere(office: Office) -> str:
    body = {"url": "http://10.0.0.9/hook", "events": ["message.*"], "content": "ids"}
    answer = office.client.post("/api/v1/webhooks", json=body, headers=office.caller().headers)
    return str(answer.json()["id"])


def asks_for_a_seat(office: Office, desk: Desk) -> str:
    """A round that asks Anna."""
    now = datetime.fromtimestamp(office.clock.now_ms() / 1000, UTC)
    body = {
        "line": desk.number,
        "contacts": [ANNA],
        "variants": ["Kun je morgen werken?"],
        "seats": 1,
        "starts_at": (now + timedelta(hours=20)).isoformat(),
        "ends_at": (now + timedelta(hours=28)).isoformat(),
        "closes_at": (now + timedelta(hours=6)).isoformat(),
        "confirm_text": "Top!",
    }
    answer = office.client.post("/api/v1/rounds", json=body, headers=office.caller().headers)
    return str(answer.json()["id"])


def asks_to_see(tx: Tx, contact: str) -> str:
    """What is kept of her."""
    asked = NewRequest(
        kind=RequestKind.ACCESS,
        contact_id=contact,
        branch_id=None,
        asked_by=NAME,
        asked_how=AskedHow.MAIL,
        asked_on=date(2026, 3, 1),
    )
    return requests.take(tx, Sight(None), asked, Author(rule="test"))


def tried(tx: Tx, message: str, desk: Desk, data_dir: Path) -> str:
    """An attempt with a kept picture."""
    attempt = tx.new_id()
    tx.conn.execute(
        "INSERT INTO attempt (id, message_id, device_id, channel, started_ms, evidence)"
        " VALUES (?, ?, ?, 'whatsapp', ?, '{\"files\": [\"screen-1.jpg\"]}')",
        (attempt, message, desk.device_id, tx.now_ms),
    )
    folder = data_dir / "media" / "evidence" / attempt
    folder.mkdir(parents=True)
    (folder / "screen-1.jpg").write_bytes(b"\xff\xd8")
    return attempt


def sent_a_photo(tx: Tx, message: str, data_dir: Path) -> str:
    """The message came with one."""
    with MediaFiles(data_dir / FOLDER).growing() as growing:
        growing.write(samples.photo())
        kept = growing.keep()
    what = FileType(MediaKind.IMAGE, "image/jpeg")
    found = add_upload(tx, NewUpload(told=what, name="foto.jpg", kept=kept))
    attach(tx.conn, message, [found.id])
    return found.id


def made_a_group(tx: Tx, desk: Desk) -> str:
    """With Anna in it."""
    group = groups.add(tx, desk.line_id, "Loods")
    groups.ask_for(tx, group.id, tel(ANNA))
    return group.id


def stopped_by_a_screen(tx: Tx, attempt: str, desk: Desk) -> str:
    """The attempt's picture shows a dialog that nobody knows."""
    shown = UnknownScreen(
        package="com.whatsapp",
        ids=frozenset({"android:id/message"}),
        text="Nevelkaart",
        buttons=[],
        attempt_id=attempt,
        files=["screen-1.jpg"],
    )
    screens.note(tx, desk.device_id, shown)
    return str(tx.conn.execute("SELECT id FROM unknown_screen").fetchone()[0])


@contextmanager
def logged_in(watched: Watched) -> Iterator[tuple[httpx.Client, Reader]]:
    """The browser of a person who may open every page."""

    def enter(tx: Tx) -> sessions.NewSession:
        return sessions.begin(tx, staff.add(tx, "Sanne", role="admin", branch_id=None))

    session = watched.office.store.write(enter)
    headers = {"X-CSRF-Token": session.csrf}
    cookies = {"balie_session": session.token}
    url = watched.office.url
    with httpx.Client(base_url=url, cookies=cookies, headers=headers, timeout=60) as client:
        yield client, Reader(staff_id=session.staff_id)


def pages_of(routes: Iterable[object]) -> Iterator[str]:
    """Every page and part of a page that can be read."""
    for route in routes:
        if not isinstance(route, APIRoute):
            yield from pages_of(getattr(getattr(route, "original_router", None), "routes", []))
        elif "GET" in (route.methods or ()) and not route.path.startswith(
            ("/api", SMSGATE, CLOUD, "/live", "/healthz", "/readyz", "/metrics")
        ):
            yield route.path


@pytest.mark.parametrize("read", READS, ids=lambda read: read.name)
def test_a_read_of_the_api_that_shows_a_person_tells_so_once(
    watched: Watched, read: Read[Any, Any]
) -> None:
    """This holds for each declared read; one that shows nobody makes no report."""
    while following.catch_up(watched.office.store):
        pass
    caller = watched.office.caller()
    needed = {"search": {"q": NAME}, "tryRules": {"at": "2026-03-07T21:00:00Z"}}
    asked = needed.get(read.name, {})
    answer = caller.get(watched.filled(read.path), **asked)
    assert answer.status_code == 200
    told = watched.told_of(Reader(token_id=caller.token.id))
    assert [each.contact_id for each in told] == [watched.contact] * watched.shows_anna(answer)


def test_the_api_tells_the_conversation_that_was_read(watched: Watched) -> None:
    caller = watched.office.caller()
    for path in ("/messages", f"/conversations/{watched.conversation}/messages", "/conversations"):
        caller.get(path)
        assert watched.told_of(Reader(token_id=caller.token.id)) == [watched.anna], path


def test_a_page_of_the_api_tells_only_whom_it_holds(watched: Watched) -> None:
    """The extra item, which tells whether there is a next page, is shown to nobody."""
    watched.office.writes(BRAM, watched.desk)
    caller = watched.office.caller()
    shown = caller.get("/contacts", limit=1).json()["items"]
    told = watched.told_of(Reader(token_id=caller.token.id))
    assert [each.contact_id for each in told] == [each["id"] for each in shown]


def test_a_dry_run_tells_whom_it_names(watched: Watched, clock: ManualClock) -> None:
    """Of who is not known here it says nothing but what the asker wrote."""
    clock.advance(s=24 * 3600)  # a list has written to her today
    caller = watched.office.caller()
    wanted = {"line": watched.desk.number, "to": [ANNA, BRAM], "texts": ["Dag {naam}"]}
    path = "/api/v1/lists/send"
    client, headers = watched.office.client, caller.headers
    answer = client.post(path, json=wanted, headers=headers, params={"dry_run": "true"})
    assert NAME in answer.text
    told = watched.told_of(Reader(token_id=caller.token.id))
    assert told == [Shown(contact_id=watched.contact)]


def test_what_is_not_found_is_told_of_nobody(watched: Watched) -> None:
    elsewhere = watched.office.desk("Breda", "+31612345679")
    caller = watched.office.caller(branch_id=elsewhere.branch_id)
    for path in (f"/contacts/{watched.contact}", f"/conversations/{watched.conversation}"):
        assert caller.get(path).status_code == 404
    assert not watched.told


@pytest.mark.parametrize("part", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_a_page_that_shows_a_person_tells_so_once(watched: Watched, part: dict[str, str]) -> None:
    """This holds for every page, and for the part that a script reads."""
    with logged_in(watched) as (client, sanne):
        for path in watched.pages:
            answer = client.get(watched.filled(path), headers=part)
            told = watched.told_of(sanne)
            whom = Shown(contact_id=watched.contact) if path in NO_TALK else watched.anna
            assert told == [whom] * watched.shows_anna(answer), path


def test_what_an_answer_to_a_form_shows_is_told(watched: Watched) -> None:
    """The answer shows the card again, with the contact that may be the same person."""
    watched.office.writes(BRAM, watched.desk, name="Bram")
    bram = one(watched.office, "SELECT id FROM contact WHERE chosen_name = 'Bram'")
    card = f"/c/{watched.conversation}/contact"
    with logged_in(watched) as (client, sanne):
        form, part = {"number": BRAM}, {"HX-Request": "true"}
        answer = client.post(f"{card}/numbers", data=form, headers=part)
        assert "Bram" in answer.text
        assert watched.told_of(sanne) == [watched.anna, Shown(contact_id=bram)]


def test_a_thread_and_the_list_beside_it_tell_each_person_once(watched: Watched) -> None:
    watched.office.writes(BRAM, watched.desk)
    watched.office.writes(BRAM, watched.desk, "wie werkt er?", group=Group(jid="1@g.us", name="N"))
    with logged_in(watched) as (client, sanne):
        client.get(f"/c/{watched.conversation}")
        told = watched.told_of(sanne)
    assert told[0] == watched.anna
    assert len(told) == len(set(told)) == 2


def test_nobody_is_asked_whom_a_read_shows_while_nobody_listens(office: Office) -> None:
    def shown(_: object) -> Iterable[Shown]:
        raise AssertionError

    accesses = Accesses(store=office.store, who=Reader(staff_id="x"), sink=None)

    async def read() -> int:
        return await accesses.read(lambda conn: conn.execute("SELECT 1").fetchone()[0], shown)

    assert anyio.run(read) == 1
