"""An https address with the packages of a folder, as `[updates]` `url` names one."""

import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from appliance.box.updates import sources
from tests.own_certificate import OwnCertificate


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its own name
        del format, args


@contextmanager
def serving(folder: Path, own: OwnCertificate) -> Iterator[str]:
    """Until the block ends; who trusts the certificate may read there."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(_Quiet, directory=str(folder))
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.cert, own.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, name="shelf", daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(20)


def announce(
    folder: Path, name: str, size: int, *, version: str = "1.1", architecture: str = "arm64"
) -> None:
    files = {architecture: {"name": name, "bytes": size}}
    (folder / sources.INDEX).write_text(json.dumps({"version": version, "files": files}))
