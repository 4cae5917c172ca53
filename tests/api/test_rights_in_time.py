"""Rights are checked again inside each write, and reveal nothing of other branches."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import pytest

from appliance.desk.access.tokens import Scope
from appliance.desk.consent import near_stop
from appliance.desk.team import staff
from appliance.store.store import Store, Tx
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

WORKER, ELSEWHERE, NEW, OTHER = (f"+3165550060{last}" for last in range(4))
WITHIN_S = 120


@pytest.fixture
def boss(office: Office, tilburg: Desk, breda: Desk) -> Iterator[Browser]:
    """The first administrator, and not the only one."""
    browser = log_in(office, "Sanne", role="admin", branch_id=None)
    office.store.write(lambda tx: staff.add(tx, "Beheer", role="admin", branch_id=None))
    yield browser
    browser.client.close()


@pytest.fixture
def ids(office: Office, tilburg: Desk) -> dict[str, str]:
    """The ids in the addresses below: a message with an open question, and one that waits."""
    office.writes(WORKER, tilburg, name="Fatima")

    def prepare(tx: Tx) -> dict[str, str]:
        def one(sql: str) -> str:
            return str(tx.conn.execute(sql).fetchone()[0])

        incoming = one("SELECT id FROM message WHERE direction = 'in'")
        near_stop.mark(tx, incoming)
        waiting = one("SELECT id FROM message WHERE direction = 'out'")
        return {
            "conversation": one("SELECT id FROM conversation"),
            "incoming": incoming,
            "waiting": waiting,
            "line": tilburg.line_id,
        }

    return office.store.write(prepare)


def in_doubt(tx: Tx) -> None:
    tx.conn.execute(
        "UPDATE message SET state = 'unconfirmed', reason = 'person' WHERE direction = 'out'"
    )


CHANGES = (
    "/c/{conversation}/messages text=Hallo",
    "/c/{conversation}/draft text=Hal",
    "/c/{conversation}/read message={incoming}",
    "/c/{conversation}/contact office_name=F",
    "/c/{conversation}/contact/numbers number=%2B31655500699",
    "/messages/{waiting}/cancel",
    "/messages/{waiting}/decide decision=left",
    "/messages/{incoming}/near-stop answer=leave",
    "/messages/{incoming}/near-stop answer=sign-off",
    "/new line={line}&number=%2B31655500600&text=Hallo",
    "/lines/{line}/resume",
    "/lines/{line}/settings fallback_after_min=5",
    "/setup/branch name=Nieuw",
    "/settings/backup/copy",
    "/settings/team name=Nieuw",
    "/settings/branches name=Nieuw",
    "/settings/labels name=Nieuw",
    "/settings/tokens name=planning&scope=lines%3Aread",
    "/settings/webhooks url=https%3A%2F%2F203.0.113.9%2F&event=call.missed",
    "/setup/line branch=Tilburg&number=%2B31612345699&device=modem:/dev/ttyUSB9",
)


def held_up(store: Store, change: Callable[[Tx], object], ask: Callable[[], httpx.Response]) -> int:
    """The status when `change` is committed after the request was let in and before its write."""
    go, writing = threading.Event(), threading.Event()

    def before(tx: Tx) -> None:
        writing.set()
        go.wait(WITHIN_S)
        change(tx)

    with ThreadPoolExecutor(1) as pool:
        done = store.submit(before)
        writing.wait(WITHIN_S)
        answer = pool.submit(ask)
        until_s = time.monotonic() + WITHIN_S
        while store._writer._jobs.empty() and time.monotonic() < until_s:
            time.sleep(0.002)
        assert not store._writer._jobs.empty()
        go.set()
        done.result(WITHIN_S)
        return answer.result(WITHIN_S).status_code


@pytest.mark.parametrize("change", CHANGES)
def test_who_lost_the_right_meanwhile_changes_nothing(
    office: Office, breda: Desk, boss: Browser, ids: dict[str, str], change: str
) -> None:
    """They had the right when the page asked, and not when the write runs."""
    path, _, form = change.format(**ids).partition(" ")
    headers = {
        "X-CSRF-Token": boss.csrf,
        "HX-Request": "true",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    if "/decide" in path:
        office.store.write(in_doubt)
    tables: tuple[str, ...] = (
        "message",
        "draft",
        "read_mark",
        "consent",
        "contact_identity",
        "line",
        "branch",
    )
    tables += ("staff", "label", "api_token", "webhook")
    before = [office.count(table) for table in tables]
    events = office.count("event")
    status = held_up(
        office.store,
        lambda tx: staff.give_role(tx, boss.staff_id, "staff", breda.branch_id),
        lambda: boss.client.post(path, content=form, headers=headers),
    )
    assert status == 404
    assert [office.count(table) for table in tables] == before
    assert office.count("event") == events + 1  # the role


def test_who_was_let_go_meanwhile_is_led_to_the_log_in(
    office: Office, boss: Browser, ids: dict[str, str]
) -> None:
    before = office.count("message")
    status = held_up(
        office.store,
        lambda tx: staff.disable(tx, boss.staff_id),
        lambda: boss.post(f"/c/{ids['conversation']}/messages", {"text": "Hallo"}),
    )
    assert status == 401
    assert office.count("message") == before


@dataclass(frozen=True, slots=True)
class Branch:
    """A member of staff of Tilburg, and all that they can see of a contact."""

    office: Office
    browser: Browser
    desk: Desk
    conversation: str

    def says(self, number: str, *, join: str = "") -> str:
        form = {"number": number, "join": join}
        answer = self.browser.post(f"/c/{self.conversation}/contact/numbers", form)
        return f"{answer.status_code} {plain(answer.text, number)}"

    def sees(self, number: str) -> list[str]:
        """Every view of it, with the number itself left out."""
        caller = self.office.caller(frozenset(Scope), branch_id=self.desk.branch_id)
        body = {"line": self.desk.number, "to": number, "text": "Hoi"}
        said = [
            self.browser.get(f"/c/{self.conversation}", **{"HX-Request": "true"}).text,
            self.browser.get(f"/c/{self.conversation}/contact", **{"HX-Request": "true"}).text,
            caller.get(f"/contacts/{number}").text,
            caller.get("/contacts").text,
            caller.get("/messages", contact=number).text,
            caller.post(body).text,
            self.browser.get("/").text,
        ]
        return [plain(each, number) for each in said]


def plain(text: str, number: str) -> str:
    """The text without the digits of this number, so that two numbers can be compared."""
    for written in (number, f"+31 6 {number[4:]}", f"{number[4:]}"):
        text = text.replace(written, "N")
    return "".join(text.split()).replace("".join(number.split())[-2:], "NN")


@pytest.fixture
def fatima(office: Office, tilburg: Desk, breda: Desk) -> Iterator[Branch]:
    """A contact of Tilburg; ELSEWHERE is a contact of Breda, NEW is nobody's."""
    office.writes(ELSEWHERE, breda, name="Bram uit Breda")
    office.writes(WORKER, tilburg, name="Fatima")
    found = office.store.read(
        lambda conn: str(
            conn.execute(
                "SELECT id FROM conversation WHERE line_id = ?", (tilburg.line_id,)
            ).fetchone()[0]
        )
    )
    browser = log_in(office, "Sanne", role="staff", branch_id=tilburg.branch_id)
    yield Branch(office, browser, tilburg, found)
    browser.client.close()


