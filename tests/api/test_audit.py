"""Who changed and who read what: noted once it is switched on, and read as one list."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.desk.access import sessions
from appliance.desk.access.tokens import Scope
from appliance.desk.privacy.log import audit
from appliance.desk.search import following
from appliance.desk.team import staff
from tests.api.office import Caller, Desk, Office, WebServer, open_office

ANNA, BRAM = "+31687654321", "+31687654322"


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    client: httpx.Client
    staff_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """Anna wrote to Tilburg, Bram to Breda; `officer` is the officer's program."""

    office: Office
    tilburg: Desk
    breda: Desk
    officer: Caller

    def items(self, **asked: str | int) -> list[dict[str, Any]]:
        answer = self.officer.get("/audit", **asked)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def switch(self, *, on: bool) -> httpx.Response:
        url, headers = "/api/v1/audit/reading", self.officer.headers
        return self.office.client.put(url, json={"on": on}, headers=headers)

    def id_of(self, table: str, whose: str) -> str:
        sql = f"SELECT x.id FROM {table} x JOIN contact_identity i ON i.contact_id = x.{{}} WHERE i.value = ?"  # noqa: E501, S608
        found = sql.format("id" if table == "contact" else "contact_id")
        return self.office.store.read(lambda conn: str(conn.execute(found, (whose,)).fetchone()[0]))

    def browser(
        self, name: str, role: str, branch_id: str | None = None
    ) -> AbstractContextManager[Browser]:
        return browser_of(self.office, name, role, branch_id)


@contextmanager
def browser_of(
    office: Office, name: str, role: str, branch_id: str | None = None
) -> Iterator[Browser]:
    """Of a new colleague, in English."""
    session = office.store.write(
        lambda tx: sessions.begin(tx, staff.add(tx, name, role=role, branch_id=branch_id))
    )
    cookies = {"balie_session": session.token}
    headers = {"X-CSRF-Token": session.csrf, "Accept-Language": "en"}
    with httpx.Client(base_url=office.url, cookies=cookies, headers=headers, timeout=60) as client:
        yield Browser(client=client, staff_id=session.staff_id)


@pytest.fixture
def audited(web_server: WebServer, tmp_path: Path, clock: ManualClock) -> Iterator[Audited]:
    with open_office(web_server, tmp_path, clock, notes_reading=True) as office:
        tilburg = office.desk("Tilburg", "+31612345678")
        breda = office.desk("Breda", "+31612345679")
        office.writes(ANNA, tilburg, name="Annelies")
        office.writes(BRAM, breda, name="Bram")
        yield Audited(office=office, tilburg=tilburg, breda=breda, officer=office.caller())


def test_what_staff_open_is_noted_once_it_is_switched_on(
    audited: Audited, clock: ManualClock
) -> None:
    """Once in ten minutes, however often the page asks; a name in a list is not noted."""
    thread, anna = audited.id_of("conversation", ANNA), audited.id_of("contact", ANNA)
    with audited.browser("Sanne", "staff", audited.tilburg.branch_id) as sanne:
        sanne.client.get(f"/c/{thread}")
        assert audited.items(kind="read") == []
        assert audited.switch(on=True).json() == {"on": True}
        sanne.client.get("/inbox/all")
        assert audited.items(kind="read", staff="Sanne") == []
        for _ in range(3):
            sanne.client.get(f"/c/{thread}")
            sanne.client.get(f"/c/{thread}/messages")
        (entry,) = audited.items(kind="read", staff="Sanne")
        assert entry["at"].endswith("Z")
        del entry["at"]
        about = {"contact": anna, "conversation": thread}
        assert entry == {"who": sanne.staff_id, "what": "read", **about}
        clock.advance(s=601)
        sanne.client.get(f"/c/{thread}")
        assert len(audited.items(kind="read", contact=ANNA, staff=sanne.staff_id)) == 2
        assert audited.items(kind="read", contact=BRAM) == []
        audited.switch(on=False)
        clock.advance(s=601)
        sanne.client.get(f"/c/{thread}")
        assert len(audited.items(kind="read", staff="Sanne")) == 2


def test_what_a_program_reads_is_noted(audited: Audited) -> None:
    audited.switch(on=True)
    program = audited.office.caller()
    program.get("/messages", contact=ANNA)
    program.get(f"/contacts/{audited.id_of('contact', BRAM)}")
    found = audited.items(staff=program.token.id)
    assert [(each["what"], each.get("contact")) for each in found] == [
        ("read", audited.id_of("contact", BRAM)),
        ("read", audited.id_of("contact", ANNA)),
    ]


