"""The table `[copies]` of the settings: for whom copies that leave the machine are encrypted, and
where they go.

```toml
[copies]
recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
keep = 7                                          # so many on the stick, and at the server
with_media = true                                 # false: without the files of messages

[copies.sftp]
host = "copies.example.com"
port = 22
user = "balie-utrecht"
folder = "copies"
host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI…"  # as `ssh-keyscan` shows it, without the name
```

Whoever made the pair of keys keeps the private half: `age-keygen` says both.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from appliance.errors import InvalidInput

_AGE = re.compile(r"age1[0-9a-z]{50,2000}|ssh-(ed25519|rsa) [A-Za-z0-9+/=]+( \S+)?")
_HOST_KEY = re.compile(
    r"(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]{40,}={0,3}"
)


def checked_recipient(recipient: str) -> str:
    """Raises InvalidInput for what nobody can be."""
    said = recipient.strip()
    if _AGE.fullmatch(said):
        return said
    raise InvalidInput("to", f"“{recipient}” is no recipient of age, such as age1ql3z7hjy54pw….")


def _recipient(given: str) -> str:
    try:
        return checked_recipient(given)
    except InvalidInput as exc:
        raise ValueError("a recipient of age begins with age1, or is a public key of SSH") from exc


def _host_key(given: str) -> str:
    if _HOST_KEY.fullmatch(given.strip()) is None:
        raise ValueError("a host key has its kind and its letters: ssh-ed25519 AAAA…")
    return given.strip()


class SftpSettings(BaseModel):
    """`folder` is one below the home of the user at the server; several machines need several."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,253}$")
    port: int = Field(default=22, ge=1, le=65535)
    user: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")
    folder: str = Field(default=".", pattern=r"^[A-Za-z0-9._/][A-Za-z0-9._/-]{0,199}$")
    host_key: Annotated[str, AfterValidator(_host_key)]


class CopySettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    recipient: Annotated[str, AfterValidator(_recipient)]
    keep: int = Field(default=7, ge=1, le=400)
    with_media: bool = True
    sftp: SftpSettings | None = None
