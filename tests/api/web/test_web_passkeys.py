"""Passkeys: what lets in, and what does not."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest

from appliance.api.web.passkeys.ceremonies import LIFE_MS
from appliance.clock import ManualClock
from appliance.desk.access import passkeys, sessions
from appliance.desk.team import staff
from appliance.events import EventKind
from appliance.store import events
from tests.api.browser import Browser, log_in
from tests.api.office import Office, WebServer, open_office
from tests.api.own_authenticator import PRESENT, OwnAuthenticator

ORIGIN, HOST = "https://balie.test", "balie.test"


@pytest.fixture
def phone() -> OwnAuthenticator:
    return OwnAuthenticator(ORIGIN, HOST)


def asked(client: httpx.Client, csrf: str, path: str) -> tuple[str, dict[str, Any]]:
    """The key and the options, as a page at this origin asks for them."""
    headers = {"X-CSRF-Token": csrf, "Origin": ORIGIN}
    told = client.post(f"{path}/options", headers=headers).json()
    return told["key"], json.loads(told["options"])


def made(sanne: Browser, phone: OwnAuthenticator, name: str = "Telefoon") -> httpx.Response:
    key, options = asked(sanne.client, sanne.csrf, "/me/passkeys")
    form = {"key": key, "credential": phone.make(options), "name": name}
    return sanne.post("/me/passkeys", form)


def door(office: Office) -> str:
    """The token of the forms of a new browser at the log-in page."""
    office.client.cookies.clear()
    found = re.search(r'name="csrf" value="([^"]+)"', office.client.get("/login").text)
    assert found
    return found[1]


def signed_in(office: Office, phone: OwnAuthenticator) -> int:
    csrf = door(office)
    key, options = asked(office.client, csrf, "/login-passkey")
    form = {"csrf": csrf, "key": key, "credential": phone.sign(options), "next": "/people"}
    answer = office.client.post("/login-passkey", data=form)
    assert answer.status_code != 303 or answer.headers["location"] == "/people"
    return answer.status_code


def is_in(office: Office) -> bool:
    return office.client.get("/me").status_code == 200


def test_a_passkey_lets_its_person_in(
    office: Office, sanne: Browser, phone: OwnAuthenticator
) -> None:
    """It is on their page under a name; what they do stands in the log; removed, it is nothing."""
    assert made(sanne, phone).status_code == 204
    assert "Telefoon" in sanne.get("/me").text
    for count in (0, 0, 7, 8):
        phone.count = count
        assert signed_in(office, phone) == 303
        assert is_in(office)
    told = office.store.read(lambda conn: events.after(conn, 0, limit=1000))
    facts = [dict(each.facts) for each in told if each.kind is EventKind.STAFF_LOGGED_IN]
    assert facts == [{"by": "passkey"}] * 4
    kept = office.store.read(lambda conn: passkeys.of_staff(conn, sanne.staff_id))
    assert (kept[0].sign_count, kept[0].host) == (8, HOST)
    address = f"/me/passkeys/{kept[0].id}"
    assert sanne.post(f"{address}/name", {"name": " "}).status_code == 422
    assert sanne.post(f"{address}/name", {"name": "Oude  mobiel"}).status_code == 204
    assert "Oude mobiel" in sanne.get("/me").text
    assert sanne.post(f"/me/passkeys/{sanne.staff_id}/name", {"name": "x"}).status_code == 404
    assert sanne.post(f"{address}/remove").status_code == 204
    assert "Oude mobiel" not in sanne.get("/me").text
    assert signed_in(office, phone) == 403


def test_what_is_not_proven_lets_nobody_in(
    office: Office, sanne: Browser, phone: OwnAuthenticator, clock: ManualClock
) -> None:
    """Another key, page or host, nobody who showed who they are, a count that went back, a passkey
    of somebody who was let go; a challenge of another browser, used before, or too late.
    """
    phone.count = 5
    assert made(sanne, phone).status_code == 204
    for wrong in (
        OwnAuthenticator(ORIGIN, HOST),
        replace(phone, key=OwnAuthenticator(ORIGIN, HOST).key, count=6),
        replace(phone, origin="https://balie.test:8443", count=6),
        replace(phone, host="elders.test", count=6),
        replace(phone, flags=PRESENT, count=6),
        phone,
    ):
        assert signed_in(office, wrong) == 403
        assert not is_in(office)
    phone.count = 6
    csrf = door(office)
    key, options = asked(office.client, csrf, "/login-passkey")
    form = {"csrf": csrf, "key": key, "credential": phone.sign(options)}
    other = door(office)
    stolen = office.client.post("/login-passkey", data={**form, "csrf": other})
    assert stolen.status_code == 403
    csrf = door(office)
    key, options = asked(office.client, csrf, "/login-passkey")
    form = {"csrf": csrf, "key": key, "credential": phone.sign(options)}
    assert office.client.post("/login-passkey", data=form).status_code == 303
    csrf = door(office)
    phone.count = 7
    again = {"csrf": csrf, "key": key, "credential": phone.sign(options)}
    assert office.client.post("/login-passkey", data=again).status_code == 403
    key, options = asked(office.client, csrf, "/login-passkey")
    clock.advance(ms=LIFE_MS)
    late = {"csrf": csrf, "key": key, "credential": phone.sign(options)}
    assert office.client.post("/login-passkey", data=late).status_code == 403
    for nonsense in ("", "{}", "[]", '{"id": 1}'):
        key, _ = asked(office.client, csrf, "/login-passkey")
        form = {"csrf": csrf, "key": key, "credential": nonsense}
        assert office.client.post("/login-passkey", data=form).status_code == 403
    office.store.write(lambda tx: staff.disable(tx, sanne.staff_id))
    assert signed_in(office, phone) == 403
    assert not is_in(office)


def test_only_a_proven_passkey_is_kept(
    office: Office, sanne: Browser, phone: OwnAuthenticator
) -> None:
    """Of this page, of somebody who showed who they are, once; and nobody removes another's."""
    for wrong in (
        replace(phone, origin="https://elders.test"),
        replace(phone, host="elders.test"),
        replace(phone, flags=PRESENT),
    ):
        assert made(sanne, wrong).status_code == 422
    assert made(sanne, phone, "x" * 61).status_code == 422
    assert made(sanne, phone).status_code == 204
    assert made(sanne, phone).status_code == 422
    key, options = asked(sanne.client, sanne.csrf, "/me/passkeys")
    other = OwnAuthenticator(ORIGIN, HOST)
    form = {"key": key, "credential": other.make({"challenge": "AAAA"}), "name": "x"}
    assert sanne.post("/me/passkeys", form).status_code == 422
    form = {"key": key, "credential": other.make(options), "name": "x"}
    assert sanne.post("/me/passkeys", form).status_code == 422
    kept = office.store.read(lambda conn: passkeys.of_staff(conn, sanne.staff_id))
    assert [each.name for each in kept] == ["Telefoon"]
    joost = office.store.write(lambda tx: staff.add(tx, "Joost", role="staff", branch_id=None))
    office.store.write(lambda tx: passkeys.remove(tx, joost, kept[0].id))
    assert office.store.read(lambda conn: passkeys.of_staff(conn, sanne.staff_id)) == kept


