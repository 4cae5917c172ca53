"""The headers of every answer: a browser trusts the answer with no more than it needs."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from appliance.api.quotas import headers_of as quota_headers

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_FOR_ALL = (
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(self), payment=(), usb=()"),
)
_FOR_GOOD = "public, max-age=31536000, immutable"
_NEVER = "no-store"
_HSTS = ("strict-transport-security", "max-age=31536000")


class SafeHeaders:
    """ASGI middleware. Nobody may cache an answer that says nothing of caching: most answers hold
    what people wrote. Static files with a mark of their content in the address are cached for good.
    """

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        """`secure`: every client came by https, also when the request does not say so."""
        self._app = app
        self._secure = secure
        self._headers = [(name.encode(), value.encode()) for name, value in _FOR_ALL]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.raw.extend(self._headers)
                headers.raw.extend(quota_headers(scope))
                if self._secure or scope["scheme"] == "https":
                    headers.append(*_HSTS)
                if "cache-control" not in headers:
                    headers["cache-control"] = _caching(scope, message["status"])
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _caching(scope: Scope, status: int) -> str:
    marked = scope["path"].startswith("/static/") and scope["query_string"].startswith(b"v=")
    return _FOR_GOOD if marked and status in {200, 206, 304} else _NEVER
