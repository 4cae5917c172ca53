"""A branch with everything in it, and Balie's real web server on a loopback port."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Connection

from appliance.addresses import NO_NETWORKS, Networks
from appliance.api.app import create_app, furnish
from appliance.api.services import (
    Asking,
    CopyDoor,
    NoCopies,
    NoOffice,
    OfficeDoor,
    Services,
    nobody,
    nothing_waits,
)
from appliance.box.updates.door import UpdateDoor
from appliance.channels import Channel
from appliance.clock import Clock
from appliance.desk.access import tokens
from appliance.desk.access.accesses import Sink
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import ALL_SCOPES, NewToken, Scope
from appliance.desk.intake.reception import Reception
from appliance.desk.lists import saved_lists, sends
from appliance.desk.lists.rules import ListRule
from appliance.desk.lists.sends import SendWish
from appliance.desk.outgoing.sending import Author
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.devices.news_protocol import MissedCall
from appliance.devices.protocol import DeviceState, Group, Incoming, Status, TextForm
from appliance.oidc_settings import OidcSettings
from appliance.queue.gate import ConsentGate
from appliance.reasons import Reason
from appliance.relay.suggesting import Suggester
from appliance.runtime.reading_notes import ReadingNotes
from appliance.store import branches, devices, lines, routes
from appliance.store.feed import EventFeed
from appliance.store.store import Store, Tx
from tests.fresh_store import fresh_store
from tests.own_certificate import OwnCertificate

WORDS = "Hoi, is er morgen werk?"
BOTH = frozenset({Channel.WHATSAPP, Channel.SMS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One branch with one line and one phone that is ready."""

    branch_id: str
    branch: str
    line_id: str
    number: str
    device_id: str


def send_to_lists(tx: Tx, branch_id: str, line_id: str) -> tuple[str, str]:
    """Everybody is in a list, one list finds them by a rule, and a text went to the first one;
    gives that list's id and the send's.
    """
    sight, by = Sight(None), Author(rule="test")
    people = tx.conn.execute("SELECT id FROM contact").fetchall()
    lists = [
        saved_lists.add(
            tx,
            sight,
            by,
            name=name,
            branch_id=branch_id,
            members=[row["id"] for row in people],
            rule=rule,
        )
        for name, rule in (("Own", None), ("Rule", ListRule(within_days=7)))
    ]
    to = saved_lists.one(tx.conn, sight, lists[0])
    wish = SendWish(to=to, line_id=line_id, variants=[WORDS], author=by)
    return to.id, sends.send(tx, sight, wish)


@dataclass(slots=True)
class Office:
    store: Store
    clock: Clock
    url: str
    client: httpx.Client
    missing: list[str] = field(default_factory=list)
    planned: list[None] = field(default_factory=list)
    gate: ConsentGate = field(default_factory=ConsentGate)
    desks: list[Desk] = field(default_factory=list)
    _keys: int = 0

    def desk(self, name: str, number: str) -> Desk:
        def add(tx: Tx) -> Desk:
            branch_id = branches.add_branch(tx, name)
            line_id = lines.add_line(tx, branch_id=branch_id, number=number)
            device_id = devices.enrol(tx, kind="phone", address=f"127.0.0.1:{number[-4:]}")
            for channel in (Channel.WHATSAPP, Channel.SMS):
                routes.add_route(tx, line_id=line_id, device_id=device_id, channel=channel)
            return Desk(
                branch_id=branch_id,
                branch=name,
                line_id=line_id,
                number=number,
                device_id=device_id,
            )

        desk = self.store.write(add)
        self.desks.append(desk)
        self.phone_is(desk, Status(state=DeviceState.READY, channels=BOTH))
        return desk

    def phone_is(self, desk: Desk, status: Status) -> None:
        Reception(self.store, ConsentGate()).status(desk.device_id, status)

    def phone_is_away(self, desk: Desk) -> None:
        status = Status(state=DeviceState.ABSENT, reason=Reason.NOT_PLUGGED_IN)
        self.phone_is(desk, status)

    def writes(
        self,
        sender: str,
        desk: Desk,
        text: str = WORDS,
        *,
        name: str | None = None,
        group: Group | None = None,
        channel: Channel = Channel.WHATSAPP,
        key: str | None = None,
        form: TextForm = TextForm.WORDS,
    ) -> None:
        """Somebody writes to the branch, as its phone would report it."""
        self._keys += 1
        incoming = Incoming(
            channel=channel,
            key=key or f"key-{self._keys}",
            sender=sender,
            text=text,
            at_ms=self.clock.now_ms(),
            sender_name=name,
            group=group,
            form=form,
        )
        Reception(self.store, ConsentGate()).received(desk.device_id, [incoming])

    def sends_to_lists(self, desk: Desk) -> tuple[str, str]:
        return self.store.write(lambda tx: send_to_lists(tx, desk.branch_id, desk.line_id))

    def calls(self, number: str, desk: Desk, channel: Channel | None = None) -> None:
        """Somebody calls the branch, and nobody answers."""
        self._keys += 1
        call = MissedCall(
            key=f"call-{self._keys}", number=number, at_ms=self.clock.now_ms(), channel=channel
        )
        Reception(self.store, ConsentGate()).missed_calls(desk.device_id, [call])

    def token(
        self, scopes: frozenset[Scope] = ALL_SCOPES, *, branch_id: str | None = None
    ) -> NewToken:
        return self.store.write(
            lambda tx: tokens.add(tx, "planning", scopes=scopes, branch_id=branch_id)
        )

    def caller(
        self, scopes: frozenset[Scope] = ALL_SCOPES, *, branch_id: str | None = None
    ) -> "Caller":
        return Caller(self.client, self.token(scopes, branch_id=branch_id))

    def count(self, table: str) -> int:
        return self.store.read(
            lambda conn: int(conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 -- our own names
        )


@dataclass(frozen=True, slots=True)
class Caller:
    """Other software with its token."""

    client: httpx.Client
    token: NewToken

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token.token}"}

    def get(self, path: str, **params: str | int) -> httpx.Response:
        return self.client.get(f"/api/v1{path}", params=params, headers=self.headers)

    def post(self, body: object, *, key: str | None = None) -> httpx.Response:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.post("/api/v1/messages", json=body, headers=headers)

    def post_raw(self, body: bytes) -> httpx.Response:
        return self.client.post("/api/v1/messages", content=body, headers=self.headers)

    def delete(self, path: str) -> httpx.Response:
        return self.client.delete(f"/api/v1{path}", headers=self.headers)


