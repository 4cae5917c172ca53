"""The rules of nftables, by the real `nft`, and by connections between two networks."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.box import firewall, openings
from appliance.box.firewall import Openings

ALL = Openings(ssh=True, home_port=51820, set_up_point="wlan0")
BOX, BRANCH = "balie-test-box", "balie-test-branch"
AT = "10.62.0.1"


def run(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, input=stdin, capture_output=True, text=True, timeout=60, check=False
    )


def may_make_networks() -> bool:
    """Whether whoever runs the tests is root of a machine with nftables in its kernel."""
    if os.geteuid() != 0 or not shutil.which("nft") or not shutil.which("ip"):
        return False
    return run("unshare", "--net", "nft", "add", "table", "inet", "balie").returncode == 0


needs_networks = pytest.mark.skipif(
    not may_make_networks(), reason="networks of its own take root, ip and nft"
)


@needs_networks
@pytest.mark.parametrize("wanted", [Openings(), ALL], ids=["as it comes", "all switched on"])
def test_nft_understands_every_rule(wanted: Openings) -> None:
    """In one step, whether its table is there or not; the same rules twice are no trouble."""
    text = firewall.rules(wanted)
    done = run("unshare", "--net", "nft", "--check", "--file", "-", stdin=text)
    assert (done.returncode, done.stderr) == (0, "")
    twice = f"nft -f - <<<'{text}'; nft -f - <<<'{text}'; nft list tables"
    done = run("unshare", "--net", "bash", "-euc", twice)
    assert (done.returncode, done.stdout) == (0, "table inet balie\n"), done.stderr


@pytest.fixture
def networks() -> Iterator[None]:
    """The box and a machine of the branch, on one cable."""
    for each in (BOX, BRANCH):
        run("ip", "netns", "delete", each)
        assert run("ip", "netns", "add", each).returncode == 0
    run("ip", "link", "add", "veth-box", "netns", BOX, "type", "veth", "peer", "name", "veth-out",
        "netns", BRANCH)  # fmt: skip
    for place, name, address in ((BOX, "veth-box", AT), (BRANCH, "veth-out", "10.62.0.2")):
        run("ip", "-n", place, "address", "add", f"{address}/24", "dev", name)
        run("ip", "-n", place, "link", "set", name, "up")
        run("ip", "-n", place, "link", "set", "lo", "up")
    yield
    for each in (BOX, BRANCH):
        run("ip", "netns", "delete", each)


LISTEN = """
import socket, sys
kept = []
for port in (22, 80, 443, 8080):
    kept.append(socket.create_server(("0.0.0.0", port)))
print("listening", flush=True)
sys.stdin.read()
"""
ASK = f"""
import socket
for port in (22, 80, 443, 8080):
    try:
        socket.create_connection(("{AT}", port), timeout=1).close()
        print(port)
    except OSError:
        pass
"""


def put(wanted: Openings) -> None:
    done = run("ip", "netns", "exec", BOX, "nft", "-f", "-", stdin=firewall.rules(wanted))
    assert (done.returncode, done.stderr) == (0, "")


def answered() -> list[str]:
    return run("ip", "netns", "exec", BRANCH, "python3", "-c", ASK).stdout.split()


@needs_networks
@pytest.mark.usefixtures("networks")
def test_a_branch_reaches_the_inbox_and_nothing_else() -> None:
    """Real connections: SSH answers only where somebody has a key; Balie's own port never does."""
    command = ["ip", "netns", "exec", BOX, "python3", "-c", LISTEN]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as box:
        assert box.stdout is not None
        assert box.stdin is not None
        assert box.stdout.readline() == "listening\n"
        assert answered() == ["22", "80", "443", "8080"], "nothing is closed yet"
        put(Openings())
        assert answered() == ["80", "443"]
        put(ALL)
        assert answered() == ["22", "80", "443"]
        put(Openings())
        assert answered() == ["80", "443"]
        box.stdin.close()


def test_what_is_switched_on_stands_in_files_of_root(tmp_path: Path) -> None:
    """Without any of them all is closed; a line that is no key opens nothing."""
    keys, point, port = (tmp_path / name for name in ("keys", "point", "port"))
    assert openings.found([keys], point, port) == Openings()
    keys.write_text("# who may log in\n\n", "ascii")
    port.write_text("no port\n", "ascii")
    assert openings.found([tmp_path / "not", keys], point, port) == Openings()
    keys.write_text("ssh-ed25519 AAAA it@head.example\n", "ascii")
    point.write_text("wlan0\n", "ascii")
    port.write_text("51820\n", "ascii")
    assert openings.found([tmp_path / "not", keys], point, port) == ALL
