"""The warning where administrators need passkeys that no browser makes."""

from pathlib import Path
from typing import Any

import pytest

from appliance.config import Settings
from appliance.runtime.passkey_warning import warn_of_passkeys

NAMED = "https://balie.example.com"
CERT = Path("cert.pem")


@pytest.mark.parametrize(
    ("web", "cert", "warnings"),
    [
        ({"admins_need_passkey": False}, None, 0),
        ({}, None, 1),
        ({}, CERT, 0),
        ({"proxies": ["127.0.0.1"]}, None, 0),
        ({"address": NAMED}, None, 0),
        ({"address": "http://balie.example.com"}, CERT, 1),
        ({"address": "https://192.0.2.7"}, CERT, 1),
        ({"address": "https://[2001:db8::7]:8443"}, CERT, 1),
    ],
)
def test_the_start_warns_where_no_browser_makes_one(
    caplog: pytest.LogCaptureFixture, web: dict[str, Any], cert: Path | None, warnings: int
) -> None:
    """Once: without https, or for an address without a name."""
    settings = Settings(web={"admins_need_passkey": True, **web}, cert=cert, key=cert)
    warn_of_passkeys(settings)
    assert len(caplog.records) == warnings
