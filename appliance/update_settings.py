"""The table `[updates]` of the settings: where newer versions of Balie are.

```toml
[updates]
url = "https://updates.example.com/balie/"   # a folder with `latest.json`; none: sticks and files
key = "/etc/balie/update.pub"                # PEM, Ed25519: whoever signs packages for this box
by_night = false                             # true: a newer version is tried at night, by itself
folder = "/var/lib/balie-update"             # root's own: packages, and where an update stands
```

Only who may write the config of the machine says where versions come from: no page can.
"""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict


def _https(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("updates come from an https address such as https://example.com/balie/")
    return given if given.endswith("/") else f"{given}/"


class UpdateSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(_https)] | None = None
    by_night: bool = False
    key: Path = Path("/etc/balie/update.pub")
    folder: Path = Path("/var/lib/balie-update")
