"""Three servers of a broker on this machine, each a program that comes back when it dies."""

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from appliance.demo.children import free_port
from appliance.demo.kept import KeptProgram, RunningProgram
from appliance.errors import SetupError
from appliance.office.at_box import credential, kept_broker
from appliance.office.head import broker_config, broker_keys
from appliance.office.head.broker_config import BrokerServer
from appliance.store.privacy import keep_private

MANY = 3
_PROGRAM = "nats-server"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalServer:
    port: int
    program: KeptProgram


def local_servers(office_data: Path, folder: Path) -> Sequence[LocalServer]:
    """Not started yet. The office of that data directory knows them from now on."""
    program = _program()
    keep_private(office_data)
    office_data.mkdir(parents=True, exist_ok=True)
    asked = [
        BrokerServer(host="127.0.0.1", port=free_port(), routes_port=free_port())
        for _ in range(MANY)
    ]
    written = broker_config.write(office_data, folder, asked, most_gb=1)
    return [
        LocalServer(port=each.port, program=_kept(program, server.config))
        for each, server in zip(asked, written, strict=True)
    ]


def through_cable(box_data: Path, box_id: str, office_data: Path, ports: Sequence[int]) -> None:
    """The box finds the servers at the other end of its cable: at these ports, in their order. One
    that joined in an earlier demo learns that they are elsewhere now.
    """
    keys, key = broker_keys.known(office_data), credential.own_key(box_data)
    if keys is None:
        return
    place = keys.place_of_box(box_id, credential.public_half(key), int(time.time()))
    urls = [f"tls://127.0.0.1:{each}" for each in ports]
    kept_broker.keep(box_data, replace(place, urls=urls))


def without_servers(office_data: Path) -> None:
    """An earlier demo may have had some."""
    (office_data / broker_keys.FILE).unlink(missing_ok=True)


def _program() -> str:
    """Beside Python, as its package brings it, or one of this machine."""
    beside = Path(sys.executable).parent / _PROGRAM
    found = str(beside) if beside.exists() else shutil.which(_PROGRAM)
    if found is None:
        raise SetupError(f"{_PROGRAM} is not here: scripts/prepare --tests brings it.")
    return found


def _kept(program: str, config: Path) -> KeptProgram:
    def begin(log: Path) -> RunningProgram:
        with log.open("ab") as said:
            return subprocess.Popen(
                (program, "--config", str(config)),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    return KeptProgram(begin=begin, log=config.with_name("server.log"))
