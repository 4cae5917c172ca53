"""What it costs a page that the log of reading notes who opened it."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from appliance.clock import ManualClock
from appliance.desk.access import sessions
from appliance.desk.access.accesses import Accessed, Reader
from appliance.desk.team import staff
from appliance.runtime.reading_notes import ReadingNotes
from appliance.store import readings
from appliance.store.readings import ReadingKind
from tests.api.office import Office, WebServer, open_office, run_web_server
from tests.bench.benchmark import Measured, at_most

GROUP = "privacy"
PEOPLE = 30
MESSAGES = 10
ROUNDS = 9


@at_most(0.05, "of the server's work for the page of a conversation, to note who opened it")
def noting_a_read() -> Measured:
    """By what the server's threads worked: the entry of one reader who opens a few conversations
    within a second, with its share of their one transaction. The peer's value is milliseconds of
    the page itself.
    """
    with tempfile.TemporaryDirectory() as data, run_web_server() as web:
        clock = ManualClock(at_ms=1_772_440_200_000)
        with open_office(web, Path(data), clock) as office:
            threads = _fill(office)
            pages = statistics.median(_pages(office, threads))
            noted = statistics.median(_noted(office, web, clock, Path(data), threads))
    return Measured(value=noted / pages, peer=round(pages * 1000, 2))


def _fill(office: Office) -> list[str]:
    desk = office.desk("Tilburg", "+31612345678")
    for person in range(PEOPLE):
        for turn in range(MESSAGES):
            office.writes(f"+316876{person:05}", desk, f"Kan ik morgen werken? {turn}")
    office.store.write(lambda tx: readings.set_on(tx.conn, on=True))
    rows = office.store.read(lambda conn: conn.execute("SELECT id FROM conversation").fetchall())
    return [str(row["id"]) for row in rows]


def _pages(office: Office, threads: list[str]) -> list[float]:
    """Seconds of the server's threads for one page, of each round."""
    session = office.store.write(
        lambda tx: sessions.begin(tx, staff.add(tx, "Sanne", role="staff", branch_id=None))
    )
    cookies = {"balie_session": session.token}
    found = []
    with httpx.Client(base_url=office.url, cookies=cookies, timeout=60) as client:
        for _ in range(ROUNDS):
            began_s = time.process_time() - time.thread_time()
            for each in threads:
                client.get(f"/c/{each}").raise_for_status()
            found.append((time.process_time() - time.thread_time() - began_s) / len(threads))
    return found[1:]


def _noted(
    office: Office, web: WebServer, clock: ManualClock, data: Path, threads: list[str]
) -> list[float]:
    """Seconds for one entry, of each round; four of them are noted within a second."""
    notes, who = ReadingNotes(office.store, data), Reader(staff_id="0" * 36)

    async def note(few: list[str]) -> None:
        for each in few:
            notes(Accessed(who=who, what=ReadingKind.READ, contact_id=each, conversation_id=each))
        await notes.kept()

    found = []
    for _ in range(ROUNDS):
        clock.advance(s=601)
        began_s = time.process_time()
        for at in range(0, len(threads), 4):
            asyncio.run_coroutine_threadsafe(note(threads[at : at + 4]), web.loop).result(20)
        found.append((time.process_time() - began_s) / len(threads))
    notes.finish()
    return found
