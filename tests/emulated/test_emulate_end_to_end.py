"""A real adb server and an unmodified uiautomator2 against the whole emulated phone."""

from collections.abc import Iterator
from typing import Any

import adbutils
import pytest
import uiautomator2

from tests.emulated.emulator_process import EmulatorProcess
from tests.emulated.phone_bench import eventually

#: adbutils leaves the socket of a request that the server refuses to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

ANNA = "+31612345699"
#: Quotes, line breaks and an emoji must arrive byte for byte.
TEXT = 'Beste Anna,\nÉén 👍 & "quotes" $(reboot) %0A'


@pytest.fixture
def emulator() -> Iterator[EmulatorProcess]:
    with EmulatorProcess("--phones", "1", "--no-traffic") as process:
        yield process


@pytest.fixture
def device(emulator: EmulatorProcess, adb_server_port: int) -> Iterator[adbutils.AdbDevice]:
    client = adbutils.AdbClient(port=adb_server_port)
    client.connect(emulator.serial)
    assert eventually(lambda: _is_there(client, emulator.serial))
    yield client.device(emulator.serial)
    client.disconnect(emulator.serial)


def _is_there(client: adbutils.AdbClient, serial: str) -> bool:
    return any(i.serial == serial and i.state == "device" for i in client.list())


def open_chat(phone: Any) -> None:
    link = f"https://wa.me/{ANNA.removeprefix('+')}"
    phone.shell(f"am start -a android.intent.action.VIEW -d '{link}' -p com.whatsapp")
    assert phone(resourceId="com.whatsapp:id/conversation_contact_name").wait(timeout=60)


def test_a_message_goes_through_uiautomator2_exactly_once(
    emulator: EmulatorProcess, device: adbutils.AdbDevice
) -> None:
    """Received, opened by link, typed, sent by a tap: one line of truth, and ticks to see."""
    message = {"channel": "whatsapp", "from": ANNA, "text": "Hoi 👋", "name": "Anna"}
    assert emulator.ask("/inject", message)[0] == 200
    assert "text=Hoi 👋, time=" in device.shell("dumpsys notification --noredact")
    phone: Any = uiautomator2.connect(device)
    open_chat(phone)
    phone(resourceId="com.whatsapp:id/entry").set_text(TEXT)
    phone(resourceId="com.whatsapp:id/send").click()
    assert eventually(lambda: len(emulator.truth()) > 0)
    status = phone(resourceId="com.whatsapp:id/status", description="Afgeleverd")
    assert status.wait(timeout=60)
    assert emulator.ask("/inject", {"kind": "read", "from": ANNA})[1] == {"read": 1}
    assert phone(resourceId="com.whatsapp:id/status", description="Gelezen").wait(timeout=60)
    assert phone(resourceId="com.whatsapp:id/message_text", instance=1).get_text() == TEXT
    assert [(item["to"], item["text"]) for item in emulator.truth()] == [(ANNA, TEXT)]
    state = emulator.ask("/phones")[1]["items"][0]
    assert (state["taps"], state["notifications"]) == (1, 0)


def test_a_restarted_phone_comes_back_locked(
    emulator: EmulatorProcess, device: adbutils.AdbDevice
) -> None:
    """The link drops, comes back, and shows the keyguard until somebody unlocks."""
    assert emulator.ask("/fault", {"fault": "reboot", "seconds": 0.3})[0] == 200
    message = {"channel": "whatsapp", "from": ANNA, "text": "Hoi"}
    assert emulator.ask("/inject", message)[0] == 200
    client = adbutils.AdbClient(port=device._client.port)
    assert eventually(lambda: _back(client, emulator.serial))
    assert "com.whatsapp" not in device.shell("dumpsys notification --noredact")
    assert "isKeyguardShowing=true" in device.shell("dumpsys window")
    assert emulator.ask("/inject", {"kind": "unlock"})[0] == 200
    assert "text=Hoi, time=" in device.shell("dumpsys notification --noredact")


def _back(client: adbutils.AdbClient, serial: str) -> bool:
    client.connect(serial)
    return _is_there(client, serial)
