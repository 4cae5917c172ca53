"""One connection to the broker, by NATS's own client. It is never mended: who finds it broken opens
another one, because only then is it known what was said and what was not.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING

from appliance.office.broker import BrokerPlace
from appliance.office.nats_client import load_client
from appliance.office.nkeys import answered
from appliance.office.troubles import LinkAway

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from nats.aio.client import Client

CONNECT_S = 8.0
_ONE_S = 3
"""For one of the servers; then the next one is tried."""
NOBODY_S = 1.0
"""No office is at the broker, which says so at once: it is asked again so soon."""
_PING_S = 5
_PINGS = 2
_ENDS_S = 2.0
_ANY = "box"
"""The client signs only where it was given something else to show as well."""


class PassRefused(LinkAway):
    """The broker does not let this pass in, or not any more."""

    def __init__(self) -> None:
        super().__init__("no-office")


async def connected(place: BrokerPlace, key: "Ed25519PrivateKey", *, inbox: str) -> "Client":
    """To whichever of its servers answers. `inbox` begins the subjects on which answers come.

    Raises LinkAway, and PassRefused.
    """
    load_client()
    import nats.errors
    from nats.aio.client import Client

    client, met = Client(), list[Exception]()

    async def note(exc: Exception) -> None:
        met.append(exc)

    with as_link_errors():
        async with asyncio.timeout(CONNECT_S):
            try:
                await client.connect(
                    servers=list(place.urls),
                    tls=_trusting(place.authority),
                    token=_ANY,
                    user_jwt_cb=lambda: bytearray(place.jwt.encode()),
                    signature_cb=lambda nonce: answered(key, nonce),
                    inbox_prefix=inbox,
                    allow_reconnect=False,
                    max_reconnect_attempts=1,
                    reconnect_time_wait=0.1,  # type: ignore[arg-type]  # it sleeps so long
                    connect_timeout=_ONE_S,
                    ping_interval=_PING_S,
                    max_outstanding_pings=_PINGS,
                    error_cb=note,
                )
            except BaseException as exc:
                await ended(client)
                if isinstance(exc, nats.errors.NoServersError) and met:
                    raise met[-1] from exc
                raise
    return client


async def ended(client: "Client") -> None:
    """Nothing of it is left, whatever it was at, and also where the server hangs."""
    try:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_ENDS_S):
                await client.close()
    finally:
        await _hang_up(client)


async def _hang_up(client: "Client") -> None:
    """Closing waits for the last word of TLS for half a minute, which a server that hangs never
    says. The client has no public way to do without.
    """
    writer = getattr(client._transport, "_io_writer", None)  # noqa: SLF001 -- as above
    if writer is not None:
        writer.transport.abort()
        await asyncio.sleep(0)  # the socket is closed in the loop's next turn


def _trusting(authority: str) -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    tls.load_verify_locations(cadata=authority)
    return tls


@contextlib.contextmanager
def as_link_errors() -> Iterator[None]:
    """Whatever the client raises is LinkAway; PassRefused where it is the pass."""
    load_client()
    import nats.errors

    try:
        yield
    except nats.errors.NoRespondersError:
        raise LinkAway("no-office", retry_after_s=NOBODY_S) from None
    except TimeoutError:
        raise LinkAway("timeout") from None
    except ssl.SSLError:
        raise LinkAway("tls") from None
    except (OSError, EOFError, nats.errors.Error) as exc:
        if isinstance(exc, nats.errors.Error) and "authoriz" in f"{exc!r} {exc}".lower():
            raise PassRefused from exc
        raise LinkAway("connection") from exc
