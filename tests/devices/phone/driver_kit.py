"""An emulated phone behind a real adb server, with the floors above in memory."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import httpx

from appliance.channels import Channel
from appliance.clock import Clock, clock_for
from appliance.devices.listener_protocol import Listener
from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.phone.adb import adb_server
from appliance.devices.phone.adb.calls import Deadlines
from appliance.devices.phone.bell.tower import BellTower
from appliance.devices.phone.driver import PhoneDriver
from appliance.devices.phone.phone import PhonePatience
from appliance.devices.protocol import DeviceState, Outgoing, Proof, QuotedText
from appliance.emulated.emulate import Emulator, EmulatorConfig
from appliance.emulated.phone.spec import PhoneSpec
from appliance.emulated.world.traffic import Traffic
from appliance.errors import DeviceError, DeviceGone, Permanent, Transient, Unconfirmed
from tests import http_calls
from tests.devices.floor_above import Recorder, Try, nothing
from tests.emulated.phone_bench import eventually
from tests.own_loop import OwnLoop

T = TypeVar("T")

DEVICE = "phone-1"
OWN = "+31612345601"
ANNA = "+31687654321"
BEA = "+31687654322"

QUICK = Deadlines(shell_s=1.5, rpc_s=0.8)
EAGER = PhonePatience(chat_s=4.0, wrong_s=0.8, row_s=1.5, tick_s=1.5, sms_s=4.0, look_again_s=0.03)
_MOST_STEPS = 6
_THERE = frozenset({DeviceState.READY, DeviceState.DEGRADED})


class World:
    """Emulated phones on their own loop, connected to the adb server of the test run."""

    def __init__(self, *specs: PhoneSpec, busy_seed: int | None = None, speed: float = 1) -> None:
        """With a seed, people write by themselves every few seconds of the world's time."""
        self.clock: Clock = clock_for(speed=speed)
        self._loop = OwnLoop("world")
        config = EmulatorConfig(
            phones=specs,
            traffic=busy_seed is not None,
            seed=busy_seed or 1,
            people_per_phone=0 if busy_seed is None else 12,
            rhythm_s=4.0,
            speed=speed,
            origin_ms=getattr(self.clock, "origin_ms", None),
        )
        self.emulator: Emulator = self._loop.run(_started(config))
        self.phones = self.emulator.phones
        self._http = httpx.Client(base_url=self.emulator.control_url, timeout=http_calls.PATIENCE_S)

    def close(self) -> None:
        for phone in self.phones:
            adb_server.disconnect(phone.serial)
        self._http.close()
        self._loop.run(self.emulator.stop())
        self._loop.close()

    @property
    def serial(self) -> str:
        serial: str = self.phones[0].serial
        return serial

    @property
    def handset(self) -> Any:
        return self.phones[0].handset

    @property
    def traffic(self) -> Traffic:
        traffic: Traffic = self.phones[0].adbd.traffic
        return traffic

    def connect(self) -> None:
        """Plugs all phones into the adb server."""
        for phone in self.phones:
            adb_server.connect(phone.serial)
        serials = [phone.serial for phone in self.phones]
        assert eventually(lambda: all(adb_server.connection_state(s) in _THERE for s in serials))

    def on_loop(self, call: Callable[[], T]) -> T:
        """Runs in the emulator's own thread."""
        return self._loop.call(call)

    def inject(self, **body: Any) -> dict[str, Any]:
        return self._post("inject", body)

    def fault(self, kind: str, **body: Any) -> None:
        self._post("fault", {"fault": kind, **body})

    def lift(self, kind: str) -> None:
        self._post("fault", {"fault": kind, "lift": True})

    def write(self, sender: str, text: str, channel: str = "whatsapp", **more: Any) -> str:
        """The id by which the message can be changed later."""
        body = {"kind": "message", "channel": channel, "from": sender, "text": text}
        return str(self.inject(**body, **more)["id"])

    def change(self, message_id: str, to: str, text: str = "") -> None:
        self.inject(kind="change", id=message_id, to=to, text=text)

    def arrived(self) -> list[tuple[str, str]]:
        """Sender and text of each message that the phone has, in no order."""
        account, providers = self.handset.whatsapp.account, self.handset.providers
        texts = [
            (message.sender, message.text)
            for chat in account.chats.values()
            for message in chat.messages
            if message.sender is not None
        ]
        _, rows = providers.query("sms", ["address", "body"], where="type = 1", order="")
        return [*texts, *((str(address), str(body)) for address, body in rows)]

    def age_files(self, s: int) -> None:
        """As if the phone's files had been written that long ago."""

        def age() -> None:
            files = self.handset.files
            for path, file in files.items():
                files[path] = replace(file, mtime_s=file.mtime_s - s)

        self.on_loop(age)

    def truth(self, channel: str = "") -> list[str]:
        """The texts that really left, in order."""
        items = self._http.get("/truth").json()["items"]
        return [item["text"] for item in items if channel in {"", item["channel"]}]

    def files_left(self) -> list[tuple[str, str | None, str]]:
        """Recipient, SHA-256 and caption of each WhatsApp message that really left, in order."""
        items = self._http.get("/truth").json()["items"]
        return [(item["to"], item.get("sha256"), item["text"]) for item in items]

    def shared_files(self) -> list[str]:
        """What lies in the folder of the phone in which Balie hands files over."""
        return [path for path in self.handset.files if path.startswith("/sdcard/Download/Balie/")]

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        body.setdefault("phone", self.serial)
        answer = self._http.post(f"/{path}", json=body)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found


