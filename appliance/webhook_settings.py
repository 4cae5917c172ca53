"""The table `[webhooks]` of the settings: which inner addresses Balie may post to.

```toml
[webhooks]
allow = ["127.0.0.1:9000"]   # an address or a name, with its port or without for every port
```

Only who may write the config of the machine opens these: neither a page nor the API can.
"""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from appliance.addresses import tidy

_PLACE = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")
_MAX_PORT = 65535


def _place(given: str) -> str:
    found = _PLACE.fullmatch(given)
    if found is None or not 1 <= int(found["port"] or 1) <= _MAX_PORT:
        raise ValueError("an inner address is one such as 127.0.0.1:9000 or [::1]:9000")
    return given


@dataclass(frozen=True, slots=True)
class Allowed:
    """Hosts in small letters, each with its port or None for every port."""

    places: frozenset[tuple[str, int | None]] = frozenset()

    def holds(self, host: str, port: int) -> bool:
        known = tidy(host) or host.lower()
        return (known, port) in self.places or (known, None) in self.places


NONE_ALLOWED = Allowed()


class WebhookSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    allow: tuple[Annotated[str, AfterValidator(_place)], ...] = ()

    @property
    def allowed(self) -> Allowed:
        return Allowed(frozenset(_host_and_port(each) for each in self.allow))


def _host_and_port(place: str) -> tuple[str, int | None]:
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(place)
    host = found["host"].strip("[]").lower()
    return tidy(f"[{host}]") or host, int(found["port"]) if found["port"] else None
