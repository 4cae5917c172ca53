"""What happens reaches each endpoint in order, once each, whatever the others do."""

import socket
import subprocess
import sys
import threading
from collections import defaultdict
from pathlib import Path
from random import Random

import pytest

from appliance.clock import ManualClock
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.relay import following, sending
from appliance.store import webhook_deliveries
from appliance.store.store import Store
from appliance.webhook_settings import WebhookSettings
from tests.own_certificate import make_certificate
from tests.relay.told import MORNING_MS, add, happens, policy_for, relaying
from tests.webhook_receiver import Got, Receiver, Say, receiving

ROOT = Path(__file__).parents[2]
CHILD = "tests.relay.dying_child"


def conversation(got: Got) -> str:
    return str(got.told["data"]["conversation"])


def test_a_conversation_is_told_in_order_while_others_overtake(
    store: Store, receiver: Receiver
) -> None:
    """Some answers are slow: of several conversations at once, never of one."""
    random, free = Random(7), threading.Event()
    receiver.says = lambda _: Say(waits=lambda: free.wait(random.choice([0, 0.01])))
    with relaying(store, policy_for(receiver.port)):
        add(store, receiver.url)
        order = [random.choice("abcdefgh") for _ in range(80)]
        for start in range(0, 80, 20):
            happens(store, *order[start : start + 20])
        got = receiver.wait(80)
    told = defaultdict(list)
    for each in got:
        told[conversation(each)].append(each.told["data"]["seq"])
    assert {name: sorted(seqs) for name, seqs in told.items()} == told
    assert len({each.id for each in got}) == 80


def test_one_that_hangs_delays_no_other_and_one_that_fails_nothing_after_it(
    store: Store, receiver: Receiver, other: Receiver
) -> None:
    free = threading.Event()
    receiver.says = lambda _: Say(waits=lambda: free.wait(20))
    other.says = lambda got: Say(status=500 if conversation(got) == "bad" else 200)
    with relaying(store, policy_for(receiver.port, other.port)):
        add(store, receiver.url)
        add(store, other.url)
        happens(store, "bad", "good")
        happens(store, "bad", *(f"c{each}" for each in range(30)))
        assert len(other.wait(33)) == 33
        assert len(receiver.got) <= 4
        free.set()


