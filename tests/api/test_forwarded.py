"""Who asks, when a proxy stands in front: only configured ones are believed."""

import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from appliance.addresses import NO_NETWORKS, Networks, is_loopback, network_of, tidy
from appliance.api.forwarded import client_of
from appliance.clock import ManualClock
from appliance.desk.access.tokens import Scope
from tests.api.office import Desk, Office, WebServer, open_office

PROXIES = Networks.of(["127.0.0.1", "10.0.0.0/8", "fd00::/8"])


@pytest.fixture
def behind(web_server: WebServer, tmp_path: Path, clock: ManualClock) -> Iterator[Office]:
    """An office whose Balie trusts the proxy on its own machine."""
    with open_office(web_server, tmp_path / "behind", clock, proxies=PROXIES) as opened:
        yield opened


def scope(peer: str, *lines: str) -> dict[str, object]:
    headers = [(b"x-forwarded-for", line.encode()) for line in lines]
    return {"type": "http", "client": (peer, 50_000), "headers": headers}


@pytest.mark.parametrize(
    ("peer", "lines", "client"),
    [
        ("192.0.2.7", [], "192.0.2.7"),
        ("192.0.2.7", ["198.51.100.1"], "192.0.2.7"),  # nobody's proxy: not believed
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),  # the left one was forged
        ("127.0.0.1", ["6.6.6.6", "198.51.100.1"], "198.51.100.1"),  # a proxy that adds a line
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1, 10.0.0.3"], "198.51.100.1"),  # two of ours
        ("127.0.0.1", ["10.0.0.9, 10.0.0.3"], "10.0.0.9"),  # from inside
        ("127.0.0.1", ["6.6.6.6, nonsense"], "127.0.0.1"),
        ("127.0.0.1", ["6.6.6.6, unknown, 10.0.0.3"], "10.0.0.3"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ["[2001:db8::5]:443"], "2001:db8::5"),
        ("127.0.0.1", ["198.51.100.1:4433"], "198.51.100.1"),
        ("::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("fd00::1", ["2001:DB8::5"], "2001:db8::5"),
        ("::ffff:192.0.2.7", [], "192.0.2.7"),
    ],
)
def test_the_first_hop_that_is_no_proxy_of_ours_is_who_asks(
    peer: str, lines: list[str], client: str
) -> None:
    """Read from the right: everything further left may be written by anybody."""
    assert client_of(scope(peer, *lines), PROXIES) == client


def test_without_proxies_the_header_says_nothing() -> None:
    for peer in ("127.0.0.1", "10.0.0.3", "::1"):
        assert client_of(scope(peer, "198.51.100.1"), NO_NETWORKS) == peer


def test_one_machine_counts_once_however_it_is_written() -> None:
    """An IPv6 machine has a /64 to itself; an IPv4 address written as IPv6 is the same machine."""
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") == "2001:db8::/64"
    assert network_of("2001:db8:0:1::1") != network_of("2001:db8::1")
    assert network_of("::ffff:192.0.2.7") == network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("fe80::1%eth0") == "fe80::/64"
    assert (tidy("nonsense"), network_of("nonsense")) == (None, "nonsense")
    assert [is_loopback(each) for each in ("::1", "127.8.8.8", "10.0.0.1", "")] == [
        *(True, True),
        *(False, False),
    ]


SPOOFED = {"X-Forwarded-For": "198.51.100.1", "X-Forwarded-Proto": "https"}


def wrong_log_in(office: Office) -> httpx.Response:
    """Through a proxy on this machine, with the headers that it sets."""
    office.store.write(
        lambda tx: tx.conn.execute(
            "INSERT INTO staff (id, name, created_ms) VALUES ('s', 'Mieke', 1)"
        )
    )
    with httpx.Client(base_url=office.url, timeout=60) as client:
        page = client.get("/login", headers=SPOOFED)
        token = page.cookies["balie_guest"]
        form = {"csrf": token, "name": "Niemand", "password": "welkom01"}
        cookies = {"Cookie": f"balie_guest={token}"}
        return client.post("/login", data=form, headers=SPOOFED | cookies)


def test_a_spoofed_header_changes_nothing(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        answer = wrong_log_in(office)
    assert answer.status_code == 403
    assert "wrong password from 127.0.0.1" in caplog.text
    assert "198.51.100.1" not in caplog.text
    assert "strict-transport-security" not in answer.headers
    assert all("Secure" not in each for each in answer.headers.get_list("set-cookie"))


def test_a_configured_proxy_is_believed(behind: Office, caplog: pytest.LogCaptureFixture) -> None:
    """The browser's address is counted and logged. Behind https the cookies are for https only, and
    the browser is told to stay there.
    """
    with caplog.at_level(logging.WARNING):
        answer = wrong_log_in(behind)
    assert answer.status_code == 403
    assert "wrong password from 198.51.100.1" in caplog.text
    assert answer.headers["strict-transport-security"]
    assert all("Secure" in each for each in answer.headers.get_list("set-cookie"))


def figures(office: Office, headers: dict[str, str] | None = None) -> str:
    answer = office.client.get("/metrics", headers=headers or {})
    assert answer.status_code == 200
    return answer.text


def test_what_a_single_sim_has_left_is_not_for_everybody(behind: Office) -> None:
    """Prometheus on this machine sees it, and a token for the devices of all branches does. A token
    of one branch gets only the counts. A client behind a proxy needs a token, wherever that proxy
    runs.
    """
    desk: Desk = behind.desk("Tilburg", "+31612345678")
    behind.store.write(lambda tx: tx.conn.execute("UPDATE device SET balance_cents = 250"))
    assert "balie_credit_euros{" in figures(behind)
    for came_by in ({"X-Forwarded-For": "192.0.2.7"}, {"Forwarded": "for=192.0.2.7"}):
        assert behind.client.get("/metrics", headers=came_by).status_code == 401
        watcher = behind.caller(frozenset({Scope.DEVICES_READ}))
        assert "balie_credit_euros{" in figures(behind, came_by | watcher.headers)
        local = behind.caller(branch_id=desk.branch_id)
        assert "balie_devices{" in figures(behind, came_by | local.headers)
        assert "balie_credit_euros{" not in figures(behind, came_by | local.headers)
    other = behind.caller(frozenset({Scope.EVENTS_READ}))
    assert behind.client.get("/metrics", headers=other.headers).status_code == 403
    wrong = {"Authorization": "Bearer nonsense"}
    assert behind.client.get("/metrics", headers=wrong).status_code == 401
