"""A log-in link as a colleague opens it: a whole address, and the same as a square to photograph.

Balie knows no address of its own. The browser that asks knows one, and tells it as the origin of
each form, whatever a proxy makes of `Host`.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request
from markupsafe import Markup

from appliance.api.web.qr_square import square


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginAddress:
    link: str
    #: Who asked sits at Balie's own computer: from elsewhere the address leads nowhere.
    is_here_only: bool

    @property
    def square(self) -> Markup:
        return square(self.link)


def login_address(request: Request, token: str) -> LoginAddress:
    origin = origin_of(request)
    return LoginAddress(
        link=f"{origin}/login/{token}", is_here_only=_is_loopback(urlsplit(origin).hostname or "")
    )


def origin_of(request: Request) -> str:
    """What the browser says that it opened; else what the request was for."""
    told = request.headers.get("origin", "")
    try:
        parts = urlsplit(told)
        is_origin = parts.scheme in ("http", "https") and bool(parts.hostname)
        if is_origin and told == f"{parts.scheme}://{parts.netloc}" and "@" not in told:
            return told
    except ValueError:
        pass
    return str(request.base_url).rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
