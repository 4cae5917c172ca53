"""Wrong passwords, set-up codes and tokens leave a trace, and stop nobody else."""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.desk.access.bearer import is_code, new_code
from appliance.desk.access.throttle import FREE_BY_ADDRESS, FREE_BY_NAME
from appliance.desk.access.wrong_tries import Tried, WrongTries
from appliance.desk.team import staff
from appliance.errors import StoreError
from appliance.events import Event
from appliance.store import events
from tests.api.office import Office, WebServer, open_office

CODE = "k7qd-w3fa-mmx2-9hzt"
TYPED = "mijn-wachtwoord-in-het-naamveld"
PASSWORD = "een fiets met drie wielen"


@pytest.fixture
def fresh(web_server: WebServer, tmp_path: Path, clock: ManualClock) -> Iterator[Office]:
    """A Balie that nobody uses yet."""
    with open_office(web_server, tmp_path / "fresh", clock, setup_code=CODE) as opened:
        yield opened


def posted(office: Office, path: str, **form: str) -> httpx.Response:
    """A log-in form, from a browser that has not been here before."""
    with httpx.Client(base_url=office.url, timeout=60) as client:
        token = client.get(path).cookies["balie_guest"]
        return client.post(path, data={"csrf": token, **form})


def failures(office: Office) -> Sequence[Event]:
    office.store.write(lambda _: None)  # earlier submissions are written then
    found = office.store.read(lambda conn: events.after(conn, 0, limit=500))
    return [each for each in found if each.kind.value == "staff.login-failed"]


def test_a_wrong_password_is_in_the_log_the_events_and_the_figures(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """By address in the log, by person in the events; never with the typed text."""
    mieke = office.store.write(lambda tx: staff.add(tx, "Mieke", role="staff", branch_id=None))
    with caplog.at_level(logging.WARNING):
        for name in ("Mieke", "mieke", "Mieke", TYPED):
            assert posted(office, "/login", name=name, password="welkom01").status_code == 403
    assert f"wrong password from 127.0.0.1 for {mieke}; tries: 1" in caplog.text
    assert "wrong password from 127.0.0.1 for nobody; tries: 4" in caplog.text
    assert TYPED not in caplog.text
    assert "welkom01" not in caplog.text
    told = [(each.staff_id, dict(each.facts)) for each in failures(office)]
    assert told == [
        (mieke, {"what": "password", "tries": 1}),
        (mieke, {"what": "password", "tries": 2}),
        (None, {"what": "password", "tries": 1}),
    ]
    assert 'balie_wrong_tries_total{what="password"} 4.0' in office.client.get("/metrics").text


def test_a_wrong_token_is_in_the_log_and_the_figures(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        answer = office.client.get("/api/v1/lines", headers={"Authorization": "Bearer geheim"})
    assert answer.status_code == 401
    assert "wrong token from 127.0.0.1" in caplog.text
    assert "geheim" not in caplog.text
    assert [each.facts["what"] for each in failures(office)] == ["token"]
    assert 'balie_wrong_tries_total{what="token"} 1.0' in office.client.get("/metrics").text


def test_somebody_who_guesses_all_night_fills_no_log(
    office: Office, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A series is reported at 1, 2, 4, … tries; after 15 quiet minutes a new one begins."""
    wrong = WrongTries(office.store, clock)

    def guess(times: int) -> None:
        for place in range(times):
            wrong.note(Tried.PASSWORD, address=f"2001:db8::{place % 999:x}")

    with caplog.at_level(logging.WARNING):
        guess(5_000)
        clock.advance(s=16 * 60)
        guess(1)
    assert [each.facts["tries"] for each in failures(office)] == [*(2**n for n in range(13)), 1]
    assert len(caplog.records) == 14
    assert wrong.totals[Tried.PASSWORD] == 5_001


@contextmanager
def nothing_written(office: Office) -> Iterator[None]:
    """The store's writer is blocked inside this; requests are answered meanwhile."""
    go_on = threading.Event()
    held = office.store.submit(lambda _: go_on.wait(50))
    try:
        yield
    finally:
        go_on.set()
    assert held.result(), "it was answered only when the writer came round"


def test_nobody_waits_for_the_trace_of_a_wrong_try(office: Office) -> None:
    """While nothing can be written, wrong passwords and tokens are answered; the trace follows."""
    mieke = office.store.write(lambda tx: staff.add(tx, "Mieke", role="staff", branch_id=None))
    with nothing_written(office):
        assert posted(office, "/login", name="Mieke", password="welkom01").status_code == 403
        wrong = {"Authorization": "Bearer geheim"}
        assert office.client.get("/api/v1/lines", headers=wrong).status_code == 401
    assert [each.staff_id for each in failures(office)] == [mieke, None]


def test_nobody_waits_for_the_trace_of_a_wrong_set_up_code(fresh: Office) -> None:
    with nothing_written(fresh):
        assert posted(fresh, "/setup", code="aaaa-aaaa").status_code == 403
    assert len(failures(fresh)) == 1


def test_a_trace_that_cannot_be_kept_changes_no_answer(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says it."""
    office.store.write(lambda tx: tx.conn.execute("PRAGMA query_only = 1"))
    wrong = {"Authorization": "Bearer geheim"}
    with caplog.at_level(logging.WARNING):
        assert office.client.get("/api/v1/lines", headers=wrong).status_code == 401
        with suppress(StoreError):
            office.store.write(lambda _: None)
    assert "wrong tries are not in the event log" in caplog.text


def test_who_is_told_to_wait_is_told_how_long(office: Office) -> None:
    office.store.write(lambda tx: staff.add(tx, "Mieke", role="staff", branch_id=None))
    for _ in range(FREE_BY_NAME):
        assert posted(office, "/login", name="Mieke", password="welkom01").status_code == 403
    answer = posted(office, "/login", name="Mieke", password="welkom01")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")


def test_no_wrong_set_up_code_keeps_the_owner_out(
    fresh: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """A stranger may try any number of times, even from the owner's address: the right code opens
    at once. Wrong ones are slowed down and leave a trace.
    """
    form = {"name": "Beheer", "password": PASSWORD, "again": PASSWORD}
    with caplog.at_level(logging.WARNING):
        tried = [posted(fresh, "/setup", code="aaaa-aaaa", **form) for _ in range(30)]
    seen = [each.status_code for each in tried]
    assert seen == [403] * FREE_BY_ADDRESS + [429] * (30 - FREE_BY_ADDRESS)
    assert "wrong set-up code from 127.0.0.1" in caplog.text
    assert "aaaa-aaaa" not in caplog.text
    assert failures(fresh)[0].facts == {"what": "set-up code", "tries": 1}
    assert fresh.store.read(staff.is_fresh)
    answer = posted(fresh, "/setup", code=CODE.upper().replace("-", " "), **form)
    assert answer.status_code == 303
    assert not fresh.store.read(staff.is_fresh)


def test_a_set_up_code_cannot_be_guessed() -> None:
    """Sixteen letters that nobody mistakes for another, and new ones each time."""
    codes = {new_code() for _ in range(50)}
    assert len(codes) == 50
    for code in codes:
        assert [len(group) for group in code.split("-")] == [4] * 4
        assert not set(code) & set("01ilo")
    assert is_code(" K7QDW3FA mmx2-9hzt", CODE)
    assert not is_code("", CODE)
    assert not is_code(CODE[:-1], CODE)
    assert not is_code("é" * 16, CODE)
