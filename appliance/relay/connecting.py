"""Opens a connection to one of several addresses that were judged: one that hangs holds up little.

An address is begun with when those before it failed, or have not answered for a moment
(RFC 8305); the first that is open is taken, and the others are closed.
"""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from appliance.desk.webhooks.url_policy import UrlPlace

USER_AGENT = f"Balie/{version('balie')}"
"""Of every request to other software."""
CONNECT_S = 5.0
STAGGER_S = 0.25


@dataclass(frozen=True, slots=True)
class OpenConnection:
    address: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


async def first_open(
    place: UrlPlace, addresses: Sequence[str], tls: ssl.SSLContext | None
) -> OpenConnection:
    """The certificate is that of the name. Raises OSError: that of the address that failed last."""
    waiting, tries = list(addresses), set[asyncio.Task[OpenConnection]]()
    failed = OSError("no address")
    try:
        while waiting or tries:
            if waiting:
                tries.add(asyncio.create_task(_opened(place, waiting.pop(0), tls)))
            done, _ = await asyncio.wait(
                tries,
                timeout=STAGGER_S if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for each in done:
                tries.discard(each)
                try:
                    return each.result()
                except OSError as exc:
                    failed = exc
    finally:
        for each in tries:
            each.cancel()
            each.add_done_callback(_close)
    raise failed


async def _opened(place: UrlPlace, address: str, tls: ssl.SSLContext | None) -> OpenConnection:
    name = place.host if tls is not None else None
    reader, writer = await asyncio.open_connection(
        address, place.port, ssl=tls, server_hostname=name
    )
    return OpenConnection(address, reader, writer)


def _close(task: asyncio.Task[OpenConnection]) -> None:
    """One that was open at the same moment as the one that was taken."""
    if not task.cancelled() and task.exception() is None:
        task.result().writer.transport.abort()
