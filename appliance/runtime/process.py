"""`balie run`: one process from the settings to the last closed socket."""

import faulthandler
import logging
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from appliance import logs
from appliance.addresses import Networks
from appliance.api.app import create_app
from appliance.api.connections import Connections
from appliance.box import resetting
from appliance.box.names import lan_name
from appliance.box.service_manager import ServiceManager
from appliance.box.tls_places import TLS
from appliance.clock import MachineClock
from appliance.config import Settings, load
from appliance.desk.team import provider_roles
from appliance.devices.kind import Kind
from appliance.runtime.balie import Balie
from appliance.runtime.certificate import Certificate
from appliance.runtime.descriptors import allow_descriptors
from appliance.runtime.ending import tidy_when_told
from appliance.runtime.feeding import Feeding
from appliance.runtime.instance_lock import only_instance
from appliance.runtime.memory import keep_small
from appliance.runtime.options import Options
from appliance.runtime.passkey_warning import warn_of_passkeys
from appliance.runtime.turns import take_short_turns
from appliance.runtime.web import address_of, bind, serve
from appliance.store.privacy import keep_private

log = logging.getLogger(__name__)

FRONT_DOOR = TLS / "box.crt"
"""Where the box has made a certificate, nginx answers with it under the name of the box."""


def run_balie(
    *,
    config: Path | None,
    data: Path | None,
    host: str | None,
    port: int | None,
    cert: Path | None = None,
    key: Path | None = None,
    trial: bool = False,
) -> None:
    """Blocks until SIGTERM or SIGINT. Raises SetupError or StoreError with what to do."""
    # What each thread was at stands in the log when systemd ends one that hangs (SIGABRT).
    faulthandler.enable()
    keep_small()
    take_short_turns()
    tidy_when_told()
    settings = load(
        config, data=data, host=host, port=port, cert=cert, key=key, trial=trial or None
    )
    logs.configure(settings.log_level)
    warn_of_passkeys(settings)
    if settings.oidc is not None:
        provider_roles.check(settings.oidc.roles.values())
    certificate = Certificate.given(settings.cert, settings.key)
    proxies = Networks.of(settings.web.proxies)
    connections = Connections(
        min(settings.web.connections, allow_descriptors() // 2),
        settings.web.connections_per_address,
        exempt=proxies,
    )
    keep_private(settings.data)
    with only_instance(settings.data), bind(settings.host, settings.port) as sock:
        resetting.finish(settings.data)  # where the power was cut while root was at it
        balie = Balie(settings.data, MachineClock(), _options(settings, connections, proxies))
        try:
            balie.start()
            _welcome(balie, _where(settings, sock, secure=certificate is not None))
            feeding = Feeding(balie.store, ServiceManager.of(os.environ))
            serve(create_app(balie.services), sock, connections, certificate, feeding)
        finally:
            balie.stop()


def _options(settings: Settings, connections: Connections, proxies: Networks) -> Options:
    return Options(
        secure_cookies=settings.secure_cookies,
        max_waiting=settings.max_waiting,
        max_media_mb=settings.max_media_mb,
        import_folder=settings.import_folder,
        settings=_of_kinds(settings),
        connections=connections,
        proxies=proxies,
        push_services=settings.web.push_services,
        oidc=settings.oidc,
        address=settings.web.address,
        admins_need_passkey=settings.web.admins_need_passkey,
        webhooks_allow=settings.webhooks.allowed,
        mail=settings.mail,
        on_trial=settings.trial,
        updates=settings.updates,
        copies=settings.copies,
        suggestions=settings.suggestions,
    )


def _where(settings: Settings, sock: socket.socket, *, secure: bool) -> str:
    """What a browser opens: behind a proxy that is not the port of this process."""
    if settings.web.address is None and settings.web.proxies and FRONT_DOOR.exists():
        return f"https://{lan_name()}"
    return settings.web.address or address_of(sock, secure=secure)


def _of_kinds(settings: Settings) -> Mapping[str, BaseModel]:
    """The table of each kind of device that has one."""
    return {
        kind.name: getattr(settings, kind.name)
        for kind in Kind.known()
        if kind.settings is not None and hasattr(settings, kind.name)
    }


def _welcome(balie: Balie, address: str) -> None:
    """Tells the person at the console at any log level: the code is nowhere else."""
    log.info("Balie is at %s", address)
    if balie.services.on_trial:
        log.warning("this version is on trial: it answers, sends nothing and takes nothing")
    if balie.services.setup_code:
        sys.stderr.write(
            f"Nobody can log in yet: open {address} and make the first administrator; "
            f"set-up code: {balie.services.setup_code}\n"
        )
        sys.stderr.flush()
