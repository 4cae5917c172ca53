"""The table `[oidc]` of the settings: staff may log in with the company's own accounts.

```toml
[oidc]
issuer = "https://login.microsoftonline.com/TENANT/v2.0"   # as the provider's discovery says it
client_id = "balie"
client_secret = "…"
name = "Microsoft"                                         # on the button

[oidc.roles]                                               # without it, roles are given in Balie
"Balie.Lead.Utrecht" = { role = "lead", branch = "Utrecht" }
"Balie.Admin" = { role = "admin" }                         # without a branch: in all of them
```

At the provider, Balie's address with `/oidc/callback` is the redirect URI. `[oidc.roles]` names
values of the claim `roles` (of Microsoft Entra: app roles of the application, not groups). With it
the provider decides: at each log-in there a colleague gets the roles that their account has.
"""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from appliance.addresses import is_loopback

_ENTRA = (
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
)
_MANY_TENANTS = ("common", "organizations", "consumers")
"""Microsoft Entra: anybody's account, of any company, gets a token there."""
_LET_CHOOSE = (*_ENTRA, "accounts.google.com")
"""By `prompt=select_account`, though their discovery does not say so."""


def is_safe_address(address: str) -> bool:
    """Over https, or on this machine; what a secret may be sent to."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or "@" in parts.netloc:
        return False
    here = host == "localhost" or is_loopback(host)
    return parts.scheme == "https" or (parts.scheme == "http" and here)


def _issuer(given: str) -> str:
    if not is_safe_address(given):
        raise ValueError(
            "the issuer is an https address, as the provider's discovery says it;"
            " http only on this machine"
        )
    parts = urlsplit(given)
    if parts.query or parts.fragment:
        raise ValueError("the issuer is an address without ? and #")
    tenant = parts.path.strip("/").split("/")[0].lower()
    if parts.hostname in _ENTRA and tenant in _MANY_TENANTS:
        raise ValueError(
            f"“{tenant}” lets in accounts of any company; write your own tenant's issuer, such as"
            f" https://{parts.hostname}/TENANT-ID/v2.0"
        )
    return given


class GivenRole(BaseModel):
    """`branch` is a branch's name; None means all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: str
    branch: str | None = None


class OidcSettings(BaseModel):
    """`name` is what people call the provider. `roles` empty: it gives none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Annotated[str, AfterValidator(_issuer)]
    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)
    name: str = Field(default="OpenID Connect", min_length=1, max_length=60)
    roles: dict[str, GivenRole] = Field(default_factory=dict)

    @property
    def lets_choose(self) -> bool:
        """Whether this provider is known to let people choose among their accounts."""
        return urlsplit(self.issuer).hostname in _LET_CHOOSE
