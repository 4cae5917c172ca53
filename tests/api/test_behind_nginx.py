"""The front door of the box: Debian's nginx with the site that the package places, before the real
web server.
"""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest

from appliance.addresses import Networks
from appliance.box.names import BoxNames
from appliance.box.nginx_site import nginx_site, version_of_nginx
from appliance.box.tls_folder import TlsFolder
from appliance.box.trust_page import trust_files
from appliance.clock import ManualClock
from tests.api.office import Caller, Office, WebServer, open_office
from tests.running_demo import eventually

HOST = "127.0.0.1"
BROWSER = "127.0.0.9"
"""Where the browser of these tests sits, so that it is told from the proxy."""
FORGED = "198.51.100.1"
NAMES = BoxNames(dns=("balie-utrecht.local",), addresses=(ip_address(HOST),))
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
CONFIG = """
daemon off; master_process off; user root; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ }}
http {{
  include /etc/nginx/mime.types; gzip on;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  include {folder}/site.conf;
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    http: int
    https: int
    client: httpx.Client

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(f"http://{HOST}:{self.http}{path}", headers=headers)


def free_ports() -> tuple[int, int]:
    with socket.create_server((HOST, 0)) as one, socket.create_server((HOST, 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture
def behind(web_server: WebServer, tmp_path: Path, clock: ManualClock) -> Iterator[Office]:
    proxies = Networks.of([HOST])
    with open_office(web_server, tmp_path / "data", clock, proxies=proxies) as opened:
        yield opened


@contextmanager
def front_door(folder: Path, upstream: str) -> Iterator[Door]:
    """It listens on two loopback ports, with the certificates and the page of a box."""
    tls = TlsFolder(folder=folder / "tls", given=folder / "given")
    tls.renew(NAMES, datetime.now(UTC), None)
    served = tls.served(NAMES)
    assert served is not None
    http, https = free_ports()
    for name, content in trust_files(served.authority, NAMES, https_port=https).items():
        (tls.public / name).write_bytes(content)
    site = nginx_site(
        tls.folder,
        offers_authority=True,
        version=version_of_nginx(),
        http=http,
        https=https,
        host=HOST,
        upstream=upstream,
        errors=folder / "error.log",
    )
    (folder / "site.conf").write_text(site, "utf-8")
    (folder / "nginx.conf").write_text(CONFIG.format(folder=folder), "utf-8")
    trusted = ssl.create_default_context(cafile=str(tls.public / "ca.crt"))
    transport = httpx.HTTPTransport(verify=trusted, local_address=BROWSER)
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with (
        subprocess.Popen(command, stderr=subprocess.DEVNULL) as nginx,
        httpx.Client(transport=transport, timeout=60) as client,
    ):
        eventually(lambda: answers(https), "nginx answers")
        yield Door(http=http, https=https, client=client)
        nginx.terminate()


@pytest.fixture
def door(web_server: WebServer, tmp_path: Path) -> Iterator[Door]:
    with front_door(tmp_path, web_server.url.removeprefix("http://")) as opened:
        yield opened


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def test_port_80_says_how_to_trust_the_box_and_sends_all_else_to_https(
    door: Door, tmp_path: Path
) -> None:
    """In the language of the browser, with the file and its fingerprint; nothing else is served."""
    dutch = door.get("/", **{"Accept-Language": "nl-NL,nl;q=0.9,en;q=0.8"})
    english = door.get("/trust", **{"Accept-Language": "pl"})
    assert "Balie vertrouwen op dit apparaat" in dutch.text
    assert "Trust Balie on this device" in english.text
    for page in (dutch, english):
        for system in ("Windows", "macOS", "iPhone, iPad", "Android", "Linux"):
            steps = page.text.split(f"<summary>{system}</summary>")[1].partition("</ol>")[0]
            assert steps.count("<li>") == 3
    loaded = door.get("/ca.crt")
    assert loaded.headers["content-type"] == "application/x-x509-ca-cert"
    command = ["openssl", "x509", "-noout", "-fingerprint", "-sha256"]
    seen = subprocess.run(command, input=loaded.content, capture_output=True, check=True).stdout
    assert seen.decode().strip().partition("=")[2] in dutch.text
    sent = door.get("/inbox/waiting?line=1")
    assert sent.status_code == 308
    assert sent.headers["location"] == f"https://{HOST}:{door.https}/inbox/waiting?line=1"
    assert not (tmp_path / "tls" / "public" / "box.pem").exists()
    assert door.get("/box.pem").status_code == 308


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_browsers_agree_on_http_2(door: Door, tmp_path: Path, version: ssl.TLSVersion) -> None:
    asks = ssl.create_default_context(cafile=str(tmp_path / "tls" / "public" / "ca.crt"))
    asks.set_alpn_protocols(["h2", "http/1.1"])
    asks.minimum_version = asks.maximum_version = version
    with (
        socket.create_connection((HOST, door.https), 20) as plain,
        asks.wrap_socket(plain, server_hostname=NAMES.first) as secure,
    ):
        assert secure.selected_alpn_protocol() == "h2"


def test_what_a_browser_says_of_itself_does_not_pass(
    behind: Office, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    """Wrong tries count for its own address, it did not come from this machine, and it came by
    https.
    """
    said = {"X-Forwarded-For": FORGED, "Forwarded": f"for={FORGED}", "X-Real-IP": FORGED}
    address = f"https://{HOST}:{door.https}"
    wrong = {"Authorization": "Bearer nonsense", "X-Forwarded-Proto": "http", **said}
    refused = door.client.get(f"{address}/api/v1/lines", headers=wrong)
    assert refused.status_code == 401
    assert f"from {BROWSER}" in caplog.text
    assert FORGED not in caplog.text
    assert door.client.get(f"{address}/metrics", headers=said).status_code == 401
    page = door.client.get(f"{address}/login", headers={"X-Forwarded-Proto": "http"})
    assert page.status_code in {200, 303}
    assert all("; Secure" in each for each in page.headers.get_list("set-cookie"))
    assert "strict-transport-security" not in page.headers


def test_live_events_pass_as_they_happen(behind: Office, door: Door) -> None:
    """Nothing waits in nginx until there is more of it."""
    desk = behind.desk("Tilburg", "+31612345678")
    caller = behind.caller()
    address = f"https://{HOST}:{door.https}/api/v1/events"
    with door.client.stream("GET", address, headers=caller.headers) as response:
        assert response.status_code == 200
        lines = response.iter_lines()
        behind.writes("+31687654321", desk)
        assert any("message" in line for line in lines)


def test_a_file_is_refused_by_balie_itself_in_its_own_words(behind: Office, door: Door) -> None:
    """What is a little too large is not cut off by nginx with a page of its own."""
    caller: Caller = behind.caller()
    address = f"https://{HOST}:{door.https}/api/v1/media"
    large = {"file": ("film.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(17_000_000), "video/mp4")}
    answer = door.client.post(address, files=large, headers=caller.headers)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_while_balie_starts_a_page_says_so(tmp_path: Path) -> None:
    """A person is asked to wait, and the page goes on by itself; a program reads a problem."""
    nobody, _ = free_ports()
    with front_door(tmp_path, f"{HOST}:{nobody}") as door:
        address = f"https://{HOST}:{door.https}"
        page = door.client.post(f"{address}/c/1/reply", data={"text": "Hoi"})
        told = door.client.get(f"{address}/api/v1/lines")
    assert page.status_code == told.status_code == 503
    assert "Balie start" in page.text
    assert page.headers["retry-after"] == told.headers["retry-after"] == "5"
    assert told.json()["title"] == "Balie is starting"
