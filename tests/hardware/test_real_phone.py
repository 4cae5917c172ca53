"""The driver on a real phone: what it reads is understood, and what it sends leaves once."""

import io
from pathlib import Path

import pytest
from PIL import Image

from appliance.channels import Channel
from appliance.clock import SystemClock
from appliance.devices.phone import remote
from appliance.devices.phone.driver import PhoneDriver
from appliance.devices.phone.notification_records import records
from appliance.devices.phone.receive import REDACTED, SHOWN
from appliance.devices.phone.record.recorder import record
from appliance.devices.phone.screen import read_screen
from appliance.devices.phone.whatsapp.pages import ChatsList, Seen, classify
from appliance.devices.protocol import DeviceState, Finding, Outgoing, Tick
from tests.devices.floor_above import Recorder, Try
from tests.emulated.phone_bench import eventually

LEFT = {Tick.SENT, Tick.DELIVERED, Tick.READ}
START = "am start -a android.intent.action.MAIN -c android.intent.category.LAUNCHER -p "


def test_it_is_ready(driver: PhoneDriver) -> None:
    """Unlocked, with its SIM, apps and on-device server; else the reason says what it lacks."""
    status = driver.probe()
    assert (status.state, status.reason.value) == (DeviceState.READY, "none")
    assert status.channels == frozenset({Channel.WHATSAPP, Channel.SMS})
    assert status.facts.own.keys() >= {"battery_percent", "battery_celsius", "whatsapp_version"}


def test_what_it_has_is_received_once(driver: PhoneDriver, recorder: Recorder) -> None:
    driver.probe()
    for _ in range(3):
        driver.receive()
    keys = [message.key for message in recorder.messages]
    assert len(keys) == len(set(keys))


def test_each_of_its_notifications_is_understood(driver: PhoneDriver) -> None:
    """By the redacted dump, in which nobody's words are."""
    redacted, shown = (each.text for each in driver.session.run(REDACTED, SHOWN))
    listed = redacted.partition("\n  Notification List:\n")[2].partition("\n  \n")[0]
    found = records(redacted, shown=shown)
    assert len(found) == listed.count("    NotificationRecord(0x")
    assert all(each.when_ms or each.updated_ms for each in found)


def test_its_list_of_chats_is_known(driver: PhoneDriver) -> None:
    driver.probe()
    package = str(driver.probe().facts.own["whatsapp_package"])
    driver.session.run(START + package)
    seen: list[Seen] = []

    def shows_chats() -> bool:
        seen.append(classify(driver.session.screen(), package))
        return isinstance(seen[-1], ChatsList)

    assert eventually(shows_chats, within_s=15), f"It shows a {type(seen[-1]).__name__}."


def test_a_picture_is_taken_beside_the_driver(serial: str) -> None:
    picture = Image.open(io.BytesIO(remote.look(serial).webp))
    assert (picture.format, picture.width) == ("WEBP", 480)


def test_a_recording_can_be_read(serial: str) -> None:
    taken = record(serial, screenshot=False)
    assert not read_screen(taken.files["hierarchy.xml"].decode()).empty
    assert taken.manifest["model"]


@pytest.mark.parametrize("channel", [Channel.WHATSAPP, Channel.SMS], ids=lambda each: each.name)
def test_a_message_leaves_once_and_is_found_again(
    driver: PhoneDriver, tmp_path: Path, pytestconfig: pytest.Config, channel: Channel
) -> None:
    """To the number that was named on the command line, by whoever ran this."""
    number = pytestconfig.getoption("--to")
    if not number:
        pytest.skip("Name who gets a message: --to +31612345678")
    driver.probe()
    attempt = _attempt(str(number), channel, tmp_path)
    proof = driver.send(attempt)
    assert proof.tick in LEFT
    assert attempt.entered == 1
    assert driver.look(attempt.as_look()).finding is Finding.PRESENT


def _attempt(number: str, channel: Channel, evidence: Path) -> Try:
    now_ms = SystemClock().now_ms()
    outgoing = Outgoing(
        attempt_id=f"hardware-{now_ms}",
        message_id=f"hardware-{now_ms}",
        channel=channel,
        number=number,
        text=f"Balie test {now_ms}",
        started_ms=now_ms,
    )
    return Try(outgoing=outgoing, evidence_folder=evidence)
