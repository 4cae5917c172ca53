"""Where the Bot API is, and which bot a token is of."""

import ipaddress
import re
from urllib.parse import urlsplit

from appliance.addresses import is_near
from appliance.devices.telegram.telegram_sentences import NO_TOKEN
from appliance.errors import InvalidInput

OFFICIAL = "https://api.telegram.org"

# As BotFather gives it: the bot's id, and what proves that one may be it.
_TOKEN = re.compile(r"(\d{3,20}):([A-Za-z0-9_-]{20,100})")


def bot_id_of(token: str) -> str:
    """Raises InvalidInput, which does not say the token again."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise InvalidInput("token", NO_TOKEN)
    return found[1]


def checked(url: str) -> str:
    """Over https anywhere; without it only to this machine or the network that it is in, because
    the token stands in each request. A name is not looked up, so it needs https unless it is
    `localhost`. Raises InvalidInput.
    """
    wanted = url.strip().rstrip("/")
    parts = urlsplit(wanted)
    try:
        port_is_right = parts.port != 0
    except ValueError:
        port_is_right = False
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_right:
        raise _wrong("It is an address such as https://api.telegram.org.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _wrong("It has no user, no “?” and no “#” in it.")
    if parts.scheme == "http" and not _is_near(parts.hostname):
        raise _wrong("Without https the token could be read on the way: only on the own network.")
    return wanted


def _is_near(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return False
    return is_near(host)


def _wrong(sentence: str) -> InvalidInput:
    return InvalidInput("api", f"That is no address of a Bot API. {sentence}")
