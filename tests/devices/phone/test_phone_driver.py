"""The phone driver at an emulated phone, through the real adb server and unmodified libraries."""

import time
from tests.devices.phone.driver_kit import ANNA, Desk
from appliance.devices.protocol import DeviceState, Tick


def test_first(desk: Desk) -> None:
    desk.world.write(ANNA, "Hoi", name="Anna", saved=False)
    desk.driver.receive()
    print(desk.recorder.messages)
    before = desk.world.traffic.round_trips
    t = time.monotonic()
    proof = desk.send("Hallo 👋 daar")
    print(proof, time.monotonic() - t, desk.world.traffic.round_trips - before)
    print(desk.world.truth())
