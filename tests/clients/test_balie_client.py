"""`balie-client` does what its README shows, against a real Balie."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import httpx
import pytest
from balie_client import AsyncBalie, Balie, Event, NotNow, Problem
from balie_client.stream import Place
from balie_client.wire import TRIES

from appliance.desk.access import tokens
from tests.api.office import Caller, Office
from tests.clients.environment import PYTHON
from tests.clients.fuzz_office import PEOPLE, fuzz_office

CLIENT = Path(__file__).parents[2] / "clients" / "python"
EXAMPLES = re.findall(r"```python\n(.*?)```", (CLIENT / "README.md").read_text("utf-8"), re.DOTALL)
ANNA = next(iter(PEOPLE))


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Office, Caller]]:
    with fuzz_office() as served:
        yield served


@contextmanager
def somebody_writes(office: Office) -> Iterator[None]:
    """Now and then, because a stream tells only what comes after it began."""
    done, desk = threading.Event(), office.desks[0]

    def write() -> None:
        while not done.wait(0.2):
            office.writes(ANNA, desk, "Ik kan zaterdag")

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_the_examples_of_its_readme_run(served: tuple[Office, Caller]) -> None:
    """One after the other, each as a program of its own names."""
    office, caller = served
    env = {
        "BALIE_URL": office.url,
        "BALIE_TOKEN": caller.token.token,
        "PYTHONPATH": str(CLIENT / "src"),
        "PATH": os.environ["PATH"],
    }
    run = "import json, sys\nfor text in json.load(sys.stdin): exec(text, {'__name__': 'x'})"
    with somebody_writes(office):
        done = subprocess.run(
            [PYTHON, "-c", run],
            env=env,
            input=json.dumps(EXAMPLES),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert len(EXAMPLES) == 5
    for said in ("They can change it", "to “06” is", "in Ik kan zaterdag", "message.received"):
        assert said in done.stdout


def test_a_message_that_is_tried_again_leaves_once(served: tuple[Office, Caller]) -> None:
    """It waits as long as it is told, and gives up with what Balie said."""
    office, caller = served
    office.store.write(lambda tx: tokens.limit(tx, caller.token.id, 1, by="cli"))
    threading.Event().wait(0.6)  # so long is a token believed
    waited: list[float] = []

    def pause(seconds: float) -> None:
        waited.append(seconds)
        office.store.write(lambda tx: tokens.limit(tx, caller.token.id, None, by="cli"))
        threading.Event().wait(0.6)

    before = office.count("message")
    with Balie(office.url, caller.token.token, pause=pause) as balie:
        list(balie.lines())
        sent = balie.send(line="+31612345678", to=ANNA, text="Een keer", key="one")
        again = balie.send(line="+31612345678", to=ANNA, text="Een keer", key="one")
        assert asdict(sent) == asdict(again)
        assert office.count("message") == before + 1
        assert len(waited) == 1
        assert 1 <= waited[0] <= 61
        list(balie.lines())


def test_a_wait_that_is_too_long_is_the_callers_to_decide() -> None:
    """Nothing is slept through that takes minutes."""
    told = httpx.Response(503, headers={"Retry-After": "600"}, json={"code": "line-full"})

    def never(seconds: float) -> None:
        pytest.fail(f"waited {seconds} s")

    with Balie("http://127.0.0.1:9", "x", pause=never) as balie:
        balie._http = httpx.Client(
            base_url="http://balie", transport=httpx.MockTransport(lambda _: told)
        )
        with pytest.raises(NotNow) as refused:
            balie.send(line="x", to="y", text="z")
    assert (refused.value.code, refused.value.retry_after_s) == ("line-full", 600)


@pytest.mark.parametrize("status", [502, 504])
def test_what_a_proxy_gave_up_is_tried_again_where_that_is_safe(status: int) -> None:
    """Without a key a second POST would be a second message, round or contact."""
    tried: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        tried.append(request.method)
        return httpx.Response(status)

    async def pause(_: float) -> None: ...

    async def post() -> None:
        async with AsyncBalie("http://balie", "x", pause=pause) as balie:
            balie._http = httpx.AsyncClient(
                base_url="http://balie", transport=httpx.MockTransport(answer)
            )
            await balie.request("POST", "/rounds")

    with Balie("http://balie", "x", pause=lambda _: None) as balie:
        balie._http = httpx.Client(base_url="http://balie", transport=httpx.MockTransport(answer))
        with pytest.raises(Problem):
            balie.request("POST", "/rounds")
        with pytest.raises(Problem):
            asyncio.run(post())
        assert tried == ["POST", "POST"]
        for tried_again in (lambda: balie.send(line="x", to="y"), lambda: balie.cancel("m")):
            tried.clear()
            with pytest.raises(Problem):
                tried_again()
            assert len(tried) == TRIES


def test_half_an_event_of_a_broken_connection_is_none() -> None:
    """The place is that of the last whole event."""
    place = Place("e:1")
    lines = ["event: message.received", 'data: {"seq": 2, "message": "m"}', "id: e:2", ""]
    found = [place.take(line) for line in lines]
    assert found[-1] == Event(kind="message.received", cursor="e:2", seq=2, message="m")
    assert [place.take(line) for line in lines[:2]] == [None, None]
    place.begins()
    assert place.take("") is None
    assert place.cursor == "e:2"


def test_its_wheel_is_whole(tmp_path: Path) -> None:
    """With the mark that it is typed."""
    source = tmp_path / "source"
    shutil.copytree(CLIENT, source)
    build = "from setuptools import build_meta; build_meta.build_wheel('..')"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("balie_client-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"balie_client/__init__.py", "balie_client/py.typed"} <= set(names)
