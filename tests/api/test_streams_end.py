"""A live stream ends with the right to follow it, at once and not at the next beat."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.desk.access import sessions, tokens
from appliance.desk.access.passwords import hash_password
from appliance.desk.access.sessions import NewSession
from appliance.desk.team import staff
from appliance.store.store import Store, Tx
from tests.api.office import Desk, Office

WORKER = "+31655500401"
Browser = tuple[httpx.Client, NewSession]


@pytest.fixture
def sanne(office: Office, tilburg: Desk) -> Iterator[Browser]:
    """Member of staff, logged in, with a conversation to follow."""

    def enter(tx: Tx) -> NewSession:
        return sessions.begin(tx, staff.add(tx, "Sanne", role="staff", branch_id=tilburg.branch_id))

    office.writes(WORKER, tilburg, name="Fatima")
    session = office.store.write(enter)
    cookies = {"balie_session": session.token}
    with httpx.Client(base_url=office.url, cookies=cookies, timeout=60) as client:
        yield client, session


@contextmanager
def tab(client: httpx.Client) -> Iterator[Iterator[str]]:
    """An open page that has begun to receive hints."""
    with client.stream("GET", "/live", params={"after": "0"}) as answer:
        lines = answer.iter_lines()
        assert any(line == "event: message" for line in lines)
        yield lines


def secret(office: Office, desk: Desk) -> str:
    """The id of a message that came after the end."""
    office.writes(WORKER, desk, "Niet voor Sanne")
    return office.store.read(
        lambda conn: str(
            conn.execute("SELECT max(id) FROM message WHERE direction = 'in'").fetchone()[0]
        )
    )


def log_out(office: Office, sanne: Browser) -> None:
    client, session = sanne
    headers = {"X-CSRF-Token": session.csrf}
    with httpx.Client(base_url=office.url, cookies=client.cookies, timeout=60) as other:
        assert other.post("/logout", headers=headers).status_code == 303


def disable(office: Office, sanne: Browser) -> None:
    office.store.write(lambda tx: staff.disable(tx, sanne[1].staff_id))


def end_by_console(office: Office, sanne: Browser) -> None:
    """The command line is another process beside Balie."""
    beside = Store(office.store.path, office.clock)
    beside.write(lambda tx: staff.log_out_everywhere(tx, sanne[1].staff_id))
    beside.close()


def disable_by_console(office: Office, sanne: Browser) -> None:
    beside = Store(office.store.path, office.clock)
    beside.write(lambda tx: staff.disable(tx, sanne[1].staff_id))
    beside.close()


def new_password(office: Office, sanne: Browser) -> None:
    stored = hash_password("een andere lange zin")
    office.store.write(lambda tx: staff.set_password(tx, sanne[1].staff_id, stored))


def use_link(office: Office, sanne: Browser) -> None:
    stored = hash_password("een andere lange zin")
    link = office.store.write(lambda tx: staff.add_login_link(tx, sanne[1].staff_id))
    office.store.write(lambda tx: staff.use_login_link(tx, link, stored))


def go_away(office: Office, sanne: Browser) -> None:
    """Nobody uses the session for half a day."""
    del sanne
    assert isinstance(office.clock, ManualClock)
    office.clock.advance(s=13 * 3600)


def other_role(office: Office, sanne: Browser) -> None:
    """They stay logged in but lose the inbox; only then does our own code end the stream."""
    office.store.write(lambda tx: staff.give_role(tx, sanne[1].staff_id, "branch-it", None))


ENDS = (log_out, disable, end_by_console, disable_by_console, new_password, use_link, go_away)


@pytest.mark.parametrize("end", ENDS)
def test_a_stream_ends_with_its_session(
    office: Office, tilburg: Desk, sanne: Browser, end: Callable[[Office, Browser], None]
) -> None:
    """This holds in every tab: no later event is told."""
    client, _ = sanne
    with tab(client) as first, tab(client) as second:
        end(office, sanne)
        message = secret(office, tilburg)
        for rest in (first, second):
            assert message not in "".join(rest)


def test_a_stream_ends_by_itself_when_nothing_happens(office: Office, sanne: Browser) -> None:
    """It does not wait for the next event; if it did, this test would read beats for ever."""
    with tab(sanne[0]) as rest:
        go_away(office, sanne)
        told = list(rest)
    assert "event: device" not in told
    assert sanne[0].get("/live", params={"after": "0"}).status_code == 303


def test_a_log_out_leaves_other_browsers_alone(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    there = office.store.write(lambda tx: sessions.begin(tx, sanne[1].staff_id))
    cookies = {"balie_session": there.token}
    with (
        httpx.Client(base_url=office.url, cookies=cookies, timeout=60) as client,
        tab(client) as rest,
    ):
        log_out(office, sanne)
        message = secret(office, tilburg)
        assert any(message in line for line in rest)


def test_a_stream_follows_new_rights(office: Office, tilburg: Desk, sanne: Browser) -> None:
    """A person with another role gets from then on the hints of that role."""
    with tab(sanne[0]) as rest:
        other_role(office, sanne)
        message = secret(office, tilburg)
        office.phone_is_away(tilburg)
        told = ""
        for line in rest:
            told += line
            if line == "event: device":
                break
    assert message not in told


def test_a_session_that_ended_before_is_told_nothing(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """The same request again after the end leads to the log-in."""
    log_out(office, sanne)
    assert sanne[0].get("/live", params={"after": "0"}).status_code == 303


def test_a_token_that_the_command_line_revokes_hears_no_more(office: Office, tilburg: Desk) -> None:
    """`GET /events` ends, too."""
    caller = office.caller()
    with caller.client.stream("GET", "/api/v1/events", headers=caller.headers) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "event: hello"
        beside = Store(office.store.path, office.clock)
        beside.write(lambda tx: tokens.revoke(tx, caller.token.id))
        beside.close()
        assert secret(office, tilburg) not in "".join(lines)
