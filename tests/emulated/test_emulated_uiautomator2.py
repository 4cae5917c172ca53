"""Unmodified uiautomator2 against emulated phones: its server, the screen and its calls."""

import asyncio
import urllib.request
from collections.abc import Callable
from typing import Any

import adbutils
import pytest
import uiautomator2
from adbutils.errors import AdbError
from lxml import etree

from appliance.emulated.phone.wire.adbd import Adbd
from appliance.emulated.phone.wire.seam import DeviceFile
from tests.emulated.computer import (
    ENTRY,
    LEAVES_SOCKETS,
    U2Device,
    computer,
    device,
    handset,
    phone,
    shared,
    u2,
)
from tests.emulated.phone_bench import PhoneBench, eventually
from tests.emulated.plain_handset import PACKAGE, PlainHandset

__all__ = ["computer", "device", "handset", "phone", "shared", "u2"]  # the fixtures

pytestmark = LEAVES_SOCKETS


def test_uiautomator2_pushes_its_jar_and_starts_its_server(
    phone: Adbd, device: adbutils.AdbDevice, handset: PlainHandset
) -> None:
    """The port is refused before and after; a jar that is there is not pushed again."""
    with pytest.raises(AdbError, match="closed"):
        device.create_connection(adbutils.Network.TCP, 9008)
    u2: U2Device = uiautomator2.connect(device)
    assert phone.server_running
    assert handset.files["/data/local/tmp/u2.jar"].data.startswith(b"PK")
    assert u2.info["sdkInt"] == 34
    u2.stop_uiautomator()
    assert eventually(lambda: not phone.server_running)
    with pytest.raises(AdbError, match="closed"):
        device.create_connection(adbutils.Network.TCP, 9008)
    pushed = handset.files["/data/local/tmp/u2.jar"]
    u2.start_uiautomator()
    assert handset.files["/data/local/tmp/u2.jar"] is pushed
    u2.stop_uiautomator()


def test_a_text_is_set_read_and_sent(phone: Adbd, u2: U2Device, handset: PlainHandset) -> None:
    """The emoji survives getText, not the dump, and one click is one tap in the middle."""
    text = "Hallo 👋\nregel 2 & \"'<>"
    u2(resourceId=ENTRY).set_text(text)
    assert handset.entry.text == text
    assert u2(resourceId=ENTRY).get_text() == text
    assert u2(resourceId=ENTRY).info["text"] == text
    dump = etree.fromstring(u2.dump_hierarchy().encode())
    assert dump.xpath(f"//*[@resource-id='{ENTRY}']/@text") == [text.replace("👋", "..")]
    u2(description="Send").click()
    assert handset.taps == [(990, 2100)]
    assert phone.taps == phone.rpc_calls["click"] == 1


def test_the_whole_screen_is_in_one_dump(u2: U2Device) -> None:
    """The windows of all packages are children of the hierarchy; xpath finds in any."""
    dump = etree.fromstring(u2.dump_hierarchy().encode())
    assert [window.get("package") for window in dump] == ["com.android.systemui", PACKAGE]
    assert u2.xpath(f"//*[@resource-id='{ENTRY}']").get().text == "Message"


def test_what_is_not_there_is_not_found(u2: U2Device) -> None:
    """Waiting ends after the time that was asked for, and an object that is gone is an error."""
    assert not u2(text="Nobody").exists
    assert u2(text="Nobody").wait_gone(timeout=1)
    assert not u2(text="Nobody").wait(timeout=0.05)
    with pytest.raises(uiautomator2.UiObjectNotFoundError):
        _ = u2(text="Nobody").info


def test_a_waiting_call_sees_what_appears(
    u2: U2Device, bench: PhoneBench, handset: PlainHandset
) -> None:
    """The call stands open on the phone and answers when the screen has changed."""

    def change() -> None:
        handset.title = "Somebody"

    bench.wait_for(_later(change))
    assert u2(text="Somebody").wait(timeout=60)


async def _later(change: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(0.1, change)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda u2: u2.press("back"), True),
        (lambda u2: u2.press(66), True),
        (lambda u2: u2.swipe(100, 900, 100, 300), True),
        (lambda u2: u2.set_clipboard("geplakt"), None),
        (lambda u2: u2.jsonrpc.pasteClipboard(), True),
        (lambda u2: u2(resourceId=ENTRY).clear_text(), True),
        (lambda u2: u2.clear_text(), None),
        (lambda u2: u2.jsonrpc.isScreenOn(), True),
        (lambda u2: u2.jsonrpc.click(5000, 1), False),
        (lambda u2: u2.jsonrpc.waitForIdle(1000), None),
        (
            lambda u2: u2.jsonrpc.setConfigurator({"waitForIdleTimeout": 0}),
            {"waitForIdleTimeout": 0},
        ),
        (lambda u2: u2.freeze_rotation(), None),
        (lambda u2: u2.last_toast, None),
        (lambda u2: u2(className="android.widget.TextView").count, 1),
        (lambda u2: len(u2(packageName=PACKAGE).info_list()), 4),
        (lambda u2: u2(resourceId=ENTRY).exists(), True),
        (lambda u2: u2.long_click(5, 5), None),
        (lambda u2: u2.double_click(5, 5), None),
        (lambda u2: u2(resourceId=ENTRY).scroll.forward(), True),
    ],
)
def test_the_calls_of_uiautomator2_are_answered(
    shared: tuple[adbutils.AdbDevice, U2Device], call: Callable[[Any], Any], expected: object
) -> None:
    """Each call gets the kind of answer that it gets from u2.jar."""
    assert call(shared[1]) == expected