@pytest.fixture
def strict(web_server: WebServer, tmp_path: Path, clock: ManualClock) -> Iterator[Office]:
    """A house that wants passkeys of administrators."""
    with open_office(web_server, tmp_path, clock, admins_need_passkey=True) as opened:
        yield opened


def by_link(office: Office, staff_id: str) -> Browser:
    """Their browser, in by a log-in link."""
    token = office.store.write(lambda tx: staff.add_login_link(tx, staff_id))
    session = office.store.write(lambda tx: staff.use_login_link(tx, token, "no hash"))
    client = httpx.Client(base_url=office.url, timeout=60, cookies={"balie_session": session.token})
    return Browser(client, session.csrf, staff_id, session.token)


def test_a_stream_ends_for_who_needs_a_passkey_from_now_on(strict: Office) -> None:
    """As their pages do, when they become an administrator."""
    jo = log_in(strict, "Jo", role="staff", branch_id=None)
    with jo.client.stream("GET", "/live", params={"after": "0"}) as stream:
        lines = stream.iter_lines()
        assert any(each == "event: beat" for each in lines)
        strict.store.write(lambda tx: staff.give_role(tx, jo.staff_id, "admin", None))
        assert len(list(islice(lines, 12))) < 12
    assert jo.get("/people").headers["location"] == "/me"
    jo.client.close()


def test_an_administrator_without_a_passkey_only_makes_one(
    strict: Office, phone: OwnAuthenticator
) -> None:
    """Then everything opens. Afterwards a password leads back to the door, and a log-in link to
    making another, for the one that was lost. Others are asked for nothing.
    """
    boss = log_in(strict, "Marit", role="admin", branch_id=None)
    for path in ("/", "/settings/team", "/people", "/live", "/me/notifications"):
        answer = boss.get(path)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/me"), path
    assert boss.post("/settings/team", {"name": "Noor"}).headers["hx-redirect"] == "/me"
    assert boss.post("/settings/password").headers["hx-redirect"] == "/me"
    assert strict.count("staff") == 1
    assert "Beheerders hebben hier een passkey nodig" in boss.get("/me").text
    assert made(boss, phone).status_code == 204
    assert boss.get("/settings/team").status_code == 200
    assert "Beheerders hebben hier" not in boss.get("/me").text

    session = strict.store.write(lambda tx: sessions.begin(tx, boss.staff_id))
    boss.client.cookies.set("balie_session", session.token)
    again = replace(boss, csrf=session.csrf, token=session.token)
    refused = again.get("/me")
    assert refused.headers["location"] == "/login?passkey=1"
    assert "Beheerders loggen hier in met een passkey." in again.get("/login?passkey=1").text
    another = OwnAuthenticator(ORIGIN, HOST)
    headers = {"X-CSRF-Token": again.csrf, "Origin": ORIGIN}
    assert again.client.post("/me/passkeys/options", headers=headers).status_code == 303
    kept = strict.store.read(lambda conn: passkeys.of_staff(conn, boss.staff_id))
    again.post(f"/me/passkeys/{kept[0].id}/remove")
    assert strict.count("passkey") == 1
    boss.client.close()

    assert signed_in(strict, phone) == 303
    assert strict.client.get("/settings/team").status_code == 200
    lost = by_link(strict, boss.staff_id)
    assert lost.get("/settings/team").headers["location"] == "/me"
    assert made(lost, another, "Nieuw").status_code == 204
    assert lost.get("/settings/team").status_code == 200
    lost.client.close()
    colleague = log_in(strict, "Joost", role="staff", branch_id=None)
    assert colleague.get("/people").status_code == 200
    colleague.client.close()
