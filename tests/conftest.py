"""What holds for all tests, and the order of their files: files that take minutes begin first, or
all would wait for them last.
"""

import gc
import os
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

import hypothesis
import pytest

from appliance import ids
from appliance.runtime import kinds

gc.disable()  # until all tests are collected: nothing of that is garbage, and half the time went so
kinds.load()  # as each process of Balie does, before anything needs a kind

# httpx reads the certificates of all authorities for each client, and the tests speak plain HTTP.
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = os.devnull

# How long an example takes tells of the machine, not of Balie.
hypothesis.settings.register_profile(
    "house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")

_LONG_FIRST = (
    "crash/test_crash_points.py",
    "queue/test_machine.py",
    "e2e/whole",
    "crash/test_modem_crash_points.py",
    "queue/test_estimate.py",
    "queue/test_power.py",
    "office/test_two_offices.py",
    "e2e/test_pages_axe.py",
    "e2e/test_pages_hand.py",
    "e2e/test_pages_writing.py",
    "e2e/test_pages_unsent.py",
    "e2e/test_pages_modem.py",
    "e2e/test_pages_files.py",
    "e2e",
    "devices",
    "emulated",
    "queue",
    "desk",
)


def pytest_configure(config: pytest.Config) -> None:
    """Where no adb server answers Balie starts one: for tests never at the port of the machine's
    own, which a real phone in `tests/hardware` needs.
    """
    if config.getoption("--serial", default=None) is None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            os.environ["ANDROID_ADB_SERVER_PORT"] = str(free.getsockname()[1])


@pytest.fixture(autouse=True)
def same_umask() -> Iterator[None]:
    """What closes a data directory changes it for the whole process, so for later tests, too."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture(autouse=True, scope="module")
def own_ids() -> None:
    """Ids go on after the newest one of their process, so a clock that one file sets ten years
    ahead would give all later files ids that boxes do not take.
    """
    ids._sequence = ids._Sequence()


@pytest.fixture(autouse=True, scope="module")
def own_garbage() -> Iterator[None]:
    """A socket that a file left open fails that file, and not the one in which Python finds it."""
    yield
    gc.collect()


def pytest_collection_finish() -> None:
    """All that was collected stays until the end, so Python's collector need not walk it again."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _place(item.path.relative_to(Path(__file__).parent).parts))


def _place(parts: Sequence[str]) -> int:
    """The place of the first entry that names the file or a folder above it."""
    names = {"/".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
    places = (place for place, each in enumerate(_LONG_FIRST) if each in names)
    return next(places, len(_LONG_FIRST))