@dataclass(slots=True)
class WebServer:
    """A real uvicorn in a thread of its own, as the runtime runs one. Each test furnishes its app
    anew; to make the app takes longer than most tests do.
    """

    url: str
    loop: asyncio.AbstractEventLoop
    app: ASGIApp | None = None
    _made: FastAPI | None = field(default=None, init=False)

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        if self.app is not None:
            await self.app(scope, receive, send)

    @contextmanager
    def serving(self, services: Services, *more_pages: APIRouter) -> Iterator[None]:
        app = create_app(services, *more_pages) if more_pages else self._furnished(services)
        lifespan = app.router.lifespan_context(app)
        self._wait(lifespan.__aenter__())
        self.app = app
        yield
        self.app = None
        self._wait(lifespan.__aexit__(None, None, None))

    def _furnished(self, services: Services) -> FastAPI:
        if self._made is None:
            self._made = create_app(services)
        else:
            furnish(self._made, services)
        return self._made

    def _wait(self, work: Coroutine[None, None, object]) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(20)


@contextmanager
def run_web_server(certificate: OwnCertificate | None = None) -> Iterator[WebServer]:
    """Over https with a certificate, at the address of its name."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    url = f"https://{certificate.name}:{port}" if certificate else f"http://127.0.0.1:{port}"
    runner = asyncio.Runner()
    web = WebServer(url, runner.get_loop())
    config = uvicorn.Config(
        web,
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        ssl_certfile=certificate.cert if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
    )
    server = uvicorn.Server(config)

    def serve() -> None:
        with runner:
            runner.run(server.serve([listener]))

    thread = threading.Thread(target=serve, name="web")
    thread.start()
    yield web
    server.should_exit = True
    thread.join(20)


@contextmanager
def open_office(
    web: WebServer,
    data_dir: Path,
    clock: Clock,
    *,
    setup_code: str | None = None,
    proxies: Networks = NO_NETWORKS,
    accessed: Sink | None = None,
    notes_reading: bool = False,
    asking: Asking | None = None,
    oidc: OidcSettings | None = None,
    admins_need_passkey: bool = False,
    urls: UrlPolicy | None = None,
    import_folder: Path | None = None,
    updates: UpdateDoor | None = None,
    on_trial: bool = False,
    copies: CopyDoor | None = None,
    linked: Callable[[Store], OfficeDoor] | None = None,
    suggesting: Callable[[Store], Suggester] | None = None,
) -> Iterator[Office]:
    store = fresh_store(data_dir / "balie.db", clock)
    missing: list[str] = []
    planned: list[None] = []
    gate = ConsentGate()
    notes = ReadingNotes(store, data_dir) if notes_reading else None
    services = Services(
        store=store,
        gate=gate,
        clock=clock,
        feed=EventFeed(store, poll_s=0.05),
        planned=lambda: planned.append(None),
        ready=lambda: missing,
        data_dir=data_dir,
        setup_code=setup_code,
        proxies=proxies,
        accessed=accessed or notes,
        readings_kept=notes.kept if notes else nothing_waits,
        asking=asking or nobody,
        oidc=oidc,
        admins_need_passkey=admins_need_passkey,
        urls=urls or UrlPolicy(),
        import_folder=import_folder,
        updates=updates or UpdateDoor(data=data_dir),
        on_trial=on_trial,
        copies=copies or NoCopies(),
        office=linked(store) if linked else NoOffice(),
        suggester=suggesting(store) if suggesting else None,
    )
    with web.serving(services), httpx.Client(base_url=web.url, timeout=60) as client:
        yield Office(store, clock, web.url, client, missing, planned, gate)
    if notes is not None:
        notes.finish()
    store.close()


def codes(responses: Sequence[httpx.Response]) -> list[int]:
    return [response.status_code for response in responses]
