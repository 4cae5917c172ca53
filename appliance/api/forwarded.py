"""Who asks, when a proxy stands in front: only configured proxies are believed.

A proxy adds the address of its client at the right of `X-Forwarded-For`, and says in
`X-Forwarded-Proto` whether the client came by https. The client itself wrote everything to the left
of the first hop that is not our proxy, so that part is ignored. From anybody but a configured proxy
the whole header is ignored.
"""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from appliance.addresses import Networks, is_loopback, tidy

_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


def client_of(scope: Scope, proxies: Networks) -> str:
    """The address of the machine that asks, behind the configured proxies; empty when unknown.

    To count or limit by address, use `addresses.network_of` on it.
    """
    address = _peer(scope)
    if not proxies.hold(address):
        return address
    for hop in reversed(_values(scope, "x-forwarded-for")):
        known = tidy(hop)
        if known is None:
            break
        address = known
        if not proxies.hold(address):
            break
    return address


def address_of(request: Request) -> str:
    """As `client_of`, once `ForwardedBy` has looked at the request."""
    return request.client.host if request.client else ""


def is_from_this_machine(request: Request) -> bool:
    """True for a program on this machine. A request that came through any proxy is never one,
    wherever the proxy runs.
    """
    came_by = any(name in request.headers for name in _FORWARDED)
    return is_loopback(address_of(request)) and not came_by


class ForwardedBy:
    """ASGI middleware: everything inside it sees the real client and scheme."""

    def __init__(self, app: ASGIApp, proxies: Networks) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, **self._seen(scope)}
        await self._app(scope, receive, send)

    def _seen(self, scope: Scope) -> dict[str, object]:
        address = client_of(scope, self._proxies)
        port = scope["client"][1] if address == _peer(scope) and scope["client"] else 0
        seen: dict[str, object] = {"client": (address, port)}
        if self._proxies.hold(_peer(scope)):
            scheme = next(reversed(_values(scope, "x-forwarded-proto")), "").lower()
            if scheme in ("http", "https"):
                seen["scheme"] = scheme
        return seen


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return (tidy(client[0]) or str(client[0])) if client else ""


def _values(scope: Scope, name: str) -> list[str]:
    """Of all headers with this name, in order: some proxies add a line, others to the line."""
    lines = Headers(scope=scope).getlist(name)
    return [value.strip() for line in lines for value in line.split(",") if value.strip()]
