"""`balie office run`: a head office from its database to the last closed socket."""

import faulthandler
import logging
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from appliance import logs
from appliance.addresses import Networks
from appliance.api.app import create_app
from appliance.api.connections import Connections
from appliance.api.services import Services
from appliance.api.web.templating import compiled_pages
from appliance.box.service_manager import ServiceManager
from appliance.clock import MachineClock
from appliance.config import Settings, load
from appliance.desk.notices.mail_post import MailPost
from appliance.desk.team import staff
from appliance.errors import SetupError
from appliance.office.api import routes
from appliance.office.head import authority, inviting
from appliance.office.head.furnishing import furnish
from appliance.office.head.head import Head
from appliance.office.head.office_store import open_office
from appliance.office.web.routes import pages
from appliance.queue.gate import ConsentGate
from appliance.runtime import setup_code
from appliance.runtime.balie import OwnThread
from appliance.runtime.certificate import Certificate
from appliance.runtime.collecting import settle
from appliance.runtime.descriptors import allow_descriptors
from appliance.runtime.ending import tidy_when_told
from appliance.runtime.feeding import Feeding
from appliance.runtime.giving_way import give_way
from appliance.runtime.instance_lock import next_instance
from appliance.runtime.mail_follower import MailFollower
from appliance.runtime.memory import keep_small
from appliance.runtime.reading_notes import ReadingNotes
from appliance.runtime.standby import Standby
from appliance.runtime.turns import take_short_turns
from appliance.runtime.web import address_of, admit, reserve, serve
from appliance.store.feed import EventFeed
from appliance.store.privacy import keep_private
from appliance.store.store import Store

log = logging.getLogger(__name__)

DEFAULT_LISTEN = "127.0.0.1:8090"


class RunningOffice:
    """All of a head office on one data directory. `services` is what the web application needs."""

    def __init__(self, settings: Settings, connections: Connections) -> None:
        """Opens and migrates. Raises StoreError or SetupError with what to do."""
        data, clock = settings.data, MachineClock()
        self.store = open_office(data, clock)
        self.head = Head(data, self.store, give_way=give_way)
        self._readings = ReadingNotes(self.store, data)
        post = None if settings.mail is None else MailPost(settings.mail, settings.web.address)
        self._followers: Sequence[OwnThread] = (
            () if post is None else (MailFollower(self.store, post),)
        )
        self.services = Services(
            store=self.store,
            gate=ConsentGate(),
            clock=clock,
            feed=EventFeed(self.store),
            planned=lambda: None,
            ready=list,
            data_dir=data,
            cookies_secure=settings.secure_cookies,
            proxies=Networks.of(settings.web.proxies),
            oidc=settings.oidc,
            address=settings.web.address,
            admins_need_passkey=settings.web.admins_need_passkey,
            setup_code=_setup_code(self.store, data),
            connections=connections,
            accessed=self._readings,
            readings_kept=self._readings.kept,
            mail=post,
        )

    def start(self) -> None:
        self.head.start()
        for each in self._followers:
            each.start()

    def stop(self) -> None:
        for each in self._followers:
            each.stop()
        self.head.stop()
        self._readings.finish()
        self.store.close()


def run_office(
    *,
    config: Path | None,
    data: Path | None,
    listen: str,
    cert: Path | None = None,
    key: Path | None = None,
) -> None:
    """Blocks until SIGTERM or SIGINT. Raises SetupError or StoreError with what to do.

    Elsewhere than on this machine boxes and browsers come by https only: with the certificate that
    was given, or with one that the office makes. While another office serves on this data directory
    it refuses connections and waits; it goes on in its place as soon as that has ended.
    """
    faulthandler.enable()
    keep_small()
    take_short_turns()
    tidy_when_told()
    host, port = _place(listen)
    settings = load(config, data=data, host=host, port=port, cert=cert, key=key)
    logs.configure(settings.log_level)
    keep_private(settings.data)
    given = Certificate.given(settings.cert, settings.key)
    manager = ServiceManager.of(os.environ)
    standby = Standby(settings.data, manager, _ready_to_serve())
    with (
        reserve(settings.host, settings.port) as sock,
        next_instance(settings.data, standby.look),
    ):
        admit(sock)
        _serve(settings, sock, given or _own_certificate(settings), manager)


def _ready_to_serve() -> Iterator[None]:
    """What the first answers would wait for, step by step."""
    routes.routers()
    yield
    yield from compiled_pages()
    settle()
    yield


def _serve(
    settings: Settings,
    sock: socket.socket,
    certificate: Certificate | None,
    manager: ServiceManager,
) -> None:
    most = allow_descriptors() // 2
    # Boxes of a whole company may come from one address.
    connections = Connections(most, most)
    with manager.patient():
        office = RunningOffice(settings, connections)
    try:
        office.start()
        _welcome(office, _url(settings, sock, secure=certificate is not None))
        app = create_app(office.services, pages=pages, api=routes.routers())
        furnish(app, office.head)
        routes.furnish(app)
        feeding = Feeding(office.store, manager)
        serve(app, sock, connections, certificate, feeding, end_more=office.head.waiting.end)
    finally:
        office.stop()


def _place(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit():
        raise SetupError(f"“{listen}” is no place to listen at: write {DEFAULT_LISTEN}.")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _own_certificate(settings: Settings) -> Certificate | None:
    """None where it speaks with this machine alone."""
    if _is_loopback(settings.host):
        return None
    pair = authority.renew(settings.data, datetime.now(UTC))
    return Certificate(pair, pair)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _url(settings: Settings, sock: socket.socket, *, secure: bool) -> str:
    return (settings.web.address or address_of(sock, secure=secure)).rstrip("/")


def _welcome(office: RunningOffice, url: str) -> None:
    office.store.write(lambda tx: inviting.note_url(tx, url))
    log.info("the head office is at %s", url)
    if office.services.setup_code:
        sys.stderr.write(
            f"Nobody can log in yet: open {url} and make the first administrator; "
            f"set-up code: {office.services.setup_code}\n"
        )
        sys.stderr.flush()


def _setup_code(store: Store, data: Path) -> str | None:
    """Shown on the console only: who reads it may make the first administrator."""
    if not store.read(staff.is_fresh):
        setup_code.forget(data)
        return None
    return setup_code.kept(data)