def numbers_of(office: Office, desk: Desk, number: str) -> list[str]:
    caller = office.caller(branch_id=desk.branch_id)
    found = caller.get(f"/contacts/{number}").json()["numbers"]
    return [each["number"] for each in found]


def test_adding_a_number_tells_nothing_of_other_branches(
    office: Office, tilburg: Desk, breda: Desk, fatima: Branch
) -> None:
    """Two additions of a number get the same answers and show the same pages, whether another
    branch has the number or nobody does. The contact there keeps its data.
    """
    new = [fatima.says(NEW), fatima.says(NEW)]
    elsewhere = [fatima.says(ELSEWHERE), fatima.says(ELSEWHERE)]
    assert [each[:3] for each in new] == [each[:3] for each in elsewhere] == ["200", "422"]
    assert "Bram" not in "".join(elsewhere)
    assert set(numbers_of(office, tilburg, WORKER)) == {WORKER, NEW, ELSEWHERE}
    assert numbers_of(office, tilburg, ELSEWHERE) == numbers_of(office, tilburg, NEW)
    assert numbers_of(office, breda, ELSEWHERE) == [ELSEWHERE]
    assert "Bram" not in "".join(fatima.sees(ELSEWHERE))
    told = office.store.read(
        lambda conn: conn.execute(
            "SELECT DISTINCT contact_id, staff_id, facts FROM event_log"
            " WHERE kind = 'contact.changed' AND staff_id = ?",
            (fatima.browser.staff_id,),
        ).fetchall()
    )
    assert len(told) == 1  # one contact for both numbers