def test_the_screen_can_be_photographed(u2: U2Device, handset: PlainHandset) -> None:
    """A picture as large as the screen; none while it is dark."""
    assert u2.screenshot().size == (1080, 2400)
    u2.screen_off()
    assert not handset.screen_on
    assert u2.jsonrpc.takeScreenshot(1, 80) is None
    u2.screen_on()
    assert u2.info["screenOn"]


def test_only_one_ui_automation_exists(
    u2: U2Device, device: adbutils.AdbDevice, handset: PlainHandset
) -> None:
    """A second server complains, and the shell's own dump fails, while a server runs."""
    jar = "CLASSPATH=/data/local/tmp/u2.jar app_process / com.wetest.uia2.Main -p 9009"
    assert "already registered!" in device.shell(jar)
    assert "already registered!" in device.shell("uiautomator dump")
    u2.stop_uiautomator()
    assert ENTRY in device.shell("uiautomator dump")


def test_a_jar_that_is_not_there_starts_nothing(
    phone: Adbd, device: adbutils.AdbDevice, handset: PlainHandset
) -> None:
    """Without the file there is no class to run."""
    jar = "CLASSPATH=/data/local/tmp/u2.jar app_process / com.wetest.uia2.Main -p 9008"
    assert "ClassNotFoundException" in device.shell(jar)
    handset.files["/data/local/tmp/u2.jar"] = DeviceFile(data=b"")
    assert "ClassNotFoundException" in device.shell("app_process / com.wetest.uia2.Main")
    assert not phone.server_running


def test_a_killed_server_is_started_again(bench: PhoneBench, phone: Adbd, u2: U2Device) -> None:
    """Refused on the port, uiautomator2 runs app_process once more and repeats the call."""
    bench.on_loop(phone.kill_server)
    assert not phone.server_running
    assert u2.info["sdkInt"] == 34
    assert phone.server_running


@pytest.mark.parametrize(
    ("request_bytes", "status", "body"),
    [
        (b"GET /ping HTTP/1.1\r\n\r\n", b"200 OK", b"pong"),
        (b"GET /nothing HTTP/1.1\r\n\r\n", b"404 Not Found", b"Not Found!!!"),
        (b"nonsense\r\n\r\n", b"400 Bad Request", b"BAD REQUEST"),
        (b"POST /jsonrpc/0 HTTP/1.1\r\nContent-Length: 3\r\n\r\n{x}", b"200 OK", b"-32700"),
        (b"POST /jsonrpc/0 HTTP/1.1\r\nContent-Length: 2\r\n\r\n[]", b"200 OK", b"-32600"),
        (
            b'POST /jsonrpc/0 HTTP/1.1\r\nContent-Length: 14\r\n\r\n{"method":"x"}',
            b"200 OK",
            b"-32601",
        ),
        (
            b'POST /jsonrpc/0 HTTP/1.1\r\nContent-Length: 18\r\n\r\n{"method":"click"}',
            b"200 OK",
            b"-32602",
        ),
    ],
)
def test_the_server_answers_http_like_nanohttpd(
    shared: tuple[adbutils.AdbDevice, U2Device], request_bytes: bytes, status: bytes, body: bytes
) -> None:
    """Known pages, unknown pages, and what is no request."""
    with shared[0].create_connection(adbutils.Network.TCP, 9008) as connection:
        connection.settimeout(5)
        connection.sendall(request_bytes)
        head, _, answered = connection.recv(65536).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    assert body in answered


def test_a_connection_carries_many_calls(
    phone: Adbd, device: adbutils.AdbDevice, u2: U2Device
) -> None:
    """Over one stream, each HTTP request counts as a round trip and no stream is opened."""
    with device.create_connection(adbutils.Network.TCP, 9008) as connection:
        connection.settimeout(5)
        connection.sendall(b"GET /ping HTTP/1.1\r\n\r\n")
        assert connection.recv(4096).endswith(b"pong")
        opens, trips = phone.opens, phone.round_trips
        for _ in range(50):
            connection.sendall(b"GET /ping HTTP/1.1\r\n\r\n")
            assert connection.recv(4096).endswith(b"pong")
        assert (phone.opens - opens, phone.round_trips - trips) == (0, 50)


def test_the_server_can_be_asked_to_stop(
    phone: Adbd, device: adbutils.AdbDevice, u2: U2Device
) -> None:
    """/stop ends the process, and its shell stream with it."""
    with device.create_connection(adbutils.Network.TCP, 9008) as connection:
        connection.settimeout(5)
        connection.sendall(b"GET /stop HTTP/1.1\r\n\r\n")
        assert b"200 OK" in connection.recv(4096)
    assert eventually(lambda: not phone.server_running)


def test_adb_forward_leads_to_the_server(device: adbutils.AdbDevice, u2: U2Device) -> None:
    """A driver may keep a port of its own to u2.jar; the phone sees plain streams."""
    port = device.forward_port(9008)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=5) as answer:
        assert answer.read() == b"pong"
