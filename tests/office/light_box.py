"""A box without phones, web pages and colleagues: its database, people who write to its line, and
the link with head office. `python -m tests.office.light_box DATA RATE`.
"""

import random
import sys
import time
from pathlib import Path

from appliance.channels import Channel
from appliance.clock import SystemClock
from appliance.desk.intake.reception import Reception
from appliance.desk.outgoing.room import Room
from appliance.devices.protocol import Incoming
from appliance.office.at_box.box_link import BoxLink
from appliance.office.at_box.taking import BoxCounter
from appliance.queue.gate import ConsentGate
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.runtime import kinds
from appliance.store import devices
from appliance.store.store import Store

QUIET = "quiet"
"""While a file of this name lies in its data directory nobody writes."""
PEOPLE = 20
"""Of each box; the first one's number ends in 00."""


def person(place: int) -> str:
    return f"+316555000{place:02}"


def live(data: Path, rate: float) -> None:
    """`rate`: messages a second. Until it is killed."""
    kinds.load()
    store, gate = Store(data / "balie.db", SystemClock()), ConsentGate()
    doubt_everything_in_hand(store)
    counter = BoxCounter(
        store=store, gate=gate, room=Room(), planned=lambda: None, make_copy=lambda: None
    )
    BoxLink(counter, data, None).start()
    device_id = store.read(devices.devices)[0].id
    reception, rng = Reception(store, gate), random.Random()
    while True:
        time.sleep(rng.expovariate(rate))
        if (data / QUIET).exists():
            continue
        now_ms = store.clock.now_ms()
        incoming = Incoming(
            channel=Channel.WHATSAPP,
            key=f"key-{rng.getrandbits(64)}",
            sender=person(rng.randrange(PEOPLE)),
            text=f"Is er werk om {now_ms}?",
            at_ms=now_ms,
        )
        reception.received(device_id, [incoming])


if __name__ == "__main__":
    live(Path(sys.argv[1]), float(sys.argv[2]))
