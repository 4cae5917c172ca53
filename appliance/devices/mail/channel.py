"""The channel e-mail: people are written to by `mail:` and their address."""

from appliance.channels import Channel
from appliance.devices.mail.mailbox_settings import mail_address
from appliance.errors import InvalidInput

SCHEME = "mail"
_LONGEST = 10_000
"""Characters: what is longer is a document, and goes as one."""


def value_of(address: str) -> str:
    """The value of an identity. Raises InvalidInput for what is no address."""
    return f"{SCHEME}:{mail_address(address)}"


def address_of(value: str) -> str:
    return value.removeprefix(f"{SCHEME}:")


def who(text: str) -> str | None:
    """What people write, as `mail:anna@example.com`, as the one whom they mean."""
    scheme, _, address = text.partition(":")
    try:
        return value_of(address) if scheme == SCHEME else None
    except InvalidInput:
        return None


MAIL = Channel(
    name="mail",
    label="E-mail",
    identity=SCHEME,
    reads_identity=who,
    identity_form=rf"{SCHEME}:[a-z][a-z0-9]{{0,20}}@[a-z][a-z0-9]{{0,20}}\.(?:com|eu|net|nl|org)",
    carries_media=True,
    longest=_LONGEST,
)
