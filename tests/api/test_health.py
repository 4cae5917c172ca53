"""/healthz, /readyz and /metrics, and the answers while the database cannot be used."""

import asyncio
import logging
import sqlite3

import pytest

from appliance.api.json.kept_figures import KEEP_S, KeptFigures
from appliance.clock import ManualClock
from appliance.store.connection import connect_writer
from tests.api.office import Caller, Desk, Office

ANNA = "+31687654321"


def test_a_live_process_says_so(office: Office) -> None:
    assert office.client.get("/healthz").json() == {"status": "ok"}


def test_what_is_not_ready_is_named(office: Office) -> None:
    assert office.client.get("/readyz").status_code == 200
    office.missing.extend(["adb", "planner"])
    answer = office.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["adb", "planner"]
    assert answer.headers["retry-after"] == "1"


def test_figures_are_for_prometheus(
    office: Office, tilburg: Desk, planning: Caller, clock: ManualClock
) -> None:
    office.writes(ANNA, tilburg)
    planning.post({"line": tilburg.number, "to": ANNA, "text": "Morgen 7 uur?"})
    clock.advance(s=90)
    answer = office.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    figures = dict(
        line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#")
    )
    assert figures['balie_messages{direction="in",state="received"}'] == "1.0"
    assert figures['balie_devices{kind="phone",state="ready"}'] == "1.0"
    assert figures["balie_queue_age_seconds"] == "90.0"
    assert figures["balie_accept_seconds_count"] == "1.0"


def test_figures_are_counted_once_however_many_ask(office: Office, tilburg: Desk) -> None:
    """Clients that ask at once share one reading; clients that ask soon after get the same one."""
    now_s = [0.0]
    kept = KeptFigures(office.store, office.clock, now_s=lambda: now_s[0])

    async def ask() -> None:
        first, *others = await asyncio.gather(*(kept.figures() for _ in range(200)))
        assert all(each is first for each in others)
        office.writes(ANNA, tilburg)
        now_s[0] += KEEP_S - 1
        assert await kept.figures() is first
        now_s[0] += 1
        assert ("in", "received", 1) in (await kept.figures()).messages

    asyncio.run(ask())


def test_figures_that_could_not_be_read_are_read_anew(office: Office) -> None:
    """A failure is not kept, and a client that leaves does not cancel the read for others."""
    kept = KeptFigures(office.store, office.clock, now_s=lambda: 0.0)

    async def ask() -> None:
        office.store.write(lambda tx: tx.conn.execute("ALTER TABLE device RENAME TO away"))
        with pytest.raises(sqlite3.OperationalError):
            await kept.figures()
        office.store.write(lambda tx: tx.conn.execute("ALTER TABLE away RENAME TO device"))
        gone, stays = (asyncio.create_task(kept.figures()) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        assert (await stays).devices == []

    asyncio.run(ask())


def test_a_locked_database_is_503_and_nothing_is_half_written(
    office: Office,
    tilburg: Desk,
    planning: Caller,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The caller is told to try again, and the log says why; the next try may use the same key."""
    office.writes(ANNA, tilburg)
    body = {"line": tilburg.number, "to": ANNA, "text": "Morgen 7 uur?"}
    office.store.write(lambda tx: tx.conn.execute("PRAGMA busy_timeout = 1").fetchone())
    before = office.count("message")
    other = connect_writer(office.store.path)
    other.execute("BEGIN IMMEDIATE")
    with caplog.at_level(logging.ERROR):
        answer = planning.post(body, key="one")
    other.execute("ROLLBACK")
    other.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "store-unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert str(office.store.path) not in answer.text
    assert "locked" in caplog.text
    assert office.count("message") == before
    assert planning.post(body, key="one").status_code == 202


def test_a_full_disk_is_503(office: Office, tilburg: Desk, planning: Caller) -> None:
    """SQLite's own page limit stands for the disk's limit; the error is the same."""
    office.writes(ANNA, tilburg)
    body = {"line": tilburg.number, "to": ANNA, "text": "x" * 4000}

    def fill(conn: sqlite3.Connection) -> None:
        pages = conn.execute("PRAGMA page_count").fetchone()[0]
        conn.execute(f"PRAGMA max_page_count = {pages + 1}").fetchone()

    office.store.write(lambda tx: fill(tx.conn))
    answers = [planning.post(body) for _ in range(6)]
    assert answers[-1].status_code == 503
    stored = len([answer for answer in answers if answer.status_code == 202])
    found = planning.get("/messages", direction="out", state="queued").json()["items"]
    assert len([each for each in found if each["text"] == body["text"]]) == stored


def damage(office: Office) -> None:
    """Fills every page but the first, which holds the schema, with garbage.

    A later commit to the first page makes every reader forget the pages in its memory.
    """
    other = connect_writer(office.store.path)
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    with office.store.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (office.store.path.stat().st_size - 4096))
    version = other.execute("PRAGMA user_version").fetchone()[0]
    other.execute(f"PRAGMA user_version = {version}")
    other.close()


def test_a_damaged_database_is_503(
    office: Office, tilburg: Desk, planning: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    office.writes(ANNA, tilburg)
    assert planning.get("/lines").status_code == 200
    damage(office)
    with caplog.at_level(logging.ERROR):
        answer = planning.get("/messages")
        ready = office.client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "store-unavailable")
    assert (ready.status_code, ready.json()["missing"]) == (503, ["store"])
    assert "damaged" in caplog.text


@pytest.mark.parametrize("path", ["/api/v1/messages", "/healthz", "/api/v1/nothing"])
def test_other_methods_and_addresses_are_problems_too(office: Office, path: str) -> None:
    answer = office.client.put(path)
    assert answer.status_code in {404, 405}
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code


def test_a_person_who_mistypes_an_address_gets_a_page(office: Office) -> None:
    answer = office.client.get("/nothing", headers={"Accept": "text/html", "Accept-Language": "nl"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "Hier is niets" in answer.text


def test_damage_that_looks_like_a_mistake_of_ours_is_told_apart(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """A damaged page can make a read fail in any way; then Balie checks the file itself."""
    office.store.write(lambda tx: tx.conn.execute("ALTER TABLE device RENAME TO secret"))
    damage(office)
    with caplog.at_level(logging.ERROR):
        answer = office.client.get("/metrics")
    assert (answer.status_code, answer.json()["code"]) == (503, "store-unavailable")
    assert "is damaged" in caplog.text


@pytest.mark.parametrize(("accept", "kind"), [("text/html", "text/html"), ("*/*", "application")])
def test_a_mistake_of_ours_tells_no_secrets(office: Office, accept: str, kind: str) -> None:
    """The traceback goes to the log; the caller gets a sentence."""
    office.store.write(lambda tx: tx.conn.execute("ALTER TABLE device RENAME TO secret"))
    answer = office.client.get("/metrics", headers={"Accept": accept})
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith(kind)
    assert "no such table" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
