"""What Balie may wish of the machine, and nothing beyond it."""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.box import from_home, home_wish
from appliance.box.from_home import HomePlaces
from appliance.box.home_wish import HomeAnswer, HomePeer, HomeWish
from appliance.errors import SetupError

KEY = base64.b64encode(bytes(32)).decode()
OTHER = base64.b64encode(bytes(range(32))).decode()
WISH = HomeWish(
    is_on=True,
    port=51820,
    network="10.77.5.0/24",
    peers=[HomePeer(key=KEY, place=2), HomePeer(key=OTHER, place=9)],
)
TOLD = json.loads(home_wish.written(WISH))
HAS_WG = pytest.mark.skipif(not shutil.which("wg"), reason="this machine has no WireGuard")


def test_a_wish_is_read_as_it_was_written() -> None:
    """Switched off, it says nothing but that."""
    assert home_wish.read(home_wish.written(WISH)) == WISH
    assert home_wish.read(home_wish.written(HomeWish())) == HomeWish()


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        json.dumps({**TOLD, "on": 1}),
        json.dumps({**TOLD, "more": "words"}),
        json.dumps({**TOLD, "port": 0}),
        json.dumps({**TOLD, "port": 70000}),
        json.dumps({**TOLD, "port": "22"}),
        json.dumps({**TOLD, "network": "0.0.0.0/0"}),
        json.dumps({**TOLD, "network": "10.77.0.0/16"}),
        json.dumps({**TOLD, "network": "192.168.1.0/24"}),
        json.dumps({**TOLD, "network": "10.77.5.1/24"}),
        json.dumps({**TOLD, "peers": [{"key": f"{KEY}\nPostUp = sh", "place": 2}]}),
        json.dumps({**TOLD, "peers": [{"key": KEY[:-4], "place": 2}]}),
        json.dumps({**TOLD, "peers": [{"key": KEY, "place": 1}]}),
        json.dumps({**TOLD, "peers": [{"key": KEY, "place": 255}]}),
        json.dumps({**TOLD, "peers": [{"key": KEY, "place": True}]}),
        json.dumps({**TOLD, "peers": [{"key": KEY, "place": 2}, {"key": OTHER, "place": 2}]}),
        json.dumps({**TOLD, "peers": [{"key": KEY, "place": 2, "ips": "0.0.0.0/0"}]}),
        json.dumps({**TOLD, "peers": 7}),
        b"[" * 100_000,
    ],
)
def test_what_is_no_wish_is_refused_whole(wrong: bytes | str) -> None:
    """Whatever Balie's user writes there: no other network, no line of its own in the config."""
    with pytest.raises(SetupError):
        home_wish.read(wrong.encode() if isinstance(wrong, str) else wrong)


def places_in(folder: Path) -> HomePlaces:
    return HomePlaces(key=folder / "key", run=folder / "run", devices=folder / "net")


def test_a_wish_that_leads_elsewhere_opens_nothing(tmp_path: Path) -> None:
    """A link to a file of root's is not followed, and is not quoted in the answer."""
    secret = tmp_path / "secret"
    secret.write_text("very secret", "ascii")
    (tmp_path / "wish").symlink_to(secret)
    answer = from_home.fulfil(tmp_path / "wish", places_in(tmp_path))
    assert (answer.is_on, answer.public_key) == (False, "")
    assert "makes no sense" in answer.trouble
    assert "secret" not in (tmp_path / "run" / "home.json").read_text("ascii")
    assert home_wish.answered(tmp_path / "run" / "home.json") == answer
    assert not (tmp_path / "key").exists()


