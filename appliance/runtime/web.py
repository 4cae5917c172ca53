"""The web server: uvicorn on one event loop, until it is told to stop."""

import gc
import socket

import uvicorn
from fastapi import FastAPI

from appliance.errors import SetupError

GRACE_S = 2
"""For answers under way when Balie stops; live streams are ended by then."""


def bind(host: str, port: int) -> socket.socket:
    """The socket to serve on, taken before anything else is started; who connects early waits.

    Raises SetupError.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only on sockets that say they are TCP; without it each answer to a
    # kept connection waits 40 ms for the other side's delayed acknowledgement.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen()
    except OSError as exc:
        sock.close()
        sentence = f"Port {port} on {host} cannot be used ({exc.strerror}); choose another: --port."
        raise SetupError(sentence) from exc
    return sock


def address_of(sock: socket.socket) -> str:
    """What to type into a browser on this machine."""
    host, port = sock.getsockname()[:2]
    name = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 -- compared, not bound
    return f"http://{name}:{port}"


def serve(app: FastAPI, sock: socket.socket) -> None:
    """Serves until SIGTERM or SIGINT. Blocks; call it in the main thread."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    # What is loaded by now stays as long as the process; walking over it at each full collection
    # stopped every answer for 40 ms.
    gc.collect()
    gc.freeze()
    uvicorn.Server(config).run(sockets=[sock])