async def _started(config: EmulatorConfig) -> Emulator:
    emulator = Emulator(config)
    await emulator.start()
    return emulator


class Desk:
    """One phone's driver with its recorder, and attempts for it."""

    def __init__(
        self, world: World, evidence: Path, *, serial: str = "", tower: BellTower | None = None
    ) -> None:
        self.world = world
        self.recorder = Recorder()
        self._evidence = evidence
        self._count = 0
        self._serial = serial or world.serial
        self._tower = tower
        self.driver = self.driver_for(DEVICE, self.recorder)

    def driver_for(self, device_id: str, listener: Listener) -> PhoneDriver:
        """Another one, of a floor above that is no recorder."""
        return PhoneDriver(
            device_id=device_id,
            serial=self._serial,
            listener=listener,
            clock=self.world.clock,
            deadlines=QUICK,
            patience=EAGER,
            tower=self._tower,
        )

    def attempt(
        self,
        text: str,
        *,
        to: str = ANNA,
        channel: Channel = Channel.WHATSAPP,
        file: OutgoingFile | None = None,
        quoted: QuotedText | None = None,
    ) -> Try:
        self._count += 1
        outgoing = Outgoing(
            attempt_id=f"attempt-{self._count}",
            message_id=f"message-{self._count}",
            channel=channel,
            number=to,
            text=text,
            started_ms=self.world.clock.now_ms(),
            file=file,
            quoted=quoted,
        )
        return Try(
            outgoing=outgoing,
            evidence_folder=self._evidence / outgoing.attempt_id,
            opened=self.recorder.left.append,
        )

    def send(self, text: str, **more: Any) -> Proof:
        attempt = self.attempt(text, **more)
        proof = self.driver.send(attempt)
        self.recorder.proofs[attempt.outgoing.attempt_id] = proof.facts
        return proof

    def carry(self, attempt: Try) -> list[str]:
        """Handles one message as the queue does, and gives each outcome.

        A message proven not sent is tried again; one in doubt is asked about.
        """
        outcomes: list[str] = []
        while len(outcomes) < _MOST_STEPS:
            outcomes.append(self._step(attempt, outcomes))
            if outcomes[-1] in {"sent", "present", "unclear", "permanent"}:
                break
            if outcomes[-1] in {"transient", "absent", "gone"}:
                left = self.recorder.left
                left[:] = [each for each in left if each is not attempt.outgoing]
                self._ready()
                attempt = replace(attempt, noted=None, before_tap=nothing, after_tap=nothing)
        return outcomes

    def _step(self, attempt: Try, before: list[str]) -> str:
        try:
            if before[-1:] in (["unconfirmed"], ["look failed"]):
                self._ready()
                return self.driver.look(attempt.as_look()).finding.value
            self.driver.send(attempt)
        except Unconfirmed:
            return "unconfirmed"
        except DeviceError as exc:
            if before[-1:] in (["unconfirmed"], ["look failed"]):
                return "look failed"
            names = {Transient: "transient", DeviceGone: "gone", Permanent: "permanent"}
            return next(word for kind, word in names.items() if isinstance(exc, kind))
        return "sent"

    def _ready(self) -> None:
        """A phone that was away is waited for; a locked phone is not."""
        eventually(lambda: self.driver.probe().state in _THERE)
