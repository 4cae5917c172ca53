"""`balie tls`: the front door of the box, made and looked at."""

import json
import re
import shutil
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.box.certificates import certificates_in
from appliance.box.tls_folder import ending_of
from tests.cli.shell import balie

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """Nobody's machine is touched."""
    return ["--folder", str(tmp_path / "tls"), "--given", str(tmp_path / "given")]


def test_the_front_door_is_made_once(places: list[str], tmp_path: Path) -> None:
    """A second look changes nothing; both say the fingerprint that the page shows."""
    assert balie("tls", "status", *places).exit_code == 1
    made = json.loads(balie("tls", "renew", *places, "--json").stdout)
    assert (made["changed"], made["trouble"], made["source"]) == (True, None, "own")
    assert made["names"][0].endswith(".local")
    again = json.loads(balie("tls", "renew", *places, "--json").stdout)
    assert again == {**made, "changed": False}
    seen = json.loads(balie("tls", "status", *places, "--json").stdout)
    assert seen["authority"]["sha256"] == made["authority"]["sha256"]
    page = (tmp_path / "tls" / "public" / "nl.html").read_text("utf-8")
    assert made["authority"]["sha256"] in page
    anew = json.loads(balie("tls", "renew", *places, "--new-authority", "--json").stdout)
    assert anew["authority"]["sha256"] != made["authority"]["sha256"]
    assert anew["authority"]["sha256"] in balie("tls", "status", *places).stdout


def test_nginx_takes_the_site(places: list[str], tmp_path: Path) -> None:
    """As it is, for the ports and folders of the package: the site that its own nginx would get."""
    balie("tls", "renew", *places)
    config = f"""
    error_log stderr; pid {tmp_path}/pid; events {{ }}
    http {{ access_log off; include {tmp_path}/tls/nginx*.conf; }}
    """
    site = tmp_path / "tls" / "nginx.conf"
    for port in ("80", "443"):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            free = f"listen 127.0.0.1:{probe.getsockname()[1]} "
        text = re.sub(rf"listen (\[::\]:)?{port} ", free, site.read_text("utf-8"))
        site.write_text(_once(text, free), "utf-8")
    text = site.read_text("utf-8").replace("/var/log/nginx/error.log", f"{tmp_path}/errors")
    site.write_text(text, "utf-8")
    (tmp_path / "main.conf").write_text(config, "utf-8")
    command = [NGINX, "-t", "-c", str(tmp_path / "main.conf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def _once(text: str, listens: str) -> str:
    """Of two lines for the two families one, because here they have one address."""
    lines = text.splitlines(keepends=True)
    places = [place for place, line in enumerate(lines) if listens in line]
    return "".join(line for place, line in enumerate(lines) if place not in places[1:])


def test_wrong_files_are_said_and_the_box_goes_on(places: list[str], tmp_path: Path) -> None:
    """The status is 1, so that the unit is shown as failed; browsers notice nothing."""
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "box.crt").write_text("nonsense", "utf-8")
    (tmp_path / "given" / "box.key").write_text("nonsense", "utf-8")
    done = balie("tls", "renew", *places)
    assert done.exit_code == 1
    assert "no certificate with its key" in done.stderr
    assert (tmp_path / "tls" / "box.pem").exists()


def test_an_end_is_said_in_time(places: list[str], tmp_path: Path) -> None:
    """`balie doctor` says it: renewing by itself has failed for months then."""
    balie("tls", "renew", *places)
    folder = tmp_path / "tls"
    ends = certificates_in(folder / "box.crt")[0].not_valid_after_utc
    assert ending_of(folder, datetime.now(UTC)) == ""
    assert f"{ends:%Y-%m-%d}" in ending_of(folder, ends - timedelta(days=10))
    assert ending_of(tmp_path / "none", ends) == ""
