"""A handset without a wire, in a world that stands still until it is told to move on."""

import asyncio
import shlex
from dataclasses import dataclass
from typing import Any

from appliance.clock import ManualClock
from appliance.emulated.phone.emulated_handset import EmulatedHandset
from appliance.emulated.phone.faults import Fault, FaultKind
from appliance.emulated.phone.node import Node
from appliance.emulated.phone.spec import PhoneSpec
from appliance.emulated.world.network import Bearer, Letter, Network
from appliance.emulated.world.people import Person
from appliance.emulated.world.timers import SteppedTimers
from appliance.emulated.world.truth import Departure, TruthLog
from appliance.emulated.world.world import World

#: Monday 21 September 2026, 15:28 in Amsterdam.
AFTERNOON_MS = 1_789_997_280_000
OFFICE = "+31612345601"
ANNA = "+31612345611"
BRAM = "+31612345612"
ANNA_JID = "31612345611@s.whatsapp.net"


@dataclass(frozen=True, slots=True)
class Said:
    """What a shell command answered."""

    stdout: str
    stderr: str
    status: int


class Rig:
    """One office's phone, and people who get messages but write only when told."""

    def __init__(self, *people: Person, **spec: Any) -> None:
        self.timers = SteppedTimers(ManualClock(AFTERNOON_MS))
        self.truth = TruthLog()
        self.network = Network(self.timers, self.truth)
        self.world = World(
            list(people), timers=self.timers, network=self.network, seed=1, rhythm_s=60
        )
        self.network.people = self.world
        self.phone = self.add_phone(**{"number": OFFICE, "language": "en", **spec})

    def add_phone(self, **spec: Any) -> EmulatedHandset:
        phone = EmulatedHandset(PhoneSpec(**spec), timers=self.timers, network=self.network)
        self.network.attach(phone)
        return phone

    def sh(self, command: str) -> Said:
        result = asyncio.run(self.phone.run(shlex.split(command), {}))
        return Said(result.stdout.decode(), result.stderr.decode(), result.exit_code)

    def whatsapp(self, text: str, *, sender: str = ANNA, **more: Any) -> None:
        self._deliver(Bearer.WHATSAPP, text, sender, **more)

    def sms(self, text: str, *, sender: str = ANNA) -> None:
        self._deliver(Bearer.SMS, text, sender)

    def call(self, *, sender: str = ANNA) -> None:
        self._deliver(Bearer.CALL, "", sender)

    def _deliver(self, channel: Bearer, text: str, sender: str, **more: Any) -> None:
        self.network.deliver(
            Letter(
                id=self.network.new_id(),
                channel=channel,
                sender=sender,
                to=self.phone.number,
                text=text,
                at_ms=self.timers.now_ms(),
                **more,
            )
        )

    def fault(self, kind: FaultKind, **more: Any) -> None:
        self.phone.faults.arm(Fault(kind=kind, **more))

    def nodes(self, rid: str) -> list[Node]:
        """All nodes whose resource id ends so."""
        return [
            node
            for root in self.phone.windows()
            for node in root.walk()
            if node.resource_id.rpartition("/")[2] == rid or node.resource_id == rid
        ]

    def node(self, rid: str) -> Node:
        found = self.nodes(rid)
        assert len(found) == 1, f"{len(found)} nodes {rid}"
        return found[0]

    def texts(self, rid: str) -> list[str]:
        return [node.text for node in self.nodes(rid)]

    def tap(self, rid: str) -> None:
        box = self.node(rid).bounds
        self.phone.tap((box.left + box.right) / 2, (box.top + box.bottom) / 2)

    def open_chat(self, number: str = ANNA, *, text: str | None = None) -> Said:
        """By deep link, until the look-up is over and the toolbar has its name."""
        query = "" if text is None else f"?text={text}"
        link = f"https://wa.me/{number.removeprefix('+')}{query}"
        said = self.sh(f"am start -a android.intent.action.VIEW -d '{link}' -p com.whatsapp")
        self.timers.advance(ms=500)
        return said

    def write(self, text: str) -> None:
        self.write_in("entry", text)

    def write_in(self, rid: str, text: str) -> None:
        assert self.phone.set_text(self.node(rid), text)

    def send(self, text: str, *, to: str = ANNA) -> None:
        self.open_chat(to)
        self.write(text)
        self.tap("send")

    def open_sms(self, number: str = ANNA, *, body: str = "") -> Said:
        extra = f" --es sms_body '{body}'" if body else ""
        return self.sh(f"am start -a android.intent.action.SENDTO -d sms:{number}{extra}")

    def left(self) -> list[Departure]:
        return self.truth.items()

    def shade(self) -> str:
        return self.sh("dumpsys notification --noredact").stdout
