"""A plain box that speaks over the broker: from what is written of the subjects, with NATS's own
client and none of Balie's code but the check of its pass.
"""

import base64
import gzip
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import nats.js.errors
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.aio.client import Client

from appliance.demo.kept import KeptProgram
from appliance.demo.nats_servers import local_servers
from appliance.office.broker import BrokerPlace
from appliance.office.broker_wire import connected, ended
from appliance.office.reading import Fields
from tests.office.plain_box import Log as PlainLog
from tests.office.plain_box import PlainBox, Row, read_token
from tests.own_loop import OwnLoop
from tests.running_demo import SETTLES_S, eventually

T = TypeVar("T")


@dataclass(slots=True)
class NatsBox(PlainBox):
    """Where it speaks otherwise than over HTTPS: pushing and commands."""

    own: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    loop: OwnLoop | None = None
    place: BrokerPlace | None = None
    at: Client | None = None
    subjects: Row = field(default_factory=dict)

    @classmethod
    def let_in(cls, token: str, name: str, loop: OwnLoop) -> "NatsBox":
        told = read_token(token)
        client = httpx.Client(base_url=told["url"], timeout=60)
        box = cls(told["url"], PlainLog(name), client, secret=told["secret"], loop=loop)
        box.key = box.own.public_key().public_bytes_raw()
        answer = box.ask_to_join().json()
        box.box, box.credential = answer["box"], answer["credential"]
        box.place = BrokerPlace.from_json(Fields(answer["broker"], "broker"))
        who = f"{box.box}.{_sub(box.place.jwt)}"
        box.subjects = {
            "up": f"balie.up.{who}",
            "ask": f"balie.ask.{who}",
            "down": f"balie.down.{who}",
        }
        box.open()
        return box

    def open(self) -> None:
        assert self.loop is not None
        assert self.place is not None
        self.at = self.loop.run(connected(self.place, self.own, inbox=self.subjects["down"]))

    def close(self) -> None:
        if self.loop and self.at:
            self.loop.run(ended(self.at))
        self.client.close()

    def push_raw(self, raw: bytes, *, zipped: bool = True) -> httpx.Response:
        """Each time under another id, as a box that has lost its memory."""
        place = self.publish(raw if zipped else gzip.compress(raw), secrets.token_hex(8))
        return self.taken(place)

    def publish(self, raw: bytes, known: str) -> int:
        """Its place in the stream; again while there is none yet, as a box does."""
        assert self.loop is not None
        assert self.at is not None
        loop, stream = self.loop, self.at.jetstream()
        headers = {"Nats-Msg-Id": known}

        def publish() -> int | None:
            try:
                return loop.run(
                    stream.publish(self.subjects["up"], raw, timeout=10, headers=headers)
                ).seq
            except nats.js.errors.NoStreamResponseError:
                return None

        return int(eventually(publish, "there is no stream"))

    def taken(self, place: int) -> httpx.Response:
        until_s = time.monotonic() + SETTLES_S
        while (answer := self.ask("taken", {"place": place})).status_code == 202:  # not yet
            assert time.monotonic() < until_s
        return answer

    def commands(self, after: int = 0, **more: Any) -> httpx.Response:
        return self.ask("commands", {"after": after, "epoch": self.log.epoch, **more})

    def ask(self, verb: str, question: Row) -> httpx.Response:
        assert self.loop is not None
        assert self.at is not None
        subject = f"{self.subjects['ask']}.{verb}"
        raw = json.dumps(question).encode()
        said = json.loads(self.loop.run(self.at.request(subject, raw, timeout=60)).data)
        return httpx.Response(said["status"], json=said["body"])


def _sub(jwt: str) -> str:
    body = jwt.split(".")[1]
    found: Row = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return str(found["sub"])


@contextmanager
def running_servers(office_data: Path, folder: Path) -> Iterator[list[KeptProgram]]:
    found = [each.program for each in local_servers(office_data, folder)]
    for each in found:
        each.start()
    try:
        yield found
    finally:
        for each in found:
            each.stop()
