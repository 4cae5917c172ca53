"""NATS's client costs a box little: it leaves out what web sockets would bring."""

import subprocess
import sys

LOADS = """
import sys
from appliance.office.nats_client import load_client
load_client()
from nats.aio.client import Client
assert "aiohttp" not in sys.modules
import aiohttp
"""


def test_the_client_is_loaded_without_web_sockets() -> None:
    """In a process of its own, in which others load that package later all the same."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LOADS], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
