"""The web server: uvicorn on one event loop, until it is told to stop."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

import uvicorn
from fastapi import FastAPI

from appliance.api.connections import PATIENCE_S, Connections
from appliance.api.services import Services
from appliance.errors import SetupError
from appliance.runtime.certificate import Certificate
from appliance.runtime.collecting import settle
from appliance.runtime.feeding import Feeding
from appliance.runtime.patience import PatientProtocol, PatientSocket

GRACE_S = 2
"""For answers under way when Balie stops."""
BACKLOG = 100
"""Connections that the system accepts ahead of us, and that we take up in one round."""
MAX_HEAD = 16 * 1024
"""Bytes before a request's body; the longest of ours are some cookies and an address."""
_RENEWAL_TICKS = 600
"""Between two looks whether the certificate was renewed: a minute."""
_GONE_MS = 45_000
"""After this, a client that acknowledges nothing (a laptop that sleeps) counts as gone."""


def bind(host: str, port: int) -> socket.socket:
    """The socket to serve on, opened before anything else starts; early clients wait.

    Raises SetupError.
    """
    sock = reserve(host, port)
    admit(sock)
    return sock


def reserve(host: str, port: int) -> socket.socket:
    """As `bind`, but clients are refused until `admit`: who has another way takes it at once.

    Raises SetupError.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only on sockets that say they are TCP; without it each answer to a
    # kept connection waits 40 ms for the other side's delayed acknowledgement.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _GONE_MS)
    with _or_closed(sock, host, port):
        sock.bind((host, port))
    return sock


def admit(sock: socket.socket) -> None:
    """From here on clients wait for who serves them. Raises SetupError."""
    with _or_closed(sock, *sock.getsockname()[:2]):
        sock.listen(BACKLOG)


@contextmanager
def _or_closed(sock: socket.socket, host: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        sock.close()
        sentence = f"Port {port} on {host} cannot be used ({exc.strerror}); choose another: --port."
        raise SetupError(sentence) from exc


def address_of(sock: socket.socket, *, secure: bool = False) -> str:
    """What to type into a browser on this machine."""
    host, port = sock.getsockname()[:2]
    name = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 -- compared, not bound
    return f"{'https' if secure else 'http'}://{name}:{port}"


def serve(
    app: FastAPI,
    sock: socket.socket,
    connections: Connections,
    certificate: Certificate | None = None,
    feeding: Feeding | None = None,
    *,
    end_more: Callable[[], None] = lambda: None,
) -> None:
    """Serves until SIGTERM or SIGINT, and takes the socket over; over https with a certificate.
    `end_more` ends further answers that have no end of their own.

    Blocks; call it in the main thread.
    """
    settle()
    services: Services = app.state.services
    config = web_config(app, connections, certificate)

    def end_streams() -> None:
        services.feed.end()
        end_more()

    Server(config, connections, end_streams, certificate, feeding).run(
        sockets=[PatientSocket.at(sock, connections, secure=certificate is not None)]
    )


def web_config(
    app: Any, connections: Connections, certificate: Certificate | None = None, **more: Any
) -> uvicorn.Config:
    if certificate is not None:
        more["ssl_context_factory"] = lambda _config, _default: certificate.context
    return uvicorn.Config(
        app,
        http=cast("Any", partial(PatientProtocol, connections)),
        ws="none",
        backlog=BACKLOG,
        timeout_keep_alive=int(PATIENCE_S),
        h11_max_incomplete_event_size=MAX_HEAD,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # see api/forwarded.py: uvicorn believes every program on this machine
        timeout_graceful_shutdown=GRACE_S,
        **more,
    )


class Server(uvicorn.Server):
    """`end_streams` ends the answers that have no end of their own: uvicorn waits for every answer,
    then cancels those that are left, each with a traceback.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        connections: Connections,
        end_streams: Callable[[], None] = lambda: None,
        certificate: Certificate | None = None,
        feeding: Feeding | None = None,
    ) -> None:
        super().__init__(config)
        self._feeding = feeding
        self._certificate = certificate
        self._connections = connections
        self._end_streams = end_streams

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._feeding is not None:
            self._feeding.serves()

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second."""
        if self._feeding is not None:
            self._feeding.look()
        if counter % 10 == 0:
            self._connections.look_round()
        if counter % _RENEWAL_TICKS == 0 and self._certificate is not None:
            self._certificate.look()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._feeding is not None:
            self._feeding.stops()
        self._end_streams()
        await super().shutdown(sockets)
