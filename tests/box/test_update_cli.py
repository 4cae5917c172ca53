"""`balie update` as root types it: real packages, and the keeper that the process becomes."""

import json
import multiprocessing
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from typer.testing import CliRunner

from appliance.__main__ import app
from appliance.box.keeper.state import FILES
from appliance.box.updates import fetching, request
from tests.box import cli_child
from tests.box.shelf import announce, serving
from tests.box.toy_world import ToyBox, build_package
from tests.open_folder import open_folder
from tests.own_certificate import make_certificate

_LOADED = multiprocessing.get_context("forkserver")
_LOADED.set_forkserver_preload(
    [cli_child.__name__, "appliance.cli.update", "appliance.runtime.kinds"]
)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root installs packages")


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[ToyBox]:
    """Version 1.0 runs, as `apt install` left it: its package is nowhere. `update.pub` is there."""
    box = ToyBox(box=tmp_path / "box")
    box.box.mkdir()
    box.furnish(build_package(tmp_path, "1.0"))
    box.waits_until("1.0")
    (tmp_path / "balie_1.0_all.deb").unlink()
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "update.pub").write_bytes(public)
    yield box
    box.power_off()


def environment(toy: ToyBox, config: dict[str, object]) -> dict[str, str]:
    """`config` is more of the table `[updates]`."""
    updates = {**config, "folder": str(toy.folder), "key": str(toy.box.parent / "update.pub")}
    return {
        **toy.env,
        "SSL_CERT_FILE": str(toy.box.parent / "cert.pem"),
        "BALIE_PORT": str(toy.port),
        "BALIE_UPDATES": json.dumps(updates),
    }


def told(toy: ToyBox, *words: str) -> dict[str, Any]:
    """What a verb that installs nothing answers as JSON."""
    done = CliRunner(env=environment(toy, {})).invoke(app, ["update", *words, "--json"])
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def refused(toy: ToyBox, *words: str) -> str:
    """The sentence of a verb that comes no further than this process."""
    env = environment(toy, {})
    done = CliRunner(env=env).invoke(app, ["update", words[0], *QUICK, *words[1:], *on(toy)])
    assert done.exit_code == 1
    return done.stderr


def installs(toy: ToyBox, *words: str, status: int = 0, **config: object) -> str:
    """What a process of its own prints, which becomes the keeper."""
    verb, *more = words
    said = toy.box.parent
    arguments = (["update", verb, *QUICK, *more, *on(toy)], environment(toy, config), said)
    child = _LOADED.Process(target=cli_child.run, args=arguments)
    child.start()
    child.join(120)
    out, err = ((said / name).read_text() for name in ("out", "err"))
    assert child.exitcode == status, (out, err)
    return out or err


def installs_for_nobody(toy: ToyBox, url: str) -> str:
    """What is said where the data are another user's, as on a real box."""
    with tempfile.TemporaryDirectory(dir=open_folder()) as home:
        Path(home).chmod(0o755)
        data = Path(home, "data")
        data.mkdir(mode=0o700)
        os.chown(data, NOBODY, NOBODY)
        trusted = shutil.copyfile(toy.box.parent / "cert.pem", Path(home, "cert.pem"))
        env = {**environment(toy, {"url": url}), "SSL_CERT_FILE": str(trusted)}
        words = ("update", "install", *QUICK, "--data", str(data), "--system", str(toy.root))
        done = CliRunner(env=env).invoke(app, words)
    assert done.exit_code == 1
    return done.stderr


def on(toy: ToyBox) -> tuple[str, ...]:
    return ("--data", str(toy.data), "--system", str(toy.root))


NOBODY = 65534
QUICK = ("--every", "0.05", "--limit", "30")
"""Limits are for a machine that is busy with other tests."""
BRIEF = ("--limit", "1")
"""For a version that is never well: whether it ended or does not answer yet is the same."""


