"""One call to the on-device server that happens at most once.

uiautomator2 replays a call after an HTTP error: a phone that taps and then answers 500 gets two
taps. A call that must not happen twice goes through here: one stream, one request, no second try.
"""

import json
import socket
from contextlib import closing
from http.client import HTTPException, HTTPResponse
from typing import Any

import adbutils

from appliance.devices.phone.adb.adb_errors import translated
from appliance.devices.phone.adb.calls import DeadlineAdbDevice
from appliance.errors import Unconfirmed

# Where u2.jar listens on the phone (uiautomator2.core.DEFAULT_SERVER_PORT).
U2_PORT = 9008
_OK = 200


def tap_once(device: DeadlineAdbDevice, x: int, y: int) -> None:
    """Taps, once. On return the phone says that it did.

    Raises DeviceGone when no request left, so that nothing can have been tapped, and Unconfirmed
    for anything that happens after its first byte.
    """
    with translated():
        sock = device.create_connection(adbutils.Network.TCP, U2_PORT)
    with closing(sock):
        try:
            answer = _exchange(sock, {"method": "click", "params": [x, y]})
        except (OSError, HTTPException, ValueError) as exc:
            kind = type(exc).__name__
            raise Unconfirmed("The phone did not say whether it tapped.", {"tap": kind}) from exc
    if answer.get("result") is not True:
        raise Unconfirmed("The phone did not confirm the tap.", {"tap": "not-confirmed"})


def _exchange(sock: socket.socket, call: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, **call}).encode()
    head = (
        "POST /jsonrpc/0 HTTP/1.1\r\n"
        f"Host: localhost:{U2_PORT}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    sock.sendall(head.encode() + body)
    with closing(HTTPResponse(sock, method="POST")) as response:
        response.begin()
        content = response.read()
        if response.status != _OK:
            raise HTTPException(f"status {response.status}")
    answer = json.loads(content)
    return answer if isinstance(answer, dict) else {}
