"""The table `[web]` of the settings: how many connections there may be, and which proxies.

```toml
[web]
connections = 512
connections_per_address = 256
proxies = ["127.0.0.1", "10.0.0.0/8"]   # whose X-Forwarded-For and -Proto are believed
push_services = ["push.example.com"]    # of browsers, beside those of the well-known ones
address = "https://balie.example.com"   # that browsers open, where a proxy changes it
admins_need_passkey = false             # true: a password opens nothing for them but a passkey
```
"""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from appliance.addresses import Networks

CONNECTIONS = 512
"""A browser takes seven at most (six and its stream), so seventy busy browsers have room."""
CONNECTIONS_PER_ADDRESS = 256
"""Thirty colleagues behind one address take 210."""


def _network(given: str) -> str:
    try:
        Networks.of([given])
    except ValueError as exc:
        raise ValueError("a proxy is an address, or a network such as 10.0.0.0/8") from exc
    return given


def _origin(given: str) -> str:
    """As browsers write it."""
    try:
        parts = urlsplit(given)
        tidy = f"{parts.scheme}://{parts.netloc}".lower()
    except ValueError:
        tidy = ""
    if given.rstrip("/").lower() != tidy or parts.scheme not in ("http", "https") or "@" in given:
        raise ValueError("the address is one such as https://balie.example.com, without a path")
    return tidy.removesuffix({"https": ":443", "http": ":80"}[parts.scheme])


class WebSettings(BaseModel):
    """Idle connections make room for new ones, so the numbers limit only those being served.

    `proxies`: only they are believed when they say where a request comes from. Of their connections
    only the total is limited. `address`: what browsers open, where Balie cannot see that itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    connections: int = Field(default=CONNECTIONS, ge=8, le=900)  # see runtime/descriptors.py
    connections_per_address: int = Field(default=CONNECTIONS_PER_ADDRESS, ge=4)
    proxies: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    push_services: tuple[str, ...] = ()
    admins_need_passkey: bool = False
    address: Annotated[str, AfterValidator(_origin)] | None = None