def test_what_cannot_be_reached_says_why(
    store: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A redirect is not followed, and a proxy of the environment is not asked."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    receiver.says = lambda got: SAID[got.path]
    paths = list(SAID)
    nothing = socket.create_server(("127.0.0.1", 0))
    port = nothing.getsockname()[1]
    nothing.close()
    with relaying(store, policy_for(receiver.port, port)):
        base = receiver.url.removesuffix("/hook")
        made = {path: add(store, f"{base}{path}", "conversation.done").id for path in paths}
        made["closed"] = add(store, f"http://127.0.0.1:{port}/", "conversation.done").id
        made["inner"] = add(store, "http://127.0.0.1:1/", "conversation.done").id
        made["spelled"] = add(store, "http://localhost.:1/", "conversation.done").id
        happens(store, "a")
        became = {name: first_try(store, webhook_id) for name, webhook_id in made.items()}
    assert became == {
        "/moved": (302, None),
        "/large": (200, None),
        "/closes": (None, "no-http"),
        "closed": (None, "connection"),
        "inner": (None, "refused-address"),
        "spelled": (None, "refused-address"),
    }
    assert sorted({each.path for each in receiver.got}) == sorted(paths)


SAID = {
    "/moved": Say(status=302, headers={"Location": "/elsewhere"}),
    "/large": Say(status=200, body=b"x" * 1_000_000),
    "/closes": Say(closes=True),
}


def first_try(store: Store, webhook_id: str) -> tuple[int | None, str | None]:
    while True:
        found = store.read(lambda conn: webhook_deliveries.newest(conn, webhook_id, limit=1))
        if found and found[0].attempts:
            return found[0].attempts[0].status, found[0].attempts[0].error
        threading.Event().wait(0.01)


def test_a_name_that_leads_elsewhere_later_leads_nowhere(
    store: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address that was judged is the one that is connected to; the name is in the header."""
    real = socket.getaddrinfo
    answers = iter(["127.0.0.1", "127.0.0.2"])

    def look_up(host: object, port: object, *args: object, **more: object) -> object:
        name = next(answers) if host == "planning.test" else host
        return real(name, port, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with relaying(store, policy_for(receiver.port)):
        webhook = add(store, f"http://planning.test:{receiver.port}/hook", "conversation.done")
        happens(store, "a")
        (got,) = receiver.wait(1)
        assert got.headers["host"] == f"planning.test:{receiver.port}"
        happens(store, "b")
        while len(tries := attempts(store, webhook.id)) < 2:
            threading.Event().wait(0.01)
    assert [each.error for each in tries] == ["refused-address", None]
    assert len(receiver.got) == 1


def test_an_address_that_hangs_leaves_time_for_the_next(
    store: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that of a name whose first address no longer answers."""
    real, hangs = socket.getaddrinfo, socket.socket()
    hangs.bind(("127.0.0.2", receiver.port))
    hangs.listen(0)
    queue = [socket.socket() for _ in range(3)]
    for each in queue:  # more than its queue takes: whoever comes next gets no answer
        each.setblocking(False)
        each.connect_ex(("127.0.0.2", receiver.port))

    def look_up(host: object, port: object, *args: object, **more: object) -> object:
        names = ["127.0.0.2", "127.0.0.1"] if host == "planning.test" else [host]
        return [found for name in names for found in real(name, port, *args, **more)]  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    allow = [f"{each}:{receiver.port}" for each in ("127.0.0.1", "127.0.0.2")]
    policy = UrlPolicy(WebhookSettings(allow=tuple(allow)).allowed)
    with relaying(store, policy):
        made = add(store, f"http://planning.test:{receiver.port}/hook", "conversation.done")
        happens(store, "a")
        assert first_try(store, made.id) == (204, None)
    for each in (hangs, *queue):
        each.close()


def test_a_name_that_hangs_takes_one_thread(
    store: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many endpoints have it; those with other names go on."""
    monkeypatch.setattr(sending, "_NAMES", 2)
    real, free, hung = socket.getaddrinfo, threading.Event(), list[str]()

    def look_up(host: object, port: object, *args: object, **more: object) -> object:
        if host == "hangs.test":
            hung.append(str(host))
            free.wait(20)
        name = "127.0.0.1" if str(host).endswith(".test") else host
        return real(name, port, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with relaying(store, policy_for(receiver.port)):
        for _ in range(4):
            add(store, f"http://hangs.test:{receiver.port}/hook", "conversation.done")
        happens(store, "a")
        while not hung:
            threading.Event().wait(0.01)
        add(store, f"http://good.test:{receiver.port}/good", "conversation.done")
        happens(store, "b")
        receiver.wait_for(lambda got: got.path == "/good")
        assert len(hung) == 1
        free.set()


def test_a_certificate_is_that_of_the_name(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to an address, and still another name's certificate opens nothing."""
    certificate = make_certificate(tmp_path, "planning.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.cert))
    real = socket.getaddrinfo

    def look_up(host: object, port: object, *args: object, **more: object) -> object:
        name = "127.0.0.1" if str(host).endswith(".test") else host
        return real(name, port, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with receiving(certificate) as receiver, relaying(store, policy_for(receiver.port)):
        add(store, receiver.url, "conversation.done")
        other = add(store, receiver.url.replace("planning", "other"), "conversation.done")
        happens(store, "a")
        assert first_try(store, other.id) == (None, "tls")
        (got,) = receiver.wait(1)
        assert got.headers["host"] == f"planning.test:{receiver.port}"


def attempts(store: Store, webhook_id: str) -> list[webhook_deliveries.DeliveryAttempt]:
    found = store.read(lambda conn: webhook_deliveries.newest(conn, webhook_id, limit=9))
    return [attempt for each in found for attempt in each.attempts]


def test_killed_between_answer_and_commit_it_is_the_same_again(
    tmp_path: Path, store: Store, receiver: Receiver
) -> None:
    """The same id and the same bytes, so the receiver knows it."""
    add(store, receiver.url, "conversation.done")
    happens(store, "a", "b")
    path = store.path
    command = [sys.executable, "-m", CHILD, str(path), str(receiver.port)]
    died = subprocess.run(command, check=False, timeout=60, capture_output=True, cwd=ROOT)
    assert died.returncode == -9, died.stderr.decode()
    first = len(receiver.got)
    assert first >= 1
    with relaying(store, policy_for(receiver.port)):
        got = receiver.wait(first + 2)
    by_id = defaultdict(set)
    for each in got:
        by_id[each.id].add(each.body)
    assert [len(bodies) for bodies in by_id.values()] == [1, 1]


def test_what_waits_too_much_is_followed_later(
    store: Store, clock: ManualClock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost, the table stays small, and others are told meanwhile."""
    monkeypatch.setattr(following, "MAX_WAITING", 20)
    monkeypatch.setattr(following, "PIECE", 10)
    receiver.says = lambda got: Say(status=503 if got.path == "/full" else 200)
    with relaying(store, policy_for(receiver.port)):
        full = add(store, receiver.url.replace("/hook", "/full"), "conversation.done")
        add(store, receiver.url, "conversation.done")
        for each in range(0, 100, 5):
            happens(store, *(f"c{each + more}" for more in range(5)))
        done = receiver.wait_for(lambda got: got.path == "/hook" and conversation(got) == "c99")
        assert done
        waits = store.read(lambda conn: webhook_deliveries.waiting(conn, full.id, most=1000))
        assert waits <= 30
        receiver.says = lambda _: Say()
        clock.advance(s=600)
        receiver.wait_for(lambda got: got.path == "/full" and conversation(got) == "c99")
        told = {conversation(each) for each in receiver.got if each.path == "/full"}
        assert told == {f"c{each}" for each in range(100)}
    assert clock.at_ms > MORNING_MS