def test_a_box_is_updated_from_a_stick_and_goes_back(toy: ToyBox, tmp_path: Path) -> None:
    """Checked, installed on trial and let go; the version that came by apt is packed anew first, so
    there is a way back, which keeps what was said since.
    """
    stick = tmp_path / "stick"
    stick.mkdir()
    package = build_package(stick, "1.1")
    assert told(toy, "check", str(stick), *on(toy))["verdict"] == "newer"
    assert "no signature" in refused(toy, "install", str(stick))
    signed = told(toy, "sign", str(package), "--key", str(tmp_path / "key.pem"))
    assert signed["file"] == f"{package}.sig"
    done = json.loads(installs(toy, "install", str(stick), "--json"))
    assert (done["outcome"], done["version"]) == ("good", "1.1")
    toy.waits_until("1.1")
    toy.say("Tot morgen")
    now = told(toy, "status", *on(toy))
    assert (now["running"], now["phase"], now["last"]["outcome"]) == ("1.1", "idle", "good")
    assert json.loads(installs(toy, "back", "--json"))["outcome"] == "good"
    toy.waits_until("1.0")
    assert toy.version == "1.0"
    assert toy.house() == ("1.0", ["Hallo", "Tot morgen"])
    assert (toy.root / "etc/balie/toy.conf").read_text() == "as it came\n"


def test_a_request_of_the_page_is_taken_and_a_bad_version_comes_back(
    toy: ToyBox, tmp_path: Path
) -> None:
    """Root reads a path, and nothing else; what came back is not tried again at a request."""
    package = build_package(tmp_path, "1.1", "broken")
    told(toy, "sign", str(package), "--key", str(tmp_path / "key.pem"))
    request.ask_for(toy.data, package)
    installs(toy, "take", *BRIEF, status=1)
    now = told(toy, "status", *on(toy))
    came_back = now["came_back"]
    assert (now["running"], came_back["version"]) == ("1.0", "1.1")
    assert came_back["why"] in ("units", "not-ready")
    assert toy.house() == ("1.0", ["Hallo"])
    request.ask_for(toy.data, package)
    assert "came back" in refused(toy, "take")
    assert told(toy, "status", *on(toy))["last"]["why"] == "came-back"
    assert (toy.version, toy.is_held) == ("1.0", False)
    for name in FILES:
        assert (toy.folder / name).stat().st_mode & 0o777 == 0o644


def test_settings_that_a_person_changed_outlive_a_version_that_comes_back(
    toy: ToyBox, tmp_path: Path
) -> None:
    """Also when a later version brings others: the way back must not pass them off as its own."""
    written = toy.root / "etc/balie/toy.conf"
    written.write_text("ours\n")
    broken = build_package(tmp_path, "1.1", "broken")
    installs(toy, "install", str(broken), *BRIEF, status=1)
    assert (toy.version, written.read_text()) == ("1.0", "ours\n")
    installs(toy, "install", str(build_package(tmp_path, "1.2", settings="of 1.2\n")))
    assert (toy.version, written.read_text()) == ("1.2", "ours\n")


def test_by_night_a_box_takes_what_its_address_has_if_the_config_says_so(
    toy: ToyBox, tmp_path: Path
) -> None:
    """Fetched over https, checked, tried, and not kept in the data; without that word in the config
    nothing is even looked for.
    """
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    package = build_package(shelf, "1.1")
    told(toy, "sign", str(package), "--key", str(tmp_path / "key.pem"))
    own = make_certificate(tmp_path / "shelf", "localhost")
    (tmp_path / "cert.pem").write_bytes(own.cert.read_bytes())
    asked = ["dpkg", "--print-architecture"]
    here = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60).stdout
    announce(shelf, package.name, package.stat().st_size, architecture=here.strip())
    with serving(shelf, own) as url:
        env = environment(toy, {"url": url})
        CliRunner(env=env).invoke(app, ["update", "nightly", *QUICK, *on(toy)])
        assert toy.version == "1.0"
        beside = package.with_name(f"{package.name}.sig")
        sig = beside.rename(shelf / "away")
        said = installs_for_nobody(toy, url)
        assert "could not be fetched" in said
        assert ".sig" in said
        sig.rename(beside)
        installs(toy, "nightly", url=url, by_night=True)
    assert list((toy.data / fetching.FOLDER).iterdir()) == []
    toy.waits_until("1.1")
    assert toy.version == "1.1"