class Programs:
    """Of a machine whose WireGuard is a folder: `ip` makes it and takes it away, `wg` writes whom
    it lets in. Those named in `failing` fail.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.failing = folder, folder / "failing"
        self.lets_in = folder / "net" / "balie-home"
        self.failing.touch()
        for name, does in {
            "ip": f'case "$1 $2" in "link add") mkdir -p {self.lets_in};;'
            f' "link delete") rm -r {self.lets_in};; esac',
            "wg": f"case $1 in syncconf) cat >{self.lets_in}/peers;; genkey) echo {OTHER};;"
            f" pubkey) echo {KEY};; esac",
            "nft": "echo table inet balie",
        }.items():
            program = folder / "bin" / name
            program.parent.mkdir(exist_ok=True)
            fails = f'grep -qx "{name} $1" {self.failing} && exit 1'
            program.write_text(f"#!/bin/sh\n{fails}\n{does}\n", "ascii")
            program.chmod(0o755)

    def fulfil(self, wish: bytes) -> HomeAnswer:
        (self.folder / "wish").write_bytes(wish)
        return from_home.fulfil(self.folder / "wish", places_in(self.folder))


@pytest.mark.parametrize(
    ("wish", "failing"),
    [
        pytest.param(b"{", "", id="a wish without sense"),
        pytest.param(home_wish.written(WISH), "wg syncconf", id="whom it names cannot be let in"),
        pytest.param(b"{", "nft --file", id="and the firewall cannot be changed"),
    ],
)
def test_whom_an_earlier_wish_named_does_not_stay_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wish: bytes, failing: str
) -> None:
    """Where nobody can know who is meant to come in, nobody does."""
    programs = Programs(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    assert programs.fulfil(home_wish.written(WISH)).is_on
    assert "10.77.5.9/32" in (programs.lets_in / "peers").read_text("ascii")
    programs.failing.write_text(failing, "ascii")
    answer = programs.fulfil(wish)
    assert not answer.is_on
    assert answer.trouble
    assert not programs.lets_in.exists()
    assert not (tmp_path / "run" / "home-port").exists()


def test_an_answer_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    """So the page says that the machine has not answered."""
    path = tmp_path / "home.json"
    assert home_wish.answered(path) is None
    for torn in (b"", b"{", b'{"on": true}', b"[]"):
        path.write_bytes(torn)
        assert home_wish.answered(path) is None
    path.write_bytes(home_wish.answer_written(HomeAnswer(is_on=True, public_key="not a key")))
    assert home_wish.answered(path) == HomeAnswer(is_on=True, public_key="")


def test_whoever_is_not_wished_is_in_no_config() -> None:
    """It is always the whole of it; each device has one address of the network."""
    config = from_home.config(WISH, KEY)
    assert config.count("[Peer]") == 2
    assert "AllowedIPs = 10.77.5.9/32" in config
    assert OTHER not in from_home.config(HomeWish(is_on=True, network="10.77.5.0/24"), KEY)


@HAS_WG
def test_the_key_of_the_box_is_made_once_and_stays_its_own(tmp_path: Path) -> None:
    """By the real `wg`, whose public half a device is told; nobody else reads the private one."""
    path = tmp_path / "home.key"
    key = from_home.own_key(path)
    assert from_home.own_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert home_wish.is_key(from_home.public_half(key))
    for torn in (b"torn", b"\xff" * 44):
        path.write_bytes(torn)
        assert from_home.own_key(path) != key


def in_a_network_of_its_own(script: str) -> subprocess.CompletedProcess[str]:
    command = ["unshare", "--net", "--mount", "bash", "-euo", "pipefail", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def has_wireguard() -> bool:
    """Whether this kernel knows WireGuard, and whoever runs the tests may make an interface."""
    if os.geteuid() != 0 or not shutil.which("wg") or not shutil.which("ip"):
        return False
    return in_a_network_of_its_own("ip link add balie-home type wireguard").returncode == 0


@pytest.mark.skipif(not has_wireguard(), reason="this kernel has no WireGuard, or not for us")
def test_a_device_whose_key_is_not_wished_any_more_is_out(tmp_path: Path) -> None:
    """The real kernel and the real `wg`: two are let in, then one, then the way is closed."""
    wish = tmp_path / "wish"
    one = HomeWish(is_on=True, port=51821, network=WISH.network, peers=WISH.peers[1:])
    for name, each in (("both", WISH), ("one", one), ("off", HomeWish())):
        (tmp_path / name).write_bytes(home_wish.written(each))
    said = f'python3 -c \'from pathlib import Path; from appliance.box import from_home; \
print(from_home.fulfil(Path("{wish}"), from_home.HomePlaces(key=Path("{tmp_path}/key"), \
run=Path("{tmp_path}/run"))))\''
    script = f"""
mount -t sysfs none /sys
for each in both one off; do
  cp {tmp_path}/$each {wish}; {said}
  wg show balie-home allowed-ips 2>&1 || true
  wg show balie-home listen-port 2>&1 || true
done
"""
    done = in_a_network_of_its_own(script)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("10.77.5.2/32") == 1
    assert done.stdout.count("10.77.5.9/32") == 2
    assert "51821" in done.stdout
    assert "No such device" in done.stdout