def test_searches_and_exports_are_noted(audited: Audited) -> None:
    """Of a search stand hashes alone, so the log tells nobody what was looked for."""
    while following.catch_up(audited.office.store):
        pass
    audited.switch(on=True)
    with audited.browser("Sanne", "admin") as sanne:
        sanne.client.get("/search", params={"q": "Annelies"})
        sanne.client.get("/people/export.csv")
        (search,) = audited.items(kind="search")
        assert set(search) == {"at", "who", "what"}
        exported = {each["contact"] for each in audited.items(kind="export", staff="Sanne")}
        assert exported == {audited.id_of("contact", ANNA), audited.id_of("contact", BRAM)}
    log = audited.office.store.read(lambda conn: conn.execute("SELECT words FROM reading"))
    said = [row["words"] for row in log if row["words"]]
    assert len(said) == 1
    assert "annelies" not in said[0].lower()


def test_what_was_searched_for_cannot_be_taken_out_of_the_log(audited: Audited) -> None:
    """Typing further replaces what was typed, no search that was sent; the same words again are
    noted again.
    """
    audited.switch(on=True)
    with audited.browser("Sanne", "staff") as sanne, audited.browser("Carla", "privacy") as carla:

        def is_noted(word: str) -> bool:
            found = carla.client.get("/privacy/log", params={"word": word}).text
            return "<strong><bdi>Sanne" in found

        for page, words in (
            ("search", "anna"),
            ("command-bar", "annab"),
            ("command-bar", "annabe"),
        ):
            sanne.client.get(f"/{page}", params={"q": words})
        assert [is_noted(each) for each in ("anna", "annab", "annabe")] == [True, False, True]
        sanne.client.get("/command-bar", params={"q": "annab"})
        assert is_noted("annab")


def test_the_log_tells_who_changed_what(audited: Audited) -> None:
    """From the event log, also while no reading is noted: by staff, by programs."""
    anna = audited.id_of("contact", ANNA)
    program = audited.office.caller()
    body = {"line": audited.tilburg.number, "to": ANNA, "text": "Dag Anna"}
    assert program.post(body).status_code == 202
    with audited.browser("Sanne", "staff", audited.tilburg.branch_id) as sanne:
        sanne.client.post(f"/people/{anna}/block", data={"blocked": "true"})
        found = audited.items(contact=ANNA)
    assert [(each["who"], each["what"]) for each in found] == [
        (sanne.staff_id, "change"),
        (program.token.id, "change"),
    ]
    assert all(each["contact"] == anna for each in found)


