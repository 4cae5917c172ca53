"""The table `[web]` of the settings: how many may be connected at once, and through whom.

```toml
[web]
connections = 512
connections_per_address = 256
proxies = ["127.0.0.1", "10.0.0.0/8"]   # whose X-Forwarded-For and -Proto are believed
```
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from appliance.addresses import Networks

CONNECTIONS = 512
"""A browser takes seven at most (six and its stream), so these are seventy of them, busy."""
CONNECTIONS_PER_ADDRESS = 256
"""Thirty colleagues behind one address take 210."""


def _network(given: str) -> str:
    try:
        Networks.of([given])
    except ValueError as exc:
        raise ValueError("a proxy is an address, or a network such as 10.0.0.0/8") from exc
    return given


class WebSettings(BaseModel):
    """Who says nothing makes room for who comes, so the numbers bind only those that are served.

    `proxies`: nobody else's word counts for where a request comes from, and of their connections
    only the total is limited.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    connections: int = Field(default=CONNECTIONS, ge=8, le=900)  # see runtime/descriptors.py
    connections_per_address: int = Field(default=CONNECTIONS_PER_ADDRESS, ge=4)
    proxies: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
