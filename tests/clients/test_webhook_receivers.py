"""Receivers that are written with the official libraries take what Balie posts."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.store import webhooks
from appliance.store.key_at_hand import house_key
from appliance.store.store import Store
from tests.clients.environment import CLIENTS, PROGRAMS, PYTHON
from tests.fresh_store import fresh_store
from tests.relay.told import MORNING_MS, add, happens, policy_for, relaying
from tests.webhook_receiver import Got, Receiver, receiving

REFUSED = "WebhookVerificationError"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = fresh_store(tmp_path / "balie.db", ManualClock(MORNING_MS))
    yield opened
    opened.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as it:
        yield it


def judged(got: Got, secret: str, *bodies: str) -> Mapping[str, list[str]]:
    """By each library, what became of each of these bodies."""
    given = [{"secret": secret, "headers": got.headers, "body": body} for body in bodies]
    node = shutil.which("node")
    assert node is not None
    found: dict[str, list[str]] = {}
    for command in (
        [str(PYTHON), str(PROGRAMS / "webhook_receiver.py")],
        [node, str(PROGRAMS / "webhook_receiver.mjs")],
    ):
        done = subprocess.run(
            command, input=json.dumps(given).encode(), capture_output=True, check=True, cwd=CLIENTS
        )
        found |= json.loads(done.stdout)
    return found


def test_each_library_takes_it_and_refuses_what_was_changed(
    store: Store, receiver: Receiver
) -> None:
    """Python's standardwebhooks and svix, and npm's standardwebhooks."""
    with relaying(store, policy_for(receiver.port)):
        webhook = add(store, receiver.url, "conversation.done")
        happens(store, "a")
        (got,) = receiver.wait(1)
    secret = store.read(lambda conn: webhooks.secrets_of(house_key(conn), webhook, MORNING_MS)[0])
    sent = got.body.decode()
    names = ("standardwebhooks", "svix", "node")
    found = judged(got, secret, sent, sent.replace("done", "gone"))
    assert found == {name: ["conversation.done", REFUSED] for name in names}
