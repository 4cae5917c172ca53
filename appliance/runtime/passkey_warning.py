"""A warning at the start: the house wants passkeys of administrators, and no browser makes one."""

import logging
from urllib.parse import urlsplit

from appliance.addresses import tidy
from appliance.config import Settings

log = logging.getLogger(__name__)


def warn_of_passkeys(settings: Settings) -> None:
    """Browsers make them over https, for a name. A proxy may speak https for Balie, so only what
    the settings say is judged.
    """
    if not settings.web.admins_need_passkey:
        return
    address = settings.web.address
    if address is None:
        lacking = not (settings.cert or settings.web.proxies)
    else:
        parts = urlsplit(address)
        lacking = parts.scheme != "https" or tidy(parts.hostname or "") is not None
    if lacking:
        log.warning(
            "administrators need a passkey here, and browsers make one only over https and for a"
            " name: give a certificate, or a proxy with one, and say in [web] address what browsers"
            " open, such as https://balie.example.com"
        )