def test_pages_of_the_log_hold_each_entry_once(
    audited: Audited, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changes and reads stand between each other, also where the walk ends in between."""
    monkeypatch.setattr(audit, "WALK", 3)
    audited.switch(on=True)
    thread, anna = audited.id_of("conversation", ANNA), audited.id_of("contact", ANNA)
    with audited.browser("Sanne", "admin") as sanne:
        for turn in range(4):
            clock.advance(s=700)
            sanne.client.get(f"/c/{thread}")
            clock.advance(s=1)
            blocked = "true" if turn % 2 == 0 else "false"
            sanne.client.post(f"/people/{anna}/block", data={"blocked": blocked})
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            page = audited.officer.get("/audit", limit=2, staff="Sanne", **after).json()
            found += page["items"]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
    assert [each["what"] for each in found if each.get("contact")] == ["change", "read"] * 4
    assert [each["at"] for each in found] == sorted((each["at"] for each in found), reverse=True)


def test_who_guards_one_branch_sees_what_is_of_its_people(audited: Audited) -> None:
    audited.switch(on=True)
    program = audited.office.caller()
    for whose in (ANNA, BRAM):
        program.get(f"/contacts/{audited.id_of('contact', whose)}")
    program.get("/search", q="Annelies")
    scopes = frozenset({Scope.AUDIT_READ, Scope.PRIVACY_WRITE})
    officer = audited.office.caller(scopes, branch_id=audited.breda.branch_id)
    seen = officer.get("/audit").json()["items"]
    assert [each.get("contact") for each in seen] == [audited.id_of("contact", BRAM)]
    assert officer.get("/audit", contact=ANNA).status_code == 404
    put = audited.office.client.put
    url, headers = "/api/v1/audit/reading", officer.headers
    assert put(url, json={"on": False}, headers=headers).status_code == 404


def test_a_branchs_officer_sees_no_readers_of_another_branch(audited: Audited) -> None:
    """On the page of somebody whom both branches know; nor what somebody without any role did."""
    audited.office.writes(ANNA, audited.breda)
    audited.switch(on=True)
    thread = audited.id_of("conversation", ANNA)
    page = f"/people/{audited.id_of('contact', ANNA)}"
    with (
        audited.browser("Sanne", "staff", audited.tilburg.branch_id) as sanne,
        audited.browser("Noor", "staff", audited.tilburg.branch_id) as noor,
        audited.browser("Carla", "privacy", audited.breda.branch_id) as carla,
        audited.browser("Petra", "privacy", audited.tilburg.branch_id) as petra,
    ):
        sanne.client.get(f"/c/{thread}")
        noor.client.get("/search", params={"q": "Annelies"})
        assert petra.client.get("/privacy/log", params={"kind": "search"}).text.count("<bdi>Noor")
        assert "<bdi>Sanne" in petra.client.get(page).text
        assert "<bdi>Sanne" not in carla.client.get(page).text
        audited.office.store.write(
            lambda tx: tx.conn.execute(
                "DELETE FROM staff_grant WHERE staff_id = ?", (noor.staff_id,)
            )
        )
        for officer in (carla, petra):
            found = officer.client.get("/privacy/log", params={"kind": "search"}).text
            assert "<bdi>Noor" not in found


def test_what_is_asked_wrongly_is_refused(audited: Audited) -> None:
    wrong: tuple[dict[str, str | int], ...] = (
        {"staff": "Nobody"},
        {"kind": "look"},
        {"after": "x"},
        {"from": "2026-03-02T08:30:00"},
    )
    for asked in wrong:
        assert audited.officer.get("/audit", **asked).status_code == 422, asked
    assert audited.office.caller(frozenset({Scope.MESSAGES_READ})).get("/audit").status_code == 403


def test_the_officer_reads_the_log_on_a_page_and_saves_it(audited: Audited) -> None:
    """It is switched on there; to read the log and to save it is in the log."""
    thread, anna = audited.id_of("conversation", ANNA), audited.id_of("contact", ANNA)
    while following.catch_up(audited.office.store):
        pass
    with audited.browser("Carla", "privacy") as carla, audited.browser("Sanne", "staff") as sanne:
        assert sanne.client.get("/privacy/log").status_code == 404
        assert sanne.client.post("/privacy/log/switch", data={"on": "1"}).status_code == 404
        assert "article 27" in carla.client.get("/privacy/log").text
        assert carla.client.post("/privacy/log/switch", data={"on": "1"}).status_code == 303
        sanne.client.get(f"/c/{thread}")
        sanne.client.get("/search", params={"q": "Annelies werk"})
        page = carla.client.get("/privacy/log", params={"contact": anna}).text
        assert "opened the conversation" in page
        assert f'href="/people/{anna}"' in page
        for word, shows in (("annelies", True), ("bram", False)):
            found = carla.client.get("/privacy/log", params={"word": word}).text
            assert ("<strong><bdi>Sanne" in found) is shows
        assert "Who saw this person" in carla.client.get(f"/people/{anna}").text
        assert "Who saw this person" not in sanne.client.get(f"/people/{anna}").text
        table = carla.client.get("/privacy/log/export.csv", params={"kind": "read"})
        assert "Annelies" in table.text
        assert table.headers["content-disposition"] == 'attachment; filename="log.csv"'
        assert carla.client.get("/privacy/log", params={"from": "x"}).status_code == 422
        far = {"from": "0001-01-01", "to": "9999-12-31"}
        for path in ("/privacy/log", "/privacy/log/export.csv"):
            assert carla.client.get(path, params=far).status_code == 422
        done = {each["what"] for each in audited.items(staff="Carla")}
    assert done == {"change", "read", "export"}


def test_who_guards_one_branch_of_several_does_not_switch_the_log(audited: Audited) -> None:
    where = audited.breda.branch_id
    with audited.browser("Carla", "privacy", where) as carla:
        assert carla.client.get("/privacy/log").status_code == 200
        assert carla.client.post("/privacy/log/switch", data={"on": "1"}).status_code == 404
