"""`balie run`: one process from the settings to the last closed socket."""

import logging
import sys
from pathlib import Path

from appliance import logs
from appliance.addresses import Networks
from appliance.api.app import create_app
from appliance.api.connections import Connections
from appliance.clock import SystemClock
from appliance.config import load
from appliance.runtime.balie import Balie
from appliance.runtime.descriptors import allow_descriptors
from appliance.runtime.ending import tidy_when_told
from appliance.runtime.instance_lock import only_instance
from appliance.runtime.memory import keep_small
from appliance.runtime.web import address_of, bind, serve
from appliance.store.privacy import keep_private

log = logging.getLogger(__name__)


def run_balie(
    *, config: Path | None, data: Path | None, host: str | None, port: int | None
) -> None:
    """Blocks until SIGTERM or SIGINT. Raises SetupError or StoreError with what to do."""
    keep_small()
    tidy_when_told()
    settings = load(config, data=data, host=host, port=port)
    logs.configure(settings.log_level)
    proxies = Networks.of(settings.web.proxies)
    connections = Connections(
        min(settings.web.connections, allow_descriptors() // 2),
        settings.web.connections_per_address,
        exempt=proxies,
    )
    keep_private(settings.data)
    with only_instance(settings.data), bind(settings.host, settings.port) as sock:
        balie = Balie(
            settings.data,
            SystemClock(),
            secure_cookies=settings.secure_cookies,
            max_waiting=settings.max_waiting,
            settings={"modem": settings.modem},
            connections=connections,
            proxies=proxies,
        )
        try:
            balie.start()
            _welcome(balie, address_of(sock))
            serve(create_app(balie.services), sock, connections)
        finally:
            balie.stop()


def _welcome(balie: Balie, address: str) -> None:
    """For the person at the console, whatever is logged: the code is nowhere else."""
    log.info("Balie is at %s", address)
    if balie.services.setup_code:
        sys.stderr.write(
            f"Nobody can log in yet: open {address} and make the first administrator; "
            f"set-up code: {balie.services.setup_code}\n"
        )
        sys.stderr.flush()
