"""A box as plain as can be: it keeps its log and rows in dictionaries and speaks HTTP with a head
office, from what is written about the link and from none of Balie's code.
"""

import base64
import gzip
import json
import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

Row = dict[str, Any]
NOW_MS = 1_772_440_200_000


def new_id() -> str:
    return str(uuid.uuid4())


def read_token(token: str) -> Row:
    head, _, told = token.partition("balie-office-1.")
    assert head == ""
    found: Row = json.loads(base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)))
    return found


@dataclass(slots=True)
class Log:
    """One branch with one line, people who write, and what was told of them."""

    name: str
    epoch: str = field(default_factory=new_id)
    branch_id: str = field(default_factory=new_id)
    line_id: str = field(default_factory=new_id)
    number: str = ""
    events: list[Row] = field(default_factory=list)
    messages: dict[str, Row] = field(default_factory=dict)
    conversations: dict[str, Row] = field(default_factory=dict)
    contacts: dict[str, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.number = self.number or f"+3161{secrets.randbelow(10**7):07}"
        self.tell("line.added", line_id=self.line_id, branch_id=self.branch_id)

    @property
    def head(self) -> int:
        return int(self.events[-1]["seq"]) if self.events else 0

    def tell(self, kind: str, *, facts: Row | None = None, skip: int = 0, **ids: Any) -> Row:
        """`skip`: so many numbers are missing before it."""
        names = "branch_id line_id conversation_id contact_id message_id device_id staff_id"
        event: Row = {
            "seq": self.head + 1 + skip,
            "at_ms": NOW_MS + self.head,
            "kind": kind,
            **{name: ids.get(name) for name in names.split()},
            "facts": facts or {},
            "v": 1,
        }
        self.events.append(event)
        return event

    def person(self) -> str:
        """Somebody new, and the line's conversation with them."""
        contact, conversation = new_id(), new_id()
        self.contacts[contact] = {"id": contact, "created_ms": NOW_MS}
        self.conversations[conversation] = {
            "id": conversation,
            "line_id": self.line_id,
            "contact_id": contact,
            "last_ms": NOW_MS,
            "created_ms": NOW_MS,
        }
        ids: Row = {"branch_id": self.branch_id, "line_id": self.line_id, "contact_id": contact}
        self.tell("contact.created", conversation_id=conversation, **ids)
        return conversation

    def writes(self, conversation: str, text: str = "Hoi!", *, out: bool = False) -> str:
        message, seq = new_id(), len(self.messages) + 1
        ids: Row = {"conversation_id": conversation, "line_id": self.line_id}
        at_ms = NOW_MS + self.head
        self.messages[message] = {
            "seq": seq,
            "id": message,
            **ids,
            "contact_id": self.conversations[conversation]["contact_id"],
            "value": "+31612345678",
            "scheme": "tel",
            "direction": "out" if out else "in",
            "text": text,
            "state": "sent" if out else "received",
            "sent_ms": at_ms if out else None,
            "created_ms": at_ms,
            "happened_ms": at_ms,
        }
        row = self.conversations[conversation]
        row |= {"last_ms": at_ms, "last_message_id": message}
        if not out:
            row |= {"waiting_ms": row.get("waiting_ms") or at_ms, "last_in_ms": at_ms}
        ids["branch_id"] = self.branch_id
        kind = "message.state" if out else "message.received"
        facts = {"from": "sending", "to": "sent"} if out else {}
        self.tell(kind, message_id=message, contact_id=row["contact_id"], facts=facts, **ids)
        return message

    def has(self, message: str, state: str) -> None:
        """An outgoing message by an id that the office chose."""
        made = self.writes(self.person(), out=True)
        row = {**self.messages[made], "id": message, "state": state}
        self.messages[message] = row | {"seq": len(self.messages) + 1}
        self.tell("message.state", message_id=message, facts={"to": state})

    def slices_of(self, events: list[Row]) -> list[Row]:
        found: dict[tuple[str, str], Row] = {}
        for event in events:
            for table, name, rows in (
                ("message", "message_id", self.messages),
                ("conversation", "conversation_id", self.conversations),
                ("contact", "contact_id", self.contacts),
            ):
                if (key := event[name]) is not None:
                    row = rows.get(key)
                    told = {"table": table, "of": {"id": key}, "rows": [row] if row else []}
                    found[table, key] = told
            if event["kind"].startswith("line."):
                found["branch", ""] = self.branch
                found["line", ""] = self.line
        return list(found.values())

    @property
    def branch(self) -> Row:
        row = {"id": self.branch_id, "name": self.name, "created_ms": NOW_MS}
        return {"table": "branch", "of": {}, "rows": [row]}

    @property
    def line(self) -> Row:
        row = {"id": self.line_id, "branch_id": self.branch_id, "number": self.number}
        return {"table": "line", "of": {}, "rows": [{**row, "created_ms": NOW_MS}]}

    def batch(self, after: int, *, most: int = 500, **changes: Any) -> Row:
        """What follows `after`, with the rows of today."""
        events = [each for each in self.events if each["seq"] > after][:most]
        return {
            "epoch": self.epoch,
            "first": after + 1,
            "last": events[-1]["seq"] if events else after,
            "events": events,
            "slices": self.slices_of(events),
            "sent_ms": NOW_MS,
            "facts": {
                "version": "1.2.3",
                "lines": 1,
                "ill": 0,
                "queue": 0,
                "oldest_waiting_ms": None,
                "disk": 0.5,
                "backup_ms": None,
                "head": self.head,
                "privacy": "all",
                "address": None,
            },
            **changes,
        }


@dataclass(slots=True)
class PlainBox:
    """`cursor` is how far the office says that it is."""

    url: str
    log: Log
    client: httpx.Client
    secret: str = ""
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    box: str = ""
    credential: str = ""
    cursor: int = 0

    @classmethod
    def invited(cls, token: str, name: str) -> "PlainBox":
        told = read_token(token)
        client = httpx.Client(base_url=told["url"], timeout=60)
        return cls(told["url"], Log(name), client, secret=told["secret"])

    def ask_to_join(self, **changes: Any) -> httpx.Response:
        asked = {
            "secret": self.secret,
            "name": self.log.name,
            "version": "1.2.3",
            "epoch": self.log.epoch,
            "key": base64.b64encode(self.key).decode(),
            **changes,
        }
        return self.client.post("/link/v1/join", json=asked)

    def join(self) -> None:
        answer = self.ask_to_join()
        assert answer.status_code == 201, answer.text
        told = answer.json()
        self.box, self.credential = told["box"], told["credential"]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.credential}"}

    def push(self, batch: Row | None = None, **changes: Any) -> httpx.Response:
        """The next batch, packed; the cursor goes on where the office says so."""
        told = self.log.batch(self.cursor) if batch is None else batch
        answer = self.push_raw(gzip.compress(json.dumps({**told, **changes}).encode(), 1))
        if answer.status_code in (200, 409):
            self.cursor = answer.json()["cursor"]
        return answer

    def push_raw(self, raw: bytes, *, zipped: bool = True) -> httpx.Response:
        headers = {**self.headers, **({"Content-Encoding": "gzip"} if zipped else {})}
        return self.client.post("/link/v1/events", content=raw, headers=headers)

    def push_all(self, *, tries: int = 400) -> None:
        """As a box does: again later while the office is busy or away."""
        for _ in range(tries):
            try:
                answer = self.push()
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            if answer.status_code == 503:
                assert int(answer.headers["retry-after"]) >= 1
                time.sleep(0.02)
            else:
                assert answer.status_code in (200, 409), answer.text
                if self.cursor >= self.log.head:
                    return
        raise AssertionError("the office took it never")

    def commands(self, after: int = 0, **more: Any) -> httpx.Response:
        """As a box that names its epoch, where that is not left out."""
        named = {"after": after, "epoch": self.log.epoch, **more}
        params = {name: each for name, each in named.items() if each is not None}
        return self.client.get("/link/v1/commands", params=params, headers=self.headers)

    def says_over(self, command: Row, outcome: str = "done", **facts: Any) -> None:
        told = {"command": command["id"], "n": command["n"], "outcome": outcome, **facts}
        self.log.tell("office.command", facts=told)
