"""A desk with a bot beside its line, on an emulated Bot API; everything between them is real."""

from dataclasses import dataclass, field, replace
from typing import Any

from appliance.clock import ManualClock
from appliance.desk.intake.reception import Reception
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.devices.telegram.driver import TelegramBot
from appliance.devices.telegram.telegram_channel import identity_of
from appliance.devices.worker import DeviceWorker, Rhythm
from appliance.emulated.telegram.bot_server import BotServer
from appliance.emulated.telegram.bot_world import EmulatedBot, TelegramPerson
from appliance.identities import Identity
from appliance.media.files import MediaFiles
from appliance.queue.gate import ConsentGate
from appliance.queue.pacing import DEFAULT_PROFILE
from appliance.queue.work import QueueWork
from appliance.runtime.drivers import account_of
from appliance.store import devices
from appliance.store.store import Store
from tests.running_demo import eventually

NUMBER = "+31612345678"
MORNING_MS = 1_772_440_200_000
TURN_MS = 5_000


@dataclass(slots=True)
class BotDesk:
    """`bot` is the one at the emulated Bot API, `device_id` what Balie knows it by."""

    store: Store
    clock: ManualClock
    gate: ConsentGate
    server: BotServer
    bot: EmulatedBot
    line_id: str
    device_id: str
    files: MediaFiles
    _workers: list[DeviceWorker] = field(default_factory=list)

    def begin(self) -> TelegramBot:
        """The driver in its own thread, as the runtime starts it."""
        listener = Reception(self.store, self.gate)
        profile = replace(DEFAULT_PROFILE, headroom=1.0)
        evidence = self.store.path.parent
        work = QueueWork(self.store, self.gate, profile, evidence=evidence, media=self.files)
        driver = TelegramBot(
            self.device_id,
            account_of(self.store, self.device_id),
            listener=listener,
            clock=self.clock,
        )
        rhythm = Rhythm(poll_s=0.05, probe_s=0.3, probe_again_s=0.1)
        worker = DeviceWorker(driver, listener, work, rhythm)
        worker.start()
        self._workers.append(worker)
        return driver

    def end(self) -> None:
        while self._workers:
            self._workers.pop().stop()

    def accepts(self, person: TelegramPerson, text: str, **more: Any) -> str:
        """The id of a message to them."""
        to = Identity(identity_of(person.id), "telegram")
        request = SendRequest(
            line_id=self.line_id, identity=to, text=text, author=Author(rule="test"), **more
        )
        return self.store.write(lambda tx: accept(tx, request).id)

    def becomes(self, message_id: str, *states: str) -> None:
        """Time goes on until it is so."""

        def is_so() -> bool:
            self.clock.advance(ms=TURN_MS)
            return self.row(message_id)["state"] in states

        eventually(is_so, f"{message_id} becomes {states}")

    def welcomes(self) -> None:
        """The line's first answer has left, so it is in nobody's way."""

        def has_left() -> bool:
            self.clock.advance(ms=TURN_MS)
            return not self.rows("SELECT 1 FROM message WHERE rule = 'welcome' AND sent_ms IS NULL")

        eventually(has_left, "the welcome left")

    def row(self, message_id: str) -> dict[str, Any]:
        return self.rows("SELECT * FROM message WHERE id = ?", message_id)[0]

    def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        return self.store.read(
            lambda conn: [dict(row) for row in conn.execute(statement, values).fetchall()]
        )

    def arrived(self, count: int) -> list[dict[str, Any]]:
        """The incoming messages, once there are so many."""
        statement = "SELECT * FROM message WHERE direction = 'in' ORDER BY id"
        eventually(lambda: len(self.rows(statement)) >= count, f"{count} messages came")
        return self.rows(statement)

    def came_to(self, person: TelegramPerson) -> list[str]:
        """What really arrived at their phone, without what the line's rules say by themselves."""
        mine = {row["text"] for row in self.rows("SELECT text FROM message WHERE rule = 'test'")}
        told = self.server.world.truth
        return [each["text"] for each in told if each["to"] == person.id and each["text"] in mine]

    def device(self) -> devices.Device:
        return self.store.read(lambda conn: devices.device(conn, self.device_id))