@pytest.mark.parametrize("number", [NEW, ELSEWHERE])
def test_a_number_that_was_added_is_asked_about_for_another_contact(
    office: Office, tilburg: Desk, fatima: Branch, number: str
) -> None:
    """Whoever has the number, the branch is asked about the contact that it sees."""
    fatima.says(number)
    office.writes(OTHER, tilburg, name="Otto")
    other = office.store.read(
        lambda conn: conn.execute("SELECT max(id) FROM conversation").fetchone()[0]
    )
    answer = fatima.browser.post(f"/c/{other}/contact/numbers", {"number": number})
    assert answer.status_code == 200
    assert "Fatima" in answer.text
    assert "Bram" not in answer.text


def test_who_sees_both_is_asked_whether_they_are_one(
    office: Office, tilburg: Desk, breda: Desk, fatima: Branch
) -> None:
    """A colleague with both branches is asked, and the branch once that person wrote to it."""
    fatima.says(ELSEWHERE)
    question = f"/c/{fatima.conversation}/contact"
    htmx = {"HX-Request": "true"}
    both = log_in(office, "Beide", role="staff", branch_id=None)
    assert "Bram uit Breda" in both.get(question, **htmx).text
    both.client.close()
    assert "Bram uit Breda" not in fatima.browser.get(question, **htmx).text
    office.writes(ELSEWHERE, tilburg, name="Bram uit Breda")
    page = fatima.browser.get(question, **htmx).text
    assert "Bram uit Breda" in page
    join = page.split('name="join" value="')[1].split('"')[0]
    assert fatima.says(ELSEWHERE, join=join).startswith("200")
    assert numbers_of(office, tilburg, WORKER) == [WORKER, ELSEWHERE]
    assert 'name="join"' not in fatima.browser.get(question, **htmx).text
    assert office.count("identity_claim") == 0


def test_who_sees_both_may_say_that_they_are_two(
    office: Office, tilburg: Desk, breda: Desk, fatima: Branch
) -> None:
    """Then the card loses the number. The branch alone cannot take back what it cannot see."""
    fatima.says(ELSEWHERE)
    fatima.says(ELSEWHERE, join="no")
    assert numbers_of(office, tilburg, WORKER) == [WORKER, ELSEWHERE]
    both = log_in(office, "Beide", role="staff", branch_id=None)
    form = {"number": ELSEWHERE, "join": "no"}
    page = both.post(f"/c/{fatima.conversation}/contact/numbers", form)
    both.client.close()
    assert page.status_code == 200
    assert 'name="join"' not in page.text
    assert numbers_of(office, tilburg, WORKER) == [WORKER]
    assert numbers_of(office, breda, ELSEWHERE) == [ELSEWHERE]


@pytest.mark.parametrize("stopped", [True, False])
def test_writing_to_a_number_tells_nothing_of_other_branches(
    office: Office, tilburg: Desk, breda: Desk, fatima: Branch, stopped: bool
) -> None:
    """In a conversation, a number that another branch has is refused like one that nobody has, and
    nothing is written into the other conversation. An empty text is refused alike, too.
    """
    fatima.says(NEW)
    fatima.says(ELSEWHERE)
    if stopped:
        office.writes(WORKER, tilburg, "STOP")
    before = office.count("message")

    def told(number: str, text: str) -> tuple[int, str]:
        path = f"/c/{fatima.conversation}/messages"
        form = {"to": number, "text": text, "client_id": f"{number}{text}"}
        answer = fatima.browser.post(path, form)
        return answer.status_code, answer.text

    for text, status in (("Morgen 7 uur?", 409), ("", 422)):
        assert told(NEW, text) == told(ELSEWHERE, text)
        assert told(NEW, text)[0] == status
    assert office.count("message") == before
