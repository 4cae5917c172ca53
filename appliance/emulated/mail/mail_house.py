"""A mail server with mailboxes and the people who write to them, beside the emulated phones."""

from collections.abc import Callable
from typing import Any

from appliance.clock import MS_PER_S
from appliance.emulated.mail.mail_control import MailControl
from appliance.emulated.mail.mail_people import MailPeople
from appliance.emulated.mail.mail_servers import MailServers
from appliance.emulated.mail.mail_world import MailWorld
from appliance.emulated.world.truth import Departure, TruthLog

_HOST = "balie.example"


class MailHouse:
    """`rhythm_s` is the mean time between two mails that people begin, in the world's seconds, of
    which a real one has `pace`. What is sent stands in `truth` beside what leaves phones.
    """

    def __init__(
        self,
        *,
        mailboxes: int,
        seed: int,
        rhythm_s: float,
        pace: float,
        now_ms: Callable[[], int],
        truth: TruthLog,
    ) -> None:
        world = MailWorld(
            now_s=lambda: now_ms() / MS_PER_S, truth=lambda told: truth.record(_departure(told))
        )
        self._boxes = [
            world.add_mailbox(f"balie{place or ''}@{_HOST}", f"emulated-{place}")
            for place in range(mailboxes)
        ]
        self._servers = MailServers(world)
        self._people = [
            MailPeople(world, box, seed=seed, rhythm_s=rhythm_s, pace=pace) for box in self._boxes
        ]
        self.control = MailControl(world)

    def start(self, *, traffic: bool) -> None:
        self._servers.start()
        for people in self._people if traffic else ():
            people.start()

    def stop(self) -> None:
        for people in self._people:
            people.stop()
        self._servers.stop()

    def described(self) -> list[dict[str, Any]]:
        return [
            {
                "address": box.address,
                "password": box.password,
                "imap": self._servers.imap,
                "smtp": self._servers.smtp,
            }
            for box in self._boxes
        ]


def _departure(told: dict[str, Any]) -> Departure:
    return Departure(
        at_ms=told["at_ms"],
        phone=told["from"],
        number=told["from"],
        channel="mail",
        to=told["to"],
        text=told["text"],
        id=told["message_id"],
    )
