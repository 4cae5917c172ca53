"""Which addresses a browser may name for its notifications."""

import pytest

from appliance.push.services import is_push_service


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://db5p.notify.windows.com:443/w/?token=abc",
        "https://push.house.example:8443/abc",
    ],
)
def test_known_push_services_are_taken(endpoint: str) -> None:
    assert is_push_service(endpoint, ["push.house.example"])


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/abc",
        "https://fcm.googleapis.com:8443/abc",
        "https://fcm.googleapis.com.evil.example/abc",
        "https://evilfcm.googleapis.com.example/abc",
        "https://192.168.1.1/abc",
        r"https://192.168.1.1\.fcm.googleapis.com/abc",
        r"https://evil.example\@fcm.googleapis.com/abc",
        "https://user@fcm.googleapis.com/abc",
        "https://@fcm.googleapis.com/abc",
        "https://192.168.1.1%2f.fcm.googleapis.com/abc",
        "https://192.168.1.1#.fcm.googleapis.com/abc",
        "https://[::1]/abc",
        "https:///abc",
        "https://fcm.googleapis.com/a\nb",
    ],
)
def test_no_other_host_is_called(endpoint: str) -> None:
    """Also where two readers of the address would name two hosts."""
    assert not is_push_service(endpoint)
