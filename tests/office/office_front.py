"""nginx in front of two offices, with the site that the package brings."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from appliance.demo.children import free_port
from tests.api.test_behind_nginx import CONFIG, NGINX
from tests.api.test_behind_nginx import answers as port_answers
from tests.running_demo import eventually

SITE = Path(__file__).parents[2] / "systemd" / "nginx-office.conf"


@contextmanager
def office_front(folder: Path, ports: Sequence[int]) -> Iterator[int]:
    """Its port. On the loopback it speaks http, as the offices there do."""
    port = free_port()
    (folder / "site.conf").write_text(_site(folder, port, ports), "utf-8")
    (folder / "nginx.conf").write_text(CONFIG.format(folder=folder), "utf-8")
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as nginx:
        try:
            eventually(lambda: port_answers(port), "nginx answers")
            yield port
        finally:
            nginx.terminate()


def _site(folder: Path, port: int, ports: Sequence[int]) -> str:
    site = SITE.read_text("utf-8")
    changed = {
        "listen 443 ssl;": f"listen 127.0.0.1:{port};",
        "/var/log/nginx/error.log": f"{folder}/error.log",
        **{f"127.0.0.1:{8090 + place}": f"127.0.0.1:{each}" for place, each in enumerate(ports)},
    }
    for was, now in changed.items():
        assert site.count(was) == 1, was
        site = site.replace(was, now)
    return "\n".join(line for line in site.splitlines() if not line.strip().startswith("ssl_"))
